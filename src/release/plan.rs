//! From one chart to another in releases of one concern each, every one of them safe in all its states.

use std::collections::{BTreeMap, BTreeSet, hash_map::DefaultHasher};
use std::hash::{Hash, Hasher};

use super::changes::BATCH;
use super::cluster::{Side, World};
use super::{since, steps, told, words};
use crate::model::{ChartObject, Concern, Deployer, Finding, Level, Maker, Plan, PlannedRelease, Usage};

/// The most sequences that are tried.
pub const MAX_TRIED: usize = 200;

/// How far it is on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
struct Stage {
    kept: bool,
    added: bool,
    referred: bool,
    identified: bool,
    removed: usize,
}

/// The shortest sequence of safe releases from `old` to `new`.
pub fn plan(deployer: Deployer, old: &[ChartObject], new: &[ChartObject]) -> Plan {
    let (old, new) = (steps::view(deployer, old), steps::view(deployer, new));
    let way = Way::new(deployer, &old, &new);
    let mut plan = Plan::default();
    match way.steps() {
        Ok(steps) => {
            let mut stage = Stage::default();
            for concern in steps {
                let next = stage.after(concern);
                plan.releases.push(way.release(concern, &way.chart(stage), &way.chart(next)));
                stage = next;
            }
        }
        Err(blocked) => plan.blocked = blocked.into_iter().collect(),
    }
    plan
}

/// The same sequence as the objects after each release.
pub fn stages(deployer: Deployer, old: &[ChartObject], new: &[ChartObject]) -> Vec<Vec<ChartObject>> {
    let (old, new) = (steps::view(deployer, old), steps::view(deployer, new));
    let way = Way::new(deployer, &old, &new);
    let mut stage = Stage::default();
    let after = |concern| {
        stage = Stage::after(stage, concern);
        way.chart(stage)
    };
    way.steps().unwrap_or_default().into_iter().map(after).collect()
}

impl Stage {
    fn after(self, concern: Concern) -> Stage {
        match concern {
            Concern::Keep => Stage { kept: true, ..self },
            Concern::AddKeys => Stage { added: true, ..self },
            Concern::References => Stage { referred: true, ..self },
            Concern::Identity => Stage { identified: true, ..self },
            Concern::RemoveKeys(batch) => Stage { removed: batch, ..self },
        }
    }
}

/// An object on both sides.
struct Pair<'a> {
    old: Option<&'a ChartObject>,
    new: Option<&'a ChartObject>,
    /// Whose turn it is.
    concern: Concern,
    /// By the Secret's name, the keys to remove, each with the batch in which it goes.
    removed: Vec<(String, String, usize)>,
    /// The batch with which it goes as a whole, if it does.
    gone: Option<usize>,
}

struct Way<'a> {
    deployer: Deployer,
    pairs: Vec<Pair<'a>>,
    batches: usize,
    concerns: BTreeSet<Concern>,
}

const RIGHTS: [&str; 5] = ["ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"];

impl<'a> Way<'a> {
    fn new(deployer: Deployer, old: &'a [ChartObject], new: &'a [ChartObject]) -> Self {
        let world = World::of(deployer, old, new);
        let mut way = Way { deployer, pairs: Vec::new(), batches: 0, concerns: BTreeSet::new() };
        let mut seen = BTreeSet::new();
        for (at, _) in world.all(Side::Old).chain(world.all(Side::New)) {
            if !seen.insert(world.number(at)) {
                continue;
            }
            let get = |side| world.twin(at, side).map(|at| world.object(at));
            let pair = pair(get(Side::Old), get(Side::New), &mut way.batches);
            if let Some((concerns, pair)) = pair {
                way.concerns.extend(concerns);
                way.pairs.push(pair);
            }
        }
        way
    }

    /// The ways on from a stage, the usual order first.
    fn next(&self, stage: Stage) -> Vec<Concern> {
        let mut out = Vec::new();
        for concern in &self.concerns {
            let open = match concern {
                Concern::Keep => !stage.kept,
                Concern::AddKeys => !stage.added,
                Concern::References => !stage.referred,
                Concern::Identity => !stage.identified,
                Concern::RemoveKeys(_) => false,
            };
            if open {
                out.push(*concern);
            }
        }
        // What is not added yet cannot be told from what is removed.
        if stage.removed < self.batches && (stage.added || !self.concerns.contains(&Concern::AddKeys)) {
            out.push(Concern::RemoveKeys(stage.removed + 1));
        }
        out
    }

