//! The explorer's states are those of a naive Helm: one that goes through its actions line by line, and of which the
//! n-th call to the API server fails, for every n.

use std::collections::{BTreeMap, BTreeSet};

use stripcheck::model::{ChartObject, ChartPlace, DeletePolicy, Hook, HookEvent, ObjectId, Runs};
use stripcheck::release::cluster::{Cluster, World};
use stripcheck::release::explore::{self, Recovery};

/// How many pairs of charts are tried.
const ROUNDS: usize = 400;

/// Names with their kinds, and the order in which Helm installs the kinds.
const OBJECTS: [(&str, &str, usize); 6] = [
    ("a", "Secret", 1),
    ("b", "ConfigMap", 2),
    ("c", "Deployment", 3),
    ("d", "Job", 4),
    ("e", "SecretProviderClass", 5),
    ("f", "Secret", 1),
];

/// What is in force: content by name, and whether it is to be kept.
type Live = BTreeMap<&'static str, (u64, bool)>;

pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) % bound
    }

    pub fn some<T: Copy>(&mut self, all: &[T]) -> Vec<T> {
        all.iter().copied().filter(|_| self.below(2) == 0).collect()
    }
}

fn chart(chance: &mut Chance) -> Vec<ChartObject> {
    let mut out = Vec::new();
    for (name, kind, _) in OBJECTS {
        if chance.below(4) == 0 {
            continue;
        }
        let events = [
            HookEvent::PreInstall,
            HookEvent::PreUpgrade,
            HookEvent::PostUpgrade,
            HookEvent::PreRollback,
            HookEvent::PostRollback,
        ];
        let policies = [DeletePolicy::BeforeCreation, DeletePolicy::Succeeded, DeletePolicy::Failed];
        let hook = (chance.below(2) == 0).then(|| {
            let (events, mut chosen) = (chance.some(&events), chance.some(&policies));
            if chosen.is_empty() {
                chosen.push(DeletePolicy::BeforeCreation);
            }
            Hook { events, weight: i64::try_from(chance.below(3)).expect("small") - 1, policies: chosen }
        });
        let content = chance.below(3);
        let kept = chance.below(5) == 0;
        out.push(ChartObject { hook, kept, ..object(kind, name, content) });
    }
    out
}

/// An object of the manifest that nothing is known of but its name and what is in it.
pub fn object(kind: &str, name: &str, content: u64) -> ChartObject {
    ChartObject {
        id: ObjectId { kind: kind.into(), name: name.into(), namespace: None },
        place: ChartPlace { file: "c.yaml".into(), line: 1 },
        template: None,
        hook: None,
        sync: Default::default(),
        kept: false,
        content,
        rest: content,
        produces: Vec::new(),
        pods: Vec::new(),
        runs: Runs::Never,
        overlaps: true,
        scales: None,
    }
}

/// Helm, with a number of calls that succeed.
struct Naive {
    live: Live,
    left: usize,
}

/// A call failed.
struct Failed;

impl Naive {
    fn call(&mut self) -> Result<(), Failed> {
        if self.left == 0 {
            return Err(Failed);
        }
        self.left -= 1;
        Ok(())
    }

    fn delete(&mut self, object: &ChartObject) -> Result<(), Failed> {
        if self.live.contains_key(object.id.name.as_str()) {
            self.call()?;
            self.live.remove(object.id.name.as_str());
        }
        Ok(())
    }

    fn put(&mut self, object: &ChartObject) {
        let (name, ..) = OBJECTS.iter().find(|(name, ..)| *name == object.id.name).expect("known");
        self.live.insert(name, (object.content, object.kept));
    }

    fn run_hooks(&mut self, chart: &[ChartObject], event: HookEvent) -> Result<(), Failed> {
        let mut hooks: Vec<(&ChartObject, &Hook)> =
            chart.iter().filter_map(|object| Some((object, object.hook.as_ref()?))).collect();
        hooks.retain(|(_, hook)| hook.events.contains(&event));
        hooks.sort_by_key(|(object, hook)| (hook.weight, object.id.name.clone()));
        for (turn, (object, hook)) in hooks.iter().enumerate() {
            if hook.policies.contains(&DeletePolicy::BeforeCreation) {
                self.delete(object)?;
            }
            self.call()?;
            self.put(object);
            // Only a Job is waited for, and what is left of the calls decides whether it succeeds.
            if object.id.kind == "Job" && self.call().is_err() {
                if hook.policies.contains(&DeletePolicy::Failed) {
                    self.live.remove(object.id.name.as_str());
                }
                for (earlier, hook) in &hooks[..turn] {
                    if hook.policies.contains(&DeletePolicy::Succeeded) {
                        self.live.remove(earlier.id.name.as_str());
                    }
                }
                return Err(Failed);
            }
        }
        for (object, hook) in hooks.iter().rev() {
            if hook.policies.contains(&DeletePolicy::Succeeded) {
                self.delete(object)?;
            }
        }
        Ok(())
    }

