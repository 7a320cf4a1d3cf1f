//! [python-decouple](https://pypi.org/project/python-decouple): `config("NAME", default=…)`.

use super::{Library, Reader};
use crate::model::{Access, Outcome};

const fn config(name: &'static str) -> Reader {
    Reader {
        name,
        key: (0, "option"),
        default: Some((1, "default")),
        absent: Outcome::Raises,
        exception: "UndefinedValueError",
        access: Access::Get,
    }
}

/// The environment wins over the settings file, so each call is a read.
pub const LIBRARY: Library = Library {
    name: "decouple",
    words: &["decouple"],
    mappings: &[],
    readers: &[config("decouple.config"), config("decouple.AutoConfig()"), config("decouple.Config()")],
    settings: &[],
    declarations: &[],
};
