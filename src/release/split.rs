//! The files of two charts, and the releases that lead from one to the other: which line belongs to which release.
//!
//! Each smallest edit of a file is made alone, and what it changes in the objects tells the release that it belongs
//! to. In the end the objects after each release are checked as those of a plan are: what cannot be parted safely is
//! not written, with the reason.

use std::collections::{BTreeMap, BTreeSet};

use super::lines::{self, Edit};
use super::plan;
use crate::model::{ChartObject, Deployer, ObjectId, Usage};

/// The files of a chart by their paths.
pub type Tree = BTreeMap<String, Vec<u8>>;
/// What a tree renders to.
pub type Render<'r> = dyn FnMut(&Tree) -> Result<Vec<ChartObject>, String> + 'r;
/// The most edits that are tried one by one.
pub const MAX_EDITS: usize = 400;

/// An edit that is made as a whole.
struct Atom<'t> {
    file: &'t str,
    edit: Edit,
    /// The edit of the two files that it is a part of.
    whole: usize,
    /// The release that makes it.
    step: Option<usize>,
}

/// What differs in an object.
#[derive(Default)]
struct Delta {
    /// Keys that are removed, each with the object that has them.
    removed: BTreeSet<(String, String)>,
    /// Whether something else differs.
    other: bool,
    /// Whether that can come of the change of another object: a checksum in a pod's annotations.
    follows: bool,
    /// Whether the object goes.
    gone: bool,
}

/// The tree after each release, as far as they can be parted; else why not.
///
/// `stages` are the objects after each release.
pub fn split(
    deployer: Deployer,
    old: &Tree,
    new: &Tree,
    before: &[ChartObject],
    stages: &[Vec<ChartObject>],
    render: &mut Render<'_>,
) -> Vec<Result<Tree, String>> {
    let all = |why: String| stages.iter().map(|_| Err(why.clone())).collect();
    let mut atoms = match atoms(old, new) {
        Ok(atoms) if atoms.len() > MAX_EDITS => {
            return all(format!("the files differ in {} places, too many to try each", atoms.len()));
        }
        Ok(atoms) => atoms,
        Err(why) => return all(why),
    };
    // It is rendered as it will be from now on: elsewhere than the charts were.
    let start = match render(old) {
        Ok(objects) => objects,
        Err(why) => return all(format!("the old chart cannot be rendered apart from its folder: {why}")),
    };
    let mut previous = before;
    let steps: Vec<BTreeMap<ObjectId, Delta>> = stages
        .iter()
        .map(|stage| {
            let delta = deltas(previous, stage);
            previous = stage;
            delta
        })
        .collect();
    if let Err(why) = assign(old, new, &mut atoms, &start, &steps, render) {
        return all(why);
    }
    let mut out: Vec<Result<Tree, String>> = Vec::new();
    let mut last = start;
    for step in 0..stages.len() {
        if out.last().is_some_and(Result::is_err) {
            out.push(Err(format!("it comes after release {step}, for which there is no patch")));
            continue;
        }
        let chosen: Vec<&Atom> = atoms.iter().filter(|atom| atom.step.is_some_and(|of| of <= step)).collect();
        let tree = made(old, new, &chosen);
        let checked = render(&tree).and_then(|objects| {
            let errors = plan::errors(deployer, &last, &objects);
            last = objects;
            match errors.first() {
                None if out.iter().flatten().next_back().unwrap_or(old) == &tree => {
                    Err("no line of the chart's files is of this release alone".into())
                }
                None => Ok(tree),
                Some(error) => Err(format!("its lines cannot be parted safely: {}: {}", error.rule.id, error.message)),
            }
        });
        out.push(checked);
    }
    out
}

/// The smallest edits between two trees.
fn atoms<'t>(old: &'t Tree, new: &'t Tree) -> Result<Vec<Atom<'t>>, String> {
    let mut out = Vec::new();
    let mut whole = 0;
    let files: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for file in files.into_iter().filter(|file| old.get(*file) != new.get(*file)) {
        let (before, after) = (text(old, file)?, text(new, file)?);
        let (before, after) = (lines::lines(before), lines::lines(after));
        for edit in lines::edits(&before, &after) {
            // A file that comes or goes does so in one.
            let parts = match old.contains_key(file) && new.contains_key(file) {
                true => parts(&before, &after, &edit),
                false => vec![edit],
            };
            out.extend(parts.into_iter().map(|edit| Atom { file, edit, whole, step: None }));
            whole += 1;
        }
    }
    Ok(out)
}

fn text<'t>(tree: &'t Tree, file: &str) -> Result<&'t str, String> {
    let bytes = tree.get(file).map(Vec::as_slice).unwrap_or_default();
    std::str::from_utf8(bytes).map_err(|_| format!("{file} differs and is no text"))
}

