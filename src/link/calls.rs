//! Calls: binding arguments, and substituting them into what the callee's summary says.

use rustc_hash::FxHashMap as HashMap;
use std::rc::Rc;

use super::Linker;
use super::events::{Absent, Event, Summary};
use super::scope::Frame;
use super::value::{Arguments, Callable, Delayed, EventId, FunctionId, Instance, Part, Symbol, Value, join};
use crate::model::{Place, Step};
use crate::python::ir::ParameterKind;

/// A call that has been followed.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct CallKey {
    function: FunctionId,
    arguments: (Vec<Value>, Vec<(Symbol, Value)>),
    place: Place,
    caller: Option<FunctionId>,
}

/// What symbols stand for at a call site.
#[derive(Debug, Default)]
pub struct Substitution {
    /// Values of parameters.
    pub parameters: HashMap<Symbol, Value>,
    /// The function called.
    pub function: Option<FunctionId>,
    /// Events of the callee → events of the caller.
    pub events: HashMap<EventId, EventId>,
    /// Whether imports and definitions are to be looked up too.
    pub look_up: bool,
    /// Through how many callers what is repeated has come already.
    pub handed_on: usize,
}

impl Substitution {
    /// One that only looks up imports and definitions.
    pub fn looking_up() -> Substitution {
        Substitution { look_up: true, ..Substitution::default() }
    }

    fn touches(&self, value: &Value) -> bool {
        value.any(&mut |v| match v {
            Value::Symbol(symbol @ Symbol::Parameter(..)) => self.parameters.contains_key(symbol),
            Value::Symbol(_) => self.look_up,
            Value::Read(event) => self.events.contains_key(event),
            Value::Function(_) | Value::Instance(_) => self.function.is_some(),
            _ => false,
        })
    }
}

