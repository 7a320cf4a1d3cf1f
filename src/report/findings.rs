//! What a terminal says about findings: the worst first, each with what leads to it and how to get out.

use std::io::{self, Write};

use super::Report;
use super::layout::{BOLD, DIM, REVIEW, SAFE, UNSAFE, padded, plain, styled, wrapped};
use super::terminal::{LABEL, field, unbroken};
use super::words::count;
use crate::model::*;

/// Places that are shown; the rest is counted.
const SHOWN: usize = 3;

/// Writes them all; of warnings and errors that the old chart had already only the number.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.content.findings;
    for finding in findings.iter().filter(|finding| !finding.known) {
        one(finding, out)?;
    }
    let known = findings.iter().filter(|finding| finding.known && finding.rule.level != Level::Note).count();
    if known > 0 {
        field(out, "KNOWN", &format!("{} that the old chart had already", count(known, "finding")), DIM)?;
        writeln!(out)?;
    }
    Ok(())
}

fn one(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let (style, word) = match finding.rule.level {
        Level::Error => (UNSAFE, "ERROR"),
        Level::Warning => (REVIEW, "WARNING"),
        Level::Note => (SAFE, "REMARK"),
    };
    for (at, line) in wrapped(&plain(&format!("{}: {}", finding.rule.id, finding.message)), LABEL).iter().enumerate() {
        let label = if at == 0 { styled(style, &padded(word, LABEL)) } else { " ".repeat(LABEL) };
        writeln!(out, "{label}{}", styled(BOLD, line))?;
    }
    for (at, location) in finding.locations.iter().take(SHOWN).enumerate() {
        let place = format!("{}:{}", location.place.file, location.place.line);
        unbroken(out, if at == 0 { "  at" } else { "" }, &place, "")?;
    }
    let rest = finding.locations.len().saturating_sub(SHOWN);
    if rest > 0 {
        field(out, "", &format!("and {} more", count(rest, "place")), DIM)?;
    }
    let mut number = 0;
    let mut before = None;
    for line in &finding.trace {
        let label = match line.kind {
            kind if before == Some(kind) => "",
            TraceKind::Step => "  steps",
            TraceKind::Broken => "  broken",
            TraceKind::Noticed => "  noticed",
            TraceKind::Rollback => "  rollback",
            TraceKind::Command => "  command",
        };
        before = Some(line.kind);
        match line.kind {
            TraceKind::Step => {
                number += 1;
                field(out, label, &format!("{number}. {}", line.text), BOLD)?;
            }
            TraceKind::Noticed => field(out, label, &format!("by {}", line.text), BOLD)?,
            TraceKind::Command => unbroken(out, label, &line.text, "")?,
            TraceKind::Broken | TraceKind::Rollback => field(out, label, &line.text, BOLD)?,
        }
    }
    if finding.rule.level != Level::Note {
        field(out, "  next", finding.rule.remedy, BOLD)?;
    }
    writeln!(out)
}
