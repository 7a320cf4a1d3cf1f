//! `diff`: what a change of a chart strips or alters.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::gather::Gathered;
use super::judged::{Judged, judged};
use super::revisions::{Revisions, Side};
use super::{Job, consumers, load_each, output, status};
use crate::model::{Change, ChangeKind, Chart, Conditional, Container, Failure, Finding, Notice, NoticeKind};
use crate::progress::Progress;
use crate::release::code::Code;
use crate::report::{Content, Report};
use crate::verdict::Question;
use crate::{change, chart, release, verdict};

/// Variables that no longer could be set, as far as they are named.
const SHOWN: usize = 10;

/// What is compared.
#[derive(Debug, Clone)]
pub enum Compared {
    /// Two charts.
    Given {
        /// Before.
        old: chart::Input,
        /// After.
        new: chart::Input,
    },
    /// The job's chart, or all charts that differ, at two revisions of the repository.
    Revisions {
        /// Before; none: the merge base with the default branch.
        base: Option<String>,
        /// After; none: the work tree.
        head: Option<String>,
    },
}

/// What there is to say before anything is judged.
#[derive(Debug, Default)]
pub struct Told {
    /// One for each chart.
    pub changes: Vec<Change>,
    notices: Vec<Notice>,
    /// For a person.
    remarks: Vec<String>,
    /// Charts that could not be read.
    pub lost: Vec<Failure>,
}

/// Judges a change.
///
/// # Errors
/// If a chart, a revision or the sources cannot be read, or a report cannot be written.
pub fn run(job: &Job, compared: &Compared) -> Result<u8, Failure> {
    let progress = Progress::start();
    let (told, change, judged) = self::compared(job, compared, &progress)?;
    finish(job, told, &change, &judged, progress)
}

/// What is compared, how it differs, and what that means.
///
/// # Errors
/// If a chart, a revision or the sources cannot be read.
pub fn compared(job: &Job, compared: &Compared, progress: &Progress) -> Result<(Told, Change, Judged), Failure> {
    progress.stage("looking for sources");
    let gathered = Gathered::new(job)?;
    progress.stage("reading the charts");
    match compared {
        Compared::Given { old: chart::Input::Stdin, new: chart::Input::Stdin } => {
            Err(Failure::new("diff - -: only one of the two charts can come from standard input"))
        }
        Compared::Given { old, new } => {
            let mut told = given_charts(job, old, new)?;
            let (change, question) = told.question();
            let judged = match change.entries.is_empty() && !job.holes {
                true => Judged::default(),
                false => judged(job, gathered, &change.subject, question, &[old, new], progress)?,
            };
            Ok((told, change, judged))
        }
        Compared::Revisions { base, head } => {
            let mut states = Revisions::new(&job.sources.cwd, base.as_deref(), head.as_deref())?;
            let mut told = charts(job, &mut states)?;
            let (change, question) = told.question();
            let judged = match change.entries.is_empty() && !job.holes {
                true => Judged::default(),
                false => at_both(job, gathered, &mut states, &change, question, progress)?,
            };
            Ok((told, change, judged))
        }
    }
}

/// Two charts; or what two states of a library make of the charts that depend on it.
fn given_charts(job: &Job, old: &chart::Input, new: &chart::Input) -> Result<Told, Failure> {
    let mut told = Told::default();
    if job.consumers.is_empty() {
        consumers::refuse_libraries(&[old, new])?;
        let path = |input: &chart::Input| match input {
            chart::Input::Path(path) => Some(path.clone()),
            chart::Input::Stdin => None,
        };
        let places: Vec<PathBuf> = [old, new].into_iter().filter_map(path).collect();
        consumers::require(&places, &names(job))?;
        told.add_each(load_each(job, old)?, load_each(job, new)?);
        return Ok(told);
    }
    let (chart::Input::Path(old), chart::Input::Path(new)) = (old, new) else {
        return Err(Failure::new("--consumer: what it depends on is a chart's folder or archive, and not rendered"));
    };
    let name = chart::about(new)?.name;
    let (before, after) = (consumers::with(job, &name, old), consumers::with(job, &name, new));
    for path in &job.consumers {
        consumers::require(std::slice::from_ref(path), &names(&after))?;
        let input = chart::Input::Path(path.clone());
        let loaded = load_each(&before, &input).and_then(|old| Ok((old, load_each(&after, &input)?)));
        told.loaded(loaded);
    }
    told.consumed(&name);
    told.some()
}

