//! A folder on disk as a tree by itself, whose links do not lead out of it.

use std::path::Path;

use super::limits::Budget;
use super::tree::{Content, Store, Tree, names};

/// The tree of a folder on disk, whose links are taken to lead from its own top.
///
/// # Errors
/// If a folder cannot be read, or there are too many.
pub fn tree(top: &Path, budget: &mut Budget) -> Result<Tree, String> {
    let mut tree = Tree::default();
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
            let Some(names) = names(&path) else { continue };
            match entry.metadata() {
                Ok(found) if found.is_dir() => {
                    tree.folder(&names, 0);
                    todo.push((entry.path(), format!("{path}/")));
                }
                Ok(found) if found.is_symlink() => {
                    let target = std::fs::read_link(entry.path()).unwrap_or_default();
                    tree.link(&names, &target.to_string_lossy(), 0);
                }
                Ok(found) if found.is_file() => {
                    tree.file(&names, Content { store, at: paths.len() as u64, size: found.len() }, 0);
                    paths.push(entry.path());
                }
                _ => {}
            }
        }
    }
    tree.set_store(store, Store::Disk(paths));
    Ok(tree)
}
