//! Who reads a variable, or what a library reads, over any number of bundles.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::rows::{self, Row};
use crate::bundle::dto;
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

/// Answers: a table, or JSON lines. The exit status is 0.
///
/// # Errors
/// If there is no bundle, or one cannot be read.
pub fn reads(asked: &Asked, cwd: &Path) -> Result<u8, Failure> {
    let bundles = rows::bundles(&asked.scans, cwd)?;
    let found: Result<Vec<Vec<Row>>, Failure> = bundles.par_iter().map(|path| rows(asked, cwd, path)).collect();
    let mut rows: Vec<Row> = found?.into_iter().flatten().collect();
    rows.sort();
    rows.dedup();
    let text = if asked.json { lines(&rows) } else { table(&rows, bundles.len()) };
    super::output::print(&text)?;
    Ok(0)
}

/// Only the first part of a bundle is read.
fn rows(asked: &Asked, cwd: &Path, path: &Path) -> Result<Vec<Row>, Failure> {
    let wanted: Vec<String> = asked.distributions.iter().map(|name| normalized(name)).collect();
    let is_asked = |read: &dto::ReadDto<'_>, owner: &dto::OwnerDto| {
        means(read, &asked.names) && (wanted.is_empty() || wanted.contains(&normalized(&owner.name)))
    };
    rows::of_file(cwd, path, &is_asked)
}

/// Whether a read is of one of `names`; where none is asked for, whether it is of anything known.
fn means(read: &dto::ReadDto<'_>, names: &[String]) -> bool {
    let (Some(kind), Some(access)) = (KeyKind::of(&read.kind), Access::of(&read.access)) else { return false };
    let key = Key { kind, text: read.key.to_string(), case_sensitive: read.case_sensitive };
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
