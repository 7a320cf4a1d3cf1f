//! `--format terminal`: for a person. Unsafe first, then review, then what is safe.

use std::io::{self, Write};

use super::layout::{BOLD, DIM, REVIEW, SAFE, UNSAFE, WIDTH, columns, padded, plain, styled, wrapped};
use super::words::{self, Coded, count};
use super::{Block, EntryRow, Format, Report, listing};
use crate::model::*;

/// The format.
pub const FORMAT: Format = Format { name: "terminal", summary: "text for a person (the default)", write };

/// Width of the labels at the left.
const LABEL: usize = 11;
/// Readers that a block shows; the rest is counted.
const SHOWN_READERS: usize = 3;
/// Containers, mentions and names that a block shows.
const SHOWN: usize = 4;

fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    match report.content.command {
        "reads" => listing::reads(report, out)?,
        "entries" => listing::entries(report, out)?,
        _ => check(report, out)?,
    }
    for line in listing::closing(report) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn check(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let named = report.content.named;
    for block in &report.blocks {
        if block.verdict == Verdict::Unsafe
            || named
            || (block.verdict == Verdict::Review && !is_not_scanned(report, block))
        {
            write_block(report, block, out)?;
        }
    }
    if !named {
        safe(report, out)?;
        not_scanned(report, out)?;
    }
    for image in &report.assumed {
        let text = format!("assumed that {image} runs the given sources; say it with --image");
        field(out, "note", &text, DIM)?;
    }
    if !report.assumed.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

fn first<'a>(report: &'a Report<'a>, block: &Block) -> Option<(&'a EntryRow<'a>, &'a Judgement)> {
    let row = report.entries.get(*block.entries.first()?)?;
    Some((row, row.judgement?))
}

fn is_not_scanned(report: &Report<'_>, block: &Block) -> bool {
    let reasons = first(report, block).map_or(&[][..], |(_, judgement)| &judgement.reasons);
    reasons.first().is_some_and(|reason| reason.code == ReasonCode::NotScanned)
}

fn write_block(report: &Report<'_>, block: &Block, out: &mut dyn Write) -> io::Result<()> {
    let Some((_, judgement)) = first(report, block) else { return Ok(()) };
    let (style, word) = match block.verdict {
        Verdict::Unsafe => (UNSAFE, "UNSAFE"),
        Verdict::Review => (REVIEW, "REVIEW"),
        Verdict::Safe => (SAFE, "SAFE"),
    };
    writeln!(out, "{}{}", styled(style, &padded(word, LABEL)), styled(BOLD, &plain(&block.name)))?;
    for (at, index) in block.entries.iter().take(SHOWN).enumerate() {
        let Some(row) = report.entries.get(*index) else { continue };
        let label = if at == 0 { "  set by" } else { "" };
        let source = words::source(&row.entry.source, report.content.show_values);
        let set = format!("{}: {source}", words::container(row.container));
        let place = format!("{}:{}", row.entry.location.file, row.entry.location.line);
        if LABEL + columns(&set) + 2 + columns(&place) <= WIDTH {
            unbroken(out, label, &set, &format!("  {place}"))?;
        } else {
            field(out, label, &set, BOLD)?;
            unbroken(out, "", "", &place)?;
        }
    }
    more(out, block.entries.len(), SHOWN, "container")?;
    for (at, reason) in judgement.reasons.iter().enumerate() {
        field(out, if at == 0 { "  because" } else { "" }, &reason.text, BOLD)?;
    }
    readers(report, judgement, out)?;
    mentions(report, judgement, out)?;
    if let Some(next) = &block.next {
        field(out, "  next", next, BOLD)?;
    }
    writeln!(out)
}

fn readers(report: &Report<'_>, judgement: &Judgement, out: &mut dyn Write) -> io::Result<()> {
    let scan = report.content.scan;
    for (at, (index, chain)) in judgement.reads.iter().zip(&judgement.reached).take(SHOWN_READERS).enumerate() {
        let Some(read) = scan.reads.get(*index) else { continue };
        let file = read.place.file;
        let owner = report.owner(file).map(words::owner).unwrap_or_default();
        let place = format!("{owner}  {}:{}", report.path(file), read.place.span.line);
        unbroken(out, if at == 0 { "  read by" } else { "" }, &place, "")?;
        field(out, "", &format!("  {}", words::reader(read)), BOLD)?;
        field(out, "", &format!("  without it: {}", words::without(read)), BOLD)?;
        for line in route(report, read, chain.as_deref()) {
            field(out, "", &format!("  {line}"), DIM)?;
        }
    }
    more(out, judgement.reads.len(), SHOWN_READERS, "reader")
}

