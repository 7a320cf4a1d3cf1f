//! A chart and its values → manifests.

use std::path::{Path, PathBuf};

use super::capabilities::{KUBE_VERSION, capabilities};
use super::chart::{self, Chart, ChartFile, Files};
use super::functions::{Constraint, Version};
use super::manifest::{Broken, manifests};
use super::places::Places;
use super::template::{Engine, Fault, conditional};
use super::text::Text;
use super::value::{Key, Map, MapRef, Value};
use super::values::{self, Kind};
use crate::model::Conditional;

/// Stack of the thread that renders: templates include each other up to a thousand deep.
const STACK: usize = 1 << 30;

/// What a chart is rendered with; names as Helm's flags.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The release's name.
    pub release: String,
    /// `--namespace`
    pub namespace: String,
    /// `--values`: label and content, in order.
    pub values: Vec<(String, Vec<u8>)>,
    /// `--set` and its kin, in the order in which Helm takes them.
    pub set: Vec<(Kind, String)>,
    /// `--kube-version`
    pub kube_version: Option<String>,
    /// `--api-versions`
    pub api_versions: Vec<String>,
    /// Whether the chart's own values do not count.
    pub bare: bool,
    /// Charts that take the place of dependencies.
    pub overrides: Vec<Override>,
    /// Charts that missing dependencies are taken from, if they are of a version that is asked for.
    pub spare: Vec<PathBuf>,
}

/// A chart that takes the place of a dependency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Override {
    /// The name of the dependency.
    pub name: String,
    /// The chart: a folder, or packed.
    pub path: PathBuf,
}

/// What a chart renders to.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The chart's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Each template's documents: name, text.
    pub files: Vec<(String, Vec<u8>)>,
    /// Where the lines of those are from.
    pub places: Places,
    /// What could be set with other values.
    pub conditional: Vec<Conditional>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// Why a chart could not be rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// A sentence that names file and line.
    pub message: String,
    /// Whether Helm itself might do it.
    pub unsupported: bool,
}

impl From<crate::model::Failure> for Refused {
    fn from(failure: crate::model::Failure) -> Refused {
        Refused { message: failure.message, unsupported: false }
    }
}

/// Reads a chart's folder or a packed chart.
///
/// # Errors
/// If it cannot be read.
pub fn open(path: &Path) -> Result<Files, Refused> {
    if path.is_dir() {
        return Ok(chart::folder(path)?);
    }
    let label = path.display().to_string();
    let bytes =
        std::fs::read(path).map_err(|error| Refused { message: format!("{label}: {error}"), unsupported: false })?;
    Ok(chart::archive(&label, &bytes)?)
}

/// Renders a chart.
///
/// # Errors
/// If something in it is wrong, or not supported.
pub fn render(files: Files, options: &Options) -> Result<Rendered, Refused> {
    let label = files.label.clone();
    let work = move || Renderer::default().render(files, options);
    let failed = |why: &str| Refused { message: format!("{label}: {why}"), unsupported: true };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| failed(&format!("cannot start rendering: {error}")))?;
        thread.join().unwrap_or_else(|_| Err(failed("rendering failed within this program; please report it")))
    })
}

#[derive(Default)]
struct Renderer {
    names: Vec<String>,
    notes: Vec<String>,
}

/// A template with what it sees.
struct Job {
    path: String,
    base: String,
    text: Text,
    scope: MapRef,
}

impl Renderer {
    fn render(mut self, files: Files, options: &Options) -> Result<Rendered, Refused> {
        let label = files.label.clone();
        let wrong = |why: String| Refused { message: format!("{label}: {why}"), unsupported: false };
        let mut chart = Chart::load(files, &mut self.names)?;
        self.depend(&mut chart, options)?;
        if options.bare {
            chart.values = Map::plain([]);
        }
        if chart.metadata.library {
            return Err(wrong("is a library chart, which renders nothing by itself; give a chart that uses it".into()));
        }
        let given = self.given(options)?;
        let kube = options.kube_version.as_deref().unwrap_or(KUBE_VERSION);
        let version = Version::parse(kube).ok_or_else(|| wrong(format!("--kube-version {kube} is no version")))?;
        if let Some(range) =
            Constraint::parse(&chart.metadata.kube_version).filter(|_| !chart.metadata.kube_version.is_empty())
            && !range.allows(&version)
        {
            let wanted = &chart.metadata.kube_version;
            return Err(wrong(format!(
                "the chart is for Kubernetes {wanted}, and this is {kube}: give --kube-version"
            )));
        }
        let notes = values::process(&mut chart, &given).map_err(&wrong)?;
        self.notes.extend(notes);
        let all = values::coalesce(&chart, &given, false).map_err(&wrong)?;
        if chart.schema {
            self.notes.push("values.schema.json is not looked at: Helm could refuse these values".into());
        }
        let release = [
            ("Name", Value::str(options.release.as_str())),
            ("Namespace", Value::str(options.namespace.as_str())),
            ("IsUpgrade", Value::Bool(false)),
            ("IsInstall", Value::Bool(true)),
            ("Revision", Value::Int(1)),
            ("Service", Value::str("Helm")),
        ];
        let release = Value::map(release.map(|(key, value)| (Key::from(key), value)));
        let capabilities = capabilities(&version, &options.api_versions);
        let mut jobs = Vec::new();
        scope(&chart, true, &chart.metadata.name, Value::Map(all), &release, &capabilities, &mut jobs);
        // Deep templates first, later names first: so what is defined higher up wins.
        jobs.sort_by(|a, b| {
            let depth = |job: &Job| job.path.matches('/').count();
            depth(b).cmp(&depth(a)).then_with(|| b.path.cmp(&a.path))
        });
        let mut engine = Engine::new(self.names);
        let refused = |fault: Fault| {
            let (file, line) = fault.place.unwrap_or_else(|| (label.clone(), 1));
            // What `fail` says is often several lines.
            let said: Vec<&str> = fault.message.split_whitespace().collect();
            let message = format!("template {file} line {line}: {}", said.join(" "));
            Refused { message, unsupported: fault.ours }
        };
        for job in &jobs {
            engine.add(&job.path, job.text.clone()).map_err(refused)?;
        }
        let mut outputs = Vec::new();
        for job in &jobs {
            let name = job.path.rsplit('/').next().unwrap_or_default();
            if name.starts_with('_') {
                continue;
            }
            let own = [("Name", Value::str(job.path.as_str())), ("BasePath", Value::str(job.base.as_str()))];
            job.scope.insert("Template".into(), Value::map(own.map(|(key, value)| (Key::from(key), value))));
            let text = engine.include(&job.path, Value::Map(job.scope.clone())).map_err(refused)?;
            if name != "NOTES.txt" {
                outputs.push((job.path.clone(), text.without("<no value>").unwrap_or(text)));
            }
        }
        let name = chart.metadata.name.clone();
        let manifests = manifests(outputs).map_err(|broken| self::broken(&engine, &label, &name, broken))?;
        let conditional = conditional(&engine);
        let (files, places) = Places::gather(&label, &name, manifests, engine.files);
        Ok(Rendered { name, version: chart.metadata.version.clone(), files, places, conditional, notes: self.notes })
    }

