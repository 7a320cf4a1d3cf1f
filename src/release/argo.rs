//! What Argo CD does at a sync, in its order.
//!
//! Sources: [sync phases and waves](https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/),
//! [sync options](https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/),
//! [Helm](https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#helm-hooks) (what its hooks are mapped to), and
//! argoproj/gitops-engine `pkg/sync/sync_context.go` (`Sync`, `runTasks`: within a wave it prunes, deletes hooks, applies,
//! waits), `pkg/sync/sync_tasks.go` (phase, wave, kind, name), `pkg/sync/hook/hook.go` (an object's own Argo CD hooks
//! replace its Helm hooks). That a rollback runs no hooks and prunes nothing unless asked:
//! <https://github.com/argoproj/argo-cd/issues/1927>.

use std::collections::BTreeSet;

use super::cluster::{At, Cluster, Side, World};
use super::steps::{self, Step};
use crate::model::{ChartObject, DeletePolicy, Hook, HookEvent, INSTALL_ORDER};

/// The objects as Argo CD takes them.
pub fn view(objects: &[ChartObject]) -> Vec<ChartObject> {
    let view = |object: &ChartObject| {
        let (hook, sync) = (object.hook.as_ref(), &object.sync);
        let mut events = sync.phases.clone();
        if events.is_empty() {
            events = hook.iter().flat_map(|hook| &hook.events).filter_map(|event| phase(*event)).collect();
        }
        events.sort_unstable();
        events.dedup();
        let is_hook = !events.is_empty();
        // A hook of which it knows no event is no object of the application either.
        if sync.skipped || (hook.is_some() && !is_hook) {
            return None;
        }
        let policies = match sync.policies.is_empty() {
            true => hook.map_or_else(|| vec![DeletePolicy::BeforeCreation], |hook| hook.policies.clone()),
            false => sync.policies.clone(),
        };
        let weight = sync.wave.or(hook.map(|hook| hook.weight)).unwrap_or(0);
        let hook = is_hook.then_some(Hook { events, weight, policies });
        Some(ChartObject { hook, kept: !sync.pruned, ..object.clone() })
    };
    objects.iter().filter_map(view).collect()
}

fn phase(event: HookEvent) -> Option<HookEvent> {
    use HookEvent::{PostInstall, PostSync, PostUpgrade, PreInstall, PreSync, PreUpgrade, Sync, SyncFail};
    match event {
        PreInstall | PreUpgrade | PreSync => Some(PreSync),
        PostInstall | PostUpgrade | PostSync => Some(PostSync),
        Sync | SyncFail => Some(event),
        _ => None,
    }
}

fn wave(world: &World<'_>, at: At) -> i64 {
    let object = world.object(at);
    object.hook.as_ref().map_or(object.sync.wave.unwrap_or(0), |hook| hook.weight)
}

fn rank(object: &ChartObject) -> (usize, &str) {
    let position = INSTALL_ORDER.iter().position(|kind| *kind == object.id.kind);
    (position.unwrap_or(INSTALL_ORDER.len()), &object.id.name)
}

struct Walk<'w, 'a> {
    world: &'w World<'a>,
    cluster: Cluster,
    steps: Vec<Step>,
}

/// The steps of a sync to the chart of `side` that succeeds. A rollback runs no hooks and prunes nothing.
pub fn sync(world: &World<'_>, cluster: &Cluster, side: Side, rollback: bool) -> Vec<Step> {
    let mut walk = Walk { world, cluster: cluster.clone(), steps: Vec::new() };
    let hooks = |event| if rollback { Vec::new() } else { of_event(world, side, event) };
    let (before, during, after) = (hooks(HookEvent::PreSync), hooks(HookEvent::Sync), hooks(HookEvent::PostSync));
    walk.waves(HookEvent::PreSync, &before, &[], &[]);
    let main = steps::manifest(world, side);
    let prunes = if rollback { Vec::new() } else { prunes(world, cluster, side, &main) };
    walk.waves(HookEvent::Sync, &during, &main, &prunes);
    walk.take(Step::Rollout);
    walk.waves(HookEvent::PostSync, &after, &[], &[]);
    for (event, hooks) in [(HookEvent::PreSync, before), (HookEvent::Sync, during), (HookEvent::PostSync, after)] {
        hooks.into_iter().for_each(|at| walk.delete_hook(event, at, DeletePolicy::Succeeded));
    }
    walk.steps
}

fn of_event(world: &World<'_>, side: Side, event: HookEvent) -> Vec<At> {
    let of = |object: &ChartObject| object.hook.as_ref().is_some_and(|hook| hook.events.contains(&event));
    world.all(side).filter(|(_, object)| of(object)).map(|(at, _)| at).collect()
}

