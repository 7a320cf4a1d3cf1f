//! Lowering of statements with blocks.

use tree_sitter::Node;

use super::kinds::{FIELD, Kind};
use super::lower::Lower;
use super::shapes::{Capture, Shape};
use crate::python::ir::{Case, Expr, Handler, Stmt, StmtKind};

/// Branches of one `if` that are nested into one another.
const MAX_BRANCHES: usize = 50;

impl<'t> Lower<'t> {
    /// `if` with its `elif`s, the last of them innermost.
    pub(super) fn branches(&mut self, node: Node<'t>, shape: &Shape<'t>) -> Option<StmtKind> {
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
        let mut orelse: Vec<_> = flat.iter().map(|clause| self.branch(*clause, node).0).collect();
        self.depth = outer;
        for (statement, has_test) in lowered.into_iter().rev() {
            orelse = match statement {
                Stmt { kind: StmtKind::If { test, body, .. }, span } if has_test => {
                    vec![Stmt { kind: StmtKind::If { test, body, orelse }, span }]
                }
                Stmt { kind: StmtKind::If { body, .. }, .. } => body,
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
            Some(shape) if shape.kind == Capture::Elif => {
                (self.part(shape, Capture::ElifTest), self.blocks(shape.one(Capture::ElifBody)))
            }
            Some(shape) => (None, self.blocks(shape.one(Capture::ElseBody))),
            None => {
                let mut body = Vec::new();
                self.salvage(clause, &mut body);
                (None, body)
            }
        };
        let has_test = test.is_some();
        let test = test.unwrap_or_else(|| self.unknown(vec![], clause));
        (Stmt { kind: StmtKind::If { test, body, orelse: vec![] }, span }, has_test)
    }

    pub(super) fn compound(&mut self, shape: &Shape<'t>) -> Option<StmtKind> {
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
                let handlers = shape.all(Capture::TryHandler).map(|node| self.handler(node)).collect();
                let orelse = self.clause(shape.one(Capture::TryElse));
                let finally = self.clause(shape.one(Capture::TryFinally));
                Some(StmtKind::Try { body, handlers, orelse, finally })
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
                let cases = clauses.named().map(|clause| self.case(clause.node)).collect();
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
        let body = self
            .shapes
            .of(node)
            .and_then(|shape| shape.one(Capture::ElseBody).or_else(|| shape.one(Capture::FinallyBody)));
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
            return Handler { types: None, name: None, body };
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
        Handler { types, name, body: self.blocks(shape.one(Capture::ExceptBody)) }
    }

    fn with_items(&mut self, node: Node<'t>) -> Vec<(Expr, Option<Expr>)> {
        let mut items = Vec::new();
        for item in self.children(node).named() {
            let mut value = self.children(item.node).field(FIELD.value).unwrap_or(item.node);
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
        let mut case = Case { values: vec![], binds: vec![], guard: None, body: vec![] };
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