    /// The order in which nothing breaks, or what breaks in all that were tried.
    fn steps(&self) -> Result<Vec<Concern>, BTreeSet<String>> {
        let (mut dead, mut tried, mut blocked) = (BTreeSet::new(), 0, BTreeSet::new());
        self.search(Stage::default(), &mut dead, &mut tried, &mut blocked).ok_or(blocked)
    }

    fn search(
        &self,
        stage: Stage,
        dead: &mut BTreeSet<Stage>,
        tried: &mut usize,
        blocked: &mut BTreeSet<String>,
    ) -> Option<Vec<Concern>> {
        let next = self.next(stage);
        if next.is_empty() {
            return Some(Vec::new());
        }
        let before = self.chart(stage);
        for concern in next {
            let after = stage.after(concern);
            if dead.contains(&after) || *tried >= MAX_TRIED {
                continue;
            }
            *tried += 1;
            let errors = errors(self.deployer, &before, &self.chart(after));
            if errors.is_empty()
                && let Some(mut rest) = self.search(after, dead, tried, blocked)
            {
                rest.insert(0, concern);
                return Some(rest);
            }
            blocked.extend(errors.into_iter().map(|finding| format!("{}: {}", finding.rule.id, finding.message)));
        }
        dead.insert(stage);
        None
    }

    /// The chart at a stage.
    fn chart(&self, stage: Stage) -> Vec<ChartObject> {
        self.pairs.iter().filter_map(|pair| pair.at(stage)).collect()
    }

    fn release(&self, concern: Concern, before: &[ChartObject], after: &[ChartObject]) -> PlannedRelease {
        let world = World::of(self.deployer, before, after);
        let mut out =
            PlannedRelease { concern, changes: Vec::new(), verify: Vec::new(), stopped: Vec::new(), patch: None };
        let mut hooks = Vec::new();
        let mut seen = BTreeSet::new();
        for (at, object) in world.all(Side::Old).chain(world.all(Side::New)) {
            let (old, new) = (world.twin(at, Side::Old), world.twin(at, Side::New));
            let same = old.zip(new).is_some_and(|(old, new)| {
                let (old, new) = (world.object(old), world.object(new));
                old.content == new.content && old.hook == new.hook && old.kept == new.kept
            });
            if same || !seen.insert(world.number(at)) {
                continue;
            }
            out.changes.push(told::change(&world, concern, old, new));
            out.verify.extend(told::verify(object));
            // A commit that is reverted and synced brings hooks back too.
            let stays = object.hook.is_some() && object.pods.is_empty() && self.deployer == Deployer::Helm;
            if let (Some(old), true) = (old, stays) {
                hooks.push((words::object(&world, at), words::command(&world, old)));
            }
        }
        out.verify.dedup();
        out.stopped.push(format!(
            "{}: every state that this release can stop in was looked at, and is safe",
            words::undo(&world)
        ));
        for at in steps::refused(&world, &steps::before(&world)) {
            out.stopped.push(format!(
                "if Helm refuses {}, which a hook made: helm upgrade --take-ownership",
                words::object(&world, at)
            ));
        }
        for (hook, command) in hooks {
            out.stopped.push(format!("{hook} is a hook and stays as it then is; to have the old one: {command}"));
        }
        out
    }
}

/// The errors of one release that the chart before did not have.
pub fn errors(deployer: Deployer, before: &[ChartObject], after: &[ChartObject]) -> Vec<Finding> {
    let (found, _) = since(deployer, before, after, None);
    found.into_iter().filter(|finding| finding.rule.level == Level::Error && !finding.known).collect()
}

