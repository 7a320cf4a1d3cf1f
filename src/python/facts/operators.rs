//! Lowering of operators. Chains are walked, not descended into: generated code has thousands of terms.

use tree_sitter::Node;

use super::kinds::{FIELD, Kind};
use super::lower::Lower;
use crate::python::ir::{Comparison, Expr, ExprKind, Operator};

/// Changes of operator in one chain (`a + b - c + …`) that are kept apart: each is a level.
const MAX_CHANGES: usize = 16;

/// One step outwards of a chain: its node, its operator, its right operand.
type Link<'t> = (Node<'t>, Operator, Node<'t>);

impl<'t> Lower<'t> {
    /// The left-hand spine of a chain of operators, from the outside in, and the innermost operand.
    fn spine(&mut self, node: Node<'t>, goes_on: impl Fn(Node<'t>) -> bool) -> (Vec<Link<'t>>, Node<'t>) {
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

    pub(super) fn binary(&mut self, node: Node<'t>) -> ExprKind {
        let is_binary = |n| matches!(Kind::of(n), Kind::BinaryOperator | Kind::UnionType);
        let (mut links, base) = self.spine(node, is_binary);
        if links.is_empty() {
            return ExprKind::Unknown(self.found(node));
        }
        let changes = links.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
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

    pub(super) fn boolean(&mut self, node: Node<'t>) -> ExprKind {
        let operator = |lower: &mut Self, node| {
            let children = lower.children(node);
            children.field(FIELD.operator).map_or("", |operator| lower.source.of(operator))
        };
        let outer = operator(self, node);
        let mut operands = Vec::new();
        let mut at = node;
        while Kind::of(at) == Kind::BooleanOperator && operator(self, at) == outer {
            let children = self.children(at);
            let (Some(left), Some(right)) = (children.field(FIELD.left), children.field(FIELD.right)) else {
                break;
            };
            operands.push(right);
            at = left;
        }
        operands.push(at);
        let operands = self.exprs(operands.into_iter().rev());
        if outer == "and" { ExprKind::And(operands) } else { ExprKind::Or(operands) }
    }

    /// A signed number is a constant; otherwise the operator is not told.
    pub(super) fn unary(&mut self, node: Node<'t>) -> ExprKind {
        let children = self.children(node);
        let argument = children.field(FIELD.argument);
        let sign = children.field(FIELD.operator).map_or("", |sign| self.source.of(sign));
        match argument {
            Some(number) if sign != "~" && matches!(Kind::of(number), Kind::Integer | Kind::Float) => {
                ExprKind::Constant(format!("{sign}{}", self.source.of(number)).into())
            }
            _ => ExprKind::Unknown(self.exprs(argument.into_iter())),
        }
    }

    pub(super) fn comparison(&mut self, node: Node<'t>) -> ExprKind {
        let children = self.children(node);
        let mut operands = children.0.iter().filter(|c| c.field != FIELD.operators && c.node.is_named());
        let Some(first) = operands.next() else {
            return ExprKind::Unknown(vec![]);
        };
        let first = self.boxed(first.node);
        let comparisons = children.fields(FIELD.operators).zip(operands);
        let rest = comparisons
            .map(|(operator, operand)| (comparison(self.source.of(operator)), self.expr(operand.node)))
            .collect();
        ExprKind::Compare(first, rest)
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
