//! The shape of the source: who imports what, how long files are, and that the registry of libraries
//! is their folder.

#[allow(dead_code, reason = "each harness uses a part")]
mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What a part of the program may use besides itself and `std`. Data flows one way.
const IMPORTS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("command", &[]),
    ("files", &["model"]),
    ("python", &["model"]),
    ("libraries", &["model"]),
    ("link", &["model", "python", "libraries"]),
    ("scan", &["model", "files", "python", "libraries", "link"]),
    ("discover", &["model", "command", "files"]),
    ("mentions", &["model", "files", "discover"]),
    ("yaml", &[]),
    ("helm", &["model", "files", "yaml"]),
    ("chart", &["model", "yaml", "helm"]),
    ("change", &["model"]),
    ("git", &["model"]),
    ("verdict", &["model", "command"]),
    ("release", &["model"]),
    ("report", &["model", "verdict"]),
    ("bundle", &["model", "report"]),
    ("settings", &["model", "libraries"]),
    ("progress", &[]),
    (
        "run",
        &[
            "model",
            "files",
            "bundle",
            "discover",
            "chart",
            "change",
            "git",
            "scan",
            "mentions",
            "verdict",
            "release",
            "report",
            "progress",
            "libraries",
        ],
    ),
    ("cli", &["model", "bundle", "settings", "discover", "chart", "report", "run"]),
];

/// The only part that knows a crate.
const CRATES: &[(&str, &str)] = &[
    ("clap", "cli"),
    ("tree_sitter", "python"),
    ("tree_sitter_python", "python"),
    ("tar", "files"),
    ("zip", "files"),
    ("flate2", "files"),
    ("libyaml_safer", "yaml"),
];

/// The most lines of a file.
const LONGEST: usize = 400;

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Files of a part with their text, without comments.
fn code() -> Vec<(String, PathBuf, String)> {
    let part = |path: &Path| {
        let path = path.strip_prefix(source()).expect("below src");
        let first = path.components().next().expect("not empty").as_os_str().to_string_lossy().into_owned();
        first.trim_end_matches(".rs").to_string()
    };
    let text = |path: &Path| {
        let text = std::fs::read_to_string(path).expect("text");
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    };
    common::files(&source(), "rs").into_iter().map(|path| (part(&path), path.clone(), text(&path))).collect()
}

/// The first names of all paths that begin with `crate::`, grouped imports included.
fn imports(text: &str) -> BTreeSet<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for (_, rest) in text.match_indices("crate::").map(|(at, found)| text.split_at(at + found.len())) {
        match rest.strip_prefix('{').and_then(|rest| rest.split_once("};")) {
            Some((group, _)) => {
                let mut depth = 0;
                let outer: String = (group.chars())
                    .filter(|c| {
                        depth += i32::from(*c == '{') - i32::from(*c == '}');
                        depth == 0
                    })
                    .collect();
                found.extend(outer.split(',').map(|item| word(item.trim())).filter(|item| !item.is_empty()));
            }
            None => drop(found.insert(word(rest))),
        }
    }
    found
}

#[test]
fn imports_run_one_way() {
    let mut wrong = Vec::new();
    for (part, path, text) in code().iter().filter(|(part, ..)| part != "lib" && part != "main") {
        let Some((_, allowed)) = IMPORTS.iter().find(|(name, _)| name == part) else {
            panic!("{part} is not in the table");
        };
        for import in imports(text).iter().filter(|import| *import != part && !allowed.contains(&import.as_str())) {
            wrong.push(format!("{}: crate::{import}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "not in the table of imports:\n{}", wrong.join("\n"));
}

#[test]
fn imports_are_found_in_all_their_forms() {
    let text = "use crate::a::{b, c};\nuse crate::{d, e::{f, g}, h};\nlet x = crate::i::j();\nuse crate::k;\n";
    assert_eq!(imports(text).into_iter().collect::<Vec<_>>(), ["a", "d", "e", "h", "i", "k"]);
}

#[test]
fn a_crate_is_known_to_one_part() {
    for (part, path, text) in code() {
        for (name, owner) in CRATES {
            let used = [format!("{name}::"), format!("use {name};")].iter().any(|form| {
                text.match_indices(form.as_str()).any(|(at, _)| {
                    let before = text[..at].chars().next_back();
                    !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
                })
            });
            assert!(!used || part == *owner, "{} uses {name}, which only {owner} may", path.display());
        }
    }
}

#[test]
fn files_are_short() {
    let lines = |path: &Path| std::fs::read_to_string(path).expect("text").lines().count();
    let long: Vec<_> = common::files(&source(), "rs").into_iter().filter(|path| lines(path) > LONGEST).collect();
    assert!(long.is_empty(), "more than {LONGEST} lines: {long:?}");
}

#[test]
fn every_library_is_registered() {
    let folder = source().join("libraries");
    let registry = std::fs::read_to_string(folder.join("mod.rs")).expect("text");
    for path in common::files(&folder, "rs") {
        let name = path.file_stem().expect("name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("text");
        let registered = registry.contains(&format!("&{name}::LIBRARY"));
        assert_eq!(text.contains("pub const LIBRARY: Library"), registered, "{name}");
    }
}
