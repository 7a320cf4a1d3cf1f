//! The steps of Helm's actions, in its real order; those of Argo CD are in `argo`.
//!
//! Sources: helm/helm v4.2.3 `pkg/action/hooks.go` (`execHook`, `hookByWeight`), `pkg/action/upgrade.go`,
//! `pkg/action/rollback.go`, `pkg/kube/client.go` (`update`), `pkg/release/v1/util/kind_sorter.go`.

use std::borrow::Cow;

use super::argo;
use super::cluster::{At, Cluster, Side, World};
use super::explore::Recovery;
use crate::model::{ChartObject, DeletePolicy, Deployer, HookEvent, INSTALL_ORDER};

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
    /// Argo CD waits until all of a wave is healthy.
    Healthy(i64),
}

/// The events at which hooks of an upgrade run, or of a sync.
pub const OF_UPGRADES: [HookEvent; 5] =
    [HookEvent::PreUpgrade, HookEvent::PostUpgrade, HookEvent::PreSync, HookEvent::Sync, HookEvent::PostSync];

/// Whether the hooks of an event run before anything of the manifest is applied.
pub fn comes_first(event: HookEvent) -> bool {
    matches!(event, HookEvent::PreInstall | HookEvent::PreUpgrade | HookEvent::PreSync)
}

/// The objects as a deployer takes them.
pub fn view(deployer: Deployer, objects: &[ChartObject]) -> Cow<'_, [ChartObject]> {
    match deployer {
        Deployer::Helm => Cow::Borrowed(objects),
        Deployer::ArgoCd => Cow::Owned(argo::view(objects)),
    }
}

impl Step {
    /// Does it.
    pub fn act(self, world: &World<'_>, cluster: &mut Cluster) {
        match self {
            Step::DeleteHook(_, at, _) | Step::Remove(at) => cluster.delete(world, at),
            Step::ApplyHook(_, at) | Step::Patch(at) => cluster.put(world, at),
            Step::AwaitHook(..) => {}
            Step::Rollout | Step::Healthy(_) => cluster.settle(),
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
            Step::Rollout | Step::Healthy(_) => None,
        }
    }

    /// Whether it is about pods getting ready.
    pub fn is_rollout(self) -> bool {
        matches!(self, Step::Rollout | Step::Healthy(_))
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
    if world.deployer == Deployer::ArgoCd {
        return argo::sync(world, cluster, side, false);
    }
    let mut walk = Walk { world, cluster: cluster.clone(), steps: Vec::new() };
    walk.hooks(side, HookEvent::PreInstall);
    walk.update(&[], side);
    walk.take(Step::Rollout);
    walk.hooks(side, HookEvent::PostInstall);
    walk.steps
}

/// The steps of an upgrade from the old chart to the new that succeeds.
pub fn upgrade(world: &World<'_>, cluster: &Cluster) -> Vec<Step> {
    if world.deployer == Deployer::ArgoCd {
        return argo::sync(world, cluster, Side::New, false);
    }
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

/// What is still done when the step at `failed` of `steps` fails.
pub fn after(world: &World<'_>, cluster: &Cluster, steps: &[Step], failed: usize) -> Vec<Step> {
    if world.deployer == Deployer::ArgoCd {
        return argo::after(world, cluster, steps, failed);
    }
    let rest = steps.get(failed + 1..).unwrap_or_default().iter().copied();
    match steps.get(failed) {
        Some(Step::AwaitHook(event, hook)) => after_failure(world, cluster, *event, *hook),
        // A patch that is refused does not keep Helm from the next object, but from all deletions. A
        // creation that is refused stops it.
        Some(Step::Patch(object)) if cluster.has(world, *object) => {
            rest.take_while(|step| matches!(step, Step::Patch(_))).collect()
        }
        Some(Step::Remove(_)) => rest.take_while(|step| matches!(step, Step::Remove(_))).collect(),
        _ => Vec::new(),
    }
}

/// What can be done about a state, and the steps of that.
pub fn recoveries(world: &World<'_>, cluster: &Cluster, done: bool) -> Vec<(Recovery, Vec<Step>)> {
    match world.deployer {
        Deployer::Helm => {
            let steps = rollback(world, cluster);
            let mut all = vec![(Recovery::Rollback, steps.clone())];
            all.extend((!done).then_some((Recovery::OnFailure, steps)));
            all
        }
        Deployer::ArgoCd => vec![
            (Recovery::Rollback, argo::sync(world, cluster, Side::Old, true)),
            (Recovery::Revert, argo::sync(world, cluster, Side::Old, false)),
        ],
    }
}

/// What Helm still does when waiting for the hook at `failed` fails.
fn after_failure(world: &World<'_>, cluster: &Cluster, event: HookEvent, failed: At) -> Vec<Step> {
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
    if world.deployer == Deployer::ArgoCd {
        return argo::before(world);
    }
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
    if world.deployer != Deployer::Helm {
        return Vec::new();
    }
    let old = manifest(world, Side::Old);
    let not_released = |at: &At| !old.iter().any(|other| world.number(*other) == world.number(*at));
    let by_hook = |at: &At| cluster.live(world, *at).is_some_and(|live| world.object(live).hook.is_some());
    manifest(world, Side::New).into_iter().filter(|at| not_released(at) && by_hook(at)).collect()
}
