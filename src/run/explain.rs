//! `explain`: the readers of one name, with the source lines that show how.

use super::{Job, list, scanned};
use crate::model::{Failure, Quotes, Scan};
use crate::report::Content;
use crate::{scan, verdict};

/// Does it; the exit status is 0.
///
/// # Errors
/// If there is nothing to scan, or a report cannot be written.
pub fn run(job: &Job, name: &str) -> Result<u8, Failure> {
    let (scan, files) = scanned(job)?;
    let (readers, unresolved) = verdict::readers(&scan, name);
    let reads = readers.iter().filter_map(|read| scan.reads.get(*read).cloned()).collect();
    let scan = Scan { reads, ..scan };
    let reached = verdict::reached(&scan);
    let found = scan::quotes(&scan.sources, &files, &scan.reads, &reached);
    let quotes = Quotes { name: name.into(), unresolved, ..found };
    list(job, Content { reached, quotes, named: true, ..Content::new("explain", &scan) })
}
