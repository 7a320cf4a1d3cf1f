//! Covers: other supplies of the same value that a reader uses once the variable is gone.

use super::evidence::Evidence;
use crate::model::{Container, Entry, Held, ObjectRef, Read, Scan};

/// Marks the readers that have the value of `entry` from a file too, which the container still has `after` the
/// change; one sentence for each.
pub fn mark(scan: &Scan, entry: &Entry, before: &Container, after: &Container, evidence: &mut Evidence) -> Vec<String> {
    let Some(value) = value_of(entry) else { return Vec::new() };
    let mut covers: Vec<String> = Vec::new();
    let mut names: Option<Vec<Key<'_>>> = None;
    for hit in &mut evidence.strong {
        let Some(read) = scan.reads.get(hit.read).filter(|read| !read.files.is_empty()) else { continue };
        let names = names.get_or_insert_with(|| same_value(value, before));
        let Some(file) = file_of(read, entry, names, after) else { continue };
        hit.covered = true;
        let who = match &read.settings {
            Some(field) => format!("field {} of {}", field.field, field.class),
            None => read.reader.clone(),
        };
        let (kind, name, key) = (&value.0.kind, &value.0.name, value.1);
        let text = format!("{who} takes {key} of {kind} {name} from the file {}, volume {}", file.0, file.1);
        if !covers.contains(&text) {
            covers.push(text);
        }
    }
    covers
}

/// Whether a container has one of the files that a reader takes its value from, whatever is in it.
pub fn has_a_file(read: &Read, container: &Container) -> bool {
    let mut paths = container.files.iter().map(|file| (file, file.holds.iter().any(|held| held.key.is_none())));
    let is = |path: &str, wanted: &String| is_path(wanted, path, read.key.case_sensitive);
    let of_folder = |folder: &str, wanted: &String| wanted.rsplit_once('/').is_some_and(|(own, _)| own == folder);
    paths.any(|(file, whole)| {
        read.files.iter().any(|wanted| if whole { of_folder(&file.path, wanted) } else { is(&file.path, wanted) })
    })
}

/// A key of an object.
type Key<'a> = (&'a ObjectRef, &'a str);

/// The key that feeds an entry.
fn value_of(entry: &Entry) -> Option<Key<'_>> {
    Some((entry.source.object.as_ref()?, entry.source.key.as_deref()?))
}

/// All names of the value of a key, as the files of a container tell.
fn same_value<'a>(value: Key<'a>, container: &'a Container) -> Vec<Key<'a>> {
    let is = |held: &Held| held.object == *value.0 && held.key.as_deref() == Some(value.1);
    let files = container.files.iter().filter(|file| file.holds.iter().any(is));
    let others = files.flat_map(|file| &file.holds).filter_map(|held| Some((&held.object, held.key.as_deref()?)));
    std::iter::once(value).chain(others).collect()
}

/// The file of the container from which a reader has a value that goes by these names: its path and volume. None
/// if at one of the places that the reader looks at is something else.
fn file_of(read: &Read, entry: &Entry, names: &[Key<'_>], container: &Container) -> Option<(String, String)> {
    let mut found = None;
    for file in &container.files {
        let of_folder = file.holds.iter().any(|held| held.key.is_none());
        let path = if of_folder { format!("{}/{}", file.path, entry_key(entry)) } else { file.path.clone() };
        if !read.files.iter().any(|wanted| is_path(wanted, &path, read.key.case_sensitive)) {
            continue;
        }
        let same = |held: &Held| {
            let key = held.key.as_deref().unwrap_or(entry_key(entry));
            // What the chart made itself and no longer makes may be gone from the file.
            let stays = held.provided || entry.source.provided != Some(true);
            stays && names.iter().any(|(object, name)| **object == held.object && *name == key)
        };
        if !file.holds.iter().any(same) {
            return None;
        }
        found = Some((path, file.volume.clone()));
    }
    found
}

fn entry_key(entry: &Entry) -> &str {
    entry.source.key.as_deref().unwrap_or_default()
}

/// Whether a reader that looks for `wanted` opens the file: the folder is the file system's, the name in it is
/// compared by the reader.
fn is_path(wanted: &str, path: &str, case_sensitive: bool) -> bool {
    match (wanted.rsplit_once('/'), path.rsplit_once('/')) {
        (Some((folder, name)), Some((other, file))) => {
            folder == other && (name == file || !case_sensitive && name.to_lowercase() == file.to_lowercase())
        }
        _ => false,
    }
}
