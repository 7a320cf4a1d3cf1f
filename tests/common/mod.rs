//! What the harnesses share: the cases, and the program run on one.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// `case.toml`; everything is optional.
#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Case {
    /// The variables that `check` is asked about.
    pub vars: Vec<String>,
    /// Further arguments of `check` or `diff`.
    pub args: Vec<String>,
    /// The flags for the sources; without it `--app app`, and `--vendored` for `vendor` and `site`.
    pub roots: Option<Vec<String>>,
    /// The exit status of `check` or `diff`.
    pub exit: Option<i32>,
    /// A part of what `check` or `diff` says on standard error.
    pub stderr: Option<String>,
    /// The name that `explain` is asked about; it says what `explained.txt` holds.
    pub explain: Option<String>,
    /// Further formats, each compared with a file `expected.FORMAT`.
    pub formats: Vec<String>,
    /// One line for people.
    pub why: String,
}

/// The case of a folder.
///
/// # Errors
/// If its `case.toml` is not as described by [`Case`].
pub fn case(folder: &Path) -> Result<Case, String> {
    match std::fs::read_to_string(folder.join("case.toml")) {
        Ok(text) => toml::from_str(&text).map_err(|e| e.to_string()),
        Err(_) => Ok(Case::default()),
    }
}

/// The folders of `fixtures/cases`, sorted.
pub fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases");
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(&root).expect("fixtures/cases").map(|e| e.expect("entry").path()).collect();
    folders.sort();
    folders
}

/// The program, to be run in `folder` with nothing of this environment.
pub fn stripcheck(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stripcheck"));
    command.current_dir(folder).env_clear().env("NO_COLOR", "1");
    command
}

/// Runs a verb with the inputs that the case's folder has for it.
///
/// # Errors
/// If the program cannot be run.
pub fn run(folder: &Path, verb: &str, case: &Case, more: &[&str]) -> Result<Output, String> {
    let mut command = stripcheck(folder);
    command.arg(verb);
    match verb {
        "check" => drop(command.args(&case.vars).args(&case.args)),
        "plan" => drop(command.args(["old", "new"])),
        "diff" => drop(command.args(["old", "new"]).args(&case.args)),
        _ => {}
    }
    if matches!(verb, "check" | "entries") {
        command.args(["--chart", "manifests"]);
    }
    if verb != "entries" {
        match &case.roots {
            Some(roots) => command.args(roots),
            None => command.args(default_roots(folder)),
        };
    }
    command.args(more).output().map_err(|e| e.to_string())
}

fn default_roots(folder: &Path) -> Vec<&'static str> {
    let roots = [("--app", "app"), ("--vendored", "vendor"), ("--vendored", "site")];
    roots.iter().filter(|(_, root)| folder.join(root).exists()).flat_map(|(flag, root)| [*flag, root]).collect()
}

/// The files below `folder` with an extension, sorted.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.sort();
    let below = |path: PathBuf| match path.is_dir() {
        true => files(&path, extension),
        false if path.extension().is_some_and(|e| e == extension) => vec![path],
        false => Vec::new(),
    };
    paths.into_iter().flat_map(below).collect()
}

/// A folder of this process alone that is deleted at the end.
pub struct Temporary(pub PathBuf);

impl Temporary {
    /// Empty, below the system's own.
    pub fn new(name: &str) -> Temporary {
        let path = std::env::temp_dir().join(format!("stripcheck-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("folder");
        Temporary(std::fs::canonicalize(path).expect("canonical"))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