    /// Settles what the chart depends on and does not hold.
    fn depend(&mut self, chart: &mut Chart, options: &Options) -> Result<(), Refused> {
        for Override { name, path } in &options.overrides {
            let mut other = Chart::load(open(path)?, &mut self.names)?;
            other.take_in(&mut self.names, &mut self.notes)?;
            chart.replace(name, &other, &mut self.notes);
        }
        chart.take_in(&mut self.names, &mut self.notes)?;
        for path in &options.spare {
            // What cannot be read there is nothing that was asked for.
            let Ok(other) = open(path).and_then(|files| Ok(Chart::load(files, &mut self.names)?)) else { continue };
            if chart.lacks(&other) {
                self.notes.push(format!(
                    "the dependency `{}` is not in charts/ of {}: taken from {}",
                    other.metadata.name,
                    chart.label,
                    path.display()
                ));
                chart.dependencies.push(other);
            }
        }
        match options.overrides.iter().find(|it| !chart.takes(&it.name)) {
            None => Ok(()),
            Some(Override { name, .. }) => {
                let message = format!("{}: does not depend on `{name}`, so nothing can take its place", chart.label);
                Err(Refused { message, unsupported: false })
            }
        }
    }

    /// The values that are given, the later over the earlier.
    fn given(&mut self, options: &Options) -> Result<MapRef, Refused> {
        let given = Map::plain([]);
        for (label, bytes) in &options.values {
            let file = ChartFile { path: label.clone(), label: label.clone(), bytes: bytes.clone() };
            values::overlay(&given, &chart::values(&file, &mut self.names)?);
        }
        for (kind, text) in &options.set {
            let flag = match kind {
                Kind::Plain => "--set",
                Kind::Strings => "--set-string",
                Kind::Json => "--set-json",
                Kind::Files => "--set-file",
            };
            let read = |path: &str| std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"));
            values::set(text, *kind, &given, &read)
                .map_err(|why| Refused { message: format!("{flag} {text}: {why}"), unsupported: false })?;
        }
        Ok(given)
    }
}

/// What each template of a chart and of its dependencies sees. Gives what the chart's own templates do.
fn scope(
    chart: &Chart,
    root: bool,
    path: &str,
    values: Value,
    release: &Value,
    capabilities: &Value,
    jobs: &mut Vec<Job>,
) -> MapRef {
    let inner = Map::plain([]);
    let next = Map::plain([
        ("Chart".into(), chart.metadata.value(root)),
        ("Files".into(), chart.files_value()),
        ("Release".into(), release.clone()),
        ("Capabilities".into(), capabilities.clone()),
        ("Values".into(), values.clone()),
        ("Subcharts".into(), Value::Map(inner.clone())),
    ]);
    for dependency in &chart.dependencies {
        let name = dependency.metadata.name.as_str();
        let own = values.as_map().and_then(|values| values.get(name)).filter(|own| own.as_map().is_some());
        let own = own.unwrap_or_else(|| Value::map([]));
        let path = format!("{path}/charts/{name}");
        let seen = scope(dependency, false, &path, own, release, capabilities, jobs);
        inner.insert(name.into(), Value::Map(seen));
    }
    for (file, text) in &chart.templates {
        let partial = file.rsplit('/').next().is_some_and(|name| name.starts_with('_'));
        if !chart.metadata.library || partial {
            let (path, base) = (format!("{path}/{file}"), format!("{path}/templates"));
            jobs.push(Job { path, base, text: text.clone(), scope: next.clone() });
        }
    }
    next
}

fn broken(engine: &Engine, label: &str, name: &str, broken: Broken) -> Refused {
    let origin = broken.text.origin_at(broken.at);
    let line = memchr::memchr_iter(b'\n', &broken.text.as_str().as_bytes()[..broken.at]).count() + 1;
    let template = broken.template.strip_prefix(name).unwrap_or(&broken.template);
    let template = format!("{}{template}", label.trim_end_matches('/'));
    let place = match engine.files.get(usize::from(origin.file)) {
        Some(file) if origin.line > 0 => {
            format!("template {template} line {line} of its output, made at {file}:{}", origin.line)
        }
        _ => format!("template {template} line {line} of its output"),
    };
    Refused { message: format!("{place}: {}", broken.detail), unsupported: false }
}
