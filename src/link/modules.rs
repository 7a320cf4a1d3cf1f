//! Files ↔ modules: which file an import means, seen from the file that imports.
//!
//! A module's identity is its root and path. Each application root is a program of its own: an import
//! is looked up in its root, then in the vendored trees, then among the distributions, and never in
//! another application root. What is in an image sees nothing outside it.

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::libraries::stdlib;
use crate::model::{FileId, RootId, RootKind, Sources};

/// What an import means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A module of the scanned code.
    File(FileId),
    /// A folder without `__init__.py`.
    Namespace,
    /// Not in the scanned code.
    Outside,
}

/// The Python files of all roots, by where imports would find them.
pub struct Modules<'a> {
    sources: &'a Sources,
    files: HashMap<(RootId, &'a str), FileId>,
    folders: HashSet<(RootId, &'a str)>,
    /// First segments of absolute imports → folders (of that root) they may be found in.
    segments: Vec<HashMap<&'a str, BTreeSet<&'a str>>>,
    memo: Mutex<HashMap<(RootId, String, String), Target>>,
}

impl<'a> Modules<'a> {
    /// Indexes the Python files of `sources`.
    pub fn new(sources: &'a Sources) -> Modules<'a> {
        let mut files = HashMap::default();
        let mut folders = HashSet::default();
        for (id, file) in sources.files.iter().enumerate().filter(|(_, file)| file.python) {
            files.insert((file.root, &*file.path), id);
            let mut folder = parent(&file.path);
            while folders.insert((file.root, folder)) && !folder.is_empty() {
                folder = parent(folder);
            }
        }
        let mut segments = vec![HashMap::<&str, BTreeSet<&str>>::default(); sources.roots.len()];
        let mut add = |root: RootId, path: &'a str, name: &'a str| {
            let base = parent(path);
            if !files.contains_key(&(root, &*join(base, "__init__.py"))) {
                segments[root].entry(name).or_default().insert(base);
            }
        };
        for &(root, path) in files.keys() {
            let name = path.rsplit('/').next().unwrap_or(path);
            add(root, path, name.rsplit_once('.').map_or(name, |(stem, _)| stem));
        }
        for &(root, folder) in folders.iter().filter(|(_, folder)| !folder.is_empty()) {
            add(root, folder, folder.rsplit('/').next().unwrap_or(folder));
        }
        Modules { sources, files, folders, segments, memo: Mutex::default() }
    }

    /// What `level` dots and `module` mean in `from`.
    pub fn resolve(&self, from: FileId, level: u8, module: &str) -> Target {
        let file = &self.sources.files[from];
        let folder = parent(&file.path);
        if level > 0 {
            let mut base = folder;
            for _ in 1..level {
                base = parent(base);
            }
            return self.at(file.root, base, module);
        }
        let key = (file.root, folder.to_string(), module.to_string());
        if let Some(target) = self.memo.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return target.clone();
        }
        let target = self.absolute(file.root, folder, module);
        self.memo.lock().unwrap_or_else(PoisonError::into_inner).insert(key, target.clone());
        target
    }

    fn absolute(&self, root: RootId, folder: &str, module: &str) -> Target {
        let first = module.split('.').next().unwrap_or(module);
        let kind = self.sources.roots[root].kind;
        if kind != RootKind::Stdlib && stdlib::is_module(first) {
            return self.in_roots(root, first, module, |r| r == RootKind::Stdlib);
        }
        if let Some(bases) = self.segments[root].get(first) {
            let above = |base: &&str| base.is_empty() || folder == *base || folder.starts_with(&join(base, ""));
            let mut own: Vec<&str> = bases.iter().copied().filter(above).collect();
            // The nearest folder wins for scripts and services; an installation has one import root.
            own.sort_by_key(|base| std::cmp::Reverse(base.len()));
            if kind == RootKind::Distribution {
                own.reverse();
            }
            let rest: Vec<&str> = bases.iter().copied().filter(|base| !above(base)).collect();
            // Elsewhere in the root only if it can mean one thing: two services may have the same names.
            let rest = if rest.len() == 1 && kind != RootKind::Distribution { rest } else { vec![] };
            if let Some(target) = own.into_iter().chain(rest).map(|base| self.at(root, base, module)).find(found) {
                return target;
            }
        }
        let elsewhere =
            self.in_roots(root, first, module, |kind| matches!(kind, RootKind::Vendored | RootKind::Distribution));
        if elsewhere != Target::Outside {
            return elsewhere;
        }
        // A program that puts its own package's folder on the path (`manage.py` inside the package).
        let mut base = folder;
        loop {
            match self.at(root, base, module) {
                Target::File(file) => return Target::File(file),
                _ if base.is_empty() => return Target::Outside,
                _ => base = parent(base),
            }
        }
    }

    fn in_roots(&self, from: RootId, first: &str, module: &str, wanted: impl Fn(RootKind) -> bool) -> Target {
        let mut namespace = Target::Outside;
        for (root, segments) in self.segments.iter().enumerate() {
            let Some(bases) = segments.get(first) else { continue };
            let of = &self.sources.roots[root];
            if !wanted(of.kind) || of.image != self.sources.roots[from].image {
                continue;
            }
            for base in bases {
                if !base.is_empty() && self.sources.roots[root].kind == RootKind::Distribution {
                    continue;
                }
                match self.at(root, base, module) {
                    Target::Outside => {}
                    Target::Namespace => namespace = Target::Namespace,
                    file => return file,
                }
            }
        }
        namespace
    }

    fn at(&self, root: RootId, base: &str, module: &str) -> Target {
        let path = if module.is_empty() { base.to_string() } else { join(base, &module.replace('.', "/")) };
        let package = join(&path, "__init__.py");
        let plain = format!("{path}.py");
        for candidate in [package, plain] {
            if let Some(&file) = self.files.get(&(root, &*candidate)) {
                return Target::File(file);
            }
        }
        if self.folders.contains(&(root, &*path)) { Target::Namespace } else { Target::Outside }
    }

    /// The file of `name` inside the package whose `__init__.py` is `package`.
    pub fn submodule(&self, package: FileId, name: &str) -> Option<FileId> {
        let file = &self.sources.files[package];
        let folder = file.path.strip_suffix("__init__.py")?.trim_end_matches('/');
        match self.at(file.root, folder, name) {
            Target::File(file) => Some(file),
            _ => None,
        }
    }

    /// The dotted name by which a file is imported from its topmost package: `acme.client`.
    pub fn dotted(&self, file: FileId) -> String {
        let file = &self.sources.files[file];
        let mut base = parent(&file.path);
        while !base.is_empty() && self.files.contains_key(&(file.root, &*join(base, "__init__.py"))) {
            base = parent(base);
        }
        // An installation has one import root, so folders without `__init__.py` are namespaces.
        if self.sources.roots[file.root].kind == RootKind::Distribution {
            base = "";
        }
        let path = file.path[base.len()..].trim_start_matches('/');
        let path = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        let path = path.strip_suffix("/__init__").unwrap_or(path);
        path.replace('/', ".")
    }

    /// The files whose fixtures a test file can name, the nearest first.
    pub fn shared_by_tests(&self, file: FileId) -> Vec<FileId> {
        let path = &self.sources.files[file].path;
        let name = path.rsplit('/').next().unwrap_or(path);
        let mut found = Vec::new();
        if !(name.starts_with("test_") || name.ends_with("_test.py") || name == "conftest.py") {
            return found;
        }
        let mut folder = parent(path);
        loop {
            let beside = join(folder, "conftest.py");
            let shared = self.files.get(&(self.sources.files[file].root, &*beside)).copied();
            found.extend(shared.filter(|shared| *shared != file));
            if folder.is_empty() {
                return found;
            }
            folder = parent(folder);
        }
    }

    /// All dotted names by which files can be named on a command line, sorted.
    pub fn names(&self) -> Vec<(String, FileId)> {
        let mut names = BTreeMap::new();
        for &id in self.files.values() {
            names.insert((self.dotted(id), id), ());
            let path = &self.sources.files[id].path;
            let stem = path.strip_suffix(".py").unwrap_or(path);
            names.insert((stem.strip_suffix("/__init__").unwrap_or(stem).replace('/', "."), id), ());
        }
        names.into_keys().collect()
    }
}

fn found(target: &Target) -> bool {
    *target != Target::Outside
}

/// The folder of a path, `""` for the root.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") }
}
