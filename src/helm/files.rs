//! `.Files`: the files of a chart that are neither templates nor its own description.

use super::format::write;
use super::functions::base64;
use super::template::Fault;
use super::text::Text;
use super::value::{Class, Key, Map, MapRef, Value};

/// Calls a method of `.Files`.
pub fn method(files: &MapRef, name: &str, argument: Option<&str>) -> Result<Value, Fault> {
    let argued = || argument.ok_or_else(|| Fault::from(format!("wrong arguments for method {name}")));
    let text = |path: &str| match files.get(path) {
        Some(Value::Str(text)) => text,
        _ => Text::default().into(),
    };
    Ok(match name {
        "Get" | "GetBytes" => Value::Str(text(argued()?)),
        "Lines" => {
            let text = text(argued()?);
            if text.len() == 0 {
                return Ok(Value::list(Vec::new()));
            }
            let whole = text.as_str();
            let end = whole.strip_suffix('\n').map_or(whole.len(), str::len);
            let lines = whole[..end].split('\n').map(|line| Value::text(text.part(line)));
            Value::list(lines.collect())
        }
        "Glob" => {
            let pattern: Vec<char> = argued()?.chars().collect();
            let fits = |path: &str| glob(&pattern, &path.chars().collect::<Vec<_>>());
            let entries = files.entries().into_iter().filter(|(key, _)| fits(key.0.as_str()));
            Value::Map(Map::new(Class::Files, entries.collect::<Vec<_>>()))
        }
        _ => {
            let secret = name == "AsSecrets";
            let entries = files.entries().into_iter().map(|(key, value)| {
                let path = key.0.as_str();
                let name = path.rsplit('/').next().unwrap_or(path);
                let value = match &value {
                    Value::Str(text) if secret => Value::str_of(base64(text.as_str().as_bytes()), text.origin()),
                    _ => value,
                };
                (Key::from(name), value)
            });
            Value::text(write::yaml(&Value::map(entries.collect::<Vec<_>>()))?)
        }
    })
}

/// Steps of one match.
const MAX_STEPS: usize = 100_000;

/// Whether a path fits a pattern of gobwas/glob: `*` stays within a folder, `**` does not, `?`, `[a-z]`,
/// `{a,b}`.
pub fn glob(pattern: &[char], path: &[char]) -> bool {
    let mut steps = 0;
    fits(pattern, path, &mut steps)
}

fn fits(pattern: &[char], path: &[char], steps: &mut usize) -> bool {
    *steps += 1;
    if *steps > MAX_STEPS {
        return false;
    }
    let Some((&first, rest)) = pattern.split_first() else { return path.is_empty() };
    match first {
        '*' => {
            let deep = rest.first() == Some(&'*');
            let rest = if deep { &rest[1..] } else { rest };
            let most = if deep { path.len() } else { path.iter().position(|&c| c == '/').unwrap_or(path.len()) };
            (0..=most).any(|count| fits(rest, &path[count..], steps))
        }
        '?' => path.first().is_some_and(|&c| c != '/') && fits(rest, &path[1..], steps),
        '{' => {
            let mut depth = 1;
            let close = rest.iter().position(|&c| {
                depth += i32::from(c == '{') - i32::from(c == '}');
                depth == 0
            });
            let Some(close) = close else { return false };
            let (mut depth, mut from, mut choices) = (0, 0, Vec::new());
            for (index, &c) in rest[..close].iter().enumerate() {
                depth += i32::from(c == '{') - i32::from(c == '}');
                if c == ',' && depth == 0 {
                    choices.push(&rest[from..index]);
                    from = index + 1;
                }
            }
            choices.push(&rest[from..close]);
            choices.into_iter().any(|choice| fits(&[choice, &rest[close + 1..]].concat(), path, steps))
        }
        '[' => {
            let Some(close) = rest.iter().position(|&c| c == ']') else { return false };
            let Some(&c) = path.first() else { return false };
            let inner = &rest[..close];
            let (not, inner) = match inner.first() {
                Some('!' | '^') => (true, &inner[1..]),
                _ => (false, inner),
            };
            let mut found = false;
            let mut at = 0;
            while at < inner.len() {
                if inner.get(at + 1) == Some(&'-') && at + 2 < inner.len() {
                    found |= (inner[at]..=inner[at + 2]).contains(&c);
                    at += 3;
                } else {
                    found |= inner[at] == c;
                    at += 1;
                }
            }
            found != not && fits(&rest[close + 1..], &path[1..], steps)
        }
        '\\' if !rest.is_empty() => path.first() == Some(&rest[0]) && fits(&rest[1..], &path[1..], steps),
        c => path.first() == Some(&c) && fits(rest, &path[1..], steps),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_gobwas() {
        for (pattern, path, fit) in [
            ("config/*", "config/a.yaml", true),
            ("config/*", "config/a/b.yaml", false),
            ("config/**", "config/a/b.yaml", true),
            ("**.yaml", "a/b.yaml", true),
            ("{a,b}/*.[jt]s", "b/x.ts", true),
            ("?.txt", "ab.txt", false),
        ] {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(glob(&chars(pattern), &chars(path)), fit, "{pattern} {path}");
        }
    }
}
