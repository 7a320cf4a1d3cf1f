//! Functions that are handed to code that is not followed, as threads, executors and event loops: they
//! are called with what is handed along.

use super::Linker;
use super::calls::Substitution;
use super::events::{Absent, Summary};
use super::scope::Frame;
use super::value::{Arguments, Delayed, FunctionId, Symbol, Value, join};
use crate::model::{Access, Outcome, Place, Span};

/// What is handed may be called often: how many elements are told one by one.
const MAX_TOLD: usize = 64;

impl Linker<'_> {
    /// Ways to ask the environment among the arguments of a call that is not followed, by the callee's last name.
    pub(super) fn asked_later(&mut self, frame: &mut Frame, callee: &str, arguments: &Arguments, place: Place) {
        let callee = callee.rsplit('.').next().unwrap_or(callee).trim_end_matches("()");
        let by_position = arguments.positional.iter().enumerate().map(|(index, value)| (Some(index), value));
        let by_name = arguments.keywords.iter().filter(|(name, _)| &**name != "key").map(|(_, value)| (None, value));
        for (index, value) in by_position.chain(by_name) {
            for way in value.alternatives() {
                if could_ask(way) {
                    for told in self.told_along(callee, arguments, index) {
                        if is_the_systems(way) {
                            self.asked_with(frame, way, &told, place);
                        } else if has_told(way, &told) {
                            // What it uses may be bound only later.
                            frame.handed.push((way.clone(), told, place));
                        }
                    }
                }
                for way in held(way) {
                    self.kept_elsewhere(frame, &way, place);
                }
            }
        }
    }

    /// A way to ask the environment for any name is put where code that is not followed finds it.
    pub(super) fn kept_elsewhere(&mut self, frame: &mut Frame, way: &Value, place: Place) {
        if is_the_systems(way) {
            self.asked_with(frame, way, &Arguments::default(), place);
        }
    }

    /// The environment, or a way to ask it, is put where code that is not followed finds it.
    pub(super) fn put_elsewhere(&mut self, frame: &mut Frame, value: &Value, span: Span) {
        if *value == Value::Environment {
            self.iterated(frame, frame.place(span), "os.environ passed on");
        }
        self.kept_elsewhere(frame, value, frame.place(span));
    }

    /// Whether a function that is handed on asks for what it is told.
    fn is_a_way_to_ask(&mut self, frame: &Frame, value: &Value, told: &Arguments) -> bool {
        match value {
            Value::Partial(partial) => self.is_a_way_to_ask(frame, &partial.0, &partial.1),
            Value::Symbol(_) if self.names_something(value) || hands_environment(told) => {
                let known = self.force(value);
                !known.is_symbolic() && self.is_a_way_to_ask(frame, &known, told)
            }
            Value::Function(callable) => {
                self.enter_outer(frame, callable.function);
                self.summary(callable.function);
                self.carries_environment(value) || hands_environment(told)
            }
            way => is_the_systems(way),
        }
    }

    pub(super) fn asked_with(&mut self, frame: &mut Frame, way: &Value, told: &Arguments, place: Place) {
        if has_told(way, told) {
            if self.is_a_way_to_ask(frame, way, told) {
                self.call(frame, way, told, place);
            }
        } else if is_the_systems(way) {
            let absent = Absent::new(Outcome::Unknown);
            let how = (Access::Get, "os.environ passed on");
            self.consultation(frame, (&Value::Environment, &Value::Unknown), how, absent, place);
        }
    }

    /// What a function is called with that is handed on as the argument at `index`, or by a keyword.
    fn told_along(&mut self, callee: &str, arguments: &Arguments, index: Option<usize>) -> Vec<Arguments> {
        let rest = |positional: Vec<Value>| Arguments { positional, ..Arguments::default() };
        if arguments.keyword("args").is_some() || arguments.keyword("kwargs").is_some() {
            let mut told = Arguments::default();
            match arguments.keyword("args") {
                Some(Value::Sequence(items)) => told.positional.extend(items.iter().cloned()),
                Some(_) => told.open = true,
                None => {}
            }
            if let Some(Value::Dict(items)) = arguments.keyword("kwargs") {
                let named = items.iter().filter_map(|(name, value)| Some((name.known_text()?, value.clone())));
                told.keywords.extend(named);
            }
            return vec![told];
        }
        let Some(index) = index else { return vec![Arguments::default()] };
        let next = arguments.positional.get(index + 1);
        match (callee, next) {
            ("map" | "imap" | "imap_unordered" | "map_async", Some(items)) => vec![rest(vec![self.element(items)])],
            ("starmap" | "starmap_async" | "apply" | "apply_async", Some(items)) => {
                let rows = match (callee.starts_with("starmap"), self.elements(items)) {
                    (_, None) => return vec![rest(vec![Value::Unknown])],
                    (true, Some(rows)) => rows,
                    (false, Some(row)) => vec![Value::sequence(row)],
                };
                let told = rows.into_iter().take(MAX_TOLD).map(|row| match row {
                    Value::Sequence(row) => rest(row.to_vec()),
                    _ => rest(vec![Value::Unknown]),
                });
                told.collect()
            }
            _ => vec![Arguments {
                positional: arguments.positional[index + 1..].to_vec(),
                open: arguments.open,
                rest: arguments.rest.clone(),
                ..Arguments::default()
            }],
        }
    }

    /// `sorted(names, key=ask)`: the function is called with each element.
    pub(super) fn called_by_key(&mut self, frame: &mut Frame, of: &Value, arguments: &Arguments, place: Place) {
        let Some(key) = arguments.keyword("key").cloned() else { return };
        let told = Arguments { positional: vec![self.element(of)], ..Arguments::default() };
        if matches!(key, Value::Function(_) | Value::Method(_) | Value::Partial(_) | Value::External(_)) {
            self.call(frame, &key, &told, place);
        }
    }

    /// `$NAME` and `${NAME}` in a text: any name, if the text is not known.
    pub(super) fn expand_variables(&mut self, frame: &mut Frame, text: &Value, place: Place) {
        let text = if text.has_parameter() { text.clone() } else { self.force(text) };
        let names = if text.has_parameter() {
            let told = Arguments { positional: vec![text], ..Arguments::default() };
            Value::delayed(Delayed::Call(Value::external(NAMES_IN), told, place))
        } else {
            names_in(&text)
        };
        let how = (Access::Get, "os.path.expandvars");
        for name in names.alternatives() {
            let absent = Absent::new(Outcome::Handled);
            self.consultation(frame, (&Value::Environment, name), how, absent, place);
        }
    }

    /// Calls of methods of unknown objects that are handed the environment, in a function that nobody calls.
    pub(super) fn own_handing_on(&mut self, id: FunctionId, summary: &Summary) {
        let is_method = self.functions[id].class.is_some();
        let with = Substitution::default();
        let mut frame = Frame::new(self.functions[id].file);
        for call in &summary.calls {
            let itself = Value::Symbol(Symbol::Parameter(id, 0));
            if (is_method && call.callee.any(&mut |v| *v == itself)) || !hands_environment(&call.arguments) {
                continue;
            }
            let arguments = call.arguments.map(|value| self.substitute(&mut frame, value, &with));
            let from = self.emitted.len();
            self.handed_on(&mut frame, &arguments, call.place);
            for (file, event) in self.emitted.split_off(from) {
                self.waiting.insert(event.root);
                self.generic.push((file, event, id));
            }
        }
    }
}

