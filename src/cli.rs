//! The command line: the only place that knows clap.

mod flags;

use std::path::{Path, PathBuf};

use anstream::ColorChoice;
use clap::Parser;
use flags::{ChartFlags, Cli, Color, CommonFlags, ComparedFlags, LimitFlags, SharedFlags, SourceFlags, Verb, formats};

use crate::discover::{self, Limits};
use crate::model::{Deployer, Failure};
use crate::report;
use crate::run::{Accepting, Asked, Command, Compared, FailOn, Job, Made, Output, Planning, Schema, Target, Values};
use crate::settings::{self, Settings};
use crate::{bundle, chart};

/// What the command line and the settings ask for. Help, version and usage errors end the process.
///
/// # Errors
/// If the settings file or a flag's value cannot be understood.
pub fn job() -> Result<Job, Failure> {
    let cwd = std::env::current_dir().map_err(|error| Failure::new(format!("no current folder: {error}")))?;
    let virtual_env = std::env::var_os("VIRTUAL_ENV").filter(|path| !path.is_empty()).map(PathBuf::from);
    resolve(Cli::parse(), cwd, virtual_env)
}

impl ComparedFlags {
    fn resolve(self) -> Compared {
        match (self.old, self.new) {
            (Some(old), Some(new)) => Compared::Given { old: input(old), new: input(new) },
            _ => Compared::Revisions { base: self.base, head: self.head },
        }
    }
}

fn resolve(cli: Cli, cwd: PathBuf, virtual_env: Option<PathBuf>) -> Result<Job, Failure> {
    let mut values_shown = false;
    let mut holes = false;
    let mut consumers = Vec::new();
    let mut images_told = Vec::new();
    let mut given = Vec::new();
    let mut deployer = None;
    let mut threshold: Option<Threshold> = None;
    let (command, sources, chart, shared) = match cli.command {
        Verb::Check { names, sources, image, chart, shared, fail_on, strict, show_values } => {
            threshold = Some(Threshold { fail_on, strict, named: !names.is_empty() });
            values_shown = show_values;
            images_told = image.image;
            (Command::Check { names }, sources, chart, shared)
        }
        Verb::Diff { mut compared, sources, image, chart, shared, fail_on, strict, show_values, holes: wanted } => {
            holes = wanted;
            deployer.clone_from(&compared.deployer);
            consumers = std::mem::take(&mut compared.consumer);
            threshold = Some(Threshold { fail_on, strict, named: true });
            values_shown = show_values;
            images_told = image.image;
            (Command::Diff(compared.resolve()), sources, chart, shared)
        }
        Verb::Plan { mut compared, sources, image, chart, format, write, common } => {
            consumers = std::mem::take(&mut compared.consumer);
            images_told = image.image;
            let shared = SharedFlags { common, ..SharedFlags::default() };
            deployer.clone_from(&compared.deployer);
            let planning = Planning { compared: compared.resolve(), json: format == "json", write };
            (Command::Plan(planning), sources, chart, shared)
        }
        Verb::Accept { names, reason, until, base, sources, image, chart, common } => {
            images_told = image.image;
            let day = |text: String| settings::Day::try_from(text).map(|day| day.0);
            let until = until.map(day).transpose().map_err(|why| Failure::new(format!("--until: {why}")))?;
            let config = settings::file(common.config.as_deref(), &cwd);
            // It is made if it is not there yet.
            let given = common.config.clone().filter(|path| cwd.join(path).is_file());
            let shared = SharedFlags { common: CommonFlags { config: given, ..common }, ..SharedFlags::default() };
            (Command::Accept(Accepting { names, reason, until, base, config }), sources, chart, shared)
        }
        Verb::Reads { sources, shared } => (Command::Reads, sources, ChartFlags::default(), shared),
        Verb::Explain { name, sources, shared } => (Command::Explain { name }, sources, ChartFlags::default(), shared),
        Verb::Entries { chart, shared, show_values } => {
            values_shown = show_values;
            (Command::Entries, SourceFlags::default(), chart, shared)
        }
        Verb::Scan { roots, sources, output, export, name, common } => {
            given = roots;
            let shared = SharedFlags { common, ..SharedFlags::default() };
            (Command::Scan(Made { bundle: output, rows: export, name }), sources, ChartFlags::default(), shared)
        }
        Verb::WhoReads { names, scan, dist, format, threads } => {
            let asked = Asked { names, distributions: dist, scans: scan, json: format == "jsonl" };
            let shared = SharedFlags { common: CommonFlags { threads, config: None }, ..SharedFlags::default() };
            (Command::WhoReads(asked), SourceFlags::default(), ChartFlags::default(), shared)
        }
        Verb::Schema { of } => {
            let of = match of.as_str() {
                "bundle" => Schema::Bundle,
                "rows" => Schema::Rows,
                "plan" => Schema::Plan,
                _ => Schema::Report,
            };
            (Command::Schema(of), SourceFlags::default(), ChartFlags::default(), SharedFlags::default())
        }
    };
    let settings = match command {
        Command::Schema(_) | Command::WhoReads(_) => Settings::default(),
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
            tag: sources.tag,
            lock: sources.lock,
            limits: limits(&sources.limits),
            image_config: sources.image_config,
            app_dist: sources.app_dist,
        },
        readers: settings.reader,
        accepted: settings.accept.into_iter().map(Into::into).collect(),
        accepted_findings: settings.accept_finding.into_iter().map(Into::into).collect(),
        today: today(),
        chart: chart.chart.or(settings.chart).map(input),
        values: Values {
            files: or(chart.values, settings.values),
            set: chart.set,
            set_string: chart.set_string,
            namespace: chart.namespace,
            release: chart.release,
            rendering: chart::Rendering {
                renderer: chart.renderer.as_deref().and_then(chart::Renderer::parse).unwrap_or_default(),
                set_json: chart.set_json,
                set_file: chart.set_file,
                kube_version: chart.kube_version,
                api_versions: chart.api_versions,
                environments: environments(&chart.environment, settings.environment)?,
                overrides: overrides(&chart.override_dependency)?,
                ..chart::Rendering::default()
            },
        },
        outputs: outputs(&shared)?,
        fail_on,
        show_values: values_shown,
        deployer: match deployer.or(settings.deployer).as_deref() {
            None | Some("helm") => Deployer::Helm,
            Some("argocd") => Deployer::ArgoCd,
            Some(other) => return Err(Failure::new(format!("deployer = \"{other}\": is helm or argocd"))),
        },
        holes,
        consumers,
        threads: shared.common.threads.map(usize::from),
    })
}

