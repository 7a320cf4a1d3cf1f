//! What a file offers to others: names by which its readers are called, made or inherited from.

use std::collections::BTreeSet;

use super::Linker;
use super::events::{Event, Summary};
use super::scope::{Frame, Variables};
use super::value::{ClassId, Delayed, FunctionId, Part, Symbol, Value};
use crate::model::FileId;
use crate::python::ir::Name;

impl Linker<'_> {
    /// Notes a function that callers may read through.
    pub(super) fn note_function(&mut self, id: FunctionId, summary: &Summary) {
        let reads = summary.events.iter().any(for_callers)
            || summary.calls.iter().any(|call| super::callbacks::hands_environment(&call.arguments));
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
        // Texts with names in them are told everywhere; only those that applications tell are looked for.
        let expands = summary.events.iter().any(|event| of_a_text(&event.key));
        if !reads && !gives && !expands {
            return;
        }
        let (file, class, inside) = (self.functions[id].file, self.functions[id].class, self.functions[id].inside);
        let name = match (class, inside) {
            (Some(class), _) => self.classes[class].name.clone(),
            (None, None) => self.functions[id].ir.name.clone(),
            _ => return,
        };
        let first: Name = name.split('.').next().unwrap_or(&name).into();
        if !reads && !gives {
            self.found.add_called(file, &first);
            return;
        }
        self.found.add(file, &first);
        if class.is_some() {
            let method = self.functions[id].ir.name.clone();
            if summary.events.iter().any(|event| for_callers(event) && of_an_argument(&event.key, id)) {
                self.found.add_method(&method);
            } else {
                self.found.add_name(&method);
            }
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
            Value::Symbol(Symbol::Bound(file, name)) => self.found.is_of(*file, name),
            Value::Union(values) => values.iter().any(|value| self.gives_environment(value)),
            _ => false,
        }
    }

    /// Notes methods by which callers name what is asked of a mapping that the object keeps.
    pub(super) fn note_methods(&mut self, class: ClassId) {
        for (name, function) in self.methods(class) {
            let itself = Value::Symbol(Symbol::Parameter(function, 0));
            let told = |value: &Value| of_an_argument(value, function);
            let of_itself = |value: &Value| value.any(&mut |v| *v == itself);
            // An object that gets both the mapping and the name from a method may ask later.
            let hands_on = |made: &Value| match made {
                Value::Instance(instance) => {
                    let fields = instance.fields.borrow();
                    fields.values().any(of_itself) && fields.values().any(told)
                }
                _ => false,
            };
            let asks = self.functions[function].summary.as_ref().is_some_and(|summary| {
                summary.events.iter().any(|event| of_itself(&event.mapping) && told(&event.key))
                    || summary.made.iter().chain(&summary.returns).any(|value| value.any(&mut |v| hands_on(v)))
            });
            if asks {
                self.found.add_method(&name);
            }
        }
    }

    /// Whether a value is an object whose methods read what they are told.
    pub(super) fn is_a_reader(&mut self, value: &Value) -> bool {
        value.alternatives().iter().any(|value| matches!(value, Value::Instance(_)) && self.gives_environment(value))
    }

    /// Notes a module's variables through which others may read.
    pub(super) fn note_variables(&mut self, frame: &Frame) {
        let mut names: Vec<(&Name, &Value)> = frame.variables.iter().collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        names.retain(|(_, value)| self.gives_environment(value));
        for (name, _) in names {
            self.found.add(frame.file, name);
        }
    }

    /// Notes what modules and classes bind to names of their own that was read by another name: importers know
    /// it by the new one only. What is looked up for that is looked up last, since it may evaluate further modules.
    pub(super) fn note_renamed(&mut self, files: &BTreeSet<FileId>) {
        for &file in files {
            self.enter(file);
            let variables = self.states.get(&file).map(|state| sorted(&state.variables)).unwrap_or_default();
            for (name, value) in variables {
                // What is imported as it is called is followed by its name.
                let followed = matches!(&value, Value::Symbol(Symbol::Import(_, _, _, original)) if *original == name);
                if !followed && self.leads_to_environment(&value) {
                    self.found.add(file, &name);
                }
            }
            self.leave();
        }
        for class in 0..self.classes.len() {
            let file = self.classes[class].file;
            if self.classes[class].evaluated && files.contains(&file) {
                self.enter(file);
                let variables = sorted(&self.classes[class].variables);
                if variables.iter().any(|(_, value)| self.leads_to_environment(value)) {
                    self.note_class(class);
                }
                self.leave();
            }
        }
    }

    /// Whether a value names elsewhere what gives the environment, or holds such names.
    fn leads_to_environment(&mut self, value: &Value) -> bool {
        match value {
            Value::Sequence(values) => values.iter().take(MAX_ROWS).any(|value| self.leads_to_environment(value)),
            Value::Dict(rows) => rows.iter().take(MAX_ROWS).any(|(_, value)| self.leads_to_environment(value)),
            value if self.names_something(value) => {
                let found = self.force(value);
                !found.is_symbolic() && self.gives_environment(&found)
            }
            _ => false,
        }
    }

    /// Whether methods of a class read the environment for those who make objects of it.
    pub(super) fn class_reads(&self, class: ClassId) -> bool {
        self.any_method_event(class, |_, event| event.mapping.alternatives().contains(&Value::Environment))
    }

    /// Whether methods of a class read what their callers name.
    pub(super) fn class_reads_for_callers(&self, class: ClassId) -> bool {
        self.any_method_event(class, |function, event| {
            event.mapping.alternatives().contains(&Value::Environment) && of_an_argument(&event.key, function)
        })
    }

    /// Whether methods of a class read what those who call them, make its objects or derive from it name.
    pub(super) fn class_offers(&self, class: ClassId) -> bool {
        self.any_method_event(class, |_, event| for_callers(event))
    }

    fn any_method_event(&self, class: ClassId, holds: impl Fn(FunctionId, &Event) -> bool) -> bool {
        self.methods(class).iter().any(|&(_, function)| {
            let summary = self.functions[function].summary.as_ref();
            summary.is_some_and(|s| s.events.iter().any(|event| holds(function, event)))
        })
    }
}

/// Names and what they are bound to, in an order that does not change from run to run.
fn sorted(variables: &Variables) -> Vec<(Name, Value)> {
    let mut sorted: Vec<_> = variables.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    sorted.sort_by(|one, other| one.0.cmp(&other.0));
    sorted
}

/// Whether a value waits for what a method is told besides its object.
fn of_an_argument(value: &Value, method: FunctionId) -> bool {
    value.any(&mut |v| matches!(v, Value::Symbol(Symbol::Parameter(of, index)) if *of == method && *index > 0))
}

/// Whether callers name what an event reads.
fn for_callers(event: &Event) -> bool {
    event.mapping.alternatives().contains(&Value::Environment) && named_by_a_parameter(&event.key)
}

/// Whether a key is what stands in a text behind dollar signs.
fn of_a_text(key: &Value) -> bool {
    matches!(key, Value::Delayed(delayed) if matches!(&**delayed, Delayed::Call(Value::External(callee), ..)
        if **callee == *super::callbacks::NAMES_IN))
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
            Delayed::Lookup(_, index) => named_by_a_parameter(index),
            Delayed::Argument(along, ..) | Delayed::Keywords(along, _) => along.values().any(named_by_a_parameter),
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

/// How many rows of a table are asked whether they read.
const MAX_ROWS: usize = 64;
