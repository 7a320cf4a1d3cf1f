//! Where the files of a chart are read from: a folder, or a packed chart. Nothing outside is read.

use std::path::{Component, Path, PathBuf};

use super::ignored::Rules;
use crate::model::Failure;

/// Bytes of all files of a chart; Helm refuses packed charts of more than 100 MiB.
const MAX_CHART: u64 = 100 << 20;
/// Files of a chart.
const MAX_FILES: usize = 20_000;
/// Bytes of a file that Helm takes (`MaxDecompressedFileSize`).
const MAX_FILE: u64 = 5 << 20;
/// Folders within folders.
const MAX_DEPTH: usize = 64;

/// A file of a chart.
#[derive(Debug, Clone)]
pub struct ChartFile {
    /// Its path in the chart, with `/`.
    pub path: String,
    /// As a person would open it.
    pub label: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// The files of a chart.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// What the chart is called by who asked: the folder or archive.
    pub label: String,
    /// Sorted by path.
    pub files: Vec<ChartFile>,
}

fn fail<T>(label: &str, why: impl std::fmt::Display) -> Result<T, Failure> {
    Err(Failure::new(format!("{label}: {why}")))
}

/// The files of a chart's folder, less those that `.helmignore` names.
///
/// # Errors
/// If one cannot be read, leads out of the chart, or the chart is too large.
pub fn folder(root: &Path) -> Result<Files, Failure> {
    let label = root.display().to_string();
    let real = match root.canonicalize() {
        Ok(real) => real,
        Err(error) => return fail(&label, error),
    };
    let rules = match std::fs::read(real.join(".helmignore")) {
        Ok(bytes) => Rules::parse(&String::from_utf8_lossy(&bytes)),
        Err(_) => Rules::parse(""),
    };
    let mut walk = Walk { label: &label, root: &real, rules, files: Vec::new(), size: 0 };
    walk.folder(&real, "", 0)?;
    walk.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Files { files: walk.files, label })
}

struct Walk<'a> {
    label: &'a str,
    root: &'a Path,
    rules: Rules,
    files: Vec<ChartFile>,
    size: u64,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, inner: &str, depth: usize) -> Result<(), Failure> {
        if depth > MAX_DEPTH {
            return fail(self.label, format!("{inner}: folders nest more than {MAX_DEPTH} deep (a loop of links?)"));
        }
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return fail(self.label, format!("{inner}: {error}")),
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                return fail(self.label, format!("{}: the name is not UTF-8", path.display()));
            };
            let inner = if inner.is_empty() { name.to_string() } else { format!("{inner}/{name}") };
            let linked = std::fs::symlink_metadata(&path).is_ok_and(|meta| meta.file_type().is_symlink());
            let meta = match std::fs::metadata(&path) {
                Ok(meta) => meta,
                Err(_) if self.rules.ignores(&inner, false) => continue,
                Err(error) => return fail(self.label, format!("{inner}: {error}")),
            };
            if self.rules.ignores(&inner, meta.is_dir()) || name == ".git" && meta.is_dir() {
                continue;
            }
            if linked && !path.canonicalize().is_ok_and(|real| real.starts_with(self.root)) {
                let why = "is a link that leads out of the chart, and is not followed; put a copy there, or name it in .helmignore";
                return fail(self.label, format!("{inner}: {why}"));
            }
            if meta.is_dir() {
                self.folder(&path, &inner, depth + 1)?;
            } else if meta.is_file() {
                self.size += meta.len();
                let packed = inner.starts_with("charts/") && is_packed(&inner);
                if self.size > MAX_CHART || self.files.len() >= MAX_FILES || meta.len() > MAX_FILE && !packed {
                    let why = "is more than a chart may hold; name what is none of it in .helmignore";
                    return fail(self.label, format!("{inner}: {why}"));
                }
                let bytes = match std::fs::read(&path) {
                    Ok(bytes) => bytes,
                    Err(error) => return fail(self.label, format!("{inner}: {error}")),
                };
                let label = format!("{}/{inner}", self.label.trim_end_matches('/'));
                self.files.push(ChartFile { path: inner, label, bytes });
            }
        }
        Ok(())
    }
}

/// Whether a file is a packed chart by its name.
pub fn is_packed(path: &str) -> bool {
    path.ends_with(".tgz") || path.ends_with(".tar.gz")
}

/// The files of a packed chart, whose paths begin with the chart's name.
///
/// # Errors
/// If it is damaged, too large, or holds a path that leads out of it.
pub fn archive(label: &str, bytes: &[u8]) -> Result<Files, Failure> {
    let packed = match crate::files::packed(bytes, MAX_CHART, MAX_FILES) {
        Ok(packed) => packed,
        Err(why) => return fail(label, why),
    };
    let mut files = Vec::new();
    for (path, bytes) in packed {
        let parts: Option<Vec<_>> = Path::new(&path)
            .components()
            .filter(|part| !matches!(part, Component::CurDir))
            .map(|part| match part {
                Component::Normal(name) => name.to_str(),
                _ => None,
            })
            .collect();
        let Some(parts) = parts.filter(|_| !path.contains('\\')) else {
            return fail(label, format!("{path:?}: this path leads out of the archive; it is no chart that helm made"));
        };
        let Some((_, inner)) = parts.split_first().filter(|(_, inner)| !inner.is_empty()) else { continue };
        if bytes.len() as u64 > MAX_FILE && !is_packed(&path) {
            return fail(label, format!("{path}: more than {} MiB, which Helm refuses", MAX_FILE >> 20));
        }
        let path = inner.join("/");
        files.push(ChartFile { label: format!("{label}/{path}"), path, bytes });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    if !files.iter().any(|file| file.path == "Chart.yaml") {
        return fail(label, "is no packed chart: it holds no NAME/Chart.yaml");
    }
    Ok(Files { label: label.into(), files })
}
