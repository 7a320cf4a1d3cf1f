//! The change stage: two charts → what differs between their entries.
//!
//! Containers are paired first ([`pairs`]), then their entries ([`entries`]); where something stands in a
//! file, its order and its comments are no difference.

mod entries;
mod pairs;

use std::collections::BTreeMap;

use entries::{Difference, differences, is_open, value_changed};
use pairs::Pair;

use crate::model::{
    Aspect, Change, ChangeKind, Chart, ChartPlace, Container, ContainerChange, ContainerId, Entry, EntryChange,
};

/// Compares two charts.
pub fn compare(old: Chart, new: Chart) -> Change {
    let change = changes(&old, &new);
    Change { old, new, ..change }
}

/// Changes of several charts as one.
pub fn together(changes: &[Change]) -> Change {
    let mut all = Change::default();
    for change in changes {
        append(&mut all.old, &change.old);
        append(&mut all.new, &change.new);
        append(&mut all.subject, &change.subject);
        all.containers.extend(change.containers.iter().cloned());
        all.entries.extend(change.entries.iter().cloned());
    }
    all
}

fn append(all: &mut Chart, chart: &Chart) {
    let offset = all.containers.len();
    let name =
        [all.name.as_str(), &chart.name].into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ");
    (all.name, all.version) = (name, chart.version.clone());
    all.containers.extend(chart.containers.iter().cloned());
    let moved = |entry: &Entry| Entry { container: entry.container + offset, ..entry.clone() };
    all.entries.extend(chart.entries.iter().map(moved));
    all.notices.extend(chart.notices.iter().cloned());
    all.hooks += chart.hooks;
}

fn changes(old: &Chart, new: &Chart) -> Change {
    let (olds, news) = (by_container(old), by_container(new));
    let mut change = Change::default();
    let named = if new.name.is_empty() { old } else { new };
    change.subject.name.clone_from(&named.name);
    change.subject.version.clone_from(&named.version);
    for pair in pairs::pairs(old, new) {
        let before = pair.old.and_then(|id| old.containers.get(id));
        let after = pair.new.and_then(|id| new.containers.get(id));
        change.containers.extend(container_change(before, after));
        let sides = Sides { before, after, old: of(&olds, pair.old), new: of(&news, pair.new) };
        sides.compare(pair, &mut change);
    }
    change
}

fn of<'a>(all: &BTreeMap<ContainerId, Vec<&'a Entry>>, id: Option<ContainerId>) -> Vec<&'a Entry> {
    id.and_then(|id| all.get(&id)).cloned().unwrap_or_default()
}

fn by_container(chart: &Chart) -> BTreeMap<ContainerId, Vec<&Entry>> {
    let mut out: BTreeMap<ContainerId, Vec<&Entry>> = BTreeMap::new();
    for entry in &chart.entries {
        out.entry(entry.container).or_default().push(entry);
    }
    out
}

fn container_change(old: Option<&Container>, new: Option<&Container>) -> Option<ContainerChange> {
    let kind = match (old, new) {
        (Some(_), None) => ChangeKind::Removed,
        (None, Some(_)) => ChangeKind::Added,
        (Some(a), Some(b)) => {
            let named = |container: &Container| {
                (container.workload.kind.clone(), container.workload.name.clone(), container.name.clone())
            };
            (named(a) != named(b)).then_some(ChangeKind::Renamed)?
        }
        (None, None) => return None,
    };
    Some(ContainerChange { kind, old: old.cloned(), new: new.cloned() })
}

/// One container on both sides.
struct Sides<'a> {
    before: Option<&'a Container>,
    after: Option<&'a Container>,
    old: Vec<&'a Entry>,
    new: Vec<&'a Entry>,
}

impl Sides<'_> {
    /// Adds what differs to `change`.
    fn compare(&self, pair: Pair, change: &mut Change) {
        let mut found = differences(&self.old, &self.new);
        for difference in &mut found {
            match (pair.old, pair.new) {
                (Some(_), None) => difference.aspects = vec![Aspect::ContainerGone],
                (None, Some(_)) => difference.aspects.insert(0, Aspect::ContainerNew),
                _ => {}
            }
        }
        let Some(container) = self.after.or(self.before).filter(|_| !found.is_empty()) else { return };
        let id = change.subject.containers.len();
        change.subject.containers.push(container.clone());
        for difference in found {
            let Some(entry) = self.subject(&difference, id) else { continue };
            change.subject.entries.push(entry);
            change.entries.push(EntryChange {
                kind: difference.kind,
                old: difference.old.cloned(),
                new: difference.new.cloned(),
                old_container: self.before.cloned(),
                value_changed: value_changed(difference.old, difference.new),
                anchor: self.anchor(&difference),
                aspects: difference.aspects,
            });
        }
    }

    /// The entry that is judged.
    fn subject(&self, difference: &Difference<'_>, container: ContainerId) -> Option<Entry> {
        if !difference.kind.strips() {
            return difference.new.map(|entry| Entry { container, ..entry.clone() });
        }
        let entry = difference.old?;
        let uses = self.after.and_then(|container| container.unsupplied.get(&entry.name)).cloned();
        // An `envFrom` that was there before brought nothing that counted.
        let was_there =
            |other: &Entry| self.old.iter().any(|old| is_open(old) && old.source.object == other.source.object);
        let may_bring = |other: &&&Entry| {
            is_open(other) && !was_there(other) && entry.name.starts_with(other.name.trim_end_matches('*'))
        };
        let open = self.new.iter().filter(may_bring).filter(|_| !is_open(entry));
        let also = open.filter_map(|other| {
            let object = other.source.object.as_ref()?;
            Some(format!(
                "envFrom {} {}, whose keys are not known, may bring it ({}:{})",
                object.kind, object.name, other.location.file, other.location.line
            ))
        });
        Some(Entry { container, uses: uses.unwrap_or_default(), also: also.collect(), ..entry.clone() })
    }

    /// Where it stands in the new chart; of what is gone, the nearest entry before it that stayed, else after.
    fn anchor(&self, difference: &Difference<'_>) -> Option<ChartPlace> {
        if let Some(entry) = difference.new {
            return Some(entry.location.clone());
        }
        let at = self.old.iter().position(|entry| difference.old.is_some_and(|old| std::ptr::eq(*entry, old)))?;
        let (before, after) = self.old.split_at(at);
        let stays =
            |entry: &&&Entry| self.new.iter().find(|new| new.name == entry.name).map(|new| new.location.clone());
        let near = before.iter().rev().chain(after).find_map(|entry| stays(&entry));
        near.or_else(|| self.new.first().map(|entry| entry.location.clone()))
    }
}
