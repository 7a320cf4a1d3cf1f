//! Places outside themselves that site-packages folders lead to: `.pth` files, editable installs, eggs.
//!
//! Nothing is executed: `import …` lines of `.pth` files are passed over, and the finder modules of
//! setuptools' editable installs are read for their one literal.

use std::path::{Path, PathBuf};

use crate::files::Files;

/// A place that a site-packages folder leads to.
#[derive(Debug, PartialEq, Eq)]
pub struct Target {
    /// The file that says so, by its name in the site-packages folder.
    pub by: String,
    /// The folder, or the package or module in it.
    pub path: PathBuf,
    /// Whether `path` is a package or module: its folder is not searched for others.
    pub single: bool,
}

/// The targets of `site`, and what is wrong with its files (name, line, sentence).
pub fn targets(files: &Files, site: &Path) -> (Vec<Target>, Vec<(String, u32, String)>) {
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    for path in files.children(site) {
        let Some(by) = path.file_name().and_then(|n| n.to_str()).map(str::to_string) else {
            continue;
        };
        let text = || files.text(&path).unwrap_or_default();
        if by.ends_with(".egg") {
            match files.is_folder(&path) {
                true => found.push(folder(by, path)),
                false => wrong.push((by, 0, "a zipped egg: not looked into".into())),
            }
        } else if by.ends_with(".pth") {
            for (number, line) in (1..).zip(text().lines()) {
                let line = line.trim_end();
                if line.is_empty() || line.starts_with(['#']) || is_import(line) {
                    continue;
                }
                let target = files.within_same(site, line);
                match files.is_folder(&target) {
                    true => found.push(folder(by.clone(), target)),
                    false => wrong.push((by.clone(), number, missing(line))),
                }
            }
        } else if by.ends_with(".egg-link") {
            let text = text();
            let line = text.lines().next().unwrap_or_default().trim();
            let target = files.within_same(site, line);
            match files.is_folder(&target) && !line.is_empty() {
                true => found.push(folder(by, target)),
                false => wrong.push((by, 1, missing(line))),
            }
        } else if by.starts_with("__editable___") && by.ends_with("_finder.py") {
            match mapping(&text()) {
                Some(paths) => {
                    for path in paths {
                        match exists(files, site, &path) {
                            Some(path) => found.push(Target { by: by.clone(), path, single: true }),
                            None => wrong.push((by.clone(), 0, missing(&path))),
                        }
                    }
                }
                None => wrong.push((by, 0, "an editable install whose MAPPING is not understood".into())),
            }
        }
    }
    (found, wrong)
}

fn folder(by: String, path: PathBuf) -> Target {
    Target { by, path, single: false }
}

/// As CPython's `site.addpackage` decides it: such a line is code.
fn is_import(line: &str) -> bool {
    line.starts_with("import ") || line.starts_with("import\t")
}

fn missing(target: &str) -> String {
    format!("leads to {target}, which is not here: not looked at")
}

/// A package's folder or a module's file; setuptools writes a module without its `.py`.
fn exists(files: &Files, site: &Path, path: &str) -> Option<PathBuf> {
    [path.to_string(), format!("{path}.py")]
        .into_iter()
        .map(|path| files.within_same(site, &path))
        .find(|path| files.find(path).is_ok())
}

/// The values of `MAPPING: dict[str, str] = {'name': '/path', …}`, which setuptools writes on one
/// line (`setuptools.command.editable_wheel`).
fn mapping(text: &str) -> Option<Vec<String>> {
    let line = text.lines().find(|line| line.starts_with("MAPPING"))?;
    let mut rest = line.split_once('=')?.1.trim().strip_prefix('{')?;
    let mut values = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', ',']);
        if rest.starts_with('}') {
            return Some(values);
        }
        let (_, after) = literal(rest)?;
        let (value, after) = literal(after.trim_start().strip_prefix(':')?.trim_start())?;
        values.push(value);
        rest = after;
    }
}

/// A string literal as `repr` writes paths, and what follows it.
fn literal(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let mut value = String::new();
    let mut chars = text[1..].char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => value.push(chars.next().filter(|(_, c)| matches!(c, '\\' | '\'' | '"'))?.1),
            c if c == quote => return Some((value, &text[at + 2..])),
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mapping_of_a_finder_is_read_and_nothing_else() {
        let text = "import sys\nMAPPING: dict[str, str] = {'a': '/x/a', \"b\": 'C:\\\\y\\\\b'}\n";
        assert_eq!(mapping(text), Some(vec!["/x/a".to_string(), "C:\\y\\b".to_string()]));
        assert_eq!(mapping("MAPPING = {}\n"), Some(vec![]));
        assert_eq!(mapping("MAPPING = make()\n"), None);
        assert_eq!(mapping("MAPPING = {'a': f()}\n"), None);
    }
}
