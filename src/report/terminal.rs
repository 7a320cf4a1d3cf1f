//! `--format terminal`: for a person. Unsafe first, then review, then what is safe.

use std::io::{self, Write};

use super::layout::{BOLD, DIM, REVIEW, SAFE, UNSAFE, WIDTH, columns, padded, plain, styled, wrapped};
use super::words::{self, count};
use super::{Block, EntryRow, Format, Report, changes, listing};
use crate::model::*;

/// The format.
pub const FORMAT: Format = Format { name: "terminal", summary: "text for a person (the default)", write };

/// Width of the labels at the left.
pub(super) const LABEL: usize = 11;
/// Readers that an answer to a named variable shows; the rest is counted.
const SHOWN_READERS: usize = 3;
/// Containers, mentions and names that it shows.
const SHOWN: usize = 4;
/// Names that share their evidence, as far as they are shown.
const SHOWN_NAMES: usize = 12;
/// Modules of an import chain that are shown at its start.
const SHOWN_IMPORTS: usize = 2;

fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    match report.content.command {
        "reads" => listing::reads(report, out)?,
        "entries" => listing::entries(report, out)?,
        "explain" => super::explain::write(report, out)?,
        "diff" => changes::write(report, out)?,
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
        not_scanned(report, out)?;
        safe(report, out)?;
    }
    let mut lines: Vec<String> = Vec::new();
    if let Some(block) = report.blocks.first().filter(|block| !named && block.verdict != Verdict::Safe) {
        let name = block.names.first().map_or("NAME", String::as_str);
        lines.push(format!("`stripcheck check {name} …` shows all readers of a name, the way to them and what to do"));
    }
    if named {
        let asked = |name: &String| report.entries.iter().any(|row| row.entry.name == *name);
        for it in report.conditional.iter().filter(|it| it.name.as_ref().is_some_and(asked)) {
            let name = it.name.as_deref().unwrap_or_default();
            lines.push(format!("{name} could also be set at {}: give values that turn it on", words::behind(it)));
        }
    } else {
        lines.extend(words::conditional(&report.conditional));
    }
    notes(report, lines, out)
}

/// Lines for the reader at the end, and which code was taken to run where.
pub(super) fn notes(report: &Report<'_>, mut lines: Vec<String>, out: &mut dyn Write) -> io::Result<()> {
    match report.assumed.as_slice() {
        [] => {}
        [image] => lines.push(format!("assumed that {image} runs the given sources; say it with --image")),
        images => lines.push(format!("assumed to run the given sources (say it with --image): {}", images.join(", "))),
    }
    let images = report.content.scan.sources.images.iter().filter(|image| !image.application.is_empty());
    lines.extend(images.map(|image| format!("in {} the application is {}", image.label, image.application)));
    for (at, line) in lines.iter().enumerate() {
        field(out, if at == 0 { "NOTE" } else { "" }, line, DIM)?;
    }
    if lines.is_empty() { Ok(()) } else { writeln!(out) }
}

pub(super) fn first<'a>(report: &'a Report<'a>, block: &Block) -> Option<(&'a EntryRow<'a>, &'a Judgement)> {
    let row = report.entries.get(*block.entries.first()?)?;
    Some((row, row.judgement?))
}

pub(super) fn is_not_scanned(report: &Report<'_>, block: &Block) -> bool {
    let reasons = first(report, block).map_or(&[][..], |(_, judgement)| &judgement.reasons);
    reasons.first().is_some_and(|reason| reason.code == ReasonCode::NotScanned)
}

