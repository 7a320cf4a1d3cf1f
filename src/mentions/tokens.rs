//! Every word that looks like the name of an environment variable: for a bundle, which is made before
//! the chart's names are known.

use super::reader::Reader;
use super::words::{Hit, Vocabulary, Window, counts, newlines};

/// The longest name that is looked for.
const LONGEST: usize = 100;

/// All of them.
pub struct Tokens;

/// Whether a name is one that [`Tokens`] finds: capitals, digits and underscores, at least two.
pub fn is_token(name: &[u8]) -> bool {
    let capital = |byte: &u8| byte.is_ascii_uppercase();
    (2..=LONGEST).contains(&name.len())
        && name.iter().all(|byte| capital(byte) || byte.is_ascii_digit() || *byte == b'_')
        && !name[0].is_ascii_digit()
        && name.iter().any(capital)
}

/// The longest path that is kept.
const LONGEST_PATH: usize = 200;

/// Whether a text looks like the path of a file: absolute or in the home folder, of two names at least. It may
/// have holes (`/mnt/secrets/{key}`).
pub fn is_path(text: &[u8]) -> bool {
    let rest = text.strip_prefix(b"~").unwrap_or(text);
    let odd = |byte: &u8| !byte.is_ascii_graphic() || b"<>\\\"'`|;^$?#&=@!,()[]".contains(byte);
    let names = rest.split(|byte| *byte == b'/').filter(|name| !name.is_empty()).count();
    rest.starts_with(b"/")
        && !rest.starts_with(b"//")
        && names >= 2
        && text.len() <= LONGEST_PATH
        && !text.iter().any(odd)
}

fn text(bytes: &[u8]) -> Option<Box<str>> {
    is_token(bytes).then(|| String::from_utf8_lossy(bytes).into())
}

impl Vocabulary for Tokens {
    type Word = Box<str>;

    fn text<'a>(&'a self, word: &'a Box<str>) -> &'a str {
        word
    }

    fn any(&self, _: &[u8]) -> bool {
        true
    }

    fn whole(&self, bytes: &[u8]) -> Option<Box<str>> {
        let is_path = matches!(bytes, [b'/' | b'~', ..]) && is_path(bytes);
        if is_path { Some(String::from_utf8_lossy(bytes).into()) } else { text(bytes) }
    }

    fn longest(&self) -> usize {
        LONGEST
    }

    fn hits(&self, reader: Reader, bytes: &[u8], window: &Window, hits: &mut Vec<Hit<Box<str>>>) {
        let (mut line, mut at) = (window.lines + 1, 0);
        let mut found = |start: usize, end: usize| {
            let fresh = end >= window.fresh && (window.last || end < bytes.len());
            if !fresh || (start == 0 && window.fresh > 0) {
                return;
            }
            let Some(word) = text(&bytes[start..end]) else { return };
            if counts(reader, bytes, start, &word) {
                let binary = matches!(reader, Reader::Native | Reader::Bytecode);
                if !binary {
                    line += newlines(&bytes[at..start]);
                    at = start;
                }
                hits.push(Hit { line: (!binary).then_some(line), word });
            }
        };
        if reader == Reader::Bytecode {
            for (kind, pair) in bytes.windows(2).enumerate() {
                let end = kind + 2 + usize::from(pair[1]);
                if matches!(pair[0] & 0x7f, b'z' | b'Z') && end <= bytes.len() {
                    found(kind + 2, end);
                }
            }
            return;
        }
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let mut start = 0;
        while let Some(step) = bytes[start..].iter().position(is_word) {
            start += step;
            let end = bytes[start..].iter().position(|byte| !is_word(byte)).map_or(bytes.len(), |len| start + len);
            found(start, end);
            start = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mentions::words::Words;
    use std::collections::BTreeSet;

    #[test]
    fn names_of_variables_are_tokens() {
        for (name, expected) in [
            ("API_TOKEN", true),
            ("_A1", true),
            ("A", false),
            ("1A", false),
            ("Api", false),
            ("__", false),
            ("", false),
        ] {
            assert_eq!(is_token(name.as_bytes()), expected, "{name}");
        }
    }

    #[test]
    fn paths_of_files_are_told_from_other_texts() {
        for (text, expected) in [
            ("/mnt/secrets/API_TOKEN", true),
            ("/mnt/secrets/{name}", true),
            ("~/.config/acme", true),
            ("/tmp", false),
            ("//example.org/x", false),
            ("/a b/c", false),
            ("/x/(?P<id>)", false),
            ("relative/path", false),
        ] {
            assert_eq!(is_path(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn a_search_for_a_token_finds_the_same() {
        let text = b"A: API_TOKEN, ${PORT} PORTS xPORT\n$PORT=API_TOKEN\0PORT\0\xffz\x04PORTz\x09API_TOKEN\n";
        for reader in [Reader::Text, Reader::Shell, Reader::Native, Reader::Bytecode] {
            for size in [7, 64, text.len()] {
                let mut tokens = Vec::new();
                let (mut buffer, mut window) = (Vec::new(), Window::default());
                let mut chunks = text.chunks(size).peekable();
                while let Some(chunk) = chunks.next() {
                    buffer.extend_from_slice(chunk);
                    window.last = chunks.peek().is_none();
                    Tokens.hits(reader, &buffer, &window, &mut tokens);
                    window.advance(&mut buffer, &Tokens);
                }
                let names = BTreeSet::from(["API_TOKEN", "PORT"].map(String::from));
                let words = Words::new(&names).expect("few").expect("some");
                let mut expected = Vec::new();
                words.hits(reader, text, &Window { last: true, ..Window::default() }, &mut expected);
                let expected: Vec<_> = expected.iter().map(|hit| (hit.line, words.list[hit.word])).collect();
                assert!(!expected.is_empty());
                tokens.retain(|hit| names.contains(&*hit.word));
                let found: Vec<_> = tokens.iter().map(|hit| (hit.line, &*hit.word)).collect();
                assert_eq!(found, expected, "{reader:?} {size}");
            }
        }
    }
}
