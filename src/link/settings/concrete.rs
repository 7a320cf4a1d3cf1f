//! Calls and tests carried out with the very arguments of one call.
//!
//! A function's summary joins what its branches give. A configuration such as
//! `f"APP_{name}_" if name else "APP_"` would then have two prefixes, of which the library sees one. What
//! decides names of fields is evaluated again instead, with known arguments and known tests.

use std::rc::Rc;

use crate::link::Linker;
use crate::link::calls::Substitution;
use crate::link::scope::{Frame, Outer};
use crate::link::value::{Arguments, Callable, Value, join};
use crate::python::ir::{Comparison, Expr, ExprKind};

impl Linker<'_> {
    /// An expression of a class body; a call of a scanned function is carried out with its arguments.
    pub(super) fn concrete(&mut self, frame: &mut Frame, expr: &Expr) -> Value {
        let ExprKind::Call(callee, arguments) = &expr.kind else {
            let value = self.expression(frame, expr);
            return self.settled(&value);
        };
        let function = self.expression(frame, callee);
        match self.settled(&function) {
            Value::Function(callable) => {
                let arguments = self.arguments(frame, arguments);
                self.carried_out(&callable, &arguments)
            }
            _ => {
                let value = self.expression(frame, expr);
                self.settled(&value)
            }
        }
    }

    /// A value with what waits for imports and definitions looked up; what waits for a parameter stays.
    pub(super) fn settled(&mut self, value: &Value) -> Value {
        if value.has_parameter() { value.clone() } else { self.force(value) }
    }

    /// What a function gives for these arguments.
    pub(super) fn carried_out(&mut self, callable: &Callable, arguments: &Arguments) -> Value {
        let id = callable.function;
        if self.depth > crate::link::MAX_DEPTH || self.active.contains(&id) {
            return Value::Unknown;
        }
        let bound = arguments.map(|v| self.settled(v));
        let values = self.bind(id, callable, &bound);
        let state = &self.functions[id];
        let (ir, outer) = (state.ir.clone(), state.outer.clone());
        let mut frame = Frame::new(state.file);
        (frame.function, frame.class, frame.outer) = (Some(id), state.class, outer.clone());
        frame.cell = Rc::new(Outer { variables: Default::default(), outer });
        frame.concrete = true;
        for (parameter, value) in ir.parameters.iter().zip(values) {
            frame.variables.insert(parameter.name.clone(), value);
        }
        self.depth += 1;
        self.active.push(id);
        self.block(&mut frame, &ir.body);
        self.active.pop();
        self.depth -= 1;
        let value = join(std::mem::take(&mut frame.returns));
        let parameters = callable.captured.iter().cloned().collect();
        let substitution = Substitution { parameters, ..Substitution::default() };
        let value =
            if callable.captured.is_empty() { value } else { self.substitute(&mut frame, &value, &substitution) };
        self.settled(&value)
    }

    /// Whether a test holds, where that is known in a frame whose parameters are known.
    pub(in crate::link) fn decided(&mut self, frame: &mut Frame, test: &Expr) -> Option<bool> {
        if !frame.concrete {
            return None;
        }
        match &test.kind {
            ExprKind::Not(inner) => self.decided(frame, inner).map(|holds| !holds),
            ExprKind::Name(_) => {
                let value = self.expression(frame, test);
                truth(&self.settled(&value))
            }
            ExprKind::Compare(left, rest) => {
                let [(comparison, right)] = rest.as_slice() else { return None };
                let left = self.expression(frame, left);
                let right = self.expression(frame, right);
                let (left, right) = (self.settled(&left), self.settled(&right));
                let known = |v: &Value| v.known_text().is_some() || truth(v).is_some();
                let same = (known(&left) && known(&right)).then(|| left == right)?;
                match comparison {
                    Comparison::Is | Comparison::Equal => Some(same),
                    Comparison::IsNot | Comparison::NotEqual => Some(!same),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// Whether a known value counts as true.
pub(super) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::None => Some(false),
        Value::Constant(text) => Some(!matches!(&**text, "False" | "0" | "0.0")),
        Value::Sequence(items) => Some(!items.is_empty()),
        Value::Dict(items) => Some(!items.is_empty()),
        Value::Text(_) => value.known_text().map(|text| !text.is_empty()),
        _ => None,
    }
}
