//! `explain`: the readers of one name, with the source lines that show how; or a rule of releases.

use super::{Job, list, output, scanned};
use crate::model::{Failure, Quotes, Scan};
use crate::report::Content;
use crate::{release, report, scan, verdict};

/// Does it; the exit status is 0.
///
/// # Errors
/// If there is nothing to scan, or a report cannot be written.
pub fn run(job: &Job, name: &str) -> Result<u8, Failure> {
    if let Some(rule) = release::rules::find(name) {
        return output::print(&report::rule(rule)).map(|()| 0);
    }
    let (scan, files) = scanned(job)?;
    let (readers, unresolved) = verdict::readers(&scan, name);
    let reads = readers.iter().filter_map(|read| scan.reads.get(*read).cloned()).collect();
    let scan = Scan { reads, ..scan };
    let reached = verdict::reached(&scan);
    let found = scan::quotes(&scan.sources, &files, &scan.reads, &reached);
    let quotes = Quotes { name: name.into(), unresolved, ..found };
    list(job, Content { reached, quotes, named: true, ..Content::new("explain", &scan) })
}
