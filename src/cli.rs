//! The command line: the only place that knows clap.

use std::path::{Path, PathBuf};

use anstream::ColorChoice;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::model::Failure;
use crate::report;
use crate::run::{Asked, Command, FailOn, Job, Output, Target, Values};
use crate::settings::{self, Settings};
use crate::{bundle, chart, discover};

const EXAMPLES: &str = "\
Examples:
  stripcheck check                                  audit every env var of the chart in this folder
  stripcheck check API_TOKEN DB_URL                 may these two be removed together?
  stripcheck check --app src --vendored .venv --chart deploy/chart -f values-prod.yaml
  helm template . | stripcheck check --chart -      judge what Helm renders
  stripcheck check --image 'acme/web=services/web' --image 'acme/jobs=services/jobs'
  stripcheck reads --vendored .venv --format jsonl  who reads what
  stripcheck explain API_TOKEN                      how its readers come to read it, with source lines

Exit status: 0; 1 if a named variable is unsafe to remove (see --fail-on, --strict); 2 if the job
could not be done. A check without names is an audit: 0 unless --fail-on says otherwise.";

/// Tells who still reads an env var before it is stripped from a Helm chart.
#[derive(Debug, Parser)]
#[command(name = "stripcheck", version, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Judge env vars of a chart: unsafe, review or safe to remove, with the evidence
    #[command(after_help = EXAMPLES)]
    Check {
        /// The variables, judged as removed together; none: all, each judged alone
        #[arg(value_name = "VAR")]
        names: Vec<String>,
        #[command(flatten)]
        sources: SourceFlags,
        /// Which roots run in an image: 'acme/web=src', several with commas, none: not scanned (repeatable)
        #[arg(long, value_name = "PATTERN=ROOT…", help_heading = "Sources")]
        image: Vec<String>,
        #[command(flatten)]
        chart: ChartFlags,
        #[command(flatten)]
        shared: SharedFlags,
        /// What makes the exit status 1: a verdict, or the effect of an unsafe one
        /// [default: unsafe with names, never without]
        #[arg(long, value_name = "LEVEL", value_parser = FailOn::words())]
        fail_on: Option<String>,
        /// Exit with 1 also if a person has to look (review), besides what --fail-on names;
        /// --fail-on never contradicts it
        #[arg(long)]
        strict: bool,
        /// Show literal values of entries (never those of Secrets)
        #[arg(long)]
        show_values: bool,
    },
    /// List the places in code that read environment variables
    Reads {
        #[command(flatten)]
        sources: SourceFlags,
        #[command(flatten)]
        shared: SharedFlags,
    },
    /// Tell everything about who reads one variable: wrappers, constants and imports on the way, with source lines
    Explain {
        /// The variable
        #[arg(value_name = "VAR")]
        name: String,
        #[command(flatten)]
        sources: SourceFlags,
        #[command(flatten)]
        shared: SharedFlags,
    },
    /// List the env vars that a chart gives its containers
    Entries {
        #[command(flatten)]
        chart: ChartFlags,
        #[command(flatten)]
        shared: SharedFlags,
        /// Show literal values of entries (never those of Secrets)
        #[arg(long)]
        show_values: bool,
    },
    /// Scan code or an image into one file, to judge charts against later and elsewhere
    Scan {
        /// Folders, environments, wheels, archives, images
        #[arg(value_name = "ROOT|IMAGE")]
        roots: Vec<PathBuf>,
        #[command(flatten)]
        sources: SourceFlags,
        /// Where to write the bundle
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// The image that this code runs in, if that is not in it: acme/web:1.2
        #[arg(long, value_name = "IMAGE")]
        name: Option<String>,
        #[command(flatten)]
        common: CommonFlags,
    },
    /// Tell which services read a variable, over any number of bundles
    WhoReads {
        /// The variables; none: all that --dist reads
        #[arg(value_name = "NAME", required_unless_present = "dist")]
        names: Vec<String>,
        /// Bundles, and folders of them (repeatable)
        #[arg(long, value_name = "DIR|FILE", required = true, num_args = 1..)]
        scan: Vec<PathBuf>,
        /// Only what this distribution reads (repeatable)
        #[arg(long, value_name = "NAME")]
        dist: Vec<String>,
        /// How to print the answer
        #[arg(long, value_name = "FORMAT", value_parser = ["text", "jsonl"], default_value = "text")]
        format: String,
        /// Threads to use [default: one for each processor]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
        threads: Option<u16>,
    },
    /// Print the JSON Schema of --format json, or of a bundle
    Schema {
        /// Which one
        #[arg(value_parser = ["report", "bundle"], default_value = "report")]
        of: String,
    },
}

