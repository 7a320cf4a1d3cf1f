//! Which container of the new chart is which of the old one.

use std::collections::BTreeSet;

use crate::model::{Chart, Container, ContainerId};

/// A container on both sides, or on one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// In the old chart.
    pub old: Option<ContainerId>,
    /// In the new chart.
    pub new: Option<ContainerId>,
}

/// How much of its variables' names a workload under a new name shares with the old one, in percent.
const SAME_NAMES: usize = 50;
/// Workloads without a partner that are compared with each other.
const MAX_COMPARED: usize = 500;

/// A workload with its containers.
struct Group<'a> {
    first: &'a Container,
    ids: Vec<ContainerId>,
    names: BTreeSet<&'a str>,
}

/// A test for the same workload; strictest first.
type Same = fn(&Container, &Container) -> bool;

const SAME_WORKLOAD: [Same; 3] = [
    |a, b| a.workload == b.workload,
    // A namespace is often given by `--namespace` on one side only.
    |a, b| a.workload.kind == b.workload.kind && a.workload.name == b.workload.name,
    // A Deployment that becomes a StatefulSet.
    |a, b| a.workload.name == b.workload.name,
];

const SAME_CONTAINER: [Same; 3] = [
    |a, b| a.name == b.name && a.init == b.init,
    |a, b| a.name == b.name,
    |a, b| a.repository().is_some() && a.repository() == b.repository() && a.init == b.init,
];

/// All containers of both charts, each in one pair: in the order of the new chart, then what is gone.
pub fn pairs(old: &Chart, new: &Chart) -> Vec<Pair> {
    let (before, after) = (groups(old), groups(new));
    let mut partner: Vec<Option<usize>> = vec![None; after.len()];
    for same in SAME_WORKLOAD {
        match_up(&before, &after, &mut partner, |a, b| same(a.first, b.first));
    }
    let unmatched = partner.iter().filter(|partner| partner.is_none()).count();
    if unmatched <= MAX_COMPARED && before.len() <= MAX_COMPARED {
        match_up(&before, &after, &mut partner, |a, b| alike(old, new, a, b));
    }
    let mut out = Vec::new();
    let mut gone: BTreeSet<ContainerId> = (0..old.containers.len()).collect();
    for (group, partner) in after.iter().zip(&partner) {
        let olds = partner.and_then(|index| before.get(index)).map_or(&[][..], |group| &group.ids);
        for pair in containers(old, new, olds, &group.ids) {
            pair.old.map(|id| gone.remove(&id));
            out.push(pair);
        }
    }
    out.extend(gone.into_iter().map(|id| Pair { old: Some(id), new: None }));
    out
}

fn groups(chart: &Chart) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut at: std::collections::BTreeMap<_, usize> = std::collections::BTreeMap::new();
    for (id, container) in chart.containers.iter().enumerate() {
        let index = *at.entry(&container.workload).or_insert(groups.len());
        match groups.get_mut(index) {
            Some(group) => group.ids.push(id),
            None => groups.push(Group { first: container, ids: vec![id], names: BTreeSet::new() }),
        }
    }
    for entry in &chart.entries {
        let index = chart.containers.get(entry.container).and_then(|container| at.get(&container.workload));
        if let Some(group) = index.and_then(|index| groups.get_mut(*index)) {
            group.names.insert(&entry.name);
        }
    }
    groups
}

/// Gives each group without a partner the first old one that nobody has and that `same` takes.
fn match_up<'a>(
    before: &[Group<'a>],
    after: &[Group<'a>],
    partner: &mut [Option<usize>],
    same: impl Fn(&Group<'a>, &Group<'a>) -> bool,
) {
    let mut taken: BTreeSet<usize> = partner.iter().flatten().copied().collect();
    for (group, partner) in after.iter().zip(partner).filter(|(_, partner)| partner.is_none()) {
        let free = before.iter().enumerate().filter(|(index, _)| !taken.contains(index));
        *partner = free.into_iter().find(|(_, other)| same(other, group)).map(|(index, _)| index);
        taken.extend(*partner);
    }
}

/// The same pod template under a new name: the same images, called the same or running the same, and
/// mostly the same variables.
fn alike(old: &Chart, new: &Chart, a: &Group<'_>, b: &Group<'_>) -> bool {
    let container = |chart: &Chart, id: &ContainerId| chart.containers.get(*id).cloned();
    let matches = |(x, y): (Option<Container>, Option<Container>)| match (x, y) {
        (Some(x), Some(y)) => {
            x.init == y.init
                && x.repository() == y.repository()
                && (x.name == y.name || (x.command == y.command && x.args == y.args))
        }
        _ => false,
    };
    let both = a.ids.iter().map(|id| container(old, id)).zip(b.ids.iter().map(|id| container(new, id)));
    let shared = a.names.intersection(&b.names).count();
    let all = a.names.union(&b.names).count();
    a.first.workload.kind == b.first.workload.kind
        && a.ids.len() == b.ids.len()
        && both.into_iter().all(matches)
        && shared * 100 >= all * SAME_NAMES
}

/// The containers of one workload.
fn containers(old: &Chart, new: &Chart, olds: &[ContainerId], news: &[ContainerId]) -> Vec<Pair> {
    let mut found: Vec<Pair> = news.iter().map(|id| Pair { old: None, new: Some(*id) }).collect();
    let mut free: Vec<ContainerId> = olds.to_vec();
    for same in SAME_CONTAINER {
        for pair in found.iter_mut().filter(|pair| pair.old.is_none()) {
            let Some(container) = pair.new.and_then(|id| new.containers.get(id)) else { continue };
            let fits = |id: &ContainerId| old.containers.get(*id).is_some_and(|other| same(other, container));
            if let Some(at) = free.iter().position(fits) {
                pair.old = Some(free.remove(at));
            }
        }
    }
    // The only one that is left on either side, as an image's name changes.
    let mut open: Vec<&mut Pair> = found.iter_mut().filter(|pair| pair.old.is_none()).collect();
    if let ([pair], [id]) = (open.as_mut_slice(), free.as_slice()) {
        let init = |chart: &Chart, id: ContainerId| chart.containers.get(id).map(|container| container.init);
        if pair.new.is_some_and(|new_id| init(new, new_id) == init(old, *id)) {
            pair.old = Some(*id);
        }
    }
    found
}
