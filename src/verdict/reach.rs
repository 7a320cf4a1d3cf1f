//! *Reached*: which modules the import graph reaches from a container's entry points.

use std::collections::{BTreeSet, VecDeque};

use super::index::Index;
use super::place::Placement;
use crate::command::LOAD_BY_NAME;
use crate::model::{FileId, RootId, RootKind};

/// What can be said of a file in one container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Code of the application.
    Application,
    /// Imported from an entry point.
    Imported,
    /// A test or example that nothing else imports.
    TestsOnly,
    /// Nothing proves that it is imported.
    Unreached,
    /// Not among the code that runs in the container.
    Outside,
}

/// The answer for one container.
#[derive(Debug)]
pub struct Reach {
    standing: Vec<Standing>,
    /// Who imports a file on a shortest way from an entry point; an entry point itself.
    importer: Vec<Option<FileId>>,
}

impl Reach {
    /// Follows the imports from the entry points of `placement`.
    pub fn new(index: &Index<'_>, placement: &Placement) -> Self {
        let sources = &index.scan.sources;
        let inside = |file: FileId| index.root(file).is_some_and(|root| placement.roots.contains(&root));
        let application = |file: FileId| {
            let owner = sources.files.get(file).map(|file| file.owner);
            // Installed beside an application, a distribution is a library; alone it can be the application.
            let kind = owner.and_then(|owner| sources.owners.get(owner)).map(|owner| owner.kind);
            inside(file)
                && (kind == Some(RootKind::Application)
                    || owner.is_some_and(|owner| placement.applications.contains(&owner)))
        };
        let test = |file: FileId| sources.files.get(file).is_some_and(|file| is_test(&file.path));
        let all = 0..sources.files.len();
        let programs: Vec<FileId> = all.clone().filter(|file| application(*file) && !test(*file)).collect();
        let python: Vec<FileId> = (placement.entries.iter().copied())
            .filter(|file| sources.files.get(*file).is_some_and(|file| file.python))
            .collect();

        let whole: Vec<FileId> = python.iter().chain(&programs).copied().collect();
        let everything = follow(index, &whole, &inside);
        let narrow = follow(index, &python, &inside);
        // A program whose entry points are all installed tools, or that loads modules by name, runs
        // application code that the imports from its entry points do not show.
        let own_entry = python.iter().any(|file| application(*file));
        let importer = if own_entry && !placement.by_name && !loads_by_name(index, &placement.roots, &narrow) {
            narrow
        } else {
            everything.clone()
        };
        let reached = |importers: &[Option<FileId>], file: FileId| importers.get(file).is_some_and(Option::is_some);
        let standing = all
            .map(|file| match () {
                () if !inside(file) => Standing::Outside,
                () if application(file) && test(file) && !reached(&everything, file) => Standing::TestsOnly,
                () if application(file) => Standing::Application,
                () if reached(&importer, file) => Standing::Imported,
                () => Standing::Unreached,
            })
            .collect();
        Reach { standing, importer }
    }

    /// What can be said of a file.
    pub fn standing(&self, file: FileId) -> Standing {
        self.standing.get(file).copied().unwrap_or(Standing::Outside)
    }

    /// The import chain from an entry point, or from the application, to a reached file.
    pub fn chain(&self, file: FileId) -> Option<Vec<FileId>> {
        let mut chain = vec![file];
        let mut at = file;
        while let Some(Some(importer)) = self.importer.get(at) {
            if *importer == at {
                chain.reverse();
                return Some(chain);
            }
            chain.push(*importer);
            at = *importer;
        }
        (self.standing(file) == Standing::Application).then(|| vec![file])
    }
}

/// Breadth first, so that the chains are shortest; starts and imports are sorted, so that they are
/// always the same.
fn follow(index: &Index<'_>, starts: &[FileId], inside: &dyn Fn(FileId) -> bool) -> Vec<Option<FileId>> {
    let mut importer = vec![None; index.scan.sources.files.len()];
    let mut queue = VecDeque::new();
    let mut visit = |file: FileId, from: FileId, queue: &mut VecDeque<FileId>| {
        if let Some(slot @ None) = importer.get_mut(file)
            && inside(file)
        {
            *slot = Some(from);
            queue.push_back(file);
        }
    };
    for start in starts {
        visit(*start, *start, &mut queue);
    }
    while let Some(file) = queue.pop_front() {
        for imported in index.scan.graph.imports.get(file).into_iter().flatten() {
            visit(*imported, file, &mut queue);
        }
    }
    importer
}

fn loads_by_name(index: &Index<'_>, roots: &BTreeSet<RootId>, importer: &[Option<FileId>]) -> bool {
    LOAD_BY_NAME
        .iter()
        .flat_map(|module| index.module(module, roots))
        .any(|file| importer.get(file).is_some_and(Option::is_some))
}

/// Whether a path looks like a test or an example. Only a hint: a module that other code imports is
/// neither.
fn is_test(path: &str) -> bool {
    let mut folders = path.split('/').rev();
    let base = folders.next().unwrap_or(path);
    base == "conftest.py"
        || base.starts_with("test_")
        || base.ends_with("_test.py")
        || folders.any(|folder| matches!(folder, "tests" | "test" | "examples" | "example" | "docs"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn tests_are_known_by_their_paths() {
        for (path, expected) in [
            ("tests/a.py", true),
            ("acme/tests/deep/a.py", true),
            ("test_a.py", true),
            ("a_test.py", true),
            ("conftest.py", true),
            ("docs/conf.py", true),
            ("acme/testing.py", false),
            ("acme/tests.py", false),
            ("latest/a.py", false),
        ] {
            assert_eq!(super::is_test(path), expected, "{path}");
        }
    }
}
