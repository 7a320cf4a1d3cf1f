//! Parameters that are given what reads can be made through: the environment, what keeps it, objects, functions. Most
//! never are, and what a function would ask of those is not kept for its callers.

use super::Linker;
use super::injection::Injected;
use super::value::{Delayed, FunctionId, Symbol, Value};
use crate::python::ir::{Function, Parameter};

impl Linker<'_> {
    /// Notes what a call gives a function. What was said of the function without that has to be said again.
    pub(super) fn note_given(&mut self, id: FunctionId, values: &[Value]) {
        for (index, value) in values.iter().enumerate() {
            if !self.given.contains(&(id, index)) && self.can_be_read_through(value) {
                self.given.insert((id, index));
                let function = &self.functions[id];
                if function.summary.is_some() || function.busy {
                    self.outdated.insert(function.file);
                }
            }
        }
    }

    /// Notes what is known of a function's parameters without its callers.
    pub(super) fn note_known(
        &mut self,
        id: FunctionId,
        ir: &Function,
        defaults: &[Option<Value>],
        injected: &Injected,
    ) {
        let hinted = |parameter: &Parameter| parameter.annotation.as_ref().is_some_and(|a| self.may_hint(a));
        let hinted: Vec<usize> = (0..ir.parameters.len()).filter(|&index| hinted(&ir.parameters[index])).collect();
        self.given.extend(hinted.into_iter().map(|index| (id, index)));
        let known = |(index, default): (usize, &Option<Value>)| {
            let values = default.iter().chain(injected.called.get(&index)).cloned();
            super::value::join(values)
        };
        let known: Vec<Value> = defaults.iter().enumerate().map(known).collect();
        self.note_given(id, &known);
    }

    /// Whether a parameter is given what reads can be made through, as far as is known. Objects have their methods.
    pub(super) fn is_given(&self, symbol: &Symbol) -> bool {
        match symbol {
            Symbol::Parameter(function, 0) if self.functions[*function].class.is_some() => true,
            Symbol::Parameter(function, index) => self.given.contains(&(*function, *index)),
            _ => true,
        }
    }

    /// Whether reads can be made through an argument.
    pub(super) fn can_be_read_through(&self, argument: &Value) -> bool {
        argument.alternatives().iter().any(|value| match value {
            Value::Unknown | Value::None | Value::Constant(_) | Value::Text(_) | Value::Read(_) => false,
            Value::External(name) => self.libraries.hands_on(name),
            Value::Symbol(symbol) => self.hands_on_what_is_given(symbol),
            Value::Delayed(delayed) => self.can_come_of(delayed),
            Value::Sequence(_) | Value::Dict(_) => {
                let given = |v: &Value| matches!(v, Value::Symbol(symbol @ Symbol::Parameter(..)) if self.hands_on_what_is_given(symbol));
                value.size(MAX_TABLE) < MAX_TABLE
                    && (self.carries_environment(value) || value.any(&mut |v| given(v)))
            }
            _ => true,
        })
    }

    fn hands_on_what_is_given(&self, symbol: &Symbol) -> bool {
        match symbol {
            Symbol::Parameter(function, index) => self.given.contains(&(*function, *index)),
            symbol => self.names_something(&Value::Symbol(symbol.clone())),
        }
    }

    /// The same of what an operation gives that waits.
    fn can_come_of(&self, delayed: &Delayed) -> bool {
        match delayed {
            Delayed::Call(callee @ Value::Symbol(Symbol::Import(..) | Symbol::Unit(..)), arguments, _) => {
                self.names_something(callee) || arguments.values().any(|value| self.can_be_read_through(value))
            }
            Delayed::Attribute(Value::Symbol(Symbol::Parameter(function, 0)), field)
                if self.functions[*function].class.is_some() =>
            {
                self.keeps_environment_in(*function, field)
            }
            Delayed::Attribute(value, name) => self.interest.has(name) || self.can_be_read_through(value),
            Delayed::Item(value, _) | Delayed::Element(value) | Delayed::Kind(value, _) | Delayed::Call(value, ..) => {
                self.can_be_read_through(value)
            }
            Delayed::Keywords(along, _) => along.values().any(|value| self.can_be_read_through(value)),
            Delayed::Argument(along, _, _, default) => {
                along.values().chain([default]).any(|value| self.can_be_read_through(value))
            }
            Delayed::Choice(_, _, then, other) => self.can_be_read_through(then) || self.can_be_read_through(other),
            // A text, or a list that is put together.
            Delayed::Concat(_) | Delayed::Lookup(..) => false,
        }
    }
}

/// Tables of so many values are not looked through for what reads can be made through.
const MAX_TABLE: usize = 64;
