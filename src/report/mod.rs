//! The report: one value, many renderers. Renderers decide nothing.

mod blocks;
mod changes;
mod explain;
mod findings;
mod github;
mod ids;
mod json;
mod jsonl;
pub mod layout;
mod listing;
mod markdown;
mod plan;
mod points;
mod rules;
mod sarif;
mod schema;
mod terminal;
#[cfg(test)]
mod tests;
pub mod words;

use std::collections::BTreeMap;
use std::io::{self, Write};

pub use blocks::{Block, ImageLine};
pub use plan::{Planned, schema as plan_schema};
pub use rules::{page, rule};
pub use schema::schema;

use crate::model::*;

/// A way to write a report.
#[derive(Debug)]
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// One line for `--help`.
    pub summary: &'static str,
    /// Writes it. Colours are written as ANSI sequences; who opens the output strips them if need be.
    pub write: fn(&Report<'_>, &mut dyn Write) -> io::Result<()>,
}

/// All formats; the first is the default.
pub const ALL: &[&Format] =
    &[&terminal::FORMAT, &json::FORMAT, &jsonl::FORMAT, &markdown::FORMAT, &github::FORMAT, &sarif::FORMAT];

/// What a report is made from.
#[derive(Debug)]
pub struct Content<'a> {
    /// The command: `check`, `diff`, `reads`, `entries`, `explain`.
    pub command: &'static str,
    /// The scan; an empty one for `entries`.
    pub scan: &'a Scan,
    /// The chart, if one was read.
    pub chart: Option<&'a Chart>,
    /// For `diff`: the change; `chart` is then its subject.
    pub change: Option<&'a Change>,
    /// For `diff`: the charts, if the subject is put together from several.
    pub charts: Vec<&'a Chart>,
    /// For `diff`: what is to be said of the comparison as a whole.
    pub remarks: Vec<String>,
    /// Breaches of release rules.
    pub findings: &'a [Finding],
    /// The release name, if one was given.
    pub release: Option<&'a str>,
    /// The mentions that judgements point to.
    pub mentions: &'a [Mention],
    /// For `reads` and `explain`: by read of the scan, the import chain from the application.
    pub reached: Vec<Option<Vec<FileId>>>,
    /// The judgements, in the chart's order.
    pub judgements: &'a [Judgement],
    /// For each judgement, the acceptance that is about it; empty: there is none.
    pub accepted: Vec<Option<Acceptance>>,
    /// Notices besides those of scan and chart.
    pub notices: Vec<Notice>,
    /// Whether names were asked for, so that each answer is told in full.
    pub named: bool,
    /// Whether literal values of entries may be shown.
    pub show_values: bool,
    /// Whether a part of the input failed.
    pub incomplete: bool,
    /// For `explain`: the source to show beside places.
    pub quotes: Quotes,
}

impl<'a> Content<'a> {
    /// What `command` found in a scan, with nothing else to say yet.
    pub fn new(command: &'static str, scan: &'a Scan) -> Content<'a> {
        Content {
            command,
            scan,
            chart: None,
            change: None,
            charts: Vec::new(),
            remarks: Vec::new(),
            findings: &[],
            release: None,
            mentions: &[],
            reached: Vec::new(),
            judgements: &[],
            accepted: Vec::new(),
            notices: Vec::new(),
            named: false,
            show_values: false,
            incomplete: false,
            quotes: Quotes::default(),
        }
    }
}

/// An entry of the report.
#[derive(Debug)]
pub struct EntryRow<'a> {
    /// Its id.
    pub id: String,
    /// The entry.
    pub entry: &'a Entry,
    /// Its container.
    pub container: &'a Container,
    /// Its judgement, unless entries are only listed.
    pub judgement: Option<&'a Judgement>,
    /// For `diff`: how it differs.
    pub change: Option<&'a EntryChange>,
    /// The acceptance that is about it.
    pub acceptance: Option<Acceptance>,
}

impl EntryRow<'_> {
    /// Why the answer is accepted, if it is.
    pub fn suppressed(&self) -> Option<&str> {
        self.acceptance.as_ref().filter(|it| it.reopened.is_none()).map(|it| it.reason.as_str())
    }
}

/// A read of the report.
#[derive(Debug)]
pub struct ReadRow<'a> {
    /// Its index in the scan.
    pub index: usize,
    /// The read.
    pub read: &'a Read,
    /// The import chain from the application: that of the first judgement that has one.
    pub reached: Option<Vec<FileId>>,
}

/// How many there are.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Entries judged or listed.
    pub entries: usize,
    /// Unsafe ones.
    pub r#unsafe: usize,
    /// Ones for a person.
    pub review: usize,
    /// Safe ones.
    pub safe: usize,
    /// Of the others, those that are accepted.
    pub suppressed: usize,
    /// Breaches of release rules.
    pub findings: usize,
    /// Reads that the scan found.
    pub reads: usize,
    /// Notices.
    pub blind_spots: usize,
}

