//! [python-decouple](https://pypi.org/project/python-decouple): `config("NAME", default=…)`; facts from
//! `decouple.py` of 3.8 (`Config.get`, `AutoConfig.__call__`).

use super::{Library, Object, Reader, argument};
use crate::model::Outcome;

const fn config(name: &'static str) -> Reader<'static> {
    Reader {
        name,
        key: Some(argument(0, "option")),
        default: Some(argument(1, "default")),
        absent: Outcome::Raises,
        exception: "UndefinedValueError",
        ..Reader::PLAIN
    }
}

const fn object(name: &'static str) -> Object {
    Object { name, ..Object::PLAIN }
}

/// The environment wins over the settings file, so each call is a read.
pub const LIBRARY: Library = Library {
    name: "decouple",
    words: &["decouple"],
    readers: &[
        config("decouple.config"),
        config("decouple.AutoConfig()"),
        config("decouple.Config()"),
        config("decouple.Config().get"),
    ],
    objects: &[object("decouple.AutoConfig"), object("decouple.Config")],
    modules: &["decouple"],
    ..Library::EMPTY
};
