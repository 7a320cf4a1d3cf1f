//! [environs](https://pypi.org/project/environs): `env.str("NAME", default)`; facts from `environs/__init__.py` of
//! 14.1.1 (`_field2method`, `_func2method`, `Env.prefixed`). Before 14 a missing variable raised `EnvError` too.

use super::{Argument, Library, Object, Reader, argument, keyword};
use crate::model::Outcome;

const fn method(name: &'static str) -> Reader<'static> {
    Reader {
        name,
        key: Some(argument(0, "name")),
        default: Some(argument(1, "default")),
        absent: Outcome::Raises,
        exception: "EnvError",
        ..Reader::PLAIN
    }
}

/// A method that reads nothing.
const fn silent(name: &'static str) -> Reader<'static> {
    Reader { name, key: None, ..Reader::PLAIN }
}

/// `Env(*, eager=True, expand_vars=False, prefix=None)`
const PREFIX: Option<Argument<'static>> = Some(keyword("prefix"));

/// What stands in values is asked without a prefix (`_expand_vars`).
const EXPANDS: Option<Argument<'static>> = Some(keyword("expand_vars"));

/// Objects whose methods read one variable each.
pub const LIBRARY: Library = Library {
    name: "environs",
    words: &["environs"],
    readers: &[
        method("environs.Env()"),
        method("environs.Env().int"),
        method("environs.Env().bool"),
        method("environs.Env().str"),
        method("environs.Env().float"),
        method("environs.Env().decimal"),
        method("environs.Env().list"),
        method("environs.Env().dict"),
        method("environs.Env().json"),
        method("environs.Env().datetime"),
        method("environs.Env().date"),
        method("environs.Env().time"),
        method("environs.Env().timedelta"),
        method("environs.Env().path"),
        method("environs.Env().log_level"),
        method("environs.Env().uuid"),
        method("environs.Env().url"),
        method("environs.Env().enum"),
        method("environs.Env().dj_db_url"),
        method("environs.Env().dj_email_url"),
        method("environs.Env().dj_cache_url"),
        // `add_parser`, `parser_for`, `add_parser_from_field`
        method("environs.Env().*"),
        silent("environs.Env().add_parser"),
        silent("environs.Env().add_parser_from_field"),
        silent("environs.Env().dump"),
        silent("environs.Env().parser_for"),
        silent("environs.Env().read_env"),
        silent("environs.Env().seal"),
    ],
    objects: &[
        Object { name: "environs.Env", prefix: PREFIX, expands: EXPANDS, added: true, ..Object::PLAIN },
        Object {
            name: "environs.FileAwareEnv",
            prefix: PREFIX,
            expands: EXPANDS,
            like: "environs.Env",
            first: Some((Some(keyword("file_suffix")), "_FILE")),
            ..Object::PLAIN
        },
    ],
    aliases: &[("environs.env", "environs.Env()")],
    scopes: &["environs.Env().prefixed"],
    modules: &["environs"],
    ..Library::EMPTY
};
