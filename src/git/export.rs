//! A part of a revision's tree as files in a temporary folder.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Repository, Revision};
use crate::git::command::{Git, names};
use crate::model::{Failure, Notice, NoticeKind};

/// Bytes that are taken out of one revision.
const MAX_BYTES: usize = 2 << 30;

/// Files of a revision, gone again with this value.
#[derive(Debug)]
pub struct Exported {
    /// The folder that stands for the repository's root.
    pub folder: PathBuf,
    /// What was left out.
    pub notices: Vec<Notice>,
    /// Its symbolic links.
    links: Vec<String>,
}

impl Drop for Exported {
    fn drop(&mut self) {
        // If it stays, the system's temporary folder is the right place for it.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// An entry of a tree.
struct Listed {
    mode: String,
    object: String,
    size: usize,
    path: String,
}

impl Repository {
    /// The paths of the files of a revision, relative to the root.
    ///
    /// # Errors
    /// If git fails.
    pub fn files(&self, revision: &Revision) -> Result<Vec<String>, Failure> {
        Ok(names(&self.top().bytes(&["ls-tree", "-r", "-z", "--name-only", "--full-tree", &revision.commit])?))
    }

    /// Puts the files below `paths` (relative to the root, with `/`; empty: all) into `exported`.
    ///
    /// # Errors
    /// If git fails or the folder cannot be written.
    pub fn export(&self, revision: &Revision, paths: &[String], exported: &mut Exported) -> Result<(), Failure> {
        let mut arguments = vec!["ls-tree", "-r", "-z", "-l", "--full-tree", &revision.commit, "--"];
        // Sizes are asked for of what is wanted only: that takes its time in a large repository.
        if !paths.iter().any(String::is_empty) {
            arguments.extend(paths.iter().map(String::as_str));
        }
        let listed = names(&self.top().bytes(&arguments)?);
        let within = |path: &str| {
            paths.iter().any(|wanted| {
                let rest = path.strip_prefix(wanted.trim_end_matches('/'));
                wanted.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        let wanted = listed.iter().filter_map(|line| parse(line)).filter(|entry| within(&entry.path));
        let (files, others): (Vec<Listed>, Vec<Listed>) = wanted.partition(|entry| entry.mode != "160000");
        exported.notices.extend(others.into_iter().map(|entry| {
            let detail = format!("a submodule, which is not looked into at {}", revision.short());
            Notice { kind: NoticeKind::Unreadable, file: Some(entry.path), line: None, detail }
        }));
        let all: usize = files.iter().map(|entry| entry.size).sum();
        if all > MAX_BYTES {
            let named = paths.join(", ");
            return Err(Failure::new(format!(
                "{named}: {all} bytes at {}, which is too much to look at: name smaller folders with --chart, --app",
                revision.short()
            )));
        }
        let input = files.iter().map(|entry| entry.object.clone() + "\n").collect::<String>();
        let bytes = self.top().fed(&["cat-file", "--batch", "--buffer"], input.into_bytes())?;
        let mut rest = bytes.as_slice();
        for entry in &files {
            let blob = blob(&mut rest, &entry.object).ok_or_else(|| {
                Failure::new(format!(
                    "{}: not in this clone at {}; a partial clone has to fetch it first",
                    entry.path,
                    revision.short()
                ))
            })?;
            exported.put(entry, blob, revision)?;
        }
        exported.cut_links(revision);
        Ok(())
    }

    fn top(&self) -> Git {
        Git { folder: self.root.clone() }
    }
}

impl Exported {
    /// Nothing yet.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn new() -> Result<Exported, Failure> {
        Ok(Exported { folder: temporary()?, notices: Vec::new(), links: Vec::new() })
    }

    /// Takes away links that lead out of the folder: a revision may hold anything.
    fn cut_links(&mut self, revision: &Revision) {
        for link in std::mem::take(&mut self.links) {
            let path = self.folder.join(&link);
            if fs::canonicalize(&path).is_ok_and(|target| !target.starts_with(&self.folder)) {
                let _ = fs::remove_file(&path);
                let detail = format!("a link that leads out of the repository is not followed at {}", revision.short());
                self.notices.push(Notice { kind: NoticeKind::Unreadable, file: Some(link), line: None, detail });
            } else {
                self.links.push(link);
            }
        }
    }

    /// Where links lead that have nothing to lead to yet, relative to the folder.
    pub fn open_links(&self) -> Vec<PathBuf> {
        let open = self.links.iter().filter(|link| !self.folder.join(link).exists());
        let target = |link: &String| {
            let target = fs::read_link(self.folder.join(link)).ok()?;
            Some(Path::new(link).parent()?.join(target))
        };
        open.filter_map(target).collect()
    }

    fn put(&mut self, entry: &Listed, blob: &[u8], revision: &Revision) -> Result<(), Failure> {
        let relative = Path::new(&entry.path);
        // Git refuses such names itself; nothing may be written elsewhere all the same.
        if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
            return Ok(());
        }
        let path = self.folder.join(relative);
        let fail = |error: std::io::Error| Failure::new(format!("{}: cannot be written: {error}", path.display()));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(fail)?;
        }
        if entry.mode == "120000" {
            let target = String::from_utf8_lossy(blob).into_owned();
            if link(&target, &path).is_ok() {
                self.links.push(entry.path.clone());
                return Ok(());
            }
            let detail = format!("a link to {target} is not followed at {}", revision.short());
            let file = Some(entry.path.clone());
            self.notices.push(Notice { kind: NoticeKind::Unreadable, file, line: None, detail });
            return Ok(());
        }
        fs::write(&path, blob).map_err(fail)
    }
}

#[cfg(unix)]
fn link(target: &str, path: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn link(_: &str, _: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// `mode type object size<TAB>path`; submodules have `-` for a size.
fn parse(line: &str) -> Option<Listed> {
    let (head, path) = line.split_once('\t')?;
    let mut words = head.split_whitespace();
    let (mode, _, object, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
    Some(Listed { mode: mode.into(), object: object.into(), size: size.parse().unwrap_or(0), path: path.into() })
}

/// The next answer of `cat-file --batch`: `object type size`, a line end, the bytes, a line end.
fn blob<'a>(rest: &mut &'a [u8], object: &str) -> Option<&'a [u8]> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let head = std::str::from_utf8(rest.get(..end)?).ok()?;
    let size: usize = head.strip_prefix(object)?.rsplit_once(' ')?.1.parse().ok()?;
    let bytes = rest.get(end + 1..end + 1 + size)?;
    *rest = rest.get(end + size + 2..)?;
    Some(bytes)
}

/// A new folder of this process alone.
fn temporary() -> Result<PathBuf, Failure> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let base = std::env::temp_dir();
    let base = fs::canonicalize(&base).unwrap_or(base);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = base.join(format!("stripcheck-{}-{number}", std::process::id()));
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            // Left behind by another process of that number.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Failure::new(format!("{}: cannot be made: {error}", folder.display()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_taken_apart() {
        let mut rest: &[u8] = b"aa blob 3\nx\ny\nbb blob 0\n\ncc missing\n";
        assert_eq!(blob(&mut rest, "aa"), Some(&b"x\ny"[..]));
        assert_eq!(blob(&mut rest, "bb"), Some(&b""[..]));
        assert_eq!(blob(&mut rest, "cc"), None);
        let found =
            parse("100644 blob 0123 17\ta b\tc").map(|entry| (entry.mode, entry.object, entry.size, entry.path));
        assert_eq!(found, Some(("100644".into(), "0123".into(), 17, "a b\tc".into())));
    }
}