pub(super) fn write_block(report: &Report<'_>, block: &Block, out: &mut dyn Write) -> io::Result<()> {
    let Some((row, judgement)) = first(report, block) else { return Ok(()) };
    let named = report.content.named;
    let (style, word) = match block.verdict {
        Verdict::Unsafe => (UNSAFE, "UNSAFE"),
        Verdict::Review => (REVIEW, "REVIEW"),
        Verdict::Safe => (SAFE, "SAFE"),
    };
    for (at, line) in wrapped(&plain(&some(&block.names, SHOWN_NAMES)), LABEL).iter().enumerate() {
        let label = if at == 0 { styled(style, &padded(word, LABEL)) } else { " ".repeat(LABEL) };
        writeln!(out, "{label}{}", styled(BOLD, line))?;
    }
    if let Some(change) = row.change {
        field(out, "  change", &changes::words(change, report.content.show_values), BOLD)?;
    }
    match block.names.as_slice() {
        [_] => set_by(report, block, out)?,
        _ => {
            let mut containers: Vec<usize> = Vec::new();
            for row in block.entries.iter().filter_map(|index| report.entries.get(*index)) {
                if !containers.contains(&row.entry.container) {
                    containers.push(row.entry.container);
                }
            }
            field(out, "  set by", &words::container(row.container), BOLD)?;
            more(out, containers.len(), 1, "container")?;
        }
    }
    if !block.charts.is_empty() {
        field(out, "  charts", &block.charts.join(", "), BOLD)?;
    }
    // Of an audit's one reader it is said below.
    let said = |reason: &Reason| matches!(reason.code, ReasonCode::Read | ReasonCode::SettingsField);
    if named || !(judgement.decisive == 1 && judgement.reasons.iter().all(said)) {
        for (at, reason) in judgement.reasons.iter().enumerate() {
            field(out, if at == 0 { "  because" } else { "" }, &reason.text, BOLD)?;
        }
    }
    readers(report, judgement, out)?;
    mentions(report, judgement, out)?;
    if let Some(acceptance) = &row.acceptance {
        field(out, "  accepted", &words::acceptance(acceptance), BOLD)?;
    }
    if let Some(next) = block.next.as_ref().filter(|_| named && row.suppressed().is_none()) {
        field(out, "  next", next, BOLD)?;
    }
    writeln!(out)
}

fn set_by(report: &Report<'_>, block: &Block, out: &mut dyn Write) -> io::Result<()> {
    let shown = if report.content.named { SHOWN } else { 1 };
    for (at, index) in block.entries.iter().take(shown).enumerate() {
        let Some(row) = report.entries.get(*index) else { continue };
        let stripped = row.change.is_some_and(|change| change.kind.strips());
        let label = match at {
            0 if stripped => "  was set",
            0 => "  set by",
            _ => "",
        };
        let source = words::source(&row.entry.source, report.content.show_values);
        let was = row.change.filter(|_| stripped).and_then(|change| change.old_container.as_ref());
        let set = format!("{}: {source}", words::container(was.unwrap_or(row.container)));
        let only = words::environments(row.entry);
        let place = format!("{}:{}{only}", row.entry.location.file, row.entry.location.line);
        let rest = block.entries.len().saturating_sub(shown);
        let rest = match rest {
            _ if at + 1 < shown => String::new(),
            0 => String::new(),
            rest => format!("  and {rest} more {}", words::plural(rest, "container")),
        };
        if LABEL + columns(&set) + 2 + columns(&place) + columns(&rest) <= WIDTH {
            unbroken(out, label, &set, &format!("  {place}{rest}"))?;
        } else {
            field(out, label, &set, BOLD)?;
            unbroken(out, "", "", &format!("{place}{rest}"))?;
        }
    }
    Ok(())
}

fn readers(report: &Report<'_>, judgement: &Judgement, out: &mut dyn Write) -> io::Result<()> {
    let scan = report.content.scan;
    let named = report.content.named;
    let shown = if named { SHOWN_READERS } else { 1 }.min(judgement.decisive);
    for (at, (index, chain)) in judgement.reads.iter().zip(&judgement.reached).take(shown).enumerate() {
        let Some(read) = scan.reads.get(*index) else { continue };
        let file = read.place.file;
        let owner = report.owner(file).map(words::owner).unwrap_or_default();
        let place = format!("{owner}  {}:{}", report.path(file), read.place.span.line);
        unbroken(out, if at == 0 { "  read by" } else { "" }, &place, "")?;
        if named {
            field(out, "", &format!("  {}", words::reader(read)), BOLD)?;
        }
        field(out, "", &format!("  without it: {}", words::without(read)), BOLD)?;
        if named && let Some(line) = passed(report, read) {
            field(out, "", &format!("  {line}"), BOLD)?;
        }
        for line in route(report, read, chain.as_deref()).iter().filter(|_| named) {
            field(out, "", &format!("  {line}"), DIM)?;
        }
    }
    more(out, judgement.decisive, shown, "reader")?;
    match judgement.reads.len().saturating_sub(judgement.decisive) {
        weaker if named && weaker > 0 => {
            field(out, "", &format!("and {} that may not matter here", count(weaker, "reader")), DIM)
        }
        _ => Ok(()),
    }
}

/// Which calls make a read unnecessary, and which do not.
pub(super) fn passed(report: &Report<'_>, read: &Read) -> Option<String> {
    let parameter = read.condition.as_deref()?;
    let calls = |given: bool, how: &str| {
        let of_kind: Vec<&Passed> = read.passed.iter().filter(|call| call.given == given).collect();
        let place = |call: &&Passed| format!("{}:{}", report.path(call.place.file), call.place.span.line);
        let named: Vec<String> = of_kind.iter().take(SHOWN).map(place).collect();
        let rest = of_kind.len() - named.len();
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        (!named.is_empty()).then(|| format!("{how} at {}{rest}", named.join(", ")))
    };
    let said: Vec<String> = [calls(true, "given"), calls(false, "missing")].into_iter().flatten().collect();
    (!said.is_empty()).then(|| format!("{parameter} is {}", said.join("; ")))
}

