//! Lowering of the patterns of `match`.

use tree_sitter::Node;

use super::kinds::Kind;
use super::lower::Lower;
use crate::python::ir::{Expr, ExprKind, Name};

impl<'t> Lower<'t> {
    /// The values that a pattern compares its subject with. A pattern that looks into its subject
    /// has none: its literals are compared with parts.
    pub(super) fn pattern_values(&mut self, pattern: Node<'t>) -> Vec<Expr> {
        let mut values = Vec::new();
        let mut rest = vec![pattern];
        while let Some(node) = rest.pop() {
            let children = self.children(node);
            match Kind::of(node) {
                Kind::AsPattern => rest.extend(children.named().next().map(|c| c.node)),
                Kind::UnionPattern | Kind::CasePattern => {
                    // `-1` is two tokens here.
                    let mut sign = "";
                    for child in &children.0 {
                        match child.kind {
                            Kind::Integer | Kind::Float if sign == "-" => {
                                let text = format!("-{}", self.source.of(child.node));
                                let kind = ExprKind::Constant(text.into());
                                values.push(Expr { kind, span: self.span(child.node) });
                            }
                            _ if child.node.is_named() => rest.push(child.node),
                            _ => {}
                        }
                        sign = self.source.of(child.node);
                    }
                }
                Kind::DottedName => {
                    let names: Vec<_> = children.named().map(|c| c.node).collect();
                    if let [first, attributes @ ..] = &names[..]
                        && !attributes.is_empty()
                    {
                        let mut value = self.expr(*first);
                        for name in attributes {
                            let kind = ExprKind::Attribute(Box::new(value), self.name(*name));
                            value = Expr { kind, span: self.source.between(*first, *name) };
                        }
                        values.push(value);
                    }
                }
                kind if kind.is_expression() => values.push(self.expr(node)),
                _ => {}
            }
        }
        values.reverse();
        values
    }

    /// The names that a pattern binds.
    pub(super) fn pattern_binds(&mut self, pattern: Node<'t>) -> Vec<Name> {
        let mut binds = Vec::new();
        let mut rest = vec![pattern];
        while let Some(node) = rest.pop() {
            let children = self.children(node);
            let named: Vec<_> = children.named().map(|c| c.node).collect();
            match (Kind::of(node), &named[..]) {
                (Kind::DottedName, [only]) => binds.push(self.name(*only)),
                (Kind::DottedName, _) => {}
                (Kind::Identifier, _) => binds.push(self.name(node)),
                // The first is the name of the class, or of its attribute.
                (Kind::ClassPattern | Kind::KeywordPattern, [_, inner @ ..]) => {
                    rest.extend(inner.iter().rev());
                }
                (kind, _) if kind.is_expression() && kind != Kind::AsPattern => {}
                (_, named) => rest.extend(named.iter().rev()),
            }
        }
        binds.retain(|name| &**name != "_");
        binds
    }
}
