//! The words that are searched, and where in a stretch of bytes they count.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};

use super::reader::Reader;

/// A word found in a file. Ordered as they stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit<W> {
    /// The line; `None` in a binary.
    pub line: Option<u32>,
    /// The word, as the vocabulary knows it.
    pub word: W,
}

/// What is searched for.
pub trait Vocabulary: Sync {
    /// A word of it.
    type Word: Clone + Ord + Send;

    /// The text of a word.
    fn text<'a>(&'a self, word: &'a Self::Word) -> &'a str;

    /// Whether any word may be there at all, be it inside another.
    fn any(&self, bytes: &[u8]) -> bool;

    /// The word that `bytes` are.
    fn whole(&self, bytes: &[u8]) -> Option<Self::Word>;

    /// Bytes of the longest word.
    fn longest(&self) -> usize;

    /// Adds the words that `reader` would take for a variable, as they stand in `bytes`.
    fn hits(&self, reader: Reader, bytes: &[u8], window: &Window, hits: &mut Vec<Hit<Self::Word>>);
}

/// The words, compiled.
pub struct Words<'a> {
    /// Sorted.
    pub list: Vec<&'a str>,
    automaton: AhoCorasick,
    longest: usize,
}

/// Bytes kept before a word that may continue past a chunk: what stands before it decides, and the
/// longest thing that can is `${!`.
const CONTEXT: usize = 8;

/// Where a stretch of bytes lies in its file.
#[derive(Debug, Default)]
pub struct Window {
    /// Lines before the stretch.
    pub lines: u32,
    /// Words that end before this were found in the stretch before.
    pub fresh: usize,
    /// Whether the file ends with the stretch.
    pub last: bool,
}

impl Window {
    /// Drops what has been searched, but for a rest that may be the start of a word.
    pub fn advance(&mut self, buffer: &mut Vec<u8>, words: &impl Vocabulary) {
        let rest = (words.longest() + CONTEXT).min(buffer.len());
        let done = buffer.len() - rest;
        self.lines += newlines(&buffer[..done]);
        self.fresh = rest;
        buffer.drain(..done);
    }
}

impl<'a> Words<'a> {
    /// Compiles `names`; `None` without any. `Err` says why there are too many.
    pub fn new(names: &'a BTreeSet<String>) -> Result<Option<Self>, String> {
        let list: Vec<&str> = names.iter().map(String::as_str).collect();
        let list: Vec<&str> = list.into_iter().filter(|word| !word.is_empty()).collect();
        let Some(longest) = list.iter().map(|word| word.len()).max() else {
            return Ok(None);
        };
        // Standard semantics, because only they report words that overlap.
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(&list)
            .map_err(|e| format!("the names were not searched in other files: {e}"))?;
        Ok(Some(Words { list, automaton, longest }))
    }
}

impl Vocabulary for Words<'_> {
    type Word = usize;

    fn text<'a>(&'a self, word: &'a usize) -> &'a str {
        self.list.get(*word).copied().unwrap_or_default()
    }

    fn longest(&self) -> usize {
        self.longest
    }

    fn any(&self, bytes: &[u8]) -> bool {
        self.automaton.is_match(bytes)
    }

    fn whole(&self, bytes: &[u8]) -> Option<usize> {
        let found = self.list.binary_search_by(|word| word.as_bytes().cmp(bytes));
        found.ok()
    }

    fn hits(&self, reader: Reader, bytes: &[u8], window: &Window, hits: &mut Vec<Hit<usize>>) {
        let matches = self.automaton.find_overlapping_iter(bytes);
        let mut found: Vec<_> = matches
            .filter(|m| m.end() >= window.fresh && (window.last || m.end() < bytes.len()))
            .map(|m| (m.start(), m.pattern().as_usize()))
            .filter(|&(start, word)| counts(reader, bytes, start, self.list[word]))
            .collect();
        found.sort_unstable();
        let (mut line, mut at) = (window.lines + 1, 0);
        for (start, word) in found {
            line += newlines(&bytes[at..start]);
            at = start;
            let binary = matches!(reader, Reader::Native | Reader::Bytecode);
            let line = (!binary).then_some(line);
            hits.push(Hit { line, word });
        }
    }
}

/// Line ends in `bytes`.
pub fn newlines(bytes: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u32::MAX)
}

