//! Go's `path` functions.

use super::{Call, Function, Out, function};
use crate::helm::value::Value;

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("base", 1, 1, |call| changed(call, base)),
    function("osBase", 1, 1, |call| changed(call, base)),
    function("dir", 1, 1, |call| changed(call, dir)),
    function("osDir", 1, 1, |call| changed(call, dir)),
    function("clean", 1, 1, |call| changed(call, clean)),
    function("osClean", 1, 1, |call| changed(call, clean)),
    function("ext", 1, 1, |call| changed(call, extension)),
    function("osExt", 1, 1, |call| changed(call, extension)),
    function("isAbs", 1, 1, |call| Ok(Value::Bool(call.str(0)?.as_str().starts_with('/')))),
    function("osIsAbs", 1, 1, |call| Ok(Value::Bool(call.str(0)?.as_str().starts_with('/')))),
];

fn changed(call: &mut Call<'_>, change: fn(&str) -> String) -> Out {
    let text = call.str(0)?;
    call.give_made(change(text.as_str()))
}

/// The last part of a path.
pub fn base(path: &str) -> String {
    if path.is_empty() {
        return ".".into();
    }
    let path = path.trim_end_matches('/');
    match path.rsplit('/').next() {
        Some("") | None => "/".into(),
        Some(last) => last.into(),
    }
}

fn dir(path: &str) -> String {
    let end = path.rfind('/').map_or(0, |at| at + 1);
    clean(&path[..end])
}

fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rfind('.').map_or(String::new(), |at| name[at..].into())
}

fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".into(),
        (false, false) => joined,
    }
}
