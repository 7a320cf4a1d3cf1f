//! The explorer's states under Argo CD are those of a naive one: a list of tasks, sorted, and taken group by group; one
//! call to the API server fails, and the others that are made at the same time do not.

use std::collections::{BTreeMap, BTreeSet};

use stripcheck::model::{ChartObject, DeletePolicy, Deployer, Hook, HookEvent, Sync};
use stripcheck::release::cluster::World;
use stripcheck::release::explore::{self, Recovery};
use stripcheck::release::steps;

use super::releases::{Chance, contents, object};

/// How many pairs of charts are tried.
const ROUNDS: usize = 400;

/// Names with their kinds, in the order of kinds.
const OBJECTS: [(&str, &str); 6] =
    [("d", "Secret"), ("f", "Secret"), ("a", "ConfigMap"), ("c", "Deployment"), ("b", "Job"), ("e", "Widget")];

fn chart(chance: &mut Chance) -> Vec<ChartObject> {
    let mut out = Vec::new();
    for (name, kind) in OBJECTS {
        if chance.below(4) == 0 {
            continue;
        }
        let phases = [HookEvent::PreSync, HookEvent::Sync, HookEvent::PostSync, HookEvent::SyncFail];
        let events = [HookEvent::PreInstall, HookEvent::PreUpgrade, HookEvent::PostUpgrade, HookEvent::Test];
        let policies = [DeletePolicy::BeforeCreation, DeletePolicy::Succeeded, DeletePolicy::Failed];
        let mut number = || i64::try_from(chance.below(3)).expect("small") - 1;
        let (weight, wave) = (number(), number());
        let hook = (chance.below(3) == 0)
            .then(|| Hook { events: chance.some(&events), weight, policies: vec![DeletePolicy::BeforeCreation] })
            .filter(|hook| !hook.events.is_empty());
        let sync = Sync {
            phases: if chance.below(3) == 0 { chance.some(&phases) } else { Vec::new() },
            skipped: chance.below(12) == 0,
            wave: (chance.below(2) == 0).then_some(wave),
            policies: chance.some(&policies),
            pruned: chance.below(4) > 0,
            pruned_last: chance.below(4) == 0,
        };
        out.push(ChartObject { hook, sync, ..object(kind, name, chance.below(3)) });
    }
    out
}

/// An object as Argo CD understands its annotations.
#[derive(Debug, Clone)]
struct Known {
    name: &'static str,
    place: usize,
    content: u64,
    phases: Vec<usize>,
    wave: i64,
    policies: Vec<DeletePolicy>,
    pruned: bool,
    last: bool,
}

impl Known {
    fn is_hook(&self) -> bool {
        !self.phases.is_empty()
    }

    fn has(&self, policy: DeletePolicy) -> bool {
        self.policies.contains(&policy)
    }
}

fn known(chart: &[ChartObject]) -> Vec<Known> {
    let mut out = Vec::new();
    for object in chart {
        let place = OBJECTS.iter().position(|(name, _)| *name == object.id.name).expect("known");
        let mut phases: Vec<usize> = Vec::new();
        for event in &object.sync.phases {
            phases.push(match event {
                HookEvent::PreSync => 0,
                HookEvent::Sync => 1,
                HookEvent::PostSync => 2,
                _ => 3,
            });
        }
        let helm = object.hook.as_ref();
        if phases.is_empty() {
            for event in helm.iter().flat_map(|hook| &hook.events) {
                match event {
                    HookEvent::PreInstall | HookEvent::PreUpgrade => phases.push(0),
                    HookEvent::PostUpgrade => phases.push(2),
                    _ => {}
                }
            }
        }
        phases.sort_unstable();
        phases.dedup();
        if object.sync.skipped || (helm.is_some() && phases.is_empty()) {
            continue;
        }
        let policies = match (object.sync.policies.is_empty(), helm) {
            (false, _) => object.sync.policies.clone(),
            (true, Some(hook)) => hook.policies.clone(),
            (true, None) => vec![DeletePolicy::BeforeCreation],
        };
        let wave = object.sync.wave.or(helm.map(|hook| hook.weight)).unwrap_or(0);
        let (name, content) = (OBJECTS[place].0, object.content);
        let (pruned, last) = (object.sync.pruned, object.sync.pruned_last);
        out.push(Known { name, place, content, phases, wave, policies, pruned, last });
    }
    out
}

#[derive(Clone)]
struct Naive {
    live: BTreeMap<&'static str, Known>,
    left: usize,
}

impl Naive {
    /// Whether the call succeeds; after the one that fails all do.
    fn call(&mut self) -> bool {
        let ok = self.left > 0;
        self.left = if ok { self.left - 1 } else { usize::MAX };
        ok
    }

    /// Whether the call succeeds, and with it the object is gone.
    fn delete(&mut self, name: &str) -> bool {
        let ok = self.call();
        if ok {
            self.live.remove(name);
        }
        ok
    }

    fn put(&mut self, object: &Known) {
        self.live.insert(object.name, object.clone());
    }

