//! Calls: binding arguments, and substituting them into what the callee's summary says.

use rustc_hash::FxHashMap as HashMap;

use super::Linker;
use super::arguments::{argument, keywords};
use super::scope::Frame;
use super::value::{Arguments, Callable, Delayed, EventId, FunctionId, Part, Symbol, Value, join};
use crate::model::Place;
use crate::python::ir::ParameterKind;

/// A call that has been followed.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct CallKey {
    function: FunctionId,
    arguments: (Vec<Value>, Vec<(Symbol, Value)>),
    place: Place,
    /// The function around it.
    caller: Option<FunctionId>,
    /// Whether what calls is looked at again.
    again: bool,
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
    /// Where the function is called: what it makes of what it is given is made there.
    pub place: Option<Place>,
}

impl Substitution {
    /// One that only looks up imports and definitions.
    pub fn looking_up() -> Substitution {
        Substitution { look_up: true, ..Substitution::default() }
    }

    pub(super) fn touches(&self, value: &Value) -> bool {
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
        if self.too_deep() {
            return Value::Unknown;
        }
        self.depth += 1;
        self.prefix_keywords(frame, callee, arguments, place);
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
            Value::Partial(partial) => self.call(frame, &partial.0, &partial.1.followed_by(arguments), place),
            Value::External(name) => self.call_external(frame, name, arguments, place),
            Value::Object(object) => self.call_object(frame, object, arguments, place),
            Value::Union(values) => {
                // Objects of a table that are called one after the other are as many as the table has.
                let objects = values.iter().all(|v| matches!(v, Value::Instance(_)));
                let most = if objects { MAX_OBJECTS } else { MAX_CALLEES };
                if values.len() > most {
                    self.limit_reached("a call may be of too many functions: not all were followed");
                }
                let values: Vec<_> = values.iter().take(most).map(|v| self.call(frame, v, arguments, place)).collect();
                join(values)
            }
            Value::Symbol(_) | Value::Delayed(_) => self.call_later(frame, callee, arguments, place),
            _ => {
                self.handed_on(frame, arguments, place);
                self.asked_later(frame, "", arguments, place);
                Value::Unknown
            }
        }
    }

    /// A callee that is a parameter, an import or a definition nobody has looked at.
    fn call_later(&mut self, frame: &mut Frame, callee: &Value, arguments: &Arguments, place: Place) -> Value {
        if callee.has_parameter() {
            if let Value::Delayed(delayed) = callee
                && let Delayed::Attribute(receiver, method) = &**delayed
            {
                match &**method {
                    "items" | "keys" | "values" | "copy" if arguments.positional.is_empty() => {
                        self.walks(frame, receiver, method, place);
                    }
                    "startswith" | "endswith" => self.filters_walked(frame, receiver, method, arguments),
                    _ => {}
                }
            }
            // A method matters if it could consult a mapping, change a text, or has an interesting name.
            let (keep, wait) = match callee {
                Value::Delayed(delayed) => match &**delayed {
                    Delayed::Attribute(receiver, method) if &**method != "__class__" => {
                        let consults = self.consult(frame, receiver, method, arguments, place).is_some();
                        let interesting = self.interest.has(method) || self.could_read(receiver, method, arguments);
                        let waits = changes_text(method) || self.libraries.is_scope_method(method);
                        (interesting && !consults, interesting || consults || waits)
                    }
                    _ => (true, true),
                },
                _ => (true, true),
            };
            if let Value::Delayed(delayed) = callee
                && let Delayed::Attribute(_, method) = &**delayed
            {
                self.asked_later(frame, method, arguments, place);
            }
            if keep || super::callbacks::hands_environment(arguments) {
                self.keep_call(frame, callee, arguments, place);
            } else {
                self.keep_handing_on(frame, callee, arguments, place);
            }
            if !wait {
                return Value::Unknown;
            }
            // What fills a template that the caller gives is not what the caller names.
            let fills = matches!(callee, Value::Delayed(delayed)
                if matches!(&**delayed, Delayed::Attribute(_, method) if &**method == "format"));
            let arguments = if fills { arguments.without_those_along() } else { arguments.clone() };
            return Value::delayed(Delayed::Call(callee.clone(), arguments, place));
        }
        if let Value::Symbol(Symbol::Unit(file, unit)) = callee
            && let Some(function) = frame.function
            && (frame.file, frame.unit) == (*file, *unit)
            && self.functions[function].class.is_none()
        {
            self.functions[function].recursive = true;
        }
        let matters = frame.concrete
            || self.names_something(callee)
            || self.is_called_for_its_parameters(frame.file, callee)
            || arguments.values().any(|v| self.carries_environment(v) || self.is_a_reader(v));
        if matters {
            let forced = self.force(callee);
            if !forced.is_symbolic() {
                return self.call(frame, &forced, arguments, place);
            }
        }
        self.keep_handing_on(frame, callee, arguments, place);
        Value::delayed(Delayed::Call(callee.clone(), arguments.clone(), place))
    }

    /// Whether a method of an object nobody knows yet may be one of a library's that reads what it is told:
    /// their names are common (`str`, `path`), so the argument has to look like a variable's name too. What an
    /// object keeps under any name may be called itself.
    fn could_read(&self, receiver: &Value, method: &str, arguments: &Arguments) -> bool {
        let kept = matches!(receiver, Value::Symbol(Symbol::Parameter(function, 0))
            if self.functions[*function].class.is_some());
        if matches!(method, "startswith" | "endswith") {
            // The filter of an iteration over names.
            return receiver.any(&mut |v| match v {
                Value::Symbol(Symbol::Parameter(function, _)) => self.functions[*function].ir.is_lambda(),
                _ => false,
            });
        }
        (kept || self.libraries.is_method(method))
            && arguments.values().next().is_some_and(|key| match key {
                Value::Symbol(Symbol::Parameter(..)) => true,
                Value::Text(text) => text.parts.iter().all(|part| match part {
                    Part::Literal(literal) => !literal.contains(|c: char| c.is_lowercase() || c.is_whitespace()),
                    _ => true,
                }),
                _ => false,
            })
    }

    /// Whether a value is, holds or reads the environment, so that whoever receives it matters.
    pub(super) fn carries_environment(&self, value: &Value) -> bool {
        value.any(&mut |v| match v {
            Value::Environment | Value::Object(_) => true,
            Value::External(name) => self.libraries.hands_on(name),
            Value::Method(method) => method.0 == Value::Environment,
            // An object that keeps it, or what an object has been seen to keep it in.
            Value::Instance(instance) => instance.keeps_environment(),
            Value::Delayed(delayed) => match &**delayed {
                Delayed::Attribute(Value::Symbol(Symbol::Parameter(function, 0)), field) => {
                    self.keeps_environment_in(*function, field)
                }
                _ => false,
            },
            Value::Function(callable) => {
                let state = &self.functions[callable.function];
                state.summary.as_ref().is_some_and(|summary| summary.reads_for_callers())
            }
            _ => false,
        })
    }

    /// Whether the constructor of a method's class keeps the environment in this attribute.
    pub(super) fn keeps_environment_in(&self, method: FunctionId, field: &str) -> bool {
        let Some(class) = self.functions[method].class else { return false };
        let Some(Value::Function(init)) = self.class_member(class, "__init__") else { return false };
        self.functions[init.function].summary.as_ref().is_some_and(|summary| {
            let keeps = |value: &Value| value.alternatives().contains(&Value::Environment);
            summary.stores.iter().any(|(_, name, value)| &**name == field && keeps(value))
        })
    }

    /// Calls a function of the scanned code.
    fn apply(&mut self, frame: &mut Frame, callable: &Callable, arguments: &Arguments, place: Place) -> Value {
        let id = callable.function;
        if frame.concrete
            && let Some(value) = self.carried_call(callable, arguments)
        {
            return value;
        }
        self.spent.steps += 1;
        if self.spent.steps > MAX_STEPS {
            self.limit_reached("too many calls to follow: some were not");
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
        let values = self.bind(id, callable, arguments);
        self.note_given(id, &values);
        let summary = self.summary(id);
        self.passes(frame, id, callable, arguments, place);
        self.functions[id].callers += 1;
        // The same call with the same arguments does the same again.
        let key = CallKey {
            function: id,
            arguments: (values.clone(), callable.captured.clone()),
            place,
            caller: frame.function,
            again: self.is_second_look(),
        };
        let known = self.calls.get(&key).cloned();
        if let (Some(value), true) = (&known, summary.stores.is_empty()) {
            return value.clone();
        }
        let at = Some(place).filter(|place| place.span.line > 0);
        let mut substitution = Substitution { function: Some(id), place: at, ..Substitution::default() };
        substitution.parameters.extend(callable.captured.iter().cloned());
        for (index, value) in values.into_iter().enumerate() {
            substitution.parameters.insert(Symbol::Parameter(id, index), value);
        }
        if let Some(value) = known {
            // An object that is made again has the same to be told.
            self.replay_stores(frame, &summary, &substitution);
            return value;
        }
        let receiver = callable.bound.as_ref();
        self.replay(frame, &summary, &mut substitution, receiver, place);
        let value = match (self.carried_call(callable, arguments), &summary.returns) {
            (Some(value), _) => value,
            (None, Some(value)) => self.substitute(frame, value, &substitution),
            (None, None) => Value::Unknown,
        };
        if self.calls.len() > super::bounds::MAX_REMEMBERED {
            self.calls.clear();
        }
        self.calls.insert(key, value.clone());
        value
    }

    /// The value of each parameter.
    pub(super) fn bind(&mut self, id: FunctionId, callable: &Callable, arguments: &Arguments) -> Vec<Value> {
        let ir = self.functions[id].ir.clone();
        let defaults = self.functions[id].defaults.clone();
        let mut positional = callable.bound.iter().chain(arguments.positional.iter()).cloned();
        let (mut used, mut beyond) = (Vec::new(), 0);
        let mut values = Vec::with_capacity(ir.parameters.len());
        for (index, parameter) in ir.parameters.iter().enumerate() {
            let value = match parameter.kind {
                ParameterKind::Rest if arguments.open => Value::Unknown,
                ParameterKind::Rest => {
                    let given: Vec<Value> = positional.by_ref().collect();
                    match &arguments.rest {
                        Some(rest) if given.is_empty() && beyond == 0 => rest.clone(),
                        Some(rest) if beyond == 0 => {
                            Value::delayed(Delayed::Concat(vec![Value::sequence(given), rest.clone()]))
                        }
                        // What of it other parameters take is not told apart.
                        Some(_) => Value::Unknown,
                        None => Value::sequence(given),
                    }
                }
                ParameterKind::Keywords if arguments.open => Value::Unknown,
                ParameterKind::Keywords => {
                    let along = Arguments {
                        keywords: arguments.keywords.clone(),
                        named: arguments.named.clone(),
                        ..Arguments::default()
                    };
                    keywords(along, &used)
                }
                kind => {
                    let by_position = if kind == ParameterKind::KeywordOnly { None } else { positional.next() };
                    used.push(parameter.name.clone());
                    let given = by_position.or_else(|| arguments.keyword(&parameter.name).cloned());
                    let given = given.or_else(|| arguments.open.then_some(Value::Unknown));
                    given.unwrap_or_else(|| {
                        let default = defaults[index].clone().unwrap_or(Value::Unknown);
                        let (rest, at) = match kind {
                            ParameterKind::KeywordOnly => (None, 0),
                            _ => (arguments.rest.clone(), beyond),
                        };
                        beyond += usize::from(rest.is_some());
                        let (name, named) = (parameter.name.clone(), arguments.named.clone());
                        argument(Arguments { rest, named, ..Arguments::default() }, at, name, default)
                    })
                }
            };
            values.push(value);
        }
        values
    }
}

/// How many calls are followed on behalf of one unit.
const MAX_STEPS: usize = 3_000;
/// Of several possible callees, how many are followed.
const MAX_CALLEES: usize = 16;
/// The same of objects that a table holds.
const MAX_OBJECTS: usize = 256;

/// Methods of `str` and of tables that carry keys along.
pub fn changes_text(method: &str) -> bool {
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
