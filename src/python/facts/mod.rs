//! Facts: one unit's text → what it says, as the intermediate representation. The query in
//! `queries/python` says which nodes are statements and names their parts; expressions are lowered
//! by hand. Facts depend on the unit's text alone.

mod definitions;
mod expressions;
mod kinds;
mod literals;
mod lower;
mod patterns;
mod positions;
pub mod shapes;
mod statements;
mod strings;
#[cfg(test)]
mod tests;

use tree_sitter::{Node, QueryCursor};

use self::kinds::{Kind, LANGUAGE};
use self::lower::Lower;
use self::positions::Source;
use self::shapes::Shapes;
use super::ir::{Stmt, StmtKind, UnitFacts};
use super::outline::Outline;

/// Parses units; one for each thread.
pub struct Parser {
    parser: tree_sitter::Parser,
    cursor: QueryCursor,
}

impl Default for Parser {
    fn default() -> Self {
        Parser::new()
    }
}

impl Parser {
    /// A parser of Python.
    pub fn new() -> Parser {
        let mut parser = tree_sitter::Parser::new();
        // It fails only for a grammar of another ABI, which the exact pin and every test exclude;
        // then nothing would parse, and each unit would say so.
        let _ = parser.set_language(&LANGUAGE);
        Parser {
            parser,
            cursor: QueryCursor::new(),
        }
    }

    /// The facts of one unit of the outline of `text`.
    pub fn facts(&mut self, text: &str, outline: &Outline, unit: usize) -> UnitFacts {
        let source = Source::new(text, outline, unit);
        let mut facts = UnitFacts::default();
        let Some(tree) = self.parser.parse(&*source.text, None) else {
            facts.errors.push(source.line(0));
            return facts;
        };
        let root = tree.root_node();
        if root.has_error() {
            facts
                .errors
                .extend(errors(root).map(|row| source.line(row)));
            facts.errors.sort_unstable();
            facts.errors.dedup();
        }
        let shapes = Shapes::new(&mut self.cursor, &source.text);
        let mut lower = Lower::new(&source, shapes, root);
        facts.body = module(&mut lower, root);
        facts.too_deep = lower.too_deep;
        if lower.shapes.incomplete {
            facts.errors.insert(0, source.line(0));
            facts.errors.dedup();
        }
        facts
    }
}

/// The statements of the whole unit, with the units that were cut out at their places.
fn module<'t>(lower: &mut Lower<'t>, root: Node<'t>) -> Vec<Stmt> {
    let source = lower.source;
    let mut out = Vec::new();
    let mut cuts = source.cuts.iter().peekable();
    if Kind::of(root) == Kind::Error {
        lower.salvage(root, &mut out);
    } else {
        for child in lower.children(root).0 {
            while let Some((_, unit, span)) = cuts.next_if(|cut| cut.0 <= child.node.start_byte()) {
                out.push(Stmt {
                    kind: StmtKind::Unit(*unit),
                    span: *span,
                });
            }
            lower.block_item(child.node, child.kind, &mut out);
        }
    }
    lower.mend(&mut out);
    out.extend(cuts.map(|(_, unit, span)| Stmt {
        kind: StmtKind::Unit(*unit),
        span: *span,
    }));
    out
}

/// The rows at which something is wrong or missing.
fn errors(root: Node<'_>) -> impl Iterator<Item = usize> {
    let mut rest = vec![root];
    std::iter::from_fn(move || {
        while let Some(node) = rest.pop() {
            if node.has_error() {
                let mut cursor = node.walk();
                rest.extend(node.children(&mut cursor));
            }
            if node.is_error() || node.is_missing() {
                return Some(node.start_position().row);
            }
        }
        None
    })
}
