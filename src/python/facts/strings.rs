//! What the text of a string literal means.

/// The letters before a literal's quotes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Prefix {
    /// `r`: no escapes.
    pub(super) raw: bool,
    /// `b`: bytes, which have neither `\u` nor `\N`.
    pub(super) bytes: bool,
    /// `f`: `{{` is one brace.
    pub(super) format: bool,
}

impl Prefix {
    /// The prefix of a literal that starts like this: `rb"""`.
    pub(super) fn of(start: &str) -> Prefix {
        let mut prefix = Prefix::default();
        for letter in start.bytes() {
            match letter.to_ascii_lowercase() {
                b'r' => prefix.raw = true,
                b'b' => prefix.bytes = true,
                b'f' => prefix.format = true,
                _ => {}
            }
        }
        prefix
    }
}

/// The value of a literal's inner text
/// ([escape sequences](https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences));
/// an escape that is not known, `\N{…}` among them, stays as it is written.
pub(super) fn unescape(text: &str, prefix: Prefix) -> String {
    let mut value = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '{', '}', '\r']) {
        value.push_str(&rest[..at]);
        rest = &rest[at..];
        let next = rest.as_bytes().get(1).copied();
        let step = match rest.as_bytes()[0] {
            b'\r' if next == Some(b'\n') => 1,
            brace @ (b'{' | b'}') if prefix.format && next == Some(brace) => {
                value.push(char::from(brace));
                2
            }
            b'\\' if !prefix.raw => match escape(&rest[1..], prefix.bytes) {
                Some((character, length)) => {
                    value.extend(character);
                    1 + length
                }
                None => {
                    value.push('\\');
                    1
                }
            },
            other => {
                value.push(char::from(other));
                1
            }
        };
        rest = &rest[step..];
    }
    value.push_str(rest);
    value
}

/// What follows a backslash: the character it stands for (none for a continued line) and the length
/// of the sequence.
fn escape(text: &str, bytes: bool) -> Option<(Option<char>, usize)> {
    let first = *text.as_bytes().first()?;
    let simple = |character| Some((Some(character), 1));
    match first {
        b'\n' => Some((None, 1)),
        b'\r' if text.starts_with("\r\n") => Some((None, 2)),
        b'\\' | b'\'' | b'"' => simple(char::from(first)),
        b'a' => simple('\x07'),
        b'b' => simple('\x08'),
        b'f' => simple('\x0c'),
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'v' => simple('\x0b'),
        b'0'..=b'7' => {
            let length = text.bytes().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
            let code = u32::from_str_radix(&text[..length], 8).ok()?;
            Some((char::from_u32(code & if bytes { 0xff } else { 0x1ff }), length))
        }
        b'x' => hexadecimal(text, 2),
        b'u' if !bytes => hexadecimal(text, 4),
        b'U' if !bytes => hexadecimal(text, 8),
        _ => None,
    }
}

/// `x41`: exactly so many digits after the letter. A surrogate is no character and stays as written.
fn hexadecimal(text: &str, digits: usize) -> Option<(Option<char>, usize)> {
    let code = text.get(1..=digits).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let character = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
    Some((Some(character), 1 + digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_mean_what_python_says() {
        for (start, text, expected) in [
            ("\"", r"a\n\t\\\'", "a\n\t\\'"),
            ("\"", r"\x41\u0042\U00000043\104\0", "ABCD\0"),
            ("\"", r"\xe9", "é"),
            ("\"", r"\N{DASH} \q \ud800 \x4", r"\N{DASH} \q \ud800 \x4"),
            ("\"", "a\\\nb\\\r\nc\r\nd", "abc\nd"),
            ("\"", "{{x}}", "{{x}}"),
            ("b'", r"\x41\u0042\377", "A\\u0042ÿ"),
            ("r'", r"a\n", r"a\n"),
            ("f'", r"{{a}}\x41", "{a}A"),
            ("Rf'", r"{{a}}\x41", r"{a}\x41"),
            ("\"", "trailing\\", "trailing\\"),
            ("\"", "\\é", "\\é"),
        ] {
            assert_eq!(unescape(text, Prefix::of(start)), expected, "{start}{text}");
        }
    }
}
