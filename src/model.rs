//! The words of the program, shared by all stages: plain data, no behaviour beyond what follows
//! from the data itself. Lines and columns are 1-based, columns count UTF-8 bytes, ends are
//! exclusive. Paths inside a root are relative to it and use `/`.

use std::path::PathBuf;
use std::sync::Arc;

/// Index of a [`Root`] in [`Sources::roots`].
pub type RootId = usize;
/// Index of a [`SourceFile`] in [`Sources::files`].
pub type FileId = usize;
/// Index of an [`Owner`] in [`Sources::owners`].
pub type OwnerId = usize;
/// Index of a [`Container`] in [`Chart::containers`].
pub type ContainerId = usize;

// ---------------------------------------------------------------- sources

/// What kind of tree a source root is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RootKind {
    /// The team's own code.
    Application,
    /// Copied into the tree.
    Vendored,
    /// Installed: site-packages, `pip install --target`, the target of an editable install.
    Distribution,
    /// The interpreter's standard library.
    Stdlib,
}

/// A tree that is scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// What kind of tree it is.
    pub kind: RootKind,
    /// Where it is on this machine.
    pub path: PathBuf,
    /// How the user would name it: the path as given or as found.
    pub label: String,
}

/// Whose code a file is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// The kind of root or tree that makes it so.
    pub kind: RootKind,
    /// Distribution or package name; for the application the root's label.
    pub name: String,
    /// Version, where the metadata tells one.
    pub version: Option<String>,
}

/// One file of a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The root it lies in.
    pub root: RootId,
    /// Relative to the root, with `/`.
    pub path: Arc<str>,
    /// Whose it is.
    pub owner: OwnerId,
    /// Whether it holds Python source (`.py`, `.pyw`, or a Python `#!` line).
    pub python: bool,
    /// Bytes.
    pub size: u64,
}

/// What `discover` found: sorted by root, then path, so that ids do not depend on the walk.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The roots, in the order application, vendored, distribution, stdlib; as given within a kind.
    pub roots: Vec<Root>,
    /// All owners.
    pub owners: Vec<Owner>,
    /// All files: Python and others (others are only searched for mentions).
    pub files: Vec<SourceFile>,
    /// What could not be looked at.
    pub notices: Vec<Notice>,
}

/// What kind of thing a notice is about. A closed list: the codes are part of the JSON contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeKind {
    /// A read whose key could not be resolved.
    UnresolvedKey,
    /// A Python file (or a part) that does not parse, or is not text.
    Unparsable,
    /// A file or folder that could not be read: permissions, a broken link, a loop.
    Unreadable,
    /// A bound of the analysis was reached.
    LimitReached,
    /// An import that no root provides.
    MissingModule,
    /// A container whose image no scanned source is for.
    NotScanned,
    /// Compiled code, of which only the names in it are searched.
    NativeCode,
    /// A chart or manifest document that could not be understood.
    Manifest,
}

/// Something the scan could not see or has to say: never fatal, never dropped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Notice {
    /// Its kind.
    pub kind: NoticeKind,
    /// The file it is about: a path a person can open, or a path relative to its root.
    pub file: Option<String>,
    /// The line, where one is known.
    pub line: Option<u32>,
    /// One sentence for a person.
    pub detail: String,
}

// ---------------------------------------------------------------- places

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

// ---------------------------------------------------------------- reads

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
    /// The exception, for [`Outcome::Raises`].
    pub exception: Option<String>,
    /// The text of the default as the reader would see it, for [`Outcome::Default`]; `None` if not known.
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
    /// The whole mapping is iterated, copied or handed on.
    Whole,
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
    /// When it happens.
    pub timing: Timing,
    /// From the place to the expression that consults the environment, which is last.
    pub chain: Vec<Step>,
    /// For a field of a settings class.
    pub settings: Option<SettingsField>,
    /// An `any` read of a wrapper whose every call site is resolved: the call sites are the reads.
    pub explained: bool,
}

impl Read {
    /// What a person would notice, from outcome and timing.
    pub fn effect(&self) -> Effect {
        match (self.absent.outcome, self.timing) {
            (Outcome::Raises, Timing::Import) => Effect::FailsAtStart,
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

/// Which module imports which: module-level imports only decide what is *reached*.
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

// ---------------------------------------------------------------- chart

/// What feeds an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceKind {
    /// `value:` (or nothing: the empty string).
    Value,
    /// `valueFrom.secretKeyRef`
    SecretKeyRef,
    /// `valueFrom.configMapKeyRef`
    ConfigMapKeyRef,
    /// `valueFrom.fieldRef`
    FieldRef,
    /// `valueFrom.resourceFieldRef`
    ResourceFieldRef,
    /// `valueFrom.fileKeyRef`
    FileKeyRef,
    /// `envFrom`
    EnvFrom,
}

/// Kind and name of a Kubernetes object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// `Secret`, `ConfigMap` …
    pub kind: String,
    /// `metadata.name`
    pub name: String,
}

/// What feeds an entry, with its particulars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntrySource {
    /// The kind.
    pub kind: SourceKind,
    /// The object a value comes from.
    pub object: Option<ObjectRef>,
    /// The key in that object, or the field path.
    pub key: Option<String>,
    /// `optional: true`
    pub optional: bool,
    /// The literal of `value:`, or of the ConfigMap key behind `envFrom`/`configMapKeyRef` when it is
    /// in the input. Never of a Secret. Printed only with `--show-values`.
    pub literal: Option<String>,
}

