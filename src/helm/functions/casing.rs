//! Sprig's functions that change the case of letters.

use super::super::text::Text;
use super::{Call, Function, Out, function};

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("upper", 1, 1, |call| letters(call, |text| text.chars().flat_map(char::to_uppercase).collect())),
    function("lower", 1, 1, |call| letters(call, |text| text.chars().flat_map(char::to_lowercase).collect())),
    function("title", 1, 1, |call| letters(call, |text| words(text, |c| c.to_uppercase().collect()))),
    function("untitle", 1, 1, |call| letters(call, |text| words(text, |c| c.to_lowercase().collect()))),
    function("swapcase", 1, 1, |call| {
        letters(call, |text| {
            let swap = |c: char| -> String {
                if c.is_uppercase() { c.to_lowercase().collect() } else { c.to_uppercase().collect() }
            };
            text.chars().map(swap).collect()
        })
    }),
    function("snakecase", 1, 1, |call| letters(call, |text| parted(text, '_'))),
    function("kebabcase", 1, 1, |call| letters(call, |text| parted(text, '-'))),
    function("camelcase", 1, 1, |call| letters(call, camel)),
];

/// Changes a text; where its length stays, so do its origins.
fn letters(call: &mut Call<'_>, change: impl Fn(&str) -> String) -> Out {
    let text = call.str(0)?;
    let new = change(text.as_str());
    if new.len() != text.len() {
        return call.give_made(new);
    }
    let mut out = Text::default();
    let mut from = 0;
    for (at, c) in new.char_indices() {
        let end = at + c.len_utf8();
        let line = c == '\n' || end == new.len();
        if line {
            out.push(&new[from..end], text.origin_at(from));
            from = end;
        }
    }
    call.give(out)
}

/// Changes the first letter of every word.
fn words(text: &str, change: fn(char) -> String) -> String {
    let mut before = ' ';
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let inner = before.is_alphanumeric() || before == '_' || before == '\'';
        if inner {
            out.push(c)
        } else {
            out.push_str(&change(c))
        }
        before = c;
    }
    out
}

/// Words in lower case with a sign between (xstrings' `ToSnakeCase`): `HTTPServer` is `http_server`.
fn parted(text: &str, sign: char) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    for (index, &c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| chars[before]);
        let after = chars.get(index + 1);
        if matches!(c, '_' | '-' | ' ' | '.') || c.is_whitespace() {
            out.push(if c == '.' { '.' } else { sign });
            continue;
        }
        if let Some(before) = before.filter(|before| before.is_alphanumeric()) {
            let starts = c.is_uppercase()
                && (!before.is_uppercase() || after.is_some_and(|after| after.is_lowercase()))
                || c.is_numeric()
                    && !before.is_numeric()
                    && before.is_uppercase()
                    && after.is_some_and(|a| a.is_alphabetic());
            if starts && !out.ends_with(sign) {
                out.push(sign);
            }
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// Words without what parts them, each with a capital (xstrings' `ToPascalCase`).
fn camel(text: &str) -> String {
    let mut out = String::new();
    let mut upper = true;
    let leading = text.len() - text.trim_start_matches('_').len();
    out.push_str(&text[..leading]);
    for c in text[leading..].chars() {
        if matches!(c, '_' | '-' | ' ') {
            upper = true;
        } else if upper {
            out.extend(c.to_uppercase());
            upper = false;
        } else {
            out.push(c);
        }
    }
    out
}