/// What is in force and no longer wanted, each with its wave: higher waves go first, and `PruneLast` after all others.
fn prunes(world: &World<'_>, cluster: &Cluster, side: Side, main: &[At]) -> Vec<(i64, At)> {
    let live = cluster.objects.iter().flatten().copied();
    let gone = |at: &At| {
        let object = world.object(*at);
        object.hook.is_none() && !object.kept && world.twin(*at, side).is_none()
    };
    let gone: Vec<At> = live.filter(gone).collect();
    let waves: BTreeSet<i64> = gone.iter().map(|at| wave(world, *at)).collect();
    let swapped: Vec<i64> = waves.iter().rev().copied().collect();
    let last = main.iter().chain(&gone).map(|at| wave(world, *at)).max().unwrap_or(0).max(0) + 1;
    let wave_of = |at: At| {
        let own = waves.iter().position(|wave| *wave == self::wave(world, at));
        match world.object(at).sync.pruned_last {
            true => last,
            false => own.and_then(|own| swapped.get(own).copied()).unwrap_or(0),
        }
    };
    gone.into_iter().map(|at| (wave_of(at), at)).collect()
}

impl Walk<'_, '_> {
    fn take(&mut self, step: Step) {
        step.act(self.world, &mut self.cluster);
        self.steps.push(step);
    }

    fn delete_hook(&mut self, event: HookEvent, at: At, policy: DeletePolicy) {
        if steps::has_policy(self.world, at, policy) && self.cluster.has(self.world, at) {
            self.take(Step::DeleteHook(event, at, policy));
        }
    }

    /// One phase, wave after wave.
    fn waves(&mut self, phase: HookEvent, hooks: &[At], main: &[At], prunes: &[(i64, At)]) {
        let world = self.world;
        let waves = hooks.iter().chain(main).map(|at| wave(world, *at)).chain(prunes.iter().map(|(wave, _)| *wave));
        let waves: BTreeSet<i64> = waves.collect();
        let last = waves.last().copied();
        for number in waves {
            prunes.iter().filter(|(of, _)| *of == number).for_each(|(_, at)| self.take(Step::Remove(*at)));
            let in_wave = |all: &[At]| all.iter().copied().filter(|at| wave(world, *at) == number).collect::<Vec<_>>();
            let (hooks, main) = (in_wave(hooks), in_wave(main));
            hooks.iter().for_each(|at| self.delete_hook(phase, *at, DeletePolicy::BeforeCreation));
            let mut all: Vec<(At, bool)> = hooks.iter().map(|at| (*at, true)).collect();
            all.extend(main.iter().map(|at| (*at, false)));
            all.sort_by_key(|(at, _)| rank(world.object(*at)));
            for (at, hook) in all {
                self.take(if hook { Step::ApplyHook(phase, at) } else { Step::Patch(at) });
            }
            hooks.iter().for_each(|at| self.take(Step::AwaitHook(phase, *at)));
            if !main.is_empty() && Some(number) != last {
                self.take(Step::Healthy(number));
            }
        }
    }
}

/// What it still does when the step at `failed` of `steps` fails: the rest of the wave's part, hooks that are deleted by
/// `HookFailed`, and those of `SyncFail`.
pub fn after(world: &World<'_>, cluster: &Cluster, steps: &[Step], failed: usize) -> Vec<Step> {
    let mut walk = Walk { world, cluster: cluster.clone(), steps: Vec::new() };
    let applies = |step: &Step| matches!(step, Step::Patch(_) | Step::ApplyHook(..));
    let rest = steps.get(failed + 1..).unwrap_or_default().iter().copied();
    match steps.get(failed) {
        Some(Step::Patch(_) | Step::ApplyHook(..)) => rest.take_while(applies).for_each(|step| walk.take(step)),
        Some(Step::Remove(_)) => {
            rest.take_while(|step| matches!(step, Step::Remove(_))).for_each(|step| walk.take(step));
        }
        Some(Step::AwaitHook(..)) => {}
        _ => return Vec::new(),
    }
    let applied: Vec<(HookEvent, At)> = steps
        .iter()
        .take(failed)
        .chain(&walk.steps)
        .filter_map(|step| if let Step::ApplyHook(event, at) = step { Some((*event, *at)) } else { None })
        .collect();
    for (event, at) in applied {
        walk.delete_hook(event, at, DeletePolicy::Failed);
    }
    let side = steps.get(failed).and_then(|step| step.at()).map_or(Side::New, |at| at.side);
    let hooks = of_event(world, side, HookEvent::SyncFail);
    walk.waves(HookEvent::SyncFail, &hooks, &[], &[]);
    walk.steps
}

/// What is in force before the change: the old chart was synced, and once more.
pub fn before(world: &World<'_>) -> Cluster {
    let mut cluster = Cluster::empty(world);
    for _ in 0..2 {
        for step in sync(world, &cluster.clone(), Side::Old, false) {
            step.act(world, &mut cluster);
        }
    }
    Cluster { former: Default::default(), ..cluster }
}
