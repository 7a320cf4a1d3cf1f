//! The files of a chart → the chart with its dependencies.

use std::rc::Rc;

use super::super::format::read;
use super::super::text::Text;
use super::super::value::{Key, Map, MapRef, Value};
use super::metadata::{self, Metadata};
use super::source::{self, ChartFile, Files};
use crate::model::Failure;

/// How deep charts may hold charts.
const MAX_DEPTH: usize = 16;

/// A chart.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Who asked calls it so.
    pub label: String,
    /// What it says about itself.
    pub metadata: Metadata,
    /// Its templates: path, text.
    pub templates: Vec<(String, Text)>,
    /// Its values.
    pub values: MapRef,
    /// All other files, by path.
    pub files: Vec<(Key, Value)>,
    /// The charts that it holds.
    pub dependencies: Vec<Chart>,
    /// Whether it has a schema of values.
    pub schema: bool,
}

/// Names of files, which origins number.
pub type Names = Vec<String>;

fn number(names: &mut Names, label: &str) -> u16 {
    names.push(label.into());
    u16::try_from(names.len() - 1).unwrap_or(u16::MAX)
}

impl Chart {
    /// Makes a chart of its files.
    ///
    /// # Errors
    /// If one of its files is not what it has to be: naming it and the line.
    pub fn load(files: Files, names: &mut Names) -> Result<Chart, Failure> {
        Chart::within(files, names, 0)
    }

    fn within(files: Files, names: &mut Names, depth: usize) -> Result<Chart, Failure> {
        let Files { label, files } = files;
        if depth > MAX_DEPTH {
            return Err(Failure::new(format!("{label}: charts hold charts more than {MAX_DEPTH} deep")));
        }
        let of = |path: &str| files.iter().find(|file| file.path == path);
        let Some(description) = of("Chart.yaml") else {
            return Err(Failure::new(format!("{label}: holds no Chart.yaml")));
        };
        let requirements = of("requirements.yaml").map(utf8).transpose()?;
        let metadata = metadata::read(utf8(description)?, requirements)
            .map_err(|(line, why)| Failure::new(format!("{}:{line}: {why}", description.label)))?;
        let values = match of("values.yaml") {
            Some(file) => values(file, names)?,
            None => Map::plain([]),
        };
        let schema = of("values.schema.json").is_some();
        let (mut templates, mut others, mut inner) = (Vec::new(), Vec::new(), Vec::new());
        for file in files {
            if file.path.starts_with("templates/") {
                let id = number(names, &file.label);
                let text = utf8(&file)?.trim_start_matches('\u{feff}').to_string();
                templates.push((file.path, Text::of_file(text, id, 1)));
            } else if file.path.starts_with("charts/") {
                inner.push(file);
            } else if !matches!(file.path.as_str(), "Chart.yaml" | "values.yaml" | "values.schema.json" | "Chart.lock")
            {
                let id = number(names, &file.label);
                let text = String::from_utf8_lossy(&file.bytes).into_owned();
                others.push((Key::from(file.path.as_str()), Value::text(Text::of_file(text, id, 1))));
            }
        }
        let dependencies = dependencies(&label, inner, names, depth)?;
        Ok(Chart { label, metadata, templates, values, files: others, dependencies, schema })
    }
}

fn utf8(file: &ChartFile) -> Result<&str, Failure> {
    std::str::from_utf8(&file.bytes).map_err(|error| {
        let before = file.bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        Failure::new(format!("{}:{line}: is not UTF-8 text", file.label))
    })
}

/// The values of a file.
///
/// # Errors
/// If they are no mapping: naming the line.
pub fn values(file: &ChartFile, names: &mut Names) -> Result<MapRef, Failure> {
    let text = Text::of_file(utf8(file)?.trim_start_matches('\u{feff}').into(), number(names, &file.label), 1);
    match read::yaml(&text) {
        Ok(Value::Map(map)) => Ok(map),
        Ok(Value::Nil) => Ok(Map::plain([])),
        Ok(other) => Err(Failure::new(format!(
            "{}:1: values have to be a mapping, and this is a {}",
            file.label,
            other.kind_name()
        ))),
        Err(problem) => Err(Failure::new(format!("{}:{}: {}", file.label, problem.line, problem.detail))),
    }
}

/// The charts in `charts/`: folders and packed ones.
fn dependencies(label: &str, files: Vec<ChartFile>, names: &mut Names, depth: usize) -> Result<Vec<Chart>, Failure> {
    let mut charts = Vec::new();
    let mut folders: Vec<(String, Files)> = Vec::new();
    for mut file in files {
        let Some(inner) = file.path.strip_prefix("charts/").map(String::from) else { continue };
        match inner.split_once('/') {
            // What begins with a dot or underscore is none (Helm, `LoadFiles`).
            _ if inner.starts_with(['_', '.']) => {}
            Some((folder, rest)) => {
                let parent = file.label.len() - rest.len();
                let name = file.label[..parent].trim_end_matches('/').to_string();
                file.path = rest.into();
                if folders.last().is_none_or(|(known, _)| known != folder) {
                    folders.push((folder.into(), Files { label: name, files: Vec::new() }));
                }
                if let Some((_, files)) = folders.last_mut() {
                    files.files.push(file);
                }
            }
            None if source::is_packed(&inner) => {
                let unpacked = source::archive(&file.label, &file.bytes)?;
                charts.push((inner, Chart::within(unpacked, names, depth + 1)?));
            }
            None => {}
        }
    }
    for (folder, files) in folders {
        // A folder without a Chart.yaml is an error in Helm too.
        let chart = Chart::within(files, names, depth + 1)
            .map_err(|failure| Failure::new(format!("{} (a dependency of {label})", failure.message)))?;
        charts.push((folder, chart));
    }
    charts.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(charts.into_iter().map(|(_, chart)| chart).collect())
}

impl Chart {
    /// `.Files`
    pub fn files_value(&self) -> Value {
        Value::Map(Map::new(super::super::value::Class::Files, self.files.clone()))
    }

    /// The same chart under another name; its values are its own.
    pub fn renamed(&self, name: &str) -> Chart {
        let mut chart = self.clone();
        chart.metadata.name = name.into();
        chart.values = Rc::clone(&self.values);
        chart
    }
}
