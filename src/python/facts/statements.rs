//! Lowering of statements, from the shapes that the query found.

use tree_sitter::Node;

use super::kinds::{FIELD, Kind};
use super::lower::Lower;
use super::shapes::{Capture, Shape};
use crate::python::ir::{
    Argument, ArgumentKind, Case, Expr, ExprKind, Handler, Name, Stmt, StmtKind,
};

/// Branches of one `if` that are nested into one another.
const MAX_BRANCHES: usize = 50;

impl<'t> Lower<'t> {
    /// The statements of a block.
    pub(super) fn block(&mut self, node: Node<'t>) -> Vec<Stmt> {
        let mut out = Vec::new();
        for child in self.children(node).0 {
            self.block_item(child.node, child.kind, &mut out);
        }
        self.mend(&mut out);
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

    fn blocks(&mut self, node: Option<Node<'t>>) -> Vec<Stmt> {
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
                Capture::While | Capture::For | Capture::Try | Capture::With | Capture::Match => {
                    lower.compound(&shape)
                }
                _ => lower.simple(node, &shape, out),
            };
            match done {
                Some(kind) => out.push(Stmt { kind, span }),
                None => lower.salvage(node, out),
            }
            lower.mend(out);
        });
        if done.is_none() {
            out.push(Stmt {
                kind: StmtKind::Unknown(vec![]),
                span,
            });
        }
    }

    /// A part that must be there.
    fn part(&mut self, shape: &Shape<'t>, part: Capture) -> Option<Expr> {
        shape.one(part).map(|node| self.expr(node))
    }

    fn parts(&mut self, shape: &Shape<'t>, part: Capture) -> Vec<Expr> {
        self.exprs(shape.all(part))
    }

    fn simple(
        &mut self,
        node: Node<'t>,
        shape: &Shape<'t>,
        out: &mut Vec<Stmt>,
    ) -> Option<StmtKind> {
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
            Capture::Global => StmtKind::Global(
                shape
                    .all(Capture::GlobalName)
                    .map(|node| self.name(node))
                    .collect(),
            ),
            Capture::Jump => StmtKind::Jump,
            Capture::Alias => self.alias(shape)?,
            Capture::Print => self.old_call("print", Capture::PrintArgument, node, shape),
            Capture::Exec => self.old_call("exec", Capture::ExecArgument, node, shape),
            _ => return None,
        };
        aside.retain(|value| {
            !matches!(
                value.kind,
                ExprKind::Str(_) | ExprKind::Constant(_) | ExprKind::Name(_)
            )
        });
        if !aside.is_empty() {
            out.push(Stmt {
                kind: StmtKind::Unknown(aside),
                span: self.span(node),
            });
        }
        Some(kind)
    }

    /// An expression by itself, or one of the assignments, which the grammar wraps in one.
    fn expression(&mut self, node: Node<'t>, shape: &Shape<'t>) -> Option<StmtKind> {
        let values: Vec<_> = shape.all(Capture::ExpressionValue).collect();
        let [value] = values[..] else {
            return Some(StmtKind::Expr(self.one_or_tuple(&values, node)));
        };
        if matches!(
            Kind::of(value),
            Kind::Assignment | Kind::AugmentedAssignment
        ) {
            return self.assignment(value);
        }
        let value = self.expr(value);
        if self
            .children(node)
            .0
            .iter()
            .any(|child| child.kind == Kind::Comma)
        {
            let span = self.span(node);
            return Some(StmtKind::Expr(Expr {
                kind: ExprKind::Tuple(vec![value]),
                span,
            }));
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
                            return Some(StmtKind::Assign {
                                targets,
                                value: self.expr(value),
                            });
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
        Some(StmtKind::Assign {
            targets: vec![target],
            value,
        })
    }

    /// Python 2's `print` and `exec` statements, as calls.
    fn old_call(
        &mut self,
        name: &str,
        part: Capture,
        node: Node<'t>,
        shape: &Shape<'t>,
    ) -> StmtKind {
        let span = self.span(node);
        let arguments = self.parts(shape, part).into_iter();
        let arguments = arguments.map(|value| Argument {
            kind: ArgumentKind::Positional,
            value,
        });
        let callee = Expr {
            kind: ExprKind::Name(name.into()),
            span,
        };
        StmtKind::Expr(Expr {
            kind: ExprKind::Call(Box::new(callee), arguments.collect()),
            span,
        })
    }

    fn import(&mut self, shape: &Shape<'t>) -> Option<StmtKind> {
        if shape.kind == Capture::Import {
            return Some(StmtKind::Import(
                self.imported(shape, Capture::ImportModule),
            ));
        }
        if shape.kind == Capture::Future {
            let names = self.imported(shape, Capture::FutureName);
            return Some(StmtKind::From {
                level: 0,
                module: "__future__".into(),
                names,
            });
        }
        let module = shape.one(Capture::FromModule)?;
        let names = self.imported(shape, Capture::FromName);
        if Kind::of(module) != Kind::RelativeImport {
            return Some(StmtKind::From {
                level: 0,
                module: self.dotted(module),
                names,
            });
        }
        let (mut level, mut name): (u8, Name) = (0, "".into());
        for child in self.children(module).named() {
            match child.kind {
                Kind::ImportPrefix => {
                    let dots = self
                        .source
                        .of(child.node)
                        .bytes()
                        .filter(|b| *b == b'.')
                        .count();
                    level = u8::try_from(dots).unwrap_or(u8::MAX);
                }
                _ => name = self.dotted(child.node),
            }
        }
        Some(StmtKind::From {
            level,
            module: name,
            names,
        })
    }

    /// What an import names, with the local names given.
    fn imported(&mut self, shape: &Shape<'t>, part: Capture) -> Vec<(Name, Option<Name>)> {
        let mut names = Vec::new();
        for node in shape.all(part) {
            if Kind::of(node) != Kind::AliasedImport {
                names.push((self.dotted(node), None));
                continue;
            }
            let children = self.children(node);
            if let Some(name) = children.field(FIELD.name) {
                let local = children.field(FIELD.alias).map(|alias| self.name(alias));
                names.push((self.dotted(name), local));
            }
        }
        names
    }

    /// A dotted name without the white space that may be in it.
    fn dotted(&mut self, node: Node<'t>) -> Name {
        let text = self.source.of(node);
        if !text.bytes().any(|b| b.is_ascii_whitespace() || b == b'\\') {
            return self.name(node);
        }
        let names: Vec<_> = self
            .children(node)
            .named()
            .map(|c| self.source.of(c.node))
            .collect();
        names.join(".").into()
    }

    /// `if` with its `elif`s, the last of them innermost.
    fn branches(&mut self, node: Node<'t>, shape: &Shape<'t>) -> Option<StmtKind> {
        let test = self.part(shape, Capture::IfTest)?;
        let body = self.block(shape.one(Capture::IfBody)?);
        let clauses: Vec<_> = shape.all(Capture::IfAlternative).collect();
        // Further branches follow one another instead of excluding one another.
        let (nested, flat) = clauses.split_at(clauses.len().min(MAX_BRANCHES));
        let outer = self.depth;
        let mut lowered = Vec::new();
        for (level, clause) in nested.iter().enumerate() {
            self.depth = outer + level;
            lowered.push(self.branch(*clause, node));
        }
        let mut orelse: Vec<_> = flat
            .iter()
            .map(|clause| self.branch(*clause, node).0)
            .collect();
        self.depth = outer;
        for (statement, has_test) in lowered.into_iter().rev() {
            orelse = match statement {
                Stmt {
                    kind: StmtKind::If { test, body, .. },
                    span,
                } if has_test => {
                    vec![Stmt {
                        kind: StmtKind::If { test, body, orelse },
                        span,
                    }]
                }
                Stmt {
                    kind: StmtKind::If { body, .. },
                    ..
                } => body,
                other => vec![other],
            };
        }
        Some(StmtKind::If { test, body, orelse })
    }

    /// An `elif` or `else` as an `if` without more branches; whether it has a test.
    fn branch(&mut self, clause: Node<'t>, end: Node<'t>) -> (Stmt, bool) {
        let span = self.source.between(clause, end);
        if clause.has_error() {
            self.children(clause);
        }
        let shape = self.shapes.of(clause);
        let (test, body) = match &shape {
            Some(shape) if shape.kind == Capture::Elif => (
                self.part(shape, Capture::ElifTest),
                self.blocks(shape.one(Capture::ElifBody)),
            ),
            Some(shape) => (None, self.blocks(shape.one(Capture::ElseBody))),
            None => {
                let mut body = Vec::new();
                self.salvage(clause, &mut body);
                (None, body)
            }
        };
        let has_test = test.is_some();
        let test = test.unwrap_or_else(|| self.unknown(vec![], clause));
        (
            Stmt {
                kind: StmtKind::If {
                    test,
                    body,
                    orelse: vec![],
                },
                span,
            },
            has_test,
        )
    }

    fn compound(&mut self, shape: &Shape<'t>) -> Option<StmtKind> {
        match shape.kind {
            Capture::While => Some(StmtKind::While {
                test: self.part(shape, Capture::WhileTest)?,
                body: self.block(shape.one(Capture::WhileBody)?),
                orelse: self.clause(shape.one(Capture::WhileAlternative)),
            }),
            Capture::For => Some(StmtKind::For {
                target: self.part(shape, Capture::ForTarget)?,
                iter: self.part(shape, Capture::ForIter)?,
                body: self.block(shape.one(Capture::ForBody)?),
                orelse: self.clause(shape.one(Capture::ForAlternative)),
            }),
            Capture::Try => {
                let body = self.block(shape.one(Capture::TryBody)?);
                let handlers = shape
                    .all(Capture::TryHandler)
                    .map(|node| self.handler(node))
                    .collect();
                let orelse = self.clause(shape.one(Capture::TryElse));
                let finally = self.clause(shape.one(Capture::TryFinally));
                Some(StmtKind::Try {
                    body,
                    handlers,
                    orelse,
                    finally,
                })
            }
            Capture::With => {
                let items = self.with_items(shape.one(Capture::WithItems)?);
                let body = self.block(shape.one(Capture::WithBody)?);
                Some(StmtKind::With { items, body })
            }
            _ => {
                let subjects: Vec<_> = shape.all(Capture::MatchSubject).collect();
                let subject = self.one_or_tuple(&subjects, *subjects.first()?);
                let clauses = self.children(shape.one(Capture::MatchBody)?);
                let cases = clauses
                    .named()
                    .map(|clause| self.case(clause.node))
                    .collect();
                Some(StmtKind::Match { subject, cases })
            }
        }
    }

    /// The body of an `else` or `finally` clause.
    fn clause(&mut self, node: Option<Node<'t>>) -> Vec<Stmt> {
        let Some(node) = node else { return vec![] };
        if node.has_error() {
            self.children(node);
        }
        let body = self.shapes.of(node).and_then(|shape| {
            shape
                .one(Capture::ElseBody)
                .or_else(|| shape.one(Capture::FinallyBody))
        });
        match body {
            Some(body) => self.block(body),
            None => {
                let mut out = Vec::new();
                self.salvage(node, &mut out);
                out
            }
        }
    }

    fn handler(&mut self, node: Node<'t>) -> Handler {
        if node.has_error() {
            self.children(node);
        }
        let Some(shape) = self.shapes.of(node) else {
            let mut body = Vec::new();
            self.salvage(node, &mut body);
            return Handler {
                types: None,
                name: None,
                body,
            };
        };
        let mut types: Vec<_> = shape.all(Capture::ExceptType).collect();
        let mut name = None;
        if let [only] = types[..]
            && Kind::of(only) == Kind::AsPattern
        {
            let children = self.children(only);
            types = children.named().take(1).map(|c| c.node).collect();
            name = children.field(FIELD.alias);
        }
        // Python 2 wrote `except A, e`; Python 3.14 allows `except A, B` (PEP 758).
        if let [first, second] = types[..]
            && Kind::of(second) == Kind::Identifier
            && !self.source.of(second).starts_with(char::is_uppercase)
        {
            (types, name) = (vec![first], Some(second));
        }
        let types = (!types.is_empty()).then(|| self.one_or_tuple(&types, node));
        let name = name.map(|node| self.name(node));
        Handler {
            types,
            name,
            body: self.blocks(shape.one(Capture::ExceptBody)),
        }
    }

    fn with_items(&mut self, node: Node<'t>) -> Vec<(Expr, Option<Expr>)> {
        let mut items = Vec::new();
        for item in self.children(node).named() {
            let mut value = self
                .children(item.node)
                .field(FIELD.value)
                .unwrap_or(item.node);
            while Kind::of(value) == Kind::ParenthesizedExpression {
                let Some(inner) = self.children(value).named().next() else {
                    break;
                };
                value = inner.node;
            }
            if Kind::of(value) != Kind::AsPattern {
                items.push((self.expr(value), None));
                continue;
            }
            let children = self.children(value);
            let target = children.field(FIELD.alias).map(|node| self.expr(node));
            let context = children.named().next().map_or(value, |c| c.node);
            items.push((self.expr(context), target));
        }
        items
    }

    fn case(&mut self, node: Node<'t>) -> Case {
        if node.has_error() {
            self.children(node);
        }
        let mut case = Case {
            values: vec![],
            binds: vec![],
            guard: None,
            body: vec![],
        };
        let Some(shape) = self.shapes.of(node) else {
            self.salvage(node, &mut case.body);
            return case;
        };
        let patterns: Vec<_> = shape.all(Capture::CasePattern).collect();
        if let [only] = patterns[..] {
            case.values = self.pattern_values(only);
        }
        for pattern in patterns {
            case.binds.append(&mut self.pattern_binds(pattern));
        }
        if let Some(guard) = shape.one(Capture::CaseGuard) {
            let test = self.children(guard).named().next();
            case.guard = test.map(|test| self.expr(test.node));
        }
        case.body = self.blocks(shape.one(Capture::CaseBody));
        case
    }
}

/// Python 2's `raise A, "text"` is `raise A("text")`.
fn old_raise(exception: Expr) -> Expr {
    match exception {
        Expr {
            kind: ExprKind::Tuple(values),
            span,
        } => {
            let mut values = values.into_iter();
            let Some(class) = values.next() else {
                return Expr {
                    kind: ExprKind::Tuple(vec![]),
                    span,
                };
            };
            let arguments = values.map(|value| Argument {
                kind: ArgumentKind::Positional,
                value,
            });
            Expr {
                kind: ExprKind::Call(Box::new(class), arguments.collect()),
                span,
            }
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