/// Whether `word` at `start` stands alone, and in a way in which `reader` uses a variable. A short
/// word without an underscore occurs everywhere by chance (`NAME`, `PORT`), so it has to be
/// referred to (`$PORT`), or be all of a C string.
pub fn counts(reader: Reader, bytes: &[u8], start: usize, word: &str) -> bool {
    let before = &bytes[..start];
    let after = bytes.get(start + word.len()).copied();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let ends = !after.is_some_and(is_word);
    let alone = ends && !before.last().is_some_and(|&byte| is_word(byte));
    match reader {
        // A whole string constant: CPython's marshal.c writes TYPE_SHORT_ASCII(_INTERNED), with or
        // without FLAG_REF, and the length before it, and the next object right after.
        Reader::Bytecode => match before {
            [.., kind, length] => matches!(kind & 0x7f, b'z' | b'Z') && usize::from(*length) == word.len(),
            _ => false,
        },
        Reader::Native if !word.contains('_') => {
            before.last().is_none_or(|&byte| byte == 0) && after.is_none_or(|byte| byte == 0)
        }
        Reader::Shell if !word.contains('_') => {
            let before = before.strip_suffix(b"!").or(before.strip_suffix(b"#")).unwrap_or(before);
            let before = before.strip_suffix(b"{").or(before.strip_suffix(b"(")).unwrap_or(before);
            ends && before.ends_with(b"$")
        }
        _ => alone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(reader: Reader, text: &str) -> Vec<(u32, String)> {
        let names = ["API_TOKEN", "MY_API_TOKEN", "PORT", "A.B", "B"].map(String::from);
        let names = BTreeSet::from(names);
        let words = Words::new(&names).expect("few").expect("some");
        let mut hits = Vec::new();
        let window = Window { last: true, ..Window::default() };
        words.hits(reader, text.as_bytes(), &window, &mut hits);
        let shown = |hit: &Hit<usize>| (hit.line.unwrap_or(0), words.list[hit.word].to_string());
        hits.iter().map(shown).collect()
    }

    #[test]
    fn only_whole_words_count() {
        for (reader, text, expected) in [
            (Reader::Text, "a: API_TOKEN\nb: ${MY_API_TOKEN}\n", &[(1, "API_TOKEN"), (2, "MY_API_TOKEN")][..]),
            (Reader::Text, "API_TOKENS XAPI_TOKEN api_token", &[]),
            (Reader::Text, "A.B", &[(1, "A.B"), (1, "B")]),
            (Reader::Text, "\n\nPORT=1", &[(3, "PORT")]),
            (Reader::Shell, "PORT=1; echo PORT", &[]),
            (Reader::Shell, "$PORT ${PORT:-1} $(PORT) ${!PORT} $PORTS", &[(1, "PORT"); 4]),
            (Reader::Bytecode, "z\u{9}API_TOKENZ\u{4}PORTr\u{5}PORT Z\u{5}PORTS", &[(0, "API_TOKEN"), (0, "PORT")]),
            (Reader::Shell, "API_TOKEN=1", &[(1, "API_TOKEN")]),
            (Reader::Native, "x\0PORT\0PORTS\0 PORT\0API_TOKEN=", &[(0, "PORT"), (0, "API_TOKEN")]),
        ] {
            let expected: Vec<_> = expected.iter().map(|(l, w)| (*l, w.to_string())).collect();
            assert_eq!(found(reader, text), expected, "{text}");
        }
    }

    #[test]
    fn chunks_find_what_the_whole_finds() {
        let text = "line\nPORT API_TOKEN\nXPORT MY_API_TOKEN PORT\n API_TOKEN";
        let names = BTreeSet::from(["API_TOKEN", "PORT", "MY_API_TOKEN"].map(String::from));
        let words = Words::new(&names).expect("few").expect("some");
        let whole = {
            let window = Window { last: true, ..Window::default() };
            let mut hits = Vec::new();
            words.hits(Reader::Text, text.as_bytes(), &window, &mut hits);
            hits
        };
        assert_eq!(whole.len(), 5);
        for size in 1..text.len() {
            let (mut buffer, mut hits, mut window) = (Vec::new(), Vec::new(), Window::default());
            let mut chunks = text.as_bytes().chunks(size).peekable();
            while let Some(chunk) = chunks.next() {
                buffer.extend_from_slice(chunk);
                window.last = chunks.peek().is_none();
                words.hits(Reader::Text, &buffer, &window, &mut hits);
                window.advance(&mut buffer, &words);
            }
            hits.sort();
            let mut expected = whole.clone();
            expected.sort();
            assert_eq!(hits, expected, "chunks of {size}");
        }
    }
}
