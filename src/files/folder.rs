//! A folder on disk as a tree by itself, whose links do not lead out of it.

use std::path::{Path, PathBuf};

use super::limits::Budget;
use super::tree::{Content, Store, Tree, names};

/// The tree of a folder on disk, whose links are taken to lead from its own top.
///
/// # Errors
/// If a folder cannot be read, or there are too many.
pub fn tree(top: &Path, budget: &mut Budget) -> Result<Tree, String> {
    let mut tree = Tree::default();
    add(&mut tree, top, budget, &|path| Some(path.to_string()))?;
    Ok(tree)
}

/// Adds what is in a folder on disk to `tree`; `place` says where, or nowhere.
///
/// # Errors
/// As [`tree`].
pub fn add(
    tree: &mut Tree,
    top: &Path,
    budget: &mut Budget,
    place: &dyn Fn(&str) -> Option<String>,
) -> Result<(), String> {
    let store = tree.store(Store::Disk(Vec::new()));
    let mut paths = Vec::new();
    let mut todo = vec![(top.to_path_buf(), String::new())];
    while let Some((folder, inner)) = todo.pop() {
        let listed = match std::fs::read_dir(&folder) {
            Ok(listed) => listed,
            Err(error) if inner.is_empty() => return Err(error.to_string()),
            Err(error) => {
                tree.notices.push((inner, format!("not readable: {error}")));
                continue;
            }
        };
        for entry in listed.filter_map(Result::ok) {
            budget.entry()?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                let path = format!("{inner}{}", name.to_string_lossy());
                tree.notices.push((path, "the name is not UTF-8: not looked at".into()));
                continue;
            };
            let path = format!("{inner}{name}");
            let placed = place(&path);
            let names = placed.as_deref().and_then(names);
            match (entry.metadata(), names) {
                (Ok(found), names) if found.is_dir() => {
                    names.into_iter().for_each(|names| tree.folder(&names, 0));
                    todo.push((entry.path(), format!("{path}/")));
                }
                (Ok(found), Some(names)) if found.is_symlink() => {
                    let target = std::fs::read_link(entry.path()).unwrap_or_default();
                    tree.link(&names, &target.to_string_lossy(), 0);
                }
                (Ok(found), Some(names)) if found.is_file() => {
                    tree.file(&names, Content { store, at: paths.len() as u64, size: found.len() }, 0);
                    paths.push(entry.path());
                }
                _ => {}
            }
        }
    }
    tree.set_store(store, Store::Disk(paths));
    Ok(())
}

/// What is in a folder on disk, sorted; empty if it cannot be read.
pub fn children(path: &Path) -> Vec<PathBuf> {
    let listed = std::fs::read_dir(path).into_iter().flatten();
    let mut found: Vec<PathBuf> = listed.filter_map(|entry| Some(entry.ok()?.path())).collect();
    found.sort();
    found
}
