//! What the pods of the new release do not find: those that stay, and those of its hooks (invariant I4).

use std::collections::BTreeMap;

use super::cluster::{self, At, Cluster, Side, Supply, World};
use super::explore::{Exploration, Stop};
use super::rules;
use super::steps::{self, Step};
use super::wants::{self, Want};
use super::words;
use crate::model::{
    ChartObject, DeletePolicy, Deployer, Finding, Maker, Produced, Rule, Runs, TraceKind, TraceLine, Usage,
};

/// A hook's pod is looked at when its turn comes in one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Action {
    Install,
    Upgrade,
}

/// What is missing, by rule and by the object that is wanted.
type Missing<'a> = BTreeMap<(&'static str, Action, At, String), Vec<Want<'a>>>;

/// Adds the findings.
pub fn check(world: &World<'_>, explored: &Exploration, out: &mut Vec<Finding>) {
    let mut missing: Missing = BTreeMap::new();
    let done = explored.states.iter().find(|state| state.stop == Stop::Done);
    if let Some(done) = done {
        stays(world, &done.cluster, &mut missing);
    }
    refused(world, &explored.before, out);
    let empty = Cluster::empty(world);
    hooks(world, &empty, &steps::install(world, Side::New, &empty), Action::Install, &mut missing);
    hooks(world, &explored.before, &explored.steps, Action::Upgrade, &mut missing);
    // What is so at the first installation need not be told again for the upgrade.
    let at_install: Vec<_> = missing.keys().filter(|(_, action, ..)| *action == Action::Install).cloned().collect();
    for (rule, _, at, object) in at_install {
        missing.remove(&(rule, Action::Upgrade, at, object));
    }
    for ((rule, action, _, object), wants) in missing {
        let Some(rule) = rules::find(rule) else { continue };
        // The pods of before may lose the same: told already.
        let told = |finding: &Finding| {
            finding.rule.id == rule.id && wants.iter().all(|want| finding.subjects.contains(&want.subject(world)))
        };
        if out.iter().any(told) {
            continue;
        }
        out.push(finding(world, explored, rule, action, &object, &wants));
    }
}

fn add<'a>(missing: &mut Missing<'a>, rule: &'static Rule, action: Action, want: Want<'a>) {
    let object = format!("{} {}", want.need.object.kind, want.need.object.name);
    missing.entry((rule.id, action, want.owner, object)).or_default().push(want);
}

/// The pods of the new manifest, once all is through.
fn stays<'a>(world: &World<'a>, done: &Cluster, missing: &mut Missing<'a>) {
    let workloads = world.all(Side::New).filter(|(_, object)| object.hook.is_none() && object.runs != Runs::Never);
    for want in workloads.flat_map(|(at, _)| wants::wants(world, at)).filter(|want| !want.soft) {
        if !want.supply(world, done).is_breach() {
            continue;
        }
        let deleted = made_by(world, &want).into_iter().any(|at| {
            let policies = [DeletePolicy::Succeeded, DeletePolicy::Failed];
            let by_policy = policies.iter().any(|policy| steps::has_policy(world, at, *policy));
            let moved = world.twin(at, Side::Old).is_some_and(|old| world.object(old).hook.is_none());
            world.object(at).hook.is_some() && runs_on_upgrade(world, at) && (by_policy || moved)
        });
        let rule = if deleted { rules::HOOK_DELETED_DEPENDENCY } else { rules::DANGLING_KEY };
        add(missing, rule, Action::Upgrade, want);
    }
}

/// The objects of the new chart that make what is wanted.
fn made_by(world: &World<'_>, want: &Want<'_>) -> Vec<At> {
    let object = &want.need.object;
    if matches!(object.kind.as_str(), "Secret" | "ConfigMap") {
        let producers = world.producers(object, world.object(want.owner).id.namespace.as_deref());
        let makes = producers.into_iter().filter(|(at, produced)| {
            at.side == Side::New && (produced.open || want.key.is_none_or(|key| produced.keys.contains_key(key)))
        });
        return makes.map(|(at, _)| at).collect();
    }
    let all = world.all(Side::New);
    all.filter(|(_, it)| it.id.kind == object.kind && it.id.name == object.name).map(|(at, _)| at).collect()
}

fn runs_on_upgrade(world: &World<'_>, at: At) -> bool {
    let events = steps::OF_UPGRADES;
    world.object(at).hook.as_ref().is_some_and(|hook| hook.events.iter().any(|event| events.contains(event)))
}