/// `os.getenv`, or a method of the environment.
fn is_the_systems(way: &Value) -> bool {
    match way {
        Value::External(name) => matches!(&**name, "os.getenv" | "os.getenvb"),
        Value::Method(method) => method.0 == Value::Environment,
        _ => false,
    }
}

/// Whether a value may be called to ask.
fn could_ask(way: &Value) -> bool {
    match way {
        Value::Partial(partial) => could_ask(&partial.0),
        Value::Function(_) | Value::Symbol(Symbol::Import(..) | Symbol::Unit(..)) => true,
        way => is_the_systems(way),
    }
}

/// Whether a function that is handed on is told anything.
fn has_told(way: &Value, told: &Arguments) -> bool {
    let some = |told: &Arguments| !told.positional.is_empty() || !told.keywords.is_empty();
    some(told) || matches!(way, Value::Partial(partial) if some(&partial.1))
}

/// What a small collection holds.
fn held(value: &Value) -> Vec<Value> {
    match value {
        Value::Sequence(items) if items.len() <= MAX_TOLD => items.to_vec(),
        Value::Dict(items) if items.len() <= MAX_TOLD => items.iter().map(|(_, held)| held.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Whether the environment itself is among the arguments.
pub fn hands_environment(arguments: &Arguments) -> bool {
    arguments.values().any(holds_environment)
}

/// Whether a value is the environment, perhaps, or holds it.
pub fn holds_environment(value: &Value) -> bool {
    value.alternatives().iter().any(|value| match value {
        Value::Environment => true,
        Value::Sequence(items) => items.len() <= MAX_TOLD && items.contains(&Value::Environment),
        Value::Dict(items) => items.len() <= MAX_TOLD && items.iter().any(|(_, v)| *v == Value::Environment),
        _ => false,
    })
}

/// What a text says of names that its caller knows, as a callee: nothing in Python is called so.
pub const NAMES_IN: &str = "names in: ";

/// The names that are in texts behind dollar signs.
pub fn names_in(value: &Value) -> Value {
    join(value.alternatives().iter().flat_map(|value| match (value, value.known_text()) {
        (Value::None, _) => vec![Value::None],
        (_, None) => vec![Value::Unknown],
        (_, Some(text)) => {
            let names = super::templates::dollars(&text);
            if names.is_empty() { vec![Value::None] } else { names.into_iter().map(|n| Value::text(n, None)).collect() }
        }
    }))
}
