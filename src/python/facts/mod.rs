//! Facts: one unit's text → what it says, as the intermediate representation. The query in
//! `queries/python` says which nodes are statements and names their parts; expressions are lowered
//! by hand. Facts depend on the unit's text alone.

mod calls;
mod compound;
mod definitions;
mod expressions;
mod imports;
mod indents;
mod kinds;
mod literals;
mod lower;
mod operators;
mod patterns;
mod positions;
pub mod shapes;
mod statements;
mod strings;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::ops::ControlFlow;

use tree_sitter::{Node, ParseOptions, ParseState, QueryCursor, Tree};

use self::kinds::{Kind, LANGUAGE};
use self::lower::Lower;
use self::positions::Source;
use self::shapes::Shapes;
use super::ir::{Stmt, StmtKind, UnitFacts};
use super::outline::Outline;

/// The largest unit that is parsed: the tree takes about a hundred times its bytes. The largest class
/// in a site-packages of 670 distributions has 6 MB.
const MAX_BYTES: usize = 8 << 20;

/// How many different indentations a unit may have. Python allows 100 levels of blocks (`MAXINDENT` in
/// CPython's tokenizer). The scanner of the grammar keeps one for each open block and writes past its
/// buffer when there are about 400.
const MAX_INDENTS: usize = 200;

/// Bytes handed to the parser at once.
const CHUNK: usize = 4096;

/// How often the parser may read each byte on average, and bytes that are free. Its scanner looks ahead
/// over comments and joined lines and forgets what it saw, so a text of joined lines alone takes time
/// in the square of its length. Real files with long comments need 40 at most.
const MAX_READ_AGAIN: usize = 100;
const FREE_READS: usize = 64 << 20;

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
        Parser { parser, cursor: QueryCursor::new() }
    }

    /// The facts of one unit of the outline of `text`. A unit that is too large, or takes the parser
    /// too much work, has no statements, and its first line is the one not understood.
    pub fn facts(&mut self, text: &str, outline: &Outline, unit: usize) -> UnitFacts {
        let source = Source::new(text, outline, unit);
        let mut facts = UnitFacts::default();
        let Some(tree) = self.parse(source.text.as_bytes()) else {
            facts.errors.push(source.line(0));
            return facts;
        };
        let root = tree.root_node();
        if root.has_error() {
            facts.errors.extend(errors(root).map(|row| source.line(row)));
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

    fn parse(&mut self, text: &[u8]) -> Option<Tree> {
        if text.len() > MAX_BYTES || indents::count(text) > MAX_INDENTS {
            return None;
        }
        let budget = MAX_READ_AGAIN.saturating_mul(text.len()).saturating_add(FREE_READS);
        let read = Cell::new(0);
        let mut chunk = |at: usize, _| {
            let rest = text.get(at..).filter(|_| read.get() <= budget).unwrap_or(&[]);
            let chunk = &rest[..rest.len().min(CHUNK)];
            read.set(read.get() + chunk.len());
            chunk
        };
        let mut goes_on = |_: &ParseState| match read.get() <= budget {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        };
        let options = ParseOptions::new().progress_callback(&mut goes_on);
        let tree = self.parser.parse_with_options(&mut chunk, None, Some(options));
        if tree.is_none() {
            // Else the next call would go on with this text.
            self.parser.reset();
        }
        tree.filter(|_| read.get() <= budget)
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
                out.push(Stmt { kind: StmtKind::Unit(*unit), span: *span });
            }
            lower.block_item(child.node, child.kind, &mut out);
        }
    }
    lower.mend(&mut out);
    out.extend(cuts.map(|(_, unit, span)| Stmt { kind: StmtKind::Unit(*unit), span: *span }));
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
