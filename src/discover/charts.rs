//! Which Helm charts are there.

use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;

use ignore::{WalkBuilder, WalkState};

use super::{installed, walk::is_vendor};
use crate::files::Files;

/// The folders below `cwd` that hold a `Chart.yaml`, sorted. Charts that another chart brings with it
/// (in its `charts/`) are part of that one. What git ignores, environments and vendor folders are not
/// looked into.
pub fn charts(cwd: &Path) -> Vec<PathBuf> {
    let disk = &Files::default();
    let (sender, receiver) = channel();
    let mut builder = WalkBuilder::new(cwd);
    builder.hidden(false).require_git(false);
    builder.ignore(false).git_global(false);
    builder.build_parallel().run(|| {
        let sender = sender.clone();
        Box::new(move |entry| {
            let Ok(entry) = entry else {
                return WalkState::Continue;
            };
            let (path, name) = (entry.path(), entry.file_name().to_str());
            if entry.file_type().is_some_and(|kind| kind.is_dir()) {
                let subcharts =
                    name == Some("charts") && (path.parent()).is_some_and(|above| above.join("Chart.yaml").is_file());
                let skipped = subcharts
                    || matches!(name, Some(".git" | "node_modules"))
                    || is_vendor(name)
                    || installed::is_environment(disk, path);
                if entry.depth() > 0 && skipped {
                    return WalkState::Skip;
                }
                if path.join("Chart.yaml").is_file() {
                    // The receiver outlives the walk.
                    let _ = sender.send(path.to_path_buf());
                }
            }
            WalkState::Continue
        })
    });
    drop(sender);
    let mut found: Vec<_> = receiver.into_iter().collect();
    found.sort();
    found
}
