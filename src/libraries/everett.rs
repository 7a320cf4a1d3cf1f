//! [Everett](https://everett.readthedocs.io/en/latest/configmanager.html): `config("key", namespace=…)` asks for
//! `NAMESPACE_KEY` in upper case; facts from `everett/manager.py` of 3.4.0 (`ConfigManager.__call__`,
//! `generate_uppercase_key`).

use super::{Library, Object, Reader, argument, keyword};
use crate::model::Outcome;

const fn config(name: &'static str) -> Reader<'static> {
    Reader {
        name,
        key: Some(argument(0, "key")),
        namespace: Some(argument(1, "namespace")),
        upper: true,
        default: Some(argument(2, "default")),
        required: Some("raise_error"),
        absent: Outcome::Raises,
        exception: "ConfigurationMissingError",
        ..Reader::PLAIN
    }
}

/// The environment wins over files in the usual order, so each call is a read.
pub const LIBRARY: Library = Library {
    name: "everett",
    words: &["everett"],
    readers: &[config("everett.manager.ConfigManager()")],
    objects: &[Object {
        name: "everett.manager.ConfigManager",
        prefix: Some(keyword("namespace")),
        between: "_",
        ..Object::PLAIN
    }],
    narrowing: &["everett.manager.ConfigManager().with_namespace", "everett.manager.ConfigManager().clone"],
    aliases: &[("everett.manager.ConfigManager.basic_config", "everett.manager.ConfigManager")],
    modules: &["everett.manager"],
    ..Library::EMPTY
};
