//! The texts that installers leave, as plain functions: names, versions, file lists, commands.

use std::borrow::Cow;

/// The value of a header of METADATA or PKG-INFO
/// ([core metadata](https://packaging.python.org/en/latest/specifications/core-metadata/)).
pub fn header<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let headers = text.lines().take_while(|line| !line.is_empty());
    headers
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
        .filter(|value| !value.is_empty())
}

/// Name and version from the name of a metadata folder or file:
/// `typing_extensions-4.12.2.dist-info`, `foo-1.0-py3.8.egg-info`.
pub fn folder_name(folder: &str) -> (&str, Option<&str>) {
    let stem = folder.rsplit_once('.').map_or(folder, |(stem, _)| stem);
    let stem = stem.split_once("-py3").map_or(stem, |(stem, _)| stem);
    let stem = stem.split_once("-py2").map_or(stem, |(stem, _)| stem);
    match stem.rsplit_once('-') {
        Some((name, version)) if version.starts_with(|c: char| c.is_ascii_digit()) => (name, Some(version)),
        _ => (stem, None),
    }
}

/// The paths of a RECORD, which is CSV: quoted where they hold a comma or a quote
/// ([specification](https://packaging.python.org/en/latest/specifications/recording-installed-packages/)).
pub fn record(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    text.lines().filter_map(|line| {
        let path = match line.strip_prefix('"') {
            None => Cow::Borrowed(line.split(',').next()?),
            Some(rest) => Cow::Owned(unquoted(rest)),
        };
        let path = match path.contains('\\') {
            true => Cow::Owned(path.replace('\\', "/")),
            false => path,
        };
        (!path.is_empty()).then_some(path)
    })
}

/// The text up to the closing quote; a doubled quote is one.
fn unquoted(rest: &str) -> String {
    let mut out = String::new();
    let mut chars = rest.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '"' && chars.next_if_eq(&'"').is_none() {
            break;
        }
        out.push(c);
    }
    out
}

/// The commands of an `entry_points.txt`, with the module that each runs
/// ([specification](https://packaging.python.org/en/latest/specifications/entry-points/)).
pub fn commands(text: &str) -> Vec<(String, String)> {
    let mut commands = Vec::new();
    let mut counts = false;
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            counts = is_command_group(section.trim_end_matches(']').trim());
        } else if counts && !line.starts_with(['#', ';']) {
            commands.extend(command(line));
        }
    }
    commands
}

/// Whether the entry points of this group become commands.
pub fn is_command_group(group: &str) -> bool {
    matches!(group, "console_scripts" | "gui_scripts")
}

/// `name = package.module:object [extra]` → the name and the module.
pub fn command(line: &str) -> Option<(String, String)> {
    let (name, target) = line.split_once('=')?;
    Some((name.trim().to_string(), module(target)?))
}

/// The module of `package.module:object [extra]`.
pub fn module(target: &str) -> Option<String> {
    let module = target.split([':', '[']).next()?.trim();
    (!module.is_empty()).then(|| module.to_string())
}

/// The string that a line of the text gives to `name`: `name = "x"`, `name: str = "x"`, or the
/// argument `name="x",`. Enough for a version that is written down, and silent about a computed one.
pub fn assigned<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let rest = line.trim_start().strip_prefix(name)?.trim_start();
        let (_, value) = rest.strip_prefix([':', '=']).and_then(|_| {
            let at = rest.find('=')?;
            Some(rest.split_at(at + 1))
        })?;
        let open = value.find(['"', '\''])?;
        // What stands before the quote may be another target (`= version =`), but no call.
        if value[..open].contains(['(', '[', '{', '#']) {
            return None;
        }
        let quote = &value[open..open + 1];
        let (text, rest) = value[open + 1..].split_once(quote)?;
        // Nor may a method be called on it: `".".join(…)`.
        let ends = rest.trim_start().is_empty() || rest.trim_start().starts_with([',', ')', '#', ';']);
        (ends && !text.is_empty()).then_some(text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::normalized;

    #[test]
    fn headers_end_at_the_body() {
        let text = "Metadata-Version: 2.1\nName: PyYAML\n\nVersion: 9\n";
        assert_eq!(header(text, "name"), Some("PyYAML"));
        assert_eq!(header(text, "Version"), None);
    }

    #[test]
    fn folder_names_split_at_the_version() {
        for (folder, name, version) in [
            ("typing_extensions-4.12.2.dist-info", "typing_extensions", Some("4.12.2")),
            ("foo-bar-1.0-py3.8.egg-info", "foo-bar", Some("1.0")),
            ("acme.egg-info", "acme", None),
            ("a-b.egg-info", "a-b", None),
            ("foo-1.0-py2.7.egg", "foo", Some("1.0")),
        ] {
            assert_eq!(folder_name(folder), (name, version), "{folder}");
        }
        assert_eq!(normalized("Foo.bar__baz-Q"), "foo-bar-baz-q");
    }

    #[test]
    fn record_is_csv() {
        let text = "a/b.py,sha256=x,3\n\"a/x,\"\"y\"\".py\",,\na\\w.py,,\n\n,,\n";
        let paths: Vec<_> = record(text).collect();
        assert_eq!(paths, ["a/b.py", "a/x,\"y\".py", "a/w.py"]);
    }

    #[test]
    fn only_commands_are_taken_from_entry_points() {
        let text = "[console_scripts]\ngunicorn = gunicorn.app.wsgiapp:run\n# no = x:y\n\n[paste.server]\nmain=a:b\n[ gui_scripts ]\ngui=g.h:main [extra]\n";
        let commands = commands(text);
        let shown: Vec<_> = commands.iter().map(|(n, m)| format!("{n}>{m}")).collect();
        assert_eq!(shown, ["gunicorn>gunicorn.app.wsgiapp", "gui>g.h"]);
    }

    #[test]
    fn versions_are_read_only_if_written_down() {
        for (text, expected) in [
            ("x = 1\n__version__ = \"1.2\"\n", Some("1.2")),
            ("__version__: str = '3'  # c\n", Some("3")),
            ("__version__ = version = '4.5'\n", Some("4.5")),
            ("__version__ = get(\"foo\")\n", None),
            ("__version__ = '.'.join(v)\n", None),
            ("__version_info__ = \"1\"\n", None),
            ("__version__ = VERSION\nother = \"9\"\n", None),
        ] {
            assert_eq!(assigned(text, "__version__"), expected, "{text}");
        }
        assert_eq!(assigned("setup(\n    name='acme',\n", "name"), Some("acme"));
    }
}
