//! What is in force in a cluster while a release goes from one chart to another.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{ChartObject, Deployer, Leftover, Maker, Need, ObjectId, ObjectRef, Produced, Runs};

/// Which of the two charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The one that is released.
    Old,
    /// The one that shall be.
    New,
}

/// An object of one of the charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// The chart.
    pub side: Side,
    /// Its index there.
    pub index: usize,
}

/// Whether what a pod needs is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Supply {
    /// Surely.
    Provided,
    /// A producer in force may make it: it does not tell all its keys.
    Open,
    /// The chart does not own the object.
    NotOwned,
    /// No producer in force makes it any more, and it may be there or not.
    Leftover,
    /// Surely not.
    Missing,
}

impl Supply {
    /// Whether a pod that needs it may not start.
    pub fn is_breach(self) -> bool {
        matches!(self, Supply::Leftover | Supply::Missing)
    }
}

/// The two charts, with their objects numbered.
#[derive(Debug)]
pub struct World<'a> {
    /// Who releases them.
    pub deployer: Deployer,
    old: Numbered<'a>,
    new: Numbered<'a>,
    /// How many identities there are.
    size: usize,
    /// Who makes a Secret or ConfigMap.
    producers: BTreeMap<&'a ObjectRef, Vec<At>>,
    /// Who has a kind and name.
    named: BTreeMap<(&'a str, &'a str), Vec<At>>,
}

#[derive(Debug)]
struct Numbered<'a> {
    objects: &'a [ChartObject],
    /// The number of each object's identity.
    numbers: Vec<usize>,
    /// The object of each number; of several the last, which is applied over the others.
    by_number: Vec<Option<At>>,
}

/// What is in force.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cluster {
    /// By number of identity.
    pub objects: Vec<Option<At>>,
    /// Workloads that were replaced and whose pods may still start, until the new ones are ready.
    pub former: BTreeSet<At>,
    /// Keys that nothing in force makes and that may be there: by producer that made them last.
    pub leftovers: BTreeSet<(At, usize, String)>,
}

impl<'a> World<'a> {
    /// Two charts that Helm releases.
    pub fn new(old: &'a [ChartObject], new: &'a [ChartObject]) -> Self {
        World::of(Deployer::Helm, old, new)
    }

