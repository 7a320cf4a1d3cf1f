//! What could be set with other values, before and after.

use std::collections::BTreeSet;

use crate::model::{Change, Chart, Conditional, Entry};

/// Notes of what is stripped where the new chart still has it behind a condition, and what can no longer be set
/// under any.
pub fn settle(old: &Chart, new: &Chart, change: &mut Change) {
    for (told, entry) in change.entries.iter_mut().zip(&change.subject.entries) {
        let named = |it: &&Conditional| it.name.as_ref() == Some(&entry.name);
        told.behind = new.conditional.iter().find(named).filter(|_| told.kind.strips()).cloned();
    }
    let names = |entries: &[Entry]| entries.iter().map(|entry| entry.name.clone()).collect::<BTreeSet<_>>();
    let (before, after) = (names(&old.entries), names(&new.entries));
    let still: BTreeSet<&String> = new.conditional.iter().filter_map(|it| it.name.as_ref()).collect();
    // What was turned on for good is not gone.
    let set = |name: &String| after.contains(name) && !before.contains(name);
    let gone = |name: &String| !still.contains(name) && !set(name);
    let gone = old.conditional.iter().filter(|it| it.name.as_ref().is_some_and(gone));
    change.conditional = gone.cloned().collect();
    less_told(change);
}

/// Adds those of another chart.
pub fn join(all: &mut Vec<Conditional>, more: &[Conditional]) {
    for it in more {
        if !all.iter().any(|known| known.is_same(it)) {
            all.push(it.clone());
        }
    }
}

/// Leaves out what has a row anyway.
pub fn less_told(change: &mut Change) {
    let told: BTreeSet<&String> = change.subject.entries.iter().map(|entry| &entry.name).collect();
    change.conditional.retain(|it| it.name.as_ref().is_none_or(|name| !told.contains(name)));
}
