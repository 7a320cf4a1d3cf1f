//! What manifests point to, without rendering it.

use std::path::{Path, PathBuf};

use super::{gitops, input, kustomize};

/// The charts, values files and others that objects of GitOps tools in the manifests at `path` point to, relative to the
/// top folder of their repository; whether they are there or not.
pub fn pointed(path: &Path) -> Vec<PathBuf> {
    let manifests = match path.is_dir() {
        true => !path.join("Chart.yaml").is_file() && !kustomize::is_one(path),
        false => path.extension().is_some_and(|ending| ["yaml", "yml", "json"].iter().any(|known| ending == *known)),
    };
    let mut found = Vec::new();
    for pointer in manifests.then(|| gitops::followed(&input::files(path))).into_iter().flatten() {
        let others = pointer.files.into_iter().chain(pointer.set_file.into_iter().map(|(_, file)| file));
        found.extend(others.chain([pointer.chart]).filter(|path| !path.is_empty()).map(PathBuf::from));
    }
    found
}