/// An object that has a pod template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Workload {
    /// `Deployment` …
    pub kind: String,
    /// `metadata.name`
    pub name: String,
    /// `metadata.namespace`
    pub namespace: Option<String>,
}

/// A container of a pod template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Where it runs.
    pub workload: Workload,
    /// Its name.
    pub name: String,
    /// Init container (sidecars, which are init containers that restart, included).
    pub init: bool,
    /// The image as written.
    pub image: Option<String>,
    /// `command`
    pub command: Vec<String>,
    /// `args`
    pub args: Vec<String>,
    /// The commands of probes and lifecycle hooks.
    pub execs: Vec<Vec<String>>,
    /// `workingDir`
    pub working_dir: Option<String>,
    /// From the `# Source:` comment Helm writes: the (sub)chart the object is from, `web/charts/redis`.
    pub chart: Option<String>,
}

/// A place in the chart's files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChartPlace {
    /// The file as a person would open it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// An env var that a chart gives one container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The variable; `PREFIX*` for an `envFrom` whose object is not in the input.
    pub name: String,
    /// The container.
    pub container: ContainerId,
    /// What feeds it.
    pub source: EntrySource,
    /// Where a person would edit it.
    pub location: ChartPlace,
    /// Where the container itself uses it: `$(NAME)` or `$NAME` in a command, args, env value.
    pub uses: Vec<String>,
    /// Other supplies of the same name in this container (an `envFrom`, a duplicate item): what would
    /// still arrive if this entry went, for a person.
    pub also: Vec<String>,
}

/// What a chart gives its containers.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    /// Name, for a person: the chart's or the file's.
    pub name: String,
    /// Chart version, where known.
    pub version: Option<String>,
    /// All containers, in the order of the input.
    pub containers: Vec<Container>,
    /// All entries, in the order of the containers, then as the container sees them.
    pub entries: Vec<Entry>,
    /// What could not be understood.
    pub notices: Vec<Notice>,
}

// ---------------------------------------------------------------- verdicts

/// The answer for one entry. Ordered from the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Something still needs it.
    Unsafe,
    /// A person has to look.
    Review,
    /// Nothing found reads it.
    Safe,
}

/// Why a verdict is what it is. A closed list: the codes are part of the JSON contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonCode {
    /// Row 1: the container's image is not one the scanned code is for.
    NotScanned,
    /// Row 2: the container's own command, args or env use it.
    UsedByContainer,
    /// Row 2: the runtime itself (interpreter, libc, OpenSSL …) reads it.
    Runtime,
    /// Row 3: the same name still arrives from elsewhere.
    ValueChanges,
    /// Row 4: every reader falls back to the very literal the chart sets.
    DefaultEquals,
    /// Row 5: a reached reader with an exact key.
    Read,
    /// Row 5: a reached settings field.
    SettingsField,
    /// Row 5: a reached reader with an anchored pattern.
    AnchoredPattern,
    /// Row 6: only readers that no entry point reaches.
    UnreachedRead,
    /// Row 6: a settings class that is never constructed.
    NeverConstructed,
    /// Row 6: a pattern too weak to tell.
    WeakPattern,
    /// Row 6: an unresolved key in reached application code could mean it.
    AnyRead,
    /// Row 6: the name occurs where no read was recognised.
    Mentioned,
    /// Row 6: only tests or examples read it.
    TestsOnly,
    /// Row 8: nothing reads or mentions it.
    NoReader,
}

/// A reason, for machines and for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// For machines.
    pub code: ReasonCode,
    /// One sentence for people.
    pub text: String,
}

/// An entry with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Index into [`Chart::entries`].
    pub entry: usize,
    /// The answer.
    pub verdict: Verdict,
    /// Why, the deciding reason first.
    pub reasons: Vec<Reason>,
    /// Indexes into [`Scan::reads`]: the readers, most telling first.
    pub reads: Vec<usize>,
    /// Indexes into the mentions given to the judge.
    pub mentions: Vec<usize>,
    /// The roots whose code is taken to run in the container.
    pub roots: Vec<RootId>,
    /// Whether that is an assumption.
    pub assumed: bool,
    /// For a read of `reads` (same order): the import chain from the application to its module,
    /// `None` if nothing proves that it is reached.
    pub reached: Vec<Option<Vec<FileId>>>,
}

/// The job could not be done: a usage error, or an input that is missing or unreadable. Exit status 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// One line naming what is wrong and where, and what to do.
    pub message: String,
}

impl Failure {
    /// A failure with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Failure { message: message.into() }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
