//! Lowering of expressions, by hand on node kinds.

use tree_sitter::Node;

use super::kinds::{FIELD, Kind};
use super::lower::{Child, Lower, MAX_DEPTH};
use crate::python::ir::{
    Argument, ArgumentKind, Clause, Comparison, ComprehensionKind, Expr, ExprKind, Operator,
};

/// Changes of operator in one chain (`a + b - c + …`) that are kept apart: each is a level.
const MAX_CHANGES: usize = 16;

/// Levels kept for what stands in the brackets of a chain `a.b(c)[d]…` that is too long.
const INNER_LEVELS: usize = 20;

/// One step outwards of a chain: its node, its operator, its right operand.
type Link<'t> = (Node<'t>, Operator, Node<'t>);

impl<'t> Lower<'t> {
    /// Lowers an expression, a target or a type.
    pub(super) fn expr(&mut self, node: Node<'t>) -> Expr {
        let node = self.bare(node);
        match self.deeper(|lower| lower.kind_of(node)) {
            Some(kind) => Expr {
                kind,
                span: self.span(node),
            },
            None => self.unknown(vec![], node),
        }
    }

    fn boxed(&mut self, node: Node<'t>) -> Box<Expr> {
        Box::new(self.expr(node))
    }

    /// Lowers each of some nodes.
    pub(super) fn exprs(&mut self, nodes: impl Iterator<Item = Node<'t>>) -> Vec<Expr> {
        nodes.map(|node| self.expr(node)).collect()
    }

