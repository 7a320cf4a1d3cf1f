//! Wheels, as an installer would lay them out
//! ([specification](https://packaging.python.org/en/latest/specifications/binary-distribution-format/)).

use std::fs::File;
use std::path::{Path, PathBuf};

use super::blob::Section;
use super::limits::{Budget, Limits};
use super::tree::Tree;
use super::zipped;

/// Whether a file is called like a wheel.
pub fn is_wheel(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("whl"))
}

/// Where a file of a wheel is installed below site-packages: `X.data/purelib/a.py` is `a.py`, scripts
/// are in `bin`, headers nowhere.
pub fn installed(path: &str) -> Option<String> {
    let path = path.trim_start_matches("./");
    let Some((first, rest)) = path.split_once('/') else { return Some(path.to_string()) };
    if !first.ends_with(".data") {
        return Some(path.to_string());
    }
    match rest.split_once('/')? {
        ("purelib" | "platlib" | "data", rest) => Some(rest.to_string()),
        ("scripts", rest) => Some(format!("bin/{rest}")),
        _ => None,
    }
}

/// All of `wheels` in one tree, as `pip install --target` would make it. Where two have the same file,
/// the first has it and a notice says so.
///
/// # Errors
/// If one is damaged, or together they are over a limit: naming it.
pub fn tree(wheels: &[PathBuf], limits: Limits) -> Result<Tree, String> {
    let mut tree = Tree::default();
    let mut budget = Budget::new(limits);
    for wheel in wheels {
        let name = wheel.file_name().unwrap_or_default().to_string_lossy();
        let fail = |why: String| if wheels.len() > 1 { format!("{name}: {why}") } else { why };
        let taken = add(&mut tree, wheel, &mut budget).map_err(fail)?;
        if let Some(first) = taken.first() {
            let detail = format!("other wheels here have {} of its files too (as {first}): those count", taken.len());
            tree.notices.push((name.into_owned(), detail));
        }
    }
    Ok(tree)
}

/// Adds a wheel to a tree; the files that were there already.
///
/// # Errors
/// If it is damaged or over a limit.
pub fn add(tree: &mut Tree, wheel: &Path, budget: &mut Budget) -> Result<Vec<String>, String> {
    let input = File::open(wheel).and_then(Section::of_file).map_err(|error| error.to_string())?;
    let mut taken = Vec::new();
    zipped::add(tree, input, budget, &installed, &mut taken)?;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    #[test]
    fn wheels_are_laid_out_as_installed() {
        for (path, expected) in [
            ("acme/a.py", Some("acme/a.py")),
            ("acme-1.data/purelib/acme/a.py", Some("acme/a.py")),
            ("acme-1.data/scripts/run", Some("bin/run")),
            ("acme-1.data/headers/a.h", None),
            ("six.py", Some("six.py")),
        ] {
            assert_eq!(super::installed(path).as_deref(), expected, "{path}");
        }
    }
}
