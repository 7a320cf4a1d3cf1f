//! What a planned release says: what changes, and how to see that it arrived.

use std::collections::BTreeSet;

use super::cluster::{At, World};
use super::words;
use crate::model::{ChartObject, Concern, PlannedChange, Usage};

/// What changes in an object.
pub fn change(world: &World<'_>, concern: Concern, old: Option<At>, new: Option<At>) -> PlannedChange {
    let at = new.or(old);
    let name = at.map(|at| words::object(world, at)).unwrap_or_default();
    let place = at.map(|at| words::place(world, at).place);
    let keys = |at: Option<At>| -> BTreeSet<String> {
        let objects = at.into_iter().map(|at| world.object(at));
        objects.flat_map(|object| &object.produces).flat_map(|produced| produced.keys.keys().cloned()).collect()
    };
    let variables = |at: Option<At>| -> BTreeSet<String> {
        let objects = at.into_iter().map(|at| world.object(at));
        let pods = objects.flat_map(|object| &object.pods);
        pods.flat_map(|pod| pod.env.keys().map(|(_, name)| name.clone())).collect()
    };
    let (before, after) = match concern {
        Concern::References | Concern::Identity => (variables(old), variables(new)),
        _ => (keys(old), keys(new)),
    };
    let (less, more) = (before.difference(&after), after.difference(&before));
    let mut parts = Vec::new();
    for (what, names) in [("without", less.cloned().collect::<Vec<_>>()), ("with", more.cloned().collect())] {
        if !names.is_empty() {
            parts.push(format!("{what} {}", names.join(", ")));
        }
    }
    let account = |at: Option<At>| {
        let pods = at.into_iter().flat_map(|at| &world.object(at).pods);
        let mut needs = pods.flat_map(|pod| &pod.needs).filter(|need| need.usage == Usage::Account);
        needs.next().map_or_else(|| "default".into(), |need| need.object.name.clone())
    };
    if concern == Concern::Identity && old.is_some() && new.is_some() && account(old) != account(new) {
        parts.push(format!("serviceAccountName {} instead of {}", account(new), account(old)));
    }
    let what = match (old, new) {
        (None, _) => "added".into(),
        (_, None) => "removed".into(),
        _ if concern == Concern::Keep => "annotated with helm.sh/resource-policy: keep".into(),
        _ if parts.is_empty() => "changed".into(),
        _ => parts.join("; "),
    };
    PlannedChange { object: name, place, what }
}

/// How to see that an object arrived.
pub fn verify(object: &ChartObject) -> Vec<String> {
    let namespace = object.id.namespace.as_ref().map(|name| format!(" -n {name}")).unwrap_or_default();
    let mut out: Vec<String> = object
        .produces
        .iter()
        .map(|produced| {
            let kind = produced.object.kind.to_lowercase();
            format!("kubectl get {kind} {}{namespace} -o json | jq -c '.data | keys'", produced.object.name)
        })
        .collect();
    if matches!(object.id.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet") {
        out.push(format!("kubectl rollout status {}/{}{namespace}", object.id.kind.to_lowercase(), object.id.name));
    }
    if object.id.kind == "Job" {
        out.push(format!("kubectl logs job/{}{namespace}", object.id.name));
    }
    out
}
