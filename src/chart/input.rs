//! Where manifests come from: standard input, a file, a folder, or Helm.

use std::io::Read;
use std::path::{Component, Path, PathBuf};

use super::{Input, Request, environments, gitops, kustomize, read_counted};
use crate::helm::Places;
use crate::model::{Chart, Failure, Notice, NoticeKind};

/// The name of standard input in locations.
const STDIN: &str = "<stdin>";

/// Loads what `request` names.
///
/// - Manifests: a file, standard input, or a folder, of which every `.yaml`, `.yml` and `.json` file
///   at any depth is read, in the order of their paths. Locations are lines of those files.
/// - A chart (a folder with a `Chart.yaml`, a `.tgz`): rendered in process, or by the `helm` program on the
///   `PATH`. Locations are lines of templates and values files; if Helm rendered it, lines of
///   `CHART/templates/x.yaml (rendered)`, which is what `helm template … --show-only templates/x.yaml` prints.
///
/// - A folder with a kustomization: rendered by `kustomize` or `kubectl`.
/// - Among manifests, objects of Argo CD and Flux that point to a chart in the same repository: that chart too.
///
/// # Errors
/// If the input is missing, unreadable or empty, if nothing in it can be read, or if Helm is missing
/// or fails.
pub fn load(request: &Request) -> Result<Chart, Failure> {
    let path = match &request.input {
        Input::Stdin => {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).map_err(|error| Failure::new(format!("{STDIN}: {error}")))?;
            return manifests(STDIN, STDIN, &[(STDIN.into(), bytes)], Vec::new(), None);
        }
        Input::Path(path) => path,
    };
    let label = path.display().to_string();
    let kind = std::fs::metadata(path).map_err(|error| failure(&label, &error))?;
    if kind.is_dir() && path.join("Chart.yaml").is_file() {
        environments::load(path, request)
    } else if kind.is_dir() && kustomize::is_one(path) {
        manifests(&label, &label, &[kustomize::render(path)?], Vec::new(), None)
    } else if kind.is_dir() {
        let (files, notices) = folder(path);
        if files.is_empty() {
            let detail = "no .yaml, .yml or .json file that can be read in this folder";
            return Err(Failure::new(format!("{label}: {detail}")));
        }
        // `.` has no name of its own.
        let named = path.canonicalize().map(|path| path.display().to_string());
        let chart = manifests(&label, named.as_deref().unwrap_or(&label), &files, notices, None)?;
        gitops::follow(chart, &files, request, &tops(request, path))
    } else if label.ends_with(".tgz") || label.ends_with(".tar.gz") {
        environments::load(path, request)
    } else {
        let bytes = std::fs::read(path).map_err(|error| failure(&label, &error))?;
        let files = [(label.clone(), bytes)];
        let chart = manifests(&label, &label, &files, Vec::new(), None)?;
        gitops::follow(chart, &files, request, &tops(request, path))
    }
}

/// The folders that paths in objects may be from: the top folder of the repository around the input, then those
/// between, as a repository may be a part of another; none outside.
fn tops(request: &Request, path: &Path) -> Vec<PathBuf> {
    let own = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    let top = request.top.as_deref();
    let leads_up = |folder: &Path| folder.components().any(|part| part == Component::ParentDir);
    let inside = |folder: &&Path| match own.is_absolute() {
        true => *folder == own || top.is_some_and(|top| top.is_absolute() && folder.starts_with(top)),
        false => *folder == own || !leads_up(folder),
    };
    let mut between: Vec<PathBuf> = own.ancestors().filter(inside).map(Path::to_path_buf).collect();
    between.extend(top.map(Path::to_path_buf));
    between.reverse();
    between
}

fn failure(label: &str, error: &std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::NotFound => Failure::new(format!("{label}: no such file or folder")),
        _ => Failure::new(format!("{label}: {error}")),
    }
}

/// Reads `files`; an input that holds no Kubernetes object at all is a failure. `title` names the chart if
/// nothing in it does.
pub fn manifests(
    label: &str,
    title: &str,
    files: &[(String, Vec<u8>)],
    mut notices: Vec<Notice>,
    places: Option<&Places>,
) -> Result<Chart, Failure> {
    let (mut chart, objects) = read_counted(files, title, places);
    if objects == 0 {
        return Err(Failure::new(match chart.notices.first() {
            None => format!("{label}: holds no document: empty, or comments only"),
            Some(Notice { file, line, detail, .. }) => {
                let file = file.as_deref().unwrap_or(label);
                let line = line.map(|line| format!(":{line}")).unwrap_or_default();
                let detail = detail.trim_end_matches("; ignored");
                format!("{file}{line}: {detail}; {label} holds no Kubernetes object")
            }
        }));
    }
    notices.append(&mut chart.notices);
    chart.notices = notices;
    Ok(chart)
}

/// The files of manifests at a path that is no chart.
pub fn files(path: &Path) -> Vec<(String, Vec<u8>)> {
    if path.is_dir() {
        return folder(path).0;
    }
    std::fs::read(path).map(|bytes| vec![(path.display().to_string(), bytes)]).unwrap_or_default()
}