    /// Numbers the objects of both, which are as the deployer takes them.
    pub fn of(deployer: Deployer, old: &'a [ChartObject], new: &'a [ChartObject]) -> Self {
        let ids: BTreeSet<&ObjectId> = old.iter().chain(new).map(|object| &object.id).collect();
        let ids: BTreeMap<&ObjectId, usize> = ids.into_iter().enumerate().map(|(number, id)| (id, number)).collect();
        let numbered = |side, objects: &'a [ChartObject]| {
            let numbers: Vec<usize> = objects.iter().filter_map(|object| ids.get(&object.id).copied()).collect();
            let mut by_number = vec![None; ids.len()];
            for (index, number) in numbers.iter().enumerate() {
                by_number[*number] = Some(At { side, index });
            }
            Numbered { objects, numbers, by_number }
        };
        let mut world = World {
            deployer,
            old: numbered(Side::Old, old),
            new: numbered(Side::New, new),
            size: ids.len(),
            producers: BTreeMap::new(),
            named: BTreeMap::new(),
        };
        for (side, objects) in [(Side::Old, old), (Side::New, new)] {
            for (index, object) in objects.iter().enumerate() {
                let at = At { side, index };
                world.named.entry((&object.id.kind, &object.id.name)).or_default().push(at);
                for produced in &object.produces {
                    world.producers.entry(&produced.object).or_default().push(at);
                }
            }
        }
        world
    }

    fn numbered(&self, side: Side) -> &Numbered<'a> {
        match side {
            Side::Old => &self.old,
            Side::New => &self.new,
        }
    }

    /// The objects of a chart.
    pub fn side(&self, side: Side) -> &'a [ChartObject] {
        self.numbered(side).objects
    }

    /// All places of a chart.
    pub fn all(&self, side: Side) -> impl Iterator<Item = (At, &'a ChartObject)> + use<'a> {
        self.side(side).iter().enumerate().map(move |(index, object)| (At { side, index }, object))
    }

    /// The object at a place.
    ///
    /// # Panics
    /// Never: places are made from the charts' own indexes.
    pub fn object(&self, at: At) -> &'a ChartObject {
        &self.side(at.side)[at.index]
    }

    /// The number of an object's identity.
    pub fn number(&self, at: At) -> usize {
        self.numbered(at.side).numbers.get(at.index).copied().unwrap_or_default()
    }

    /// How many identities there are.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The object of the same identity in a chart.
    pub fn twin(&self, at: At, side: Side) -> Option<At> {
        self.numbered(side).by_number.get(self.number(at)).copied().flatten()
    }

    /// The same content as one place: an object that did not change counts as the old one.
    pub fn settled(&self, at: At) -> At {
        let object = self.object(at);
        let same = |twin: &At| {
            let twin = self.object(*twin);
            twin.content == object.content && twin.kept == object.kept
        };
        self.twin(at, Side::Old).filter(same).unwrap_or(at)
    }

    /// Whether two namespaces can be the same: none is that of the release.
    fn together(one: Option<&str>, other: Option<&str>) -> bool {
        one.is_none() || other.is_none() || one == other
    }

    /// The producers of an object for a pod in `namespace`, of both charts.
    pub fn producers(&self, object: &ObjectRef, namespace: Option<&'a str>) -> Vec<(At, &'a Produced)> {
        let known = self.producers.get(object).map(Vec::as_slice).unwrap_or_default();
        let near = known.iter().filter(|at| Self::together(self.object(**at).id.namespace.as_deref(), namespace));
        let of = |at: &At| {
            let all = self.object(*at).produces.iter();
            all.filter(|produced| produced.object == *object).map(|produced| (*at, produced)).collect::<Vec<_>>()
        };
        let mut out: Vec<_> = near.flat_map(of).collect();
        out.dedup_by_key(|(at, _)| *at);
        out
    }

    /// The places of an object that is no Secret or ConfigMap, in both charts.
    fn places(&self, object: &ObjectRef, namespace: Option<&str>) -> Vec<At> {
        let known = self.named.get(&(object.kind.as_str(), object.name.as_str())).map(Vec::as_slice);
        let near = |at: &&At| Self::together(self.object(**at).id.namespace.as_deref(), namespace);
        known.unwrap_or_default().iter().filter(near).copied().collect()
    }

    /// Whether what a pod of `owner` needs is there; `key` is that of the need, or one of an `envFrom`.
    pub fn supply(&self, cluster: &Cluster, owner: At, need: &Need, key: Option<&str>) -> Supply {
        let namespace = self.object(owner).id.namespace.as_deref();
        // Old pods know nothing of what only the new chart owns: it was there for them all the same.
        let owns = |at: &At| owner.side == Side::New || at.side == Side::Old;
        if !matches!(need.object.kind.as_str(), "Secret" | "ConfigMap") {
            let places = self.places(&need.object, namespace);
            return match places.iter().any(|at| cluster.has(self, *at)) {
                true => Supply::Provided,
                false if places.iter().any(owns) => Supply::Missing,
                false => Supply::NotOwned,
            };
        }
        let producers = self.producers(&need.object, namespace);
        let mut open = false;
        for (_, produced) in producers.iter().filter(|(at, _)| cluster.holds(self, *at)) {
            match key {
                Some(key) if !produced.keys.contains_key(key) => open |= produced.open,
                _ => return Supply::Provided,
            }
        }
        if open {
            return Supply::Open;
        }
        let left = cluster.leftovers.iter().any(|(at, index, left)| {
            let produced = self.object(*at).produces.get(*index);
            produced.is_some_and(|produced| produced.object == need.object) && key.is_none_or(|key| key == left)
        });
        match left {
            true => Supply::Leftover,
            // An empty place that something else fills is none of the chart's.
            false if producers.iter().any(|(at, _)| owns(at)) => Supply::Missing,
            false => Supply::NotOwned,
        }
    }

    /// Whether a producer that the CSI driver has to serve is served: some pod in force mounts the class.
    pub fn is_mounted(&self, cluster: &Cluster, class: At, also: Option<At>) -> bool {
        let id = &self.object(class).id;
        let mounts = |at: &At| {
            let needs = self.object(*at).pods.iter().flat_map(|pod| &pod.needs);
            needs.into_iter().any(|need| need.object.kind == id.kind && need.object.name == id.name)
        };
        cluster.running(self).iter().chain(also.iter()).any(mounts)
    }
}

