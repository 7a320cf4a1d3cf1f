//! What a trace says.

use std::collections::BTreeSet;

use super::cluster::{At, Cluster, Side, World};
use super::explore::{Recovery, State, Stop};
use super::steps::{self, Step};
use super::wants::Want;
use crate::model::{DeletePolicy, Deployer, FindingPlace, HookEvent, Runs, TraceKind, TraceLine, Usage};

/// How many of a list are named.
const SHOWN: usize = 4;

/// `Deployment web`
pub fn object(world: &World<'_>, at: At) -> String {
    let id = &world.object(at).id;
    format!("{} {}", id.kind, id.name)
}

/// A place of a finding.
pub fn place(world: &World<'_>, at: At) -> FindingPlace {
    FindingPlace { new: at.side == Side::New, place: world.object(at).place.clone() }
}

/// The place of what is wanted.
pub fn wanted_at(want: &Want<'_>) -> FindingPlace {
    FindingPlace { new: want.owner.side == Side::New, place: want.need.place.clone() }
}

/// The first few of `items`, each once.
pub fn some(items: impl IntoIterator<Item = String>) -> String {
    let mut all: Vec<String> = Vec::new();
    for item in items {
        if !all.contains(&item) {
            all.push(item);
        }
    }
    let rest = all.len().saturating_sub(SHOWN);
    let mut text = all.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if rest > 0 {
        text += &format!(" and {rest} more");
    }
    text
}

/// `API_TOKEN of Secret billing-env`
pub fn thing(want: &Want<'_>) -> String {
    let object = &want.need.object;
    match want.key {
        Some(key) => format!("{key} of {} {}", object.kind, object.name),
        None => format!("{} {}", object.kind, object.name),
    }
}

/// `Deployment web, container app: API_TOKEN`
pub fn user(world: &World<'_>, want: &Want<'_>) -> String {
    let mut text = object(world, want.owner);
    if let Some(container) = &want.need.container {
        text += &format!(", container {container}");
    }
    if let Usage::Env(name) = &want.need.usage {
        text += &format!(", variable {name}");
    }
    text
}

/// The name of an event.
pub fn event(event: HookEvent) -> &'static str {
    match event {
        HookEvent::PreInstall => "pre-install",
        HookEvent::PostInstall => "post-install",
        HookEvent::PreUpgrade => "pre-upgrade",
        HookEvent::PostUpgrade => "post-upgrade",
        HookEvent::PreRollback => "pre-rollback",
        HookEvent::PostRollback => "post-rollback",
        HookEvent::PreDelete => "pre-delete",
        HookEvent::PostDelete => "post-delete",
        HookEvent::Test => "test",
        HookEvent::PreSync => "PreSync",
        HookEvent::Sync => "Sync",
        HookEvent::PostSync => "PostSync",
        HookEvent::SyncFail => "SyncFail",
    }
}