/// What dependencies are overridden.
fn names(job: &Job) -> Vec<&str> {
    job.values.rendering.overrides.iter().map(|it| it.name.as_str()).collect()
}

/// The charts in both states.
fn charts(job: &Job, states: &mut Revisions) -> Result<Told, Failure> {
    let of_environments = job.values.rendering.environments.iter().flat_map(|environment| &environment.values);
    let values: Vec<_> = job.values.files.iter().chain(of_environments).cloned().collect();
    let paths = match &job.chart {
        _ if !job.consumers.is_empty() => job.consumers.clone(),
        Some(chart::Input::Path(path)) => vec![path.clone()],
        Some(chart::Input::Stdin) => {
            return Err(Failure::new("--chart -: has no revisions; pass a path in the repository"));
        }
        None if !states.has_charts() => {
            return Err(Failure::new("no chart found below the current folder, in either state: pass --chart PATH"));
        }
        None => {
            let pointing = states.pointing()?;
            let alone = states.changed_charts(&values);
            // A chart is compared as it is deployed.
            let alone = alone.into_iter().filter(|chart| !pointing.charts.contains(chart));
            alone.chain(pointing.files).collect()
        }
    };
    let library = match &job.chart {
        Some(chart::Input::Path(path)) if !job.consumers.is_empty() => Some(path),
        _ => None,
    };
    let others = job.values.rendering.overrides.iter().map(|it| &it.path).chain(library);
    let wanted: Vec<_> = paths.iter().chain(&values).chain(others).cloned().collect();
    states.export(true, &wanted)?;
    states.export(false, &wanted)?;
    let mut told = Told { notices: states.notices(), ..Told::default() };
    told.remarks.push(format!("compared: {} with {}", states.base.label(), states.head.label()));
    let states = &*states;
    let (job, name) = match library {
        None => (job.clone(), None),
        Some(path) => {
            let about = states.about(path).ok_or_else(|| {
                Failure::new(format!("{}: no chart there in either state that others could depend on", path.display()))
            })?;
            (consumers::with(job, &about.name, path), Some(about.name))
        }
    };
    let places = |path: &PathBuf| -> Vec<PathBuf> {
        [&states.base, &states.head].into_iter().filter_map(|side| states.place(side, path)).collect()
    };
    if library.is_none() {
        consumers::require(&paths.iter().flat_map(places).collect::<Vec<_>>(), &names(&job))?;
    }
    for path in &paths {
        let there = places(path);
        if there.is_empty() {
            return Err(Failure::new(format!("{}: not there in either state", path.display())));
        }
        if library.is_some() {
            consumers::require(&there, &names(&job)).map_err(|failure| states.told(&failure))?;
        }
        if states.about(path).is_some_and(|about| about.library) {
            if paths.len() == 1 {
                return Err(consumers::refused(path));
            }
            let path = path.display();
            told.remarks
                .push(format!("{path} is a library chart: what it changes shows in the charts that take it in"));
            continue;
        }
        let old = states.chart(&job, &states.base, path);
        told.loaded(old.and_then(|old| Ok((old, states.chart(&job, &states.head, path)?))));
    }
    if let Some(name) = name {
        told.consumed(&name);
    }
    told.some()
}

