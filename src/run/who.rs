//! Who reads a variable, or what a library reads, over any number of bundles.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

use crate::bundle::{self, dto};
use crate::model::{Access, Failure, Key, KeyKind, normalized};
use crate::report::layout::{columns, padded, plain};
use crate::report::words::Coded;
use crate::verdict;

/// What is asked of many bundles.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Variables; none: all.
    pub names: Vec<String>,
    /// Only reads of these distributions; none: of all.
    pub distributions: Vec<String>,
    /// Bundles, and folders of them.
    pub scans: Vec<PathBuf>,
    /// Whether the answer is JSON, one object a line.
    pub json: bool,
}

/// A reader in a service.
#[derive(Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    /// The image's name, or the bundle's.
    service: String,
    /// The bundle.
    scan: String,
    /// What is read.
    key: String,
    /// exact, pattern
    kind: String,
    /// Whose code it is.
    owner: String,
    version: Option<String>,
    owner_kind: String,
    file: String,
    line: u32,
    reader: String,
    /// What a person would notice if the variable went.
    effect: String,
    outcome: String,
    default: Option<String>,
    exception: Option<String>,
}

/// Answers: a table, or JSON lines. The exit status is 0.
///
/// # Errors
/// If there is no bundle, or one cannot be read.
pub fn reads(asked: &Asked, cwd: &Path) -> Result<u8, Failure> {
    let bundles = bundles(asked, cwd)?;
    let found: Result<Vec<Vec<Row>>, Failure> = bundles.par_iter().map(|path| rows(asked, cwd, path)).collect();
    let mut rows: Vec<Row> = found?.into_iter().flatten().collect();
    rows.sort();
    rows.dedup();
    let text = if asked.json { lines(&rows) } else { table(&rows, bundles.len()) };
    super::output::print(&text)?;
    Ok(0)
}

fn bundles(asked: &Asked, cwd: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = BTreeSet::new();
    for path in &asked.scans {
        let fail = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
        if !cwd.join(path).is_dir() {
            found.insert(path.clone());
            continue;
        }
        let listed = std::fs::read_dir(cwd.join(path)).map_err(fail)?;
        let names = listed.filter_map(|entry| Some(path.join(entry.ok()?.file_name())));
        found.extend(names.filter(|path| path.extension().is_some_and(|extension| extension == "scan")));
    }
    match found.is_empty() {
        true => Err(Failure::new("no bundle (*.scan) there: pass files, or folders that hold some, with --scan")),
        false => Ok(found.into_iter().collect()),
    }
}

/// Only the first part of a bundle is read.
fn rows(asked: &Asked, cwd: &Path, path: &Path) -> Result<Vec<Row>, Failure> {
    let fail = |why: String| Failure::new(format!("{}: {why}", path.display()));
    let file = File::open(cwd.join(path)).map_err(|error| fail(error.to_string()))?;
    let head: dto::Head = bundle::head(&mut BufReader::new(file)).map_err(fail)?;
    let wanted: Vec<String> = asked.distributions.iter().map(|name| normalized(name)).collect();
    let own = path.file_stem().unwrap_or_default().to_string_lossy();
    let mut rows = Vec::new();
    for read in head.reads.iter().filter(|read| !read.explained && means(read, &asked.names)) {
        let Some(file) = head.read_files.get(read.place.0 as usize) else { continue };
        let (Some(owner), Some(root)) = (head.owners.get(file.owner as usize), head.roots.get(file.root as usize))
        else {
            continue;
        };
        if !wanted.is_empty() && !wanted.contains(&normalized(&owner.name)) {
            continue;
        }
        let image = root.image.and_then(|image| head.images.get(image as usize));
        rows.push(Row {
            service: image.and_then(|image| image.names.first()).map_or_else(|| own.to_string(), Clone::clone),
            scan: path.display().to_string(),
            key: read.key.clone(),
            kind: read.kind.clone(),
            owner: owner.name.clone(),
            version: owner.version.clone(),
            owner_kind: owner.kind.clone(),
            file: file.path.clone(),
            line: read.place.1,
            reader: read.reader.clone(),
            effect: read.effect.clone(),
            outcome: read.outcome.clone(),
            default: read.default.clone(),
            exception: read.exception.clone(),
        });
    }
    Ok(rows)
}

/// Whether a read is of one of `names`; where none is asked for, whether it is of anything known.
fn means(read: &dto::ReadDto, names: &[String]) -> bool {
    let (Some(kind), Some(access)) = (KeyKind::of(&read.kind), Access::of(&read.access)) else { return false };
    let key = Key { kind, text: read.key.clone(), case_sensitive: read.case_sensitive };
    match names {
        [] => kind != KeyKind::Any,
        names => kind != KeyKind::Any && names.iter().any(|name| verdict::means(&key, access, name)),
    }
}

fn lines(rows: &[Row]) -> String {
    rows.iter().filter_map(|row| serde_json::to_string(row).ok()).map(|line| line + "\n").collect()
}

fn table(rows: &[Row], bundles: usize) -> String {
    let owner = |row: &Row| match &row.version {
        Some(version) => format!("{} {version}", row.owner),
        None => row.owner.clone(),
    };
    let cells = |row: &Row| {
        let place = format!("{}:{}", row.file, row.line);
        [&row.service, &row.key, &owner(row), &row.effect, &place].map(|cell| plain(cell))
    };
    let header = ["SERVICE", "VARIABLE", "READ BY", "IF IT GOES", "WHERE"].map(String::from);
    let all: Vec<[String; 5]> = std::iter::once(header).chain(rows.iter().map(cells)).collect();
    let width = |column: usize| all.iter().map(|cells| columns(&cells[column])).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    let mut text = String::new();
    for cells in all.iter().filter(|_| !rows.is_empty()) {
        let row: String = cells.iter().zip(&widths).map(|(cell, width)| padded(cell, width + 2)).collect();
        text += row.trim_end();
        text.push('\n');
    }
    let services: BTreeSet<&str> = rows.iter().map(|row| row.service.as_str()).collect();
    text + &format!("{} readers in {} services; {bundles} bundles asked\n", rows.len(), services.len())
}
