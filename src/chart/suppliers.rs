//! The objects that hold the values: ConfigMaps, Secrets, and the Secrets that the Secrets Store CSI
//! driver makes from `SecretProviderClass.spec.secretObjects`.

use std::collections::BTreeMap;

use super::objects::Object;
use super::yaml::Node;

/// The suppliers in the input, by kind (`ConfigMap`, `Secret`) and name.
#[derive(Default)]
pub struct Suppliers<'a> {
    by_name: BTreeMap<(&'static str, &'a str), Vec<Supplier<'a>>>,
}

struct Supplier<'a> {
    namespace: Option<&'a str>,
    file: &'a str,
    /// Made by the CSI driver.
    synced: bool,
    keys: Vec<Supplied<'a>>,
}

/// A key of a supplier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supplied<'a> {
    /// The key.
    pub key: &'a str,
    /// Its text; never of a Secret.
    pub literal: Option<&'a str>,
}

/// Who asks for a supplier.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// The namespace of the workload.
    pub namespace: Option<&'a str>,
    /// The file it stands in.
    pub file: &'a str,
}

impl<'a> Suppliers<'a> {
    /// Gathers them.
    pub fn of(objects: &[Object<'a>]) -> Self {
        let mut out = Suppliers::default();
        for object in objects {
            match object.kind {
                "ConfigMap" => {
                    let data = pairs(object.node, "data").map(|(key, value)| Supplied { key, literal: value.scalar() });
                    let binary = pairs(object.node, "binaryData").map(|(key, _)| Supplied { key, literal: None });
                    out.add("ConfigMap", object.name, object, false, data.chain(binary).collect());
                }
                "Secret" => {
                    let keys = ["data", "stringData"].into_iter();
                    let keys = keys.flat_map(|field| pairs(object.node, field));
                    let keys = keys.map(|(key, _)| Supplied { key, literal: None });
                    out.add("Secret", object.name, object, false, keys.collect());
                }
                "SecretProviderClass" => {
                    let synced = object.node.at(&["spec", "secretObjects"]).and_then(Node::list);
                    for secret in synced.unwrap_or_default() {
                        let Some(name) = secret.scalar_at("secretName") else {
                            continue;
                        };
                        let data = secret.get("data").and_then(Node::list).unwrap_or_default();
                        let keys = data.iter().filter_map(|item| item.scalar_at("key"));
                        let keys = keys.map(|key| Supplied { key, literal: None });
                        out.add("Secret", name, object, true, keys.collect());
                    }
                }
                _ => {}
            }
        }
        out
    }

    fn add(&mut self, kind: &'static str, name: &'a str, object: &Object<'a>, synced: bool, keys: Vec<Supplied<'a>>) {
        let (namespace, file) = (object.namespace, object.document.file);
        let supplier = Supplier { namespace, file, synced, keys };
        self.by_name.entry((kind, name)).or_default().push(supplier);
    }

    /// The keys of an object, each once, in the order of the file; `None` if it is not in the input.
    /// Of several with that name the one in the asker's namespace counts, then the one in its file,
    /// then the last, as the later of two applied objects does; what the CSI driver puts into a
    /// Secret counts besides.
    pub fn keys(&self, kind: &'static str, name: &str, asker: Asker<'_>) -> Option<Vec<Supplied<'a>>> {
        let known = self.by_name.get(&(kind, name))?.iter();
        let known =
            known.filter(|it| it.namespace.is_none() || asker.namespace.is_none() || it.namespace == asker.namespace);
        let (synced, own): (Vec<_>, Vec<_>) = known.partition(|it| it.synced);
        let best = own.into_iter().max_by_key(|it| (it.namespace == asker.namespace, it.file == asker.file));
        if best.is_none() && synced.is_empty() {
            return None;
        }
        let mut out: Vec<Supplied<'a>> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for supplied in best.into_iter().chain(synced).flat_map(|it| &it.keys) {
            if seen.insert(supplied.key) {
                out.push(*supplied);
            }
        }
        Some(out)
    }

    /// The text of a key of a ConfigMap in the input.
    pub fn literal(&self, name: &str, key: &str, asker: Asker<'_>) -> Option<&'a str> {
        self.keys("ConfigMap", name, asker)?.into_iter().find(|it| it.key == key)?.literal
    }
}

/// The entries of the mapping under `field`.
fn pairs<'a>(node: &'a Node, field: &str) -> impl Iterator<Item = (&'a str, &'a Node)> + use<'a> {
    let entries = node.get(field).and_then(Node::map).unwrap_or_default();
    entries.iter().map(|(key, value)| (key.text.as_str(), value))
}
