//! [ConfigArgParse](https://pypi.org/project/ConfigArgParse): `add_argument("--x", env_var="X")`, and
//! `auto_env_var_prefix`, with which every option has `PREFIX + OPTION`; facts from `configargparse.py` of 1.7
//! (`ArgumentParser.parse_known_args`, `add_argument`).

use super::{Library, Object, Reader, keyword};
use crate::model::Outcome;

const fn add(name: &'static str) -> Reader<'static> {
    Reader {
        name,
        key: Some(keyword("env_var")),
        default: Some(keyword("default")),
        required: Some("required"),
        exception: "SystemExit",
        later: true,
        ..Reader::PLAIN
    }
}

/// A parser reads all names that begin with its prefix, if it has one.
const fn automatic(name: &'static str) -> Reader<'static> {
    Reader {
        name,
        key: Some(keyword("auto_env_var_prefix")),
        rest: Some(""),
        upper: true,
        absent: Outcome::Unknown,
        later: true,
        ..Reader::PLAIN
    }
}

const fn object(name: &'static str) -> Object {
    Object { name, shared: false, ..Object::PLAIN }
}

/// Variables that stand in for options, when the program parses its command line.
pub const LIBRARY: Library = Library {
    name: "configargparse",
    words: &["configargparse"],
    readers: &[
        automatic("configargparse.ArgumentParser"),
        add("configargparse.ArgumentParser().add_argument"),
        add("configargparse.ArgumentParser().add"),
        add("configargparse.ArgumentParser().add_arg"),
        add("configargparse.ArgumentParser().add_argument_group().add_argument"),
        add("configargparse.ArgumentParser().add_mutually_exclusive_group().add_argument"),
    ],
    objects: &[object("configargparse.ArgumentParser")],
    aliases: &[
        ("configargparse.ArgParser", "configargparse.ArgumentParser"),
        ("configargparse.Parser", "configargparse.ArgumentParser"),
        ("configargparse.get_argument_parser", "configargparse.ArgumentParser"),
        ("configargparse.get_arg_parser", "configargparse.ArgumentParser"),
        ("configargparse.get_parser", "configargparse.ArgumentParser"),
        ("configargparse.getArgumentParser", "configargparse.ArgumentParser"),
        ("configargparse.getArgParser", "configargparse.ArgumentParser"),
        ("configargparse.getParser", "configargparse.ArgumentParser"),
    ],
    modules: &["configargparse"],
    ..Library::EMPTY
};
