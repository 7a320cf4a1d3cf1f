//! What the difference of the two charts says by itself.

use std::collections::{BTreeMap, BTreeSet};

use super::cluster::{At, Side, Supply, World};
use super::explore::Exploration;
use super::rules;
use super::steps;
use super::wants::{self, Want};
use super::words;
use crate::model::{ChartObject, Finding, FindingPlace, Maker, Produced, Rule, TraceKind, TraceLine, Usage};

/// How many keys of one Secret may go at once.
pub const BATCH: usize = 5;

/// Adds the findings; `told` are numbers of objects of which is told already what a hook takes away.
pub fn check(world: &World<'_>, explored: &Exploration, told: &BTreeSet<usize>, out: &mut Vec<Finding>) {
    hook_owned(world, explored, told, out);
    unsynced(world, out);
    latent(world, out);
    repeated(world, out);
    mixed(world, out);
    unmounted(world, out);
    not_owned(world, explored, out);
}

fn push(out: &mut Vec<Finding>, rule: &'static Rule, message: String, locations: Vec<FindingPlace>, subject: String) {
    out.push(Finding {
        rule,
        message,
        locations,
        trace: Vec::new(),
        subjects: vec![subject],
        known: false,
        acceptance: None,
    });
}

/// The keys that a producer no longer lists.
fn removed<'a>(old: &'a Produced, new: &ChartObject) -> Vec<&'a str> {
    let still = |key: &str| {
        let same = new.produces.iter().filter(|produced| produced.object == old.object);
        same.into_iter().any(|produced| produced.keys.contains_key(key))
    };
    old.keys.keys().map(String::as_str).filter(|key| !still(key)).collect()
}

/// Objects of hooks that change and that pods of the manifest need.
fn hook_owned(world: &World<'_>, explored: &Exploration, told: &BTreeSet<usize>, out: &mut Vec<Finding>) {
    let events = steps::OF_UPGRADES;
    let running = explored.before.running(world);
    for (at, object) in world.all(Side::New) {
        let Some(hook) = &object.hook else { continue };
        let old = world.twin(at, Side::Old).filter(|old| world.object(*old).content != object.content);
        let Some(old) = old.filter(|_| hook.events.iter().any(|event| events.contains(event))) else { continue };
        let uses = |want: &&Want| changes(world.object(old), object, want);
        let wants: Vec<Want> = running.iter().flat_map(|owner| wants::wants(world, *owner)).collect();
        let users: Vec<&Want> = wants.iter().filter(uses).collect();
        if told.contains(&world.number(at)) || users.is_empty() {
            continue;
        }
        let users = words::some(users.iter().map(|want| words::object(world, want.owner)));
        let name = words::object(world, at);
        let text = format!("{} overwrites {name} before the rest of the release", words::who(world));
        let mut trace = vec![TraceLine { kind: TraceKind::Step, text }];
        trace.extend(words::recovery(world, Some(at), true));
        out.push(Finding {
            rule: rules::HOOK_OWNED_DEPENDENCY,
            message: format!(
                "the hook {name} changes in this release, no rollback restores it, and it is needed by {users}"
            ),
            locations: vec![words::place(world, at), words::place(world, old)],
            trace,
            subjects: vec![name],
            known: false,
            acceptance: None,
        });
    }
}

/// Whether what is wanted is another in the new version of an object.
fn changes(old: &ChartObject, new: &ChartObject, want: &Want<'_>) -> bool {
    let wanted = &want.need.object;
    let Some(before) = old.produces.iter().find(|produced| produced.object == *wanted) else {
        return wanted.kind == old.id.kind && wanted.name == old.id.name && old.rest != new.rest;
    };
    let after = new.produces.iter().find(|produced| produced.object == *wanted);
    let content = |produced: &Produced, key: &str| produced.keys.get(key).copied();
    match (want.key, after) {
        (_, None) => true,
        (Some(key), Some(after)) => content(before, key) != content(after, key),
        // The keys of an `envFrom` are wanted one by one.
        (None, Some(after)) => want.need.usage == Usage::Volume && before.keys != after.keys,
    }
}