impl Linker<'_> {
    /// `callee(arguments)`
    pub(super) fn call(&mut self, frame: &mut Frame, callee: &Value, arguments: &Arguments, place: Place) -> Value {
        if self.depth > super::MAX_DEPTH {
            return Value::Unknown;
        }
        self.depth += 1;
        let value = self.call_value(frame, callee, arguments, place);
        self.depth -= 1;
        value
    }

    fn call_value(&mut self, frame: &mut Frame, callee: &Value, arguments: &Arguments, place: Place) -> Value {
        match callee {
            Value::Function(callable) => self.apply(frame, callable, arguments, place),
            Value::Class(class) => self.construct(frame, *class, arguments, place),
            Value::Instance(_) => {
                let method = self.attribute(frame, callee, &"__call__".into(), place);
                match method {
                    Value::Unknown => Value::Unknown,
                    method => self.call(frame, &method, arguments, place),
                }
            }
            Value::Method(method) => self.call_method(frame, &method.0, &method.1, arguments, place),
            Value::Partial(partial) => {
                let mut all = partial.1.clone();
                all.positional.extend(arguments.positional.iter().cloned());
                all.keywords.retain(|(name, _)| arguments.keyword(name).is_none());
                all.keywords.extend(arguments.keywords.iter().cloned());
                all.open |= arguments.open;
                self.call(frame, &partial.0, &all, place)
            }
            Value::External(name) => self.call_external(frame, name, arguments, place),
            Value::Union(values) => {
                let values: Vec<_> =
                    values.iter().take(MAX_CALLEES).map(|v| self.call(frame, v, arguments, place)).collect();
                join(values)
            }
            Value::Symbol(_) | Value::Delayed(_) => self.call_later(frame, callee, arguments, place),
            _ => {
                self.handed_on(frame, arguments, place);
                Value::Unknown
            }
        }
    }

    /// A callee that is a parameter, an import or a definition nobody has looked at.
    fn call_later(&mut self, frame: &mut Frame, callee: &Value, arguments: &Arguments, place: Place) -> Value {
        if callee.has_parameter() {
            // A method matters if it could consult a mapping, change a text, or has an interesting name.
            let (keep, wait) = match callee {
                Value::Delayed(delayed) => match &**delayed {
                    Delayed::Attribute(receiver, method) => {
                        let consults = self.consult(frame, receiver, method, arguments, place);
                        let interesting = self.interest.has(method);
                        (interesting && !consults, interesting || consults || changes_text(method))
                    }
                    _ => (true, true),
                },
                _ => (true, true),
            };
            if keep && frame.calls.len() < MAX_PENDING && worth_keeping(arguments) {
                frame.calls.push(super::events::PendingCall {
                    callee: callee.clone(),
                    arguments: arguments.clone(),
                    place,
                    handed_on: self.handed_on,
                });
            }
            if !wait {
                return Value::Unknown;
            }
            return Value::delayed(Delayed::Call(callee.clone(), arguments.clone(), place));
        }
        let matters = self.names_something(callee) || arguments.values().any(|v| self.carries_environment(v));
        if matters {
            let forced = self.force(callee);
            if !forced.is_symbolic() {
                return self.call(frame, &forced, arguments, place);
            }
        }
        Value::delayed(Delayed::Call(callee.clone(), arguments.clone(), place))
    }

    /// Whether a value is, holds or reads the environment, so that whoever receives it matters.
    pub(super) fn carries_environment(&self, value: &Value) -> bool {
        value.any(&mut |v| match v {
            Value::Environment => true,
            Value::External(name) => crate::libraries::reader(name).is_some(),
            Value::Method(method) => method.0 == Value::Environment,
            Value::Function(callable) => {
                let state = &self.functions[callable.function];
                state.summary.as_ref().is_some_and(|summary| summary.reads_for_callers())
            }
            _ => false,
        })
    }

    /// Calls a function of the scanned code.
    fn apply(&mut self, frame: &mut Frame, callable: &Callable, arguments: &Arguments, place: Place) -> Value {
        let id = callable.function;
        self.steps += 1;
        if self.steps > MAX_STEPS {
            self.too_long(frame.file);
            return Value::Unknown;
        }
        // A callback that comes back to its caller: twice round is enough to see what it reads.
        if self.active.iter().filter(|&&f| f == id).count() >= 2 {
            return Value::Unknown;
        }
        self.active.push(id);
        let value = self.apply_summary(frame, id, callable, arguments, place);
        self.active.pop();
        value
    }

    fn apply_summary(
        &mut self,
        frame: &mut Frame,
        id: FunctionId,
        callable: &Callable,
        arguments: &Arguments,
        place: Place,
    ) -> Value {
        self.enter_outer(frame, id);
        let summary = self.summary(id);
        let values = self.bind(id, callable, arguments);
        self.functions[id].callers += 1;
        // The same call with the same arguments does the same again.
        let key = CallKey {
            function: id,
            arguments: (values.clone(), callable.captured.clone()),
            place,
            caller: frame.function,
        };
        if let Some(value) = self.calls.get(&key) {
            return value.clone();
        }
        let mut substitution = Substitution { function: Some(id), ..Substitution::default() };
        substitution.parameters.extend(callable.captured.iter().cloned());
        for (index, value) in values.into_iter().enumerate() {
            substitution.parameters.insert(Symbol::Parameter(id, index), value);
        }
        let receiver = callable.bound.as_ref();
        self.replay(frame, &summary, &mut substitution, receiver, place);
        let value = match &summary.returns {
            Some(value) => self.substitute(frame, value, &substitution),
            None => Value::Unknown,
        };
        self.calls.insert(key, value.clone());
        value
    }

    /// The value of each parameter.
    pub(super) fn bind(&mut self, id: FunctionId, callable: &Callable, arguments: &Arguments) -> Vec<Value> {
        let ir = self.functions[id].ir.clone();
        let defaults = self.functions[id].defaults.clone();
        let mut positional = callable.bound.iter().chain(arguments.positional.iter()).cloned();
        let mut used = Vec::new();
        let mut values = Vec::with_capacity(ir.parameters.len());
        for (index, parameter) in ir.parameters.iter().enumerate() {
            let value = match parameter.kind {
                ParameterKind::Rest if arguments.open => Value::Unknown,
                ParameterKind::Rest => Value::Sequence(Rc::new(positional.by_ref().collect())),
                ParameterKind::Keywords if arguments.open => Value::Unknown,
                ParameterKind::Keywords => {
                    let rest = arguments.keywords.iter().filter(|(name, _)| !used.contains(&name));
                    let rest = rest.map(|(name, value)| (Value::text(name.clone(), None), value.clone()));
                    Value::Dict(Rc::new(rest.collect()))
                }
                kind => {
                    let by_position = if kind == ParameterKind::KeywordOnly { None } else { positional.next() };
                    used.push(&parameter.name);
                    by_position
                        .or_else(|| arguments.keyword(&parameter.name).cloned())
                        .or_else(|| if arguments.open { Some(Value::Unknown) } else { defaults[index].clone() })
                        .unwrap_or(Value::Unknown)
                }
            };
            values.push(value);
        }
        values
    }

    /// Repeats a callee's parameter-dependent reads and calls with the arguments of this call.
    pub(super) fn replay(
        &mut self,
        frame: &mut Frame,
        summary: &Summary,
        substitution: &mut Substitution,
        receiver: Option<&Value>,
        place: Place,
    ) {
        for event in &summary.events {
            substitution.handed_on = event.handed_on;
            if event.mapping != Value::Environment && !self.could_matter(&event.mapping, substitution) {
                continue;
            }
            let fixed_here = |value: &Value| {
                value.any(&mut |v| match v {
                    Value::Symbol(symbol @ Symbol::Parameter(f, index)) => {
                        Some(*f) == substitution.function
                            && substitution.parameters.contains_key(symbol)
                            && !(*index == 0 && receiver.is_some())
                    }
                    _ => false,
                })
            };
            let moved = fixed_here(&event.key).then_some(place).or(match receiver {
                // An object that keeps the name for later: the read's place is where it was made.
                Some(Value::Instance(instance)) if event.key.has_parameter() => instance.place,
                _ => None,
            });
            self.replay_event(frame, event, substitution, moved);
        }
        for pending in &summary.calls {
            substitution.handed_on = pending.handed_on;
            if !self.could_matter(&pending.callee, substitution) {
                continue;
            }
            let moved = pending.arguments.values().any(|v| v.has_parameter());
            let callee = self.substitute(frame, &pending.callee, substitution);
            if callee == Value::Unknown || callee == Value::None {
                continue;
            }
            let arguments = pending.arguments.map(|v| self.substitute(frame, v, substitution));
            let at = if moved { place } else { pending.place };
            let before = std::mem::replace(&mut self.handed_on, pending.handed_on + 1);
            self.call(frame, &callee, &arguments, at);
            self.handed_on = before;
        }
        for (value, exception) in &summary.checks {
            let value = self.substitute(frame, value, substitution);
            self.checked(frame, &value, exception);
        }
        for (object, name, value) in &summary.stores {
            let object = self.substitute(frame, object, substitution);
            let value = self.substitute(frame, value, substitution);
            match &object {
                Value::Instance(instance) => {
                    instance.fields.borrow_mut().insert(name.clone(), value);
                }
                Value::Symbol(Symbol::Parameter(..)) => frame.stores.push((object, name.clone(), value)),
                _ => {}
            }
        }
        for made in &summary.made {
            if let Value::Instance(instance) = self.substitute(frame, made, substitution) {
                frame.made.push(instance);
            }
        }
    }

    /// Whether what a callee waits for may turn out here to be the environment, an object or a function:
    /// most arguments are none of these, and nothing needs to be repeated for them.
    fn could_matter(&self, waiting: &Value, with: &Substitution) -> bool {
        let mut root = waiting;
        let mut field = None;
        loop {
            match root {
                Value::Delayed(delayed) => match &**delayed {
                    Delayed::Attribute(value, name) => {
                        field = Some(name);
                        root = value;
                    }
                    Delayed::Item(value, _) | Delayed::Element(value) => root = value,
                    Delayed::Call(callee, ..) => root = callee,
                    Delayed::Concat(_) => return true,
                },
                Value::Symbol(symbol) => {
                    let Some(value) = with.parameters.get(symbol) else { return true };
                    // What waits for a field of an object matters if the field does.
                    let kept = match (value, field) {
                        (Value::Instance(instance), Some(name)) => instance.fields.borrow().get(name).cloned(),
                        _ => None,
                    };
                    return kept.as_ref().unwrap_or(value).alternatives().iter().any(|v| match v {
                        Value::Unknown | Value::None | Value::Constant(_) | Value::Text(_) => false,
                        Value::External(name) => crate::libraries::reader(name).is_some(),
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

    /// Repeats one read with what is known here.
    pub(super) fn replay_event(
        &mut self,
        frame: &mut Frame,
        event: &Event,
        substitution: &mut Substitution,
        moved: Option<Place>,
    ) {
        let mapping = self.substitute(frame, &event.mapping, substitution);
        if matches!(mapping, Value::Unknown | Value::None) {
            return;
        }
        let mut new = event.clone();
        new.handed_on += 1;
        new.mapping = mapping;
        new.key = self.substitute(frame, &event.key, substitution);
        if let Some(default) = &event.absent.default {
            new.absent = Absent::default(self.substitute(frame, default, substitution));
        }
        if let Some(caught) = new.absent.exception.as_ref().and_then(|e| frame.caught(e)) {
            new.absent = match &caught.raises {
                Some(exception) => Absent::raises(exception.clone()),
                None => Absent::new(crate::model::Outcome::Handled),
            };
        }
        if let Some(place) = moved
            && place != event.place
        {
            let reader = self.functions.get(event.function.unwrap_or(usize::MAX));
            let what = reader.map_or_else(|| "reader".to_string(), |f| f.name.to_string());
            if new.chain.first().is_none_or(|step| step.place != event.place) {
                new.chain.insert(0, Step { place: event.place, what: format!("in {what}") });
            }
            new.place = place;
            new.function = frame.function;
            new.reader = if what == "reader" { new.reader } else { what.into() };
        }
        if let Some(id) = self.record(frame, new) {
            substitution.events.insert(event.id, id);
        }
    }

    /// A value with symbols replaced; operations that waited for them are carried out.
    pub(super) fn substitute(&mut self, frame: &mut Frame, value: &Value, with: &Substitution) -> Value {
        if !with.touches(value) {
            return value.clone();
        }
        self.substitutions += 1;
        if self.depth > super::MAX_DEPTH || self.substitutions > MAX_SUBSTITUTIONS {
            return Value::Unknown;
        }
        self.depth += 1;
        let out = match value {
            Value::Symbol(Symbol::Import(..) | Symbol::Unit(..)) if with.look_up => self.force(value),
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
                Value::Sequence(Rc::new(items))
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
                Value::Dict(Rc::new(items))
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
                            let value = if small { value.clone() } else { Value::Unknown };
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
                        place: instance.place,
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
            Value::Delayed(delayed) => self.resume(frame, delayed, with),
            other => other.clone(),
        };
        self.depth -= 1;
        out
    }

    fn resume(&mut self, frame: &mut Frame, delayed: &Delayed, with: &Substitution) -> Value {
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
                // The consultation itself is replayed as an event.
                if value == Value::Environment { Value::Unknown } else { self.item(frame, &value, &index, nowhere) }
            }
            Delayed::Element(value) => {
                let value = self.substitute(frame, value, with);
                self.element(&value)
            }
            Delayed::Call(callee, arguments, place) => {
                let callee = self.substitute(frame, callee, with);
                let arguments = arguments.map(|v| self.substitute(frame, v, with));
                if let Value::Method(method) = &callee
                    && method.0 == Value::Environment
                {
                    return Value::Unknown;
                }
                self.call(frame, &callee, &arguments, *place)
            }
            Delayed::Concat(parts) => {
                let parts: Vec<Value> = parts.iter().map(|v| self.substitute(frame, v, with)).collect();
                self.concat(&parts)
            }
        }
    }
}

/// How many calls are followed on behalf of one unit.
const MAX_STEPS: usize = 10_000;
/// How many values are substituted on behalf of one unit.
const MAX_SUBSTITUTIONS: usize = 200_000;
/// How many values a closure's captured parameter may be made of.
const MAX_CAPTURED: usize = 24;
/// Through how many callers a read of a mapping that may be the environment is handed up.
const MAX_HANDED_ON: usize = 3;
/// Of several possible callees, how many are followed.
const MAX_CALLEES: usize = 16;
/// How many calls of unknown callees a function keeps for its callers to resolve.
const MAX_PENDING: usize = 60;

/// Methods of `str` and of tables that carry keys along.
fn changes_text(method: &str) -> bool {
    matches!(
        method,
        "upper"
            | "lower"
            | "casefold"
            | "title"
            | "capitalize"
            | "strip"
            | "lstrip"
            | "rstrip"
            | "removeprefix"
            | "removesuffix"
            | "replace"
            | "format"
            | "join"
            | "split"
            | "encode"
            | "decode"
            | "items"
            | "keys"
            | "values"
            | "get"
            | "copy"
    )
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
        )
    })
}
