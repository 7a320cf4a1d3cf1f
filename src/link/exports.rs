//! What a file offers to others: names by which its readers are called, made or inherited from.

use super::Linker;
use super::events::{Event, Summary};
use super::scope::Frame;
use super::value::{ClassId, Delayed, FunctionId, Part, Symbol, Value};
use crate::python::ir::Name;

impl Linker<'_> {
    /// Notes a function that callers may read through.
    pub(super) fn note_function(&mut self, id: FunctionId, summary: &Summary) {
        let reads = summary.events.iter().any(for_callers);
        let returned = summary.returns.iter().flat_map(Value::alternatives);
        // What a generator gives, as a fixture or a context manager, is what it yields.
        let returned = returned.flat_map(|value| match value {
            Value::Sequence(items) if self.functions[id].ir.generator => items.as_slice(),
            other => std::slice::from_ref(other),
        });
        let returned: Vec<Value> = returned.cloned().collect();
        let gives = returned.iter().chain(&summary.made).any(|value| {
            self.gives_environment(value)
                || matches!(value, Value::Function(callable) if self.is_inside(callable.function, Some(id))
                    && self.functions[callable.function].summary.as_ref().is_some_and(|s| !s.events.is_empty()))
        });
        if !reads && !gives {
            return;
        }
        let (file, class, inside) = (self.functions[id].file, self.functions[id].class, self.functions[id].inside);
        let name = match (class, inside) {
            (Some(class), _) => self.classes[class].name.clone(),
            (None, None) => self.functions[id].ir.name.clone(),
            _ => return,
        };
        let first: Name = name.split('.').next().unwrap_or(&name).into();
        self.found.add(file, &first);
        if class.is_some() {
            let method = self.functions[id].ir.name.clone();
            self.found.add_method(&method);
        }
    }

    /// Whether a value is the environment, a way to ask it, or an object that does.
    pub(super) fn gives_environment(&mut self, value: &Value) -> bool {
        match value {
            Value::Class(class) => self.evaluate_class(*class),
            Value::Instance(instance) => self.evaluate_class(instance.class),
            _ => {}
        }
        match value {
            Value::Environment | Value::Object(_) => true,
            Value::Method(method) => method.0 == Value::Environment,
            Value::External(name) => self.libraries.hands_on(name),
            Value::Instance(instance) => self.class_reads_for_callers(instance.class),
            Value::Class(class) => self.class_offers(*class),
            Value::Function(callable) => {
                let summary = self.functions[callable.function].summary.as_ref();
                summary.is_some_and(|s| s.events.iter().any(for_callers))
            }
            Value::Partial(partial) => self.gives_environment(&partial.0),
            _ => false,
        }
    }

    /// Notes a module's variables through which others may read.
    pub(super) fn note_variables(&mut self, frame: &Frame) {
        let mut names: Vec<(&Name, &Value)> = frame.variables.iter().collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        names.retain(|(_, value)| value.alternatives().iter().any(|v| self.gives_environment(v)));
        for (name, _) in names {
            self.found.add(frame.file, name);
        }
    }

    /// Whether methods of a class read the environment for those who make objects of it.
    pub(super) fn class_reads(&self, class: ClassId) -> bool {
        self.any_method_event(class, |_, event| event.mapping.alternatives().contains(&Value::Environment))
    }

    /// Whether methods of a class read what their callers name.
    pub(super) fn class_reads_for_callers(&self, class: ClassId) -> bool {
        self.any_method_event(class, |function, event| {
            event.mapping.alternatives().contains(&Value::Environment)
                && event
                    .key
                    .any(&mut |v| matches!(v, Value::Symbol(Symbol::Parameter(f, i)) if *f == function && *i > 0))
        })
    }

    /// Whether methods of a class read what those who call them, make its objects or derive from it name.
    pub(super) fn class_offers(&self, class: ClassId) -> bool {
        self.any_method_event(class, |_, event| for_callers(event))
    }

    fn any_method_event(&self, class: ClassId, holds: impl Fn(FunctionId, &Event) -> bool) -> bool {
        self.methods(class).values().any(|&function| {
            let summary = self.functions[function].summary.as_ref();
            summary.is_some_and(|s| s.events.iter().any(|event| holds(function, event)))
        })
    }
}

/// Whether callers name what an event reads.
fn for_callers(event: &Event) -> bool {
    event.mapping.alternatives().contains(&Value::Environment) && named_by_a_parameter(&event.key)
}

/// `self.name`
fn is_field(value: &Value) -> bool {
    matches!(value, Value::Delayed(delayed)
        if matches!(&**delayed, Delayed::Attribute(Value::Symbol(Symbol::Parameter(_, 0)), _)))
}

/// Whether a key is, or is put together from, what a parameter itself holds. What is dug out of a
/// parameter (`options["key"]`) is known to few callers, and following it leads everywhere.
fn named_by_a_parameter(key: &Value) -> bool {
    key.alternatives().iter().any(|key| match key {
        Value::Symbol(Symbol::Parameter(..)) => true,
        Value::Text(text) => text.parts.iter().any(|part| match part {
            Part::Symbolic(value) => named_by_a_parameter(value),
            _ => false,
        }),
        Value::Delayed(delayed) => match &**delayed {
            Delayed::Element(value) | Delayed::Kind(value, _) => named_by_a_parameter(value),
            Delayed::Choice(_, _, then, other) => named_by_a_parameter(then) || named_by_a_parameter(other),
            // `self.table[name]`, or a column of its row.
            Delayed::Item(table, index) => match index {
                Value::Constant(_) => matches!(table, Value::Delayed(_)) && named_by_a_parameter(table),
                index => is_field(table) && named_by_a_parameter(index),
            },
            Delayed::Call(Value::Delayed(callee), ..) => match &**callee {
                Delayed::Attribute(value, _) => named_by_a_parameter(value),
                _ => false,
            },
            Delayed::Attribute(value, _) => matches!(value, Value::Symbol(Symbol::Parameter(_, 0))),
            Delayed::Concat(parts) => parts.iter().any(named_by_a_parameter),
            _ => false,
        },
        _ => false,
    })
}