#[derive(Debug, Args, Default)]
#[command(next_help_heading = "Sources")]
struct SourceFlags {
    /// Code of the application, or an image with all that is in it: docker save, OCI layout, root file
    /// system, - for a tar on stdin (repeatable) [default: found below the current folder]
    #[arg(long, value_name = "PATH")]
    app: Vec<PathBuf>,
    /// Vendored or installed code: a virtual environment, a site-packages, a plain tree, wheels, an
    /// archive (repeatable)
    #[arg(long, value_name = "PATH")]
    vendored: Vec<PathBuf>,
    /// What `stripcheck scan` wrote (repeatable)
    #[arg(long, value_name = "FILE")]
    scan: Vec<PathBuf>,
    /// Which image of several: linux/arm64 [default: Linux on this machine's processor]
    #[arg(long, value_name = "OS/ARCH")]
    platform: Option<String>,
    /// Configuration of an image given as its root file system (crane config, docker inspect)
    #[arg(long, value_name = "FILE")]
    image_config: Option<PathBuf>,
    /// Installed distribution that is the application in an image (repeatable) [default: found by WORKDIR,
    /// entry point, PYTHONPATH, direct_url.json]
    #[arg(long, value_name = "NAME")]
    app_dist: Vec<String>,
}

#[derive(Debug, Args, Default)]
#[command(next_help_heading = "Chart")]
struct ChartFlags {
    /// Chart directory or .tgz, rendered YAML file or folder, or - for stdin [default: the chart found here]
    #[arg(long, value_name = "PATH")]
    chart: Option<PathBuf>,
    /// Values file, as Helm's (repeatable)
    #[arg(short = 'f', long, value_name = "FILE")]
    values: Vec<PathBuf>,
    /// Set a value, as Helm's (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Set a string value, as Helm's (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    set_string: Vec<String>,
    /// Namespace to render with, as Helm's
    #[arg(short, long)]
    namespace: Option<String>,
    /// Release name to render with
    #[arg(long, value_name = "NAME")]
    release: Option<String>,
}

#[derive(Debug, Args, Default)]
#[command(next_help_heading = "Output")]
struct SharedFlags {
    /// How to print the report
    #[arg(long, value_name = "FORMAT", value_parser = formats(), default_value = report::ALL[0].name)]
    format: String,
    /// Also write the report to a file (- is standard output), in the format told or that of the
    /// extension (repeatable)
    #[arg(long, short, value_name = "[FORMAT=]PATH")]
    output: Vec<String>,
    /// When to use colours
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    color: Color,
    #[command(flatten)]
    common: CommonFlags,
}

#[derive(Debug, Args, Default)]
struct CommonFlags {
    /// Settings file [default: the nearest stripcheck.toml from here upwards]
    #[arg(long, value_name = "PATH")]
    config: Option<PathBuf>,
    /// Threads to use [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

fn formats() -> Vec<&'static str> {
    report::ALL.iter().map(|format| format.name).collect()
}

/// What the command line and the settings ask for. Help, version and usage errors end the process.
///
/// # Errors
/// If the settings file or a flag's value cannot be understood.
pub fn job() -> Result<Job, Failure> {
    let cwd = std::env::current_dir().map_err(|error| Failure::new(format!("no current folder: {error}")))?;
    let virtual_env = std::env::var_os("VIRTUAL_ENV").filter(|path| !path.is_empty()).map(PathBuf::from);
    resolve(Cli::parse(), cwd, virtual_env)
}

