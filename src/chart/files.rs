//! The files that volumes put into a container, and what each holds.

use std::collections::BTreeSet;

use super::objects::Object;
use super::pods::Found;
use super::suppliers::{Asker, Suppliers};
use crate::model::{Held, MountedFile, ObjectRef};
use crate::yaml::Node;

/// The driver of the Secrets Store
/// ([usage](https://secrets-store-csi-driver.sigs.k8s.io/getting-started/usage)).
const SECRETS_STORE: &str = "secrets-store.csi.k8s.io";

/// The files of a container.
pub fn mounted(found: &Found<'_>, suppliers: &Suppliers<'_>, objects: &[Object<'_>]) -> Vec<MountedFile> {
    let volumes = found.pod.get("volumes").and_then(Node::list).unwrap_or_default();
    let mounts = found.node.get("volumeMounts").and_then(Node::list).unwrap_or_default();
    let mut out: Vec<MountedFile> = Vec::new();
    let folders: Vec<&str> = mounts.iter().filter_map(|mount| mount.scalar_at("mountPath")).map(trimmed).collect();
    for mount in mounts {
        let (Some(name), Some(folder)) = (mount.scalar_at("name"), mount.scalar_at("mountPath").map(trimmed)) else {
            continue;
        };
        let Some(volume) = volumes.iter().find(|volume| volume.scalar_at("name") == Some(name)) else { continue };
        if mount.get("subPathExpr").is_some() {
            continue;
        }
        let mut of = Volume { found, suppliers, objects, files: Vec::new() };
        of.add(volume);
        let part = mount.scalar_at("subPath").map(|part| part.trim_matches('/')).filter(|part| !part.is_empty());
        for (path, holds) in of.files {
            let path = match (part, path) {
                (None, Some(path)) => format!("{folder}/{path}"),
                (None, None) => folder.into(),
                // One file of the volume, called as the mount says.
                (Some(part), Some(path)) if part == path => folder.into(),
                _ => continue,
            };
            // What another mount lies over is not seen.
            let deeper = |other: &&str| other.len() > folder.len() && is_within(&path, other);
            if part.is_some() || !folders.iter().any(deeper) {
                out.push(MountedFile { path, volume: name.into(), holds });
            }
        }
    }
    out
}

fn trimmed(path: &str) -> &str {
    path.trim_end_matches('/')
}

fn is_within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A volume on its way into files: the path in it, or none for all keys of an object.
struct Volume<'v, 'a> {
    found: &'v Found<'a>,
    suppliers: &'v Suppliers<'a>,
    objects: &'v [Object<'a>],
    files: Vec<(Option<String>, Vec<Held>)>,
}

impl Volume<'_, '_> {
    fn add(&mut self, volume: &Node) {
        if let Some(secret) = volume.get("secret") {
            self.object("Secret", secret.scalar_at("secretName"), secret);
        }
        if let Some(config) = volume.get("configMap") {
            self.object("ConfigMap", config.scalar_at("name"), config);
        }
        for source in volume.at(&["projected", "sources"]).and_then(Node::list).unwrap_or_default() {
            for (field, kind) in [("secret", "Secret"), ("configMap", "ConfigMap")] {
                if let Some(object) = source.get(field) {
                    self.object(kind, object.scalar_at("name"), object);
                }
            }
        }
        if let Some(csi) = volume.get("csi").filter(|csi| csi.scalar_at("driver") == Some(SECRETS_STORE))
            && let Some(class) = csi.at(&["volumeAttributes", "secretProviderClass"]).and_then(Node::scalar)
        {
            self.class(class);
        }
    }

    /// A Secret or ConfigMap: the keys that `items` list, or all.
    fn object(&mut self, kind: &'static str, name: Option<&str>, source: &Node) {
        let Some(name) = name else { return };
        let asker = Asker { namespace: self.found.namespace, file: self.found.file };
        let object = || ObjectRef { kind: kind.into(), name: name.into() };
        let held = |key: &str| {
            // A volume that waits for a key that nobody makes keeps its pods from starting.
            let provided = self.suppliers.provides(kind, name, key, asker);
            (provided != Some(false)).then(|| Held {
                object: object(),
                key: Some(key.into()),
                provided: provided == Some(true),
            })
        };
        if let Some(items) = source.get("items").and_then(Node::list) {
            for item in items {
                let (Some(key), Some(path)) = (item.scalar_at("key"), item.scalar_at("path")) else { continue };
                self.files.extend(held(key).map(|held| (Some(path.into()), vec![held])));
            }
            return;
        }
        let keys = self.suppliers.keys(kind, name, asker).filter(|keys| !keys.is_empty());
        match keys {
            Some(keys) => self.files.extend(
                keys.iter().filter_map(|supplied| Some((Some(supplied.key.into()), vec![held(supplied.key)?]))),
            ),
            None => self.files.push((None, vec![Held { object: object(), key: None, provided: false }])),
        }
    }

    /// A SecretProviderClass: whatever its parameters name may be a file; what a synced Secret's key is made from
    /// is one.
    fn class(&mut self, name: &str) {
        let namespace = self.found.namespace;
        let is_meant = |object: &&Object<'_>| {
            object.kind == "SecretProviderClass"
                && object.name == name
                && (object.namespace.is_none() || namespace.is_none() || object.namespace == namespace)
        };
        let Some(class) = self.objects.iter().find(is_meant) else { return };
        let mut words: BTreeSet<&str> = BTreeSet::new();
        for (_, text) in class.node.at(&["spec", "parameters"]).and_then(Node::map).unwrap_or_default() {
            let split = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
            words.extend(text.scalar().unwrap_or_default().split(split).filter(|word| !word.is_empty()));
        }
        let synced = class.node.at(&["spec", "secretObjects"]).and_then(Node::list).unwrap_or_default();
        for word in words {
            let object = ObjectRef { kind: "SecretProviderClass".into(), name: name.into() };
            let mut holds = vec![Held { object, key: Some(word.into()), provided: true }];
            for secret in synced {
                let Some(secret_name) = secret.scalar_at("secretName") else { continue };
                let data = secret.get("data").and_then(Node::list).unwrap_or_default();
                let made = data.iter().filter(|item| item.scalar_at("objectName") == Some(word));
                holds.extend(made.filter_map(|item| item.scalar_at("key")).map(|key| Held {
                    object: ObjectRef { kind: "Secret".into(), name: secret_name.into() },
                    key: Some(key.into()),
                    provided: true,
                }));
            }
            self.files.push((Some(word.into()), holds));
        }
    }
}
