//! Charts that objects of Argo CD and Flux point to, where they are in the same repository.

use std::path::{Path, PathBuf};

use super::super::documents::{Documents, documents};
use super::super::objects::{Object, objects};
use super::super::{Input, Request, environments};
use super::pointer::{Pointer, application, helm_release};
use super::sets;
use crate::model::{Chart, Entry, Failure, Notice, NoticeKind};
use crate::yaml::{self, Node};

/// Charts that one input may have rendered.
const MAX_POINTERS: usize = 1_000;

/// What objects in these files have rendered.
pub fn pointers(files: &[(String, Vec<u8>)]) -> Vec<Pointer> {
    let mut found = Vec::new();
    for (file, bytes) in files {
        let told = |word: &str| memchr::memmem::find(bytes, word.as_bytes()).is_some();
        if !told("argoproj.io") && !told("helm.toolkit.fluxcd.io") {
            continue;
        }
        let one = [(file.clone(), bytes.clone())];
        let Documents { documents, .. } = documents(&one);
        let decoded = yaml::decode(bytes);
        let text = String::from_utf8_lossy(&decoded);
        for object in objects(&documents, &mut Vec::new()) {
            found.extend(of_object(&object, &text));
        }
    }
    found.truncate(MAX_POINTERS);
    found
}

fn of_object(object: &Object<'_>, text: &str) -> Vec<Pointer> {
    let version = object.node.scalar_at("apiVersion").unwrap_or_default();
    let group = version.split('/').next().unwrap_or_default();
    let base = Pointer::new(format!("{} {}", object.kind, object.name), object.document.file, object.node.line);
    match (object.kind, group) {
        ("Application", "argoproj.io") => application(object.node, text, &base, object.name),
        ("HelmRelease", "helm.toolkit.fluxcd.io") => vec![helm_release(object.node, text, &base, object.name)],
        ("ApplicationSet", "argoproj.io") => {
            let (name, line) = (object.name, object.node.line);
            let find = |roots: &[Node]| {
                let same = |root: &&Node| {
                    root.line == line && root.at(&["metadata", "name"]).and_then(Node::scalar) == Some(name)
                };
                roots.iter().find(same).cloned()
            };
            sets::applications(object.node, text, &base, &find)
        }
        _ => Vec::new(),
    }
}

/// Adds to the chart of these files what their objects have rendered out of the repository, whose top folder is one of
/// `tops`: the first that has the chart.
///
/// # Errors
/// If a chart that is there cannot be rendered; where not all of its values are known, only if nothing else is.
pub fn follow(
    mut all: Chart,
    files: &[(String, Vec<u8>)],
    request: &Request,
    tops: &[PathBuf],
) -> Result<Chart, Failure> {
    let flags = !request.values.is_empty()
        || !request.set.is_empty()
        || !request.set_string.is_empty()
        || !request.rendering.environments.is_empty();
    let mut failed = None;
    for pointer in pointers(files) {
        let mut open = pointer.open.clone();
        let there = |top: &&PathBuf| top.join(&pointer.chart).join("Chart.yaml").is_file();
        if let Some(top) = tops.iter().find(there).filter(|_| !pointer.chart.is_empty()) {
            let chart = top.join(&pointer.chart);
            let request = within(&pointer, &chart, request, top, &mut open);
            let one = match environments::load(&chart, &request) {
                Ok(one) => one,
                Err(failure) => {
                    let Pointer { file, line, what, .. } = &pointer;
                    let message = format!("{file}:{line}: {what}: {}", failure.message);
                    if open.is_empty() {
                        return Err(Failure::new(message));
                    }
                    let detail =
                        format!("{what}: {}; what is known is not enough: {}", open.join("; "), failure.message);
                    let (file, line) = (Some(file.clone()), Some(*line));
                    all.notices.push(Notice { kind: NoticeKind::Manifest, file, line, detail });
                    failed = failed.or(Some(Failure::new(message)));
                    continue;
                }
            };
            // What is said of all such objects is no longer so.
            let told = |it: &Notice| it.file.as_ref() == Some(&pointer.file) && it.line == Some(pointer.line);
            all.notices.retain(|it| !(told(it) && it.detail.contains("it is not followed")));
            all = joined(all, one);
            let place = chart.display();
            open.insert(0, format!("followed to {place}, as if the repository it names were this one"));
            if flags {
                open.push("its own values count, not those of -f, --set and --environment".into());
            }
        } else if !pointer.chart.is_empty() {
            open.push(format!("`{}` is no chart of this repository", pointer.chart));
        }
        let detail = format!("{}: {}", pointer.what, open.join("; "));
        let (file, line) = (Some(pointer.file.clone()), Some(pointer.line));
        if !open.is_empty() {
            all.notices.push(Notice { kind: NoticeKind::Manifest, file, line, detail });
        }
    }
    match failed {
        Some(failure) if all.containers.is_empty() => Err(failure),
        _ => Ok(all),
    }
}

/// The request for the chart that a pointer is about.
fn within(pointer: &Pointer, chart: &Path, request: &Request, top: &Path, open: &mut Vec<String>) -> Request {
    let mut rendering = request.rendering.clone();
    rendering.environments.clear();
    rendering.inline = pointer.inline.clone();
    rendering.bare = pointer.bare;
    rendering.set_json.clear();
    rendering.set_file =
        pointer.set_file.iter().map(|(name, path)| format!("{name}={}", top.join(path).display())).collect();
    let mut values: Vec<PathBuf> = Vec::new();
    for file in &pointer.files {
        let path = top.join(file);
        match path.is_file() || !pointer.may_miss {
            true if path.is_file() => values.push(path),
            true => open.push(format!("its values file `{file}` is not in this repository")),
            false => {}
        }
    }
    Request {
        input: Input::Path(chart.into()),
        values,
        set: pointer.set.clone(),
        set_string: pointer.set_string.clone(),
        namespace: request.namespace.clone().or(pointer.namespace.clone()),
        release: request.release.clone().or(pointer.release.clone()),
        rendering,
        top: request.top.clone(),
    }
}

/// Both as one chart.
fn joined(mut all: Chart, one: Chart) -> Chart {
    let offset = all.containers.len();
    if offset == 0 && all.version.is_none() {
        (all.name, all.version) = (one.name, one.version);
    }
    all.containers.extend(one.containers);
    let moved = one.entries.into_iter().map(|entry| Entry { container: entry.container + offset, ..entry });
    all.entries.extend(moved);
    all.conditional.extend(one.conditional);
    all.objects.extend(one.objects);
    all.hooks += one.hooks;
    all.notices.extend(one.notices);
    all
}
