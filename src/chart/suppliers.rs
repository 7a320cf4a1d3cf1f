//! The objects that hold the values: ConfigMaps, Secrets, and the Secrets that the Secrets Store CSI
//! driver makes from `SecretProviderClass.spec.secretObjects`.

use std::collections::{BTreeMap, BTreeSet};

use super::objects::Object;
use crate::yaml::{Key, Node};

/// The suppliers in the input, by kind (`ConfigMap`, `Secret`) and name.
#[derive(Default)]
pub struct Suppliers<'a> {
    by_kind: BTreeMap<&'static str, BTreeMap<&'a str, Vec<Supplier<'a>>>>,
}

struct Supplier<'a> {
    namespace: Option<&'a str>,
    file: &'a str,
    /// Made by the CSI driver.
    synced: bool,
    keys: Vec<Supplied<'a>>,
    /// Where in `keys` a key is.
    index: BTreeMap<&'a str, usize>,
}

/// A key of a supplier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supplied<'a> {
    /// The key.
    pub key: &'a str,
    /// Its text; never of a Secret.
    pub literal: Option<&'a str>,
    /// Where it stands: the file,
    pub file: &'a str,
    /// the line,
    pub line: u32,
    /// and the column.
    pub column: u32,
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
            let file = object.document.file;
            let supplied = |key: &'a Key, literal: Option<&'a str>| Supplied {
                key: &key.text,
                literal,
                file,
                line: key.line,
                column: key.column,
            };
            match object.kind {
                "ConfigMap" => {
                    let data = pairs(object.node, "data").map(|(key, value)| supplied(key, value.scalar()));
                    let binary = pairs(object.node, "binaryData").map(|(key, _)| supplied(key, None));
                    out.add("ConfigMap", object.name, object, false, data.chain(binary).collect());
                }
                "Secret" => {
                    let keys = ["data", "stringData"].into_iter();
                    let keys = keys.flat_map(|field| pairs(object.node, field));
                    let keys = keys.map(|(key, _)| supplied(key, None));
                    out.add("Secret", object.name, object, false, keys.collect());
                }
                "SecretProviderClass" => {
                    let synced = object.node.at(&["spec", "secretObjects"]).and_then(Node::list);
                    for secret in synced.unwrap_or_default() {
                        let Some(name) = secret.scalar_at("secretName") else {
                            continue;
                        };
                        let data = secret.get("data").and_then(Node::list).unwrap_or_default();
                        let keys = data.iter().filter_map(|item| item.get("key"));
                        let keys = keys.filter_map(|node| {
                            let key = node.scalar()?;
                            Some(Supplied { key, literal: None, file, line: node.line, column: node.column })
                        });
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
        let index = keys.iter().enumerate().map(|(index, supplied)| (supplied.key, index)).collect();
        let supplier = Supplier { namespace, file, synced, keys, index };
        self.by_kind.entry(kind).or_default().entry(name).or_default().push(supplier);
    }

    /// The object of that name and those that the CSI driver makes. Of several objects the one in the
    /// asker's namespace counts, then the one in its file, then the last, as the later of two applied
    /// objects does.
    fn find(&self, kind: &'static str, name: &str, asker: Asker<'_>) -> (Option<&Supplier<'a>>, Vec<&Supplier<'a>>) {
        let known =
            self.by_kind.get(kind).and_then(|of_kind| of_kind.get(name)).map(Vec::as_slice).unwrap_or_default().iter();
        let known =
            known.filter(|it| it.namespace.is_none() || asker.namespace.is_none() || it.namespace == asker.namespace);
        let (synced, own): (Vec<_>, Vec<_>) = known.partition(|it| it.synced);
        let best = own.into_iter().max_by_key(|it| (it.namespace == asker.namespace, it.file == asker.file));
        (best, synced)
    }

    /// The keys of an object, each once, in the order of the file, with what the CSI driver puts into
    /// it; `None` if it is not in the input.
    pub fn keys(&self, kind: &'static str, name: &str, asker: Asker<'_>) -> Option<Vec<Supplied<'a>>> {
        let (best, synced) = self.find(kind, name, asker);
        if best.is_none() && synced.is_empty() {
            return None;
        }
        let mut seen = BTreeSet::new();
        let all = best.into_iter().chain(synced).flat_map(|it| &it.keys);
        Some(all.filter(|supplied| seen.insert(supplied.key)).copied().collect())
    }

    /// Whether an object of the input has a key; `None` if it is not in the input, or empty there.
    pub fn provides(&self, kind: &'static str, name: &str, key: &str, asker: Asker<'_>) -> Option<bool> {
        let (best, synced) = self.find(kind, name, asker);
        let mut filled = best.into_iter().chain(synced).filter(|it| !it.keys.is_empty()).peekable();
        filled.peek()?;
        Some(filled.any(|it| it.index.contains_key(key)))
    }

    /// The text of a key of a ConfigMap in the input.
    pub fn literal(&self, name: &str, key: &str, asker: Asker<'_>) -> Option<&'a str> {
        let supplier = self.find("ConfigMap", name, asker).0?;
        supplier.keys[*supplier.index.get(key)?].literal
    }
}

/// The entries of the mapping under `field`.
fn pairs<'a>(node: &'a Node, field: &str) -> impl Iterator<Item = &'a (Key, Node)> + use<'a> {
    let entries = node.get(field).and_then(Node::map).unwrap_or_default();
    entries.iter()
}
