//! The change stage: two charts → what differs between their entries.
//!
//! Containers are paired first ([`pairs`]), then their entries ([`entries`]); where something stands in a
//! file, its order and its comments are no difference.

mod conditional;
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
    let mut change = changes(&old, &new);
    conditional::settle(&old, &new, &mut change);
    Change { old, new, ..change }
}

/// Changes of several charts, or of one in several environments, as one: what differs in the same way in one
/// container is one row.
pub fn together(changes: &[Change]) -> Change {
    let mut all = Change::default();
    for change in changes {
        append(&mut all.old, &change.old);
        append(&mut all.new, &change.new);
        merge(&mut all, change);
        conditional::join(&mut all.conditional, &change.conditional);
        for container in &change.containers {
            if !all.containers.contains(container) {
                all.containers.push(container.clone());
            }
        }
    }
    conditional::less_told(&mut all);
    all
}

fn append(all: &mut Chart, chart: &Chart) {
    let offset = all.containers.len();
    name(all, chart);
    all.containers.extend(chart.containers.iter().cloned());
    let moved = |entry: &Entry| Entry { container: entry.container + offset, ..entry.clone() };
    all.entries.extend(chart.entries.iter().map(moved));
    all.notices.extend(chart.notices.iter().cloned());
    all.hooks += chart.hooks;
}

/// Lets `all` be called by the name of `chart` too.
fn name(all: &mut Chart, chart: &Chart) {
    if !all.name.split(", ").any(|name| name == chart.name) {
        let names = [all.name.as_str(), &chart.name].into_iter().filter(|name| !name.is_empty());
        all.name = names.collect::<Vec<_>>().join(", ");
    }
    all.version.clone_from(&chart.version);
}

/// Adds what differs in a chart; what is there already gets its environments.
fn merge(all: &mut Change, change: &Change) {
    name(&mut all.subject, &change.subject);
    all.subject.notices.extend(change.subject.notices.iter().cloned());
    all.subject.hooks += change.subject.hooks;
    let mut numbers: Vec<ContainerId> = Vec::new();
    for container in &change.subject.containers {
        let known = all.subject.containers.iter().position(|known| known == container);
        numbers.push(known.unwrap_or_else(|| {
            all.subject.containers.push(container.clone());
            all.subject.containers.len() - 1
        }));
    }
    let mut known: BTreeMap<(ContainerId, String), Vec<usize>> = BTreeMap::new();
    for (index, entry) in all.subject.entries.iter().enumerate() {
        known.entry((entry.container, entry.name.clone())).or_default().push(index);
    }
    for (entry, how) in change.subject.entries.iter().zip(&change.entries) {
        let container = numbers.get(entry.container).copied().unwrap_or(entry.container);
        let entry = Entry { container, ..entry.clone() };
        let alike = known.get(&(container, entry.name.clone())).into_iter().flatten().copied();
        let same = |index: &usize| match (all.subject.entries.get(*index), all.entries.get(*index)) {
            (Some(other), Some(told)) => same(other, &entry) && same_change(told, how),
            _ => false,
        };
        let Some(index) = alike.into_iter().find(same) else {
            all.subject.entries.push(entry);
            all.entries.push(how.clone());
            continue;
        };
        if let (Some(other), Some(told)) = (all.subject.entries.get_mut(index), all.entries.get_mut(index)) {
            let sides = told.old.iter_mut().chain(&mut told.new);
            for side in sides.chain([other]) {
                let new = entry.environments.iter().filter(|name| !side.environments.contains(name));
                let new: Vec<String> = new.cloned().collect();
                side.environments.extend(new);
            }
        }
    }
}

/// Whether two entries of one container are the same, wherever they stand.
fn same(a: &Entry, b: &Entry) -> bool {
    (&a.name, &a.source, &a.uses, &a.also) == (&b.name, &b.source, &b.uses, &b.also)
}

/// Whether they differ in the same way from what they were.
fn same_change(a: &EntryChange, b: &EntryChange) -> bool {
    let sides = |a: &Option<Entry>, b: &Option<Entry>| match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        (a, b) => a.is_none() && b.is_none(),
    };
    (a.kind, &a.aspects, a.value_changed, &a.old_container) == (b.kind, &b.aspects, b.value_changed, &b.old_container)
        && sides(&a.old, &b.old)
        && sides(&a.new, &b.new)
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
                behind: None,
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
