//! What of a callee can matter to a call of it, so that nothing is repeated in vain.

use super::Linker;
use super::calls::Substitution;
use super::value::{Delayed, Symbol, Value};

impl Linker<'_> {
    /// Whether a key waits for nothing but what a closure has from around it: it was read where that was made.
    pub(super) fn is_captured(&self, key: &Value, with: &Substitution) -> bool {
        let Some(function) = with.function else { return false };
        let (mut captured, mut own) = (false, false);
        key.any(&mut |v| {
            if let Value::Symbol(symbol @ Symbol::Parameter(of, _)) = v {
                let outer = *of != function && self.is_inside(function, Some(*of));
                (captured, own) = (captured || outer, own || !(outer && with.parameters.contains_key(symbol)));
            }
            false
        });
        captured && !own
    }

    /// Whether what a callee waits for may turn out here to be the environment, an object or a function:
    /// most arguments are none of these, and nothing needs to be repeated for them.
    pub(super) fn could_matter(&self, waiting: &Value, with: &Substitution) -> bool {
        match waiting {
            Value::Union(values) => values.iter().any(|value| self.could_matter(value, with)),
            Value::Unknown | Value::None | Value::Constant(_) | Value::Text(_) => false,
            Value::Symbol(symbol) => match with.parameters.get(symbol) {
                Some(value) => self.can_be_read_through(value),
                None => self.is_given(symbol),
            },
            Value::Delayed(delayed) => match &**delayed {
                Delayed::Attribute(Value::Symbol(symbol), name) => match with.parameters.get(symbol) {
                    // What waits for a field of an object matters if the field does. Where it keeps nothing, the
                    // class's own may count.
                    Some(value @ Value::Instance(instance)) => {
                        let kept = instance.fields.borrow().get(name).cloned().filter(|kept| *kept != Value::None);
                        self.can_be_read_through(kept.as_ref().unwrap_or(value))
                    }
                    Some(value) => self.can_be_read_through(value),
                    None => self.is_given(symbol),
                },
                // A function that nothing is read through gives what matters only if it is given it.
                Delayed::Call(callee @ Value::Symbol(Symbol::Import(..) | Symbol::Unit(..)), arguments, _) => {
                    self.names_something(callee) || arguments.values().any(|value| self.is_told(value, with))
                }
                Delayed::Attribute(value, _)
                | Delayed::Item(value, _)
                | Delayed::Element(value)
                | Delayed::Kind(value, _)
                | Delayed::Call(value, ..) => self.could_matter(value, with),
                Delayed::Concat(_)
                | Delayed::Lookup(..)
                | Delayed::Choice(..)
                | Delayed::Argument(..)
                | Delayed::Keywords(..) => true,
            },
            _ => true,
        }
    }

    /// Whether what is given to a function may be, or hold, what it could read through.
    fn is_told(&self, value: &Value, with: &Substitution) -> bool {
        self.carries_environment(value)
            || value.any(&mut |part| match part {
                Value::Symbol(symbol @ Symbol::Parameter(..)) => {
                    self.can_be_read_through(with.parameters.get(symbol).unwrap_or(part))
                }
                Value::Symbol(_) => self.names_something(part),
                _ => false,
            })
    }
}
