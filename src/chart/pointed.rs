//! What manifests point to, without rendering it.

use std::path::{Path, PathBuf};

use super::{gitops, input, kustomize};

/// What an object of a GitOps tool points to, relative to the top folder of its repository; whether it is there or not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pointed {
    /// The chart; none: it is not in a repository.
    pub chart: Option<PathBuf>,
    /// Its values files, and other files whose text is a value.
    pub files: Vec<PathBuf>,
    /// Whether all values are known that it is rendered with.
    pub known: bool,
}

/// What objects of GitOps tools in the manifests at `path` point to.
pub fn pointed(path: &Path) -> Vec<Pointed> {
    let manifests = match path.is_dir() {
        true => !path.join("Chart.yaml").is_file() && !kustomize::is_one(path),
        false => path.extension().is_some_and(|ending| ["yaml", "yml", "json"].iter().any(|known| ending == *known)),
    };
    let pointers = manifests.then(|| gitops::followed(&input::files(path))).into_iter().flatten();
    let pointed = pointers.map(|pointer| {
        let files = pointer.files.into_iter().chain(pointer.set_file.into_iter().map(|(_, file)| file));
        Pointed {
            chart: Some(pointer.chart).filter(|chart| !chart.is_empty()).map(PathBuf::from),
            files: files.map(PathBuf::from).collect(),
            known: pointer.open.is_empty(),
        }
    });
    pointed.collect()
}