/// Who does it.
pub fn who(world: &World<'_>) -> &'static str {
    match world.deployer {
        Deployer::Helm => "Helm",
        Deployer::ArgoCd => "Argo CD",
    }
}

/// In which release: the first, or the one that changes the chart.
pub fn when(world: &World<'_>, first: bool) -> &'static str {
    match (world.deployer, first) {
        (Deployer::Helm, true) => "at the first installation",
        (Deployer::Helm, false) => "in this upgrade",
        (Deployer::ArgoCd, true) => "at the first sync",
        (Deployer::ArgoCd, false) => "in this sync",
    }
}

/// What takes a release back.
pub fn undo(world: &World<'_>) -> &'static str {
    match world.deployer {
        Deployer::Helm => "helm rollback RELEASE",
        Deployer::ArgoCd => "git revert COMMIT && git push && argocd app sync APP",
    }
}

fn policy(world: &World<'_>, policy: DeletePolicy) -> &'static str {
    match (world.deployer, policy) {
        (Deployer::Helm, DeletePolicy::BeforeCreation) => "before-hook-creation",
        (Deployer::Helm, DeletePolicy::Succeeded) => "hook-succeeded",
        (Deployer::Helm, DeletePolicy::Failed) => "hook-failed",
        (Deployer::ArgoCd, DeletePolicy::BeforeCreation) => "BeforeHookCreation",
        (Deployer::ArgoCd, DeletePolicy::Succeeded) => "HookSucceeded",
        (Deployer::ArgoCd, DeletePolicy::Failed) => "HookFailed",
    }
}

/// `pre-upgrade hook, weight -2`
fn hook(world: &World<'_>, at: At, of: HookEvent) -> String {
    let weight = world.object(at).hook.as_ref().map_or(0, |hook| hook.weight);
    let word = if world.deployer == Deployer::Helm { "weight" } else { "wave" };
    format!("{} hook, {word} {weight}", event(of))
}

/// A step that was taken; `None` if there is nothing to tell.
fn step(world: &World<'_>, step: Step, before: Option<At>) -> Option<String> {
    let who = who(world);
    let unchanged = |at: At| before == Some(world.settled(at));
    Some(match step {
        Step::DeleteHook(of, at, why) => {
            format!("{who} deletes {} ({}, {})", object(world, at), hook(world, at, of), policy(world, why))
        }
        Step::ApplyHook(of, at) => match before {
            Some(_) if unchanged(at) => format!("{who} applies {} ({})", object(world, at), hook(world, at, of)),
            Some(_) => {
                format!("{who} overwrites {}{} ({})", object(world, at), less(world, at), hook(world, at, of))
            }
            None => format!("{who} creates {}{} ({})", object(world, at), less(world, at), hook(world, at, of)),
        },
        Step::AwaitHook(_, at) if !steps::runs_to_its_end(world, at) => return None,
        Step::AwaitHook(of, at) => format!("{} runs to its end ({})", object(world, at), hook(world, at, of)),
        Step::Patch(at) if unchanged(at) => return None,
        Step::Patch(at) => match before {
            Some(_) => format!("{who} patches {}{}", object(world, at), less(world, at)),
            None => format!("{who} creates {}", object(world, at)),
        },
        Step::Remove(at) => format!("{who} deletes {}, which is no longer in the manifest", object(world, at)),
        Step::Healthy(wave) => format!("all of wave {wave} is healthy"),
        Step::Rollout => "the new pods are ready, the old ones are gone".into(),
    })
}

/// The keys that an object has no more.
fn less(world: &World<'_>, at: At) -> String {
    let keys = |at: At| world.object(at).produces.iter().flat_map(|produced| produced.keys.keys().cloned());
    let now: BTreeSet<String> = keys(at).collect();
    let old = world.twin(at, Side::Old).filter(|_| at.side == Side::New);
    let lost: Vec<String> = old.into_iter().flat_map(keys).filter(|key| !now.contains(key)).collect();
    if lost.is_empty() { String::new() } else { format!(" without {}", some(lost)) }
}

/// The step that failed.
fn failure(world: &World<'_>, step: Step) -> String {
    match step {
        Step::DeleteHook(of, at, _) => format!("deleting {} fails ({})", object(world, at), hook(world, at, of)),
        Step::ApplyHook(of, at) => format!("creating {} fails ({})", object(world, at), hook(world, at, of)),
        Step::AwaitHook(of, at) => {
            let rest = match of {
                HookEvent::PreUpgrade | HookEvent::PreSync => ", nothing of the new manifest is applied",
                HookEvent::PreInstall => ", nothing of the manifest is applied",
                _ => "",
            };
            format!("{} fails ({}); {} stops{rest}", object(world, at), hook(world, at, of), who(world))
        }
        Step::Patch(at) => format!("{} is refused", object(world, at)),
        Step::Remove(at) => format!("deleting {} fails", object(world, at)),
        Step::Rollout | Step::Healthy(_) => "the new pods do not get ready, and old ones still run".into(),
    }
}

/// The steps that lead to a state.
pub fn story(world: &World<'_>, before: &Cluster, state: &State) -> Vec<TraceLine> {
    let mut cluster = before.clone();
    let mut told = cluster.leftovers.clone();
    let mut lines = Vec::new();
    let line = |text: String| TraceLine { kind: TraceKind::Step, text };
    for (index, taken) in state.path.iter().enumerate() {
        if index == state.upgrade {
            end(world, state, &mut lines);
        }
        let known = taken.at().and_then(|at| cluster.live(world, at));
        lines.extend(step(world, *taken, known).map(line));
        taken.act(world, &mut cluster);
        // What is deleted to be made anew at once is made before a controller looks.
        if !matches!(taken, Step::DeleteHook(.., DeletePolicy::BeforeCreation)) {
            lines.extend(left(world, cluster.leftovers.difference(&told)).map(line));
            told.clone_from(&cluster.leftovers);
        }
    }
    if state.upgrade == state.path.len() {
        end(world, state, &mut lines);
    }
    lines
}

/// What a controller makes of keys that are no longer listed.
fn left<'k>(world: &World<'_>, keys: impl Iterator<Item = &'k (At, usize, String)>) -> Option<String> {
    let keys: Vec<_> = keys.collect();
    let (at, index, _) = keys.first()?;
    let secret = &world.object(*at).produces.get(*index)?.object.name;
    let names = some(keys.iter().map(|(.., key)| key.clone()));
    Some(match world.object(*at).id.kind.as_str() {
        "SecretProviderClass" => format!(
            "the CSI driver drops {names} from Secret {secret} at one of its next reconciles, or does not: what is left is \
             not known"
        ),
        _ => format!("{names} goes from Secret {secret}, or does not: what is left is not known"),
    })
}

/// How the upgrade ended, and what is done about it.
fn end(world: &World<'_>, state: &State, lines: &mut Vec<TraceLine>) {
    if let Stop::Failed(step) = state.stop {
        lines.push(TraceLine { kind: TraceKind::Step, text: failure(world, step) });
    }
    let text = match state.recovery {
        Recovery::Nothing => return,
        Recovery::Rollback if world.deployer == Deployer::ArgoCd => "argocd app rollback to the sync before",
        Recovery::Rollback => "helm rollback to the release before",
        Recovery::Revert => "the commit is reverted and synced",
        Recovery::OnFailure => "--rollback-on-failure rolls back",
    };
    lines.push(TraceLine { kind: TraceKind::Step, text: text.into() });
}

/// What a pod that starts says.
pub fn broken(world: &World<'_>, want: &Want<'_>, surely: bool) -> String {
    let object = &want.need.object;
    let says = match (&want.need.usage, want.key) {
        (Usage::Env(_), Some(key)) => {
            format!("CreateContainerConfigError: couldn't find key {key} in {} {}", object.kind, object.name)
        }
        (Usage::Env(_) | Usage::EnvFrom, _) => {
            format!("CreateContainerConfigError: {} {} not found", object.kind.to_lowercase(), object.name)
        }
        (Usage::Volume, _) => format!("FailedMount: {}", thing(want)),
        (Usage::Account, _) => format!("no pod is made: serviceaccount {} not found", object.name),
    };
    let when = if surely { "from its next start on" } else { "from its next start on, if the key is gone by then" };
    format!("{}: {says}, {when}", user(world, want))
}

/// Who notices first.
pub fn noticed(world: &World<'_>, want: &Want<'_>) -> String {
    let owner = world.object(want.owner);
    if let Runs::Schedule(schedule) = &owner.runs {
        return format!("the next run of {} (`{schedule}`)", object(world, want.owner));
    }
    if owner.pods.iter().any(|pod| pod.reloaded) {
        return format!("Reloader restarts {} as soon as the object changes", object(world, want.owner));
    }
    let mut all = world.all(Side::Old).chain(world.all(Side::New));
    let scales = all.find(|(_, other)| {
        other.scales.as_ref().is_some_and(|target| target.kind == owner.id.kind && target.name == owner.id.name)
    });
    let any = "the first pod that starts anew: a node drained, an eviction, a crash";
    match scales {
        Some((at, _)) => format!("{} when it scales up, or {any}", object(world, at)),
        None => any.into(),
    }
}

/// What a rollback does about the loss that the object at `at` causes, and the command that undoes it.
pub fn recovery(world: &World<'_>, at: Option<At>, lasts: bool) -> [TraceLine; 2] {
    let name = at.map(|at| object(world, at)).unwrap_or_default();
    let rollback = match (lasts, world.deployer) {
        (true, Deployer::Helm) => format!(
            "helm rollback and --rollback-on-failure succeed and leave {name} as it is: it is no part of the manifest"
        ),
        (true, Deployer::ArgoCd) => {
            format!(
                "argocd app rollback runs no hooks and leaves {name} as it is; to revert the commit and sync runs them"
            )
        }
        (false, _) => "a rollback restores it".into(),
    };
    let old = at.and_then(|at| world.twin(at, Side::Old));
    let old = old.filter(|_| lasts && world.deployer == Deployer::Helm);
    let command = old.map_or_else(|| undo(world).into(), |old| command(world, old));
    [TraceLine { kind: TraceKind::Rollback, text: rollback }, TraceLine { kind: TraceKind::Command, text: command }]
}

/// `A, B of Secret x; C of ConfigMap y`
pub fn things(wants: &[Want<'_>]) -> String {
    let mut objects: Vec<(String, Vec<String>)> = Vec::new();
    for want in wants {
        let object = format!("{} {}", want.need.object.kind, want.need.object.name);
        let keys = match objects.iter_mut().find(|(known, _)| *known == object) {
            Some((_, keys)) => keys,
            None => {
                objects.push((object, Vec::new()));
                let Some((_, keys)) = objects.last_mut() else { continue };
                keys
            }
        };
        keys.extend(want.key.map(String::from));
    }
    let told = objects.into_iter().map(|(object, keys)| match keys.is_empty() {
        true => object,
        false => format!("{} of {object}", some(keys)),
    });
    told.collect::<Vec<_>>().join("; ")
}

/// The command that brings the old object back.
pub fn command(world: &World<'_>, old: At) -> String {
    let known = world.object(old);
    let what = if known.hook.is_some() { "hooks" } else { "manifest" };
    let namespace = known.id.namespace.as_ref().map(|name| format!(" -n {name}")).unwrap_or_default();
    format!(
        "helm get {what} RELEASE --revision REVISION{namespace} | yq 'select(.kind == \"{}\" and .metadata.name == \"{}\")' \
         | kubectl apply{namespace} -f -",
        known.id.kind, known.id.name
    )
}
