//! Calls that a function keeps for its callers, who may know more of what is called or of what it is given.

use super::Linker;
use super::callbacks::hands_environment;
use super::calls::Substitution;
use super::events::PendingCall;
use super::scope::Frame;
use super::value::{Arguments, Delayed, Symbol, Value};
use crate::model::Place;
use crate::python::ir::Name;

/// How many calls of unknown callees a function keeps for its callers to resolve.
const MAX_PENDING: usize = 60;

/// How many calls that hand a parameter on a function keeps.
const MAX_HANDING_ON: usize = 500;

/// How many such calls are followed on behalf of one unit.
const MAX_HANDED: usize = 1_000;

impl Linker<'_> {
    /// Keeps a call whose callee may turn out to be a reader.
    pub(super) fn keep_call(&mut self, frame: &mut Frame, callee: &Value, arguments: &Arguments, place: Place) {
        let matters = self.could_matter(callee, &Substitution::default()) || hands_environment(arguments);
        if !matters || !worth_keeping(arguments) {
            return;
        }
        if frame.calls.len() >= MAX_PENDING {
            self.limit_reached("a function calls too many of its parameters: not all calls were followed");
            return;
        }
        let call = self.pending(frame, callee, arguments, place);
        frame.calls.push(call);
    }

    /// Keeps a call that would only matter if a parameter, or a field of one, that it hands on is the environment.
    pub(super) fn keep_handing_on(&mut self, frame: &mut Frame, callee: &Value, arguments: &Arguments, place: Place) {
        let mut handed = arguments.values().flat_map(Value::alternatives).filter_map(parameter_or_field);
        if frame.function.is_none() || !handed.any(|(symbol, _)| self.is_given(symbol)) {
            return;
        }
        // A value that waits for it brings it up again wherever it is looked at.
        let same = |kept: &PendingCall| kept.place == place && kept.callee == *callee && kept.arguments == *arguments;
        if frame.handing_on.iter().any(same) {
            return;
        }
        if frame.handing_on.len() >= MAX_HANDING_ON {
            self.limit_reached("a function hands its parameters on too often: not all calls were followed");
            return;
        }
        let call = self.pending(frame, callee, arguments, place);
        frame.handing_on.push(call);
    }

    fn pending(&self, frame: &Frame, callee: &Value, arguments: &Arguments, place: Place) -> PendingCall {
        PendingCall {
            callee: callee.clone(),
            arguments: arguments.clone(),
            place,
            function: frame.around.or(frame.function),
            scopes: frame.scopes.clone(),
            reached: frame.reached.clone(),
        }
    }

    /// Repeats the calls that hand on what turns out here to be the environment. They must not use up what the other
    /// calls are followed with.
    pub(super) fn hand_on(&mut self, frame: &mut Frame, calls: &[PendingCall], with: &Substitution, place: Place) {
        for call in calls {
            if !self.hands_environment_on(call, with) {
                continue;
            }
            if self.spent.handed >= MAX_HANDED {
                self.limit_reached("the environment is handed on too often: not all calls were followed");
                return;
            }
            self.spent.handed += 1;
            self.for_nothing(|linker| linker.replay_call(frame, call, with, place));
        }
    }

    /// Whether where a kept call is repeated tells more than whom to ask: a name that is given there is asked there.
    pub(super) fn is_told_more(kept: &Arguments, now: &Arguments) -> bool {
        let asked = |value: &Value| matches!(value, Value::Environment | Value::Object(_));
        let mut told = kept.values().zip(now.values());
        told.any(|(kept, now)| kept.has_parameter() && !now.alternatives().iter().any(asked))
    }

    /// Whether a call is handed the environment by what its parameters stand for here.
    fn hands_environment_on(&self, call: &PendingCall, with: &Substitution) -> bool {
        // All methods of an object that keeps the environment are looked at anyway.
        let of_an_object = matches!(call.callee, Value::Delayed(_) | Value::Method(_));
        call.arguments.values().flat_map(Value::alternatives).filter_map(parameter_or_field).any(|(symbol, field)| {
            match (with.parameters.get(symbol), field) {
                (Some(Value::Instance(object)), Some(field)) => {
                    object.fields.borrow().get(field).is_some_and(|value| self.carries_environment(value))
                }
                (Some(Value::Instance(_)), None) if of_an_object => false,
                (Some(value), None) => self.carries_environment(value),
                _ => false,
            }
        })
    }
}

/// The parameter that a value is, or the one of which it is a field, and which.
pub fn parameter_or_field(value: &Value) -> Option<(&Symbol, Option<&Name>)> {
    match value {
        Value::Symbol(symbol @ Symbol::Parameter(..)) => Some((symbol, None)),
        Value::Delayed(delayed) => match &**delayed {
            Delayed::Attribute(Value::Symbol(symbol @ Symbol::Parameter(..)), field) => Some((symbol, Some(field))),
            _ => None,
        },
        _ => None,
    }
}

/// Calls without a text, callable or parameter among the arguments cannot become reads.
fn worth_keeping(arguments: &Arguments) -> bool {
    arguments.values().flat_map(Value::alternatives).any(|v| {
        matches!(
            v,
            Value::Text(_)
                | Value::Symbol(Symbol::Parameter(..))
                | Value::Function(_)
                | Value::Environment
                | Value::Method(_)
        ) || super::narrow::comes_of_a_walk(v)
    })
}
