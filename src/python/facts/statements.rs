//! Lowering of statements, from the shapes that the query found: blocks, and statements without one.

use tree_sitter::Node;

use super::kinds::Kind;
use super::lower::Lower;
use super::shapes::{Capture, Shape};
use crate::python::ir::{Argument, ArgumentKind, Expr, ExprKind, Stmt, StmtKind};

impl<'t> Lower<'t> {
    /// The statements of a block.
    pub(super) fn block(&mut self, node: Node<'t>) -> Vec<Stmt> {
        let mut out = Vec::new();
        for child in self.children(node).0 {
            self.block_item(child.node, child.kind, &mut out);
        }
        self.mend(&mut out);
        // Facts are kept for the whole scan: most blocks hold a statement or two.
        out.shrink_to_fit();
        out
    }

    /// One child of a block: a statement, or what a broken text left there.
    pub(super) fn block_item(&mut self, node: Node<'t>, kind: Kind, out: &mut Vec<Stmt>) {
        if kind.is_statement() {
            self.statement(node, out);
        } else if node.is_named() {
            self.salvage(node, out);
        }
    }

    pub(super) fn blocks(&mut self, node: Option<Node<'t>>) -> Vec<Stmt> {
        node.map_or(vec![], |node| self.block(node))
    }

    /// Lowers a statement, and after it whatever is broken in it.
    pub(super) fn statement(&mut self, node: Node<'t>, out: &mut Vec<Stmt>) {
        let span = self.span(node);
        let done = self.deeper(|lower| {
            let Some(shape) = lower.shapes.of(node) else {
                return lower.salvage(node, out);
            };
            if node.has_error() {
                lower.children(node);
            }
            let done = match shape.kind {
                Capture::Pass => return,
                Capture::Function => lower.function(node, &shape, vec![], node),
                Capture::Class => lower.class(node, &shape, vec![], node),
                Capture::Decorated => lower.decorated(node, &shape),
                Capture::Import | Capture::From | Capture::Future => lower.import(&shape),
                Capture::If => lower.branches(node, &shape),
                Capture::While | Capture::For | Capture::Try | Capture::With | Capture::Match => lower.compound(&shape),
                _ => lower.simple(node, &shape, out),
            };
            match done {
                Some(kind) => out.push(Stmt { kind, span }),
                None => lower.salvage(node, out),
            }
            lower.mend(out);
        });
        if done.is_none() {
            out.push(Stmt { kind: StmtKind::Unknown(vec![]), span });
        }
    }

    /// A part that must be there.
    pub(super) fn part(&mut self, shape: &Shape<'t>, part: Capture) -> Option<Expr> {
        shape.one(part).map(|node| self.expr(node))
    }

    fn parts(&mut self, shape: &Shape<'t>, part: Capture) -> Vec<Expr> {
        self.exprs(shape.all(part))
    }

    fn simple(&mut self, node: Node<'t>, shape: &Shape<'t>, out: &mut Vec<Stmt>) -> Option<StmtKind> {
        // What is evaluated beside the statement's own operand.
        let mut aside = Vec::new();
        let kind = match shape.kind {
            Capture::Expression => return self.expression(node, shape),
            Capture::Return => StmtKind::Return(self.part(shape, Capture::ReturnValue)),
            Capture::Raise => {
                aside.extend(self.part(shape, Capture::RaiseCause));
                StmtKind::Raise(self.part(shape, Capture::RaiseException).map(old_raise))
            }
            Capture::Assert => {
                let mut values = self.parts(shape, Capture::AssertValue).into_iter();
                let test = values.next()?;
                aside.extend(values);
                StmtKind::Assert(test)
            }
            Capture::Delete => {
                let targets = self.parts(shape, Capture::DeleteTarget);
                StmtKind::Delete(targets.into_iter().flat_map(unpacked).collect())
            }
            Capture::Global => StmtKind::Global(shape.all(Capture::GlobalName).map(|node| self.name(node)).collect()),
            Capture::Jump => StmtKind::Jump,
            Capture::Continue => StmtKind::Continue,
            Capture::Alias => self.alias(shape)?,
            Capture::Print => self.old_call("print", Capture::PrintArgument, node, shape),
            Capture::Exec => self.old_call("exec", Capture::ExecArgument, node, shape),
            _ => return None,
        };
        aside.retain(|value| !matches!(value.kind, ExprKind::Str(_) | ExprKind::Constant(_) | ExprKind::Name(_)));
        if !aside.is_empty() {
            out.push(Stmt { kind: StmtKind::Unknown(aside), span: self.span(node) });
        }
        Some(kind)
    }