/// The day in UTC, as `2026-12-31`: the civil calendar from days since 1970
/// (<https://howardhinnant.github.io/date_algorithms.html#civil_from_days>).
fn today() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let days = now / 86_400 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

fn limits(flags: &LimitFlags) -> Limits {
    let usual = Limits::default();
    Limits {
        entries: flags.max_entries.unwrap_or(usual.entries),
        unpacked: flags.max_unpacked.map_or(usual.unpacked, |gib| gib.saturating_mul(1 << 30)),
        ratio: flags.max_ratio.unwrap_or(usual.ratio),
    }
}

fn input(path: PathBuf) -> chart::Input {
    if path.as_os_str() == "-" { chart::Input::Stdin } else { chart::Input::Path(path) }
}

/// The environments of the flags, else of the settings.
fn environments(flags: &[String], settings: Vec<settings::Environment>) -> Result<Vec<chart::Environment>, Failure> {
    if flags.is_empty() {
        let told = settings.into_iter().map(|it| chart::Environment { name: it.name, values: it.values });
        return Ok(told.collect());
    }
    let environment = |flag: &String| {
        let (name, files) = flag.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(|| {
            Failure::new(format!("--environment {flag}: expected NAME=FILE, as in --environment prod=values-prod.yaml"))
        })?;
        let values = files.split(',').filter(|file| !file.is_empty()).map(PathBuf::from).collect();
        Ok(chart::Environment { name: name.into(), values })
    };
    flags.iter().map(environment).collect()
}

fn overrides(flags: &[String]) -> Result<Vec<chart::Override>, Failure> {
    let one = |flag: &String| match flag.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => {
            Ok(chart::Override { name: name.into(), path: path.into() })
        }
        _ => Err(Failure::new(format!(
            "--override-dependency {flag}: expected NAME=PATH, as in --override-dependency common=libs/common"
        ))),
    };
    flags.iter().map(one).collect()
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
        let extension = |path: &str| match Path::new(path).extension()?.to_str()? {
            "md" => named("markdown"),
            extension => named(extension),
        };
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
