//! `explain`: the readers of one name, with the source lines that show how.

use super::gather::{self, Gathered};
use super::{Job, output, status};
use crate::model::{Failure, FileId, Quotes, Read, Scan};
use crate::progress::Progress;
use crate::report::{Content, Report};
use crate::{scan, verdict};

/// Does it; the exit status is 0.
pub fn run(job: &Job, name: &str) -> Result<u8, Failure> {
    let progress = Progress::start();
    progress.stage("looking for sources");
    let mut gathered = Gathered::new(job)?;
    progress.stage("scanning Python");
    let scan = super::scan_here(job, &mut gathered);
    let files = std::mem::take(&mut gathered.files);
    let (mut scan, _) = gather::merge(scan, gathered);
    let (readers, unresolved) = verdict::readers(&scan, name);
    let mut reached = verdict::reached(&scan);
    let mut pick = |index: &usize| Some((scan.reads.get(*index)?.clone(), reached.get_mut(*index)?.take()));
    let (reads, reached): (Vec<Read>, Vec<Option<Vec<FileId>>>) = readers.iter().filter_map(&mut pick).unzip();
    let quotes = Quotes { name: name.into(), unresolved, ..scan::quotes(&scan.sources, &files, &reads, &reached) };
    scan = Scan { reads, ..scan };
    let report = Report::new(Content {
        command: "explain",
        scan: &scan,
        chart: None,
        release: None,
        mentions: &[],
        reached,
        judgements: &[],
        incomplete: status::is_incomplete(&scan, None, &[]),
        notices: Vec::new(),
        named: true,
        show_values: job.show_values,
        quotes,
    });
    drop(progress);
    output::write(&report, &job.outputs)?;
    Ok(0)
}
