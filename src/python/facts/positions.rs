//! A unit's text as it is parsed, and the way back from its rows to lines of the file.

use std::borrow::Cow;

use tree_sitter::Node;

use crate::model::Span;
use crate::python::outline::Outline;

/// The text of one unit: a slice of the file, or for the module body its stretches between the
/// other units, joined.
pub(super) struct Source<'a> {
    /// The text.
    pub(super) text: Cow<'a, str>,
    /// For each stretch its first row in `text` and the line of the file that this row is.
    stretches: Vec<(usize, u32)>,
    /// The units cut out: the byte of `text` where each stood, its index, its place in the file.
    pub(super) cuts: Vec<(usize, usize, Span)>,
}

impl<'a> Source<'a> {
    /// The text of a unit. An index or a span that the outline of `text` does not have is empty.
    pub(super) fn new(text: &'a str, outline: &Outline, unit: usize) -> Source<'a> {
        if unit > 0 || outline.units.len() <= 1 {
            let (slice, line) = match outline.units.get(unit) {
                Some(unit) => (text.get(unit.start..unit.end).unwrap_or(""), unit.line),
                None => ("", 1),
            };
            return Source { text: slice.into(), stretches: vec![(0, line)], cuts: vec![] };
        }
        let mut source = Source { text: "".into(), stretches: vec![(0, 1)], cuts: vec![] };
        let mut joined = String::with_capacity(text.len());
        let (mut at, mut row) = (0, 0);
        for (index, unit) in outline.units.iter().enumerate().skip(1) {
            let before = text.get(at..unit.start).unwrap_or("");
            let inside = text.get(unit.start..unit.end).unwrap_or("");
            joined.push_str(before);
            row += newlines(before);
            let lines = newlines(inside);
            let end_line = unit.line + u32::try_from(lines).unwrap_or(u32::MAX - unit.line);
            let span = Span { line: unit.line, column: 1, end_line, end_column: 1 };
            source.cuts.push((joined.len(), index, span));
            source.stretches.push((row, end_line));
            at = unit.end;
        }
        joined.push_str(text.get(at..).unwrap_or(""));
        source.text = joined.into();
        source
    }

    /// The text of a node.
    pub(super) fn of(&self, node: Node<'_>) -> &str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    /// Where a node stands in the file.
    pub(super) fn span(&self, node: Node<'_>) -> Span {
        self.between(node, node)
    }

    /// From the start of one node to the end of another.
    pub(super) fn between(&self, first: Node<'_>, last: Node<'_>) -> Span {
        let (start, end) = (first.start_position(), last.end_position());
        Span {
            line: self.line(start.row),
            column: number(start.column) + 1,
            end_line: self.line(end.row),
            end_column: number(end.column) + 1,
        }
    }

    /// The line of the file that a row is.
    pub(super) fn line(&self, row: usize) -> u32 {
        let after = self.stretches.partition_point(|stretch| stretch.0 <= row);
        let (first, line) = self.stretches[after.saturating_sub(1)];
        line.saturating_add(number(row - first))
    }
}

fn newlines(text: &str) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes()).count()
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX - 1)
}