/// Pairs an object with what it becomes; `None` if it is absent on both sides. Objects that stay take no turn.
fn pair<'a>(
    old: Option<&'a ChartObject>,
    new: Option<&'a ChartObject>,
    batches: &mut usize,
) -> Option<(Vec<Concern>, Pair<'a>)> {
    let any = new.or(old)?;
    let same = old
        .zip(new)
        .is_some_and(|(old, new)| old.content == new.content && old.hook == new.hook && old.kept == new.kept);
    let account = |object: Option<&ChartObject>| -> Vec<String> {
        let needs = object.into_iter().flat_map(|object| &object.pods).flat_map(|pod| &pod.needs);
        needs.filter(|need| need.usage == Usage::Account).map(|need| need.object.name.clone()).collect()
    };
    let makes = !any.produces.is_empty() || old.is_some_and(|old| !old.produces.is_empty());
    let concern = match () {
        () if makes => Concern::AddKeys,
        () if RIGHTS.contains(&any.id.kind.as_str()) => Concern::Identity,
        () if any.hook.is_some() && old.is_some() && account(old) != account(new) => Concern::Identity,
        () => Concern::References,
    };
    let mut pair = Pair { old, new, concern, removed: Vec::new(), gone: None };
    let mut concerns = Vec::new();
    if same {
        return Some((concerns, pair));
    }
    if !makes {
        return Some((vec![concern], pair));
    }
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for produced in old.iter().flat_map(|old| &old.produces) {
        let still = |key: &String| {
            let all = new.iter().flat_map(|new| &new.produces).filter(|other| other.object == produced.object);
            all.into_iter().any(|other| other.keys.contains_key(key))
        };
        for key in produced.keys.keys().filter(|key| !still(key)) {
            // Only of synced keys it is not known what goes.
            let at = count.entry(&produced.object.name).or_default();
            let batch = if produced.maker == Maker::CsiDriver { *at / BATCH + 1 } else { 1 };
            *at += 1;
            pair.removed.push((produced.object.name.clone(), key.clone(), batch));
        }
    }
    if new.is_none() {
        pair.gone = Some(pair.removed.iter().map(|(.., batch)| *batch).max().unwrap_or(1));
    }
    let last = pair.removed.iter().map(|(.., batch)| *batch).chain(pair.gone).max().unwrap_or(0);
    *batches = (*batches).max(last);
    let moves = old.zip(new).is_some_and(|(old, new)| old.hook.is_none() && new.hook.is_some() && !old.kept);
    if moves {
        concerns.push(Concern::Keep);
    }
    if new.is_some_and(|new| adds(old, new)) {
        concerns.push(Concern::AddKeys);
    }
    Some((concerns, pair))
}

/// Whether there is more to an object than keys that go.
fn adds(old: Option<&ChartObject>, new: &ChartObject) -> bool {
    let Some(old) = old else { return true };
    let more = new.produces.iter().any(|produced| {
        let before = old.produces.iter().find(|other| other.object == produced.object);
        before.is_none_or(|before| produced.keys.iter().any(|(key, from)| before.keys.get(key) != Some(from)))
    });
    let listed = !old.produces.iter().any(|produced| !produced.keys.is_empty());
    // Of a class the rest is known apart; of others all that counts are keys.
    let rest = old.id.kind == "SecretProviderClass" && old.rest != new.rest;
    more || rest || listed || old.hook != new.hook || old.kept != new.kept
}

impl Pair<'_> {
    /// What it is at a stage.
    fn at(&self, stage: Stage) -> Option<ChartObject> {
        let turned = match self.concern {
            Concern::Identity => stage.identified,
            Concern::References => stage.referred,
            _ => return self.producer(stage),
        };
        if turned { self.new.cloned() } else { self.old.cloned() }
    }

    fn producer(&self, stage: Stage) -> Option<ChartObject> {
        let is_gone = self.gone.is_some_and(|batch| stage.removed >= batch);
        let left: Vec<_> = self.removed.iter().filter(|(.., batch)| *batch > stage.removed).collect();
        let (Some(old), Some(new)) = (self.old, self.new) else {
            return match (self.old, self.new) {
                (Some(old), _) if !is_gone => Some(self.without(old, stage)),
                (_, Some(new)) if stage.added => Some(new.clone()),
                _ => None,
            };
        };
        let moves = old.hook.is_none() && new.hook.is_some();
        if !adds(Some(old), new) || stage.added {
            let mut object = new.clone();
            for (secret, key, _) in &left {
                let from = old.produces.iter().find(|produced| produced.object.name == *secret);
                let Some((from, value)) = from.and_then(|from| Some((from, *from.keys.get(key)?))) else { continue };
                match object.produces.iter_mut().find(|produced| produced.object == from.object) {
                    Some(produced) => drop(produced.keys.insert(key.clone(), value)),
                    None => object.produces.push(super::cluster::only(from, key, value)),
                }
            }
            if left.len() == self.removed.len() && !adds(Some(old), new) {
                return Some(old.clone());
            }
            if !left.is_empty() {
                object.content = mixed(new.content, stage.removed);
            }
            return Some(object);
        }
        let kept = old.kept || (moves && stage.kept);
        Some(ChartObject { kept, ..old.clone() })
    }

    /// An object that goes, with the keys that are left of it.
    fn without(&self, old: &ChartObject, stage: Stage) -> ChartObject {
        let mut object = old.clone();
        for (secret, key, _) in self.removed.iter().filter(|(.., batch)| *batch <= stage.removed) {
            for produced in object.produces.iter_mut().filter(|produced| produced.object.name == *secret) {
                produced.keys.remove(key);
            }
        }
        if object.produces != old.produces {
            object.content = mixed(old.content, stage.removed);
        }
        object
    }
}

/// Stands for a content between the two charts.
fn mixed(content: u64, batch: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    (content, batch).hash(&mut hasher);
    hasher.finish()
}