/// Many keys of a synced Secret at once.
fn unsynced(world: &World<'_>, out: &mut Vec<Finding>) {
    for (at, object) in world.all(Side::Old) {
        let Some(twin) = world.twin(at, Side::New) else { continue };
        for produced in object.produces.iter().filter(|produced| produced.maker == Maker::CsiDriver) {
            let gone = removed(produced, world.object(twin));
            let all = gone.len() == produced.keys.len();
            if gone.len() < 2 || !(all || gone.len() > BATCH) {
                continue;
            }
            let many = if all { format!("all {}", gone.len()) } else { gone.len().to_string() };
            let secret = &produced.object.name;
            let message = format!(
                "{} stops syncing {many} keys of Secret {secret} at once; which of them then go is not known",
                words::object(world, at)
            );
            let locations = vec![words::place(world, twin), words::place(world, at)];
            push(out, rules::BULK_UNSYNC, message, locations, format!("{} {secret}", object.id.name));
        }
    }
}

/// Keys that go while the pods that take them by `envFrom` are not replaced.
fn latent(world: &World<'_>, out: &mut Vec<Finding>) {
    let mut found: BTreeMap<(At, At), (BTreeSet<&str>, &Want)> = BTreeMap::new();
    let workloads = world.all(Side::Old).filter(|(_, object)| object.hook.is_none());
    let all: Vec<Want> = workloads.flat_map(|(at, _)| wants::wants(world, at)).collect();
    for want in all.iter().filter(|want| want.need.usage == Usage::EnvFrom) {
        let (Some(key), Some(twin)) = (want.key, world.twin(want.owner, Side::New)) else { continue };
        let (old, new) = (world.object(want.owner), world.object(twin));
        let same = old.pods.iter().map(|pod| pod.content).eq(new.pods.iter().map(|pod| pod.content));
        if !same || new.pods.iter().any(|pod| pod.reloaded) {
            continue;
        }
        let namespace = old.id.namespace.as_deref();
        let producers = world.producers(&want.need.object, namespace);
        let still = |side| {
            let on_side = producers.iter().filter(move |(at, _)| at.side == side);
            on_side.into_iter().any(|(_, produced)| produced.open || produced.keys.contains_key(key))
        };
        if !still(Side::Old) || still(Side::New) {
            continue;
        }
        let maker = producers.iter().find(|(at, produced)| at.side == Side::Old && produced.keys.contains_key(key));
        if let Some((maker, _)) = maker {
            found.entry((*maker, want.owner)).or_insert_with(|| (BTreeSet::new(), want)).0.insert(key);
        }
    }
    for ((maker, owner), (keys, want)) in found {
        let keys = words::some(keys.into_iter().map(String::from));
        let (maker_name, owner_name) = (words::object(world, maker), words::object(world, owner));
        let message = format!(
            "{keys} goes from {maker_name} and nothing replaces the pods of {owner_name}: it takes effect when one starts next"
        );
        let new = world.twin(maker, Side::New).unwrap_or(maker);
        let locations = vec![words::place(world, new), words::wanted_at(want)];
        let mut finding = Finding {
            rule: rules::LATENT_CHANGE,
            message,
            locations,
            trace: Vec::new(),
            subjects: vec![format!("{maker_name} {owner_name} {keys}")],
            known: false,
            acceptance: None,
        };
        finding.trace.push(TraceLine { kind: TraceKind::Noticed, text: words::noticed(world, want) });
        out.push(finding);
    }
}

/// One of two items of an env list goes.
fn repeated(world: &World<'_>, out: &mut Vec<Finding>) {
    for (at, old) in world.all(Side::Old) {
        let Some(twin) = world.twin(at, Side::New) else { continue };
        let new = &world.object(twin).pods;
        for (pod, new) in old.pods.iter().zip(new) {
            for ((container, name), (before, place)) in &pod.env {
                let after = new.env.get(&(container.clone(), name.clone())).map_or(0, |(count, _)| *count);
                if after == 0 || after >= *before {
                    continue;
                }
                let object = words::object(world, at);
                let message = format!(
                    "{object}, container {container}: {name} stood {before} times and now {after}; a strategic merge patch may remove all"
                );
                let locations = vec![FindingPlace { new: false, place: place.clone() }, words::place(world, twin)];
                push(out, rules::DUPLICATE_ENV, message, locations, format!("{object} {container} {name}"));
            }
        }
    }
}

