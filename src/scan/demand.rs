//! Upward demand: which further units use names that matter.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::graph::Graph;
use super::store::{Demanded, Store};
use crate::link::Interest;
use crate::model::{FileId, Read};
use crate::python::ir::Name;
use crate::python::words::Words;

/// Adds the units that use names of `interest` that are not in `known`, wherever imports make them visible;
/// the files that use one.
pub fn extend(
    demanded: &mut Demanded,
    store: &Store<'_>,
    graph: &Graph,
    known: &Interest,
    interest: &Interest,
) -> BTreeSet<FileId> {
    let mut wanted = visible(graph, &known.files, &interest.files);
    for (file, names) in visible(graph, &known.called, &interest.called) {
        // Elsewhere only those that hand on what they are called with matter, and are mostly beside.
        let beside = interest.called.get(&file);
        let matter =
            |name: &String| store.is_an_applications(file) || beside.is_some_and(|b| b.contains(name.as_str()));
        let names: Vec<String> = names.into_iter().filter(matter).collect();
        if !names.is_empty() {
            wanted.entry(file).or_default().extend(names);
        }
    }
    let names: BTreeSet<&str> = wanted.values().flatten().map(String::as_str).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let words = Words::new(&names);
    let found: Vec<(FileId, BTreeSet<usize>)> = wanted
        .par_iter()
        .map(|(&file, own)| {
            let text = store.text(file);
            let outline = store.outline_of(file);
            let hits = words.find(&text).filter(|(_, word)| own.contains(names[*word]));
            let units = hits.map(|(offset, _)| outline.unit_at(offset)).filter(|unit| *unit < outline.units.len());
            (file, units.collect())
        })
        .collect();
    let mut changed = BTreeSet::new();
    for (file, units) in found {
        if units.is_empty() {
            continue;
        }
        changed.insert(file);
        let all = demanded.entry(file).or_default();
        all.extend(units);
        all.sort_unstable();
        all.dedup();
    }
    changed
}

/// Of the files looked at so far, those that may call a method of `interest` that is not in `known` on an object
/// of which nobody knew that it matters.
pub fn callers(
    looked_at: &BTreeSet<FileId>,
    store: &Store<'_>,
    known: &Interest,
    interest: &Interest,
) -> BTreeSet<FileId> {
    let methods: Vec<&str> = interest.methods.difference(&known.methods).map(|name| &**name).collect();
    if methods.is_empty() {
        return BTreeSet::new();
    }
    let words = Words::new(&methods);
    let calls = |file: &FileId| {
        let text = store.text(*file);
        words.find(&text).any(|(offset, _)| text[..offset].ends_with('.'))
    };
    looked_at.par_iter().copied().filter(calls).collect()
}

/// Names by the file that defines them.
type Names = BTreeMap<FileId, BTreeSet<Name>>;

/// File → names under which it can see something that newly matters.
fn visible(graph: &Graph, known: &Names, interest: &Names) -> BTreeMap<FileId, BTreeSet<String>> {
    let mut wanted: BTreeMap<FileId, BTreeSet<String>> = BTreeMap::new();
    let mut queue: Vec<(FileId, String)> = Vec::new();
    for (&file, names) in interest {
        let old = known.get(&file);
        for name in names.iter().filter(|name| old.is_none_or(|old| !old.contains(*name))) {
            queue.push((file, name.to_string()));
        }
    }
    while let Some((file, name)) = queue.pop() {
        if !wanted.entry(file).or_default().insert(name.clone()) {
            continue;
        }
        for &importer in &graph.importers[file] {
            for edge in graph.edges[importer].iter().filter(|edge| edge.target == file) {
                if edge.names.is_empty() {
                    // `module.name` is used where the module is imported; it is not handed on by that.
                    wanted.entry(importer).or_default().insert(name.clone());
                }
                for (imported, local) in &edge.names {
                    if **imported == *name {
                        queue.push((importer, local.to_string()));
                    } else if &**imported == "*" && !name.starts_with('_') {
                        queue.push((importer, name.clone()));
                    }
                }
            }
        }
    }
    wanted
}

/// A settings class counts as constructed unless nothing but its definition, subclasses' headers and
/// imports mentions it: a class that is handed around may be made by a framework.
pub fn mark_constructed(reads: &mut [Read], store: &Store<'_>, demanded: &Demanded) {
    let mut classes: BTreeMap<String, BTreeSet<FileId>> = BTreeMap::new();
    for read in reads.iter() {
        if let Some(settings) = read.settings.as_ref().filter(|s| !s.constructed) {
            let name = last_segment(&settings.class).to_string();
            classes.entry(name).or_default().insert(read.place.file);
        }
    }
    if classes.is_empty() {
        return;
    }
    let names: Vec<&str> = classes.keys().map(String::as_str).collect();
    let words = Words::new(&names);
    let files: Vec<FileId> = demanded.keys().copied().collect();
    let counts: Vec<HashMap<usize, usize>> = files
        .par_iter()
        .map(|&file| {
            let text = store.text(file);
            let mut uses = HashMap::new();
            for (offset, word) in words.find(&text) {
                if is_use(&text, offset, names[word].len()) {
                    *uses.entry(word).or_default() += 1;
                }
            }
            uses
        })
        .collect();
    let used: BTreeSet<&str> = counts.iter().flat_map(|uses| uses.keys()).map(|&word| names[word]).collect();
    for read in reads.iter_mut() {
        if let Some(settings) = &mut read.settings {
            settings.constructed |= used.contains(last_segment(&settings.class));
        }
    }
}

fn last_segment(dotted: &str) -> &str {
    dotted.rsplit('.').next().unwrap_or(dotted)
}

/// Whether a mention on its line is more than a definition, import, annotation or comment.
fn is_use(text: &str, offset: usize, length: usize) -> bool {
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let before = text[start..offset].trim_start();
    let after = text[offset + length..].trim_start_matches(' ');
    let defines = before.starts_with("class ");
    let imports = before.starts_with("import ") || before.starts_with("from ") || before.starts_with('#');
    let annotates = before.ends_with(": ") || before.ends_with("-> ");
    let listed = before.is_empty() && (after.starts_with(',') || after.starts_with('\n') || after.starts_with(')'));
    !(defines || imports || annotates || listed)
}
