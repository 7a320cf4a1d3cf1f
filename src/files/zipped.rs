//! Zip archives (wheels, zipapps) into a tree. They may begin with something else: a `#!` line.

use std::io::Read;

use zip::ZipArchive;

use super::blob::Section;
use super::limits::{Budget, MAX_READ};
use super::tree::{Content, Store, Tree, names};

/// Whether a file that begins so, and ends so, is a zip archive.
pub fn is_zip(head: &[u8], tail: &[u8]) -> bool {
    let ends = memchr::memmem::rfind(tail, b"PK\x05\x06").is_some();
    head.starts_with(b"PK\x03\x04") || (head.starts_with(b"PK\x05\x06") || head.starts_with(b"#!")) && ends
}

/// Unix' file types within a mode.
const TYPE: u32 = 0o170_000;
const LINK: u32 = 0o120_000;

/// Adds what a zip archive holds to `tree`; `place` says where, or nowhere. What is already there stays,
/// and `taken` gets it.
///
/// # Errors
/// If it is damaged or over a limit.
pub fn add(
    tree: &mut Tree,
    input: Section,
    budget: &mut Budget,
    place: &dyn Fn(&str) -> Option<String>,
    taken: &mut Vec<String>,
) -> Result<(), String> {
    budget.packed(input.len());
    let damaged = |error: zip::result::ZipError| format!("damaged or cut off: {error}");
    let mut zip = ZipArchive::new(input).map_err(damaged)?;
    // Its content follows when all names are known.
    let store = tree.store(Store::Disk(Vec::new()));
    let mut notices = Vec::new();
    for number in 0..zip.len() {
        budget.entry()?;
        let mut entry = zip.by_index_raw(number).map_err(damaged)?;
        let size = entry.size();
        budget.unpacked(size)?;
        let mut note = |why: &str| {
            let path = String::from_utf8_lossy(entry.name_raw()).escape_default().to_string();
            notices.push((path, why.to_string()));
        };
        let Ok(path) = std::str::from_utf8(entry.name_raw()) else {
            note("the name is not UTF-8: not looked at");
            continue;
        };
        let path = path.replace('\\', "/");
        let Some(path) = (match names(&path) {
            Some(_) => place(&path),
            None => {
                note("leads out of the archive: not looked at");
                continue;
            }
        }) else {
            continue;
        };
        let names = names(&path).unwrap_or_default();
        if entry.is_dir() {
            tree.folder(&names, 0);
        } else if entry.encrypted() {
            note("encrypted: not looked at");
        } else if size > MAX_READ {
            note("too large to be unpacked: not looked at");
        } else if entry.unix_mode().is_some_and(|mode| mode & TYPE == LINK) {
            // Its content, which is short, is where it leads; links are stored as they are.
            let mut target = String::new();
            match entry.by_ref().take(4096).read_to_string(&mut target) {
                Ok(_) => tree.link(&names, &target, 0),
                Err(_) => notices.push((path.clone(), "a link whose target is no text: not looked at".into())),
            }
        } else if tree.find(&path).is_ok() {
            taken.push(path.clone());
        } else {
            tree.file(&names, Content { store, at: number as u64, size }, 0);
        }
    }
    tree.notices.extend(notices);
    tree.set_store(store, Store::Zip(Box::new(zip)));
    Ok(())
}
