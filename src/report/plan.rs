//! What `plan` says: releases in their order, or what is in the way.

use std::fmt::Write as _;

use super::{Report, terminal};
use crate::model::*;

/// Readers that are named.
const SHOWN_READERS: usize = 3;

/// The text, and whether the way is free.
pub fn plan(report: &Report<'_>, plans: &[(String, Plan)]) -> (String, bool) {
    let needed = needed(report);
    let mut text = String::new();
    if !needed.is_empty() {
        text +=
            "FIRST: code still needs what is stripped. Change it, release that, and only then strip the variable.\n";
        for line in &needed {
            let _ = writeln!(text, "  {line}");
        }
        text.push('\n');
    }
    let mut free = needed.is_empty();
    for (name, plan) in plans {
        if plans.len() > 1 {
            let _ = writeln!(text, "Chart {name}");
        }
        if !plan.blocked.is_empty() {
            free = false;
            text += "NO WAY in releases of one concern each; in every order something breaks:\n";
            for line in &plan.blocked {
                let _ = writeln!(text, "  {line}");
            }
            continue;
        }
        if plan.releases.is_empty() {
            text += "Nothing differs that a release would change.\n";
        }
        for (at, release) in plan.releases.iter().enumerate() {
            let _ = writeln!(text, "RELEASE {} of {}: {}", at + 1, plan.releases.len(), about(release.concern));
            told(&mut text, "change", &release.changes);
            told(&mut text, "verify", &release.verify);
            told(&mut text, "if it stops", &release.stopped);
            text.push('\n');
        }
    }
    (text, free)
}

fn told(text: &mut String, label: &str, lines: &[String]) {
    for (at, line) in lines.iter().enumerate() {
        let _ = writeln!(text, "  {:<12} {line}", if at == 0 { label } else { "" });
    }
}

fn about(concern: Concern) -> String {
    match concern {
        Concern::Keep => "mark what shall become a hook, so that Helm does not delete it".into(),
        Concern::AddKeys => "add and change keys".into(),
        Concern::References => "what the pods refer to, and the rest".into(),
        Concern::Identity => "the identity that hooks run with".into(),
        Concern::RemoveKeys(1) => "remove keys that nothing refers to any more".into(),
        Concern::RemoveKeys(batch) => format!("remove keys that nothing refers to any more, batch {batch}"),
    }
}

/// What still needs a variable that is stripped, one line a reader.
fn needed(report: &Report<'_>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for block in report.blocks.iter().filter(|block| block.verdict == Verdict::Unsafe) {
        let Some((row, judgement)) = terminal::first(report, block) else { continue };
        if !row.change.is_some_and(|change| change.kind.strips()) {
            continue;
        }
        let why = judgement.reasons.first().map(|reason| reason.text.as_str()).unwrap_or_default();
        lines.push(format!("{}: {why}", block.names.join(", ")));
        for read in judgement.reads.iter().take(judgement.decisive.min(SHOWN_READERS)) {
            let Some(read) = report.content.scan.reads.get(*read) else { continue };
            let mut line = format!("    {}:{}", report.path(read.place.file), read.place.span.line);
            if let Some(parameter) = &read.condition {
                line += &format!(", not read if the argument `{parameter}` is passed");
            }
            lines.push(line);
        }
    }
    lines
}
