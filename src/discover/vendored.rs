//! Copies of packages: which package a file belongs to, and in which version.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::metadata::{assigned, folder_name};
use super::project;
use super::walk::{Walked, is_vendor};
use crate::files::Files;
use crate::model::normalized;

/// Lists of what was copied, beside the copies: `urllib3==1.26.20`.
const LISTS: [&str; 4] = ["vendor.txt", "vendored.txt", "vendor.in", "requirements.txt"];

/// The modules in which a package writes its version down.
const VERSION_MODULES: [&str; 5] = ["__init__.py", "_version.py", "__about__.py", "__version__.py", "version.py"];

/// The innermost vendor folder that `path` goes through, and the package in it: for
/// `pip/_vendor/urllib3/util.py` that is (`pip/_vendor`, `urllib3`).
pub fn inside(path: &str) -> Option<(&str, &str)> {
    let mut end = path.len();
    while let Some(slash) = path[..end].rfind('/') {
        let start = path[..slash].rfind('/').map_or(0, |at| at + 1);
        if is_vendor(Some(&path[start..slash]))
            && let Some(package) = package(&path[slash + 1..])
        {
            return Some((&path[..slash], package));
        }
        end = slash;
    }
    None
}

/// The first component of a path below a vendor folder: a folder, or a module of one file. `None`
/// for files that belong to the vendor folder itself.
pub fn package(rest: &str) -> Option<&str> {
    match rest.split_once('/') {
        Some((folder, _)) => Some(folder),
        None if rest == "__init__.py" => None,
        None => {
            let (stem, extension) = rest.split_once('.')?;
            let module = matches!(extension, "py" | "pyc") || extension.ends_with("so") || extension.ends_with("pyd");
            module.then_some(stem)
        }
    }
}

/// Finds the versions of vendored packages, each once.
pub struct Versions<'a> {
    files: &'a Files,
    root: &'a Path,
    walked: &'a Walked,
    beside: HashMap<String, BTreeMap<String, String>>,
}

impl<'a> Versions<'a> {
    /// For the copies in this root.
    pub fn new(files: &'a Files, root: &'a Path, walked: &'a Walked) -> Self {
        Versions { files, root, walked, beside: HashMap::new() }
    }

    /// The name and, if known, the version of the `package` that lies in `folder` (empty: the root).
    pub fn describe(&mut self, folder: &str, package: &str) -> (String, Option<String>) {
        let (name, version) = match package.rsplit_once('.') {
            Some((_, "dist-info" | "egg-info")) => folder_name(package),
            _ => (package, None),
        };
        if let Some(version) = version {
            return (name.to_string(), Some(version.to_string()));
        }
        let beside = match self.beside.get(folder) {
            Some(known) => known,
            None => {
                let known = beside(self.files, self.root, self.walked, folder);
                self.beside.entry(folder.to_string()).or_insert(known)
            }
        };
        if let Some(version) = beside.get(&normalized(name)) {
            return (name.to_string(), Some(version.clone()));
        }
        let path = within(folder, package);
        let said = (project::FILES.iter().chain(&["PKG-INFO"]))
            .any(|file| self.walked.has(&within(&path, file)))
            .then(|| project::describe(self.files, &self.root.join(&path)))
            .flatten();
        let (name, version) = said.unwrap_or_else(|| (name.to_string(), None));
        (name, version.or_else(|| self.written(&path)))
    }

    /// The version that the package at `path` (or the module `path.py`) writes down itself.
    fn written(&self, path: &str) -> Option<String> {
        let modules = VERSION_MODULES.iter().map(|module| within(path, module));
        let mut files = modules.chain([format!("{path}.py")]);
        files.find_map(|file| {
            if !self.walked.has(&file) {
                return None;
            }
            let text = self.files.text(&self.root.join(file))?;
            assigned(&text, "__version__").map(str::to_string)
        })
    }
}

fn within(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_string(),
        _ => format!("{folder}/{name}"),
    }
}

/// The versions that metadata folders and lists in `folder` tell, by normalized name.
fn beside(files: &Files, root: &Path, walked: &Walked, folder: &str) -> BTreeMap<String, String> {
    let mut versions = BTreeMap::new();
    for list in LISTS.map(|list| within(folder, list)) {
        let Some(text) = (walked.has(&list)).then(|| files.text(&root.join(&list))) else {
            continue;
        };
        for line in text.iter().flat_map(|text| text.lines()) {
            let Some((name, rest)) = line.split_once("==") else {
                continue;
            };
            let end = rest.find([' ', ';', '#', ',', '\\']).unwrap_or(rest.len());
            let name = name.trim().split('[').next().unwrap_or_default();
            versions.insert(normalized(name), rest[..end].trim().to_string());
        }
    }
    let skip = if folder.is_empty() { 0 } else { folder.len() + 1 };
    for file in walked.below(folder) {
        let Some((first, _)) = file.path[skip..].split_once('/') else {
            continue;
        };
        let is_metadata = first.ends_with(".dist-info") || first.ends_with(".egg-info");
        if is_metadata && let (name, Some(version)) = folder_name(first) {
            versions.insert(normalized(name), version.to_string());
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_vendor_folder_counts() {
        for (path, expected) in [
            ("pip/_vendor/urllib3/util/x.py", Some(("pip/_vendor", "urllib3"))),
            ("pip/_vendor/six.py", Some(("pip/_vendor", "six"))),
            ("pip/_vendor/__init__.py", None),
            ("pip/_vendor/vendor.txt", None),
            ("a/vendor/b/_vendor/c/d.py", Some(("a/vendor/b/_vendor", "c"))),
            ("a/vendor/b/_vendor/__init__.py", Some(("a/vendor", "b"))),
            ("a/vendors/b.py", None),
            ("a/vendor.py", None),
            ("third_party/x.cpython-311-x86_64-linux-gnu.so", Some(("third_party", "x"))),
        ] {
            assert_eq!(inside(path), expected, "{path}");
        }
    }
}