/// Several concerns in one release.
fn mixed(world: &World<'_>, out: &mut Vec<Finding>) {
    // In the order in which they are best released.
    let mut concerns: BTreeMap<(usize, &str), Vec<At>> = BTreeMap::new();
    let mut add = |kind, at| concerns.entry(kind).or_default().push(at);
    for (at, old) in world.all(Side::Old) {
        let Some(twin) = world.twin(at, Side::New) else { continue };
        let new = world.object(twin);
        if old.content == new.content {
            continue;
        }
        let lost = |want: &Want| matches!(want.need.usage, Usage::Env(_)) && !want.is_of(world, twin);
        if wants::wants(world, at).iter().any(lost) {
            add((0, "references to keys are removed"), twin);
        }
        if old.produces.iter().any(|produced| !removed(produced, new).is_empty()) {
            add((2, "keys are removed"), twin);
        }
        let account = |object: &ChartObject| -> Vec<String> {
            let needs = object.pods.iter().flat_map(|pod| &pod.needs);
            needs.filter(|need| need.usage == Usage::Account).map(|need| need.object.name.clone()).collect()
        };
        let identity = new.hook.is_some() && account(old) != account(new);
        if identity || old.id.kind == "ServiceAccount" {
            add((1, "the identity that pods run with changes"), twin);
        }
    }
    if concerns.len() < 2 {
        return;
    }
    let told = concerns.iter().map(|((_, kind), objects)| {
        format!("{kind} ({})", words::some(objects.iter().map(|at| words::object(world, *at))))
    });
    let message = format!(
        "this release does several things at once; release them one after the other: {}",
        told.collect::<Vec<_>>().join("; then ")
    );
    let first = concerns.values().filter_map(|objects| objects.first());
    let locations = first.map(|at| words::place(world, *at)).collect();
    push(out, rules::MIXED_CONCERNS, message, locations, "release".into());
}

/// Classes that sync and that no pod of the chart mounts.
fn unmounted(world: &World<'_>, out: &mut Vec<Finding>) {
    for (at, object) in world.all(Side::New) {
        let syncs = object.produces.iter().find(|produced| produced.maker == Maker::CsiDriver);
        let mounted = |other: &ChartObject| {
            let needs = other.pods.iter().flat_map(|pod| &pod.needs);
            needs.into_iter().any(|need| need.object.kind == object.id.kind && need.object.name == object.id.name)
        };
        if let Some(produced) = syncs.filter(|_| !world.side(Side::New).iter().any(mounted)) {
            let name = words::object(world, at);
            let message =
                format!("no pod of the chart mounts {name}, so that Secret {} is not made", produced.object.name);
            push(out, rules::SYNC_WITHOUT_MOUNT, message, vec![words::place(world, at)], name);
        }
    }
}

/// Objects that the chart does not make, each once.
fn not_owned(world: &World<'_>, explored: &Exploration, out: &mut Vec<Finding>) {
    let Some(done) = explored.states.iter().find(|state| state.stop == super::explore::Stop::Done) else { return };
    let mut found: BTreeMap<(&str, &str), Vec<Want>> = BTreeMap::new();
    for want in world.all(Side::New).flat_map(|(at, _)| wants::wants(world, at)).filter(|want| !want.soft) {
        if want.supply(world, &done.cluster) == Supply::NotOwned {
            found.entry((&want.need.object.kind, &want.need.object.name)).or_default().push(want);
        }
    }
    for ((kind, name), wants) in found {
        let keys: BTreeSet<&str> = wants.iter().filter_map(|want| want.key).collect();
        let users = words::some(wants.iter().map(|want| words::object(world, want.owner)));
        let mut message = format!("{kind} {name} is not in the chart, and is needed by {users}");
        if !keys.is_empty() {
            message += &format!(" (keys: {})", words::some(keys.into_iter().map(String::from)));
        }
        let locations = wants.first().map(words::wanted_at).into_iter().collect();
        push(out, rules::NOT_OWNED, message, locations, format!("{kind} {name}"));
    }
}
