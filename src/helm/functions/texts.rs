//! Sprig's functions on strings that make new ones.

use super::{Function, function};
use crate::helm::template::Fault;
use crate::helm::value::Value;

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("nospace", 1, 1, |call| {
        let text = call.str(0)?;
        call.give_made(text.as_str().chars().filter(|c| !c.is_whitespace()).collect())
    }),
    function("initials", 1, 1, |call| {
        let text = call.str(0)?;
        call.give_made(text.as_str().split_whitespace().filter_map(|word| word.chars().next()).collect())
    }),
    function("abbrev", 2, 2, |call| {
        let (width, text) = (call.int(0)?, call.str(1)?);
        call.give_made(abbreviate(text.as_str(), 0, width)?)
    }),
    function("abbrevboth", 3, 3, |call| {
        let (left, right, text) = (call.int(0)?, call.int(1)?, call.str(2)?);
        let unchanged = right < 4 || left > 0 && right < 7;
        call.give_made(if unchanged { text.as_str().into() } else { abbreviate(text.as_str(), left, right)? })
    }),
    function("wrap", 2, 2, |call| {
        let (width, text) = (call.int(0)?, call.str(1)?);
        call.give_made(wrapped(text.as_str(), width, "\n", false))
    }),
    function("wrapWith", 3, 3, |call| {
        let (width, line, text) = (call.int(0)?, call.str(1)?, call.str(2)?);
        let line = if line.len() == 0 { "\n" } else { line.as_str() };
        call.give_made(wrapped(text.as_str(), width, line, true))
    }),
    function("plural", 3, 3, |call| {
        let which = if call.int(2)? == 1 { 0 } else { 1 };
        Ok(Value::Str(call.str(which)?))
    }),
];

/// goutils' `AbbreviateFull`: `...` for what does not fit.
fn abbreviate(text: &str, offset: i64, width: i64) -> Result<String, Fault> {
    let chars: Vec<char> = text.chars().collect();
    let len = i64::try_from(chars.len()).unwrap_or(i64::MAX);
    let part = |from: i64, to: i64| -> String {
        let (from, to) = (usize::try_from(from).unwrap_or(0), usize::try_from(to).unwrap_or(0));
        chars.get(from..to.min(chars.len())).unwrap_or_default().iter().collect()
    };
    if width < 4 {
        // Sprig returns what cannot be abbreviated as it is.
        return Ok(text.into());
    }
    if len <= width {
        return Ok(text.into());
    }
    let offset = offset.min(len);
    let offset = if len - offset < width - 3 { len - (width - 3) } else { offset };
    if offset <= 4 {
        return Ok(format!("{}...", part(0, width - 3)));
    }
    if width < 7 {
        return Ok(text.into());
    }
    if offset + width - 3 < len {
        let inner: String = part(offset, len);
        return Ok(format!("...{}", abbreviate(&inner, 0, width - 3)?));
    }
    Ok(format!("...{}", part(len - (width - 3), len)))
}

/// Lines of at most `width`, broken at spaces, long words too if `cuts` (goutils' `WrapCustom`).
fn wrapped(text: &str, width: i64, line: &str, cuts: bool) -> String {
    let width = usize::try_from(width).unwrap_or(1).max(1);
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while chars.len() - at > width {
        if chars[at] == ' ' {
            at += 1;
            continue;
        }
        let end = at + width + 1;
        let space = (at..end.min(chars.len())).rev().find(|&index| chars[index] == ' ');
        let (stop, next) = match space {
            Some(space) => (space, space + 1),
            None if cuts => (at + width, at + width),
            None => match (at + width..chars.len()).find(|&index| chars[index] == ' ') {
                Some(space) => (space, space + 1),
                None => break,
            },
        };
        out.extend(&chars[at..stop]);
        out.push_str(line);
        at = next;
    }
    out.extend(&chars[at..]);
    out
}
