//! Sprig's regular expressions (`regex.go`): those of RE2, which the crate `regex` shares.

use regex::{Regex, RegexBuilder};

use super::super::template::Fault;
use super::super::text::{Origin, Text};
use super::super::value::Value;
use super::{Call, Function, Out, function};

/// Bytes of a compiled expression.
const MAX_SIZE: usize = 4 << 20;

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("regexMatch", 2, 2, |call| {
        // What is no expression matches nothing.
        let text = call.str(1)?;
        Ok(Value::Bool(compiled(call).is_ok_and(|regex| regex.is_match(text.as_str()))))
    }),
    function("mustRegexMatch", 2, 2, |call| {
        let text = call.str(1)?;
        Ok(Value::Bool(compiled(call)?.is_match(text.as_str())))
    }),
    function("regexFind", 2, 2, find),
    function("mustRegexFind", 2, 2, find),
    function("regexFindAll", 3, 3, find_all),
    function("mustRegexFindAll", 3, 3, find_all),
    function("regexReplaceAll", 3, 3, |call| replaced(call, true)),
    function("mustRegexReplaceAll", 3, 3, |call| replaced(call, true)),
    function("regexReplaceAllLiteral", 3, 3, |call| replaced(call, false)),
    function("mustRegexReplaceAllLiteral", 3, 3, |call| replaced(call, false)),
    function("regexSplit", 3, 3, split),
    function("mustRegexSplit", 3, 3, split),
    function("regexQuoteMeta", 1, 1, |call| {
        let text = call.str(0)?;
        let quoted = text.as_str().chars().flat_map(|c| {
            let special = r"\.+*?()|[]{}^$".contains(c);
            special.then_some('\\').into_iter().chain([c])
        });
        call.give_made(quoted.collect())
    }),
];

fn compiled(call: &Call<'_>) -> Result<Regex, Fault> {
    let text = call.str(0)?;
    let built = RegexBuilder::new(&translated(text.as_str())).size_limit(MAX_SIZE).build();
    built.map_err(|_| format!("{}: error parsing regexp: `{}`", call.name, text.as_str()).into())
}

/// What the crate spells differently: within brackets Go knows no nesting and no set operations; `\Q…\E`
/// is literal; braces that begin no repetition are characters.
fn translated(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 8);
    let (mut at, mut class) = (0, false);
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        match (c, next) {
            ('\\', Some('Q')) => {
                at += 2;
                while at < chars.len() && !(chars[at] == '\\' && chars.get(at + 1) == Some(&'E')) {
                    out.push_str(&regex::escape(&chars[at].to_string()));
                    at += 1;
                }
                at += 2;
                continue;
            }
            ('\\', Some(escaped)) => {
                out.extend(['\\', escaped]);
                at += 2;
                continue;
            }
            ('[', Some(':')) if class => out.push('['),
            ('[' | '&' | '~', _) if class => out.extend(['\\', c]),
            ('[', _) => {
                class = true;
                out.push(c);
                // A bracket right at the beginning is a character.
                if next == Some('^') {
                    out.push('^');
                    at += 1;
                }
                if chars.get(at + 1) == Some(&']') {
                    out.push_str("\\]");
                    at += 1;
                }
            }
            (']', _) if class => {
                // The end of `[:alpha:]` is not that of the class.
                class = at > 0
                    && chars[at - 1] == ':'
                    && out.rfind("[:").is_some_and(|from| !out[from + 2..].contains(']'));
                out.push(c);
            }
            ('{', _) if !class && !repeats(&chars[at..]) => out.push_str("\\{"),
            _ => out.push(c),
        }
        at += 1;
    }
    out
}

/// Whether `{2}`, `{2,}` or `{2,3}` stands here.
fn repeats(chars: &[char]) -> bool {
    let inner: String = chars.iter().skip(1).take_while(|&&c| c != '}').collect();
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    chars.contains(&'}')
        && match inner.split_once(',') {
            Some((least, most)) => number(least) && (most.is_empty() || number(most)),
            None => number(&inner),
        }
}

fn find(call: &mut Call<'_>) -> Out {
    let (regex, text) = (compiled(call)?, call.str(1)?);
    let found = regex.find(text.as_str());
    Ok(found.map_or_else(|| Value::str(""), |found| Value::text(text.slice(found.range()))))
}

fn limit(count: i64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn find_all(call: &mut Call<'_>) -> Out {
    let (regex, text, count) = (compiled(call)?, call.str(1)?, call.int(2)?);
    let found = regex.find_iter(text.as_str()).take(limit(count));
    let parts = found.map(|found| Value::text(text.slice(found.range()))).collect();
    call.give_list(parts)
}

fn replaced(call: &mut Call<'_>, expands: bool) -> Out {
    let (regex, text, new) = (compiled(call)?, call.str(1)?, call.str(2)?);
    let mut out = Text::default();
    let mut from = 0;
    for found in regex.captures_iter(text.as_str()) {
        let Some(whole) = found.get(0) else { continue };
        out.push_slice(&text, from..whole.start());
        let mut filled = String::new();
        if expands {
            found.expand(new.as_str(), &mut filled)
        } else {
            filled.push_str(new.as_str())
        }
        let at = if whole.is_empty() { whole.start().saturating_sub(1) } else { whole.start() };
        out.push(&filled, if text.len() == 0 { Origin::UNKNOWN } else { text.origin_at(at) });
        from = whole.end();
        if out.len() > super::super::template::MAX_TEXT {
            break;
        }
    }
    out.push_slice(&text, from..text.len());
    call.give(out)
}

fn split(call: &mut Call<'_>) -> Out {
    let (regex, text, count) = (compiled(call)?, call.str(1)?, call.int(2)?);
    if count == 0 {
        return Ok(Value::list(Vec::new()));
    }
    let mut parts = Vec::new();
    let mut from = 0;
    for found in regex.find_iter(text.as_str()) {
        if parts.len() + 1 >= limit(count) {
            break;
        }
        // An empty match at the very beginning parts nothing.
        if found.end() == 0 {
            continue;
        }
        parts.push(Value::text(text.slice(from..found.start())));
        from = found.end();
    }
    parts.push(Value::text(text.slice(from..text.len())));
    call.give_list(parts)
}
