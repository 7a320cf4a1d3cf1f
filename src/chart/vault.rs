//! Annotations that ask the [Vault agent injector][1] for files: those that export variables are read by the command of
//! a container (`source /vault/secrets/config`).
//!
//! [1]: https://developer.hashicorp.com/vault/docs/platform/k8s/injector/examples#environment-variable-example

use std::collections::BTreeSet;

use crate::yaml::Node;

const PREFIX: &str = "vault.hashicorp.com/agent-inject";
/// Where pods have their annotations.
const PLACES: [&[&str]; 3] = [
    &["spec", "template", "metadata", "annotations"],
    &["spec", "jobTemplate", "spec", "template", "metadata", "annotations"],
    &["metadata", "annotations"],
];

/// The names that templates in the annotations of an object's pods export; `*` where they do not tell one.
pub fn exported(object: &Node) -> Vec<String> {
    let mut names = BTreeSet::new();
    for annotations in PLACES.iter().filter_map(|path| object.at(path)) {
        if annotations.scalar_at(PREFIX).is_none_or(|value| value == "false") {
            continue;
        }
        for (key, value) in annotations.map().unwrap_or_default() {
            let is_template = key.text.strip_prefix(PREFIX).is_some_and(|rest| rest.starts_with("-template-"));
            let template = value.scalar().filter(|_| is_template).unwrap_or_default();
            names.extend(template.split("export ").skip(1).map(name));
        }
    }
    names.into_iter().collect()
}

/// What stands before the `=`.
fn name(text: &str) -> String {
    let name = text.split('=').next().unwrap_or_default().trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !name.is_empty() && name.bytes().all(plain) { name.into() } else { "*".into() }
}
