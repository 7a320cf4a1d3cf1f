//! What a report says at a place of a chart's files: for formats that put remarks beside lines.

use super::words::{self, Coded};
use super::{Block, Report, changes, terminal};
use crate::model::*;

/// A remark at a place.
#[derive(Debug, PartialEq, Eq)]
pub struct Point {
    /// The rule: the deciding reason's code, or a finding's rule.
    pub rule: String,
    /// How bad it is.
    pub level: Level,
    /// What it is about, in a few words.
    pub title: String,
    /// The rest; of a finding in several lines.
    pub message: String,
    /// The file, and the line where it is one of that file.
    pub places: Vec<(String, Option<u32>)>,
    /// Where it is read: file, line, what stands there.
    pub reads: Vec<(String, u32, String)>,
    /// What stays the same between runs.
    pub id: String,
    /// Why it is accepted, if it is.
    pub suppressed: Option<String>,
}

/// Readers that a remark names.
const SHOWN_READERS: usize = 3;
/// Places that a remark has.
const MAX_PLACES: usize = 10;

/// Everything that is not safe, worst first, and the findings. What is not scanned is no remark on a line.
pub fn points(report: &Report<'_>) -> Vec<Point> {
    let told = |block: &&Block| block.verdict != Verdict::Safe && !terminal::is_not_scanned(report, block);
    let blocks = report.blocks.iter().filter(told).filter_map(|block| of_block(report, block));
    report.content.findings.iter().filter(|finding| !finding.known).map(of_finding).chain(blocks).collect()
}

fn of_block(report: &Report<'_>, block: &Block) -> Option<Point> {
    let (row, judgement) = terminal::first(report, block)?;
    let rows = || block.entries.iter().filter_map(|index| report.entries.get(*index));
    let mut places: Vec<(String, Option<u32>)> = Vec::new();
    for row in rows() {
        let anchor = row.change.and_then(|change| change.anchor.as_ref());
        // Of a file that is gone there is no line to show.
        let gone = row.change.is_some_and(|change| change.anchor.is_none());
        let (file, line) = place(anchor.unwrap_or(&row.entry.location));
        let found = (file, line.filter(|_| !gone));
        if !places.contains(&found) && places.len() < MAX_PLACES {
            places.push(found);
        }
    }
    // A remark is put beside the first.
    places.sort_by_key(|(_, line)| line.is_none());
    let reads = judgement.reads.iter().take(judgement.decisive.min(SHOWN_READERS));
    let reads = reads.filter_map(|index| {
        let read = report.content.scan.reads.get(*index)?;
        let owner = report.owner(read.place.file).map(words::owner).unwrap_or_default();
        let what = format!("{owner}: {}; without it: {}", words::reader(read), words::without(read));
        Some((report.path(read.place.file), read.place.span.line, what))
    });
    let reads: Vec<(String, u32, String)> = reads.collect();
    let names = block.names.join(", ");
    let verdict = match block.verdict {
        Verdict::Unsafe => "unsafe",
        _ => "for review",
    };
    let title = match row.change {
        Some(change) => format!("{names}: {verdict} ({})", changes::words(change, false)),
        None => format!("{names}: {verdict} to remove"),
    };
    let mut said: Vec<String> = judgement.reasons.iter().map(|reason| reason.text.clone()).collect();
    said.extend(reads.iter().map(|(file, line, what)| format!("{file}:{line}: {what}")));
    said.extend(block.next.iter().map(|next| format!("next: {next}")));
    let containers: Vec<String> = rows().map(|row| words::container(row.container)).collect();
    let others = containers.len().saturating_sub(1);
    let others = if others > 0 { format!(" and {}", words::count(others, "more container")) } else { String::new() };
    let message = format!("{}{others}: {}", containers.first().cloned().unwrap_or_default(), said.join(". "));
    let level = if block.verdict == Verdict::Unsafe { Level::Error } else { Level::Warning };
    Some(Point {
        rule: judgement.reasons.first().map_or("", |reason| reason.code.code()).into(),
        level: if row.suppressed().is_some() { Level::Note } else { level },
        title,
        message,
        places,
        reads,
        id: row.id.clone(),
        suppressed: row.suppressed().map(String::from),
    })
}

fn of_finding(finding: &Finding) -> Point {
    let rule = finding.rule;
    let mut said = vec![finding.message.clone()];
    let mut steps = 0;
    for line in &finding.trace {
        said.push(match line.kind {
            TraceKind::Step => {
                steps += 1;
                format!("{steps}. {}", line.text)
            }
            kind => format!("{}: {}", words::told(kind), line.text),
        });
    }
    if rule.level != Level::Note {
        said.push(format!("next: {}", rule.remedy));
    }
    // Of the old chart there are no lines to show.
    let at = |at: &FindingPlace| {
        let (file, line) = place(&at.place);
        (file, line.filter(|_| at.new))
    };
    let mut places: Vec<_> = finding.locations.iter().map(at).collect();
    places.sort_by_key(|(_, line)| line.is_none());
    places.truncate(MAX_PLACES);
    Point {
        rule: rule.id.into(),
        level: if finding.suppressed().is_some() { Level::Note } else { rule.level },
        title: rule.id.into(),
        message: said.join("\n"),
        places,
        reads: Vec::new(),
        id: format!("{}:{}", rule.id, finding.subjects.join(",")),
        suppressed: finding.suppressed().map(String::from),
    }
}

/// A line of what Helm rendered is no line of the template.
fn place(place: &ChartPlace) -> (String, Option<u32>) {
    match place.file.strip_suffix(" (rendered)") {
        Some(template) => (template.into(), None),
        None => (place.file.clone(), Some(place.line)),
    }
}
