//! One root → its files, sorted, with what could not be looked at.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::installed;
use super::plan::Plan;
use super::shown;
use crate::files::{self, Files};
use crate::model::{Notice, NoticeKind, RootKind};

/// Folders by which people keep copies of other people's packages inside a tree.
pub const VENDOR_FOLDERS: [&str; 7] =
    ["_vendor", "_vendored", "externals", "third_party", "thirdparty", "vendor", "vendored"];

/// A larger file without an extension is no script, and is not opened to look for a `#!` line.
const SCRIPT_LIMIT: u64 = 256 * 1024;

/// A file of a root.
#[derive(Debug)]
pub struct Found {
    /// Relative to the root, with `/`.
    pub path: String,
    /// Where it really is, if a symbolic link leads to it.
    pub real: Option<PathBuf>,
    /// Bytes.
    pub size: u64,
    /// Whether it is Python source.
    pub python: bool,
}

/// What a walk brings home.
#[derive(Debug, Default)]
pub struct Walked {
    /// Sorted by path.
    pub files: Vec<Found>,
    /// Folders that are roots of their own (vendor folders, installed packages), sorted.
    pub nested: Vec<PathBuf>,
    /// What could not be looked at.
    pub notices: Vec<Notice>,
}

impl Walked {
    /// The files below `folder` (`a/b`), or all of them for an empty one.
    pub fn below(&self, folder: &str) -> &[Found] {
        if folder.is_empty() {
            return &self.files;
        }
        let prefix = format!("{folder}/");
        let start = self.files.partition_point(|f| f.path < prefix);
        let rest = &self.files[start..];
        &rest[..rest.partition_point(|f| f.path.starts_with(&prefix))]
    }

    /// Whether there is a file at `path`.
    pub fn has(&self, path: &str) -> bool {
        self.position(path).is_some()
    }

    /// The index of the file at `path`.
    pub fn position(&self, path: &str) -> Option<usize> {
        self.files.binary_search_by(|f| f.path.as_str().cmp(path)).ok()
    }
}

enum Seen {
    Folder(PathBuf),
    File(Found),
    /// A symbolic link to a folder: its place in the root, the link, what it leads to.
    Link(String, PathBuf, PathBuf),
    Nested(PathBuf),
    Notice(Notice),
}

/// Walks `plan`. Folders in `claimed` belong to other roots and are not entered.
///
/// Links to folders are not followed on the spot but queued, in the order of their names, and only
/// if nothing has been there yet: so the result depends neither on threads nor on how often links
/// cross each other, and the walk ends.
pub fn walk(files: &Files, plan: &Plan, claimed: &HashSet<PathBuf>) -> Walked {
    let mut out = Walked::default();
    let mut entered = HashSet::new();
    let mut queue = vec![(String::new(), plan.starts())];
    while let Some((prefix, starts)) = queue.pop() {
        let base = match prefix.as_str() {
            "" => plan.path.clone(),
            _ if entered.contains(&starts[0]) => continue,
            _ => starts[0].clone(),
        };
        let mut links = Vec::new();
        for seen in (Walker { files, plan, claimed, base: &base, prefix: &prefix }).run(&starts) {
            match seen {
                Seen::Folder(path) => drop(entered.insert(path)),
                Seen::File(file) => out.files.push(file),
                Seen::Link(rel, link, target) if link.starts_with(&target) => {
                    let detail =
                        format!("a symbolic link to {}, which holds it: a loop, not followed", target.display());
                    out.notices.push(plan.unreadable(&rel, detail));
                }
                Seen::Link(_, _, target) if claimed.contains(&target) => {}
                Seen::Link(rel, _, target) => links.push((rel, vec![target])),
                Seen::Nested(path) => out.nested.push(path),
                Seen::Notice(notice) => out.notices.push(notice),
            }
        }
        links.sort();
        queue.extend(links.into_iter().rev());
    }
    out.files.sort_by(|a, b| a.path.cmp(&b.path));
    out.nested.sort();
    out.nested.dedup();
    out
}

struct Walker<'a> {
    files: &'a Files,
    plan: &'a Plan,
    claimed: &'a HashSet<PathBuf>,
    base: &'a Path,
    prefix: &'a str,
}

