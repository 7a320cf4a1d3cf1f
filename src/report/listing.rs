//! Tables for `reads` and `entries`, and the closing lines of every report.

use std::io::{self, Write};

use super::layout::{BOLD, DIM, REVIEW, SAFE, UNSAFE, columns, padded, plain, styled, wrapped};
use super::words::{self, count};
use super::{Report, changes, terminal};

/// Widest first column.
const NAME: usize = 40;

/// One read: what is asked for and what happens without it; then whose it is and where.
pub fn reads(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let width = width(report.reads.iter().map(|row| row.read.key.text.as_str()));
    for row in &report.reads {
        let read = row.read;
        let owner = report.owner(read.place.file).map(words::owner).unwrap_or_default();
        let place = format!("{}:{}", report.path(read.place.file), read.place.span.line);
        writeln!(out, "{}{}", styled(BOLD, &padded(&plain(&read.key.text), width)), plain(&words::without(read)))?;
        let reader = plain(&format!("{owner}  {place}  {}", words::reader(read)));
        writeln!(out, "{}{}", " ".repeat(width), styled(DIM, &reader))?;
    }
    if !report.reads.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

/// One entry: the variable and its container; then what feeds it and where.
pub fn entries(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let width = width(report.entries.iter().map(|row| row.entry.name.as_str()));
    for row in &report.entries {
        let source = words::source(&row.entry.source, report.content.show_values);
        let container = plain(&words::container(row.container));
        writeln!(out, "{}{container}", styled(BOLD, &padded(&plain(&row.entry.name), width)))?;
        let only = words::environments(row.entry);
        let place = format!("{source}  {}:{}{only}", row.entry.location.file, row.entry.location.line);
        writeln!(out, "{}{}", " ".repeat(width), styled(DIM, &plain(&place)))?;
    }
    if !report.entries.is_empty() {
        writeln!(out)?;
    }
    if !report.conditional.is_empty() {
        writeln!(out, "could be set with other values:")?;
    }
    let width = self::width(report.conditional.iter().filter_map(|it| it.name.as_deref()));
    for it in &report.conditional {
        let name = it.name.as_deref().unwrap_or("?");
        writeln!(out, "{}{}", styled(BOLD, &padded(&plain(name), width)), styled(DIM, &plain(&words::behind(it))))?;
    }
    if report.conditional.iter().any(|it| it.name.is_none()) {
        writeln!(out, "? is a name that is not spelled out in the template")?;
    }
    if !report.conditional.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

fn width<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(columns).max().unwrap_or(0).min(NAME) + 2
}

/// What the report covers, in one or two lines.
pub fn closing(report: &Report<'_>) -> Vec<String> {
    let summary = &report.summary;
    let scan = report.content.scan;
    let scanned = format!("{} in {}", count(summary.reads, "read"), count(scan.outlined, "Python file"));
    let blind_spots = terminal::blind_spots(report);
    let text = match report.content.command {
        "reads" => format!("{scanned}; {blind_spots}"),
        "explain" => {
            let read = count(report.reads.len(), "read");
            let unresolved = match report.content.quotes.unresolved {
                0 => String::new(),
                number => format!(" ({} that name no variable may ask for it too)", count(number, "read")),
            };
            let files = count(scan.outlined, "Python file");
            format!("{read} of {} in {files}{unresolved}; {blind_spots}", report.content.quotes.name)
        }
        "entries" => format!("{}; {blind_spots}", count(summary.entries, "entry")),
        "diff" if report.entries.is_empty() => {
            format!("no env var of any container differs; {scanned}; {blind_spots}")
        }
        command => {
            let verdicts = [
                styled(UNSAFE, &format!("{} unsafe", summary.r#unsafe)),
                styled(REVIEW, &format!("{} review", summary.review)),
                styled(SAFE, &format!("{} safe", summary.safe)),
            ];
            let entries = match command {
                "diff" => format!("{} ({})", count(summary.entries, "change"), changes::kinds(report)),
                _ => count(summary.entries, "entry"),
            };
            let accepted = match summary.suppressed {
                0 => String::new(),
                number => format!(" ({number} accepted)"),
            };
            format!("{}{accepted} of {entries}; {scanned}; {blind_spots}", verdicts.join(", "))
        }
    };
    let mut lines = wrapped(&text, 0);
    if report.content.incomplete {
        lines.push(styled(UNSAFE, "incomplete: a part of the input failed (see blind_spots in --format json)"));
    }
    lines
}
