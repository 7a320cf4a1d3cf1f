//! Lock files: which version of each distribution a project takes.

use std::path::Path;

use toml::{Table, Value};

use crate::files::Lock;
use crate::model::{Failure, normalized};

/// The versions that a lock file picks: `uv.lock`, `poetry.lock`, or
/// [`pylock.toml`](https://packaging.python.org/en/latest/specifications/pylock-toml/).
///
/// # Errors
/// If it cannot be read, or is none of them.
pub fn read(path: &Path, shown: &Path) -> Result<Lock, Failure> {
    let fail = |why: String| Failure::new(format!("--lock {}: {why}", shown.display()));
    let text = std::fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
    let lock = parse(&text).map_err(fail)?;
    if lock.is_empty() {
        return Err(fail("no lock file with packages: uv.lock, poetry.lock and pylock.toml are understood".into()));
    }
    Ok(lock)
}

fn parse(text: &str) -> Result<Lock, String> {
    let document: Table = text.parse().map_err(|error: toml::de::Error| error.message().to_string())?;
    let packages = ["package", "packages"].iter().filter_map(|key| document.get(*key)?.as_array());
    let mut lock = Lock::new();
    for package in packages.flatten().filter_map(Value::as_table) {
        let said = |key| package.get(key).and_then(Value::as_str);
        if let (Some(name), Some(version), false) = (said("name"), said("version"), is_own(package)) {
            lock.entry(normalized(name)).or_default().insert(version.to_string());
        }
    }
    Ok(lock)
}

/// Whether a package is a folder of the project itself, which is in no cache.
fn is_own(package: &Table) -> bool {
    let of_uv = |source: &Table| ["virtual", "editable", "directory"].iter().any(|key| source.contains_key(*key));
    let of_poetry = |source: &Table| source.get("type").and_then(Value::as_str) == Some("directory");
    let source = package.get("source").and_then(Value::as_table);
    source.is_some_and(|source| of_uv(source) || of_poetry(source)) || package.contains_key("directory")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_of_three_kinds_are_read() {
        for text in [
            "version = 1\n[[package]]\nname = \"Acme_Client\"\nversion = \"2.4.1\"\nsource = { registry = \"x\" }\n\
             [[package]]\nname = \"own\"\nversion = \"0.1\"\nsource = { virtual = \".\" }\n",
            "[[package]]\nname = \"acme-client\"\nversion = \"2.4.1\"\noptional = false\n\n[package.dependencies]\nx = \">1\"\n\
             [[package]]\nname = \"own\"\nversion = \"1\"\n[package.source]\ntype = \"directory\"\nurl = \"x\"\n",
            "lock-version = \"1.0\"\n[[packages]]\nname = \"acme-client\"\nversion = \"2.4.1\"\n",
        ] {
            let lock = parse(text).expect(text);
            assert_eq!(format!("{lock:?}"), "{\"acme-client\": {\"2.4.1\"}}");
        }
        assert!(parse("x = 1").expect("TOML").is_empty() && parse("no toml").is_err());
    }
}