/// An edit in parts: lines of the same key replace each other, and each item that goes or comes is one.
fn parts(old: &[&str], new: &[&str], edit: &Edit) -> Vec<Edit> {
    let key = |line: &&str| line.split(':').next().unwrap_or_default().trim().to_string();
    let keys = |lines: &[&str]| lines.iter().map(key).collect::<Vec<_>>();
    let (before, after) = (&old[edit.old.clone()], &new[edit.new.clone()]);
    let mut out = Vec::new();
    let (mut i, mut j) = (0, 0);
    let shifted = |i: usize, j: usize, end_i: usize, end_j: usize| Edit {
        old: edit.old.start + i..edit.old.start + end_i,
        new: edit.new.start + j..edit.new.start + end_j,
    };
    for inner in lines::edits(&keys(before), &keys(after)) {
        while i < inner.old.start {
            out.push(shifted(i, j, i + 1, j + 1));
            (i, j) = (i + 1, j + 1);
        }
        let (gone, come) = (items(&before[inner.old.clone()]), items(&after[inner.new.clone()]));
        if !gone.is_empty() && !come.is_empty() {
            out.push(shifted(inner.old.start, inner.new.start, inner.old.end, inner.new.end));
        } else {
            out.extend(gone.iter().map(|item| shifted(i + item.start, j, i + item.end, j)));
            out.extend(come.iter().map(|item| shifted(i, j + item.start, i, j + item.end)));
        }
        (i, j) = (inner.old.end, inner.new.end);
    }
    while i < before.len() && j < after.len() {
        out.push(shifted(i, j, i + 1, j + 1));
        (i, j) = (i + 1, j + 1);
    }
    out
}

