//! The steps of Helm's actions, in its real order.
//!
//! Sources: helm/helm v4.2.3 `pkg/action/hooks.go` (`execHook`, `hookByWeight`), `pkg/action/upgrade.go`,
//! `pkg/action/rollback.go`, `pkg/kube/client.go` (`update`), `pkg/release/v1/util/kind_sorter.go`.

use super::cluster::{At, Cluster, Side, World};
use crate::model::{ChartObject, DeletePolicy, HookEvent, INSTALL_ORDER};

/// One thing that Helm does to the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Deletes a hook's object by a policy.
    DeleteHook(HookEvent, At, DeletePolicy),
    /// Creates a hook's object; one that is there is overwritten (server-side apply).
    ApplyHook(HookEvent, At),
    /// Waits until it has run to its end; what is no Job or Pod is ready at once.
    AwaitHook(HookEvent, At),
    /// Creates or patches an object of the manifest.
    Patch(At),
    /// Deletes an object that is no longer in the manifest.
    Remove(At),
    /// Waits until the new pods are ready.
    Rollout,
}

impl Step {
    /// Does it.
    pub fn act(self, world: &World<'_>, cluster: &mut Cluster) {
        match self {
            Step::DeleteHook(_, at, _) | Step::Remove(at) => cluster.delete(world, at),
            Step::ApplyHook(_, at) | Step::Patch(at) => cluster.put(world, at),
            Step::AwaitHook(..) => {}
            Step::Rollout => cluster.settle(),
        }
    }

    /// The object it is about.
    pub fn at(self) -> Option<At> {
        match self {
            Step::DeleteHook(_, at, _)
            | Step::ApplyHook(_, at)
            | Step::AwaitHook(_, at)
            | Step::Patch(at)
            | Step::Remove(at) => Some(at),
            Step::Rollout => None,
        }
    }
}

/// What objects are sorted by: position in the order, then the kind where it is not in it.
fn rank(object: &ChartObject) -> (usize, &str) {
    match INSTALL_ORDER.iter().position(|kind| *kind == object.id.kind) {
        Some(position) => (position, ""),
        None => (INSTALL_ORDER.len(), &object.id.kind),
    }
}

/// The manifest of a chart: its objects that are no hooks, in the order of kinds.
pub fn manifest(world: &World<'_>, side: Side) -> Vec<At> {
    let mut all: Vec<_> = world.all(side).filter(|(_, object)| object.hook.is_none()).collect();
    all.sort_by_key(|(_, object)| rank(object));
    all.into_iter().map(|(at, _)| at).collect()
}

/// The hooks of an event in the order in which they run: by weight, then by name. The kind only
/// decides between hooks of one name, whatever Helm's documentation says.
pub fn hooks(world: &World<'_>, side: Side, event: HookEvent) -> Vec<At> {
    let of_event = |object: &ChartObject| object.hook.as_ref().is_some_and(|hook| hook.events.contains(&event));
    let mut all: Vec<_> = world.all(side).filter(|(_, object)| of_event(object)).collect();
    all.sort_by_key(|(_, object)| rank(object));
    let weight = |object: &ChartObject| object.hook.as_ref().map_or(0, |hook| hook.weight);
    all.sort_by(|(_, one), (_, other)| (weight(one), &one.id.name).cmp(&(weight(other), &other.id.name)));
    all.into_iter().map(|(at, _)| at).collect()
}

/// Whether Helm waits for a hook: what is no Job or Pod is ready at once.
pub fn runs_to_its_end(world: &World<'_>, at: At) -> bool {
    matches!(world.object(at).id.kind.as_str(), "Job" | "Pod")
}

/// Whether a hook has a policy; Helm never deletes a CustomResourceDefinition by one.
pub fn has_policy(world: &World<'_>, at: At, policy: DeletePolicy) -> bool {
    let object = world.object(at);
    let hook = object.hook.as_ref();
    object.id.kind != "CustomResourceDefinition" && hook.is_some_and(|hook| hook.policies.contains(&policy))
}

/// Takes steps one after the other; what has no effect is no step.
struct Walk<'w, 'a> {
    world: &'w World<'a>,
    cluster: Cluster,
    steps: Vec<Step>,
}

impl Walk<'_, '_> {
    fn take(&mut self, step: Step) {
        step.act(self.world, &mut self.cluster);
        self.steps.push(step);
    }

    fn delete_hook(&mut self, event: HookEvent, at: At, policy: DeletePolicy) {
        if has_policy(self.world, at, policy) && self.cluster.has(self.world, at) {
            self.take(Step::DeleteHook(event, at, policy));
        }
    }

