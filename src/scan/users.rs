//! Where classes are named whose methods read: a plain class that no code names is made, and its methods are called,
//! by nobody.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::store::Store;
use crate::model::{FileId, ImportGraph, Place, Read, RootKind, Sources, Span, Timing};
use crate::python::outline::{Unit, UnitKind};
use crate::python::words::Words;

/// Decorators that leave a class what it is.
const PLAIN_DECORATORS: [&str; 4] = ["dataclass", "dataclasses.dataclass", "final", "typing.final"];

/// Offset, word and line of where a class is named.
type Hit = (usize, usize, u32);

/// Notes, for each read in a method of a plain class of an application or of vendored code, where that class is named:
/// outside of itself, in code, strings or comments of that code and of what imports it. A class with a base or a decorator
/// of somebody's may be known to who does not name it.
pub fn mark(reads: &mut [Read], sources: &Sources, store: &Store<'_>, graph: &ImportGraph) {
    let own = |file: FileId| {
        let root = sources.files.get(file).and_then(|file| sources.roots.get(file.root));
        root.is_some_and(|root| matches!(root.kind, RootKind::Application | RootKind::Vendored))
    };
    let mut classes: BTreeMap<(FileId, String), Vec<usize>> = BTreeMap::new();
    for (index, read) in reads.iter().enumerate() {
        let class = read.function.as_deref().and_then(|function| function.split_once('.')).map(|(class, _)| class);
        if let (Some(class), None, true) =
            (class, &read.settings, read.timing != Timing::Import && own(read.place.file))
        {
            classes.entry((read.place.file, class.into())).or_default().push(index);
        }
    }
    classes.retain(|(file, class), _| plain(store, *file, class).is_some());
    if classes.is_empty() {
        return;
    }
    let names: BTreeSet<&str> = classes.keys().map(|(_, class)| class.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let words = Words::new(&names);
    let imports_own = |file: FileId| graph.imports.get(file).into_iter().flatten().any(|target| own(*target));
    let files: Vec<FileId> = (0..sources.files.len())
        .filter(|file| sources.files[*file].python && (own(*file) || imports_own(*file)))
        .collect();
    let named: Vec<(FileId, Vec<Hit>)> = files
        .par_iter()
        .map(|&file| {
            let text = store.text(file);
            let found = words.find(&text).map(|(offset, word)| (offset, word, line(&text, offset)));
            (file, found.collect())
        })
        .collect();
    for ((file, class), indexes) in &classes {
        let Some(unit) = plain(store, *file, class) else { continue };
        let outside = |at: FileId, offset: usize| at != *file || !(unit.start..unit.end).contains(&offset);
        let users: Vec<Place> = (named.iter())
            .filter_map(|(at, hits)| {
                let hit = hits.iter().find(|(offset, word, _)| names[*word] == class && outside(*at, *offset))?;
                Some(Place { file: *at, span: Span { line: hit.2, end_line: hit.2, ..Span::default() } })
            })
            .collect();
        for index in indexes {
            reads[*index].users = Some(users.clone());
        }
    }
}

fn line(text: &str, offset: usize) -> u32 {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    u32::try_from(memchr::memchr_iter(b'\n', before).count() + 1).unwrap_or(u32::MAX)
}

/// The unit of a class in the first column, if there is one of that name, without bases and without decorators that
/// could tell others of it.
fn plain<'s>(store: &'s Store<'_>, file: FileId, class: &str) -> Option<&'s Unit> {
    let outline = store.outline_of(file);
    let mut units = outline.units.iter().filter(|unit| unit.kind == UnitKind::Class && &*unit.name == class);
    let unit = units.next().filter(|_| units.next().is_none() && outline.anomaly.is_none())?;
    let text = store.text(file);
    is_plain(text.get(unit.start..unit.end)?, class).then_some(unit)
}

fn is_plain(text: &str, class: &str) -> bool {
    let Some(at) = text.find(&format!("class {class}")) else { return false };
    let (decorators, header) = text.split_at(at);
    let known = |line: &str| {
        let name = line.trim().trim_start_matches('@').split('(').next().unwrap_or_default().trim();
        PLAIN_DECORATORS.contains(&name)
    };
    let decorators = decorators.lines().filter(|line| line.starts_with('@')).all(known);
    let rest = header.trim_start_matches("class ").trim_start_matches(class).trim_start();
    decorators && [":", "():", "(object):"].iter().any(|plain| rest.starts_with(plain))
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn a_plain_class_has_no_base_and_no_decorator() {
        for (text, expected) in [
            ("class A:\n    pass\n", true),
            ("class A(object):\n    pass\n", true),
            ("@dataclass(frozen=True)\nclass A:\n    x: int\n", true),
            ("@dataclass(\n    frozen=True,\n)\nclass A:\n    x: int\n", true),
            ("@register\nclass A:\n    pass\n", false),
            ("class A(Base):\n    pass\n", false),
            ("class A(metaclass=M):\n    pass\n", false),
        ] {
            assert_eq!(is_plain(text, "A"), expected, "{text}");
        }
    }
}