/// Lines in parts that begin with the least indented ones.
fn items(lines: &[&str]) -> Vec<std::ops::Range<usize>> {
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let filled = |line: &&&str| !line.trim().is_empty();
    let least = lines.iter().filter(filled).map(indent).min().unwrap_or(0);
    let starts = lines.iter().enumerate().filter(|(_, line)| filled(line) && indent(line) == least);
    let mut starts: Vec<usize> = starts.map(|(at, _)| at).collect();
    // What stands before the first belongs to it.
    if let Some(first) = starts.first_mut() {
        *first = 0;
    } else if !lines.is_empty() {
        starts.push(0);
    }
    let ends = starts.iter().skip(1).copied().chain([lines.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

/// The old tree with some edits made.
fn made(old: &Tree, new: &Tree, atoms: &[&Atom<'_>]) -> Tree {
    let mut tree = old.clone();
    let files: BTreeSet<&str> = atoms.iter().map(|atom| atom.file).collect();
    for file in files {
        let (before, after) = (text(old, file).unwrap_or_default(), text(new, file).unwrap_or_default());
        let edits: Vec<&Edit> = atoms.iter().filter(|atom| atom.file == file).map(|atom| &atom.edit).collect();
        let text = lines::applied(&lines::lines(before), &lines::lines(after), &edits).concat();
        match text.is_empty() && !new.contains_key(file) {
            true => drop(tree.remove(file)),
            false => drop(tree.insert(file.into(), text.into_bytes())),
        }
    }
    tree
}

/// Finds the release of each edit.
fn assign(
    old: &Tree,
    new: &Tree,
    atoms: &mut Vec<Atom<'_>>,
    start: &[ChartObject],
    steps: &[BTreeMap<ObjectId, Delta>],
    render: &mut Render<'_>,
) -> Result<(), String> {
    let mut broken: BTreeSet<usize> = BTreeSet::new();
    for atom in atoms.iter_mut() {
        match render(&made(old, new, &[&*atom])) {
            Ok(objects) => atom.step = step(atom, &deltas(start, &objects), steps)?,
            Err(_) => drop(broken.insert(atom.whole)),
        }
    }
    // What shows nothing by itself: what comes is there from the first release on, what goes stays to the last.
    let last = steps.len().saturating_sub(1);
    for atom in atoms.iter_mut().filter(|atom| atom.step.is_none() && !broken.contains(&atom.whole)) {
        atom.step = Some(if atom.edit.old.is_empty() { 0 } else { last });
    }
    if broken.is_empty() {
        return Ok(());
    }
    // What is no chart by itself is tried as the whole that it is a part of, with what has come.
    let mut kept: Vec<Atom> = Vec::new();
    for atom in atoms.drain(..) {
        match kept.last_mut() {
            Some(last) if last.whole == atom.whole && broken.contains(&atom.whole) => {
                last.edit.old.end = atom.edit.old.end;
                last.edit.new.end = atom.edit.new.end;
                last.step = None;
            }
            _ => kept.push(atom),
        }
    }
    *atoms = kept;
    let there: Vec<usize> = (0..atoms.len()).filter(|at| atoms[*at].step == Some(0)).collect();
    let base = made(old, new, &there.iter().map(|at| &atoms[*at]).collect::<Vec<_>>());
    let base = render(&base)?;
    for at in (0..atoms.len()).filter(|at| broken.contains(&atoms[*at].whole)).collect::<Vec<_>>() {
        let mut chosen: Vec<usize> = there.clone();
        chosen.push(at);
        chosen.sort_unstable();
        chosen.dedup();
        let chosen: Vec<&Atom> = chosen.iter().map(|at| &atoms[*at]).collect();
        let objects = render(&made(old, new, &chosen)).map_err(|why| format!("{}: {why}", shown(&atoms[at])))?;
        let found = step(&atoms[at], &deltas(&base, &objects), steps)?;
        atoms[at].step = Some(found.unwrap_or(last));
    }
    Ok(())
}

/// `values.yaml:3`
fn shown(atom: &Atom<'_>) -> String {
    format!("{}:{}", atom.file.split_once('/').map_or(atom.file, |(_, rest)| rest), atom.edit.old.start + 1)
}

/// The release to which what an edit changes belongs; none if it changes nothing.
fn step(
    atom: &Atom<'_>,
    changed: &BTreeMap<ObjectId, Delta>,
    steps: &[BTreeMap<ObjectId, Delta>],
) -> Result<Option<usize>, String> {
    let mut found: BTreeMap<usize, &ObjectId> = BTreeMap::new();
    let causes = changed.values().any(|delta| !delta.follows);
    for (id, delta) in changed.iter().filter(|(_, delta)| !(delta.follows && causes)) {
        let at = |wanted: &dyn Fn(&Delta) -> bool| steps.iter().position(|step| step.get(id).is_some_and(wanted));
        if delta.gone {
            found.extend(at(&|it| it.gone).map(|at| (at, id)));
            continue;
        }
        for key in &delta.removed {
            found.extend(at(&|it| it.removed.contains(key)).map(|at| (at, id)));
        }
        if delta.other {
            found.extend(at(&|it| it.other).map(|at| (at, id)));
        }
    }
    if found.len() > 1 {
        let parts = found.iter().map(|(step, id)| format!("release {} ({} {})", step + 1, id.kind, id.name));
        let parts: Vec<String> = parts.collect();
        return Err(format!("{} makes what belongs to {}", shown(atom), parts.join(" and ")));
    }
    Ok(found.into_keys().next())
}

/// How the objects differ.
fn deltas(before: &[ChartObject], after: &[ChartObject]) -> BTreeMap<ObjectId, Delta> {
    let by_id = |objects| -> BTreeMap<&ObjectId, &ChartObject> {
        let objects: &[ChartObject] = objects;
        objects.iter().map(|object| (&object.id, object)).collect()
    };
    let (old, new) = (by_id(before), by_id(after));
    let ids: BTreeSet<&ObjectId> = old.keys().chain(new.keys()).copied().collect();
    let delta = |id: &ObjectId| match (old.get(id), new.get(id)) {
        (Some(old), Some(new)) => differ(old, new),
        (Some(_), None) => Some(Delta { gone: true, ..Delta::default() }),
        _ => Some(Delta { other: true, ..Delta::default() }),
    };
    ids.into_iter().filter_map(|id| Some((id.clone(), delta(id)?))).collect()
}

fn differ(old: &ChartObject, new: &ChartObject) -> Option<Delta> {
    let keys = |object: &ChartObject| -> BTreeMap<(String, String), u64> {
        let all = object.produces.iter();
        let pairs = all.flat_map(|it| it.keys.iter().map(|(key, from)| ((it.object.name.clone(), key.clone()), *from)));
        pairs.collect()
    };
    let (before, after) = (keys(old), keys(new));
    let removed: BTreeSet<_> = before.keys().filter(|key| !after.contains_key(*key)).cloned().collect();
    let more = after.iter().any(|(key, from)| before.get(key) != Some(from));
    let rest = match before.is_empty() && after.is_empty() {
        true => old.content != new.content,
        false => old.id.kind == "SecretProviderClass" && old.rest != new.rest,
    };
    let other = more || rest || old.hook != new.hook || old.kept != new.kept;
    let uses = |object: &ChartObject| -> BTreeSet<(Usage, String, Option<String>)> {
        let needs = object.pods.iter().flat_map(|pod| &pod.needs);
        needs.map(|need| (need.usage.clone(), need.object.name.clone(), need.key.clone())).collect()
    };
    let follows = !old.pods.is_empty() && old.hook == new.hook && uses(old) == uses(new);
    (other || !removed.is_empty()).then_some(Delta { removed, other, follows, gone: false })
}
