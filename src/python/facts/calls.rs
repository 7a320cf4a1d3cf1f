//! Lowering of what hangs together by dots and brackets: attributes, calls, subscripts.

use tree_sitter::Node;

use super::kinds::{FIELD, Kind};
use super::lower::{Child, Lower, MAX_DEPTH};
use crate::python::ir::{Argument, ArgumentKind, Expr, ExprKind};

/// Levels kept for what stands in the brackets of a chain `a.b(c)[d]…` that is too long.
const INNER_LEVELS: usize = 20;

impl<'t> Lower<'t> {
    /// `a.b(c)[d]…` from the inside out, however long.
    pub(super) fn primary(&mut self, node: Node<'t>) -> ExprKind {
        let mut links = Vec::new();
        let mut base = node;
        while let Kind::Attribute | Kind::Call | Kind::Subscript = Kind::of(base) {
            let children = self.children(base);
            let Some(inner) = children.0.first().copied() else {
                break;
            };
            links.push((base, children));
            base = self.bare(inner.node);
        }
        if links.is_empty() {
            return ExprKind::Unknown(self.found(node));
        }
        let outer = self.depth;
        let mut parts = Vec::new();
        if links.len() > MAX_DEPTH - outer {
            // Of the inner end of a chain that is too long, what stands in its brackets is kept.
            self.too_deep = true;
            let room = MAX_DEPTH.saturating_sub(outer + INNER_LEVELS);
            self.depth = outer + room;
            for (_, children) in links.drain(room..).rev() {
                for argument in children.named().skip(1).filter(|c| c.kind != Kind::Identifier) {
                    parts.append(&mut self.found(argument.node));
                }
            }
        }
        self.depth = (outer + links.len()).saturating_sub(1);
        let mut value = self.expr(base);
        if !parts.is_empty() {
            parts.insert(0, value);
            value = self.unknown(parts, base);
        }
        for (link, children) in links.into_iter().rev() {
            let kind = match Kind::of(link) {
                Kind::Attribute => match children.field(FIELD.attribute) {
                    Some(name) => ExprKind::Attribute(Box::new(value), self.name(name)),
                    Option::None => ExprKind::Unknown(vec![value]),
                },
                Kind::Call => {
                    let arguments = children.field(FIELD.arguments);
                    let arguments = arguments.map_or(vec![], |node| self.arguments(node));
                    ExprKind::Call(Box::new(value), arguments)
                }
                _ => {
                    let indices: Vec<_> = children.fields(FIELD.subscript).collect();
                    let comma = children.0.iter().any(|c| c.kind == Kind::Comma);
                    let index = match indices[..] {
                        [one] if !comma => self.expr(one),
                        _ => self.tuple_of(&indices, link),
                    };
                    ExprKind::Subscript(Box::new(value), Box::new(index))
                }
            };
            value = Expr { kind, span: self.span(link) };
            self.depth = self.depth.saturating_sub(1).max(outer);
        }
        self.depth = outer;
        value.kind
    }

    /// The arguments of a call.
    pub(super) fn arguments(&mut self, node: Node<'t>) -> Vec<Argument> {
        if Kind::of(node) == Kind::GeneratorExpression {
            return vec![Argument { kind: ArgumentKind::Positional, value: self.expr(node) }];
        }
        let children = self.children(node);
        let mut arguments: Vec<Argument> = children.named().map(|child| self.argument(child)).collect();
        arguments.shrink_to_fit();
        arguments
    }

    fn argument(&mut self, Child { node, kind, .. }: Child<'t>) -> Argument {
        let (kind, value) = match kind {
            Kind::KeywordArgument => {
                let children = self.children(node);
                let name = children.field(FIELD.name).map_or_else(|| "".into(), |n| self.name(n));
                (ArgumentKind::Keyword(name), children.field(FIELD.value))
            }
            Kind::ListSplat => (ArgumentKind::Star, self.children(node).named().next().map(|c| c.node)),
            Kind::DictionarySplat => (ArgumentKind::DoubleStar, self.children(node).named().next().map(|c| c.node)),
            _ => (ArgumentKind::Positional, Some(node)),
        };
        let value = match value {
            Some(value) => self.expr(value),
            None => self.unknown(vec![], node),
        };
        match value.kind {
            ExprKind::Starred(value) => Argument { kind: ArgumentKind::Star, value: *value },
            _ => Argument { kind, value },
        }
    }

    pub(super) fn slice(&mut self, node: Node<'t>) -> ExprKind {
        let mut bounds = vec![None];
        for child in self.children(node).0 {
            if child.kind == Kind::Colon {
                bounds.push(None);
            } else if let Some(bound) = bounds.last_mut() {
                *bound = Some(self.expr(child.node));
            }
        }
        ExprKind::Slice(bounds)
    }

    /// `List[int]` where the grammar expects a type.
    pub(super) fn generic(&mut self, node: Node<'t>) -> ExprKind {
        let parts: Vec<_> = self.children(node).named().collect();
        let [name, parameters] = parts[..] else {
            return ExprKind::Unknown(self.found(node));
        };
        let value = self.boxed(name.node);
        let children = self.children(parameters.node);
        let comma = children.0.iter().any(|c| c.kind == Kind::Comma);
        let indices: Vec<_> = children.named().map(|c| c.node).collect();
        let index = match indices[..] {
            [one] if !comma => self.expr(one),
            _ => self.tuple_of(&indices, parameters.node),
        };
        ExprKind::Subscript(value, Box::new(index))
    }

    /// `a.B` where the grammar expects a type.
    pub(super) fn member(&mut self, node: Node<'t>) -> ExprKind {
        let parts: Vec<_> = self.children(node).named().collect();
        match parts[..] {
            [value, name] => ExprKind::Attribute(self.boxed(value.node), self.name(name.node)),
            _ => ExprKind::Unknown(self.found(node)),
        }
    }

    fn tuple_of(&mut self, nodes: &[Node<'t>], whole: Node<'t>) -> Expr {
        let items = self.exprs(nodes.iter().copied());
        let span = match nodes {
            [first, .., last] => self.source.between(*first, *last),
            _ => self.span(whole),
        };
        Expr { kind: ExprKind::Tuple(items), span }
    }
}
