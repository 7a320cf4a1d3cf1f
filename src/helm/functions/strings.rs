//! Sprig's functions on strings that keep their parts (`strings.go`).

use super::super::text::{Origin, Text};
use super::super::value::{Key, Str, Value};
use super::call::text;
use super::{ANY, Call, Function, Out, function};
use crate::helm::format::json::escaped;
use crate::helm::functions::printf::quoted;

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("quote", 0, ANY, |call| {
        each(call, |text, out| {
            out.push("\"", text.origin());
            escaped(text, out, quoted);
            out.push("\"", text.origin());
        })
    }),
    function("squote", 0, ANY, |call| {
        each(call, |text, out| {
            out.push("'", text.origin());
            out.push_or(text, Origin::UNKNOWN);
            out.push("'", text.origin());
        })
    }),
    function("cat", 0, ANY, |call| {
        let values: Vec<Value> = call.arguments.iter().filter(|value| !value.is_nil()).cloned().collect();
        joined(call, " ", &values)
    }),
    function("join", 2, 2, |call| {
        let separator = call.str(0)?;
        let items = match call.arg(1) {
            Value::List(list) => list.0.iter().filter(|item| !item.is_nil()).cloned().collect(),
            Value::Nil | Value::Null => Vec::new(),
            other => vec![other.clone()],
        };
        joined(call, separator.as_str(), &items)
    }),
    function("trim", 1, 1, |call| part(call, 0, |text| text.trim())),
    function("trimAll", 2, 2, trim_all),
    function("trimall", 2, 2, trim_all),
    function("trimSuffix", 2, 2, |call| {
        let suffix = call.str(0)?;
        part(call, 1, |text| text.strip_suffix(suffix.as_str()).unwrap_or(text))
    }),
    function("trimPrefix", 2, 2, |call| {
        let prefix = call.str(0)?;
        part(call, 1, |text| text.strip_prefix(prefix.as_str()).unwrap_or(text))
    }),
    function("trunc", 2, 2, |call| {
        let (count, text) = (call.int(0)?, call.str(1)?);
        let size = i64::try_from(text.len()).unwrap_or(i64::MAX);
        Ok(if count < 0 && size + count > 0 {
            cut(&text, size + count, size)
        } else if count >= 0 && size > count {
            cut(&text, 0, count)
        } else {
            Value::Str(text)
        })
    }),
    function("substr", 3, 3, |call| {
        let (start, end, text) = (call.int(0)?, call.int(1)?, call.str(2)?);
        let size = i64::try_from(text.len()).unwrap_or(i64::MAX);
        let (start, end) = (start.max(0), if start >= 0 && (end < 0 || end > size) { size } else { end });
        if start > end || end > size || end < 0 {
            return Err(format!("substr: slice bounds out of range [{start}:{end}] with length {size}").into());
        }
        Ok(cut(&text, start, end))
    }),
    function("contains", 2, 2, |call| Ok(Value::Bool(call.str(1)?.as_str().contains(call.str(0)?.as_str())))),
    function("hasPrefix", 2, 2, |call| Ok(Value::Bool(call.str(1)?.as_str().starts_with(call.str(0)?.as_str())))),
    function("hasSuffix", 2, 2, |call| Ok(Value::Bool(call.str(1)?.as_str().ends_with(call.str(0)?.as_str())))),
    function("indent", 2, 2, |call| indent(call, false)),
    function("nindent", 2, 2, |call| indent(call, true)),
    function("replace", 3, 3, |call| {
        let (old, new, text) = (call.str(0)?, call.str(1)?, call.str(2)?);
        let mut out = Text::default();
        let mut from = 0;
        for (at, found) in text.as_str().match_indices(old.as_str()) {
            out.push_slice(&text, from..at);
            // What replaces is from where it stands; what it replaces tells the place.
            out.push(new.as_str(), text.origin_at(at));
            from = at + found.len();
            if out.len() > crate::helm::template::MAX_TEXT {
                break;
            }
        }
        out.push_slice(&text, from..text.len());
        call.give(out)
    }),
    function("splitList", 2, 2, |call| {
        let (separator, text) = (call.str(0)?, call.str(1)?);
        let parts = split(&text, separator.as_str(), usize::MAX);
        call.give_list(parts)
    }),
    function("split", 2, 2, |call| {
        let (separator, text) = (call.str(0)?, call.str(1)?);
        Ok(numbered(split(&text, separator.as_str(), usize::MAX)))
    }),
    function("splitn", 3, 3, |call| {
        let (separator, count, text) = (call.str(0)?, call.int(1)?, call.str(2)?);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Ok(numbered(if count == 0 { Vec::new() } else { split(&text, separator.as_str(), count) }))
    }),
    function("repeat", 2, 2, |call| {
        let (count, text) = (call.int(0)?, call.str(1)?);
        let count = usize::try_from(count).map_err(|_| "repeat: negative count")?;
        call.engine.made(text.len().saturating_mul(count))?;
        call.give_made(text.as_str().repeat(count))
    }),
];

