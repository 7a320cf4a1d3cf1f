//! Readers that the same change takes away.

use std::collections::BTreeSet;

use super::rows::reason;
use crate::model::{ChangeKind, Chart, EntryChange, Judgement, ReasonCode, Scan, Verdict};

/// Places that a sentence names.
const NAMED_PLACES: usize = 3;

/// Whether the code before the change can make a difference.
pub fn depends_on_before(now: &[Judgement], changes: &[EntryChange]) -> bool {
    let change = |judgement: &Judgement| changes.get(judgement.entry);
    now.iter().any(|judgement| change(judgement).is_some_and(|it| it.kind.strips() || counted_before(judgement, it)))
}

/// Compares with the judgements of the same entries by the code before, `was` of `scan`.
///
/// What was read then, and is no longer, is for a person: whether the image that runs has the new code is not in
/// the chart. Of what is read only now, no default counted until now.
pub fn read_before(now: &mut [Judgement], scan: &Scan, was: &[Judgement], chart: &Chart, changes: &[EntryChange]) {
    for judgement in now.iter_mut() {
        let Some(before) = was.iter().find(|before| before.entry == judgement.entry) else { continue };
        let Some(change) = changes.get(judgement.entry) else { continue };
        if counted_before(judgement, change) && code(before) != Some(ReasonCode::ValueChanges) {
            let text = "set from now on; the same change adds what reads it";
            judgement.verdict = Verdict::Safe;
            judgement.reasons = vec![reason(ReasonCode::StillSet, text)];
        } else if change.kind.strips() && is_removed(judgement, before) {
            let image = image(chart, judgement, change);
            let how = match code(judgement) {
                Some(ReasonCode::UnreachedRead) => "no longer uses what reads it",
                _ => "removes what read it",
            };
            let text = format!(
                "the same change {how} ({}): the image of this release has to have the new code{image}; \
                 pods of the release before keep the variable, and read it, until they are replaced",
                places(scan, before)
            );
            judgement.verdict = Verdict::Review;
            judgement.reasons.insert(0, reason(ReasonCode::ReadRemoved, text));
        }
    }
}

fn code(judgement: &Judgement) -> Option<ReasonCode> {
    judgement.reasons.first().map(|reason| reason.code)
}

/// Whether a default in the code is said to have counted until now.
fn counted_before(judgement: &Judgement, change: &EntryChange) -> bool {
    change.kind == ChangeKind::Added && code(judgement) == Some(ReasonCode::ValueChanges)
}

/// Whether only the code before the change reads it.
fn is_removed(now: &Judgement, before: &Judgement) -> bool {
    let read = |code| matches!(code, ReasonCode::Read | ReasonCode::SettingsField | ReasonCode::AnchoredPattern);
    now.verdict != Verdict::Unsafe && code(before).is_some_and(read) && !still_open(code(now))
}

/// Says so if the image does not change.
fn image(chart: &Chart, judgement: &Judgement, change: &EntryChange) -> String {
    let container = chart.entries.get(judgement.entry).and_then(|entry| chart.containers.get(entry.container));
    let image = container.and_then(|container| container.image.as_ref());
    let old = change.old_container.as_ref().and_then(|container| container.image.as_ref());
    let same = image.filter(|image| Some(*image) == old);
    same.map(|image| format!(", and the image is the same in both charts ({image})")).unwrap_or_default()
}

/// Where the answer does not rest on readers.
fn still_open(code: Option<ReasonCode>) -> bool {
    use ReasonCode::{ContainerGone, DefaultEquals, NotScanned, ValueChanges};
    code.is_some_and(|code| matches!(code, ContainerGone | DefaultEquals | NotScanned | ValueChanges))
}

fn places(scan: &Scan, judgement: &Judgement) -> String {
    let reads = judgement.reads.iter().take(judgement.decisive).filter_map(|read| scan.reads.get(*read));
    let places: BTreeSet<String> = reads
        .filter_map(|read| {
            let file = scan.sources.files.get(read.place.file)?;
            let label = scan.sources.roots.get(file.root)?.label.trim_end_matches('/');
            let folder = if matches!(label, "" | ".") { String::new() } else { format!("{label}/") };
            Some(format!("{folder}{}:{}", file.path, read.place.span.line))
        })
        .collect();
    let more = places.len().saturating_sub(NAMED_PLACES);
    let named: Vec<String> = places.into_iter().take(NAMED_PLACES).collect();
    named.join(", ") + &if more > 0 { format!(" and {more} more") } else { String::new() }
}
