//! Modules that are there only in compiled form: reads in them are not seen, which is a blind spot.

use std::collections::BTreeMap;

use super::plan::Plan;
use super::walk::{Found, Walked};
use crate::model::{Notice, NoticeKind, Owner, OwnerId, SourceFile};

/// Compiled Python without its source: one notice a root. Nobody parses it.
pub fn bytecode(plan: &Plan, walked: &Walked) -> Option<Notice> {
    let is_bytecode = |file: &&Found| file.path.ends_with(".pyc");
    let first = walked.files.iter().find(is_bytecode)?;
    let count = walked.files.iter().filter(is_bytecode).count();
    let detail = format!("compiled Python without its source ({count} such files here): reads in it are not seen");
    Some(notice(plan, &first.path, detail))
}

/// Extension modules without a Python module of the same name beside them, one notice for each owner:
/// only the names in them are searched. `files` are those of `walked`, with their owners.
pub fn extensions(plan: &Plan, walked: &Walked, files: &[SourceFile], owners: &[Owner]) -> Vec<Notice> {
    let mut found: BTreeMap<OwnerId, Vec<&str>> = BTreeMap::new();
    for file in files {
        if extension_module(&file.path).is_some_and(|module| !walked.has(&format!("{module}.py"))) {
            found.entry(file.owner).or_default().push(&file.path);
        }
    }
    let say = |(owner, paths): (OwnerId, Vec<&str>)| {
        let name = owners.get(owner).map_or("code", |owner| owner.name.as_str());
        let number = if paths.len() == 1 { "a module".into() } else { format!("{} modules", paths.len()) };
        let detail =
            format!("{name} has compiled code without Python source ({number}): only names in it are searched");
        Some(notice(plan, paths.first()?, detail))
    };
    found.into_iter().filter_map(say).collect()
}

/// The path of an extension module without its suffix, which may name an interpreter and a platform:
/// `importlib.machinery.EXTENSION_SUFFIXES` has `.cpython-313-x86_64-linux-gnu.so`, `.abi3.so`, `.so`,
/// on Windows `.cp313-win_amd64.pyd` and `.pyd`.
fn extension_module(path: &str) -> Option<&str> {
    let stem = path.strip_suffix(".so").or_else(|| path.strip_suffix(".pyd"))?;
    let name = stem.rfind('/').map_or(0, |slash| slash + 1);
    let end = stem[name..].find('.').map_or(stem.len(), |dot| name + dot);
    Some(&stem[..end])
}

fn notice(plan: &Plan, path: &str, detail: String) -> Notice {
    Notice { kind: NoticeKind::NativeCode, ..plan.unreadable(path, detail) }
}

#[cfg(test)]
mod tests {
    use super::extension_module;

    #[test]
    fn extension_modules_have_a_name() {
        for (path, expected) in [
            ("a/_x.so", Some("a/_x")),
            ("a.b/x.cpython-313-x86_64-linux-gnu.so", Some("a.b/x")),
            ("x.abi3.so", Some("x")),
            ("a/x.cp313-win_amd64.pyd", Some("a/x")),
            ("a/x.so.3", None),
            ("a/x.py", None),
        ] {
            assert_eq!(extension_module(path), expected, "{path}");
        }
    }
}
