//! [prettyconf](https://pypi.org/project/prettyconf): `config("NAME", default=…)`; facts from
//! `prettyconf/configuration.py` of 2.3.0 (`Configuration.__call__`) and `loaders.py` (`Environment`, whose names are
//! in upper case).

use super::{Library, Object, Reader, argument, keyword};
use crate::model::Outcome;

const fn config(name: &'static str) -> Reader<'static> {
    Reader {
        name,
        key: Some(argument(0, "item")),
        upper: true,
        default: Some(keyword("default")),
        absent: Outcome::Raises,
        exception: "UnknownConfiguration",
        ..Reader::PLAIN
    }
}

/// The environment is the first of the usual loaders.
pub const LIBRARY: Library = Library {
    name: "prettyconf",
    words: &["prettyconf"],
    readers: &[config("prettyconf.config"), config("prettyconf.Configuration()")],
    objects: &[Object { name: "prettyconf.Configuration", ..Object::PLAIN }],
    modules: &["prettyconf"],
    ..Library::EMPTY
};
