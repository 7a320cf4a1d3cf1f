//! Lowering of expressions, by hand on node kinds.

use tree_sitter::Node;

use super::kinds::{FIELD, Kind};
use super::lower::Lower;
use crate::python::ir::{Clause, ComprehensionKind, Expr, ExprKind};

impl<'t> Lower<'t> {
    /// Lowers an expression, a target or a type.
    pub(super) fn expr(&mut self, node: Node<'t>) -> Expr {
        let node = self.bare(node);
        if let Some(star) = self.star(node).filter(|star| self.unstarred != Some(star.id())) {
            let outer = self.unstarred.replace(star.id());
            let value = self.boxed(node);
            self.unstarred = outer;
            return Expr { kind: ExprKind::Starred(value), span: self.source.span(node) };
        }
        match self.deeper(|lower| lower.kind_of(node)) {
            Some(kind) => Expr { kind, span: self.span(node) },
            None => self.unknown(vec![], node),
        }
    }

    pub(super) fn boxed(&mut self, node: Node<'t>) -> Box<Expr> {
        Box::new(self.expr(node))
    }

    /// Lowers each of some nodes.
    pub(super) fn exprs(&mut self, nodes: impl Iterator<Item = Node<'t>>) -> Vec<Expr> {
        let mut exprs: Vec<Expr> = nodes.map(|node| self.expr(node)).collect();
        exprs.shrink_to_fit();
        exprs
    }

