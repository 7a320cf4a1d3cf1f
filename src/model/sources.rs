//! Roots, files, owners, notices.

use std::path::PathBuf;
use std::sync::Arc;

/// Index of a [`Root`] in [`Sources::roots`].
pub type RootId = usize;
/// Index of a [`SourceFile`] in [`Sources::files`].
pub type FileId = usize;
/// Index of an [`Image`] in [`Sources::images`].
pub type ImageId = usize;
/// Index of an [`Owner`] in [`Sources::owners`].
pub type OwnerId = usize;

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
    /// The image, or what else stands by itself, that it is a part of; code in it sees only what is in
    /// the same one.
    pub image: Option<ImageId>,
}

/// What was scanned as one and runs as one: an image, or the sources of a bundle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// How the user would name it: the path as given.
    pub label: String,
    /// The references it is known by: `acme/web:1.2`. Without any, only the user can say where it runs.
    pub names: Vec<String>,
    /// Digests by which a chart may name it.
    pub digests: Vec<String>,
    /// The variables that it sets itself (`ENV`); their values are not kept.
    pub env: Vec<String>,
    /// `ENTRYPOINT`
    pub entrypoint: Vec<String>,
    /// `CMD`
    pub cmd: Vec<String>,
    /// `WORKDIR`
    pub working_dir: String,
    /// `LABEL`, by name, sorted.
    pub labels: Vec<(String, String)>,
    /// What in it was taken for the application, and why: one sentence.
    pub application: String,
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

/// A command that an installation puts on the `PATH`: `gunicorn = gunicorn.app.wsgiapp:run`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Script {
    /// The command.
    pub name: String,
    /// The dotted module it runs.
    pub module: String,
    /// The root whose metadata says so.
    pub root: RootId,
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
    /// Console scripts of the installed distributions and of the application's own metadata.
    pub scripts: Vec<Script>,
    /// Images and bundles that stand by themselves.
    pub images: Vec<Image>,
    /// What could not be looked at.
    pub notices: Vec<Notice>,
}

impl Sources {
    /// A file's path as a person names it: with its root.
    pub fn shown(&self, file: FileId) -> String {
        let Some(file) = self.files.get(file) else { return String::new() };
        match self.roots.get(file.root).map(|root| root.label.trim_end_matches('/')) {
            None | Some("" | ".") => file.path.to_string(),
            // A root can be a single file.
            Some(label) if label == &*file.path || label.ends_with(&format!("/{}", file.path)) => label.into(),
            Some(label) => format!("{label}/{}", file.path),
        }
    }

    /// Where a file is on this machine, or would be in the archive that it lies in.
    pub fn path(&self, file: FileId) -> PathBuf {
        let file = &self.files[file];
        self.roots[file.root].path.join(&*file.path)
    }
}

/// A distribution's name as names are compared: [PEP 503](https://peps.python.org/pep-0503/#normalized-names).
pub fn normalized(name: &str) -> String {
    let words = name.split(['-', '_', '.']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_ascii_lowercase()
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