/// The manifests below `root`, by path. Links are followed; loops and what cannot be read are notices.
fn folder(root: &Path) -> (Vec<(String, Vec<u8>)>, Vec<Notice>) {
    let mut notices = Vec::new();
    let mut unreadable = |file: String, detail: String| {
        notices.push(Notice { kind: NoticeKind::Unreadable, file: Some(file), line: None, detail });
    };
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in ignore::WalkBuilder::new(root).standard_filters(false).follow_links(true).build() {
        match entry {
            Ok(entry) => {
                let manifest = entry.path().extension().is_some_and(|ending| {
                    ["yaml", "yml", "json"].iter().any(|known| ending.eq_ignore_ascii_case(known))
                });
                if manifest && entry.file_type().is_some_and(|kind| kind.is_file()) {
                    paths.push(entry.into_path());
                }
            }
            Err(error) => unreadable(root.display().to_string(), error.to_string()),
        }
    }
    paths.sort_unstable();
    let mut files = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        match std::fs::read(&path) {
            Ok(bytes) => files.push((name, bytes)),
            Err(error) => unreadable(name, error.to_string()),
        }
    }
    notices.sort();
    (files, notices)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own below the system's temporary one, gone at the end of the test.
    struct Temporary(PathBuf);

    impl Temporary {
        fn new(name: &str, files: &[(&str, &[u8])]) -> Self {
            let root = std::env::temp_dir().join(format!("stripcheck-{}-{name}", std::process::id()));
            for (file, bytes) in files {
                let path = root.join(file);
                let made = path.parent().map(std::fs::create_dir_all);
                assert!(made.is_some_and(|made| made.is_ok()) && std::fs::write(&path, bytes).is_ok());
            }
            Temporary(root)
        }

        fn load(&self, file: &str) -> Result<Chart, String> {
            let input = Input::Path(self.0.join(file));
            let request = Request { input, ..Request::default() };
            let root = self.0.display().to_string();
            load(&request).map_err(|failure| failure.message.replace(&root, "ROOT"))
        }
    }

    impl Drop for Temporary {
        fn drop(&mut self) {
            std::fs::remove_dir_all(&self.0).ok();
        }
    }

    const POD: &[u8] = b"kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, env: [{name: A}]}]}\n";

    #[test]
    fn a_folder_is_read_whole_and_in_order() {
        let map = b"kind: ConfigMap\nmetadata: {name: m}\ndata: {B: x}\n";
        let pod =
            b"kind: Pod\nmetadata: {name: q}\nspec: {containers: [{name: c, envFrom: [{configMapRef: {name: m}}]}]}\n";
        let files: [(&str, &[u8]); 6] = [
            ("z/.hidden/a.yml", map),
            ("b.json", pod),
            ("a.YAML", POD),
            ("x.yaml/c.yaml", b"a: ["),
            (".gitignore", b"*"),
            ("notes.txt", b"kind: ["),
        ];
        let folder = Temporary::new("folder", &files);
        #[cfg(unix)]
        assert!(std::os::unix::fs::symlink(&folder.0, folder.0.join("loop")).is_ok());
        let chart = folder.load("").unwrap_or_default();
        assert_eq!(chart.entries.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["A", "B"]);
        assert!(chart.entries[1].location.file.ends_with("b.json"));
        let kinds: Vec<_> = chart.notices.iter().map(|notice| notice.kind).collect();
        let expected: &[_] =
            if cfg!(unix) { &[NoticeKind::Unreadable, NoticeKind::Unparsable] } else { &[NoticeKind::Unparsable] };
        assert_eq!(kinds, expected);
    }

    #[test]
    fn what_cannot_be_read_at_all_is_a_failure_that_names_the_file() {
        let files: [(&str, &[u8]); 6] = [
            ("values.yaml", b"image: web\n"),
            ("empty.yaml", b""),
            ("comments.yaml", b"# x\n---\n"),
            ("bad.yaml", b"\na: [1"),
            ("d/x.txt", POD),
            ("d/e/x", POD),
        ];
        let root = Temporary::new("failures", &files);
        let table = [
            ("none.yaml", "ROOT/none.yaml: no such file or folder"),
            ("empty.yaml", "ROOT/empty.yaml: holds no document: empty, or comments only"),
            ("comments.yaml", "ROOT/comments.yaml: holds no document: empty, or comments only"),
            (
                "bad.yaml",
                "ROOT/bad.yaml:3: not YAML: did not find expected ',' or ']' while parsing a flow sequence that starts on line 2; the document is skipped; ROOT/bad.yaml holds no Kubernetes object",
            ),
            (
                "values.yaml",
                "ROOT/values.yaml:1: this document has no `kind` and is no Kubernetes object; ROOT/values.yaml holds no Kubernetes object",
            ),
            ("d", "ROOT/d: no .yaml, .yml or .json file that can be read in this folder"),
        ];
        for (file, message) in table {
            assert_eq!(root.load(file).map(|chart| chart.name), Err(message.to_string()));
        }
    }

    #[test]
    fn names_are_the_files() {
        let root = Temporary::new("names", &[("web/p.yaml", POD)]);
        let name = |file| root.load(file).map(|chart| (chart.name, chart.containers.len()));
        assert_eq!(name("web/p.yaml"), Ok(("p".into(), 1)));
        assert_eq!(name("web"), Ok(("web".into(), 1)));
    }
}