/// Judges by the code of the later state, and looks for readers that only the earlier one has.
fn at_both(
    job: &Job,
    gathered: Gathered,
    states: &mut Revisions,
    change: &Change,
    question: Question,
    progress: &Progress,
) -> Result<Judged, Failure> {
    let roots = gathered.sources.roots.clone();
    let tracked = states.tracked(&roots);
    states.export(false, &tracked)?;
    let own = given(job, states, &states.head);
    let inputs: Vec<&chart::Input> = own.iter().collect();
    let mut now = match &states.head.revision {
        None => judged(job, gathered, &change.subject, question.clone(), &inputs, progress)?,
        Some(_) => {
            let job = states.job(&states.head, job, &roots);
            judged(&job, Gathered::new(&job)?, &change.subject, question.clone(), &inputs, progress)?
        }
    };
    states.relabel_judged(&states.head, &mut now);
    if states.code_differs() {
        states.export(true, &tracked)?;
        let own = given(job, states, &states.base);
        let inputs: Vec<&chart::Input> = own.iter().collect();
        let job = states.job(&states.base, job, &roots);
        if job.sources.app.is_empty() && job.sources.vendored.is_empty() {
            return Ok(now);
        }
        let mut was = judged(&job, Gathered::new(&job)?, &change.subject, question, &inputs, progress)?;
        states.relabel_judged(&states.base, &mut was);
        if verdict::depends_on_before(&now.judgements, &change.entries) {
            verdict::read_before(&mut now.judgements, &was.scan, &was.judgements, &change.subject, &change.entries);
        }
        now.before = Some(Box::new(was));
    }
    Ok(now)
}

/// The chart's own files are told from others by being given, where they are no chart but rendered.
fn given(job: &Job, states: &Revisions, side: &Side) -> Option<chart::Input> {
    match &job.chart {
        Some(chart::Input::Path(path)) => states.place(side, path).map(chart::Input::Path),
        _ => None,
    }
}

fn finish(job: &Job, told: Told, change: &Change, judged: &Judged, progress: Progress) -> Result<u8, Failure> {
    let Judged { scan, mentions, judgements, notices, .. } = judged;
    progress.stage("exploring the release");
    let (mut findings, cut) = explored(job, &told, change, judged);
    release::accept(&mut findings, &job.accepted_findings, &job.today);
    // A chart in several environments breaks a rule once.
    let mut told_before = BTreeSet::new();
    findings.retain(|finding| told_before.insert((finding.rule.id, finding.message.clone(), finding.known)));
    let notices: Vec<Notice> = notices.iter().chain(&told.notices).chain(&cut).cloned().collect();
    let lost = !told.lost.is_empty();
    let report = Report::new(Content {
        chart: Some(&change.subject),
        change: Some(change),
        charts: told.changes.iter().map(|change| &change.subject).collect(),
        findings: &findings,
        release: job.values.release.as_deref(),
        mentions,
        judgements,
        accepted: status::accepted(job, scan, &change.subject, judgements, &change.entries),
        incomplete: lost || status::is_incomplete(scan, Some(&change.subject), &notices),
        notices,
        remarks: told.remarks,
        named: true,
        show_values: job.show_values,
        ..Content::new("diff", scan)
    });
    drop(progress);
    output::write(&report, &job.outputs)?;
    match (status::exit(&report, job.fail_on)?, told.lost.first()) {
        (0, Some(failure)) => Err(failure.clone()),
        (status, _) => Ok(status),
    }
}

/// The findings of the release, and what was cut.
pub fn explored(job: &Job, told: &Told, change: &Change, judged: &Judged) -> (Vec<Finding>, Vec<Notice>) {
    let before = judged.before.as_deref().unwrap_or(judged);
    let explored = told.changes.iter().enumerate().map(|(at, of_chart)| {
        // Entries are those of all charts together.
        let (changes, judgements) = match at {
            0 => (change.entries.as_slice(), judged.judgements.as_slice()),
            _ => Default::default(),
        };
        let (old, new) = (before.ships(&of_chart.old), judged.ships(&of_chart.new));
        let code = Code { old, new, changes, judgements, holes: job.holes };
        release::findings(job.deployer, &of_chart.old, &of_chart.new, Some(&code))
    });
    let (findings, cut): (Vec<_>, Vec<_>) = explored.unzip();
    (findings.concat(), cut.concat())
}

impl Told {
    /// A chart in both states, or why it is lost.
    fn loaded(&mut self, loaded: Result<(Vec<Chart>, Vec<Chart>), Failure>) {
        match loaded {
            Ok((old, new)) => self.add_each(old, new),
            Err(failure) => self.lost.push(failure),
        }
    }