/// How the environment's value gets from the read to the application: the calls below the place,
/// the imports above it.
fn route(report: &Report<'_>, read: &Read, chain: Option<&[FileId]>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut before = read.place.file;
    let steps: Vec<String> = read
        .way()
        .map(|step| {
            let file = step.place.file;
            let same = std::mem::replace(&mut before, file) == file;
            let path = if same { "line ".into() } else { report.path(file) + ":" };
            format!("{} at {path}{}", step.what, step.place.span.line)
        })
        .collect();
    if !steps.is_empty() {
        lines.push(format!("through {}", steps.join(", ")));
    }
    match chain {
        Some([_]) | None => {}
        Some(chain) => {
            let mut files: Vec<String> = chain.iter().map(|file| report.path(*file)).collect();
            if files.len() > 2 * SHOWN_IMPORTS {
                let left_out = files.len() - 2 * SHOWN_IMPORTS;
                files.splice(SHOWN_IMPORTS..SHOWN_IMPORTS + left_out, [format!("({left_out} more)")]);
            }
            lines.push(format!("imported through {}", files.join(" > ")));
        }
    }
    lines
}

fn mentions(report: &Report<'_>, judgement: &Judgement, out: &mut dyn Write) -> io::Result<()> {
    let decisive = judgement.reasons.iter().any(|reason| reason.code == ReasonCode::Mentioned);
    let shown = if report.content.named { SHOWN } else { 1 };
    for (at, index) in judgement.mentions.iter().filter(|_| decisive).take(shown).enumerate() {
        let Some(mention) = report.content.mentions.get(*index) else { continue };
        let line = mention.line.map(|line| format!(":{line}")).unwrap_or_default();
        let owner = report.owner(mention.file).map(words::owner).unwrap_or_default();
        let label = if at == 0 { "  found in" } else { "" };
        unbroken(out, label, &format!("{owner}  {}{line}", report.path(mention.file)), "")?;
    }
    if decisive { more(out, judgement.mentions.len(), shown, "place") } else { Ok(()) }
}

fn safe(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let safe: Vec<&Block> = report.blocks.iter().filter(|block| block.verdict == Verdict::Safe).collect();
    if safe.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = safe
        .iter()
        .map(|block| match block.entries.len() {
            1 => plain(&block.names.join(", ")),
            more => format!("{} ({more}\u{d7})", plain(&block.names.join(", "))),
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

pub(super) fn not_scanned(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut why = "";
    for line in &report.not_scanned {
        if line.why != why {
            why = &line.why;
            for (at, text) in wrapped(&plain(why), LABEL).iter().enumerate() {
                let label = if at == 0 { styled(REVIEW, &padded("REVIEW", LABEL)) } else { " ".repeat(LABEL) };
                writeln!(out, "{label}{text}")?;
            }
        }
        field(out, "", &format!("  {}: {}", line.image, some(&line.names, SHOWN)), BOLD)?;
    }
    if report.not_scanned.is_empty() { Ok(()) } else { writeln!(out) }
}

/// A line with a label, wrapped below itself.
pub(super) fn field(out: &mut dyn Write, label: &str, text: &str, style: anstyle::Style) -> io::Result<()> {
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
pub(super) fn unbroken(out: &mut dyn Write, label: &str, text: &str, beside: &str) -> io::Result<()> {
    writeln!(out, "{}{}{}", styled(DIM, &padded(label, LABEL)), plain(text), styled(DIM, &plain(beside)))
}

fn more(out: &mut dyn Write, all: usize, shown: usize, what: &str) -> io::Result<()> {
    match all.saturating_sub(shown) {
        0 => Ok(()),
        rest => field(out, "", &format!("and {rest} more {}", words::plural(rest, what)), DIM),
    }
}

/// The first names, and how many more there are.
fn some(names: &[String], shown: usize) -> String {
    let first = names.get(..shown.min(names.len())).unwrap_or(names).join(", ");
    if names.len() > shown { format!("{first} and {} more", names.len() - shown) } else { first }
}

/// Says which kinds of blind spots there are.
pub fn blind_spots(report: &Report<'_>) -> String {
    let kinds = report.blind_spot_kinds();
    let said: Vec<String> = kinds.iter().map(|(kind, number)| words::notices(*kind, *number)).collect();
    if said.is_empty() { "no blind spots".into() } else { format!("blind spots: {}", said.join(", ")) }
}
