//! What the commands do: the stages in order.

mod accept;
mod consumers;
mod diff;
mod explain;
mod gather;
mod judged;
mod output;
mod patches;
mod plan;
mod revisions;
mod roots;
mod rows;
mod status;
mod who;

use std::path::PathBuf;

pub use accept::Accepting;
pub use diff::Compared;
use gather::Gathered;
pub use gather::Made;
use judged::Judged;
pub use output::{Output, Target};
pub use plan::Planning;
pub use status::FailOn;
pub use who::Asked;

use crate::files::Files;
use crate::libraries::{self, Libraries};
use crate::model::{Accepted, AcceptedFinding, Chart, Deployer, Failure, Scan};
use crate::progress::Progress;
use crate::report::{Content, Report};
use crate::verdict::Question;
use crate::{bundle, chart, discover, git, report, scan, verdict};

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Command {
    /// Judge the named entries together, or all of them each alone.
    Check {
        /// The names.
        names: Vec<String>,
    },
    /// Judge what a change of a chart strips or alters.
    Diff(Compared),
    /// Propose releases that make a change.
    Plan(Planning),
    /// Write into the settings that an answer is accepted.
    Accept(Accepting),
    /// List the reads.
    Reads,
    /// Tell everything about the reads of one name.
    Explain {
        /// The name.
        name: String,
    },
    /// List the entries.
    Entries,
    /// Write a bundle, rows, or both.
    Scan(Made),
    /// Ask many bundles.
    WhoReads(Asked),
    /// Print a JSON Schema.
    Schema(Schema),
}

/// What there is a schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// `--format json`
    Report,
    /// The lines of a bundle.
    Bundle,
    /// `scan --export`, `who-reads --format jsonl`
    Rows,
    /// `plan --format json`
    Plan,
}

/// A command with everything that flags and settings say about it.
#[derive(Debug, Clone)]
pub struct Job {
    /// What is to be done.
    pub command: Command,
    /// Where sources are looked for.
    pub sources: discover::Request,
    /// Bundles.
    pub scans: Vec<PathBuf>,
    /// Which code runs in which images: patterns and the roots' paths.
    pub images: Vec<(String, Vec<PathBuf>)>,
    /// The user's rows of readers.
    pub readers: Vec<libraries::Row>,
    /// The chart; none: found from the current folder.
    pub chart: Option<chart::Input>,
    /// How it is rendered; its `input` is that of `chart`.
    pub values: Values,
    /// Where the report goes.
    pub outputs: Vec<Output>,
    /// What is accepted.
    pub accepted: Vec<Accepted>,
    /// Findings that are accepted.
    pub accepted_findings: Vec<AcceptedFinding>,
    /// The day, as `2026-12-31`.
    pub today: String,
    /// What makes the exit status 1.
    pub fail_on: FailOn,
    /// Whether literal values of entries may be shown.
    pub show_values: bool,
    /// Who releases the chart.
    pub deployer: Deployer,
    /// Whether defaults that stand in for a missing variable are told.
    pub holes: bool,
    /// For `diff`: the charts that depend on the one that is compared.
    pub consumers: Vec<PathBuf>,
    /// Threads; none: as many as there are processors.
    pub threads: Option<usize>,
}

/// Helm's own flags.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// `-f`, `--values`
    pub files: Vec<PathBuf>,
    /// `--set`
    pub set: Vec<String>,
    /// `--set-string`
    pub set_string: Vec<String>,
    /// `--namespace`
    pub namespace: Option<String>,
    /// `--release`
    pub release: Option<String>,
    /// Renderer and the flags that go with it.
    pub rendering: chart::Rendering,
}

/// Does a job; the exit status is 0 or 1.
///
/// # Errors
/// Everything for which the exit status is 2.
pub fn run(job: &Job) -> Result<u8, Failure> {
    let threads = rayon::ThreadPoolBuilder::new().num_threads(job.threads.unwrap_or(0));
    let pool = threads.build().map_err(|error| Failure::new(format!("cannot start threads: {error}")))?;
    output::check(&job.outputs)?;
    pool.install(|| match &job.command {
        Command::Check { names } => check(job, names),
        Command::Diff(compared) => diff::run(job, compared),
        Command::Plan(planning) => plan::run(job, planning),
        Command::Accept(accepting) => accept::run(job, accepting),
        Command::Reads => reads(job),
        Command::Explain { name } => explain::run(job, name),
        Command::Entries => entries(job),
        Command::Scan(made) => gather::scan(job, made),
        Command::WhoReads(asked) => who::reads(asked, &job.sources.cwd),
        Command::Schema(of) => {
            let schema = match of {
                Schema::Report => report::schema(),
                Schema::Bundle => bundle::schema(),
                Schema::Rows => rows::schema(),
                Schema::Plan => report::plan_schema(),
            };
            output::print(&format!("{schema}\n")).map(|()| 0)
        }
    })
}

