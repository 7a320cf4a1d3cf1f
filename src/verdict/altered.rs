//! The table for entries of a change that stay set: added, moved, or from another source. The first row
//! that matches decides. What can be felt is judged; an ordinary change of a value is the author's business.

use super::rows::{Case, Ruling, falls_back_to, gone, reason};
use crate::model::{Aspect, ChangeKind, EntryChange, Outcome, Read, Reason, ReasonCode, Verdict};

/// A row: a ruling if it matches.
type Row = fn(&Case<'_>, &EntryChange) -> Option<Ruling>;

const ROWS: &[Row] = &[
    row_1_no_object_has_the_key,
    row_2_the_object_is_gone,
    row_3_may_be_missing,
    row_4_a_default_starts_or_stops_to_count,
    row_5_still_set,
];

/// Decides a case.
pub fn rule(case: &Case<'_>, change: &EntryChange) -> Ruling {
    let ruling = ROWS.iter().find_map(|row| row(case, change));
    ruling.unwrap_or(Ruling { verdict: Verdict::Review, reasons: Vec::new() })
}

fn ruling(verdict: Verdict, code: ReasonCode, text: impl Into<String>) -> Option<Ruling> {
    Some(Ruling { verdict, reasons: vec![reason(code, text)] })
}

/// `Secret billing-env` has no key `API_TOKEN`.
fn feed<'a>(case: &Case<'a>) -> (String, &'a str) {
    let source = &case.entry.source;
    let object = source.object.as_ref().map(|object| format!("{} {}", object.kind, object.name));
    (object.unwrap_or_else(|| "its object".into()), source.key.as_deref().unwrap_or("?"))
}

fn row_1_no_object_has_the_key(case: &Case<'_>, change: &EntryChange) -> Option<Ruling> {
    if !change.has(Aspect::Unprovided) {
        return None;
    }
    let (object, key) = feed(case);
    if !case.entry.source.optional {
        let text = format!(
            "{object} of the new chart has no key {key}, and it is not optional: the container does not start \
             (CreateContainerConfigError)"
        );
        return ruling(Verdict::Unsafe, ReasonCode::Unprovided, text);
    }
    // Optional: nothing stops, the variable is just not there.
    let mut ruling = gone(case);
    let text = format!("{object} of the new chart has no key {key}, and it is optional: it no longer arrives");
    ruling.reasons.push(reason(ReasonCode::Unprovided, text));
    Some(ruling)
}

fn row_2_the_object_is_gone(case: &Case<'_>, change: &EntryChange) -> Option<Ruling> {
    let (object, key) = feed(case);
    let text = format!(
        "the old chart makes {object} with the key {key}, the new one does not: unless something else makes it, \
         the container does not start"
    );
    (change.has(Aspect::ObjectGone)).then(|| ruling(Verdict::Review, ReasonCode::Unprovided, text))?
}

fn row_3_may_be_missing(case: &Case<'_>, change: &EntryChange) -> Option<Ruling> {
    if !change.has(Aspect::BecameOptional) {
        return None;
    }
    let without = gone(case);
    if without.verdict == Verdict::Safe {
        return None;
    }
    let (object, key) = feed(case);
    let text = format!(
        "it became optional: if {object} ever lacks the key {key}, the container starts without it and nobody is told"
    );
    let reasons: Vec<Reason> = std::iter::once(reason(ReasonCode::MayBeMissing, text)).chain(without.reasons).collect();
    Some(Ruling { verdict: Verdict::Review, reasons })
}

fn row_4_a_default_starts_or_stops_to_count(case: &Case<'_>, change: &EntryChange) -> Option<Ruling> {
    // That nothing names a class makes no value right.
    let weak = case.evidence.weak.iter().filter(|hit| hit.unnamed);
    let hits = case.evidence.strong.iter().chain(weak);
    let readers: Vec<&Read> = hits.filter_map(|hit| case.scan.reads.get(hit.read)).collect();
    let is = case.entry.source.literal.as_deref();
    let equals = |literal: &str| !readers.is_empty() && readers.iter().all(|read| falls_back_to(read, literal));
    let some_equals = |literal: &str| readers.iter().any(|read| means_the_default(read, literal));
    match &change.old {
        Some(old) if change.value_changed => {
            let was = old.source.literal.as_deref();
            if is.is_some_and(equals) {
                let text = "the chart now sets exactly what every reader falls back to: it looks set, and is no longer \
                            needed";
                return ruling(Verdict::Review, ReasonCode::DefaultEquals, text);
            }
            let left = was.is_some_and(some_equals) && !is.is_some_and(some_equals);
            let text = "until now the chart set what the code falls back to anyway; from now on the two differ, and \
                        whoever does not get the chart's value keeps the old one";
            left.then(|| ruling(Verdict::Review, ReasonCode::ValueChanges, text))?
        }
        // In a new container no default ever counted.
        None if change.kind == ChangeKind::Added && !change.has(Aspect::ContainerNew) => {
            let defaults = readers.iter().filter(|read| has_default(read));
            let differs =
                defaults.filter(|read| !is.is_some_and(|literal| means_the_default(read, literal))).count() > 0;
            let text = "until now the default in the code counted, from now on the chart's value does, and it is not \
                        the same";
            (is.is_some() && differs).then(|| ruling(Verdict::Review, ReasonCode::ValueChanges, text))?
        }
        _ => None,
    }
}

/// Whether a text is most likely understood as the default: readers of truth values take `true` for `True`.
fn means_the_default(read: &Read, literal: &str) -> bool {
    let default = read.absent.default.as_deref().unwrap_or_default();
    let truth = matches!(default, "True" | "False") && default.eq_ignore_ascii_case(literal);
    truth || falls_back_to(read, literal)
}

/// Whether it falls back to something known that is not empty: filling a hole is what a variable is for.
fn has_default(read: &Read) -> bool {
    let empty = ["\"\"", "None", "[]", "{}", "()"];
    read.absent.outcome == Outcome::Default && read.absent.default.as_deref().is_some_and(|it| !empty.contains(&it))
}

fn row_5_still_set(_: &Case<'_>, change: &EntryChange) -> Option<Ruling> {
    let text = match change.kind {
        ChangeKind::Added if change.has(Aspect::ContainerNew) => "set in a container that is new",
        ChangeKind::Added => "set from now on; no default that counted until now is known",
        ChangeKind::Moved => "still set, by another list of the container",
        _ => "still set; nothing tells that the difference breaks something",
    };
    ruling(Verdict::Safe, ReasonCode::StillSet, text)
}
