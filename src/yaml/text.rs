//! From bytes to the texts of single documents, so that a fault in one leaves the others whole.

use std::borrow::Cow;

use super::Problem;

/// The stretch between two document markers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Its bytes; the marker itself is cut off, what follows it on its line is not.
    pub bytes: &'a [u8],
    /// The line of its first byte, from 1.
    pub line: u32,
}

/// UTF-8 without byte order mark; UTF-16 with one is converted (a shell of Windows writes it when
/// the output of `helm template` is redirected). Bytes that are neither stay as they are.
pub fn decode(bytes: &[u8]) -> Cow<'_, [u8]> {
    let units = |from: fn([u8; 2]) -> u16| {
        let units = bytes[2..].chunks_exact(2).map(|pair| from([pair[0], pair[1]]));
        let text: String = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        Cow::Owned(text.into_bytes())
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        [0xff, 0xfe, ..] => units(u16::from_le_bytes),
        [0xfe, 0xff, ..] => units(u16::from_be_bytes),
        _ => Cow::Borrowed(bytes),
    }
}

/// Cuts a stream at its `---` lines, as Helm does before it parses anything.
pub fn pieces(bytes: &[u8]) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let (mut start, mut first, mut at, mut line) = (0, 1, 0, 1);
    while at < bytes.len() {
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |found| at + found + 1);
        let marker =
            bytes[at..end].strip_prefix(b"---").is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace));
        if marker {
            out.push(Piece { bytes: &bytes[start..at], line: first });
            (start, first) = (at + 3, line);
        }
        (at, line) = (end, line + 1);
    }
    out.push(Piece { bytes: &bytes[start..], line: first });
    out
}

/// The piece as text that the parser takes: valid UTF-8 without the characters that YAML forbids,
/// ending in a line break.
pub fn checked(piece: Piece<'_>) -> Result<Cow<'_, str>, Problem> {
    let line_of = |offset: usize| {
        let breaks = memchr::memchr_iter(b'\n', &piece.bytes[..offset]).count();
        piece.line + u32::try_from(breaks).unwrap_or(u32::MAX)
    };
    let text = std::str::from_utf8(piece.bytes).map_err(|error| Problem {
        line: line_of(error.valid_up_to()),
        detail: "this document is not UTF-8 text and is skipped".into(),
    })?;
    if let Some((offset, found)) = text.char_indices().find(|&(_, c)| !printable(c)) {
        let detail = match found {
            '\0' => "this document holds a NUL byte and is skipped".into(),
            _ => format!("this document holds the control character {found:?} and is skipped"),
        };
        return Err(Problem { line: line_of(offset), detail });
    }
    Ok(part_tags_from_commas(text))
}

/// What YAML 1.1 calls printable.
fn printable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}

/// Ends the text with a line break, and puts a space between a tag and a comma that follows it in a
/// flow collection: libyaml-safer 0.3 panics on both (a block scalar at the very end; `[!t, x]`).
fn part_tags_from_commas(text: &str) -> Cow<'_, str> {
    let mut out = Cow::Borrowed(text);
    if let Some(flow) = text.find(['[', '{']) {
        // What is copied, and up to where tags have been looked for.
        let (mut copied, mut seen) = (0, flow);
        let mut parted = String::new();
        for (at, _) in text.match_indices('!') {
            let starts_token =
                text[..at].ends_with(|before: char| before.is_whitespace() || "[]{},:?\"'".contains(before));
            if at < seen || !starts_token {
                continue;
            }
            let rest = &text[at..];
            seen = at + rest.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(rest.len());
            if text[seen..].starts_with(',') {
                parted.push_str(&text[copied..seen]);
                parted.push(' ');
                copied = seen;
            }
        }
        if copied > 0 {
            parted.push_str(&text[copied..]);
            out = Cow::Owned(parted);
        }
    }
    if !out.ends_with('\n') {
        out.to_mut().push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_cut_at_its_markers() {
        let cut = |text: &'static str| -> Vec<(&str, u32)> {
            let pieces = pieces(text.as_bytes());
            pieces.iter().map(|p| (std::str::from_utf8(p.bytes).unwrap_or("?"), p.line)).collect()
        };
        assert_eq!(cut("a\n---\nb\n"), [("a\n", 1), ("\nb\n", 2)]);
        assert_eq!(cut("--- # x\r\nb\n---"), [("", 1), (" # x\r\nb\n", 1), ("", 3)]);
        assert_eq!(cut("----\n --- \n---x\n"), [("----\n --- \n---x\n", 1)]);
        assert_eq!(cut(""), [("", 1)]);
    }

    #[test]
    fn encodings_are_decoded_or_refused_with_their_line() {
        assert_eq!(&*decode(b"\xef\xbb\xbfa"), b"a");
        assert_eq!(&*decode(b"\xff\xfea\0\n\0x"), b"a\n");
        assert_eq!(&*decode(b"\xfe\xff\0a"), b"a");
        let line = |bytes| checked(Piece { bytes, line: 5 }).map_err(|problem| problem.line);
        assert_eq!(line(b"a\n\xff"), Err(6));
        assert_eq!(line(b"a\n\nb\0"), Err(7));
        assert_eq!(line("é\t🦀".as_bytes()).as_deref(), Ok("é\t🦀\n"));
    }

    #[test]
    fn tags_are_parted_from_commas_in_flow_only() {
        let parted = |text: &'static str| part_tags_from_commas(text).into_owned();
        assert_eq!(parted("[!a,!b,c]\n"), "[!a ,!b ,c]\n");
        assert_eq!(parted("a: hi !b, c\n"), "a: hi !b, c\n");
        assert_eq!(parted("[a!b,c]\n"), "[a!b,c]\n");
    }
}
