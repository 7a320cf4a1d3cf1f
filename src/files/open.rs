//! What a path given by hand is: an archive of some kind, or just a folder or file.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::blob::Section;
use super::limits::Budget;
use super::tree::{Found, Tree};
use super::{tarball, wheels, zipped};
use crate::model::Failure;

/// An opened archive.
#[derive(Debug)]
pub struct Opened {
    /// What is in it.
    pub tree: Tree,
    /// What it is.
    pub shape: Shape,
    /// Other archives beside it that belong to it: sdists in a folder of wheels.
    pub more: Vec<PathBuf>,
}

/// What an archive is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// One wheel, or a folder of them, laid out as installed.
    Wheels,
    /// Any tree; the folder that holds all of it, as sdists have one, or nothing.
    Tree(String),
}

/// Opens what is at `path`, which is canonical; `None` if that is a plain folder, or a file that is no
/// archive.
///
/// # Errors
/// If it is an archive that is damaged, over a limit, or of a kind that is not understood.
pub fn open(path: &Path) -> Result<Option<Opened>, Failure> {
    let fail = |why: String| Failure::new(format!("{}: {why}", path.display()));
    match path.is_dir() {
        true => folder(path).map_err(fail),
        false => {
            let input = File::open(path).and_then(Section::of_file).map_err(|error| fail(error.to_string()))?;
            archive(path, input).map_err(fail)
        }
    }
}

fn folder(path: &Path) -> Result<Option<Opened>, String> {
    let listed = std::fs::read_dir(path).map_err(|error| error.to_string())?;
    let mut files: Vec<PathBuf> = listed.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let wheels: Vec<PathBuf> = files.iter().filter(|path| wheels::is_wheel(path)).cloned().collect();
    if wheels.is_empty() {
        return Ok(None);
    }
    let is_sdist = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".tar.gz") || name.ends_with(".zip")
    };
    let more = files.into_iter().filter(is_sdist).collect();
    Ok(Some(Opened { tree: wheels::tree(&wheels)?, shape: Shape::Wheels, more }))
}

fn archive(path: &Path, input: Section) -> Result<Option<Opened>, String> {
    let wrong = |error: std::io::Error| error.to_string();
    if wheels::is_wheel(path) {
        let tree = wheels::tree(&[path.to_path_buf()])?;
        return Ok(Some(Opened { tree, shape: Shape::Wheels, more: Vec::new() }));
    }
    let head = input.head::<512>().map_err(wrong)?;
    // The record that ends a zip archive may have a comment behind it.
    let tail = input.part(input.len().saturating_sub(66 << 10), 66 << 10).head::<{ 66 << 10 }>().map_err(wrong)?;
    let mut tree = Tree::default();
    let mut budget = Budget::default();
    if zipped::is_zip(&head, &tail) {
        let everything = |path: &str| Some(path.to_string());
        zipped::add(&mut tree, input, &mut budget, &everything, &mut Vec::new())?;
    } else {
        let packed = tarball::Packing::of(&head) != tarball::Packing::Plain;
        if !packed && !is_named_archive(path) && !tarball::is_tar(&head) {
            return Ok(None);
        }
        let input = tarball::unpacked(input, &mut budget)?;
        if !tarball::is_tar(&input.head::<512>().map_err(wrong)?) {
            return Err("no archive that is understood: a wheel, zip, or tar (plain, gzip, zstd) is".into());
        }
        tarball::add(&mut tree, input, None, &mut budget)?;
    }
    let top = only_folder(&tree);
    Ok(Some(Opened { tree, shape: Shape::Tree(top), more: Vec::new() }))
}

/// Whether a file's name says that it is an archive: then a file that is none is damaged.
fn is_named_archive(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    ["zip", "gz", "tgz", "bz2", "xz", "tar", "egg", "zst", "tbz2", "txz", "pex", "pyz"].contains(&&*extension)
}

/// The one folder that holds everything.
fn only_folder(tree: &Tree) -> String {
    match tree.list("").unwrap_or_default().as_slice() {
        [(name, Found::Folder)] => (*name).to_string(),
        // Written by setuptools' and git's tar.
        [("pax_global_header", _), (name, Found::Folder)] => (*name).to_string(),
        _ => String::new(),
    }
}