    fn update(&mut self, before: &[ChartObject], after: &[ChartObject]) -> Result<(), Failed> {
        let order = |object: &&ChartObject| OBJECTS.iter().find(|(name, ..)| *name == object.id.name).map(|it| it.2);
        let main = |chart: &'_ [ChartObject]| -> Vec<ChartObject> {
            let mut all: Vec<&ChartObject> = chart.iter().filter(|object| object.hook.is_none()).collect();
            all.sort_by_key(order);
            all.into_iter().cloned().collect()
        };
        let (before, after) = (main(before), main(after));
        let mut refused = false;
        for object in &after {
            match (self.call(), self.live.contains_key(object.id.name.as_str())) {
                (Ok(()), _) => self.put(object),
                // A patch that fails is noted, and Helm goes on; only one call fails.
                (Err(Failed), true) if !refused => {
                    refused = true;
                    self.left = usize::MAX;
                }
                (Err(Failed), _) => return Err(Failed),
            }
        }
        if refused {
            return Err(Failed);
        }
        for object in &before {
            let stays = after.iter().any(|other| other.id == object.id);
            let kept = self.live.get(object.id.name.as_str()).is_none_or(|(_, kept)| *kept);
            if !stays && !kept {
                match self.call() {
                    Ok(()) => drop(self.live.remove(object.id.name.as_str())),
                    Err(Failed) if !refused => {
                        refused = true;
                        self.left = usize::MAX;
                    }
                    Err(Failed) => {}
                }
            }
        }
        if refused { Err(Failed) } else { self.call() }
    }

    fn upgrade(&mut self, old: &[ChartObject], new: &[ChartObject]) -> Result<(), Failed> {
        self.run_hooks(new, HookEvent::PreUpgrade)?;
        self.update(old, new)?;
        self.run_hooks(new, HookEvent::PostUpgrade)
    }

    fn rollback(&mut self, old: &[ChartObject], new: &[ChartObject]) {
        self.left = usize::MAX;
        let all = self.run_hooks(old, HookEvent::PreRollback).and_then(|()| self.update(new, old));
        assert!(all.and_then(|()| self.run_hooks(old, HookEvent::PostRollback)).is_ok(), "nothing fails");
    }
}

pub fn contents(world: &World<'_>, cluster: &Cluster) -> BTreeMap<String, u64> {
    let live = cluster.objects.iter().flatten().map(|at| world.object(*at));
    live.map(|object| (object.id.name.clone(), object.content)).collect()
}

fn named(live: &Live) -> BTreeMap<String, u64> {
    live.iter().map(|(name, (content, _))| ((*name).to_string(), *content)).collect()
}

#[test]
fn states_are_those_of_a_naive_helm() {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let mut states = 0;
    for round in 0..ROUNDS {
        let (old, new) = (chart(&mut chance), chart(&mut chance));
        let world = World::new(&old, &new);
        let explored = explore::explore(&world);
        let mut before = Naive { live: Live::new(), left: usize::MAX };
        let first = before.run_hooks(&old, HookEvent::PreInstall).and_then(|()| before.update(&[], &old));
        assert!(first.and_then(|()| before.upgrade(&old, &old)).is_ok(), "nothing fails");
        assert_eq!(contents(&world, &explored.before), named(&before.live), "round {round}: {old:#?}");
        let mut expected = BTreeSet::new();
        for left in 0.. {
            let mut helm = Naive { live: before.live.clone(), left };
            let done = helm.upgrade(&old, &new).is_ok();
            expected.insert((false, named(&helm.live)));
            helm.rollback(&old, &new);
            expected.insert((true, named(&helm.live)));
            if done {
                break;
            }
        }
        let found: BTreeSet<_> = explored
            .states
            .iter()
            .map(|state| (state.recovery != Recovery::Nothing, contents(&world, &state.cluster)))
            .collect();
        assert_eq!(found, expected, "round {round}:\nold {old:#?}\nnew {new:#?}");
        states += found.len();
    }
    assert!(states > 5 * ROUNDS, "{states}");
}
