//! The caches of uv and poetry: more packages than any one service has, of which a lock file picks some.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::limits::Budget;
use super::tree::Tree;
use super::{folder, wheels};
use crate::model::normalized;

/// The versions of each distribution, by its normalized name.
pub type Lock = BTreeMap<String, BTreeSet<String>>;

/// Folders within each other in poetry's cache.
const DEPTH: usize = 8;

/// Names that a notice lists.
const LISTED: usize = 12;

/// How a tool lays its cache out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// Unpacked wheels in `archive-v0/ID` ([uv](https://docs.astral.sh/uv/concepts/cache/)).
    Uv,
    /// Wheels, each in a folder called by a hash, in `artifacts`
    /// ([poetry](https://github.com/python-poetry/poetry/blob/main/src/poetry/utils/cache.py)).
    Poetry,
}

/// A package in a cache.
type Package = ((String, String), PathBuf);

impl Cache {
    /// The tool's name.
    pub fn tool(self) -> &'static str {
        match self {
            Cache::Uv => "uv",
            Cache::Poetry => "poetry",
        }
    }

    /// Whose cache a folder is.
    pub fn of(path: &Path) -> Option<Cache> {
        let is_hash = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        if !archives(path).is_empty() && path.join("CACHEDIR.TAG").is_file() {
            return Some(Cache::Uv);
        }
        let inner = path.join("artifacts");
        let artifacts = if path.ends_with("artifacts") { path } else { &inner };
        folder::children(artifacts).iter().any(is_hash).then_some(Cache::Poetry)
    }

    fn packages(self, path: &Path) -> Vec<Package> {
        match self {
            Cache::Uv => {
                let ids = archives(path).into_iter().flat_map(|archive| folder::children(&archive));
                let own = |id: PathBuf| {
                    let children = folder::children(&id);
                    let mut infos = children.iter().filter(|child| child.extension().is_some_and(|e| e == "dist-info"));
                    let info = infos.next()?.file_stem()?.to_str()?.to_string();
                    Some((named(&info)?, id))
                };
                ids.filter_map(own).collect()
            }
            Cache::Poetry => {
                let mut found = Vec::new();
                let mut todo = vec![(path.to_path_buf(), 0)];
                while let Some((folder, depth)) = todo.pop() {
                    for child in folder::children(&folder) {
                        if wheels::is_wheel(&child) {
                            found.extend(of_wheel(&child).map(|name| (name, child)));
                        } else if depth < DEPTH && child.is_dir() {
                            todo.push((child, depth + 1));
                        }
                    }
                }
                found
            }
        }
    }

    /// What a lock picks from the cache at `path`, laid out as one site-packages. What the cache does not have is
    /// a notice.
    ///
    /// # Errors
    /// If a package is damaged, they are over a limit, or none is there.
    pub fn tree(self, path: &Path, lock: &Lock, budget: &mut Budget) -> Result<Tree, String> {
        let mut there: BTreeMap<(String, String), BTreeSet<PathBuf>> = BTreeMap::new();
        for (key, path) in self.packages(path) {
            there.entry(key).or_default().insert(path);
        }
        let mut tree = Tree::default();
        let mut missing = Vec::new();
        let locked = lock.iter().flat_map(|(name, versions)| versions.iter().map(move |version| (name, version)));
        for (name, version) in locked {
            let Some(paths) = there.get(&(name.clone(), comparable(version))) else {
                missing.push(format!("{name} {version}"));
                continue;
            };
            let Some(first) = paths.first() else { continue };
            if paths.len() > 1 {
                let detail = format!("{} builds of {name} {version} are in this cache: one was taken", paths.len());
                tree.notices.push((String::new(), detail));
            }
            let added = match self {
                Cache::Uv => folder::add(&mut tree, first, budget, &wheels::installed),
                Cache::Poetry => wheels::add(&mut tree, first, budget).map(drop),
            };
            added.map_err(|why| format!("{name} {version}: {why}"))?;
        }
        let wanted: usize = lock.values().map(BTreeSet::len).sum();
        if missing.len() == wanted {
            return Err(format!("this cache of {} has none of the {wanted} packages that the lock picks", self.tool()));
        }
        if !missing.is_empty() {
            let count = missing.len();
            let more = if count > LISTED { ", …" } else { "" };
            missing.truncate(LISTED);
            let detail = format!(
                "{count} of the {wanted} packages that the lock picks are not in this cache, and not scanned: {}{more}",
                missing.join(", ")
            );
            tree.notices.push((String::new(), detail));
        }
        Ok(tree)
    }
}

/// Whether a lock picks a wheel.
pub fn is_locked(lock: &Lock, wheel: &Path) -> bool {
    let versions = |(name, version): (String, String)| {
        let versions = lock.get(&name)?;
        Some(versions.iter().any(|own| comparable(own) == version))
    };
    of_wheel(wheel).and_then(versions).unwrap_or(false)
}

fn archives(path: &Path) -> Vec<PathBuf> {
    let mut found = folder::children(path);
    found.retain(|child| child.file_name().is_some_and(|name| name.to_string_lossy().starts_with("archive-v")));
    found
}

/// The name and version at the beginning of a wheel's file name.
fn of_wheel(path: &Path) -> Option<(String, String)> {
    let stem = path.file_stem()?.to_str()?;
    let mut parts = stem.split('-');
    named(&format!("{}-{}", parts.next()?, parts.next()?))
}

/// `Name-1.0` → a name and a version that can be compared.
fn named(text: &str) -> Option<(String, String)> {
    let (name, version) = text.split_once('-')?;
    Some((normalized(name), comparable(version)))
}

/// File names write `_` for what they may not have.
fn comparable(version: &str) -> String {
    version.replace('_', "-").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wheels_are_matched_by_name_and_version() {
        let lock = Lock::from([("acme-client".to_string(), BTreeSet::from(["2.4.1+cpu".to_string()]))]);
        for (wheel, expected) in [
            ("Acme_Client-2.4.1+cpu-py3-none-any.whl", true),
            ("acme.client-2.4.1+cpu-1-cp311-cp311-linux_x86_64.whl", true),
            ("acme_client-2.4.1-py3-none-any.whl", false),
            ("other-2.4.1+cpu-py3-none-any.whl", false),
            ("odd.whl", false),
        ] {
            assert_eq!(is_locked(&lock, Path::new(wheel)), expected, "{wheel}");
        }
    }
}