    /// Itself, unless every chart is lost.
    fn some(self) -> Result<Told, Failure> {
        match self.lost.first() {
            Some(failure) if self.changes.is_empty() => Err(failure.clone()),
            _ => Ok(self),
        }
    }

    /// Says which of the charts that depend on a library it changes.
    fn consumed(&mut self, library: &str) {
        let named = |differ: bool| {
            let wanted = self.changes.iter().filter(|change| change.entries.is_empty() != differ);
            let names: BTreeSet<&str> = wanted.map(|change| change.subject.name.as_str()).collect();
            names
        };
        let (differ, same) = (named(true), named(false));
        let list = |names: Vec<&str>| if names.is_empty() { "none".to_string() } else { names.join(", ") };
        let same = list(same.difference(&differ).copied().collect());
        let differ = list(differ.into_iter().collect());
        self.remarks
            .push(format!("with `{library}` as it was and as it is, entries differ in: {differ}; the same in: {same}"));
    }

    /// Each environment for itself; what has none, as manifests, is the same in all.
    fn add_each(&mut self, old: Vec<Chart>, new: Vec<Chart>) {
        for index in 0..old.len().max(new.len()) {
            let of = |charts: &[Chart]| charts.get(index).or(charts.first()).cloned().unwrap_or_default();
            self.add(of(&old), of(&new));
        }
    }

    fn add(&mut self, old: Chart, new: Chart) {
        let mut change = change::compare(old, new);
        change.subject.notices = change.old.notices.iter().chain(&change.new.notices).cloned().collect();
        if let Some(remark) = hooks(&change.old, &change.new) {
            self.notices.push(Notice { kind: NoticeKind::Manifest, file: None, line: None, detail: remark.into() });
            self.remarks.push(remark.into());
        }
        if all_renamed(&change) {
            let remark = "every workload has another name in the new chart: what is deployed is to be compared with the \
                          chart as it is rendered for that release (--release NAME)";
            self.remarks.push(remark.into());
        }
        self.changes.push(change);
    }

    fn question(&mut self) -> (Change, Question) {
        let change = change::together(&self.changes);
        self.remarks.extend(no_longer(&change.conditional));
        let question = Question { changes: change.entries.clone(), ..Question::default() };
        (change, question)
    }
}

/// What the new chart cannot set under any values: it is not judged, as nothing tells where it was set.
fn no_longer(conditional: &[Conditional]) -> Option<String> {
    let at = |it: &Conditional| format!("{} at {}:{}", it.name.as_deref()?, it.place.file, it.place.line).into();
    let shown: Vec<String> = conditional.iter().filter_map(at).take(SHOWN).collect();
    let more = conditional.len().saturating_sub(shown.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let why = "not judged, as the given values do not turn it on: give those that do (-f, --environment)";
    (!shown.is_empty())
        .then(|| format!("could be set by the old chart, and no longer: {}{more}; {why}", shown.join(", ")))
}

/// Whether no workload has kept its name although containers were found again: names often hold the release's.
fn all_renamed(change: &Change) -> bool {
    let name = |container: &Option<Container>| container.as_ref().map(|container| container.workload.name.clone());
    let renamed =
        change.containers.iter().filter(|it| it.kind == ChangeKind::Renamed && name(&it.old) != name(&it.new));
    let renamed = renamed.count();
    renamed > 0 && renamed == change.new.containers.len()
}

/// Whether the two charts are of the same kind; one that is not there has none.
fn hooks(old: &Chart, new: &Chart) -> Option<&'static str> {
    match (old.hooks, new.hooks) {
        (0, 1..) if !old.containers.is_empty() => Some(
            "the old chart has no Helm hook and the new one has: what the hooks set looks added; of what is deployed, \
             pass `helm get hooks` beside `helm get manifest`",
        ),
        (1.., 0) if !new.containers.is_empty() => Some(
            "the old chart has Helm hooks and the new one has none: what the hooks set looks gone; render the new \
             chart with its hooks",
        ),
        _ => None,
    }
}
