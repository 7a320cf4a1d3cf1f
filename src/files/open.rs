//! What a path given by hand is: an archive of some kind, or just a folder or file.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::blob::Section;
use super::cache::{Cache, Lock, is_locked};
use super::image::{self, Config, Platform};
use super::limits::{Budget, Limits};
use super::tree::{Found, Tree};
use super::{folder, tarball, wheels, zipped};
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
    /// The root file system of an image.
    Image(Box<Config>),
}

/// What to take where there is a choice.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Of an image for several platforms.
    pub platform: Platform,
    /// Of several images in one archive: its name.
    pub tag: Option<String>,
    /// The configuration of a root file system, which has none itself; given, a tree is taken for one.
    pub config: Option<Config>,
    /// Of a cache or a folder of wheels: the versions to take.
    pub lock: Option<Lock>,
    /// What it may cost.
    pub limits: Limits,
}

/// Opens what is at `path`, which is canonical; `None` if that is a plain folder, or a file that is no
/// archive.
///
/// # Errors
/// If it is an archive that is damaged, over a limit, or of a kind that is not understood.
pub fn open(path: &Path, choice: &Choice) -> Result<Option<Opened>, Failure> {
    let fail = |why: String| Failure::new(format!("{}: {why}", path.display()));
    if path.is_dir() {
        return of_folder(path, choice).map_err(fail);
    }
    let input = File::open(path).and_then(Section::of_file).map_err(|error| fail(error.to_string()))?;
    archive(path, input, choice).map_err(fail)
}

/// Opens an archive that comes as a stream, as `crane export IMAGE -` writes it.
///
/// # Errors
/// If it is none that is understood, is damaged or over a limit.
pub fn stream(input: impl std::io::Read, choice: &Choice) -> Result<Opened, Failure> {
    let fail = |why: String| Failure::new(format!("standard input: {why}"));
    let input = tarball::kept(input, &mut Budget::new(choice.limits)).map_err(fail)?;
    let opened = archive(Path::new("-"), input, choice).map_err(fail)?;
    opened.ok_or_else(|| fail("no tar or zip archive".into()))
}

/// Whether a folder has wheels in it, as files.
pub fn holds_wheels(path: &Path) -> bool {
    folder::children(path).iter().any(|child| child.is_file() && wheels::is_wheel(child))
}

/// Whether a tree is the root file system of a Linux system.
fn is_system(has: impl Fn(&str) -> bool) -> bool {
    has("usr") && ["etc/os-release", "etc/passwd", "usr/lib/os-release"].into_iter().any(has)
}

fn of_folder(path: &Path, choice: &Choice) -> Result<Option<Opened>, String> {
    std::fs::read_dir(path).map_err(|error| error.to_string())?;
    let has = |name: &str| path.join(name).symlink_metadata().is_ok();
    let mut budget = Budget::new(choice.limits);
    if has("oci-layout") && has("index.json") {
        let outer = folder::tree(path, &mut budget)?;
        return whole(outer, choice, &mut budget).map(Some);
    }
    if is_system(has) || choice.config.is_some() && has("usr") {
        let tree = folder::tree(path, &mut budget)?;
        return Ok(Some(system(tree, choice)));
    }
    if let Some(cache) = Cache::of(path) {
        let Some(lock) = &choice.lock else {
            let tool = cache.tool();
            return Err(format!(
                "a cache of {tool}: pass --lock {tool}.lock, which picks the versions that one service has"
            ));
        };
        let tree = cache.tree(path, lock, &mut budget)?;
        return Ok(Some(Opened { tree, shape: Shape::Wheels, more: Vec::new() }));
    }
    let files = folder::children(path);
    let locked = |path: &&PathBuf| choice.lock.as_ref().is_none_or(|lock| is_locked(lock, path));
    let wheels: Vec<PathBuf> = files.iter().filter(|path| wheels::is_wheel(path)).filter(locked).cloned().collect();
    // A project may have wheels lying about in it.
    let is_code = |path: &PathBuf| path.is_dir() || path.extension().is_some_and(|extension| extension == "py");
    if wheels.is_empty() || files.iter().any(is_code) {
        return Ok(None);
    }
    let is_sdist = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".tar.gz") || name.ends_with(".zip")
    };
    let more = files.into_iter().filter(is_sdist).collect();
    Ok(Some(Opened { tree: wheels::tree(&wheels, choice.limits)?, shape: Shape::Wheels, more }))
}

/// The image in a layout.
fn whole(outer: Tree, choice: &Choice, budget: &mut Budget) -> Result<Opened, String> {
    let (tree, config) = image::assemble(&outer, (choice.tag.as_deref(), &choice.platform), budget)?;
    Ok(Opened { tree, shape: Shape::Image(Box::new(config)), more: Vec::new() })
}

fn system(tree: Tree, choice: &Choice) -> Opened {
    Opened { tree, shape: Shape::Image(Box::new(choice.config.clone().unwrap_or_default())), more: Vec::new() }
}

fn archive(path: &Path, input: Section, choice: &Choice) -> Result<Option<Opened>, String> {
    let wrong = |error: std::io::Error| error.to_string();
    if wheels::is_wheel(path) {
        let tree = wheels::tree(&[path.to_path_buf()], choice.limits)?;
        return Ok(Some(Opened { tree, shape: Shape::Wheels, more: Vec::new() }));
    }
    let head = input.head::<512>().map_err(wrong)?;
    // The record that ends a zip archive may have a comment behind it.
    let tail = input.part(input.len().saturating_sub(66 << 10), 66 << 10).head::<{ 66 << 10 }>().map_err(wrong)?;
    let mut tree = Tree::default();
    let mut budget = Budget::new(choice.limits);
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
        if image::is_image(&tree) {
            return whole(tree, choice, &mut budget).map(Some);
        }
        if choice.config.is_some() || is_system(|path| tree.find(path).is_ok()) {
            return Ok(Some(system(tree, choice)));
        }
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
