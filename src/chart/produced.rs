//! The keys of Secrets and ConfigMaps that an object makes, itself or through a controller.

use std::collections::BTreeMap;

use super::fingerprint;
use super::objects::Object;
use crate::model::{Leftover, Maker, ObjectRef, Produced};
use crate::yaml::Node;

/// Custom resources of which a controller makes a Secret whose keys the chart does not tell: the kind,
/// where the Secret's name stands (none: it has the resource's own), and where keys that are known stand.
const OPEN: [(&str, &[&str], &[&str]); 8] = [
    // cert-manager: tls.crt, tls.key, ca.crt and others.
    ("Certificate", &["spec", "secretName"], &[]),
    // Vault Secrets Operator.
    ("VaultStaticSecret", &["spec", "destination", "name"], &["spec", "destination", "transformation", "templates"]),
    ("VaultDynamicSecret", &["spec", "destination", "name"], &["spec", "destination", "transformation", "templates"]),
    ("VaultPKISecret", &["spec", "destination", "name"], &["spec", "destination", "transformation", "templates"]),
    ("InfisicalSecret", &["spec", "managedSecretReference", "secretName"], &[]),
    ("DopplerSecret", &["spec", "managedSecret", "name"], &[]),
    ("OnePasswordItem", &[], &[]),
    ("AzureKeyVaultSecret", &["spec", "output", "secret", "name"], &[]),
];

/// Annotations and labels that ask a controller to fill an object: it holds more than the chart says.
const FILLED: [&str; 8] = [
    "replicator.v1.mittwald.de/replicate-from",
    "reflector.v1.k8s.emberstack.com/reflects",
    "kubernetes.io/service-account.name",
    "config.openshift.io/inject-trusted-cabundle",
    "service.beta.openshift.io/inject-cabundle",
    "cert-manager.io/inject-ca-from",
    "secret-generator.v1.mittwald.de/autogenerate",
    "secret-generator.v1.mittwald.de/type",
];

/// What the object makes.
pub fn produced(object: &Object<'_>) -> Vec<Produced> {
    let node = object.node;
    match object.kind {
        "Secret" => vec![own(object, &["data", "stringData"])],
        "ConfigMap" => vec![own(object, &["data", "binaryData"])],
        "SecretProviderClass" => synced(node),
        "ExternalSecret" => vec![external(object)],
        "SealedSecret" => {
            let name = node.at(&["spec", "template", "metadata", "name"]).and_then(Node::scalar);
            let mut keys = keys_at(node, &["spec", "encryptedData"]);
            keys.extend(keys_at(node, &["spec", "template", "data"]));
            vec![secret(name.unwrap_or(object.name), keys, false, Maker::Controller, Leftover::Gone, Leftover::Gone)]
        }
        kind => {
            let Some((_, path, known)) = OPEN.iter().find(|(open, ..)| *open == kind) else { return Vec::new() };
            let name = if path.is_empty() { Some(object.name) } else { node.at(path).and_then(Node::scalar) };
            let keys = if known.is_empty() { BTreeMap::new() } else { keys_at(node, known) };
            let left = Leftover::Unknown;
            name.map(|name| secret(name, keys, true, Maker::Controller, left, left)).into_iter().collect()
        }
    }
}

/// A Secret or ConfigMap of the chart itself.
fn own(object: &Object<'_>, fields: &[&str]) -> Produced {
    let mut keys = BTreeMap::new();
    for field in fields {
        keys.extend(keys_at(object.node, &[field]));
    }
    let metadata = |part| object.node.at(&["metadata", part]).and_then(Node::map).unwrap_or_default();
    let filled = metadata("annotations").iter().chain(metadata("labels"));
    let filled = filled.into_iter().any(|(key, _)| FILLED.contains(&key.text.as_str()));
    // An empty one is a place that something else fills.
    let open = keys.is_empty() || filled;
    let reference = ObjectRef { kind: object.kind.into(), name: object.name.into() };
    let left = Leftover::Gone;
    let places = BTreeMap::new();
    Produced { object: reference, keys, places, open, maker: Maker::Itself, unlisted: left, deleted: left }
}

/// `secretObjects`: a key taken from them goes at some reconcile or not at all, and a whole one, or the
/// class, leaves its Secret behind as long as a pod that mounted it lives
/// (`controllers/secretproviderclasspodstatus_controller.go`).
fn synced(node: &Node) -> Vec<Produced> {
    let items = node.at(&["spec", "secretObjects"]).and_then(Node::list).unwrap_or_default();
    let mut out = Vec::new();
    for item in items {
        let Some(name) = item.scalar_at("secretName") else { continue };
        let data = item.get("data").and_then(Node::list).unwrap_or_default();
        let keys = data.iter().filter_map(|item| Some((item.scalar_at("key")?.to_string(), fingerprint::of(item))));
        let left = Leftover::Unknown;
        out.push(secret(name, keys.collect(), false, Maker::CsiDriver, left, left));
    }
    out
}

/// An ExternalSecret (`external-secrets.io`, `pkg/controllers/externalsecret`): with a template that
/// replaces, only its keys; else one key for each of `data`, and unknown ones for `dataFrom`.
fn external(object: &Object<'_>) -> Produced {
    let node = object.node;
    let name = node.at(&["spec", "target", "name"]).and_then(Node::scalar).unwrap_or(object.name);
    let data = node.at(&["spec", "data"]).and_then(Node::list).unwrap_or_default();
    let listed = data.iter().filter_map(|item| Some((item.scalar_at("secretKey")?.to_string(), fingerprint::of(item))));
    let template = node.at(&["spec", "target", "template"]);
    let templated = template.map(|template| keys_at(template, &["data"])).unwrap_or_default();
    let part = |field| template.and_then(|template| template.get(field));
    let replaces = part("mergePolicy").and_then(Node::scalar) != Some("Merge");
    let from = node.at(&["spec", "dataFrom"]).and_then(Node::list).is_some_and(|items| !items.is_empty());
    let policy = node.at(&["spec", "target", "creationPolicy"]).and_then(Node::scalar).unwrap_or("Owner");
    let closed = !templated.is_empty() && replaces && part("templateFrom").is_none();
    let mut keys = templated;
    if keys.is_empty() || !replaces {
        keys.extend(listed);
    }
    let open = (from && !closed) || part("templateFrom").is_some() || policy != "Owner";
    let left = if policy == "Owner" { Leftover::Gone } else { Leftover::Unknown };
    secret(name, keys, open, Maker::Controller, left, left)
}

fn secret(
    name: &str,
    keys: BTreeMap<String, u64>,
    open: bool,
    maker: Maker,
    unlisted: Leftover,
    deleted: Leftover,
) -> Produced {
    let object = ObjectRef { kind: "Secret".into(), name: name.into() };
    Produced { object, keys, places: BTreeMap::new(), open, maker, unlisted, deleted }
}

/// The keys of the mapping at `path`.
fn keys_at(node: &Node, path: &[&str]) -> BTreeMap<String, u64> {
    let pairs = node.at(path).and_then(Node::map).unwrap_or_default();
    pairs.iter().map(|(key, value)| (key.text.clone(), fingerprint::of(value))).collect()
}