    fn hooks(&mut self, side: Side, event: HookEvent) {
        let hooks = hooks(self.world, side, event);
        for at in &hooks {
            self.delete_hook(event, *at, DeletePolicy::BeforeCreation);
            self.take(Step::ApplyHook(event, *at));
            self.take(Step::AwaitHook(event, *at));
        }
        for at in hooks.iter().rev() {
            self.delete_hook(event, *at, DeletePolicy::Succeeded);
        }
    }

    /// From the manifest `before` to that of `side`.
    fn update(&mut self, before: &[At], side: Side) {
        let target = manifest(self.world, side);
        for at in &target {
            self.take(Step::Patch(*at));
        }
        self.removals(before, &target);
    }

    fn removals(&mut self, before: &[At], target: &[At]) {
        for at in before {
            let stays = target.iter().any(|other| self.world.number(*other) == self.world.number(*at));
            // Helm looks at the annotation of what is in force.
            let live = self.cluster.live(self.world, *at).filter(|live| !self.world.object(*live).kept);
            if let Some(live) = live.filter(|_| !stays) {
                self.take(Step::Remove(live));
            }
        }
    }
}

/// The steps of an installation that succeeds.
pub fn install(world: &World<'_>, side: Side, cluster: &Cluster) -> Vec<Step> {
    let mut walk = Walk { world, cluster: cluster.clone(), steps: Vec::new() };
    walk.hooks(side, HookEvent::PreInstall);
    walk.update(&[], side);
    walk.take(Step::Rollout);
    walk.hooks(side, HookEvent::PostInstall);
    walk.steps
}

/// The steps of an upgrade from the old chart to the new that succeeds.
pub fn upgrade(world: &World<'_>, cluster: &Cluster) -> Vec<Step> {
    let mut walk = Walk { world, cluster: cluster.clone(), steps: Vec::new() };
    walk.hooks(Side::New, HookEvent::PreUpgrade);
    walk.update(&manifest(world, Side::Old), Side::New);
    walk.take(Step::Rollout);
    walk.hooks(Side::New, HookEvent::PostUpgrade);
    walk.steps
}

/// The steps of a rollback to the old chart: what is in force and was not in the new manifest is
/// patched too, and the hooks of upgrades do not run.
pub fn rollback(world: &World<'_>, cluster: &Cluster) -> Vec<Step> {
    let mut walk = Walk { world, cluster: cluster.clone(), steps: Vec::new() };
    walk.hooks(Side::Old, HookEvent::PreRollback);
    walk.update(&manifest(world, Side::New), Side::Old);
    walk.take(Step::Rollout);
    walk.hooks(Side::Old, HookEvent::PostRollback);
    walk.steps
}

/// What Helm still does when waiting for the hook at `failed` fails.
pub fn after_failure(world: &World<'_>, cluster: &Cluster, event: HookEvent, failed: At) -> Vec<Step> {
    let mut walk = Walk { world, cluster: cluster.clone(), steps: Vec::new() };
    walk.delete_hook(event, failed, DeletePolicy::Failed);
    for at in hooks(world, failed.side, event) {
        if at == failed {
            break;
        }
        walk.delete_hook(event, at, DeletePolicy::Succeeded);
    }
    walk.steps
}

/// What is in force before the upgrade: the old chart was installed, and upgraded to itself.
pub fn before(world: &World<'_>) -> Cluster {
    let mut cluster = Cluster::empty(world);
    for step in install(world, Side::Old, &cluster) {
        step.act(world, &mut cluster);
    }
    let mut walk = Walk { world, cluster, steps: Vec::new() };
    walk.hooks(Side::Old, HookEvent::PreUpgrade);
    walk.hooks(Side::Old, HookEvent::PostUpgrade);
    Cluster { former: Default::default(), ..walk.cluster }
}

/// Objects of the new manifest that a hook of the old chart made: Helm refuses the upgrade, as they lack its
/// marks of ownership (`pkg/action/validate.go`).
pub fn refused(world: &World<'_>, cluster: &Cluster) -> Vec<At> {
    let old = manifest(world, Side::Old);
    let not_released = |at: &At| !old.iter().any(|other| world.number(*other) == world.number(*at));
    let by_hook = |at: &At| cluster.live(world, *at).is_some_and(|live| world.object(live).hook.is_some());
    manifest(world, Side::New).into_iter().filter(|at| not_released(at) && by_hook(at)).collect()
}