    /// Several expressions are a tuple, one is itself.
    pub(super) fn one_or_tuple(&mut self, nodes: &[Node<'t>], whole: Node<'t>) -> Expr {
        match nodes {
            [one] => self.expr(*one),
            _ => Expr { kind: ExprKind::Tuple(self.exprs(nodes.iter().copied())), span: self.span(whole) },
        }
    }

    /// What is inside of parentheses and other wrappers that mean nothing.
    pub(super) fn bare(&mut self, mut node: Node<'t>) -> Node<'t> {
        use Kind::{AsPatternTarget, ParenthesizedExpression, Type};
        while self.unstarred == Some(node.id())
            || self.called != Some(node.id())
                && matches!(Kind::of(node), ParenthesizedExpression | Type | AsPatternTarget)
        {
            let children = self.children(node);
            let mut inner = children.named();
            match (inner.next(), inner.next()) {
                (Some(child), None) => node = child.node,
                _ => break,
            }
        }
        node
    }

    fn kind_of(&mut self, node: Node<'t>) -> ExprKind {
        use Kind::*;
        match Kind::of(node) {
            Identifier | DottedName => ExprKind::Name(self.name(node)),
            Integer | Float | True | False | None | Ellipsis => ExprKind::Constant(self.name(node)),
            String => self.string(node),
            ConcatenatedString => self.strings(node),
            Attribute | Call | Subscript => self.primary(node),
            Tuple | ExpressionList | PatternList | TuplePattern => ExprKind::Tuple(self.items(node)),
            List | ListPattern => ExprKind::List(self.items(node)),
            Set => ExprKind::Set(self.items(node)),
            Dictionary => self.dictionary(node),
            ListComprehension => self.comprehension(node, ComprehensionKind::List),
            SetComprehension => self.comprehension(node, ComprehensionKind::Set),
            DictionaryComprehension => self.comprehension(node, ComprehensionKind::Dict),
            GeneratorExpression => self.comprehension(node, ComprehensionKind::Generator),
            BinaryOperator | UnionType => self.binary(node),
            BooleanOperator => self.boolean(node),
            NotOperator => self.wrapped(node, ExprKind::Not),
            ListSplat | ListSplatPattern | SplatType | DictionarySplat | DictionarySplatPattern => {
                self.wrapped(node, ExprKind::Starred)
            }
            Await => self.wrapped(node, ExprKind::Await),
            Yield => self.yields(node),
            UnaryOperator => self.unary(node),
            ComparisonOperator => self.comparison(node),
            ConditionalExpression => self.conditional(node),
            Lambda => self.lambda(node),
            NamedExpression => self.walrus(node),
            Slice => self.slice(node),
            GenericType => self.generic(node),
            MemberType => self.member(node),
            ParenthesizedExpression if self.called == Some(node.id()) => {
                let callee = Expr { kind: ExprKind::Name("type".into()), span: self.span(node) };
                ExprKind::Call(Box::new(callee), self.arguments(node))
            }
            _ => ExprKind::Unknown(self.found(node)),
        }
    }

    fn items(&mut self, node: Node<'t>) -> Vec<Expr> {
        let children = self.children(node);
        self.exprs(children.named().map(|c| c.node))
    }

    fn wrapped(&mut self, node: Node<'t>, wrap: fn(Box<Expr>) -> ExprKind) -> ExprKind {
        let inner = self.children(node).named().next();
        match inner {
            Some(inner) => wrap(self.boxed(inner.node)),
            None => ExprKind::Unknown(vec![]),
        }
    }

    fn dictionary(&mut self, node: Node<'t>) -> ExprKind {
        let mut items = Vec::new();
        for child in self.children(node).named() {
            let children = self.children(child.node);
            match (children.field(FIELD.key), children.field(FIELD.value)) {
                (Some(key), Some(value)) => {
                    let key = self.expr(key);
                    items.push((Some(key), self.expr(value)));
                }
                _ => {
                    let inner = children.named().next().map_or(child.node, |c| c.node);
                    items.push((None, self.expr(inner)));
                }
            }
        }
        ExprKind::Dict(items)
    }

    fn comprehension(&mut self, node: Node<'t>, kind: ComprehensionKind) -> ExprKind {
        let children = self.children(node);
        let Some(body) = children.field(FIELD.body) else {
            return ExprKind::Unknown(self.found(node));
        };
        let pair = self.children(body);
        let (element, value) = match (pair.field(FIELD.key), pair.field(FIELD.value)) {
            (Some(key), Some(value)) if Kind::of(body) == Kind::Pair => (self.boxed(key), Some(self.boxed(value))),
            _ => (self.boxed(body), None),
        };
        let mut clauses = Vec::new();
        for child in children.named().filter(|c| c.field != FIELD.body) {
            let parts = self.children(child.node);
            if child.kind == Kind::ForInClause {
                let target = parts.field(FIELD.left).map(|node| self.expr(node));
                let iters: Vec<_> = parts.fields(FIELD.right).filter(|n| n.is_named()).collect();
                let iter = self.one_or_tuple(&iters, child.node);
                let target = target.unwrap_or_else(|| self.unknown(vec![], child.node));
                clauses.push(Clause::For { target, iter });
            } else {
                clauses.extend(parts.named().map(|test| Clause::If(self.expr(test.node))));
            }
        }
        ExprKind::Comprehension { kind, element, value, clauses }
    }

    fn conditional(&mut self, node: Node<'t>) -> ExprKind {
        let parts: Vec<_> = self.children(node).named().map(|c| c.node).collect();
        let [body, test, orelse] = parts[..] else {
            return ExprKind::Unknown(self.exprs(parts.into_iter()));
        };
        let body = self.boxed(body);
        ExprKind::Conditional { test: self.boxed(test), body, orelse: self.boxed(orelse) }
    }

    fn walrus(&mut self, node: Node<'t>) -> ExprKind {
        let children = self.children(node);
        match (children.field(FIELD.name), children.field(FIELD.value)) {
            (Some(name), Some(value)) => ExprKind::Walrus(self.name(name), self.boxed(value)),
            _ => ExprKind::Unknown(self.found(node)),
        }
    }

    fn yields(&mut self, node: Node<'t>) -> ExprKind {
        self.generator = true;
        let value = self.children(node).named().next();
        ExprKind::Yield(value.map(|value| self.boxed(value.node)))
    }
}
