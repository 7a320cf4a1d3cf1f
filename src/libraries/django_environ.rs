//! [django-environ](https://pypi.org/project/django-environ): `env("NAME", default=…)`; facts from
//! `environ/environ.py` of 0.12.0 (class `Env`: signatures, `DEFAULT_*_ENV`, `get_value`).

use super::{Library, Object, Reader, argument};
use crate::model::Outcome;

/// A method whose default is at this position.
const fn method(name: &'static str, default: usize) -> Reader<'static> {
    Reader {
        name,
        key: Some(argument(0, "var")),
        default: Some(argument(default, "default")),
        absent: Outcome::Raises,
        exception: "ImproperlyConfigured",
        ..Reader::PLAIN
    }
}

/// A method that has a name of its own.
const fn url(name: &'static str, usual: &'static str) -> Reader<'static> {
    Reader { usual, ..method(name, 1) }
}

/// Objects whose methods read one variable each.
pub const LIBRARY: Library = Library {
    name: "django_environ",
    words: &["environ"],
    readers: &[
        method("environ.Env()", 2),
        method("environ.Env().get_value", 2),
        method("environ.Env().str", 1),
        method("environ.Env().unicode", 1),
        method("environ.Env().bytes", 1),
        method("environ.Env().bool", 1),
        method("environ.Env().int", 1),
        method("environ.Env().float", 1),
        method("environ.Env().json", 1),
        method("environ.Env().list", 2),
        method("environ.Env().tuple", 2),
        method("environ.Env().dict", 2),
        method("environ.Env().url", 1),
        method("environ.Env().path", 1),
        url("environ.Env().db", "DATABASE_URL"),
        url("environ.Env().db_url", "DATABASE_URL"),
        url("environ.Env().cache", "CACHE_URL"),
        url("environ.Env().cache_url", "CACHE_URL"),
        url("environ.Env().email", "EMAIL_URL"),
        url("environ.Env().email_url", "EMAIL_URL"),
        url("environ.Env().search", "SEARCH_URL"),
        url("environ.Env().search_url", "SEARCH_URL"),
        url("environ.Env().channels", "CHANNELS_URL"),
        url("environ.Env().channels_url", "CHANNELS_URL"),
    ],
    objects: &[
        // The schema's keywords are defaults: `Env(NAME=(cast, default))`.
        Object { name: "environ.Env", schema: true, ..Object::PLAIN },
        Object {
            name: "environ.FileAwareEnv",
            schema: true,
            like: "environ.Env",
            first: Some((None, "_FILE")),
            ..Object::PLAIN
        },
    ],
    aliases: &[
        ("environ.environ.Env", "environ.Env"),
        ("environ.environ.FileAwareEnv", "environ.FileAwareEnv"),
        ("environ.fileaware_mapping.FileAwareEnv", "environ.FileAwareEnv"),
    ],
    modules: &["environ.environ"],
    ..Library::EMPTY
};
