//! Parameters that make a read unnecessary, and the calls in applications that give them or do not.

use std::collections::{BTreeMap, BTreeSet};

use super::Linker;
use super::events::Event;
use super::scope::Frame;
use super::value::{Arguments, Callable, Delayed, FunctionId, Symbol, Value};
use crate::model::{FileId, Passed, Place, RootKind};
use crate::python::ir::{Name, ParameterKind};

/// A parameter, by its function and name.
pub type Parameter = (FunctionId, Name);

/// Who gives a parameter.
#[derive(Debug, Default)]
pub struct Passing {
    /// Calls → whether they give it.
    calls: BTreeMap<Place, bool>,
    /// Parameters of callers that are handed on as it: whether they are given decides.
    from: BTreeSet<Parameter>,
}

impl Linker<'_> {
    /// Notes a read that is not made if a parameter is given: calls of its function matter in applications.
    pub(super) fn conditioned(&mut self, event: &Event) {
        if let Some((function, parameter)) = &event.condition {
            self.matters_to_callers(*function, parameter);
        }
    }

    fn matters_to_callers(&mut self, function: FunctionId, parameter: &Name) {
        let state = &self.functions[function];
        if !state.ir.parameters.iter().any(|known| known.name == *parameter)
            || self.passing.contains_key(&(function, parameter.clone()))
        {
            return;
        }
        self.passing.insert((function, parameter.clone()), Passing::default());
        let name = match (state.class, state.inside) {
            (Some(class), _) => self.classes[class].name.clone(),
            (None, None) => state.ir.name.clone(),
            _ => return,
        };
        let first: Name = name.split('.').next().unwrap_or(&name).into();
        let file = self.functions[function].file;
        self.found.add_called(file, &first);
    }

    /// Whether a callee in an application's code may be one of which it matters what it is given.
    pub(super) fn is_called_for_its_parameters(&self, file: FileId, callee: &Value) -> bool {
        let name = match callee {
            Value::Symbol(Symbol::Import(_, _, module, name)) if name.is_empty() => {
                module.rsplit('.').next().unwrap_or(module)
            }
            Value::Symbol(Symbol::Import(_, _, _, name)) => name,
            Value::Symbol(Symbol::Unit(file, unit)) => &self.units.outline(*file).units[*unit].name,
            Value::Delayed(delayed) => match &**delayed {
                Delayed::Attribute(_, name) => name,
                _ => return false,
            },
            _ => return false,
        };
        let beside = matches!(callee, Value::Symbol(Symbol::Unit(..)));
        self.interest.is_called(name) && (beside || self.is_an_applications(file))
    }

    fn is_an_applications(&self, file: FileId) -> bool {
        self.sources.roots[self.sources.files[file].root].kind == RootKind::Application
    }

    /// Notes what a call gives of the parameters that matter.
    pub(super) fn passes(
        &mut self,
        frame: &Frame,
        function: FunctionId,
        callable: &Callable,
        arguments: &Arguments,
        place: Place,
    ) {
        if self.passing.is_empty() || arguments.may_have_more() || place.span.line == 0 {
            return;
        }
        let ir = self.functions[function].ir.clone();
        let applications = self.is_an_applications(frame.file);
        let bound = usize::from(callable.bound.is_some());
        for (index, parameter) in ir.parameters.iter().enumerate() {
            if !self.passing.contains_key(&(function, parameter.name.clone())) {
                continue;
            }
            let positional = match parameter.kind {
                ParameterKind::KeywordOnly => None,
                _ => index.checked_sub(bound).and_then(|at| arguments.positional.get(at)),
            };
            let value = positional.or_else(|| arguments.keyword(&parameter.name)).cloned();
            let given = value.as_ref().is_some_and(|value| !matches!(value, Value::None));
            let from = match value {
                Some(Value::Symbol(Symbol::Parameter(caller, at))) => self.optional(caller, at),
                _ => None,
            };
            if let Some((caller, name)) = &from {
                self.matters_to_callers(*caller, name);
            }
            let entry = self.passing.entry((function, parameter.name.clone())).or_default();
            match from {
                Some(from) => {
                    entry.from.insert(from);
                }
                None if applications => {
                    entry.calls.insert(place, given);
                }
                None => {}
            }
        }
    }

    /// A parameter that a caller may leave out.
    fn optional(&self, function: FunctionId, index: usize) -> Option<Parameter> {
        let default = self.functions[function].defaults.get(index)?.as_ref()?;
        (*default == Value::None).then(|| (function, self.functions[function].ir.parameters[index].name.clone()))
    }

    /// The calls that give a parameter, or do not.
    pub(super) fn passed(&self, parameter: &Parameter) -> Vec<Passed> {
        let mut seen: BTreeSet<&Parameter> = BTreeSet::new();
        let mut queue = vec![parameter];
        let mut calls = BTreeMap::new();
        while let Some(parameter) = queue.pop() {
            if let Some(passing) = self.passing.get(parameter).filter(|_| seen.insert(parameter)) {
                calls.extend(passing.calls.iter().map(|(place, given)| (*place, *given)));
                queue.extend(&passing.from);
            }
        }
        calls.into_iter().take(MAX_CALLS).map(|(place, given)| Passed { place, given }).collect()
    }
}

/// How many calls a read names.
const MAX_CALLS: usize = 20;
