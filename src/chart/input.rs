//! Where manifests come from: standard input, a file, a folder, or Helm.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::{Input, Request, helm, read_counted, title};
use crate::model::{Chart, Failure, Notice, NoticeKind};

/// The name of standard input in locations.
const STDIN: &str = "<stdin>";

/// Loads what `request` names.
///
/// - Manifests: a file, standard input, or a folder, of which every `.yaml`, `.yml` and `.json` file
///   at any depth is read, in the order of their paths. Locations are lines of those files.
/// - A chart (a folder with a `Chart.yaml`, a `.tgz`): rendered by the `helm` program on the `PATH`.
///   Locations are lines of `CHART/templates/x.yaml (rendered)`, which is what
///   `helm template … --show-only templates/x.yaml` prints.
///
/// # Errors
/// If the input is missing, unreadable or empty, if nothing in it can be read, or if Helm is missing
/// or fails.
pub fn load(request: &Request) -> Result<Chart, Failure> {
    let path = match &request.input {
        Input::Stdin => {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).map_err(|error| Failure::new(format!("{STDIN}: {error}")))?;
            return manifests(STDIN, &[(STDIN.into(), bytes)], Vec::new());
        }
        Input::Path(path) => path,
    };
    let label = path.display().to_string();
    let kind = std::fs::metadata(path).map_err(|error| failure(&label, &error))?;
    if kind.is_dir() && path.join("Chart.yaml").is_file() {
        let meta = std::fs::read(path.join("Chart.yaml")).map_err(|error| failure(&label, &error))?;
        let mut chart = manifests(&label, &helm::render(path, request)?, Vec::new())?;
        let (name, version) = helm::metadata(&meta);
        chart.name = name.unwrap_or(chart.name);
        chart.version = version.or(chart.version);
        Ok(chart)
    } else if kind.is_dir() {
        let (files, notices) = folder(path);
        if files.is_empty() {
            let detail = "no .yaml, .yml or .json file that can be read in this folder";
            return Err(Failure::new(format!("{label}: {detail}")));
        }
        let mut chart = manifests(&label, &files, notices)?;
        if chart.version.is_none() {
            chart.name = title::of_file(&label);
        }
        Ok(chart)
    } else if label.ends_with(".tgz") || label.ends_with(".tar.gz") {
        manifests(&label, &helm::render(path, request)?, Vec::new())
    } else {
        let bytes = std::fs::read(path).map_err(|error| failure(&label, &error))?;
        manifests(&label, &[(label.clone(), bytes)], Vec::new())
    }
}

fn failure(label: &str, error: &std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::NotFound => Failure::new(format!("{label}: no such file or folder")),
        _ => Failure::new(format!("{label}: {error}")),
    }
}

/// Reads `files`; an input in which nothing at all could be read is a failure.
fn manifests(label: &str, files: &[(String, Vec<u8>)], mut notices: Vec<Notice>) -> Result<Chart, Failure> {
    let (mut chart, documents) = read_counted(files);
    if documents == 0 {
        return Err(Failure::new(match chart.notices.first() {
            None => format!("{label}: holds no document: empty, or comments only"),
            Some(Notice { file, line, detail, .. }) => {
                let file = file.as_deref().unwrap_or(label);
                let line = line.map(|line| format!(":{line}")).unwrap_or_default();
                format!("{file}{line}: {detail}; nothing else is in it")
            }
        }));
    }
    notices.append(&mut chart.notices);
    chart.notices = notices;
    Ok(chart)
}

/// The manifests below `root`, by path. Links are followed; loops and what cannot be read are notices.
fn folder(root: &Path) -> (Vec<(String, Vec<u8>)>, Vec<Notice>) {
    let mut notices = Vec::new();
    let mut unreadable = |file: String, detail: String| {
        notices.push(Notice { kind: NoticeKind::Unreadable, file: Some(file), line: None, detail });
    };
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in ignore::WalkBuilder::new(root).standard_filters(false).follow_links(true).build() {
        match entry {
            Ok(entry) => {
                let manifest = entry.path().extension().is_some_and(|ending| {
                    ["yaml", "yml", "json"].iter().any(|known| ending.eq_ignore_ascii_case(known))
                });
                if manifest && entry.file_type().is_some_and(|kind| kind.is_file()) {
                    paths.push(entry.into_path());
                }
            }
            Err(error) => unreadable(root.display().to_string(), error.to_string()),
        }
    }
    paths.sort_unstable();
    let mut files = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        match std::fs::read(&path) {
            Ok(bytes) => files.push((name, bytes)),
            Err(error) => unreadable(name, error.to_string()),
        }
    }
    notices.sort();
    (files, notices)
}