    /// Several expressions are a tuple, one is itself.
    pub(super) fn one_or_tuple(&mut self, nodes: &[Node<'t>], whole: Node<'t>) -> Expr {
        match nodes {
            [one] => self.expr(*one),
            _ => Expr {
                kind: ExprKind::Tuple(self.exprs(nodes.iter().copied())),
                span: self.span(whole),
            },
        }
    }

    /// What is inside of parentheses and other wrappers that mean nothing.
    fn bare(&mut self, mut node: Node<'t>) -> Node<'t> {
        use Kind::{AsPatternTarget, ParenthesizedExpression, Type};
        while matches!(
            Kind::of(node),
            ParenthesizedExpression | Type | AsPatternTarget
        ) && self.called != Some(node.id())
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
            Tuple | ExpressionList | PatternList | TuplePattern => {
                ExprKind::Tuple(self.items(node))
            }
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
                let callee = Expr {
                    kind: ExprKind::Name("type".into()),
                    span: self.span(node),
                };
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

    /// `a.b(c)[d]…` from the inside out, however long.
    fn primary(&mut self, node: Node<'t>) -> ExprKind {
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
                for argument in children
                    .named()
                    .skip(1)
                    .filter(|c| c.kind != Kind::Identifier)
                {
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
            value = Expr {
                kind,
                span: self.span(link),
            };
            self.depth = self.depth.saturating_sub(1).max(outer);
        }
        self.depth = outer;
        value.kind
    }

    fn tuple_of(&mut self, nodes: &[Node<'t>], whole: Node<'t>) -> Expr {
        let items = self.exprs(nodes.iter().copied());
        let span = match nodes {
            [first, .., last] => self.source.between(*first, *last),
            _ => self.span(whole),
        };
        Expr {
            kind: ExprKind::Tuple(items),
            span,
        }
    }

    /// The arguments of a call.
    pub(super) fn arguments(&mut self, node: Node<'t>) -> Vec<Argument> {
        if Kind::of(node) == Kind::GeneratorExpression {
            return vec![Argument {
                kind: ArgumentKind::Positional,
                value: self.expr(node),
            }];
        }
        let children = self.children(node);
        children.named().map(|child| self.argument(child)).collect()
    }

    fn argument(&mut self, Child { node, kind, .. }: Child<'t>) -> Argument {
        let (kind, value) = match kind {
            Kind::KeywordArgument => {
                let children = self.children(node);
                let name = children
                    .field(FIELD.name)
                    .map_or_else(|| "".into(), |n| self.name(n));
                (ArgumentKind::Keyword(name), children.field(FIELD.value))
            }
            Kind::ListSplat => (
                ArgumentKind::Star,
                self.children(node).named().next().map(|c| c.node),
            ),
            Kind::DictionarySplat => (
                ArgumentKind::DoubleStar,
                self.children(node).named().next().map(|c| c.node),
            ),
            _ => (ArgumentKind::Positional, Some(node)),
        };
        let value = match value {
            Some(value) => self.expr(value),
            None => self.unknown(vec![], node),
        };
        Argument { kind, value }
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
            (Some(key), Some(value)) if Kind::of(body) == Kind::Pair => {
                (self.boxed(key), Some(self.boxed(value)))
            }
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
        ExprKind::Comprehension {
            kind,
            element,
            value,
            clauses,
        }
    }

    /// The left-hand spine of a chain of operators, from the outside in, and the innermost operand.
    fn spine(
        &mut self,
        node: Node<'t>,
        goes_on: impl Fn(Node<'t>) -> bool,
    ) -> (Vec<Link<'t>>, Node<'t>) {
        let mut links = Vec::new();
        let mut at = node;
        while goes_on(at) {
            let children = self.children(at);
            let mut operands = children.named();
            let (Some(left), Some(right)) = (operands.next(), operands.next()) else {
                break;
            };
            let operator = children.0.iter().find(|c| !c.node.is_named());
            let operator = operator.map_or("", |c| self.source.of(c.node));
            links.push((at, self.operator(operator), right.node));
            at = left.node;
            if Kind::of(at) == Kind::Type {
                at = self.bare(at);
            }
        }
        (links, at)
    }

    /// The operator of `+` or `+=`.
    pub(super) fn operator(&self, text: &str) -> Operator {
        match text.strip_suffix('=').unwrap_or(text) {
            "+" => Operator::Add,
            "%" => Operator::Modulo,
            "|" => Operator::BitOr,
            "*" => Operator::Multiply,
            "/" => Operator::Divide,
            _ => Operator::Other,
        }
    }

    fn binary(&mut self, node: Node<'t>) -> ExprKind {
        let is_binary = |n| matches!(Kind::of(n), Kind::BinaryOperator | Kind::UnionType);
        let (mut links, base) = self.spine(node, is_binary);
        if links.is_empty() {
            return ExprKind::Unknown(self.found(node));
        }
        let changes = links
            .windows(2)
            .filter(|pair| pair[0].1 != pair[1].1)
            .count();
        if changes > MAX_CHANGES {
            links.iter_mut().for_each(|link| link.1 = Operator::Other);
        }
        let mut operator = links[links.len() - 1].1;
        let mut operands = vec![self.expr(base)];
        let mut inner = base;
        for (link, next, right) in links.into_iter().rev() {
            if next != operator {
                let span = self.source.between(base, inner);
                let kind = ExprKind::Binary(operator, std::mem::take(&mut operands));
                operands.push(Expr { kind, span });
                operator = next;
            }
            operands.push(self.expr(right));
            inner = link;
        }
        ExprKind::Binary(operator, operands)
    }

    fn boolean(&mut self, node: Node<'t>) -> ExprKind {
        let operator = |lower: &mut Self, node| {
            let children = lower.children(node);
            children
                .field(FIELD.operator)
                .map_or("", |operator| lower.source.of(operator))
        };
        let outer = operator(self, node);
        let mut operands = Vec::new();
        let mut at = node;
        while Kind::of(at) == Kind::BooleanOperator && operator(self, at) == outer {
            let children = self.children(at);
            let (Some(left), Some(right)) =
                (children.field(FIELD.left), children.field(FIELD.right))
            else {
                break;
            };
            operands.push(right);
            at = left;
        }
        operands.push(at);
        let operands = self.exprs(operands.into_iter().rev());
        if outer == "and" {
            ExprKind::And(operands)
        } else {
            ExprKind::Or(operands)
        }
    }

    /// A signed number is a constant; otherwise the operator is not told.
    fn unary(&mut self, node: Node<'t>) -> ExprKind {
        let children = self.children(node);
        let argument = children.field(FIELD.argument);
        let sign = children
            .field(FIELD.operator)
            .map_or("", |sign| self.source.of(sign));
        match argument {
            Some(number)
                if sign != "~" && matches!(Kind::of(number), Kind::Integer | Kind::Float) =>
            {
                ExprKind::Constant(format!("{sign}{}", self.source.of(number)).into())
            }
            _ => ExprKind::Unknown(self.exprs(argument.into_iter())),
        }
    }

    fn comparison(&mut self, node: Node<'t>) -> ExprKind {
        let children = self.children(node);
        let mut operands = children
            .0
            .iter()
            .filter(|c| c.field != FIELD.operators && c.node.is_named());
        let Some(first) = operands.next() else {
            return ExprKind::Unknown(vec![]);
        };
        let first = self.boxed(first.node);
        let comparisons = children.fields(FIELD.operators).zip(operands);
        let rest = comparisons
            .map(|(operator, operand)| {
                (
                    comparison(self.source.of(operator)),
                    self.expr(operand.node),
                )
            })
            .collect();
        ExprKind::Compare(first, rest)
    }

    fn conditional(&mut self, node: Node<'t>) -> ExprKind {
        let parts: Vec<_> = self.children(node).named().map(|c| c.node).collect();
        let [body, test, orelse] = parts[..] else {
            return ExprKind::Unknown(self.exprs(parts.into_iter()));
        };
        let body = self.boxed(body);
        ExprKind::Conditional {
            test: self.boxed(test),
            body,
            orelse: self.boxed(orelse),
        }
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

    fn slice(&mut self, node: Node<'t>) -> ExprKind {
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
    fn generic(&mut self, node: Node<'t>) -> ExprKind {
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
    fn member(&mut self, node: Node<'t>) -> ExprKind {
        let parts: Vec<_> = self.children(node).named().collect();
        match parts[..] {
            [value, name] => ExprKind::Attribute(self.boxed(value.node), self.name(name.node)),
            _ => ExprKind::Unknown(self.found(node)),
        }
    }
}

fn comparison(operator: &str) -> Comparison {
    match operator {
        "==" => Comparison::Equal,
        "!=" | "<>" => Comparison::NotEqual,
        "in" => Comparison::In,
        "is" => Comparison::Is,
        "<" | "<=" | ">" | ">=" => Comparison::Order,
        // These two may hold any white space.
        _ if operator.starts_with("not") => Comparison::NotIn,
        _ => Comparison::IsNot,
    }
}
