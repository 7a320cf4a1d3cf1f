//! Where bytes come from: the disk, or archives that stand in it like folders.
//!
//! A path below an archive (`/w/acme.whl/acme/client.py`) is a path like any other: [`Files`] knows which
//! archives were opened, and looks everything else up on the disk. An archive is an index of where its
//! files' bytes are; nothing is ever unpacked to disk.

mod blob;
mod cache;
mod folder;
mod image;
pub mod limits;
mod open;
mod packed;
mod tarball;
mod tree;
mod wheels;
mod zipped;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

pub use cache::Lock;
pub use image::{Config, Platform, config};
pub use open::{Choice, Opened, Shape, holds_wheels, open, stream};
pub use packed::packed;
pub use tree::{Found, Tree};
pub use wheels::installed as installed_path;

use crate::model::Failure;

/// The disk, with opened archives in it.
#[derive(Debug, Default)]
pub struct Files {
    mounts: Vec<(PathBuf, Tree)>,
    /// Files in archives that turned out to be damaged when they were read, and how.
    damaged: Mutex<BTreeMap<PathBuf, String>>,
}

impl Files {
    /// Makes `tree` what is found at `path` and below.
    pub fn mount(&mut self, path: PathBuf, tree: Tree) {
        if self.mounts.iter().all(|(known, _)| *known != path) {
            self.mounts.push((path, tree));
        }
    }

    /// The innermost archive that `path` lies in, and the path within it.
    fn within<'a>(&'a self, path: &'a Path) -> Option<(&'a Path, &'a Tree, io::Result<&'a str>)> {
        let inside = self.mounts.iter().filter_map(|(mount, tree)| Some((mount, tree, path.strip_prefix(mount).ok()?)));
        let (mount, tree, rest) = inside.max_by_key(|(mount, ..)| mount.as_os_str().len())?;
        Some((mount, tree, rest.to_str().ok_or(io::ErrorKind::InvalidData.into())))
    }

    /// Whether `path` is in an archive, or is one.
    pub fn in_archive(&self, path: &Path) -> bool {
        self.within(path).is_some()
    }

    /// A reader of the file at `path`.
    ///
    /// # Errors
    /// If it is not there, not readable, or its archive is damaged.
    pub fn open<'a>(&'a self, path: &'a Path) -> io::Result<Box<dyn Read + 'a>> {
        match self.within(path) {
            Some((_, tree, rest)) => tree.open(rest?).inspect_err(|error| self.note(path, error)),
            None => Ok(Box::new(fs::File::open(path)?)),
        }
    }

    /// All bytes of the file at `path`.
    ///
    /// # Errors
    /// As [`Files::open`], or if it is too large to be in an archive.
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let Some((_, tree, rest)) = self.within(path) else { return fs::read(path) };
        let rest = rest?;
        let size = match tree.find(rest)? {
            Found::File(size) if size <= limits::MAX_READ => size,
            Found::File(_) => return Err(io::Error::other("too large to be read from an archive")),
            _ => return Err(io::ErrorKind::IsADirectory.into()),
        };
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        let read = tree.open(rest).and_then(|mut file| file.read_to_end(&mut bytes));
        let whole = read.and_then(|_| match bytes.len() as u64 == size {
            true => Ok(()),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        });
        whole.inspect_err(|error| self.note(path, error)).map(|()| bytes)
    }

    fn note(&self, path: &Path, error: &io::Error) {
        if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) {
            let mut damaged = self.damaged.lock().unwrap_or_else(PoisonError::into_inner);
            damaged.insert(path.to_path_buf(), error.to_string());
        }
    }

    /// That nothing that was read from an archive was damaged: what is missing then could be anything.
    ///
    /// # Errors
    /// If something was: naming the first.
    pub fn sound(&self) -> Result<(), Failure> {
        let damaged = self.damaged.lock().unwrap_or_else(PoisonError::into_inner);
        match damaged.first_key_value() {
            Some((path, why)) => Err(Failure::new(format!("{}: damaged: {why}", path.display()))),
            None => Ok(()),
        }
    }

    /// The file at `path` as text; what is not UTF-8 in it is replaced.
    pub fn text(&self, path: &Path) -> Option<String> {
        self.read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What is at `path`, links followed.
    ///
    /// # Errors
    /// If nothing is there.
    pub fn find(&self, path: &Path) -> io::Result<Found> {
        if let Some((_, tree, rest)) = self.within(path) {
            return tree.find(rest?);
        }
        let found = fs::metadata(path)?;
        Ok(match () {
            () if found.is_dir() => Found::Folder,
            () if found.is_file() => Found::File(found.len()),
            () => Found::Link,
        })
    }

    /// Whether there is a file at `path`.
    pub fn is_file(&self, path: &Path) -> bool {
        matches!(self.find(path), Ok(Found::File(_)))
    }

    /// Whether there is a folder at `path`.
    pub fn is_folder(&self, path: &Path) -> bool {
        matches!(self.find(path), Ok(Found::Folder))
    }

    /// Where `path` leads, all links followed; those in an archive lead nowhere else.
    ///
    /// # Errors
    /// If nothing is there.
    pub fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        match self.within(path) {
            Some((mount, tree, rest)) => match tree.canonical(rest?)?.as_str() {
                "" => Ok(mount.to_path_buf()),
                inner => Ok(mount.join(inner)),
            },
            None => fs::canonicalize(path),
        }
    }

    /// What `path` means as text in a file below `site`: within its archive if that is in one.
    pub fn within_same(&self, site: &Path, path: &str) -> PathBuf {
        match self.within(site) {
            Some((mount, ..)) if path.starts_with('/') => mount.join(path.trim_start_matches('/')),
            _ => site.join(path),
        }
    }

    /// What is in the folder at `path`, sorted; empty if it cannot be read.
    pub fn children(&self, path: &Path) -> Vec<PathBuf> {
        if self.in_archive(path) {
            return self.list(path).into_iter().map(|(child, _)| child).collect();
        }
        folder::children(path)
    }

    /// What is in a folder of an archive, sorted, links not followed; empty anywhere else.
    pub fn list(&self, path: &Path) -> Vec<(PathBuf, Found)> {
        let Some((_, tree, Ok(rest))) = self.within(path) else { return Vec::new() };
        let listed = tree.list(rest).unwrap_or_default();
        listed.into_iter().map(|(name, found)| (path.join(name), found)).collect()
    }

    /// What could not be taken into the archives: the archive, the path in it, a sentence.
    pub fn notices(&self) -> impl Iterator<Item = (&Path, &str, &str)> {
        self.mounts.iter().flat_map(|(mount, tree)| {
            tree.notices.iter().map(move |(path, why)| (mount.as_path(), path.as_str(), why.as_str()))
        })
    }
}
