//! [Dynaconf](https://www.dynaconf.com/envvars/): all variables `PREFIX_*` become settings; facts from
//! `dynaconf/loaders/env_loader.py`, `default_settings.py` and `contrib/` of 3.2.6.

use super::{Library, Reader, keyword};
use crate::model::Outcome;

/// Reads all names that begin with `envvar_prefix`, in upper case, or with the usual prefix.
const fn settings(name: &'static str, usual: &'static str) -> Reader<'static> {
    Reader {
        name,
        key: Some(keyword("envvar_prefix")),
        usual,
        rest: Some("_"),
        upper: true,
        absent: Outcome::Unknown,
        ..Reader::PLAIN
    }
}

/// Objects that take settings from all variables with their prefix.
pub const LIBRARY: Library = Library {
    name: "dynaconf",
    words: &["dynaconf"],
    readers: &[
        settings("dynaconf.Dynaconf", "DYNACONF"),
        settings("dynaconf.LazySettings", "DYNACONF"),
        settings("dynaconf.base.LazySettings", "DYNACONF"),
        settings("dynaconf.DjangoDynaconf", "DJANGO"),
        settings("dynaconf.FlaskDynaconf", "FLASK"),
    ],
    modules: &["dynaconf.loaders.env_loader"],
    ..Library::EMPTY
};
