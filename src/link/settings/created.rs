//! Classes made by `create_model` ([pydantic](https://docs.pydantic.dev/latest/concepts/models/#dynamic-model-creation)):
//! its call is a class statement in other words.

use std::sync::Arc;

use super::fields;
use crate::link::Linker;
use crate::link::scope::Frame;
use crate::link::value::Value;
use crate::python::ir::{Argument, ArgumentKind, Class, Expr, ExprKind, Name, Stmt, StmtKind};

impl Linker<'_> {
    /// `create_model("Name", __base__=Base, field=(type, default), …)`; `None` if what is called is something else.
    pub(in crate::link) fn created(
        &mut self,
        frame: &mut Frame,
        callee: &Value,
        arguments: &[Argument],
        call: &Expr,
    ) -> Option<Value> {
        let Value::External(name) = callee else { return None };
        if !(name.ends_with(".create_model") && self.libraries.is_declaration(name)) {
            return None;
        }
        let (class, open) = class_of(arguments, call);
        let value = self.define_class(frame, &Arc::new(class));
        if let (Value::Class(class), true) = (&value, open)
            && let Some(dialect) = self.settings_dialect(*class)
        {
            self.unknown_fields(*class, dialect, frame.place(call.span));
        }
        Some(value)
    }
}

/// The class that a call of `create_model` makes, and whether it may have fields that do not stand there.
fn class_of(arguments: &[Argument], call: &Expr) -> (Class, bool) {
    let span = call.span;
    let mut class = Class {
        name: "create_model".into(),
        decorators: Vec::new(),
        bases: Vec::new(),
        keywords: Vec::new(),
        body: Vec::new(),
        header: span,
        span,
    };
    let mut open = false;
    for (index, argument) in arguments.iter().enumerate() {
        match &argument.kind {
            ArgumentKind::Keyword(name) => told(&mut class, name, &argument.value),
            ArgumentKind::Positional if index == 0 => {
                if let ExprKind::Str(name) = &argument.value.kind {
                    class.name = name.clone();
                }
            }
            ArgumentKind::DoubleStar => match &argument.value.kind {
                ExprKind::Dict(items) => {
                    for (key, value) in items {
                        match key.as_ref().map(|key| &key.kind) {
                            Some(ExprKind::Str(name)) => told(&mut class, name, value),
                            _ => open = true,
                        }
                    }
                }
                _ => open = true,
            },
            _ => {}
        }
    }
    (class, open)
}

fn told(class: &mut Class, name: &Name, value: &Expr) {
    match &**name {
        "__base__" => match &value.kind {
            ExprKind::Tuple(bases) | ExprKind::List(bases) => class.bases.extend(bases.iter().cloned()),
            _ => class.bases.push(value.clone()),
        },
        name if name.starts_with("__") => {}
        _ => {
            let target = Expr { kind: ExprKind::Name(name.clone()), span: value.span };
            let kind = match &value.kind {
                ExprKind::Tuple(parts) if parts.len() == 2 => {
                    let default = Some(parts[1].clone()).filter(|default| !fields::is_ellipsis(default));
                    StmtKind::Annotated { target, annotation: parts[0].clone(), value: default }
                }
                // A type alone (pydantic 2.11), `Annotated[…]`, or in pydantic 1 a default alone.
                ExprKind::Name(_) | ExprKind::Subscript(..) | ExprKind::Binary(..) => {
                    StmtKind::Annotated { target, annotation: value.clone(), value: None }
                }
                _ => StmtKind::Assign { targets: vec![target], value: value.clone() },
            };
            class.body.push(Stmt { kind, span: value.span });
        }
    }
}