fn resolve(cli: Cli, cwd: PathBuf, virtual_env: Option<PathBuf>) -> Result<Job, Failure> {
    let mut values_shown = false;
    let mut images_told = Vec::new();
    let mut given = Vec::new();
    let mut threshold: Option<Threshold> = None;
    let (command, sources, chart, shared) = match cli.command {
        Verb::Check { names, sources, image, chart, shared, fail_on, strict, show_values } => {
            threshold = Some(Threshold { fail_on, strict, named: !names.is_empty() });
            values_shown = show_values;
            images_told = image;
            (Command::Check { names }, sources, chart, shared)
        }
        Verb::Reads { sources, shared } => (Command::Reads, sources, ChartFlags::default(), shared),
        Verb::Explain { name, sources, shared } => (Command::Explain { name }, sources, ChartFlags::default(), shared),
        Verb::Entries { chart, shared, show_values } => {
            values_shown = show_values;
            (Command::Entries, SourceFlags::default(), chart, shared)
        }
        Verb::Scan { roots, sources, output, name, common } => {
            given = roots;
            let shared = SharedFlags { common, ..SharedFlags::default() };
            (Command::Scan { output, name }, sources, ChartFlags::default(), shared)
        }
        Verb::WhoReads { names, scan, dist, format, threads } => {
            let asked = Asked { names, distributions: dist, scans: scan, json: format == "jsonl" };
            let shared = SharedFlags { common: CommonFlags { threads, config: None }, ..SharedFlags::default() };
            (Command::WhoReads(asked), SourceFlags::default(), ChartFlags::default(), shared)
        }
        Verb::Schema { of } => {
            let command = Command::Schema { bundle: of == "bundle" };
            (command, SourceFlags::default(), ChartFlags::default(), SharedFlags::default())
        }
    };
    let settings = match command {
        Command::Schema { .. } | Command::WhoReads(_) => Settings::default(),
        _ => settings::load(shared.common.config.as_deref(), &cwd)?,
    };
    let fail_on = threshold.map_or(Ok(FailOn::Never), |flags| flags.resolve(&settings))?;
    let images = images(&images_told, &settings)?;
    // `scan ROOT` is about that alone.
    let alone = !given.is_empty();
    let told = |flags, settings| if alone { flags } else { or(flags, settings) };
    let mut app = told(sources.app, settings.app);
    let vendored = told(sources.vendored, settings.vendored);
    let mut scans = told(sources.scan, settings.scan);
    for root in images.iter().flat_map(|(_, roots)| roots) {
        // An image or a bundle needs no other mention; a folder may be a part of what is scanned.
        let known = [&app, &vendored, &scans].iter().any(|list| list.contains(root));
        match (known, kind(&cwd.join(root))) {
            (false, Kind::Bundle) => scans.push(root.clone()),
            (false, Kind::Image) => app.push(root.clone()),
            _ => {}
        }
    }
    Ok(Job {
        command,
        images,
        scans,
        sources: discover::Request {
            app,
            vendored,
            roots: given,
            cwd,
            virtual_env,
            platform: sources.platform,
            image_config: sources.image_config,
            app_dist: sources.app_dist,
        },
        readers: settings.reader,
        chart: chart.chart.or(settings.chart).map(|path| match path.as_os_str() == "-" {
            true => chart::Input::Stdin,
            false => chart::Input::Path(path),
        }),
        values: Values {
            files: or(chart.values, settings.values),
            set: chart.set,
            set_string: chart.set_string,
            namespace: chart.namespace,
            release: chart.release,
        },
        outputs: outputs(&shared)?,
        fail_on,
        show_values: values_shown,
        threads: shared.common.threads.map(usize::from),
    })
}

/// What a path that an image is mapped to is.
enum Kind {
    Bundle,
    Image,
    Other,
}

fn kind(path: &Path) -> Kind {
    use std::io::Read;
    let mut head = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(64).read_to_end(&mut head));
    match read {
        Ok(_) if bundle::is_bundle(&head) => Kind::Bundle,
        Ok(_) => Kind::Image,
        Err(_) if path.join("oci-layout").is_file() => Kind::Image,
        Err(_) => Kind::Other,
    }
}

