//! What pods need, one by one.

use super::cluster::{At, Cluster, Supply, World};
use crate::model::{Need, Usage};

/// Something that a pod needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Want<'a> {
    /// Whose pod.
    pub owner: At,
    /// The need in its template.
    pub need: &'a Need,
    /// The key; of an `envFrom` each of those known.
    pub key: Option<&'a str>,
    /// Whether the pod starts without it.
    pub soft: bool,
}

/// What the pods of the object at `owner` need; the keys of an `envFrom` are those that its own chart tells.
pub fn wants<'a>(world: &World<'a>, owner: At) -> Vec<Want<'a>> {
    let object = world.object(owner);
    let namespace = object.id.namespace.as_deref();
    let mut out = Vec::new();
    for need in object.pods.iter().flat_map(|pod| &pod.needs) {
        out.push(Want { owner, need, key: need.key.as_deref(), soft: need.optional });
        if need.usage != Usage::EnvFrom {
            continue;
        }
        for (at, produced) in world.producers(&need.object, namespace) {
            if at.side == owner.side {
                let keys = produced.keys.keys();
                out.extend(keys.map(|key| Want { owner, need, key: Some(key.as_str()), soft: true }));
            }
        }
    }
    out
}

impl Want<'_> {
    /// Whether it is there.
    pub fn supply(&self, world: &World<'_>, cluster: &Cluster) -> Supply {
        world.supply(cluster, self.owner, self.need, self.key)
    }

    /// What it is about, for comparisons: the same in both charts.
    pub fn subject(&self, world: &World<'_>) -> String {
        let id = &world.object(self.owner).id;
        let object = &self.need.object;
        format!("{}/{} {}/{} {}", id.kind, id.name, object.kind, object.name, self.key.unwrap_or("*"))
    }

    /// The variable that it becomes.
    pub fn variable(&self) -> Option<String> {
        match &self.need.usage {
            Usage::Env(name) => Some(name.clone()),
            Usage::EnvFrom => self.key.map(|key| format!("{}{key}", self.need.prefix)),
            Usage::Volume | Usage::Account => None,
        }
    }

    /// Whether the object at `owner` needs it too.
    pub fn is_of(&self, world: &World<'_>, owner: At) -> bool {
        let needs = world.object(owner).pods.iter().flat_map(|pod| &pod.needs);
        needs.into_iter().any(|need| need.object == self.need.object && need.key.as_deref() == self.key)
    }
}
