//! Substitution: values with what symbols stand for at a call in them.

use std::rc::Rc;

use super::Linker;
use super::arguments::{argument, keywords};
use super::callbacks::{NAMES_IN, names_in};
use super::calls::Substitution;
use super::choices::{answer, choice};
use super::instance::Instance;
use super::scope::Frame;
use super::value::{Delayed, Part, Symbol, Value, join};
use crate::model::Place;

impl Linker<'_> {
    /// A value with symbols replaced; operations that waited for them are carried out.
    pub(super) fn substitute(&mut self, frame: &mut Frame, value: &Value, with: &Substitution) -> Value {
        if !with.touches(value) {
            return value.clone();
        }
        self.spent.substitutions += 1;
        if self.spent.substitutions > MAX_SUBSTITUTIONS {
            self.limit_reached("too many values depend on calls: some were not followed");
        }
        if self.spent.substitutions > MAX_SUBSTITUTIONS || self.too_deep() {
            return Value::Unknown;
        }
        self.depth += 1;
        self.substituting += 1;
        let out = match value {
            Value::Symbol(symbol) if with.look_up && !symbol.is_parameter() => self.force(value),
            Value::Symbol(symbol) => with.parameters.get(symbol).cloned().unwrap_or_else(|| value.clone()),
            Value::Read(event) => Value::Read(with.events.get(event).copied().unwrap_or(*event)),
            Value::Text(text) => {
                let parts: Vec<Value> = text
                    .parts
                    .iter()
                    .map(|part| match part {
                        Part::Literal(text_part) => Value::text(text_part.clone(), text.given),
                        Part::Symbolic(inner) => self.substitute(frame, inner, with),
                        Part::Any => Value::Unknown,
                    })
                    .collect();
                self.concat(&parts)
            }
            Value::Sequence(items) => {
                let items = items.iter().map(|v| self.substitute(frame, v, with)).collect();
                Value::sequence(items)
            }
            Value::Union(items) => {
                let items: Vec<_> = items.iter().map(|v| self.substitute(frame, v, with)).collect();
                join(items)
            }
            Value::Dict(items) => {
                let items = items
                    .iter()
                    .map(|(k, v)| (self.substitute(frame, k, with), self.substitute(frame, v, with)))
                    .collect();
                Value::dict(items)
            }
            Value::Function(callable) => {
                let mut callable = (**callable).clone();
                callable.bound = callable.bound.map(|v| self.substitute(frame, &v, with));
                for (_, captured) in &mut callable.captured {
                    *captured = self.substitute(frame, captured, with);
                }
                if with.function.is_some() && self.is_inside(callable.function, with.function) {
                    for (symbol, value) in &with.parameters {
                        if !callable.captured.iter().any(|(s, _)| s == symbol) {
                            let small = value.size(MAX_CAPTURED) < MAX_CAPTURED;
                            let value = if small {
                                value.clone()
                            } else {
                                self.limit_reached(
                                    "a function is given too large a table for those it defines to know it",
                                );
                                Value::Unknown
                            };
                            callable.captured.push((symbol.clone(), value));
                        }
                    }
                    callable.captured.sort_by_key(|(symbol, _)| match symbol {
                        Symbol::Parameter(f, i) => (*f, *i),
                        _ => (0, 0),
                    });
                }
                Value::Function(Rc::new(callable))
            }
            Value::Instance(instance) => {
                let fields = instance.fields.borrow().clone();
                if fields.values().all(|v| !v.has_parameter()) {
                    value.clone()
                } else {
                    let fields = fields.into_iter().map(|(n, v)| (n, self.substitute(frame, &v, with))).collect();
                    Value::Instance(Rc::new(Instance {
                        class: instance.class,
                        fields: std::cell::RefCell::new(fields),
                        place: with.place.filter(|_| instance.place.is_some()).or(instance.place),
                    }))
                }
            }
            Value::Method(method) => {
                let receiver = self.substitute(frame, &method.0, with);
                self.attribute(frame, &receiver, &method.1, Place { file: frame.file, span: Default::default() })
            }
            Value::Partial(partial) => {
                let callee = self.substitute(frame, &partial.0, with);
                let arguments = partial.1.map(|v| self.substitute(frame, v, with));
                Value::Partial(Rc::new((callee, arguments)))
            }
            Value::Object(object) => {
                let kept = object.1.map(|v| self.substitute(frame, v, with));
                Value::Object(Rc::new((object.0.clone(), kept)))
            }
            Value::Delayed(delayed) => self.resume(frame, delayed, with),
            other => other.clone(),
        };
        self.substituting -= 1;
        self.depth -= 1;
        out
    }

    pub(super) fn resume(&mut self, frame: &mut Frame, delayed: &Delayed, with: &Substitution) -> Value {
        let nowhere = Place { file: frame.file, span: Default::default() };
        match delayed {
            Delayed::Attribute(value, name) => {
                let value = self.substitute(frame, value, with);
                if with.look_up
                    && let Value::Module(file) = value
                {
                    let member = self.member(file, name).unwrap_or(Value::Unknown);
                    return self.force(&member);
                }
                self.attribute(frame, &value, name, nowhere)
            }
            Delayed::Item(value, index) => {
                let value = self.substitute(frame, value, with);
                let index = self.substitute(frame, index, with);
                match &value {
                    // The consultation itself is replayed as an event.
                    Value::Environment => Value::Unknown,
                    Value::Symbol(_) | Value::Delayed(_) if value.has_parameter() => {
                        Value::delayed(Delayed::Item(value.clone(), index))
                    }
                    _ => self.item(frame, &value, &index, nowhere),
                }
            }
            Delayed::Lookup(table, index) => {
                let index = self.substitute(frame, index, with);
                self.looked_up(table, &index)
            }
            Delayed::Element(of) => {
                let value = self.substitute(frame, of, with);
                self.element_of(of, &value)
            }
            Delayed::Call(_, arguments, _) if self.is_of_nothing(frame, arguments, with) => Value::None,
            Delayed::Call(callee, arguments, place) => {
                let callee = self.substitute(frame, callee, with);
                let kept = arguments;
                let arguments = kept.map(|v| self.substitute(frame, v, with));
                let moved = Self::is_told_more(kept, &arguments);
                let place = &with.place.filter(|_| moved).unwrap_or(*place);
                if callee.alternatives().iter().any(|callee| matches!(callee, Value::Method(_))) {
                    let callees = callee.alternatives().iter();
                    let given: Vec<_> = callees.map(|c| self.asked_before(frame, c, &arguments, *place)).collect();
                    return join(given);
                }
                if let (Value::External(name), Some(text)) = (&callee, arguments.positional.first())
                    && &**name == NAMES_IN
                    && !text.has_parameter()
                {
                    // That a caller's text is not known is told once, where the text is expanded.
                    let names = names_in(&self.force(text));
                    let told = names.alternatives().iter().filter(|name| **name != Value::Unknown).cloned();
                    let told: Vec<Value> = told.collect();
                    return match with.place {
                        Some(_) if told.is_empty() => Value::None,
                        Some(_) => join(told),
                        None => names,
                    };
                }
                let waits = match &callee {
                    Value::External(name) => &**name == NAMES_IN,
                    callee => matches!(callee, Value::Symbol(_) | Value::Delayed(_)) && callee.has_parameter(),
                };
                if waits {
                    return Value::delayed(Delayed::Call(callee, arguments, *place));
                }
                self.call(frame, &callee, &arguments, *place)
            }
            Delayed::Concat(parts) => {
                let parts: Vec<Value> = parts.iter().map(|v| self.substitute(frame, v, with)).collect();
                match parts.iter().any(|part| matches!(part, Value::Sequence(_))) {
                    true => self.add(&parts),
                    false => self.concat(&parts),
                }
            }
            Delayed::Kind(value, class) => {
                let value = self.substitute(frame, value, with);
                let class = self.substitute(frame, class, with);
                self.of_kind(&value, &class, true)
            }
            Delayed::Argument(along, at, name, default) => {
                let along = along.map(|v| self.substitute(frame, v, with));
                let default = self.substitute(frame, default, with);
                argument(along, *at, name.clone(), default)
            }
            Delayed::Keywords(along, used) => keywords(along.map(|v| self.substitute(frame, v, with)), used),
            Delayed::Choice(test, asks, then, other) => {
                let test = self.substitute(frame, test, with);
                match answer(&test, asks) {
                    Some(true) => self.substitute(frame, then, with),
                    Some(false) => self.substitute(frame, other, with),
                    None => {
                        let then = self.substitute(frame, then, with);
                        let other = self.substitute(frame, other, with);
                        choice(test, asks.clone(), then, other)
                    }
                }
            }
        }
    }
}

/// How many values are substituted on behalf of one unit.
pub const MAX_SUBSTITUTIONS: usize = 30_000;

/// How many values a closure's captured parameter may be made of.
const MAX_CAPTURED: usize = 24;