    /// An expression by itself, or one of the assignments, which the grammar wraps in one.
    fn expression(&mut self, node: Node<'t>, shape: &Shape<'t>) -> Option<StmtKind> {
        let values: Vec<_> = shape.all(Capture::ExpressionValue).collect();
        let [value] = values[..] else {
            return Some(StmtKind::Expr(self.one_or_tuple(&values, node)));
        };
        if matches!(Kind::of(value), Kind::Assignment | Kind::AugmentedAssignment) {
            return self.assignment(value);
        }
        let value = self.expr(value);
        if self.children(node).0.iter().any(|child| child.kind == Kind::Comma) {
            let span = self.span(node);
            return Some(StmtKind::Expr(Expr { kind: ExprKind::Tuple(vec![value]), span }));
        }
        Some(StmtKind::Expr(value))
    }

    fn assignment(&mut self, node: Node<'t>) -> Option<StmtKind> {
        if node.has_error() {
            self.children(node);
        }
        let mut shape = self.shapes.of(node)?;
        match shape.kind {
            Capture::Annotated => Some(StmtKind::Annotated {
                target: self.part(&shape, Capture::AnnotatedTarget)?,
                annotation: self.part(&shape, Capture::AnnotatedAnnotation)?,
                value: self.part(&shape, Capture::AnnotatedValue),
            }),
            Capture::Augmented => Some(StmtKind::Augmented {
                target: self.part(&shape, Capture::AugmentedTarget)?,
                operator: self.operator(self.source.of(shape.one(Capture::AugmentedOperator)?)),
                value: self.part(&shape, Capture::AugmentedValue)?,
            }),
            _ => {
                let mut targets = vec![self.part(&shape, Capture::AssignTarget)?];
                // `a = b = c` is nested to the right.
                loop {
                    let value = shape.one(Capture::AssignValue)?;
                    match self.shapes.of(value) {
                        Some(inner) if inner.kind == Capture::Assign => {
                            targets.push(self.part(&inner, Capture::AssignTarget)?);
                            shape = inner;
                        }
                        _ => {
                            return Some(StmtKind::Assign { targets, value: self.expr(value) });
                        }
                    }
                }
            }
        }
    }

    /// `type A[T] = value`. The grammar takes `type(a).b = value` for one, too.
    fn alias(&mut self, shape: &Shape<'t>) -> Option<StmtKind> {
        let left = shape.one(Capture::AliasTarget)?;
        let mut base = left;
        while let Kind::Type | Kind::Attribute | Kind::Subscript = Kind::of(base) {
            base = self.children(base).named().next()?.node;
        }
        self.called = (Kind::of(base) == Kind::ParenthesizedExpression).then(|| base.id());
        let mut target = self.expr(left);
        if self.called.is_none()
            && let ExprKind::Subscript(name, _) = target.kind
        {
            target = *name;
        }
        let value = self.part(shape, Capture::AliasValue)?;
        Some(StmtKind::Assign { targets: vec![target], value })
    }

    /// Python 2's `print` and `exec` statements, as calls.
    fn old_call(&mut self, name: &str, part: Capture, node: Node<'t>, shape: &Shape<'t>) -> StmtKind {
        let span = self.span(node);
        let arguments = self.parts(shape, part).into_iter();
        let arguments = arguments.map(|value| Argument { kind: ArgumentKind::Positional, value });
        let callee = Expr { kind: ExprKind::Name(name.into()), span };
        StmtKind::Expr(Expr { kind: ExprKind::Call(Box::new(callee), arguments.collect()), span })
    }
}

/// Python 2's `raise A, "text"` is `raise A("text")`.
fn old_raise(exception: Expr) -> Expr {
    match exception {
        Expr { kind: ExprKind::Tuple(values), span } => {
            let mut values = values.into_iter();
            let Some(class) = values.next() else {
                return Expr { kind: ExprKind::Tuple(vec![]), span };
            };
            let arguments = values.map(|value| Argument { kind: ArgumentKind::Positional, value });
            Expr { kind: ExprKind::Call(Box::new(class), arguments.collect()), span }
        }
        other => other,
    }
}

/// The items of a tuple, or the expression itself.
fn unpacked(target: Expr) -> Vec<Expr> {
    match target.kind {
        ExprKind::Tuple(items) => items,
        _ => vec![target],
    }
}
