//! Walks over mappings that are told: where one turns out to be the environment, all its names are met.

use super::Linker;
use super::calls::Substitution;
use super::events::Summary;
use super::pending::parameter_or_field;
use super::scope::Frame;
use super::value::{Arguments, Delayed, EventId, FunctionId, Symbol, Value};
use crate::model::Place;
use crate::python::ir::Name;

/// Before what is done to all names of a mapping, as a callee: nothing in Python is called so.
const WALK: &str = "all names: ";

impl Linker<'_> {
    /// `for name in mapping`, `mapping.items()` of what may turn out to be the environment.
    pub(super) fn walks(&mut self, frame: &mut Frame, mapping: &Value, how: &str, place: Place) {
        if frame.function.is_none() || parameter_or_field(mapping).is_none() {
            return;
        }
        let arguments = Arguments { positional: vec![mapping.clone()], ..Arguments::default() };
        self.keep_handing_on(frame, &Value::external(format!("{WALK}{how}")), &arguments, place);
    }

    /// `name.startswith(prefix)` of what such a walk meets.
    pub(super) fn filters_walked(&mut self, frame: &mut Frame, name: &Value, method: &str, arguments: &Arguments) {
        let Some(mapping) = walked_for(name).cloned() else { return };
        let walk = frame.handing_on.iter().rev().find(|call| {
            matches!(&call.callee, Value::External(callee) if callee.starts_with(WALK))
                && call.arguments.positional.first() == Some(&mapping)
        });
        let Some(at) = walk.map(|call| call.place) else { return };
        let mut told = Arguments { positional: vec![mapping, Value::text("", Some(at))], ..Arguments::default() };
        told.positional.extend(arguments.positional.iter().take(1).cloned());
        self.keep_handing_on(frame, &Value::external(format!("{WALK}{method}")), &told, at);
    }

    /// What was kept of a walk, for the mapping that is told here.
    pub(super) fn walked(
        &mut self,
        frame: &mut Frame,
        callee: &str,
        arguments: &Arguments,
        place: Place,
    ) -> Option<Value> {
        let how = callee.strip_prefix(WALK)?;
        let mapping = arguments.positional.first()?;
        if !mapping.alternatives().contains(&Value::Environment) {
            return Some(Value::Unknown);
        }
        match (how, arguments.positional.get(1)) {
            ("copy", _) => self.copied(frame, place, "os.environ.copy"),
            ("startswith" | "endswith", Some(Value::Text(at))) => {
                let at = at.given.and_then(|at| self.iterations.get(&at).copied());
                if let Some(iteration) = at {
                    let rest = arguments.positional.iter().skip(2).cloned().collect();
                    let affixes = Arguments { positional: rest, ..Arguments::default() };
                    self.filter_names(frame, iteration, how, &affixes);
                }
            }
            _ => {
                self.iterated_once(frame, place, how);
            }
        }
        Some(Value::Unknown)
    }

    /// A walk over the environment that several callers may lead to is one.
    pub(super) fn iterated_once(&mut self, frame: &mut Frame, place: Place, how: &str) -> EventId {
        if let Some(&known) = self.iterations.get(&place) {
            return known;
        }
        let reader = match how {
            "items" | "keys" | "values" => format!("os.environ.{how}"),
            _ => "os.environ".to_string(),
        };
        let iteration = self.iterated(frame, place, &reader);
        self.iterations.insert(place, iteration);
        iteration
    }

    /// A method of the environment that makes no read of one name, of a call that waited for it.
    pub(super) fn whole_method(&mut self, frame: &mut Frame, method: &Name, place: Place) -> Value {
        match &**method {
            "items" => Value::EnvironmentItems(self.iterated_once(frame, place, method)),
            "keys" | "__iter__" => Value::EnvironmentName(self.iterated_once(frame, place, method)),
            "copy" => Value::Environment,
            _ => Value::Unknown,
        }
    }

    /// What a function does with a parameter whose default is the environment, if no caller needs to be known.
    pub(super) fn own_walks(&mut self, id: FunctionId, summary: &Summary) {
        if summary.handing_on.is_empty() {
            return;
        }
        let defaults = self.functions[id].defaults.iter().enumerate();
        let known = defaults.filter_map(|(index, default)| {
            let default = default.as_ref().filter(|default| !default.has_parameter())?;
            Some((Symbol::Parameter(id, index), default.clone()))
        });
        let parameters: rustc_hash::FxHashMap<Symbol, Value> = known.collect();
        if !parameters.values().any(|default| default.alternatives().contains(&Value::Environment)) {
            return;
        }
        let substitution = Substitution { parameters, ..Substitution::default() };
        let mut frame = Frame::new(self.functions[id].file);
        let told = |value: &Value| match value {
            Value::Symbol(symbol) => substitution.parameters.contains_key(symbol),
            value => !value.has_parameter(),
        };
        let calls: Vec<_> =
            summary.handing_on.iter().filter(|call| call.arguments.values().all(told)).cloned().collect();
        let place = Place { file: self.functions[id].file, span: Default::default() };
        self.hand_on(&mut frame, &calls, &substitution, place);
    }
}

/// The mapping whose names a value is one of.
fn walked_for(name: &Value) -> Option<&Value> {
    let Value::Delayed(delayed) = name else { return None };
    match &**delayed {
        Delayed::Element(of) => Some(match of {
            Value::Delayed(call) => match &**call {
                Delayed::Call(Value::Delayed(callee), ..) => match &**callee {
                    Delayed::Attribute(mapping, _) => mapping,
                    _ => of,
                },
                _ => of,
            },
            _ => of,
        }),
        // The first of `items()`, or a name in another case.
        Delayed::Item(of, _) => walked_for(of),
        Delayed::Call(Value::Delayed(callee), ..) => match &**callee {
            Delayed::Attribute(name, _) => walked_for(name),
            _ => None,
        },
        _ => None,
    }
}
