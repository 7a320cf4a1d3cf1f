//! What `diff` says on a terminal: what is stripped or altered, worst first; what can be made is folded.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::layout::{DIM, SAFE, padded, plain, styled, wrapped};
use super::words::{self as say, Coded, count};
use super::{Report, findings, terminal};
use crate::model::*;

/// Containers that are gone, new or renamed, as far as they are named.
const SHOWN_CONTAINERS: usize = 8;

/// Writes all but the closing lines.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for block in &report.blocks {
        if block.verdict != Verdict::Safe && !terminal::is_not_scanned(report, block) {
            terminal::write_block(report, block, out)?;
        }
    }
    terminal::not_scanned(report, out)?;
    safe(report, out)?;
    findings::write(report, out)?;
    terminal::notes(report, notes(report), out)
}

/// Names, and why they are safe.
type Folded<'a> = (Vec<String>, Vec<&'a str>);

/// What can be made without a look, by the kind of change.
fn safe(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut kinds: BTreeMap<(ChangeKind, bool), Folded<'_>> = BTreeMap::new();
    for block in report.blocks.iter().filter(|block| block.verdict == Verdict::Safe) {
        let Some((row, judgement)) = terminal::first(report, block) else { continue };
        let Some(change) = row.change else { continue };
        let (names, reasons) = kinds.entry((change.kind, change.has(Aspect::ContainerGone))).or_default();
        let name = match (change.kind, &change.new) {
            (ChangeKind::Renamed, Some(new)) => format!("{} (now {})", row.entry.name, new.name),
            _ => row.entry.name.clone(),
        };
        let times = if block.entries.len() > 1 { format!(" ({}\u{d7})", block.entries.len()) } else { String::new() };
        names.push(plain(&name) + &times);
        reasons.extend(judgement.reasons.iter().map(|reason| reason.text.as_str()));
    }
    let mut first = true;
    for ((kind, _), (names, mut reasons)) in kinds {
        let lines = wrapped(&format!("{}: {}", kind.code(), names.join(", ")), terminal::LABEL);
        for line in lines {
            let label =
                if first { styled(SAFE, &padded("SAFE", terminal::LABEL)) } else { " ".repeat(terminal::LABEL) };
            writeln!(out, "{label}{line}")?;
            first = false;
        }
        reasons.sort_unstable();
        reasons.dedup();
        for (at, reason) in reasons.iter().enumerate() {
            terminal::field(out, if at == 0 { "  because" } else { "" }, reason, DIM)?;
        }
    }
    if first { Ok(()) } else { writeln!(out) }
}

/// Containers under other names, and remarks on the two charts as a whole.
fn notes(report: &Report<'_>) -> Vec<String> {
    let Some(change) = report.content.change else { return Vec::new() };
    let all = change.containers.iter().map(container);
    let mut lines: Vec<String> = all.clone().take(SHOWN_CONTAINERS).collect();
    if let more @ 1.. = all.count().saturating_sub(SHOWN_CONTAINERS) {
        lines.push(format!("and {} more that are new, gone or have another name", count(more, "container")));
    }
    lines.extend(report.content.remarks.iter().cloned());
    lines
}

/// `Deployment/web, container app is now Deployment/api, container app`.
pub fn container(change: &ContainerChange) -> String {
    match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!("{} is now {}", say::container(old), say::container(new)),
        (Some(old), None) => format!("{} is gone", say::container(old)),
        (None, Some(new)) => format!("{} is new", say::container(new)),
        (None, None) => String::new(),
    }
}

/// What differs, in words: `removed`, `renamed to ACME_TOKEN`, `now optional`.
pub fn words(change: &EntryChange, values: bool) -> String {
    let source = |entry: &Option<Entry>| entry.as_ref().map(|entry| say::source(&entry.source, values));
    let (old, new) = (source(&change.old).unwrap_or_default(), source(&change.new).unwrap_or_default());
    let object = |entry: &Option<Entry>| {
        let object = entry.as_ref().and_then(|entry| entry.source.object.as_ref());
        object.map_or_else(String::new, |object| format!("{} {}", object.kind, object.name))
    };
    let mut parts: Vec<String> = match change.kind {
        ChangeKind::Removed => vec!["removed".into()],
        ChangeKind::Renamed => {
            vec![format!("renamed to {}", change.new.as_ref().map_or("?", |entry| entry.name.as_str()))]
        }
        ChangeKind::Moved => vec![format!("moved from {old} to {new}")],
        ChangeKind::Added => vec![format!("added: {new}")],
        ChangeKind::Changed | ChangeKind::Kept => Vec::new(),
    };
    for aspect in &change.aspects {
        parts.extend(match aspect {
            Aspect::ContainerGone => Some("its container is gone".into()),
            Aspect::ContainerNew => Some("its container is new".into()),
            Aspect::KeyVanished => Some(format!("{} no longer has the key", object(&change.old))),
            Aspect::Source if change.kind == ChangeKind::Changed => Some(format!("from {old} to {new}")),
            Aspect::Literal => Some(if values { format!("value: {old} is now {new}") } else { "another value".into() }),
            Aspect::BecameOptional => Some("now optional".into()),
            Aspect::BecameRequired => Some("no longer optional".into()),
            Aspect::Unprovided => Some(format!("{} has no such key", object(&change.new))),
            Aspect::ObjectGone => Some(format!("{} is no longer part of the chart", object(&change.new))),
            Aspect::Source => None,
        });
    }
    if let Some(behind) = &change.behind {
        parts.push(format!("the new chart has it only at {}", say::behind(behind)));
    }
    parts.join("; ")
}

/// What to do about an entry that stays set.
pub fn next(judgement: &Judgement) -> Option<&'static str> {
    Some(match judgement.reasons.first()?.code {
        ReasonCode::Unprovided if judgement.verdict == Verdict::Unsafe => {
            "put the key back into its object, or first release what no longer refers to it"
        }
        ReasonCode::Unprovided => "make sure that the object is there before the release, and stays",
        ReasonCode::MayBeMissing => "leave it required, so that a missing key stops the release and not the program",
        ReasonCode::DefaultEquals => "leave the value to one place: the chart or the code",
        ReasonCode::ValueChanges => "make sure that the new value is meant, wherever the default counted until now",
        _ => return None,
    })
}

/// `2 removed, 1 added`.
pub fn kinds(report: &Report<'_>) -> String {
    let mut kinds: BTreeMap<ChangeKind, usize> = BTreeMap::new();
    for change in report.entries.iter().filter_map(|row| row.change) {
        *kinds.entry(change.kind).or_default() += 1;
    }
    let said: Vec<String> = kinds.iter().map(|(kind, number)| format!("{number} {}", kind.code())).collect();
    said.join(", ")
}
