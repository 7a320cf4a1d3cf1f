//! `explain NAME` for a person: each reader of one name with the whole way to the environment, quoted.

use std::io::{self, Write};

use super::layout::{BOLD, DIM, padded, plain, styled};
use super::terminal::{LABEL, field, unbroken};
use super::{ReadRow, Report, words};
use crate::model::*;

/// Readers as blocks: whose, what happens without it, then the lines of code from the place that names
/// the variable to the one that consults the environment, then how the module is imported.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for row in &report.reads {
        block(report, row, out)?;
    }
    if report.reads.is_empty() {
        let name = &report.content.quotes.name;
        field(out, "", &format!("nothing that was scanned reads {name} by this name"), BOLD)?;
        writeln!(out)?;
    }
    Ok(())
}

fn block(report: &Report<'_>, row: &ReadRow<'_>, out: &mut dyn Write) -> io::Result<()> {
    let read = row.read;
    let owner = report.owner(read.place.file).map(words::owner).unwrap_or_default();
    let name = styled(BOLD, &padded(&plain(&read.key.text), LABEL - 1));
    writeln!(out, "{name} {}", plain(&format!("read by {owner}, {}", words::reader(read))))?;
    field(out, "  without it", &words::without(read), BOLD)?;
    if let Some(parameter) = &read.condition {
        field(out, "  unless", &format!("the argument {parameter} is given"), BOLD)?;
        if let Some(calls) = super::terminal::passed(report, read) {
            field(out, "", &calls, BOLD)?;
        }
    }
    let inside = read.function.as_deref().map(|function| format!("in {function}")).unwrap_or_default();
    quoted(report, out, "  asked at", &read.place, &inside)?;
    if let Some(given) = &read.given {
        quoted(report, out, "  named at", given, "")?;
    }
    for (at, step) in read.way().enumerate() {
        quoted(report, out, if at == 0 { "  through" } else { "" }, &step.place, &step.what)?;
    }
    match row.reached.as_deref() {
        Some([_]) => field(out, "  imported", "a module of the application", DIM)?,
        Some(chain) => imports(report, chain, out)?,
        None => field(out, "  imported", "by nothing that the application is seen to import", DIM)?,
    }
    writeln!(out)
}

/// A place with its line of code below.
fn quoted(report: &Report<'_>, out: &mut dyn Write, label: &str, place: &Place, what: &str) -> io::Result<()> {
    let line = place.span.line;
    let beside = if what.is_empty() { String::new() } else { format!("  {what}") };
    unbroken(out, label, &format!("{}:{line}", report.path(place.file)), &beside)?;
    match report.content.quotes.lines.get(&(place.file, line)) {
        Some(code) => unbroken(out, "", "", &format!("    {code}")),
        None => Ok(()),
    }
}

fn imports(report: &Report<'_>, chain: &[FileId], out: &mut dyn Write) -> io::Result<()> {
    let quotes = &report.content.quotes;
    for (at, pair) in chain.windows(2).enumerate() {
        let [from, to] = pair else { continue };
        let label = if at == 0 { "  imported" } else { "" };
        match quotes.imports.get(&(*from, *to)) {
            Some(&line) => {
                let code = quotes.lines.get(&(*from, line)).map(|code| format!("  {code}")).unwrap_or_default();
                unbroken(out, label, &format!("{}:{line}", report.path(*from)), &code)?;
            }
            None => unbroken(out, label, &report.path(*from), &format!("  imports {}", report.path(*to)))?,
        }
    }
    Ok(())
}
