//! Knowledge about libraries, as data: what each means by a name. One file a library; the kinds of
//! behaviour (a call that reads, a settings class) are code elsewhere.

mod decouple;
mod os;
mod pydantic;
pub mod stdlib;

use crate::model::{Access, Outcome};

/// What a library means by its names.
pub struct Library {
    /// The library's name, as its file's.
    pub name: &'static str,
    /// Whole words of which a unit must hold one to be worth looking at for this library's sake.
    pub words: &'static [&'static str],
    /// Qualified names that are the environment mapping itself.
    pub mappings: &'static [&'static str],
    /// Callables that read one variable.
    pub readers: &'static [Reader],
    /// Base classes whose fields are variables.
    pub settings: &'static [SettingsBase],
    /// Callables whose arguments are kept, because settings classes are told by them.
    pub declarations: &'static [&'static str],
}

/// A callable that reads one variable.
pub struct Reader {
    /// Its qualified name; `q()` is an instance of `q`.
    pub name: &'static str,
    /// Which argument is the key: its position and name.
    pub key: (usize, &'static str),
    /// Which argument takes over if the variable is absent.
    pub default: Option<(usize, &'static str)>,
    /// What happens if it is absent and no default is given.
    pub absent: Outcome,
    /// The exception, if that is [`Outcome::Raises`].
    pub exception: &'static str,
    /// How the environment is consulted.
    pub access: Access,
}

/// A class whose subclasses' fields are variables.
pub struct SettingsBase {
    /// Its qualified names: where it is defined, and where it is usually imported from.
    pub names: &'static [&'static str],
    /// Which rules its fields follow.
    pub dialect: Dialect,
}

/// The rules by which fields become variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// pydantic 1: `class Config`, `Field(env=…)`.
    PydanticV1,
    /// pydantic-settings 2: `model_config`, aliases.
    PydanticV2,
}

/// All libraries, sorted by name.
pub const ALL: &[&Library] = &[&decouple::LIBRARY, &os::LIBRARY, &pydantic::LIBRARY];

/// The words that make a unit worth looking at.
pub fn words() -> Vec<&'static str> {
    let mut words: Vec<_> = ALL.iter().flat_map(|library| library.words).copied().collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The reader of this qualified name.
pub fn reader(name: &str) -> Option<&'static Reader> {
    ALL.iter().flat_map(|library| library.readers).find(|reader| reader.name == name)
}

/// Whether this qualified name is the environment mapping.
pub fn is_environment(name: &str) -> bool {
    ALL.iter().any(|library| library.mappings.contains(&name))
}

/// The settings base class of this qualified name.
pub fn settings_base(name: &str) -> Option<Dialect> {
    let bases = ALL.iter().flat_map(|library| library.settings);
    bases.into_iter().find(|base| base.names.contains(&name)).map(|base| base.dialect)
}

/// Whether calls of this qualified name are kept with their arguments.
pub fn is_declaration(name: &str) -> bool {
    ALL.iter().any(|library| library.declarations.contains(&name))
}

/// Whether this qualified name is a `TypedDict`, or what makes one: called with keywords, it is a dict of them.
pub fn is_dict(name: &str) -> bool {
    matches!(name, "typing.TypedDict" | "typing_extensions.TypedDict")
        || (is_declaration(name) && name.ends_with("Dict"))
}

/// Whether any library gives a meaning to this qualified name or to names below it.
pub fn knows(name: &str) -> bool {
    is_environment(name) || is_declaration(name) || reader(name).is_some() || settings_base(name).is_some()
}