    /// Whether it came to its end.
    fn sync(&mut self, target: &[Known], rollback: bool) -> bool {
        let mut prunes: Vec<(i64, Known)> = Vec::new();
        if !rollback {
            let wanted = |it: &&Known| !it.is_hook() && it.pruned && !target.iter().any(|other| other.name == it.name);
            let gone: Vec<Known> = self.live.values().filter(wanted).cloned().collect();
            let waves: Vec<i64> = gone.iter().map(|it| it.wave).collect::<BTreeSet<_>>().into_iter().collect();
            let main = target.iter().filter(|it| !it.is_hook()).map(|it| it.wave);
            let last = main.chain(waves.iter().copied()).fold(0, i64::max) + 1;
            for object in gone {
                let at = waves.iter().position(|wave| *wave == object.wave).expect("one of them");
                prunes.push((if object.last { last } else { waves[waves.len() - 1 - at] }, object));
            }
        }
        let mut applied: Vec<Known> = Vec::new();
        for phase in 0..3 {
            let of_phase =
                |it: &&Known| if it.is_hook() { !rollback && it.phases.contains(&phase) } else { phase == 1 };
            let tasks: Vec<&Known> = target.iter().filter(of_phase).collect();
            let prunes = if phase == 1 { prunes.as_slice() } else { &[] };
            let waves: BTreeSet<i64> =
                tasks.iter().map(|it| it.wave).chain(prunes.iter().map(|(wave, _)| *wave)).collect();
            for wave in &waves {
                let mut tasks: Vec<&Known> = tasks.iter().copied().filter(|it| it.wave == *wave).collect();
                tasks.sort_by_key(|it| (it.place.max(1), it.name));
                let mut failed = false;
                for (_, object) in prunes.iter().filter(|(of, _)| of == wave) {
                    failed |= !self.delete(object.name);
                }
                if failed {
                    return self.fail(target, &applied);
                }
                let before = |it: &&&Known| it.is_hook() && it.has(DeletePolicy::BeforeCreation);
                for object in tasks.iter().filter(before) {
                    failed |= self.live.contains_key(object.name) && !self.delete(object.name);
                }
                if failed {
                    return self.fail(target, &applied);
                }
                for object in &tasks {
                    if self.call() {
                        self.put(object);
                        applied.push((*object).clone());
                    } else {
                        failed = true;
                    }
                }
                if failed {
                    return self.fail(target, &applied);
                }
                for _ in tasks.iter().filter(|it| it.is_hook() && OBJECTS[it.place].1 == "Job") {
                    if !self.call() {
                        return self.fail(target, &applied);
                    }
                }
                // A wave that never gets healthy is waited for without end.
                let waits = tasks.iter().any(|it| !it.is_hook()) || prunes.iter().any(|(of, _)| of == wave);
                if waits && Some(wave) != waves.last() && !self.call() {
                    return false;
                }
            }
            if phase == 1 && !self.call() {
                return false;
            }
        }
        if !rollback {
            for phase in 0..3 {
                let mut hooks: Vec<&Known> = target.iter().filter(|it| it.phases.contains(&phase)).collect();
                hooks.sort_by_key(|it| (it.wave, it.place.max(1), it.name));
                for hook in hooks.into_iter().filter(|it| it.has(DeletePolicy::Succeeded)) {
                    if self.live.contains_key(hook.name) && !self.delete(hook.name) {
                        return false;
                    }
                }
            }
        }
        true
    }

    fn fail(&mut self, target: &[Known], applied: &[Known]) -> bool {
        self.left = usize::MAX;
        for hook in applied.iter().filter(|it| it.is_hook() && it.has(DeletePolicy::Failed)) {
            self.live.remove(hook.name);
        }
        let mut hooks: Vec<&Known> = target.iter().filter(|it| it.phases.contains(&3)).collect();
        hooks.sort_by_key(|it| it.wave);
        hooks.into_iter().for_each(|hook| self.put(hook));
        false
    }

    fn contents(&self) -> BTreeMap<String, u64> {
        self.live.values().map(|it| (it.name.to_string(), it.content)).collect()
    }
}

#[test]
fn states_are_those_of_a_naive_argo_cd() {
    let mut chance = Chance(0x2545_f491_4f6c_dd1d);
    let mut states = 0;
    for round in 0..ROUNDS {
        let (old, new) = (chart(&mut chance), chart(&mut chance));
        let (old_view, new_view) = (steps::view(Deployer::ArgoCd, &old), steps::view(Deployer::ArgoCd, &new));
        let world = World::of(Deployer::ArgoCd, &old_view, &new_view);
        let explored = explore::explore(&world);
        let (old, new) = (known(&old), known(&new));
        let mut before = Naive { live: BTreeMap::new(), left: usize::MAX };
        assert!(before.sync(&old, false) && before.sync(&old, false), "nothing fails");
        assert_eq!(contents(&world, &explored.before), before.contents(), "round {round}: {old:#?}");
        let mut expected = BTreeSet::new();
        for left in 0.. {
            let mut argo = Naive { left, ..before.clone() };
            let done = argo.sync(&new, false);
            argo.left = usize::MAX;
            expected.insert((0, argo.contents()));
            for (kind, rollback) in [(1, true), (2, false)] {
                let mut back = argo.clone();
                assert!(back.sync(&old, rollback), "nothing fails");
                expected.insert((kind, back.contents()));
            }
            if done {
                break;
            }
        }
        let kind = |recovery| match recovery {
            Recovery::Nothing => 0,
            Recovery::Rollback => 1,
            _ => 2,
        };
        let found: BTreeSet<_> =
            explored.states.iter().map(|it| (kind(it.recovery), contents(&world, &it.cluster))).collect();
        assert_eq!(found, expected, "round {round}:\nold {old:#?}\nnew {new:#?}");
        states += found.len();
    }
    assert!(states > 5 * ROUNDS, "{states}");
}
