//! How the entries of one container differ.

use std::collections::BTreeMap;

use crate::model::{Aspect, ChangeKind, Entry, EntrySource, SourceKind};

/// An entry on both sides, or on one.
pub struct Difference<'a> {
    /// How.
    pub kind: ChangeKind,
    /// Before.
    pub old: Option<&'a Entry>,
    /// After.
    pub new: Option<&'a Entry>,
    /// The particulars.
    pub aspects: Vec<Aspect>,
}

/// Values that say nothing about being the same setting under another name.
const COMMON: [&str; 10] = ["", "0", "1", "true", "false", "True", "False", "yes", "no", "none"];

/// What differs: in the order of the new entries, then what is gone in the order of the old ones.
pub fn differences<'a>(old: &[&'a Entry], new: &[&'a Entry]) -> Vec<Difference<'a>> {
    let mut before: BTreeMap<_, &Entry> = old.iter().map(|entry| (identity(entry), *entry)).collect();
    let mut out = Vec::new();
    let mut added = Vec::new();
    for entry in new {
        match before.remove(&identity(entry)) {
            None => added.push(*entry),
            Some(was) => {
                let aspects = aspects(was, entry);
                if !aspects.is_empty() {
                    let kind = match in_env(was) == in_env(entry) {
                        true => ChangeKind::Changed,
                        false => ChangeKind::Moved,
                    };
                    out.push(Difference { kind, old: Some(was), new: Some(entry), aspects });
                }
            }
        }
    }
    let mut gone: Vec<&Entry> = old.iter().copied().filter(|entry| before.contains_key(&identity(entry))).collect();
    for entry in added {
        let renamed = renamed(entry, &gone, new, old);
        gone.retain(|other| renamed.is_none_or(|renamed| !std::ptr::eq(*other, renamed)));
        let kind = if renamed.is_some() { ChangeKind::Renamed } else { ChangeKind::Added };
        let mut aspects = provision(renamed, entry);
        aspects.sort();
        out.push(Difference { kind, old: renamed, new: Some(entry), aspects });
    }
    for entry in gone {
        // Which names an `envFrom` of unknown keys brought is not known, nor whether they are among these.
        let known = !is_open(entry) || !new.iter().any(|other| same_object(entry, other));
        if known {
            let vanished = entry.source.kind == SourceKind::EnvFrom
                && !is_open(entry)
                && new.iter().any(|other| !is_open(other) && same_object(entry, other));
            let aspects = if vanished { vec![Aspect::KeyVanished] } else { Vec::new() };
            out.push(Difference { kind: ChangeKind::Removed, old: Some(entry), new: None, aspects });
        }
    }
    out
}

/// A container has a name once, but any number of `envFrom` with unknown keys.
fn identity(entry: &Entry) -> (&str, Option<&str>) {
    let object = entry.source.object.as_ref().map(|object| object.name.as_str());
    (&entry.name, object.filter(|_| is_open(entry)))
}

/// Whether it stands for an `envFrom` whose keys are not known.
pub fn is_open(entry: &Entry) -> bool {
    entry.source.kind == SourceKind::EnvFrom && entry.source.key.is_none()
}

fn in_env(entry: &Entry) -> bool {
    entry.source.kind != SourceKind::EnvFrom
}

fn same_object(a: &Entry, b: &Entry) -> bool {
    b.source.kind == SourceKind::EnvFrom && a.source.object == b.source.object
}

/// Whether a key of the same object feeds both, in whatever way.
fn same_feed(a: &EntrySource, b: &EntrySource) -> bool {
    match (&a.object, &b.object) {
        (None, None) => a.kind == b.kind && a.key == b.key,
        (a_object, b_object) => a_object == b_object && a.key == b.key,
    }
}

fn aspects(old: &Entry, new: &Entry) -> Vec<Aspect> {
    let (was, is) = (&old.source, &new.source);
    let mut found = provision(Some(old), new);
    if was.kind != is.kind || !same_feed(was, is) {
        found.push(Aspect::Source);
    }
    if let (Some(a), Some(b)) = (&was.literal, &is.literal)
        && a != b
    {
        found.push(Aspect::Literal);
    }
    match (was.optional, is.optional) {
        (false, true) => found.push(Aspect::BecameOptional),
        (true, false) => found.push(Aspect::BecameRequired),
        _ => {}
    }
    found.sort();
    found
}

/// Whether the new chart no longer provides what feeds an entry.
fn provision(old: Option<&Entry>, new: &Entry) -> Vec<Aspect> {
    let was = old.and_then(|entry| entry.source.provided);
    let same = old.is_some_and(|entry| same_feed(&entry.source, &new.source));
    match (was, new.source.provided) {
        (Some(false), Some(false)) if same => Vec::new(),
        (_, Some(false)) => vec![Aspect::Unprovided],
        (Some(true), None) if same => vec![Aspect::ObjectGone],
        _ => Vec::new(),
    }
}

/// The one of `gone` that `entry` is under a new name: the same source, which nothing else has.
fn renamed<'a>(entry: &Entry, gone: &[&'a Entry], new: &[&Entry], old: &[&Entry]) -> Option<&'a Entry> {
    if is_open(entry) {
        return None;
    }
    let same = |other: &Entry| match (&entry.source.object, entry.source.kind) {
        (Some(_), _) => !is_open(other) && same_feed(&entry.source, &other.source),
        (None, SourceKind::Value) => {
            let telling = entry.source.literal.as_deref().is_some_and(|literal| !COMMON.contains(&literal));
            telling && other.source.kind == SourceKind::Value && other.source.literal == entry.source.literal
        }
        (None, _) => same_feed(&entry.source, &other.source),
    };
    let once = |list: &[&Entry]| list.iter().filter(|other| same(other)).count() == 1;
    gone.iter().copied().find(|other| same(other)).filter(|_| once(new) && once(old))
}

/// Whether another value arrives, as far as that can be told.
pub fn value_changed(old: Option<&Entry>, new: Option<&Entry>) -> bool {
    let (Some(old), Some(new)) = (old, new) else { return false };
    match (&old.source.literal, &new.source.literal) {
        (Some(a), Some(b)) => a != b,
        _ => !same_feed(&old.source, &new.source),
    }
}
