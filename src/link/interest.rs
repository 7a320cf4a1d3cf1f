//! Names that matter upward: what callers, subclasses and importers would use.

use rustc_hash::FxHashSet as HashSet;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::FileId;
use crate::python::ir::Name;

/// Interesting names: the functions, classes and variables, by the file that defines them, through
/// which the environment is read or reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interest {
    /// File → names.
    pub files: BTreeMap<FileId, BTreeSet<Name>>,
    names: HashSet<Name>,
    /// Methods that read what they are told. They are called on whatever holds the object, so that only their
    /// names tell.
    pub methods: BTreeSet<Name>,
    /// The same for functions and classes of which only calls in applications matter, for the arguments they give.
    pub called: BTreeMap<FileId, BTreeSet<Name>>,
    called_names: HashSet<Name>,
}

impl Interest {
    /// Adds a name defined in `file`.
    pub fn add(&mut self, file: FileId, name: &Name) {
        if self.names.insert(name.clone()) || !self.is_of(file, name) {
            self.files.entry(file).or_default().insert(name.clone());
        }
    }

    /// Whether a name defined in `file` is interesting.
    pub fn is_of(&self, file: FileId, name: &Name) -> bool {
        self.files.get(&file).is_some_and(|names| names.contains(name))
    }

    /// Adds a name that is asked of objects, which cannot be found by a name.
    pub fn add_name(&mut self, name: &Name) {
        self.names.insert(name.clone());
    }

    /// Adds the name of a method that reads what it is told.
    pub fn add_method(&mut self, name: &Name) {
        self.names.insert(name.clone());
        self.methods.insert(name.clone());
    }

    /// Adds a name that applications may call.
    pub fn add_called(&mut self, file: FileId, name: &Name) {
        self.called_names.insert(name.clone());
        self.called.entry(file).or_default().insert(name.clone());
    }

    /// Whether a function or class of this name matters to applications that call it.
    pub fn is_called(&self, name: &str) -> bool {
        self.called_names.contains(name)
    }

    /// Whether a name is interesting in any file: cheap, and an over-estimate that costs only time.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }
}
