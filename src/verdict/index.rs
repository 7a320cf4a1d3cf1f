//! The scan, as the judge looks things up in it.

use std::collections::{BTreeSet, HashMap};

use super::matching::{Match, matches, matches_prefix};
use crate::command::Target;
use crate::model::{FileId, KeyKind, Mention, RootId, RootKind, Scan};

/// Lookup tables over a scan and the mentions. Never iterated into output.
pub struct Index<'a> {
    /// The scan.
    pub scan: &'a Scan,
    modules: HashMap<&'a str, Vec<FileId>>,
    base_names: HashMap<&'a str, Vec<FileId>>,
    exact_reads: HashMap<String, Vec<usize>>,
    open_reads: Vec<usize>,
    mentions: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Index<'a> {
    /// Indexes `scan` and `mentions`.
    pub fn new(scan: &'a Scan, mentions: &'a [Mention]) -> Self {
        let mut index = Index {
            scan,
            modules: HashMap::new(),
            base_names: HashMap::new(),
            exact_reads: HashMap::new(),
            open_reads: Vec::new(),
            mentions: HashMap::new(),
        };
        for (module, file) in &scan.graph.modules {
            index.modules.entry(module).or_default().push(*file);
        }
        for (id, file) in scan.sources.files.iter().enumerate() {
            let base = file.path.rsplit('/').next().unwrap_or(&file.path);
            index.base_names.entry(base).or_default().push(id);
        }
        for (id, read) in scan.reads.iter().enumerate() {
            match read.key.kind {
                KeyKind::Exact => {
                    index.exact_reads.entry(read.key.text.to_ascii_lowercase()).or_default().push(id);
                }
                // The call sites are the reads.
                _ if read.explained => {}
                KeyKind::Any | KeyKind::Pattern => index.open_reads.push(id),
            }
        }
        for (id, mention) in mentions.iter().enumerate() {
            index.mentions.entry(&mention.name).or_default().push(id);
        }
        index
    }

    /// The reads that can mean `name`, wherever they stand, in the order of the scan. A name that
    /// ends in `*` stands for all names with that beginning.
    pub fn reads(&self, name: &str) -> Vec<(usize, Match)> {
        let all = &self.scan.reads;
        let mut found: Vec<(usize, Match)> = if let Some(prefix) = name.strip_suffix('*') {
            let meant = |(id, read): (usize, &crate::model::Read)| {
                (!read.explained).then(|| matches_prefix(&read.key, read.access, prefix))?.map(|m| (id, m))
            };
            all.iter().enumerate().filter_map(meant).collect()
        } else {
            let exact = self.exact_reads.get(&name.to_ascii_lowercase());
            exact
                .into_iter()
                .flatten()
                .chain(&self.open_reads)
                .filter_map(|id| {
                    let read = all.get(*id)?;
                    Some((*id, matches(&read.key, read.access, name)?))
                })
                .collect()
        };
        found.sort();
        found
    }

    /// The mentions of `name`.
    pub fn mentions(&self, name: &str) -> &[usize] {
        self.mentions.get(name).map_or(&[], Vec::as_slice)
    }

    /// The root a file lies in.
    pub fn root(&self, file: FileId) -> Option<RootId> {
        self.scan.sources.files.get(file).map(|file| file.root)
    }

    /// The files of a module that one of `roots` provides: those of the first root that has it.
    pub fn module(&self, name: &str, roots: &BTreeSet<RootId>) -> Vec<FileId> {
        let files = self.modules.get(name).map_or(&[][..], Vec::as_slice);
        let of = |file: &FileId| self.root(*file).filter(|root| roots.contains(root));
        let first = files.iter().filter_map(of).min();
        files.iter().copied().filter(|file| first.is_some() && of(file) == first).collect()
    }

    /// The files that running `target` runs first, sorted; empty if `roots` do not have it.
    pub fn resolve(&self, target: &Target, roots: &BTreeSet<RootId>) -> Vec<FileId> {
        let mut files = match target {
            Target::Module(name) => self.run_module(name, roots),
            Target::Script(name) => {
                let scripts = self.scan.sources.scripts.iter();
                scripts
                    .filter(|script| script.name == *name && roots.contains(&script.root))
                    .flat_map(|script| self.run_module(&script.module, roots))
                    .collect()
            }
            Target::Path(path) => self.path(path, roots),
        };
        files.sort();
        files.dedup();
        files
    }

    /// A module, what runs it (`__main__`), and the packages around it, whose `__init__` run first.
    /// `acme.web.app` may also be the attribute `app` of `acme.web`.
    fn run_module(&self, name: &str, roots: &BTreeSet<RootId>) -> Vec<FileId> {
        let mut files = self.module(&format!("{name}.__main__"), roots);
        files.extend(self.module(name, roots));
        let mut outer = name;
        if files.is_empty() {
            outer = name.rsplit_once('.').map_or("", |(outer, _)| outer);
            files = self.module(outer, roots);
        }
        if !files.is_empty() {
            while let Some((package, _)) = outer.rsplit_once('.') {
                files.extend(self.module(package, roots));
                outer = package;
            }
        }
        files
    }

    /// The files of a path in an image: where an image's folder lies in the sources is not known, so
    /// that one path has to be the end of the other; the longest such ends win.
    fn path(&self, path: &str, roots: &BTreeSet<RootId>) -> Vec<FileId> {
        let wanted: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        let Some(base) = wanted.last() else { return Vec::new() };
        let common = |file: &FileId| {
            let source = self.scan.sources.files.get(*file)?;
            let kind = self.scan.sources.roots.get(source.root)?.kind;
            let own = matches!(kind, RootKind::Application | RootKind::Vendored);
            let parts = || source.path.rsplit('/');
            let same = parts().zip(wanted.iter().rev()).take_while(|(a, b)| a == *b).count();
            let whole = same == wanted.len() || same == parts().count();
            (own && whole && roots.contains(&source.root)).then_some(same)
        };
        let candidates = self.base_names.get(base).map_or(&[][..], Vec::as_slice);
        let longest = candidates.iter().filter_map(common).max();
        candidates.iter().copied().filter(|file| longest.is_some() && common(file) == longest).collect()
    }
}
