//! Reads, and what else the scan says.

use std::collections::BTreeMap;

use super::{FileId, Notice, Sources};

/// A stretch of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First line, from 1.
    pub line: u32,
    /// First column, from 1, in bytes.
    pub column: u32,
    /// Line of the end.
    pub end_line: u32,
    /// Column just past the end.
    pub end_column: u32,
}

/// A stretch of a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// Where in it.
    pub span: Span,
}

/// How much of a key is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// The whole name.
    Exact,
    /// A name with unknown parts.
    Pattern,
    /// Nothing.
    Any,
}

/// What name a read asks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// How much is known.
    pub kind: KeyKind,
    /// The name; in a pattern `*` is an unknown part and literal `*?[` are escaped as `[*]`; `*` for `any`.
    pub text: String,
    /// Whether the reader compares case-sensitively (pydantic does not unless told to).
    pub case_sensitive: bool,
}

/// What a read does when the variable is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The code stops with an exception.
    Raises,
    /// A literal takes over: the silent case.
    Default,
    /// `None`.
    None,
    /// Another variable, a branch, a caught exception.
    Handled,
    /// Not known.
    Unknown,
}

/// The absence outcome with its particulars.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Absence {
    /// What happens.
    pub outcome: Outcome,
    /// The exception, for [`Outcome::Raises`]; with [`Outcome::Default`] the one that a later check of
    /// the value raises.
    pub exception: Option<String>,
    /// The default as Python source, strings in double quotes (`"x"`, `8080`), for
    /// [`Outcome::Default`]; `None` if not known.
    pub default: Option<String>,
}

/// When a read happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timing {
    /// While its module is imported.
    Import,
    /// When an object (a settings class) is made.
    Construction,
    /// When a function is called.
    Call,
}

/// What a person would notice if the variable were gone. Ordered from the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Nothing stops; an empty default goes on silently until something fails far away.
    EmptiesSilently,
    /// The code stops when it first gets there.
    FailsOnUse,
    /// The program does not start.
    FailsAtStart,
    /// Another value takes over.
    ValueChanges,
    /// `None` or a branch: something is left out.
    FeatureOff,
    /// Not known.
    Unknown,
}

/// How the environment is consulted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// `environ[K]`
    Item,
    /// `environ.get(K)`, `os.getenv(K)` and library calls.
    Get,
    /// `environ.pop(K)`
    Pop,
    /// `environ.setdefault(K, …)`
    SetDefault,
    /// `K in environ`
    Contains,
    /// The whole mapping is iterated or handed on, and any name may be looked at.
    Whole,
    /// The whole mapping is copied (what is read from the copy is a read of its own).
    Copy,
    /// A field of a settings class.
    Field,
}

/// A step from a read's place to the expression that consults the environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    /// Where.
    pub place: Place,
    /// What stands there, for a person: `call of acme.env.get_env`.
    pub what: String,
}

/// The settings class a read is a field of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SettingsField {
    /// Qualified name of the class.
    pub class: String,
    /// The field.
    pub field: String,
    /// Whether an instance is made somewhere, or that cannot be excluded.
    pub constructed: bool,
    /// Whether one is made while a module is imported.
    pub at_import: bool,
}

/// A call, in the application's code, of the function whose parameter makes a read unnecessary.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Passed {
    /// Where.
    pub place: Place,
    /// Whether it gives the parameter.
    pub given: bool,
}

