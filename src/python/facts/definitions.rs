//! Lowering of functions, lambdas and classes.

use std::sync::Arc;

use tree_sitter::Node;

use super::kinds::{FIELD, Kind};
use super::lower::{Child, Lower};
use super::shapes::{Capture, Shape};
use crate::python::ir::{ArgumentKind, Class, Expr, ExprKind, Function, Parameter, ParameterKind, Stmt, StmtKind};

impl<'t> Lower<'t> {
    /// A `def`; `whole` is it with its decorators.
    pub(super) fn function(
        &mut self,
        node: Node<'t>,
        shape: &Shape<'t>,
        decorators: Vec<Expr>,
        whole: Node<'t>,
    ) -> Option<StmtKind> {
        let name = self.name(shape.one(Capture::FunctionName)?);
        let parameters = self.parameters(shape.one(Capture::FunctionParameters)?);
        let returns = shape.one(Capture::FunctionReturns).map(|node| self.expr(node));
        let outer = std::mem::replace(&mut self.generator, false);
        let body = self.block(shape.one(Capture::FunctionBody)?);
        let generator = std::mem::replace(&mut self.generator, outer);
        let is_async = self.children(node).0.iter().any(|c| c.kind == Kind::Async);
        let header = self.source.between(node, shape.one(Capture::FunctionColon).unwrap_or(node));
        Some(StmtKind::Function(Arc::new(Function {
            name,
            decorators,
            parameters,
            returns,
            body,
            generator,
            is_async,
            header,
            span: self.span(whole),
        })))
    }

    /// A `class`; `whole` is it with its decorators.
    pub(super) fn class(
        &mut self,
        node: Node<'t>,
        shape: &Shape<'t>,
        decorators: Vec<Expr>,
        whole: Node<'t>,
    ) -> Option<StmtKind> {
        let name = self.name(shape.one(Capture::ClassName)?);
        let (mut bases, mut keywords) = (Vec::new(), Vec::new());
        let arguments = shape.one(Capture::ClassBases).map_or(vec![], |node| self.arguments(node));
        for argument in arguments {
            let value = argument.value;
            match argument.kind {
                ArgumentKind::Positional => bases.push(value),
                ArgumentKind::Star => {
                    let span = value.span;
                    bases.push(Expr { kind: ExprKind::Starred(Box::new(value)), span });
                }
                ArgumentKind::Keyword(name) => keywords.push((name, value)),
                ArgumentKind::DoubleStar => keywords.push(("**".into(), value)),
            }
        }
        let body = self.block(shape.one(Capture::ClassBody)?);
        let header = self.source.between(node, shape.one(Capture::ClassColon).unwrap_or(node));
        let span = self.span(whole);
        Some(StmtKind::Class(Arc::new(Class { name, decorators, bases, keywords, body, header, span })))
    }

    /// `@a`, `@b` and what they decorate.
    pub(super) fn decorated(&mut self, node: Node<'t>, shape: &Shape<'t>) -> Option<StmtKind> {
        let inner = shape.one(Capture::DecoratedDefinition)?;
        let definition = self.shapes.of(inner)?;
        let mut decorators = Vec::new();
        for decorator in shape.all(Capture::DecoratedDecorator) {
            let children = self.children(decorator);
            decorators.extend(children.named().map(|child| self.expr(child.node)));
        }
        self.children(inner);
        match definition.kind {
            Capture::Function => self.function(inner, &definition, decorators, node),
            _ => self.class(inner, &definition, decorators, node),
        }
    }

    pub(super) fn lambda(&mut self, node: Node<'t>) -> ExprKind {
        let children = self.children(node);
        let parameters = children.field(FIELD.parameters).map_or(vec![], |node| self.parameters(node));
        let outer = std::mem::replace(&mut self.generator, false);
        let value = children.field(FIELD.body).map(|body| self.expr(body));
        let generator = std::mem::replace(&mut self.generator, outer);
        let span = self.span(node);
        let value_span = value.as_ref().map_or(span, |value| value.span);
        ExprKind::Lambda(Arc::new(Function {
            name: "<lambda>".into(),
            decorators: vec![],
            parameters,
            returns: None,
            body: vec![Stmt { kind: StmtKind::Return(value), span: value_span }],
            generator,
            is_async: false,
            header: span,
            span,
        }))
    }

    fn parameters(&mut self, node: Node<'t>) -> Vec<Parameter> {
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut kind = ParameterKind::Normal;
        for child in self.children(node).named() {
            match child.kind {
                Kind::KeywordSeparator => kind = ParameterKind::KeywordOnly,
                Kind::PositionalSeparator => {
                    parameters.iter_mut().for_each(|p| p.kind = ParameterKind::PositionalOnly);
                }
                _ => {
                    let parameter = self.parameter(child, kind);
                    if parameter.kind == ParameterKind::Rest {
                        kind = ParameterKind::KeywordOnly;
                    }
                    parameters.push(parameter);
                }
            }
        }
        parameters
    }

    fn parameter(&mut self, child: Child<'t>, kind: ParameterKind) -> Parameter {
        use Kind::{DefaultParameter, TypedDefaultParameter, TypedParameter};
        let (mut named, mut default, mut annotation) = (child.node, None, None);
        if matches!(child.kind, DefaultParameter | TypedDefaultParameter | TypedParameter) {
            let children = self.children(child.node);
            named = children.named().next().map_or(child.node, |c| c.node);
            default = children.field(FIELD.value).map(|node| self.expr(node));
            let typed = children.named().find(|c| c.kind == Kind::Type);
            annotation = typed.map(|c| self.expr(c.node));
        }
        let kind = match Kind::of(named) {
            Kind::ListSplatPattern => ParameterKind::Rest,
            Kind::DictionarySplatPattern => ParameterKind::Keywords,
            _ => kind,
        };
        if matches!(kind, ParameterKind::Rest | ParameterKind::Keywords) {
            named = self.children(named).named().next().map_or(named, |c| c.node);
        }
        // Python 2's `def f((a, b))` keeps its text: no call can name it.
        Parameter { name: self.name(named), kind, default, annotation }
    }
}