/// What was given, else what the settings say.
fn or<T>(given: Vec<T>, settings: Vec<T>) -> Vec<T> {
    if given.is_empty() { settings } else { given }
}

/// What the flags say about the exit status.
struct Threshold {
    fail_on: Option<String>,
    strict: bool,
    named: bool,
}

impl Threshold {
    /// `--fail-on` says which entries count, `--strict` adds those for review. Flags win: a given
    /// `--fail-on` sets aside both settings, and `--strict` a `fail-on = "never"` there.
    fn resolve(self, settings: &Settings) -> Result<FailOn, Failure> {
        let strict = self.strict || (settings.strict && self.fail_on.is_none());
        let (word, by) = match (&self.fail_on, &settings.fail_on) {
            (Some(word), _) => (Some(word), "--fail-on "),
            (None, word) => (word.as_ref(), "fail-on = "),
        };
        let fail_on = match word {
            Some(word) => FailOn::parse(word).ok_or_else(|| {
                Failure::new(format!("{by}{word:?}: no such level; there are {}", FailOn::words().join(", ")))
            })?,
            None if self.named => FailOn::Unsafe,
            None => FailOn::Never,
        };
        // Both are flags, or neither is.
        let same_place = self.strict == self.fail_on.is_some();
        if strict && same_place && word.is_some() && fail_on == FailOn::Never {
            let strict = if self.strict { "--strict" } else { "strict = true" };
            return Err(Failure::new(format!("{by}never and {strict} contradict each other: leave one out")));
        }
        Ok(if strict { fail_on.strict() } else { fail_on })
    }
}

/// Image rules of the flags, then of the settings: the first that means an image decides.
fn images(flags: &[String], settings: &Settings) -> Result<Vec<(String, Vec<PathBuf>)>, Failure> {
    let mut rules = Vec::new();
    for flag in flags {
        let (pattern, roots) = flag.split_once('=').filter(|(pattern, _)| !pattern.is_empty()).ok_or_else(|| {
            Failure::new(format!("--image {flag}: expected PATTERN=ROOT, as in --image 'acme/web=services/web'"))
        })?;
        let roots = roots.split(',').filter(|root| !root.is_empty()).map(PathBuf::from);
        rules.push((pattern.to_string(), roots.collect()));
    }
    rules.extend(settings.source.iter().map(|source| (source.image.clone(), source.roots.clone())));
    Ok(rules)
}

fn outputs(shared: &SharedFlags) -> Result<Vec<Output>, Failure> {
    let named = |name: &str| report::ALL.iter().copied().find(|format| format.name == name);
    let choice = match shared.color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    let mut outputs = Vec::new();
    if let Some(format) = named(&shared.format).or(report::ALL.first().copied()) {
        outputs.push(Output { format, target: Target::Stdout(choice) });
    }
    for flag in &shared.output {
        let told = match flag.split_once('=') {
            // A folder may have an `=` in its name, a format has no `/` or `.`.
            Some((name, path)) if !name.contains(['/', '.']) => match named(name) {
                Some(format) => Some((format, path)),
                None => {
                    let known = formats().join(", ");
                    return Err(Failure::new(format!(
                        "--output {flag}: no format {name}; there are {known} (./{flag} is a file)"
                    )));
                }
            },
            _ => None,
        };
        let extension = |path: &str| Path::new(path).extension()?.to_str().and_then(named);
        let (format, path) = match told {
            Some(told) => told,
            None => {
                (extension(flag).or(report::ALL.first().copied()).ok_or(Failure::new("no formats"))?, flag.as_str())
            }
        };
        if path.is_empty() {
            return Err(Failure::new(format!("--output {flag}: expected a path after the =")));
        }
        let target = if path == "-" { Target::Stdout(choice) } else { Target::File(path.into()) };
        outputs.push(Output { format, target });
    }
    Ok(outputs)
}

#[cfg(test)]
mod tests;
