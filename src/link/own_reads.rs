//! The reads of a function for itself: what it asks for whoever calls it, and what it may be told to ask for.

use rustc_hash::FxHashMap as HashMap;

use super::Linker;
use super::calls::Substitution;
use super::events::{Event, Summary};
use super::functions::Binding;
use super::scope::Frame;
use super::texts::without_symbols;
use super::value::{Delayed, FunctionId, Part, Symbol, Value, join};

impl Linker<'_> {
    /// The reads of a function for which no caller is needed: parameters at their defaults. Without an object (or
    /// class) to be bound to, those that do not depend on one; with one, those that depend on it and on an argument.
    pub(super) fn own_reads(&mut self, id: FunctionId, summary: &Summary, bound: Option<&Value>) {
        let is_method = self.functions[id].class.is_some() && self.functions[id].binding != Binding::Static;
        let receiver = Value::Symbol(Symbol::Parameter(id, 0));
        let on_receiver = |value: &Value| is_method && value.any(&mut |v| *v == receiver);
        let on_argument = |value: &Value| value.any(&mut |v| matches!(v, Value::Symbol(_)) && *v != receiver);
        // What depends on the object alone is judged for the class as a whole.
        let wanted = |event: &&Event| match (on_receiver(&event.mapping) || on_receiver(&event.key), bound) {
            (false, bound) => bound.is_none(),
            (true, bound) => bound.is_some() && (on_argument(&event.mapping) || on_argument(&event.key)),
        };
        let events: Vec<&Event> = summary.events.iter().filter(wanted).collect();
        if events.is_empty() {
            return;
        }
        let defaults = self.functions[id].defaults.clone();
        let mut parameters = HashMap::default();
        for (index, default) in defaults.iter().enumerate() {
            if let Some(default) = default
                && !default.has_parameter()
            {
                parameters.insert(Symbol::Parameter(id, index), default.clone());
            }
        }
        parameters.extend(bound.map(|object| (Symbol::Parameter(id, 0), object.clone())));
        let mut substitution = Substitution { parameters, function: None, ..Substitution::default() };
        let mut frame = Frame::new(self.functions[id].file);
        for event in events {
            let mapping = self.substitute(&mut frame, &event.mapping, &substitution);
            let mapping = self.force(&mapping);
            if !mapping.alternatives().contains(&Value::Environment) {
                continue;
            }
            // Callers may choose either way, whatever the default is.
            let asked = self.without_choices(&event.key);
            let key = self.substitute(&mut frame, &asked, &substitution);
            let absent = self.substitute_absent(&mut frame, &event.absent, &substitution);
            let event = Event { absent, ..event.clone() };
            for key in asked.alternatives().iter().flat_map(names_listed).cloned() {
                self.generic.push((self.behalf(), Event { key, ..event.clone() }, self.named_by(id, &asked)));
            }
            match bound {
                None => self.own_read(id, &event, &key),
                // Of which object, and told what, its calls say, where there are some.
                Some(_) => {
                    let key = self.force(&key);
                    let key = self.without_choices(&key);
                    let name = |key: &&Value| !matches!(key, Value::None | Value::Constant(_));
                    for key in key.alternatives().iter().filter(name).flat_map(told) {
                        self.generic.push((self.behalf(), Event { key, ..event.clone() }, id));
                    }
                }
            }
            substitution.events.clear();
        }
    }

    /// The function whose callers name a key: the outermost around one whose parameter it waits for.
    fn named_by(&self, id: FunctionId, key: &Value) -> FunctionId {
        let mut found = id;
        key.any(&mut |v| {
            if let Value::Symbol(Symbol::Parameter(function, _)) = v
                && self.is_inside(id, Some(*function))
            {
                found = *function;
            }
            false
        });
        found
    }

    /// A read with its parameters at their defaults, or unknown.
    pub(super) fn own_read(&mut self, id: FunctionId, event: &Event, key: &Value) {
        let key = self.force(key);
        let key = self.without_choices(&key);
        for key in key.alternatives() {
            let unknown = matches!(key, Value::Unknown | Value::Delayed(_))
                || matches!(key, Value::Text(text) if text.parts.iter().all(|part| *part == Part::Any));
            if key.has_parameter() || unknown {
                let by = self.named_by(id, key);
                for key in told(key) {
                    self.generic.push((self.behalf(), Event { key, ..event.clone() }, by));
                }
            } else {
                self.emit(event, key);
            }
        }
    }
}

/// What is told of a name that waits for callers: all names of a table that it is taken from, else a pattern.
fn told(key: &Value) -> Vec<Value> {
    let listed = names_listed(key);
    if listed.is_empty() { vec![without_symbols(key)] } else { listed.into_iter().cloned().collect() }
}

/// Whether a caller says which name of a table is meant.
pub fn is_listed(key: &Value) -> bool {
    key.alternatives().iter().any(|key| !names_listed(key).is_empty())
}

/// What is known of a name; none if nothing is.
pub fn without_unknown(key: &Value) -> Value {
    let known: Vec<Value> = key.alternatives().iter().filter(|key| **key != Value::Unknown).cloned().collect();
    if known.is_empty() { Value::None } else { join(known) }
}

/// The names of a table of which a parameter says which is meant: `TABLE[name]`, or an item of that.
fn names_listed(key: &Value) -> Vec<&Value> {
    let Value::Delayed(delayed) = key else { return Vec::new() };
    match &**delayed {
        Delayed::Lookup(table, _) => table.0.iter().map(|(_, name)| name).collect(),
        Delayed::Item(of, _) | Delayed::Element(of) => {
            let lists = names_listed(of).into_iter();
            let names = lists.filter_map(|list| if let Value::Sequence(names) = list { Some(names) } else { None });
            names.flat_map(|names| names.iter()).collect()
        }
        _ => Vec::new(),
    }
}