impl Cluster {
    /// With nothing in it.
    pub fn empty(world: &World<'_>) -> Self {
        Cluster { objects: vec![None; world.size()], former: BTreeSet::new(), leftovers: BTreeSet::new() }
    }

    /// Whether an object of the identity at `at` is in force.
    pub fn has(&self, world: &World<'_>, at: At) -> bool {
        self.live(world, at).is_some()
    }

    /// What is in force of the identity at `at`.
    pub fn live(&self, world: &World<'_>, at: At) -> Option<At> {
        self.objects.get(world.number(at)).copied().flatten()
    }

    /// Whether just the content at `at` is in force.
    pub fn holds(&self, world: &World<'_>, at: At) -> bool {
        self.live(world, at) == Some(world.settled(at))
    }

    /// Brings the content at `at` into force.
    pub fn put(&mut self, world: &World<'_>, at: At) {
        let at = world.settled(at);
        let before = self.live(world, at);
        if before == Some(at) {
            return;
        }
        if let Some(slot) = self.objects.get_mut(world.number(at)) {
            *slot = Some(at);
        }
        let (pods, old) = (&world.object(at).pods, before.map(|before| &world.object(before).pods));
        let same = old.is_some_and(|old| {
            old.len() == pods.len() && old.iter().zip(pods).all(|(one, other)| one.content == other.content)
        });
        self.former.retain(|former| world.number(*former) != world.number(at));
        // What runs by a schedule begins anew each time.
        let lasts = |before: &At| {
            let overlaps = world.object(at).overlaps && world.object(*before).overlaps;
            world.object(*before).runs == Runs::Always && overlaps
        };
        if let Some(before) = before.filter(|before| !same && lasts(before)) {
            self.former.insert(before);
        }
        self.leave(world, before, Some(at));
    }

    /// Deletes what is in force of the identity at `at`.
    pub fn delete(&mut self, world: &World<'_>, at: At) {
        let before = self.live(world, at);
        if let Some(slot) = self.objects.get_mut(world.number(at)) {
            *slot = None;
        }
        self.former.retain(|former| world.number(*former) != world.number(at));
        self.leave(world, before, None);
    }

    /// The pods of before are gone.
    pub fn settle(&mut self) {
        self.former.clear();
    }

    /// What `before` made and nothing makes now may be left over; what is made again is not.
    fn leave(&mut self, world: &World<'_>, before: Option<At>, now: Option<At>) {
        if let Some(before) = before {
            for (index, produced) in world.object(before).produces.iter().enumerate() {
                let still = now
                    .is_some_and(|now| world.object(now).produces.iter().any(|other| other.object == produced.object));
                let left = if still { produced.unlisted } else { produced.deleted };
                if left == Leftover::Unknown {
                    self.leftovers.extend(produced.keys.keys().map(|key| (before, index, key.clone())));
                }
            }
        }
        let made = |(at, index, key): &(At, usize, String)| {
            let Some(produced) = world.object(*at).produces.get(*index) else { return true };
            let namespace = world.object(*at).id.namespace.as_deref();
            let producers = world.producers(&produced.object, namespace);
            producers.iter().any(|(at, it)| self.holds(world, *at) && it.keys.contains_key(key))
        };
        let again: Vec<_> = self.leftovers.iter().filter(|left| made(left)).cloned().collect();
        for left in &again {
            self.leftovers.remove(left);
        }
    }

    /// Workloads whose pods may start at any time.
    pub fn running(&self, world: &World<'_>) -> Vec<At> {
        let starts = |at: &At| {
            let object = world.object(*at);
            let task = object.hook.is_some() && object.id.kind == "Pod";
            !task && matches!(object.runs, Runs::Always | Runs::Schedule(_))
        };
        let live = self.objects.iter().flatten().chain(&self.former);
        live.copied().filter(starts).collect()
    }
}

/// Whether a Secret has no other maker in these than the CSI driver.
pub fn is_synced(producers: &[(At, &Produced)]) -> bool {
    !producers.is_empty() && producers.iter().all(|(_, produced)| produced.maker == Maker::CsiDriver)
}

/// A producer that makes just one of the keys of another.
pub fn only(produced: &Produced, key: &str, from: u64) -> Produced {
    Produced { keys: BTreeMap::from([(key.to_string(), from)]), ..produced.clone() }
}
