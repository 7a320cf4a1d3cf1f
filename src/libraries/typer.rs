//! [Typer](https://typer.tiangolo.com/tutorial/options/): `typer.Option(default, envvar=…)`, also in `Annotated`, where
//! the parameter's default counts; facts from `typer/params.py` of 0.15.1. Without a default, or with `...`, it
//! is required.

use super::{Library, Reader, argument, keyword};
use crate::model::Outcome;

const fn parameter(name: &'static str) -> Reader<'static> {
    Reader {
        name,
        key: Some(keyword("envvar")),
        default: Some(argument(0, "default")),
        absent: Outcome::Raises,
        exception: "MissingParameter",
        later: true,
        ..Reader::PLAIN
    }
}

/// Variables that stand in for options and arguments, when the program runs its command.
pub const LIBRARY: Library = Library {
    name: "typer",
    words: &["envvar"],
    readers: &[
        parameter("typer.Option"),
        parameter("typer.Argument"),
        parameter("typer.params.Option"),
        parameter("typer.params.Argument"),
    ],
    modules: &["typer.core"],
    ..Library::EMPTY
};
