//! Lowering of string literals: plain ones, f-strings, and those written side by side.

use tree_sitter::Node;

use super::kinds::{FIELD, Kind};
use super::lower::Lower;
use super::strings::{Prefix, unescape};
use crate::python::ir::{Expr, ExprKind, FormatPart};

impl<'t> Lower<'t> {
    /// One literal.
    pub(super) fn string(&mut self, node: Node<'t>) -> ExprKind {
        let mut parts = Vec::new();
        let format = self.literal(node, &mut parts);
        whole(parts, format)
    }

    /// Literals side by side.
    pub(super) fn strings(&mut self, node: Node<'t>) -> ExprKind {
        let mut parts = Vec::new();
        let mut format = false;
        for child in self.children(node).named() {
            match child.kind {
                Kind::String => format |= self.literal(child.node, &mut parts),
                _ => {
                    format = true;
                    let value = self.expr(child.node);
                    parts.push(Part::Value(FormatPart::Value { value, plain: false }));
                }
            }
        }
        whole(parts, format)
    }

    /// Adds the parts of a literal; whether it is an f-string.
    fn literal(&mut self, node: Node<'t>, parts: &mut Vec<Part>) -> bool {
        let children = self.children(node).0;
        let start = children.iter().find(|c| c.kind == Kind::StringStart).map(|c| c.node);
        let opening = start.map_or("", |start| self.source.of(start));
        let prefix = Prefix::of(opening);
        let quotes = opening.bytes().filter(|b| matches!(b, b'"' | b'\'')).count();
        let mut at = start.map_or(node.start_byte(), |start| start.end_byte());
        let source = self.source;
        let text = |from: usize, to: usize| Part::Text(unescape(source.text.get(from..to).unwrap_or(""), prefix));
        for child in &children {
            match child.kind {
                Kind::Interpolation => {
                    parts.push(text(at, child.node.start_byte()));
                    self.interpolation(child.node, parts);
                    at = child.node.end_byte();
                }
                // In `r"\\"` the grammar's closing quote begins with the content.
                Kind::StringEnd => parts.push(text(at, child.node.end_byte().saturating_sub(quotes))),
                _ => {}
            }
        }
        prefix.format
    }

    /// `{value=!r:spec}`
    fn interpolation(&mut self, node: Node<'t>, parts: &mut Vec<Part>) {
        let children = self.children(node).0;
        let Some(value) = children.iter().find(|c| c.field == FIELD.expression) else {
            parts.push(Part::Value(FormatPart::Value { value: self.unknown(vec![], node), plain: false }));
            return;
        };
        let mut plain = true;
        let mut nested = Vec::new();
        for (index, child) in children.iter().enumerate() {
            match child.kind {
                Kind::TypeConversion => plain &= self.source.of(child.node) == "!s",
                Kind::FormatSpecifier => {
                    plain = false;
                    nested.append(&mut self.found(child.node));
                }
                // `{value=}` shows its own text first, and the value as `repr` does.
                Kind::Equals => {
                    plain = false;
                    let end = children.get(index + 1).map_or(child.node.end_byte(), |c| c.node.start_byte());
                    let shown = self.source.text.get(node.start_byte() + 1..end);
                    parts.push(Part::Text(shown.unwrap_or("").to_string()));
                }
                _ => {}
            }
        }
        let mut value = self.expr(value.node);
        if !nested.is_empty() {
            let span = value.span;
            nested.insert(0, value);
            value = Expr { kind: ExprKind::Unknown(nested), span };
        }
        parts.push(Part::Value(FormatPart::Value { value, plain }));
    }
}

enum Part {
    Text(String),
    Value(FormatPart),
}

/// Joins neighbouring texts.
fn whole(parts: Vec<Part>, format: bool) -> ExprKind {
    let mut joined = Vec::new();
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Text(more) => text.push_str(&more),
            Part::Value(value) => {
                if !text.is_empty() {
                    joined.push(FormatPart::Text(std::mem::take(&mut text).into()));
                }
                joined.push(value);
            }
        }
    }
    if !format && joined.is_empty() {
        return ExprKind::Str(text.into());
    }
    if !text.is_empty() {
        joined.push(FormatPart::Text(text.into()));
    }
    ExprKind::Format(joined)
}