/// A place in code that consults the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// What name is asked for.
    pub key: Key,
    /// The outermost call that fixes the key, the settings field, or the consulting expression.
    pub place: Place,
    /// Where the literal stands, if elsewhere.
    pub given: Option<Place>,
    /// The enclosing function, qualified within its module (`Client.connect`); `None` at module level.
    pub function: Option<String>,
    /// The reader by its qualified name: `os.environ.get`, `acme.env.get_env`, `pydantic.BaseSettings`.
    pub reader: String,
    /// How the environment is consulted.
    pub access: Access,
    /// What happens if the variable is gone.
    pub absent: Absence,
    /// The parameter that makes this read unnecessary when it is given.
    pub condition: Option<String>,
    /// The calls that are known to give that parameter or not to, sorted.
    pub passed: Vec<Passed>,
    /// When it happens.
    pub timing: Timing,
    /// From the place to the expression that consults the environment, which is last.
    pub chain: Vec<Step>,
    /// For a field of a settings class.
    pub settings: Option<SettingsField>,
    /// Files of which any has the value if the variable is gone: absolute paths, compared with the key's case rule.
    pub files: Vec<String>,
    /// For a read in a method of a plain class: where the class is named, one place a file; nobody else can make one
    /// or call it. `None` if that cannot be told.
    pub users: Option<Vec<Place>>,
    /// An `any` read of a wrapper whose every call site is resolved: the call sites are the reads.
    pub explained: bool,
}

impl Read {
    /// The steps from where the variable is asked for to where the environment is consulted; none if that is there.
    pub fn way(&self) -> impl Iterator<Item = &Step> {
        self.chain.iter().filter(|step| step.place != self.place)
    }

    /// What a person would notice, from outcome and timing.
    pub fn effect(&self) -> Effect {
        let at_start = self.timing == Timing::Import || self.settings.as_ref().is_some_and(|field| field.at_import);
        match (self.absent.outcome, self.timing) {
            (Outcome::Raises, _) if at_start => Effect::FailsAtStart,
            (Outcome::Raises, _) => Effect::FailsOnUse,
            (Outcome::Default, _) => match self.absent.default.as_deref() {
                Some("\"\"") => Effect::EmptiesSilently,
                _ => Effect::ValueChanges,
            },
            (Outcome::None | Outcome::Handled, _) => Effect::FeatureOff,
            (Outcome::Unknown, _) => Effect::Unknown,
        }
    }
}

#[cfg(test)]
impl Read {
    /// For tests: `os.getenv(NAME)` at a place, without anything special.
    pub(crate) fn plain(kind: KeyKind, name: &str, place: Place) -> Read {
        Read {
            key: Key { kind, text: name.into(), case_sensitive: true },
            place,
            given: None,
            function: None,
            reader: "os.getenv".into(),
            access: Access::Get,
            absent: Absence { outcome: Outcome::None, exception: None, default: None },
            condition: None,
            passed: vec![],
            timing: Timing::Import,
            chain: vec![],
            settings: None,
            files: vec![],
            users: None,
            explained: false,
        }
    }
}

/// Which module imports which, at import or inside a function, but never for type checkers only:
/// what is *reached* is decided by module, and for methods of plain classes also by who names the class
/// ([`Read::users`]).
#[derive(Debug, Clone, Default)]
pub struct ImportGraph {
    /// For each file (by [`FileId`]), the Python files that importing it runs, sorted.
    pub imports: Vec<Vec<FileId>>,
    /// The dotted names by which a file can be named on a command line or in an import: `app.main`.
    pub modules: Vec<(String, FileId)>,
}

/// What the scan of all sources says.
#[derive(Debug, Clone, Default)]
pub struct Scan {
    /// The files.
    pub sources: Sources,
    /// The reads, sorted by place, then key.
    pub reads: Vec<Read>,
    /// Who imports whom.
    pub graph: ImportGraph,
    /// Everything that could not be seen, sorted.
    pub notices: Vec<Notice>,
    /// Python files that got an outline.
    pub outlined: usize,
    /// Python files of which something was parsed.
    pub parsed: usize,
}

/// A name found where no read was recognised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    /// The entry's name.
    pub name: String,
    /// The file it stands in.
    pub file: FileId,
    /// The line; `None` in a binary.
    pub line: Option<u32>,
}

/// Lines of source code, for a person to read.
#[derive(Debug, Default)]
pub struct Quotes {
    /// The name that is explained.
    pub name: String,
    /// Lines, trimmed, by file and number.
    pub lines: BTreeMap<(FileId, u32), String>,
    /// The line of the statement with which one file imports another.
    pub imports: BTreeMap<(FileId, FileId), u32>,
    /// Reads whose name could not be resolved, which may ask for it too.
    pub unresolved: usize,
}
