//! [click](https://click.palletsprojects.com/en/stable/options/#values-from-environment-variables): `envvar=`,
//! one name or several of which the first that is set counts, and `auto_envvar_prefix`, whose names are
//! `PREFIX_COMMAND_OPTION`; facts from `click/core.py` of 8.1.8 (`Parameter.resolve_envvar_value`,
//! `Parameter.process_value`, `Context.__init__`, `Argument.__init__`).

use super::{Library, Reader, keyword};
use crate::model::Outcome;

/// An option is not required unless it says so; the command line wins.
const fn option(name: &'static str) -> Reader<'static> {
    Reader {
        name,
        key: Some(keyword("envvar")),
        default: Some(keyword("default")),
        required: Some("required"),
        exception: "MissingParameter",
        later: true,
        is_option: true,
        ..Reader::PLAIN
    }
}

/// An argument is required unless it has a default or says otherwise.
const fn argument(name: &'static str) -> Reader<'static> {
    Reader { absent: Outcome::Raises, is_option: false, ..option(name) }
}

/// Variables that stand in for options and arguments, when the program runs its command.
pub const LIBRARY: Library = Library {
    name: "click",
    words: &["envvar", "auto_envvar_prefix"],
    readers: &[
        option("click.option"),
        option("click.decorators.option"),
        option("click.Option"),
        option("click.core.Option"),
        option("click.password_option"),
        option("click.decorators.password_option"),
        argument("click.argument"),
        argument("click.decorators.argument"),
        argument("click.Argument"),
        argument("click.core.Argument"),
    ],
    keywords: &["auto_envvar_prefix"],
    modules: &["click.core"],
    ..Library::EMPTY
};
