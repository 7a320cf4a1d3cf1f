//! Files that a pod mounts from ConfigMaps of the same input.

use super::pods::Found;
use super::suppliers::{Asker, Suppliers};
use crate::yaml::Node;

/// Their texts, each with its place for a sentence, in the order of the mounts.
pub fn mounted<'a>(found: &Found<'_>, suppliers: &Suppliers<'a>) -> Vec<(String, &'a str)> {
    let asker = Asker { namespace: found.namespace, file: found.file };
    let volumes = found.pod.get("volumes").and_then(Node::list).unwrap_or_default();
    let mounts = found.node.get("volumeMounts").and_then(Node::list).unwrap_or_default();
    let mut names: Vec<&str> = Vec::new();
    for mount in mounts.iter().filter_map(|mount| mount.scalar_at("name")) {
        let Some(volume) = volumes.iter().find(|volume| volume.scalar_at("name") == Some(mount)) else { continue };
        let projected = volume.at(&["projected", "sources"]).and_then(Node::list).unwrap_or_default();
        let own = std::iter::once(volume).chain(projected);
        for name in own.filter_map(|source| source.get("configMap")?.scalar_at("name")) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let mut out = Vec::new();
    for name in names {
        for supplied in suppliers.keys("ConfigMap", name, asker).unwrap_or_default() {
            let place = format!("ConfigMap {name} key {}, which it mounts", supplied.key);
            out.extend(supplied.literal.map(|text| (place, text)));
        }
    }
    out
}
