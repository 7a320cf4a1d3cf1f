//! Texts that know where they come from: the line of a template, or of the values file, that a person
//! would edit to change them.

use std::ops::Range;

/// What a stretch of text was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Made {
    /// Nothing that is known.
    #[default]
    Unknown,
    /// Stands as it is in a file; its lines count on from the mark's.
    File,
    /// A string in a template's code.
    Literal,
    /// A scalar of a values file.
    Value,
    /// A key of a values file.
    Key,
    /// A fixed stand-in for something random, or for the time.
    Placeholder,
}

/// Where a stretch of text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Origin {
    /// How it came about.
    pub made: Made,
    /// The number of the file.
    pub file: u16,
    /// The line, from 1.
    pub line: u32,
}

impl Origin {
    /// Not known.
    pub const UNKNOWN: Origin = Origin { made: Made::Unknown, file: 0, line: 0 };

    /// The same place, made in another way.
    pub fn made(self, made: Made) -> Origin {
        if self.made == Made::Unknown { self } else { Origin { made, ..self } }
    }
}

/// From an offset on, an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    at: usize,
    origin: Origin,
}

/// A string with marks that tell where its parts come from.
#[derive(Debug, Clone, Default)]
pub struct Text {
    text: String,
    /// Sorted by offset; before the first nothing is known.
    marks: Vec<Mark>,
}

impl Text {
    /// A text that stands in a file from `line` on.
    pub fn of_file(text: String, file: u16, line: u32) -> Text {
        Text::of(text, Origin { made: Made::File, file, line })
    }

    /// A text of one origin.
    pub fn of(text: impl Into<String>, origin: Origin) -> Text {
        let marks = if origin.made == Made::Unknown { Vec::new() } else { vec![Mark { at: 0, origin }] };
        Text { text: text.into(), marks }
    }

    /// The string.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Bytes.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Appends `text`, of one origin.
    pub fn push(&mut self, text: &str, origin: Origin) {
        if text.is_empty() {
            return;
        }
        self.mark(origin);
        self.text.push_str(text);
    }

    /// What follows is from `origin`.
    fn mark(&mut self, origin: Origin) {
        let at = self.text.len();
        match self.marks.last_mut() {
            Some(last) if last.origin == origin && origin.made != Made::File => {}
            Some(last) if last.at == at => last.origin = origin,
            None if origin.made == Made::Unknown => {}
            _ => self.marks.push(Mark { at, origin }),
        }
    }

    /// Appends a part of another text, with its marks.
    pub fn push_slice(&mut self, other: &Text, range: Range<usize>) {
        self.append(other, range, Origin::UNKNOWN);
    }

    /// Appends another text; what has no origin there gets `origin`.
    pub fn push_or(&mut self, other: &Text, origin: Origin) {
        self.append(other, 0..other.len(), origin);
    }

    fn append(&mut self, other: &Text, range: Range<usize>, or: Origin) {
        let Some(part) = other.text.get(range.clone()).filter(|part| !part.is_empty()) else { return };
        let known = |origin: Origin| if origin.made == Made::Unknown { or } else { origin };
        self.mark(known(other.origin_at(range.start)));
        let start = self.text.len();
        self.text.push_str(part);
        let from = other.marks.partition_point(|mark| mark.at <= range.start);
        for mark in other.marks[from..].iter().take_while(|mark| mark.at < range.end) {
            let (at, origin) = (mark.at - range.start + start, known(mark.origin));
            if self.marks.last().is_none_or(|last| last.origin != origin || origin.made == Made::File) {
                self.marks.push(Mark { at, origin });
            }
        }
    }

    /// A part of this text.
    pub fn slice(&self, range: Range<usize>) -> Text {
        let mut part = Text::default();
        part.push_slice(self, range);
        part
    }

    /// A part that was cut out of this text's own string.
    pub fn part(&self, part: &str) -> Text {
        let start = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        self.slice(start..start.saturating_add(part.len()))
    }

    /// Where the byte at `offset` comes from.
    pub fn origin_at(&self, offset: usize) -> Origin {
        let after = self.marks.partition_point(|mark| mark.at <= offset);
        let Some(mark) = after.checked_sub(1).and_then(|index| self.marks.get(index)) else { return Origin::UNKNOWN };
        let mut origin = mark.origin;
        if origin.made == Made::File {
            let between = self.text.as_bytes().get(mark.at..offset).unwrap_or_default();
            let lines = memchr::memchr_iter(b'\n', between).count();
            origin.line = origin.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        }
        origin
    }

    /// All origins of a part, in order.
    pub fn origins(&self, range: Range<usize>) -> impl Iterator<Item = Origin> + '_ {
        let from = self.marks.partition_point(|mark| mark.at <= range.start);
        let first = self.origin_at(range.start);
        let rest = self.marks[from..].iter().take_while(move |mark| mark.at < range.end);
        std::iter::once(first).chain(rest.map(|mark| mark.origin))
    }

    /// The origin of a text that is made from this one as a whole: a placeholder anywhere in it counts
    /// first, as what is made of something random is random.
    pub fn origin(&self) -> Origin {
        let placeholder = self.marks.iter().find(|mark| mark.origin.made == Made::Placeholder);
        let known = self.marks.iter().find(|mark| mark.origin.made != Made::Unknown);
        placeholder.or(known).map_or(Origin::UNKNOWN, |mark| mark.origin)
    }

    /// Whether nothing is known of it.
    pub fn is_unmarked(&self) -> bool {
        self.marks.iter().all(|mark| mark.origin.made == Made::Unknown)
    }

    /// Replaces every occurrence of a word by nothing.
    pub fn without(&self, word: &str) -> Option<Text> {
        self.text.contains(word).then(|| {
            let mut out = Text::default();
            let mut from = 0;
            for (at, found) in self.text.match_indices(word) {
                out.push_slice(self, from..at);
                from = at + found.len();
            }
            out.push_slice(self, from..self.len());
            out
        })
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text { text: text.into(), marks: Vec::new() }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text { text, marks: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_their_origins() {
        let file = Text::of_file("a\nb\nc\n".into(), 1, 10);
        let value = Origin { made: Made::Value, file: 2, line: 3 };
        let mut out = Text::default();
        out.push_slice(&file, 2..4);
        out.push("x\ny", value);
        out.push_slice(&file, 4..6);
        assert_eq!(out.as_str(), "b\nx\nyc\n");
        let lines: Vec<_> = (0..7).map(|at| (out.origin_at(at).file, out.origin_at(at).line)).collect();
        assert_eq!(lines, [(1, 11), (1, 11), (2, 3), (2, 3), (2, 3), (1, 12), (1, 12)]);
        let mut all = Text::default();
        all.push_or(&Text::from("k: "), Origin { made: Made::File, file: 9, line: 9 });
        all.push_or(&out.slice(3..6), Origin::UNKNOWN);
        assert_eq!(
            (all.as_str(), all.origin_at(0).file, all.origin_at(3).file, all.origin_at(5).line),
            ("k: \nyc", 9, 2, 12)
        );
    }
}