/// The pods of hooks, when their turn comes.
fn hooks<'a>(world: &World<'a>, before: &Cluster, steps: &[Step], action: Action, missing: &mut Missing<'a>) {
    let mut cluster = before.clone();
    for (index, step) in steps.iter().enumerate() {
        step.act(world, &mut cluster);
        let Step::AwaitHook(event, hook) = *step else { continue };
        let before_main = steps::comes_first(event);
        for want in wants::wants(world, hook).into_iter().filter(|want| !want.soft) {
            match want.supply(world, &cluster) {
                Supply::Missing | Supply::Leftover => {
                    let makers = made_by(world, &want);
                    let by_main = makers.iter().any(|at| world.object(*at).hook.is_none());
                    let later = steps[index..].iter().any(|step| match step {
                        Step::ApplyHook(of, at) => *of == event && makers.contains(at),
                        _ => false,
                    });
                    if later && makers.iter().all(|at| rests_on_release(world, hook, *at)) {
                        continue;
                    }
                    let rule = match () {
                        () if later => rules::HOOK_ORDER,
                        () if by_main && before_main => rules::HOOK_NEEDS_MAIN,
                        () => rules::DANGLING_KEY,
                    };
                    add(missing, rule, action, want);
                }
                Supply::Provided if before_main && unserved(world, &cluster, hook, &want) => {
                    add(missing, rules::HOOK_NEEDS_MAIN, action, want);
                }
                Supply::Provided if before_main && is_old(world, &cluster, &want) => {
                    add(missing, rules::HOOK_SEES_OLD, action, want);
                }
                _ => {}
            }
        }
    }
}

/// What stands for the release in names if none was told, as in `helm template`.
const UNNAMED: &str = "release-name";

/// Whether the order of two hooks rests on how the release is called, which is not known.
fn rests_on_release(world: &World<'_>, one: At, other: At) -> bool {
    let (one, other) = (world.object(one), world.object(other));
    let weight = |object: &ChartObject| object.hook.as_ref().map(|hook| hook.weight);
    let unnamed = |object: &ChartObject| object.id.name.starts_with(UNNAMED);
    world.deployer == Deployer::Helm && weight(one) == weight(other) && unnamed(one) != unnamed(other)
}

/// Whether a Secret is to come from the CSI driver and no pod yet mounts the class.
fn unserved(world: &World<'_>, cluster: &Cluster, hook: At, want: &Want<'_>) -> bool {
    if want.need.object.kind != "Secret" {
        return false;
    }
    let producers = world.producers(&want.need.object, world.object(hook).id.namespace.as_deref());
    let live: Vec<_> = producers.into_iter().filter(|(at, _)| cluster.holds(world, *at)).collect();
    cluster::is_synced(&live) && !live.iter().any(|(at, _)| world.is_mounted(cluster, *at, Some(hook)))
}

/// Whether the manifest changes what the hook finds.
fn is_old(world: &World<'_>, cluster: &Cluster, want: &Want<'_>) -> bool {
    let producers = world.producers(&want.need.object, world.object(want.owner).id.namespace.as_deref());
    let live = producers.iter().filter(|(at, _)| at.side == Side::Old && cluster.live(world, *at) == Some(*at));
    live.into_iter().any(|(at, produced)| {
        let Some(twin) = world.twin(*at, Side::New).filter(|twin| world.object(*twin).hook.is_none()) else {
            return false;
        };
        let new = world.object(twin).produces.iter().find(|other| other.object == produced.object);
        let differs = |key: &str| new.is_some_and(|new| new.keys.get(key) != produced.keys.get(key));
        produced.maker == Maker::Itself
            && match want.key {
                Some(key) => differs(key),
                None if want.need.usage == Usage::Account => false,
                None => new.is_some_and(|new| new.keys != produced.keys),
            }
    })
}

/// Objects that Helm will not take over.
fn refused(world: &World<'_>, before: &Cluster, out: &mut Vec<Finding>) {
    for at in steps::refused(world, before) {
        let object = words::object(world, at);
        let old = world.twin(at, Side::Old);
        let mut locations = vec![words::place(world, at)];
        locations.extend(old.map(|old| words::place(world, old)));
        out.push(Finding {
            rule: rules::HOOK_REFUSED,
            message: format!(
                "{object} was a hook and is now in the manifest: if it is still there, Helm refuses to take it over"
            ),
            locations,
            trace: vec![TraceLine { kind: TraceKind::Command, text: "helm upgrade --take-ownership".into() }],
            subjects: vec![object],
            known: false,
            acceptance: None,
        });
    }
}

