//! Where an installation keeps its packages.

use std::path::{Path, PathBuf};

use crate::files::Files;

/// Whether `dir` is an environment of its own: a virtual environment
/// ([PEP 405](https://peps.python.org/pep-0405/)) or one of conda.
pub fn is_environment(files: &Files, dir: &Path) -> bool {
    files.is_file(&dir.join("pyvenv.cfg")) || files.is_folder(&dir.join("conda-meta"))
}

/// Whether `dir` is by its name a place where packages are installed (`dist-packages` is Debian's).
pub fn is_site_packages(dir: &Path) -> bool {
    let named = |name| dir.file_name().is_some_and(|own| own == name);
    named("site-packages") || named("dist-packages") || is_dependency(dir)
}

/// A pex keeps each of its wheels in a folder of its own: `.deps/acme-1-py3-none-any.whl/`.
fn is_dependency(dir: &Path) -> bool {
    dir.extension().is_some_and(|extension| extension == "whl")
        && dir.parent().and_then(Path::file_name).is_some_and(|name| name == ".deps")
}

/// Whether `dir` holds installed packages: by its name, or because installers left their metadata
/// (`pip install --target`).
pub fn holds_distributions(files: &Files, dir: &Path) -> bool {
    let is_metadata =
        |child: &PathBuf| child.extension().is_some_and(|e| e == "dist-info") && files.is_file(&child.join("METADATA"));
    is_site_packages(dir) || files.children(dir).iter().any(is_metadata)
}

/// The folders below `dir` that an interpreter installed there takes packages from, in the order
/// of its search path; empty if `dir` is no environment. Canonical, so that a `lib64` that is a link
/// to `lib` counts once.
pub fn site_folders(files: &Files, dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let libs = ["lib", "lib64", "local/lib", "Lib"].map(|lib| dir.join(lib));
    for lib in &libs {
        let versions = files.children(lib).into_iter().filter(|version| {
            let name = version.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("python") || name.starts_with("pypy")
        });
        for folder in versions.chain([lib.clone()]) {
            for name in ["site-packages", "dist-packages"] {
                if let Ok(site) = files.canonical(&folder.join(name))
                    && files.is_folder(&site)
                    && !found.contains(&site)
                {
                    found.push(site);
                }
            }
        }
    }
    found
}
