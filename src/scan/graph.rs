//! Who imports whom, from the outlines.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::store::Store;
use crate::link::modules::{Modules, Target};
use crate::model::{FileId, ImportGraph, Sources};
use crate::python::imports::{Import, When};

/// An import, resolved: what it makes visible where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The module imported from.
    pub target: FileId,
    /// `(name, local name)` of a `from` import; `*` for all; empty where the module itself is imported.
    pub names: Vec<(Box<str>, Box<str>)>,
}

/// The import graph of all roots.
pub struct Graph {
    /// For each file, what it imports.
    pub edges: Vec<Vec<Edge>>,
    /// For each file, who imports it.
    pub importers: Vec<Vec<FileId>>,
    /// For each file, whom it runs.
    runs: Vec<Vec<FileId>>,
}

/// Resolves all imports.
pub fn build(sources: &Sources, store: &Store<'_>, modules: &Modules<'_>) -> Graph {
    let mut edges: Vec<Vec<Edge>> = Vec::with_capacity(sources.files.len());
    let mut runs = Vec::with_capacity(sources.files.len());
    for file in 0..sources.files.len() {
        let mut own = Vec::new();
        let mut run = BTreeSet::new();
        for import in &store.outline_of(file).imports {
            resolve(modules, file, import, &mut own, &mut run);
        }
        for shared in modules.shared_by_tests(file) {
            run.insert(shared);
            own.push(Edge { target: shared, names: vec![("*".into(), "*".into())] });
        }
        run.remove(&file);
        runs.push(run.into_iter().collect());
        edges.push(own);
    }
    edges.par_iter_mut().for_each(|own| {
        own.sort();
        own.dedup();
    });
    let mut importers = vec![Vec::new(); sources.files.len()];
    for (file, own) in edges.iter().enumerate() {
        for edge in own {
            if importers[edge.target].last() != Some(&file) {
                importers[edge.target].push(file);
            }
        }
    }
    Graph { edges, importers, runs }
}

fn resolve(modules: &Modules<'_>, file: FileId, import: &Import, edges: &mut Vec<Edge>, runs: &mut BTreeSet<FileId>) {
    let runs_it = import.when != When::Never;
    let mut run = |target: FileId| {
        if runs_it {
            runs.insert(target);
        }
    };
    // `import a.b.c` runs the packages on the way.
    for module in std::iter::once(&import.module).chain(import.more.iter().map(|more| &more.name)) {
        let mut at = String::new();
        for segment in module.split('.').filter(|s| !s.is_empty()) {
            if !at.is_empty() {
                at.push('.');
            }
            at.push_str(segment);
            if let Target::File(target) = modules.resolve(file, import.level, &at) {
                run(target);
                if import.names.is_empty() {
                    edges.push(Edge { target, names: vec![] });
                }
            }
        }
    }
    if import.names.is_empty() {
        return;
    }
    let module = modules.resolve(file, import.level, &import.module);
    let mut from_module = Vec::new();
    for imported in &import.names {
        let local = imported.local.as_ref().unwrap_or(&imported.name);
        let dotted = match (import.module.is_empty(), &*imported.name) {
            (_, "*") => String::new(),
            (true, name) => name.to_string(),
            (false, name) => format!("{}.{name}", import.module),
        };
        if !dotted.is_empty()
            && let Target::File(target) = modules.resolve(file, import.level, &dotted)
        {
            run(target);
            edges.push(Edge { target, names: vec![] });
        }
        from_module.push((imported.name.clone(), local.clone()));
    }
    if let Target::File(target) = module {
        run(target);
        edges.push(Edge { target, names: from_module });
    }
}

impl Graph {
    /// The part that later stages need.
    pub fn into_imports(self, modules: &Modules<'_>) -> ImportGraph {
        ImportGraph { imports: self.runs, modules: modules.names() }
    }
}
