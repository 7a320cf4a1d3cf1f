//! Knowledge about libraries, as data: what each means by a name. One file a library; the kinds of
//! behaviour (a call that reads, a settings class) are code elsewhere.

mod click;
mod configargparse;
mod decouple;
mod django;
mod django_environ;
mod dynaconf;
mod environ_config;
mod environs;
mod everett;
mod fastapi;
mod flask;
mod goodconf;
mod os;
mod prettyconf;
mod pydantic;
mod pytest;
mod registry;
mod starlette;
pub mod stdlib;
mod typer;

pub use registry::{Libraries, Position, Row};

use crate::model::{Access, Outcome};

/// What a library means by its names.
pub struct Library {
    /// The library's name, as its file's.
    pub name: &'static str,
    /// Whole words (or phrases) of which a unit must hold one to be worth looking at for this library's sake.
    /// The rarer they are, the less has to be parsed.
    pub words: &'static [&'static str],
    /// Qualified names that are the environment mapping itself.
    pub mappings: &'static [&'static str],
    /// Callables that read variables.
    pub readers: &'static [Reader<'static>],
    /// Classes whose objects keep something that their readers' names are made with.
    pub objects: &'static [Object],
    /// Names that mean the same as another: a second name of a class or callable, a ready-made object.
    pub aliases: &'static [(&'static str, &'static str)],
    /// Methods of such objects that give context managers: their argument stands before all names
    /// that are asked of the object inside the `with`.
    pub scopes: &'static [&'static str],
    /// Methods of such objects that give the object again, with their argument behind its prefix if that is a text.
    pub narrowing: &'static [&'static str],
    /// Keywords that give a prefix of names, whatever is called with them.
    pub keywords: &'static [&'static str],
    /// Base classes whose fields are variables.
    pub settings: &'static [SettingsBase],
    /// Callables whose arguments are kept, because settings classes are told by them.
    pub declarations: &'static [&'static str],
    /// Callables that name a function which a framework calls for the value of a parameter.
    pub injectors: &'static [&'static str],
    /// Decorators of functions whose value parameters of tests get that have the function's name.
    pub providers: &'static [&'static str],
    /// Decorators that list the arguments of tests.
    pub listers: &'static [&'static str],
    /// Modules of the library itself whose reads of names that are not known are those of the rows.
    pub modules: &'static [&'static str],
    /// Whether the rows count only where the library is not among the scanned code, which else tells.
    pub only_if_absent: bool,
}

impl Library {
    /// One that means nothing, to begin from.
    pub const EMPTY: Library = Library {
        name: "",
        words: &[],
        mappings: &[],
        readers: &[],
        objects: &[],
        aliases: &[],
        scopes: &[],
        narrowing: &[],
        keywords: &[],
        settings: &[],
        declarations: &[],
        injectors: &[],
        providers: &[],
        listers: &[],
        modules: &[],
        only_if_absent: false,
    };
}

/// An argument: by position, if it can be given so, or by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argument<'a> {
    /// The position.
    pub index: Option<usize>,
    /// The name.
    pub name: &'a str,
}

/// An argument at a position, or by name.
pub const fn argument(index: usize, name: &'static str) -> Argument<'static> {
    Argument { index: Some(index), name }
}

/// An argument that can only be given by name.
pub const fn keyword(name: &'static str) -> Argument<'static> {
    Argument { index: None, name }
}

/// A callable that reads variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader<'a> {
    /// Its qualified name; `q()` is an instance of `q`.
    pub name: &'a str,
    /// Which argument is the key, or several keys of which the first that is set counts.
    pub key: Option<Argument<'a>>,
    /// What is read if that argument is not given: names between spaces; `*` at an end is any rest.
    pub usual: &'a str,
    /// What stands before the key in the variable's name.
    pub prefix: &'a str,
    /// Which argument stands before the key with a `_` between.
    pub namespace: Option<Argument<'a>>,
    /// What follows on the key, if that is only the beginning of names.
    pub rest: Option<&'a str>,
    /// Whether the key is turned into upper case.
    pub upper: bool,
    /// Which argument takes over if the variable is absent.
    pub default: Option<Argument<'a>>,
    /// Which argument says that absence is an error, or that it is none.
    pub required: Option<&'a str>,
    /// What happens if it is absent and no default is given.
    pub absent: Outcome,
    /// The exception, if that is or can be [`Outcome::Raises`].
    pub exception: &'a str,
    /// Whether the read happens when the program calls something later, not at this call.
    pub later: bool,
    /// Whether it declares an option that has a variable too where the program is run with a prefix.
    pub is_option: bool,
    /// How the environment is consulted.
    pub access: Access,
}

impl Reader<'_> {
    /// A reader with its key in its first argument, to begin from.
    pub const PLAIN: Reader<'static> = Reader {
        name: "",
        key: Some(argument(0, "key")),
        usual: "",
        prefix: "",
        namespace: None,
        rest: None,
        upper: false,
        default: None,
        required: None,
        absent: Outcome::None,
        exception: "",
        later: false,
        is_option: false,
        access: Access::Get,
    };
}

/// A class whose objects keep something that their readers' names are made with.
pub struct Object {
    /// Its qualified name.
    pub name: &'static str,
    /// The argument that stands before all names.
    pub prefix: Option<Argument<'static>>,
    /// What stands between that and the name.
    pub between: &'static str,
    /// Whether other keywords are variables with their defaults: `NAME=(cast, default)`.
    pub schema: bool,
    /// The argument that is asked instead of the environment.
    pub environment: Option<Argument<'static>>,
    /// The class whose readers its objects have.
    pub like: &'static str,
    /// The argument that is put behind each name for another that is asked first, and what it is if not given.
    pub first: Option<(Option<Argument<'static>>, &'static str)>,
    /// The argument that has `${NAME}` and `${NAME:-default}` in values replaced by further variables.
    pub expands: Option<Argument<'static>>,
    /// Whether the program may give them readers of its own: the row `NAME().*`.
    pub added: bool,
    /// Whether such objects, or its subclasses, are commonly imported by units that hold no word of the
    /// library and read through them.
    pub shared: bool,
}

impl Object {
    /// One that keeps nothing, to begin from.
    pub const PLAIN: Object = Object {
        name: "",
        prefix: None,
        between: "",
        schema: false,
        environment: None,
        like: "",
        first: None,
        expands: None,
        added: false,
        shared: true,
    };
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
pub const ALL: &[&Library] = &[
    &click::LIBRARY,
    &configargparse::LIBRARY,
    &decouple::LIBRARY,
    &django::LIBRARY,
    &django_environ::LIBRARY,
    &dynaconf::LIBRARY,
    &environ_config::LIBRARY,
    &environs::LIBRARY,
    &everett::LIBRARY,
    &fastapi::LIBRARY,
    &flask::LIBRARY,
    &goodconf::LIBRARY,
    &os::LIBRARY,
    &prettyconf::LIBRARY,
    &pydantic::LIBRARY,
    &pytest::LIBRARY,
    &starlette::LIBRARY,
    &typer::LIBRARY,
];