fn finding(
    world: &World<'_>,
    explored: &Exploration,
    rule: &'static Rule,
    action: Action,
    object: &str,
    wants: &[Want<'_>],
) -> Finding {
    let things = words::things(wants);
    let owner = wants.first().map(|want| words::object(world, want.owner)).unwrap_or_default();
    let when = words::when(world, action == Action::Install);
    let makers: Vec<At> = wants.iter().flat_map(|want| made_by(world, want)).collect();
    let maker = makers.first().map(|at| words::object(world, *at));
    let mut message = match (rule.id, &maker) {
        ("hook-needs-main", Some(maker)) if makers.iter().all(|at| world.object(*at).hook.is_some()) => format!(
            "the hook {owner} needs {things}, which the CSI driver makes once a pod mounts {maker}, and none does {when}"
        ),
        ("hook-needs-main", Some(maker)) => {
            format!("the hook {owner} needs {things}, which {maker} of the manifest makes only after it ({when})")
        }
        ("hook-order", Some(maker)) => {
            format!("the hook {owner} runs before {maker}, which makes {things} ({when})")
        }
        ("hook-sees-old", _) => format!("the hook {owner} runs with the old {things}, which this release changes"),
        ("hook-deleted-dependency", Some(maker)) => {
            format!("{owner} needs {things}, and the hook {maker} that makes it is deleted before its pods start")
        }
        (_, Some(maker)) => format!("{owner} needs {things}: {maker} makes it, but not {when}"),
        _ => dangling(world, wants, &owner, &things, object),
    };
    let first = wants.first();
    let mut trace = Vec::new();
    let mut say = |kind, text: String| trace.push(TraceLine { kind, text });
    if let Some(want) = first {
        if rule.id == "hook-sees-old" {
            let text = "the manifest is applied after the hook; what it needs is still that of the last release";
            say(TraceKind::Step, text.into());
        } else {
            let gone = want.supply(world, &explored.before) != Supply::Leftover;
            let is_hook = world.object(want.owner).hook.is_some();
            if is_hook {
                say(TraceKind::Step, format!("{owner} starts {when}"));
            }
            say(TraceKind::Broken, words::broken(world, want, gone));
            let unchanged = world.settled(want.owner).side == Side::Old;
            match (is_hook, unchanged) {
                (true, _) => {
                    say(TraceKind::Noticed, format!("{}, when the time is over: the release fails", words::who(world)));
                }
                (false, true) => say(TraceKind::Noticed, words::noticed(world, want)),
                (false, false) => say(TraceKind::Noticed, "the rollout: the new pods do not get ready".into()),
            }
            if let (false, Some(old)) = (is_hook, deleted_hook(world, want)) {
                say(TraceKind::Command, words::command(world, old));
            }
        }
    }
    if rule.id == "dangling-key" && maker.is_some() && action == Action::Upgrade {
        message += "; only an installation does";
    }
    let mut locations: Vec<_> = wants.iter().map(words::wanted_at).collect();
    // What lacks a key is where it would be added.
    let lacking = wants.first().and_then(|want| lacking(world, want, Side::New).first().map(|(at, _)| *at));
    locations.extend(makers.first().copied().or(lacking).map(|at| words::place(world, at)));
    locations.dedup();
    let subjects = wants.iter().map(|want| want.subject(world)).collect();
    Finding { rule, message, locations, trace, subjects, known: false, acceptance: None }
}

/// What makes the object that is wanted, without the key.
fn lacking<'a>(world: &World<'a>, want: &Want<'_>, side: Side) -> Vec<(At, &'a Produced)> {
    let producers = world.producers(&want.need.object, world.object(want.owner).id.namespace.as_deref());
    producers.into_iter().filter(|(at, _)| at.side == side).collect()
}

/// A reference to what nothing makes.
fn dangling(world: &World<'_>, wants: &[Want<'_>], owner: &str, things: &str, object: &str) -> String {
    let of = |side| wants.first().map(|want| lacking(world, want, side)).unwrap_or_default();
    let new = of(Side::New);
    if let (Some((at, _)), true) = (new.first(), wants.iter().any(|want| want.key.is_some())) {
        let keys = words::some(new.iter().flat_map(|(_, produced)| produced.keys.keys().cloned()));
        let keys = if keys.is_empty() { "no key at all".into() } else { format!("only {keys}") };
        return format!("{owner} refers to {things}, but {} makes {keys}", words::object(world, *at));
    }
    match of(Side::Old).is_empty() {
        false => format!("{owner} refers to {things}: the old chart makes {object}, and the new one does not"),
        true => {
            format!("{owner} refers to {things}, which nothing in the chart makes, although the chart owns {object}")
        }
    }
}

/// The old object whose loss a finding tells, if it is there to be applied again.
fn deleted_hook(world: &World<'_>, want: &Want<'_>) -> Option<At> {
    let makers = made_by(world, want);
    makers.into_iter().find_map(|at| world.twin(at, Side::Old))
}
