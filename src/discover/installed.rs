//! Where an installation keeps its packages.

use std::fs;
use std::path::{Path, PathBuf};

/// Whether `dir` is an environment of its own: a virtual environment
/// ([PEP 405](https://peps.python.org/pep-0405/)) or one of conda.
pub fn is_environment(dir: &Path) -> bool {
    dir.join("pyvenv.cfg").is_file() || dir.join("conda-meta").is_dir()
}

/// Whether `dir` is by its name a place where packages are installed (`dist-packages` is Debian's).
pub fn is_site_packages(dir: &Path) -> bool {
    dir.file_name().is_some_and(|name| name == "site-packages" || name == "dist-packages")
}

/// Whether `dir` holds installed packages: by its name, or because installers left their metadata
/// (`pip install --target`).
pub fn holds_distributions(dir: &Path) -> bool {
    is_site_packages(dir)
        || children(dir)
            .iter()
            .any(|child| child.extension().is_some_and(|e| e == "dist-info") && child.join("METADATA").is_file())
}

/// The folders below `dir` that an interpreter installed there takes packages from, in the order
/// of its search path; empty if `dir` is no environment. Canonical, so that a `lib64` that is a link
/// to `lib` counts once.
pub fn site_folders(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let libs = ["lib", "lib64", "local/lib", "Lib"].map(|lib| dir.join(lib));
    for lib in &libs {
        let versions = children(lib).into_iter().filter(|version| {
            let name = version.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("python") || name.starts_with("pypy")
        });
        for folder in versions.chain([lib.clone()]) {
            for name in ["site-packages", "dist-packages"] {
                if let Ok(site) = fs::canonicalize(folder.join(name))
                    && site.is_dir()
                    && !found.contains(&site)
                {
                    found.push(site);
                }
            }
        }
    }
    found
}

/// What is in `dir`, sorted; empty if it cannot be read (the walk will say so).
pub fn children(dir: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> =
        fs::read_dir(dir).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    found.sort();
    found
}