fn check(job: &Job, names: &[String]) -> Result<u8, Failure> {
    let progress = Progress::start();
    progress.stage("looking for sources");
    let gathered = Gathered::new(job)?;
    progress.stage("reading the chart");
    let input = roots::chart_input(job)?;
    let chart = load(job, &input)?;
    roots::require_entries(&chart, names)?;
    let question = Question { names: names.to_vec(), ..Question::default() };
    let judged = judged::judged(job, gathered, &chart, question, &[&input], &progress)?;
    let Judged { scan, mentions, judgements, notices, .. } = &judged;
    let report = Report::new(Content {
        chart: Some(&chart),
        release: job.values.release.as_deref(),
        mentions,
        judgements,
        accepted: status::accepted(job, scan, &chart, judgements, &[]),
        incomplete: status::is_incomplete(scan, Some(&chart), notices),
        notices: notices.clone(),
        named: !names.is_empty(),
        show_values: job.show_values,
        ..Content::new("check", scan)
    });
    drop(progress);
    output::write(&report, &job.outputs)?;
    status::exit(&report, job.fail_on)
}

fn reads(job: &Job) -> Result<u8, Failure> {
    let (scan, _) = scanned(job)?;
    list(job, Content { reached: verdict::reached(&scan), ..Content::new("reads", &scan) })
}

/// What the given roots and bundles hold, and the bytes of those that are here.
fn scanned(job: &Job) -> Result<(Scan, Files), Failure> {
    let progress = Progress::start();
    progress.stage("looking for sources");
    let mut gathered = Gathered::new(job)?;
    progress.stage("scanning Python");
    let scan = scan_here(job, &mut gathered);
    gathered.files.sound()?;
    let files = std::mem::take(&mut gathered.files);
    Ok((gather::merge(scan, gathered).0, files))
}

/// Scans the roots that are here.
fn scan_here(job: &Job, gathered: &mut Gathered) -> Scan {
    let sources = std::mem::take(&mut gathered.sources);
    match sources.roots.is_empty() {
        true => Scan::default(),
        false => scan::scan(sources, &gathered.files, &Libraries::new(&job.readers)),
    }
}

fn entries(job: &Job) -> Result<u8, Failure> {
    let chart = load(job, &roots::chart_input(job)?)?;
    let release = job.values.release.as_deref();
    list(job, Content { chart: Some(&chart), release, ..Content::new("entries", &Scan::default()) })
}

/// Reports without judging; the exit status is 0.
fn list(job: &Job, content: Content<'_>) -> Result<u8, Failure> {
    let incomplete = status::is_incomplete(content.scan, content.chart, &[]);
    let report = Report::new(Content { incomplete, show_values: job.show_values, ..content });
    output::write(&report, &job.outputs)?;
    Ok(0)
}

fn load(job: &Job, input: &chart::Input) -> Result<Chart, Failure> {
    chart::load(&request(job, input, job.values.files.clone()))
}

/// A chart in each of the environments that were named, or as the values make it.
fn load_each(job: &Job, input: &chart::Input) -> Result<Vec<Chart>, Failure> {
    let mut request = request(job, input, job.values.files.clone());
    consumers::settle(&mut request)?;
    match input {
        // It can be read only once.
        chart::Input::Stdin => chart::load(&request).map(|chart| vec![chart]),
        chart::Input::Path(_) => chart::each_environment(&request).iter().map(chart::load).collect(),
    }
}

/// A chart with the job's flags, and these values files.
fn request(job: &Job, input: &chart::Input, files: Vec<PathBuf>) -> chart::Request {
    let values = job.values.clone();
    chart::Request {
        input: input.clone(),
        values: files,
        set: values.set,
        set_string: values.set_string,
        namespace: values.namespace,
        release: values.release,
        rendering: values.rendering,
        top: git::top(&job.sources.cwd),
    }
}
