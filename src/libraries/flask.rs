//! [Flask's configuration](https://flask.palletsprojects.com/en/stable/config/#configuring-from-environment-variables);
//! facts from `flask/config.py` of 3.1.0 (`Config.from_prefixed_env`, `Config.from_envvar`).

use super::{Library, Object, Reader, argument};
use crate::model::Outcome;

/// All names that begin with the prefix and `_`.
const fn prefixed(name: &'static str) -> Reader<'static> {
    Reader {
        name,
        key: Some(argument(0, "prefix")),
        usual: "FLASK",
        rest: Some("_"),
        absent: Outcome::Unknown,
        ..Reader::PLAIN
    }
}

/// The variable that names a file of settings.
const fn file(name: &'static str) -> Reader<'static> {
    Reader {
        name,
        key: Some(argument(0, "variable_name")),
        absent: Outcome::Raises,
        exception: "RuntimeError",
        ..Reader::PLAIN
    }
}

const fn object(name: &'static str) -> Object {
    Object { name, shared: false, ..Object::PLAIN }
}

/// Methods of an application's `config`.
pub const LIBRARY: Library = Library {
    name: "flask",
    words: &["from_prefixed_env", "from_envvar"],
    readers: &[
        prefixed("flask.Flask().config.from_prefixed_env"),
        prefixed("flask.Config().from_prefixed_env"),
        file("flask.Flask().config.from_envvar"),
        file("flask.Config().from_envvar"),
    ],
    objects: &[object("flask.Flask"), object("flask.Config")],
    modules: &["flask.config"],
    ..Library::EMPTY
};
