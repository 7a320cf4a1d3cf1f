//! What the pods of a template need to start.

use std::collections::BTreeMap;

use super::pods::Found;
use crate::model::{ChartPlace, Need, ObjectRef, Usage};
use crate::yaml::Node;

/// What the pod as such and the container `found` need; `first` is whether it is the pod's first.
pub fn needs(found: &Found<'_>, first: bool, out: &mut Vec<Need>) {
    let mut reader = Reader { found, out };
    if first {
        reader.pod();
    }
    reader.container();
}

/// How often each name stands in the `env` list of a container, and where last.
pub fn count(found: &Found<'_>, out: &mut BTreeMap<(String, String), (usize, ChartPlace)>) {
    for item in found.node.get("env").and_then(Node::list).unwrap_or_default() {
        let Some(name) = item.scalar_at("name") else { continue };
        let place = ChartPlace { file: found.file.into(), line: item.line };
        let known = out.entry((found.container.name.clone(), name.into())).or_insert((0, place.clone()));
        *known = (known.0 + 1, place);
    }
}

struct Reader<'r, 'a> {
    found: &'r Found<'a>,
    out: &'r mut Vec<Need>,
}

impl Reader<'_, '_> {
    fn add(&mut self, kind: &str, name: Option<&str>, key: Option<&str>, optional: bool, usage: Usage, line: u32) {
        let Some(name) = name else { return };
        let container = matches!(usage, Usage::Env(_) | Usage::EnvFrom).then(|| self.found.container.name.clone());
        self.out.push(Need {
            object: ObjectRef { kind: kind.into(), name: name.into() },
            key: key.map(Into::into),
            optional,
            usage,
            prefix: String::new(),
            container,
            place: ChartPlace { file: self.found.file.into(), line },
        });
    }

    fn pod(&mut self) {
        let pod = self.found.pod;
        let account = pod.get("serviceAccountName").or(pod.get("serviceAccount"));
        if let Some(account) = account.filter(|account| account.scalar() != Some("default")) {
            self.add("ServiceAccount", account.scalar(), None, false, Usage::Account, account.line);
        }
        for volume in pod.get("volumes").and_then(Node::list).unwrap_or_default() {
            self.source(volume);
            for source in volume.at(&["projected", "sources"]).and_then(Node::list).unwrap_or_default() {
                self.source(source);
            }
        }
    }

    /// A volume, or a source of a projected one. In volumes a Secret is named `secretName`.
    fn source(&mut self, node: &Node) {
        for (field, kind) in [("secret", "Secret"), ("configMap", "ConfigMap")] {
            let Some(source) = node.get(field) else { continue };
            let name = source.scalar_at("secretName").or(source.scalar_at("name"));
            let optional = source.truth_at("optional");
            let items = source.get("items").and_then(Node::list).unwrap_or_default();
            for item in items {
                self.add(kind, name, item.scalar_at("key"), optional, Usage::Volume, item.line);
            }
            if items.is_empty() {
                self.add(kind, name, None, optional, Usage::Volume, source.line);
            }
        }
        if let Some(claim) = node.get("persistentVolumeClaim") {
            self.add("PersistentVolumeClaim", claim.scalar_at("claimName"), None, false, Usage::Volume, claim.line);
        }
        if let Some(csi) = node.get("csi").filter(|csi| csi.scalar_at("driver") == Some("secrets-store.csi.k8s.io")) {
            let class = csi.at(&["volumeAttributes", "secretProviderClass"]).and_then(Node::scalar);
            self.add("SecretProviderClass", class, None, false, Usage::Volume, csi.line);
        }
    }

    fn container(&mut self) {
        let node = self.found.node;
        for item in node.get("envFrom").and_then(Node::list).unwrap_or_default() {
            for (field, kind) in [("secretRef", "Secret"), ("configMapRef", "ConfigMap")] {
                let Some(reference) = item.get(field) else { continue };
                let optional = reference.truth_at("optional");
                let before = self.out.len();
                self.add(kind, reference.scalar_at("name"), None, optional, Usage::EnvFrom, item.line);
                let prefix = item.scalar_at("prefix").unwrap_or_default();
                self.out.iter_mut().skip(before).for_each(|need| need.prefix = prefix.into());
            }
        }
        for item in node.get("env").and_then(Node::list).unwrap_or_default() {
            let Some(variable) = item.scalar_at("name") else { continue };
            // The kubelet looks at `valueFrom` only if the value is empty.
            if item.scalar_at("value").is_some_and(|value| !value.is_empty()) {
                continue;
            }
            for (field, kind) in [("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")] {
                let Some(reference) = item.at(&["valueFrom", field]) else { continue };
                let optional = reference.truth_at("optional");
                let usage = Usage::Env(variable.into());
                self.add(kind, reference.scalar_at("name"), reference.scalar_at("key"), optional, usage, item.line);
            }
        }
    }
}
