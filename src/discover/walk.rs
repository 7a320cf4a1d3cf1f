//! One root → its files, sorted, with what could not be looked at.

use std::collections::HashSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::installed;
use super::plan::Plan;
use super::shown;
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
pub fn walk(plan: &Plan, claimed: &HashSet<PathBuf>) -> Walked {
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
        for seen in (Walker { plan, claimed, base: &base, prefix: &prefix }).run(&starts) {
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
            Some(kind) if kind.is_dir() => self.folder(&entry, out),
            Some(kind) if kind.is_file() && listed(path, &rel) => match entry.metadata() {
                Ok(meta) => {
                    let real = (!self.prefix.is_empty()).then(|| path.to_path_buf());
                    tell(out, Seen::File(found(path, rel, real, meta.len())))
                }
                Err(error) => {
                    let detail = explain(&error).1;
                    tell(out, Seen::Notice(self.plan.unreadable(&rel, detail)))
                }
            },
            Some(kind) if kind.is_symlink() && listed(path, &rel) => self.link(path, rel, out),
            _ => WalkState::Continue,
        }
    }

    fn folder(&self, entry: &DirEntry, out: &Sender<Seen>) -> WalkState {
        let path = entry.path();
        let name = entry.file_name();
        let inner = entry.depth() > 0;
        let working_tree = self.plan.working_tree();
        if inner {
            let skipped = [".git", ".hg", ".svn", "__pycache__"].iter().any(|s| name == *s)
                || working_tree && (name == "node_modules" || installed::is_environment(path));
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
                if folder.is_dir() {
                    tell(out, Seen::Nested(folder));
                }
            }
        }
        tell(out, Seen::Folder(path.to_path_buf()))
    }

    fn link(&self, path: &Path, rel: String, out: &Sender<Seen>) -> WalkState {
        let target = fs::canonicalize(path).and_then(|real| Ok((fs::metadata(&real)?, real)));
        let seen = match target {
            Ok((meta, real)) if meta.is_dir() => Seen::Link(rel, path.to_path_buf(), real),
            Ok((meta, real)) if meta.is_file() => Seen::File(found(path, rel, Some(real), meta.len())),
            Ok(_) => return WalkState::Continue,
            Err(error) => {
                let detail = format!("a symbolic link that leads nowhere: {error}");
                Seen::Notice(self.plan.unreadable(&rel, detail))
            }
        };
        tell(out, seen)
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

/// Neither Python's caches and stubs nor the list of an installation's files hold code or settings.
/// A compiled module without its source is code: Python imports it all the same.
fn listed(path: &Path, rel: &str) -> bool {
    let name = rel.rsplit('/').next().unwrap_or(rel);
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "pyc" => !path.with_extension("py").exists(),
        "pyo" | "pyi" => false,
        _ => !rel.ends_with(".dist-info/RECORD"),
    }
}

fn found(path: &Path, rel: String, real: Option<PathBuf>, size: u64) -> Found {
    let name = rel.rsplit('/').next().unwrap_or(&rel);
    let python = match name.rsplit_once('.') {
        Some((_, extension)) => matches!(extension, "py" | "pyw"),
        None => {
            let metadata = rel.contains(".dist-info/") || rel.contains(".egg-info/");
            !metadata && (1..=SCRIPT_LIMIT).contains(&size) && starts_with_python(path)
        }
    };
    Found { path: rel, real, size, python }
}

/// Whether the first line is a `#!` that names Python. Unreadable is no: whoever searches the file
/// for its words will say so.
fn starts_with_python(path: &Path) -> bool {
    let mut head = [0; 128];
    let Ok(read) = fs::File::open(path).and_then(|mut file| file.read(&mut head)) else {
        return false;
    };
    let line = head[..read].split(|&b| b == b'\n').next().unwrap_or(&[]);
    line.starts_with(b"#!") && memchr::memmem::find(line, b"python").is_some()
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
