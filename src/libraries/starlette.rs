//! [Starlette's configuration](https://www.starlette.io/config/): `config("NAME", cast=…, default=…)`; facts from
//! `starlette/config.py` of 0.41.3 (`Config.__init__`, `Config.get`).

use super::{Library, Object, Reader, argument};
use crate::model::Outcome;

const fn config(name: &'static str) -> Reader<'static> {
    Reader {
        name,
        key: Some(argument(0, "key")),
        default: Some(argument(2, "default")),
        absent: Outcome::Raises,
        exception: "KeyError",
        ..Reader::PLAIN
    }
}

/// The environment wins over the settings file, so each call is a read.
pub const LIBRARY: Library = Library {
    name: "starlette",
    words: &["starlette.config", "starlette import config"],
    mappings: &["starlette.config.environ"],
    readers: &[config("starlette.config.Config()"), config("starlette.config.Config().get")],
    objects: &[Object {
        name: "starlette.config.Config",
        prefix: Some(argument(2, "env_prefix")),
        environment: Some(argument(1, "environ")),
        ..Object::PLAIN
    }],
    modules: &["starlette.config"],
    ..Library::EMPTY
};
