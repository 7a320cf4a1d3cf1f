//! What a terminal says about findings: the worst first, each with what leads to it and how to get out.

use std::io::{self, Write};

use super::Report;
use super::layout::{BOLD, DIM, REVIEW, SAFE, UNSAFE, padded, plain, styled, wrapped};
use super::terminal::{LABEL, field, unbroken};
use super::words::{Coded, count};
use crate::model::*;

/// Places that are shown; the rest is counted.
const SHOWN: usize = 3;
/// Findings of one rule that are told in full; the others have a line each.
const IN_FULL: usize = 3;

/// Findings of one rule.
pub(super) struct Group<'a> {
    /// The rule.
    pub rule: &'static Rule,
    /// Those that are told in full.
    pub told: Vec<&'a Finding>,
    /// Those that are only named.
    pub named: Vec<&'a Finding>,
}

/// Findings that are accepted, each with why.
pub(super) fn accepted<'a>(report: &Report<'a>) -> impl Iterator<Item = (&'a Finding, &'a str)> + use<'a> {
    let all: &'a [Finding] = report.content.findings;
    all.iter().filter_map(|finding| Some((finding, finding.suppressed().filter(|_| !finding.known)?)))
}

/// The findings that the old chart did not have and nobody accepts, by rule, the worst first.
pub(super) fn groups<'a>(report: &Report<'a>) -> Vec<Group<'a>> {
    let all: &'a [Finding] = report.content.findings;
    let new = all.iter().filter(|finding| !finding.known && finding.suppressed().is_none());
    let mut groups: Vec<Group<'a>> = Vec::new();
    for finding in new {
        match groups.last_mut().filter(|group| group.rule.id == finding.rule.id) {
            Some(group) => group.told.push(finding),
            None => groups.push(Group { rule: finding.rule, told: vec![finding], named: Vec::new() }),
        }
    }
    // One that would be alone is better told.
    for group in groups.iter_mut().filter(|group| group.told.len() > IN_FULL + 1) {
        group.named = group.told.split_off(IN_FULL);
    }
    groups
}

/// Where to look first, in brackets.
pub(super) fn place(finding: &Finding) -> String {
    let first = finding.locations.first();
    first.map(|at| format!(" ({}:{})", at.place.file, at.place.line)).unwrap_or_default()
}

/// Writes them all; of warnings and errors that the old chart had already only the number.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for Group { rule, told, named } in groups(report) {
        for (at, finding) in told.iter().enumerate() {
            one(finding, out)?;
            if at == 0 && rule.level != Level::Note {
                field(out, "  next", rule.remedy, BOLD)?;
            }
            writeln!(out)?;
        }
        if !named.is_empty() {
            let (style, word) = word(rule.level);
            let more = format!("{}: {}", rule.id, count(named.len(), "more finding"));
            writeln!(out, "{}{}", styled(style, &padded(word, LABEL)), styled(BOLD, &plain(&more)))?;
            for finding in named {
                field(out, "", &format!("{}{}", finding.message, place(finding)), BOLD)?;
            }
            writeln!(out)?;
        }
    }
    for (at, (finding, reason)) in accepted(report).enumerate() {
        let text = format!("{}: {} ({reason})", finding.rule.id, finding.message);
        field(out, if at == 0 { "ACCEPTED" } else { "" }, &text, DIM)?;
    }
    if accepted(report).next().is_some() {
        writeln!(out)?;
    }
    let known = |finding: &&Finding| finding.known && finding.rule.level != Level::Note;
    let known = report.content.findings.iter().filter(known).count();
    if known > 0 {
        field(out, "KNOWN", &format!("{} that the old chart had already", count(known, "finding")), DIM)?;
        writeln!(out)?;
    }
    Ok(())
}

fn word(level: Level) -> (anstyle::Style, &'static str) {
    match level {
        Level::Error => (UNSAFE, "ERROR"),
        Level::Warning => (REVIEW, "WARNING"),
        Level::Note => (SAFE, "REMARK"),
    }
}

fn one(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let (style, word) = word(finding.rule.level);
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
    if let Some(Acceptance { reason, reopened: Some(why), .. }) = &finding.acceptance {
        field(out, "  accepted", &format!("no longer: {why} (it was: {reason})"), BOLD)?;
    }
    let mut number = 0;
    let mut before = None;
    for line in &finding.trace {
        let label = match line.kind {
            kind if before == Some(kind) => String::new(),
            TraceKind::Step => "  steps".into(),
            kind => format!("  {}", kind.code()),
        };
        before = Some(line.kind);
        match line.kind {
            TraceKind::Step => {
                number += 1;
                field(out, &label, &format!("{number}. {}", line.text), BOLD)?;
            }
            TraceKind::Noticed => field(out, &label, &format!("by {}", line.text), BOLD)?,
            TraceKind::Command => unbroken(out, &label, &line.text, "")?,
            TraceKind::Broken | TraceKind::Rollback => field(out, &label, &line.text, BOLD)?,
        }
    }
    Ok(())
}
