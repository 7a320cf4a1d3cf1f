//! Names that are the whole of a string in Python source.

use super::words::{Hit, Vocabulary};

/// Adds the words that are the content of a string literal. Comments, and words inside longer
/// strings, do not count.
pub fn hits<V: Vocabulary>(words: &V, bytes: &[u8], hits: &mut Vec<Hit<V::Word>>) {
    if !words.any(bytes) {
        return;
    }
    let (mut at, mut line) = (0, 1);
    while let Some(step) = bytes[at..].iter().position(|b| matches!(b, b'"' | b'\'' | b'#' | b'\n')) {
        at += step;
        match bytes[at] {
            b'\n' => {
                line += 1;
                at += 1;
            }
            b'#' => at += memchr::memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at),
            quote => {
                let marks = if bytes[at..].starts_with(&[quote; 3]) { 3 } else { 1 };
                let (content, end) = string(bytes, at + marks, quote, marks);
                if let Some(word) = words.whole(content) {
                    let line = Some(line);
                    hits.push(Hit { line, word });
                }
                line += u32::try_from(memchr::memchr_iter(b'\n', &bytes[at..end]).count()).unwrap_or(u32::MAX);
                at = end;
            }
        }
    }
}

/// The content of the string that starts at `start`, and where it is over. One that is not closed
/// ends with its line, or if tripled with the file.
fn string(bytes: &[u8], start: usize, quote: u8, marks: usize) -> (&[u8], usize) {
    let mut at = start;
    while let Some(step) = memchr::memchr3(quote, b'\\', b'\n', &bytes[at..]) {
        at += step;
        match bytes[at] {
            b'\\' => at = (at + 2).min(bytes.len()),
            b'\n' if marks == 1 => return (&[], at),
            byte if byte == quote && bytes[at..].starts_with(&[quote; 3][..marks]) => {
                return (&bytes[start..at], at + marks);
            }
            _ => at += 1,
        }
    }
    (&[], bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mentions::words::Words;
    use std::collections::BTreeSet;

    #[test]
    fn only_whole_strings_count() {
        let names = BTreeSet::from(["API_TOKEN", "PORT"].map(String::from));
        let words = Words::new(&names).expect("few").expect("some");
        for (text, expected) in [
            ("x = 'API_TOKEN'\n", &[1][..]),
            ("x = f(b\"PORT\",\n r'API_TOKEN')\n", &[1, 2]),
            ("'''doc \"API_TOKEN\" '''\n# 'PORT'\nx = \"PORT\"\n", &[3]),
            ("API_TOKEN = PORT\n", &[]),
            ("x = 'the API_TOKEN'\n", &[]),
            ("x = 'it\\'s' 'PORT'\n", &[1]),
            ("x = 'open\ny = 'PORT'\n", &[2]),
            ("x = '''\n\n''' ; y = '''PORT'''\n", &[3]),
            ("'", &[]),
            ("'\\", &[]),
        ] {
            let mut found = Vec::new();
            hits(&words, text.as_bytes(), &mut found);
            let lines: Vec<_> = found.iter().filter_map(|hit| hit.line).collect();
            assert_eq!(lines, expected, "{text}");
        }
    }
}