/// How the environment's value gets from the read to the application: the calls below the place,
/// the imports above it.
fn route(report: &Report<'_>, read: &Read, chain: Option<&[FileId]>) -> Vec<String> {
    let mut lines = Vec::new();
    if let [_, steps @ ..] = read.chain.as_slice()
        && !steps.is_empty()
    {
        let step = |step: &Step| format!("{} ({}:{})", step.what, report.path(step.place.file), step.place.span.line);
        lines.push(format!("through {}", steps.iter().map(step).collect::<Vec<_>>().join(", ")));
    }
    match chain {
        Some([_]) | None => {}
        Some(chain) => {
            let files: Vec<String> = chain.iter().map(|file| report.path(*file)).collect();
            lines.push(format!("imported through {}", files.join(" > ")));
        }
    }
    lines
}

fn mentions(report: &Report<'_>, judgement: &Judgement, out: &mut dyn Write) -> io::Result<()> {
    let decisive = judgement.verdict == Verdict::Review;
    for (at, index) in judgement.mentions.iter().filter(|_| decisive).take(SHOWN).enumerate() {
        let Some(mention) = report.content.mentions.get(*index) else { continue };
        let line = mention.line.map(|line| format!(":{line}")).unwrap_or_default();
        let owner = report.owner(mention.file).map(words::owner).unwrap_or_default();
        let label = if at == 0 { "  found in" } else { "" };
        unbroken(out, label, &format!("{owner}  {}{line}", report.path(mention.file)), "")?;
    }
    if decisive { more(out, judgement.mentions.len(), SHOWN, "place") } else { Ok(()) }
}

fn safe(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let safe: Vec<&Block> = report.blocks.iter().filter(|block| block.verdict == Verdict::Safe).collect();
    if safe.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = safe
        .iter()
        .map(|block| match block.entries.len() {
            1 => plain(&block.name),
            more => format!("{} ({more}\u{d7})", plain(&block.name)),
        })
        .collect();
    for (at, line) in wrapped(&names.join(", "), LABEL).iter().enumerate() {
        let label = if at == 0 { styled(SAFE, &padded("SAFE", LABEL)) } else { " ".repeat(LABEL) };
        writeln!(out, "{label}{line}")?;
    }
    let mut reasons: Vec<&str> = Vec::new();
    for (_, judgement) in safe.iter().filter_map(|block| first(report, block)) {
        reasons.extend(judgement.reasons.iter().map(|reason| reason.text.as_str()));
    }
    reasons.sort_unstable();
    reasons.dedup();
    for (at, reason) in reasons.iter().enumerate() {
        field(out, if at == 0 { "  because" } else { "" }, reason, DIM)?;
    }
    writeln!(out)
}

fn not_scanned(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut why = "";
    for line in &report.not_scanned {
        if line.why != why {
            why = &line.why;
            writeln!(out, "{}not scanned: {}", styled(REVIEW, &padded("REVIEW", LABEL)), plain(why))?;
        }
        let names: Vec<&str> = line.names.iter().take(SHOWN).map(String::as_str).collect();
        let rest = line.names.len().saturating_sub(SHOWN);
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        field(out, "", &format!("  {}: {}{rest}", line.image, names.join(", ")), BOLD)?;
    }
    if report.not_scanned.is_empty() { Ok(()) } else { writeln!(out) }
}

/// A line with a label, wrapped below itself.
fn field(out: &mut dyn Write, label: &str, text: &str, style: anstyle::Style) -> io::Result<()> {
    let text = plain(text);
    let inner = text.len() - text.trim_start().len();
    for (at, line) in wrapped(&text, LABEL + inner).iter().enumerate() {
        let label = if at == 0 { label } else { "" };
        let line = if style == DIM { styled(DIM, line) } else { line.clone() };
        writeln!(out, "{}{}{line}", styled(DIM, &padded(label, LABEL)), " ".repeat(inner))?;
    }
    Ok(())
}

/// A line with a label that is never broken, so that a path in it can be clicked.
fn unbroken(out: &mut dyn Write, label: &str, text: &str, beside: &str) -> io::Result<()> {
    writeln!(out, "{}{}{}", styled(DIM, &padded(label, LABEL)), plain(text), styled(DIM, &plain(beside)))
}

fn more(out: &mut dyn Write, all: usize, shown: usize, what: &str) -> io::Result<()> {
    match all.saturating_sub(shown) {
        0 => Ok(()),
        rest => field(out, "", &format!("and {} more", count(rest, what)), DIM),
    }
}

/// Says which kinds of blind spots there are.
pub fn blind_spots(report: &Report<'_>) -> String {
    let kinds = report.blind_spot_kinds();
    let said: Vec<String> =
        kinds.iter().take(SHOWN).map(|(kind, number)| format!("{number} {}", kind.code())).collect();
    if said.is_empty() { "no blind spots".into() } else { format!("blind spots: {}", said.join(", ")) }
}
