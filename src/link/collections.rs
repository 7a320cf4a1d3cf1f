//! Collections: displays, comprehensions, unpacking, and tables that grow.

use super::Linker;
use super::scope::Frame;
use super::value::{Delayed, Value, join};
use crate::python::ir::{Argument, ArgumentKind, Clause, ComprehensionKind, Expr, ExprKind};

impl Linker<'_> {
    /// `table.append(x)`, `table.extend(xs)`, `table.update(d)` on a local name change what it holds.
    pub(super) fn mutates(
        &mut self,
        frame: &mut Frame,
        object: &Expr,
        value: &Value,
        method: &str,
        arguments: &[Argument],
    ) -> bool {
        let ExprKind::Name(name) = &object.kind else { return false };
        let [argument] = arguments else { return false };
        let grown = match (value, method) {
            (Value::Sequence(items), "append" | "add") => {
                let item = self.expression(frame, &argument.value);
                let mut items = (**items).clone();
                items.push(item);
                Value::sequence(items)
            }
            (Value::Sequence(items), "extend" | "update") => {
                let more = self.expression(frame, &argument.value);
                let mut items = (**items).clone();
                items.extend(self.elements(&more).unwrap_or_else(|| vec![Value::Unknown]));
                Value::sequence(items)
            }
            (Value::Dict(items), "update") => {
                let more = self.expression(frame, &argument.value);
                match (&more, argument.kind == ArgumentKind::Positional) {
                    (Value::Dict(more), true) => {
                        let mut items = (**items).clone();
                        items.extend(more.iter().cloned());
                        Value::dict(items)
                    }
                    (Value::Environment, true) => Value::Environment,
                    _ => return true,
                }
            }
            _ => return false,
        };
        let size = match &grown {
            Value::Sequence(items) => items.len(),
            Value::Dict(items) => items.len(),
            _ => 0,
        };
        if size <= super::value::MAX_ALTERNATIVES {
            frame.set(name, grown);
        } else {
            self.limit_reached("a table grows too large: what is added later was not followed");
        }
        true
    }

    pub(super) fn dict(&mut self, frame: &mut Frame, items: &[(Option<Expr>, Expr)]) -> Value {
        let mut out = Vec::with_capacity(items.len());
        let mut environment = false;
        for (key, value) in items {
            match key {
                Some(key) => {
                    let key = self.expression(frame, key);
                    out.push((key, self.expression(frame, value)));
                }
                None => match self.expression(frame, value) {
                    Value::Dict(more) => out.extend(more.iter().cloned()),
                    Value::Environment => {
                        environment = true;
                        self.copied(frame, value.span, "{**environ}");
                    }
                    _ => out.push((Value::Unknown, Value::Unknown)),
                },
            }
        }
        if environment { Value::Environment } else { Value::dict(out) }
    }

    pub(super) fn comprehension(
        &mut self,
        frame: &mut Frame,
        kind: ComprehensionKind,
        element: &Expr,
        value: Option<&Expr>,
        clauses: &[Clause],
    ) -> Value {
        // One plain walk over a known table keeps its elements apart; anything else joins them.
        if let [Clause::For { target, iter }] = clauses {
            let walked = self.expression(frame, iter);
            if let Some(elements) = self.elements(&walked)
                && elements.len() <= MAX_UNROLLED
            {
                let mark = frame.log.len();
                let mut out = Vec::with_capacity(elements.len());
                for item in &elements {
                    self.assign(frame, target, item);
                    let first = self.expression(frame, element);
                    let second = value.map(|value| self.expression(frame, value));
                    out.push((first, second));
                }
                frame.undo(mark);
                return match kind {
                    ComprehensionKind::Dict => {
                        let pair = |(k, v): (Value, Option<Value>)| (k, v.unwrap_or(Value::Unknown));
                        Value::dict(out.into_iter().map(pair).collect())
                    }
                    _ => Value::sequence(out.into_iter().map(|(v, _)| v).collect()),
                };
            }
        }
        let mark = frame.log.len();
        let present = frame.present.len();
        for clause in clauses {
            match clause {
                Clause::For { target, iter } => {
                    let value = self.expression(frame, iter);
                    let element = self.iterate(frame, &value, frame.place(iter.span));
                    self.assign(frame, target, &element);
                }
                Clause::If(test) => {
                    let tested = self.test(frame, test);
                    frame.are_present(&tested.holds.present);
                }
            }
        }
        let first = self.expression(frame, element);
        let second = value.map(|value| self.expression(frame, value));
        frame.present.truncate(present);
        frame.undo(mark);
        match kind {
            ComprehensionKind::Dict => {
                let second = second.unwrap_or(Value::Unknown);
                let keys = first.alternatives().iter();
                Value::dict(keys.map(|key| (key.clone(), second.clone())).collect())
            }
            _ => Value::sequence(first.alternatives().to_vec()),
        }
    }

    /// The parts of a value that is assigned to a tuple of `count` targets.
    pub(super) fn unpack(&mut self, frame: &mut Frame, value: &Value, count: usize) -> Vec<Value> {
        let mut columns: Vec<Vec<Value>> = vec![Vec::new(); count];
        for alternative in value.alternatives() {
            match alternative {
                Value::Sequence(items) if items.len() == count => {
                    for (column, item) in columns.iter_mut().zip(items.iter()) {
                        column.push(item.clone());
                    }
                }
                Value::Delayed(_) | Value::Symbol(_) => {
                    for (index, column) in columns.iter_mut().enumerate() {
                        let index = Value::Constant(index.to_string().into());
                        column.push(Value::delayed(Delayed::Item(alternative.clone(), index)));
                    }
                }
                Value::Instance(_) => {
                    for (index, column) in columns.iter_mut().enumerate() {
                        let index = Value::Constant(index.to_string().into());
                        let place = frame.place(Default::default());
                        column.push(self.item(frame, alternative, &index, place));
                    }
                }
                _ => columns.iter_mut().for_each(|column| column.push(Value::Unknown)),
            }
        }
        columns.into_iter().map(join).collect()
    }
}

/// How many elements of a table a comprehension keeps apart.
const MAX_UNROLLED: usize = 256;
