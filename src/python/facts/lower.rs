//! The state of lowering one unit, and what all of it shares: children, names, broken parts.

use std::collections::{HashMap, HashSet};

use tree_sitter::{Node, TreeCursor};

use super::kinds::Kind;
use super::positions::Source;
use super::shapes::Shapes;
use crate::model::Span;
use crate::python::ir::{Expr, ExprKind, Name, Stmt, StmtKind};

/// Levels of nesting that are lowered; Python itself stops at 200 brackets or 100 indentations. It
/// also bounds the depth of the result, which others walk (and drop) by recursion.
pub(super) const MAX_DEPTH: usize = 150;

/// Lowers the nodes of one unit.
pub(super) struct Lower<'t> {
    pub(super) source: &'t Source<'t>,
    pub(super) shapes: Shapes<'t>,
    cursor: TreeCursor<'t>,
    names: HashMap<&'t str, Name>,
    pub(super) depth: usize,
    pub(super) too_deep: bool,
    /// Whether the function at hand has a `yield`.
    pub(super) generator: bool,
    /// Parentheses (by node id) that are the arguments of `type`; see [`Lower::alias`].
    pub(super) called: Option<usize>,
    /// A star (by node id) that is lowered by what it stands before; see [`Lower::star`].
    pub(super) unstarred: Option<usize>,
    /// Syntax errors met among the children of a node, lowered after the statement they are in.
    broken: Vec<Node<'t>>,
    seen_broken: HashSet<usize>,
}

/// A child of a node: no comment, no line continuation, no syntax error.
#[derive(Clone, Copy)]
pub(super) struct Child<'t> {
    pub(super) node: Node<'t>,
    pub(super) kind: Kind,
    /// The id of its field; 0 for none.
    pub(super) field: u16,
}

/// The children of a node.
pub(super) struct Children<'t>(pub(super) Vec<Child<'t>>);

impl<'t> Children<'t> {
    /// The first child in a field.
    pub(super) fn field(&self, id: u16) -> Option<Node<'t>> {
        self.fields(id).next()
    }

    /// All children in a field.
    pub(super) fn fields(&self, id: u16) -> impl Iterator<Item = Node<'t>> {
        self.0.iter().filter(move |c| c.field == id).map(|c| c.node)
    }

    /// Those that are no keywords or punctuation.
    pub(super) fn named(&self) -> impl Iterator<Item = Child<'t>> {
        self.0.iter().copied().filter(|c| c.node.is_named())
    }
}

impl<'t> Lower<'t> {
    pub(super) fn new(source: &'t Source<'t>, shapes: Shapes<'t>, root: Node<'t>) -> Lower<'t> {
        Lower {
            source,
            shapes,
            cursor: root.walk(),
            names: HashMap::new(),
            depth: 0,
            too_deep: false,
            generator: false,
            called: None,
            unstarred: None,
            broken: Vec::new(),
            seen_broken: HashSet::new(),
        }
    }

    /// The children of a node; syntax errors among them are kept for [`Lower::mend`].
    pub(super) fn children(&mut self, node: Node<'t>) -> Children<'t> {
        let mut children = Vec::new();
        self.cursor.reset(node);
        let mut more = self.cursor.goto_first_child();
        while more {
            let child = self.cursor.node();
            match Kind::of(child) {
                Kind::Comment | Kind::LineContinuation => {}
                Kind::Error => {
                    if self.seen_broken.insert(child.id()) {
                        self.broken.push(child);
                    }
                }
                kind => {
                    let field = self.cursor.field_id().map_or(0, |id| id.get());
                    children.push(Child { node: child, kind, field });
                }
            }
            more = self.cursor.goto_next_sibling();
        }
        Children(children)
    }

    /// The text of a node, shared within the unit.
    pub(super) fn name(&mut self, node: Node<'t>) -> Name {
        let text = self.source.of(node);
        self.names.entry(text).or_insert_with(|| text.into()).clone()
    }

    pub(super) fn span(&self, node: Node<'t>) -> Span {
        let first = self.star(node).and_then(|star| star.named_child(0));
        self.source.between(first.unwrap_or(node), node)
    }

    /// The star that the grammar binds too tightly: to it `*a.b` may be an attribute of `*a`.
    pub(super) fn star(&self, node: Node<'t>) -> Option<Node<'t>> {
        use Kind::*;
        if self.source.text.as_bytes().get(node.start_byte()) != Some(&b'*') {
            return Option::None;
        }
        let mut star = node;
        while let Attribute
        | Call
        | Subscript
        | BinaryOperator
        | BooleanOperator
        | ComparisonOperator
        | ConditionalExpression = Kind::of(star)
        {
            star = star.child(0)?;
        }
        let is_star = matches!(Kind::of(star), ListSplat | ListSplatPattern);
        (is_star && star.id() != node.id()).then_some(star)
    }

    /// Goes one level down, unless that is too deep.
    pub(super) fn deeper<T>(&mut self, go: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            self.too_deep = true;
            return None;
        }
        self.depth += 1;
        let result = go(self);
        self.depth -= 1;
        Some(result)
    }

    /// Lowers the syntax errors that were met since the last call.
    pub(super) fn mend(&mut self, out: &mut Vec<Stmt>) {
        while let Some(node) = self.broken.pop() {
            self.salvage(node, out);
        }
    }

    /// What can be understood of a node that is not: its statements, and the expressions among them.
    pub(super) fn salvage(&mut self, node: Node<'t>, out: &mut Vec<Stmt>) {
        let mut loose = Vec::new();
        let mut rest = Vec::new();
        self.deeper(|lower| lower.pick(node, &mut loose, &mut rest));
        if !loose.is_empty() {
            out.push(Stmt { kind: StmtKind::Unknown(loose), span: self.span(node) });
        }
        out.append(&mut rest);
    }

    fn pick(&mut self, node: Node<'t>, loose: &mut Vec<Expr>, rest: &mut Vec<Stmt>) {
        for child in self.children(node).0 {
            if child.kind.is_statement() {
                self.statement(child.node, rest);
            } else if child.kind.is_expression() {
                loose.push(self.expr(child.node));
            } else if child.node.is_named() {
                self.deeper(|lower| lower.pick(child.node, loose, rest));
            }
        }
    }

    /// The expressions found in a node of no known meaning.
    pub(super) fn found(&mut self, node: Node<'t>) -> Vec<Expr> {
        let (mut loose, mut rest) = (Vec::new(), Vec::new());
        self.deeper(|lower| lower.pick(node, &mut loose, &mut rest));
        // Statements inside an expression exist only where the syntax is broken.
        for statement in rest {
            match statement.kind {
                StmtKind::Expr(value) => loose.push(value),
                StmtKind::Unknown(mut values) => loose.append(&mut values),
                _ => self.too_deep = true,
            }
        }
        loose
    }

    /// An expression that stands for these ones.
    pub(super) fn unknown(&self, parts: Vec<Expr>, node: Node<'t>) -> Expr {
        Expr { kind: ExprKind::Unknown(parts), span: self.span(node) }
    }
}