/// Every argument that is not nil, changed, with spaces between.
fn each(call: &mut Call<'_>, change: impl Fn(&Text, &mut Text)) -> Out {
    let mut out = Text::default();
    for value in call.arguments.iter().filter(|value| !value.is_nil()) {
        if out.len() > 0 {
            out.push(" ", Origin::UNKNOWN);
        }
        change(&*text(value)?, &mut out);
    }
    call.give(out)
}

fn joined(call: &mut Call<'_>, separator: &str, values: &[Value]) -> Out {
    let mut out = Text::default();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push(separator, Origin::UNKNOWN);
        }
        out.push_or(&*text(value)?, Origin::UNKNOWN);
        if out.len() > crate::helm::template::MAX_TEXT {
            break;
        }
    }
    call.engine.step(values.len())?;
    call.give(out)
}

/// A part of an argument.
fn part(call: &mut Call<'_>, index: usize, which: impl Fn(&str) -> &str) -> Out {
    let text = call.str(index)?;
    let part = which(text.as_str());
    Ok(if part.len() == text.len() { Value::Str(text.clone()) } else { Value::text(text.part(part)) })
}

fn trim_all(call: &mut Call<'_>) -> Out {
    let set = call.str(0)?;
    part(call, 1, |text| text.trim_matches(|c| set.as_str().contains(c)))
}

/// Bytes of a text; a character that is cut apart becomes a replacement character.
fn cut(text: &Str, start: i64, end: i64) -> Value {
    let (start, end) = (usize::try_from(start).unwrap_or(0), usize::try_from(end).unwrap_or(0));
    if text.as_str().is_char_boundary(start) && text.as_str().is_char_boundary(end) {
        return Value::text(text.slice(start..end));
    }
    let bytes = text.as_str().as_bytes().get(start..end).unwrap_or_default();
    Value::str_of(String::from_utf8_lossy(bytes), text.origin_at(start))
}

fn indent(call: &mut Call<'_>, line: bool) -> Out {
    let (spaces, text) = (call.int(0)?, call.str(1)?);
    let spaces = usize::try_from(spaces).map_err(|_| format!("{}: negative count", call.name))?;
    call.engine.made(spaces)?;
    let breaks = memchr::memchr_iter(b'\n', text.as_str().as_bytes()).count();
    call.engine.made(text.len().saturating_add(spaces.saturating_mul(breaks + 1)))?;
    let padding = " ".repeat(spaces);
    let mut out = Text::default();
    if line {
        out.push("\n", text.origin_at(0));
    }
    let mut from = 0;
    loop {
        out.push(&padding, text.origin_at(from));
        match memchr::memchr(b'\n', &text.as_str().as_bytes()[from..]) {
            Some(found) => {
                out.push_slice(&text, from..from + found + 1);
                from += found + 1;
            }
            None => break,
        }
    }
    out.push_slice(&text, from..text.len());
    Ok(Value::text(out))
}

/// The parts of a text; an empty separator parts its characters.
pub fn split(text: &Text, separator: &str, most: usize) -> Vec<Value> {
    let whole = text.as_str();
    if separator.is_empty() {
        return whole.char_indices().map(|(at, c)| Value::text(text.slice(at..at + c.len_utf8()))).collect();
    }
    let mut from = 0;
    let mut parts = Vec::new();
    for (at, found) in whole.match_indices(separator) {
        if parts.len() + 1 >= most {
            break;
        }
        parts.push(Value::text(text.slice(from..at)));
        from = at + found.len();
    }
    parts.push(Value::text(text.slice(from..text.len())));
    parts
}

/// `_0`, `_1` …
fn numbered(parts: Vec<Value>) -> Value {
    Value::map(parts.into_iter().enumerate().map(|(index, part)| (Key::from(format!("_{index}").as_str()), part)))
}
