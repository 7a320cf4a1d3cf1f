//! What an input is, and what makes parts of one.

use std::fs;
use std::path::Path;
use std::process::Command;

pub const READS: &[&str] = &["reads", "--app", "app"];
pub const ENTRIES: &[&str] = &["entries", "--chart", "manifests"];

/// One input.
pub struct Hostile {
    pub name: &'static str,
    /// Makes it in the given folder, which has `app/healthy.py` and `manifests/healthy.yaml`.
    pub make: fn(&Path),
    /// The arguments, without `--format json`.
    pub args: &'static [&'static str],
    pub exit: i32,
    /// Keys of reads, or names of entries, that must be found besides the healthy one.
    pub finds: &'static [&'static str],
    /// Parts of standard error, or of one blind spot's JSON.
    pub says: &'static [&'static str],
}

pub const fn python(
    name: &'static str,
    make: fn(&Path),
    finds: &'static [&'static str],
    says: &'static [&'static str],
) -> Hostile {
    Hostile { name, make, args: READS, exit: 0, finds, says }
}

pub const fn chart(
    name: &'static str,
    make: fn(&Path),
    finds: &'static [&'static str],
    says: &'static [&'static str],
) -> Hostile {
    Hostile { name, make, args: ENTRIES, exit: 0, finds, says }
}

pub const fn refused(
    name: &'static str,
    make: fn(&Path),
    args: &'static [&'static str],
    says: &'static [&'static str],
) -> Hostile {
    Hostile { name, make, args, exit: 2, finds: &[], says }
}

pub fn write(at: &Path, path: &str, bytes: &[u8]) {
    let path = at.join(path);
    folder(path.parent().expect("parent"));
    fs::write(path, bytes).expect("written");
}

pub fn folder(path: &Path) {
    fs::create_dir_all(path).expect("folder");
}

#[cfg(unix)]
pub fn pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().expect("mkfifo");
    assert!(made.success());
}

/// A pod whose only container has `field`.
pub fn pod(field: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: bad}}\nspec:\n  template:\n    spec:\n      \
         containers:\n      - name: c\n        image: i\n        {field}\n"
    )
}
