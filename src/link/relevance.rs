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
        let mut root = waiting;
        let mut field = None;
        loop {
            match root {
                Value::Delayed(delayed) => match &**delayed {
                    Delayed::Attribute(value, name) => {
                        field = Some(name);
                        root = value;
                    }
                    Delayed::Item(value, _) | Delayed::Element(value) | Delayed::Kind(value, _) => root = value,
                    Delayed::Call(callee, ..) => root = callee,
                    Delayed::Concat(_) | Delayed::Choice(..) => return true,
                },
                Value::Symbol(symbol) => {
                    let Some(value) = with.parameters.get(symbol) else { return true };
                    // What waits for a field of an object matters if the field does.
                    let kept = match (value, field) {
                        (Value::Instance(instance), Some(name)) => {
                            // Where it keeps nothing, the class's own may count.
                            instance.fields.borrow().get(name).cloned().filter(|kept| *kept != Value::None)
                        }
                        _ => None,
                    };
                    return kept.as_ref().unwrap_or(value).alternatives().iter().any(|v| match v {
                        Value::Unknown | Value::None | Value::Constant(_) | Value::Text(_) => false,
                        Value::External(name) => self.libraries.hands_on(name),
                        // Handed further up only so far: what is passed on for long is seldom the environment.
                        Value::Symbol(_) | Value::Delayed(_) => with.handed_on < MAX_HANDED_ON,
                        Value::Sequence(_) | Value::Dict(_) => v.size(64) < 64 && self.carries_environment(v),
                        _ => true,
                    });
                }
                _ => return true,
            }
        }
    }
}

/// Through how many callers a read of a mapping that may be the environment is handed up.
const MAX_HANDED_ON: usize = 3;