/// All that a renderer needs.
#[derive(Debug)]
pub struct Report<'a> {
    /// What it is made from.
    pub content: Content<'a>,
    /// The entries, in the chart's order.
    pub entries: Vec<EntryRow<'a>>,
    /// All reads for `reads`, else those that an entry points to; in the scan's order.
    pub reads: Vec<ReadRow<'a>>,
    /// An id for each root of the scan.
    pub root_ids: Vec<String>,
    /// An id for each read of the scan.
    pub read_ids: Vec<String>,
    /// Entries of one variable with the same answer, folded; worst first.
    pub blocks: Vec<Block>,
    /// Images of which no code was scanned.
    pub not_scanned: Vec<ImageLine>,
    /// Images that are assumed to run the given sources.
    pub assumed: Vec<String>,
    /// What could be set with other values; for `diff`: and no longer can.
    pub conditional: Vec<&'a Conditional>,
    /// All notices, sorted.
    pub blind_spots: Vec<Notice>,
    /// The counts.
    pub summary: Summary,
}

impl<'a> Report<'a> {
    /// Prepares everything that a renderer would otherwise have to decide.
    pub fn new(mut content: Content<'a>) -> Self {
        let mut blind_spots = std::mem::take(&mut content.notices);
        blind_spots.extend(content.scan.notices.iter().chain(content.chart.iter().flat_map(|c| &c.notices)).cloned());
        blind_spots.sort();
        blind_spots.dedup();
        let entries = entry_rows(&content);
        let reads = read_rows(&content);
        let blocks = blocks::fold(&content, &entries);
        let verdicts = |verdict| content.judgements.iter().filter(|j| j.verdict == verdict).count();
        let summary = Summary {
            entries: entries.len(),
            r#unsafe: verdicts(Verdict::Unsafe),
            review: verdicts(Verdict::Review),
            safe: verdicts(Verdict::Safe),
            suppressed: entries.iter().filter(|row| row.suppressed().is_some()).count(),
            findings: content.findings.len(),
            reads: content.scan.reads.len(),
            blind_spots: blind_spots.len(),
        };
        let conditional = match (content.change, content.chart) {
            (Some(change), _) => change.conditional.iter().collect(),
            (None, chart) => chart.iter().flat_map(|chart| &chart.conditional).collect(),
        };
        Report {
            conditional,
            not_scanned: blocks::not_scanned(&entries),
            assumed: blocks::assumed(&entries),
            root_ids: ids::roots(content.scan),
            read_ids: ids::reads(content.scan),
            entries,
            reads,
            blocks,
            blind_spots,
            summary,
            content,
        }
    }

    /// Blind spots by kind, most first.
    pub fn blind_spot_kinds(&self) -> Vec<(NoticeKind, usize)> {
        let mut kinds: BTreeMap<NoticeKind, usize> = BTreeMap::new();
        for notice in &self.blind_spots {
            *kinds.entry(notice.kind).or_default() += 1;
        }
        let mut kinds: Vec<(NoticeKind, usize)> = kinds.into_iter().collect();
        kinds.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
        kinds
    }

    /// A file as a person would open it: below its root as the user named that.
    pub fn path(&self, file: FileId) -> String {
        self.content.scan.sources.shown(file)
    }

    /// Whose a file is.
    pub fn owner(&self, file: FileId) -> Option<&'a Owner> {
        let scan: &'a Scan = self.content.scan;
        scan.sources.owners.get(scan.sources.files.get(file)?.owner)
    }
}

fn entry_rows<'a>(content: &Content<'a>) -> Vec<EntryRow<'a>> {
    let Some(chart) = content.chart else { return Vec::new() };
    let ids = ids::entries(chart);
    let row = |index: usize, judgement, acceptance| {
        let entry = chart.entries.get(index)?;
        Some(EntryRow {
            id: ids.get(index)?.clone(),
            entry,
            container: chart.containers.get(entry.container)?,
            judgement,
            change: content.change.and_then(|change| change.entries.get(index)),
            acceptance,
        })
    };
    if content.command == "entries" {
        return (0..chart.entries.len()).filter_map(|index| row(index, None, None)).collect();
    }
    let judged = content.judgements.iter().enumerate();
    let acceptance = |at: usize| content.accepted.get(at).cloned().flatten();
    judged.filter_map(|(at, judgement)| row(judgement.entry, Some(judgement), acceptance(at))).collect()
}

fn read_rows<'a>(content: &Content<'a>) -> Vec<ReadRow<'a>> {
    let mut reached: BTreeMap<usize, Option<Vec<FileId>>> = BTreeMap::new();
    if matches!(content.command, "reads" | "explain") {
        let chain = |index: usize| content.reached.get(index).cloned().flatten();
        reached.extend((0..content.scan.reads.len()).map(|index| (index, chain(index))));
    }
    for judgement in content.judgements {
        for (index, chain) in judgement.reads.iter().zip(&judgement.reached) {
            let known = reached.entry(*index).or_default();
            if known.is_none() {
                known.clone_from(chain);
            }
        }
    }
    let row = |(index, reached)| Some(ReadRow { index, read: content.scan.reads.get(index)?, reached });
    reached.into_iter().filter_map(row).collect()
}