impl Walker<'_> {
    fn run(&self, starts: &[PathBuf]) -> Vec<Seen> {
        let Some((first, more)) = starts.split_first() else {
            return Vec::new();
        };
        if self.files.in_archive(first) {
            let (sender, receiver) = channel();
            for start in starts {
                self.archive(start, &sender);
            }
            drop(sender);
            return receiver.into_iter().collect();
        }
        let mut builder = WalkBuilder::new(first);
        for start in more {
            builder.add(start);
        }
        builder.standard_filters(false).require_git(false);
        if self.plan.kind == RootKind::Application {
            // Not the user's global ignore file: two machines must see the same tree.
            builder.git_ignore(true).git_exclude(true).parents(true);
        }
        let (sender, receiver) = channel();
        builder.build_parallel().run(|| {
            let sender = sender.clone();
            Box::new(move |entry| self.visit(entry, &sender))
        });
        drop(sender);
        receiver.into_iter().collect()
    }

    fn visit(&self, entry: Result<DirEntry, ignore::Error>, out: &Sender<Seen>) -> WalkState {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let (path, detail) = explain(&error);
                let rel = path.and_then(|path| self.relative(path)).unwrap_or_default();
                return tell(out, Seen::Notice(self.plan.unreadable(&rel, detail)));
            }
        };
        let path = entry.path();
        if entry.depth() > 0 && self.claimed.contains(path) {
            return WalkState::Skip;
        }
        let Some(rel) = self.relative(path) else {
            let detail = "the name is not UTF-8: not looked at".to_string();
            let rel = path.to_string_lossy().into_owned();
            tell(out, Seen::Notice(self.plan.unreadable(&rel, detail)));
            return WalkState::Skip;
        };
        match entry.file_type() {
            Some(kind) if kind.is_dir() => self.folder(path, entry.depth() > 0, out),
            Some(kind) if kind.is_file() && self.listed(path, &rel) => match entry.metadata() {
                Ok(meta) => tell(out, self.file(path, rel, meta.len())),
                Err(error) => {
                    let detail = explain(&error).1;
                    tell(out, Seen::Notice(self.plan.unreadable(&rel, detail)))
                }
            },
            Some(kind) if kind.is_symlink() && self.listed(path, &rel) => self.link(path, rel, out),
            _ => WalkState::Continue,
        }
    }

    /// The same walk in an archive, which git knows nothing of. The depth is bounded where it is read.
    fn archive(&self, path: &Path, out: &Sender<Seen>) {
        if self.files.is_file(path) {
            if let Some(rel) = self.relative(path) {
                let size = self.files.list(path.parent().unwrap_or(path));
                let size = size.into_iter().find(|(child, _)| child == path);
                if let Some((_, files::Found::File(size))) = size {
                    tell(out, self.file(path, rel, size));
                }
            }
            return;
        }
        let mut todo = vec![(path.to_path_buf(), false)];
        while let Some((folder, inner)) = todo.pop() {
            if inner && self.claimed.contains(&folder) || self.folder(&folder, inner, out) == WalkState::Skip {
                continue;
            }
            for (path, found) in self.files.list(&folder) {
                let Some(rel) = self.relative(&path) else { continue };
                match found {
                    files::Found::Folder => todo.push((path, true)),
                    _ if self.claimed.contains(&path) || !self.listed(&path, &rel) => {}
                    files::Found::File(size) => drop(tell(out, self.file(&path, rel, size))),
                    files::Found::Link => drop(self.link(&path, rel, out)),
                }
            }
        }
    }

    fn file(&self, path: &Path, rel: String, size: u64) -> Seen {
        let real = (!self.prefix.is_empty()).then(|| path.to_path_buf());
        Seen::File(self.found(path, rel, real, size))
    }

    fn folder(&self, path: &Path, inner: bool, out: &Sender<Seen>) -> WalkState {
        let name = path.file_name().unwrap_or_default();
        let working_tree = self.plan.working_tree();
        if inner {
            let skipped = [".git", ".hg", ".svn", "__pycache__"].iter().any(|s| name == *s)
                || working_tree && (name == "node_modules" || installed::is_environment(self.files, path));
            let handed_over = self.plan.kind == RootKind::Application && is_vendor(name.to_str());
            if skipped || handed_over {
                return WalkState::Skip;
            }
            if self.plan.kind != RootKind::Distribution && installed::is_site_packages(path) {
                tell(out, Seen::Nested(path.to_path_buf()));
                return WalkState::Skip;
            }
        }
        if self.plan.kind == RootKind::Application {
            // Asked for by name because git may ignore them, and then the walk never sees them.
            for folder in VENDOR_FOLDERS {
                let folder = path.join(folder);
                if self.files.is_folder(&folder) {
                    tell(out, Seen::Nested(folder));
                }
            }
        }
        tell(out, Seen::Folder(path.to_path_buf()))
    }

    fn link(&self, path: &Path, rel: String, out: &Sender<Seen>) -> WalkState {
        let target = self.files.canonical(path).and_then(|real| Ok((self.files.find(&real)?, real)));
        let seen = match target {
            Ok((files::Found::Folder, real)) => Seen::Link(rel, path.to_path_buf(), real),
            Ok((files::Found::File(size), real)) => Seen::File(self.found(path, rel, Some(real), size)),
            Ok(_) => return WalkState::Continue,
            Err(error) => {
                let detail = format!("a symbolic link that leads nowhere: {error}");
                Seen::Notice(self.plan.unreadable(&rel, detail))
            }
        };
        tell(out, seen)
    }

    /// Neither Python's caches and stubs nor the list of an installation's files hold code or settings.
    /// A compiled module without its source is code: Python imports it all the same.
    fn listed(&self, path: &Path, rel: &str) -> bool {
        let name = rel.rsplit('/').next().unwrap_or(rel);
        match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "pyc" => self.files.find(&path.with_extension("py")).is_err(),
            "pyo" | "pyi" => false,
            _ => !rel.ends_with(".dist-info/RECORD"),
        }
    }

    fn found(&self, path: &Path, rel: String, real: Option<PathBuf>, size: u64) -> Found {
        let name = rel.rsplit('/').next().unwrap_or(&rel);
        let python = match name.rsplit_once('.') {
            Some((_, extension)) => matches!(extension, "py" | "pyw"),
            None => {
                let metadata = rel.contains(".dist-info/") || rel.contains(".egg-info/");
                !metadata && (1..=SCRIPT_LIMIT).contains(&size) && self.starts_with_python(path)
            }
        };
        Found { path: rel, real, size, python }
    }

    /// Whether the first line is a `#!` that names Python. Unreadable is no: whoever searches the file
    /// for its words will say so.
    fn starts_with_python(&self, path: &Path) -> bool {
        let mut head = Vec::new();
        if self.files.open(path).and_then(|file| file.take(128).read_to_end(&mut head)).is_err() {
            return false;
        }
        let line = head.split(|&b| b == b'\n').next().unwrap_or(&[]);
        line.starts_with(b"#!") && memchr::memmem::find(line, b"python").is_some()
    }

    /// The path within the root; `None` if it is not UTF-8.
    fn relative(&self, path: &Path) -> Option<String> {
        let rest = path.strip_prefix(self.base).unwrap_or(path);
        let mut rel = self.prefix.to_string();
        for part in rest.components() {
            if !rel.is_empty() {
                rel.push('/');
            }
            rel.push_str(part.as_os_str().to_str()?);
        }
        Some(rel)
    }
}

fn tell(out: &Sender<Seen>, seen: Seen) -> WalkState {
    // The receiver outlives the walk, so nothing is lost here.
    let _ = out.send(seen);
    WalkState::Continue
}

/// Whether `name` is one of [`VENDOR_FOLDERS`].
pub fn is_vendor(name: Option<&str>) -> bool {
    name.is_some_and(|name| VENDOR_FOLDERS.contains(&name))
}

/// The path and the sentence of a walk's error.
fn explain(error: &ignore::Error) -> (Option<&Path>, String) {
    match error {
        ignore::Error::WithPath { path, err } => (Some(path), explain(err).1),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => explain(err),
        ignore::Error::Io(error) => (None, format!("not readable: {error}")),
        other => (None, other.to_string()),
    }
}

impl Plan {
    /// A notice about `rel` in this root.
    pub fn unreadable(&self, rel: &str, detail: String) -> Notice {
        Notice { kind: NoticeKind::Unreadable, file: Some(shown(&self.label, rel)), line: None, detail }
    }
}
