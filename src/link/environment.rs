//! Consulting the environment: where events are recorded and become reads.

use std::rc::Rc;

use super::Linker;
use super::calls::Substitution;
use super::events::{Absent, Event, Recorded};
use super::scope::Frame;
use super::value::{Arguments, EventId, Part, Text, Value};
use crate::model::{Access, Outcome, Place, Step};

/// Through how many functions a name is handed at the most, as many as there are rounds: beyond, everything calls
/// everything, and one read of any name says it.
const MAX_LEVELS: usize = 6;

impl Linker<'_> {
    /// Records a consultation; its id if it matters.
    pub(super) fn record(&mut self, frame: &mut Frame, mut event: Event) -> Option<EventId> {
        if event.condition.is_none() {
            event.condition = frame.condition();
            self.conditioned(&event);
        }
        event.id = self.next_event;
        self.next_event += 1;
        if !event.mapping.has_parameter() {
            event.mapping = self.force(&event.mapping);
        }
        self.within(frame, &mut event);
        let is_environment = event.mapping.alternatives().contains(&Value::Environment);
        // Of other mappings nobody asks later what happened to a read.
        let waits = event.mapping.has_parameter();
        if !is_environment && waits && !self.could_matter(&event.mapping, &Substitution::default()) {
            return None;
        }
        if is_environment || (waits && frame.function.is_some()) {
            let recorded = Recorded {
                absent: event.absent.clone(),
                key: event.key.clone(),
                access: event.access,
                unit: (frame.file, frame.unit),
            };
            self.recorded.insert(event.id, recorded);
        }
        if !is_environment {
            return match event.mapping.clone() {
                Value::Instance(_) | Value::Class(_) => {
                    self.consult_object(frame, &event);
                    None
                }
                Value::Union(_) if !event.mapping.has_parameter() => {
                    self.consult_others(frame, &event);
                    None
                }
                mapping if mapping.has_parameter() && frame.function.is_some() => Some(self.keep(frame, event)),
                _ => None,
            };
        }
        self.consult_others(frame, &event);
        event.key = self.force(&event.key);
        if let Some(text) = self.text_of_enum(&event.key) {
            event.key = text;
        }
        if matches!(event.key, Value::EnvironmentName(_)) {
            // A name that was met there: the iteration is the read.
            return None;
        }
        let mut symbolic = Vec::new();
        let mut id = event.id;
        for key in event.key.alternatives() {
            let waits = key.has_parameter() && frame.function.is_some();
            if waits && event.levels < MAX_LEVELS {
                symbolic.push(key.clone());
            } else if waits && !frame.quiet {
                self.limit_reached("a name is handed through too many functions: not all callers were asked for it");
                self.emit(&event, &super::texts::without_symbols(key));
            } else if !frame.quiet {
                self.emit(&event, key);
            }
        }
        let only = symbolic.len() == event.key.alternatives().len();
        if !symbolic.is_empty() && !frame.quiet {
            let kept = Event { key: super::value::join(symbolic), mapping: Value::Environment, ..event.clone() };
            let stands = self.keep(frame, kept);
            id = if only { stands } else { id };
        }
        Some(id)
    }

    /// A read: the environment is consulted for a key of which all that can be known is known.
    pub(super) fn emit(&mut self, event: &Event, key: &Value) {
        // A number or a collection is no name.
        if matches!(key, Value::None | Value::Constant(_) | Value::Sequence(_) | Value::Dict(_)) {
            return;
        }
        let mut event = Event { key: key.clone(), mapping: Value::Environment, ..event.clone() };
        // An operation that waited is carried out nowhere in particular: then the consulting expression counts.
        event.chain.retain(|step| step.place.span.line > 0);
        if event.place.span.line == 0 {
            match event.chain.last() {
                Some(step) => event.place = step.place,
                None => return,
            }
        }
        self.emitted.push((self.behalf(), event));
    }

    /// A new event at its consulting expression.
    fn event(
        &mut self,
        frame: &Frame,
        mapping: &Value,
        key: &Value,
        access: Access,
        reader: &str,
        place: Place,
    ) -> Event {
        let id = self.next_event;
        self.next_event += 1;
        Event {
            id,
            root: id,
            mapping: mapping.clone(),
            key: key.clone(),
            access,
            reader: reader.into(),
            absent: Absent::new(Outcome::Unknown),
            condition: None,
            place,
            function: frame.around.or(frame.function),
            chain: vec![Step { place, what: reader.to_string() }],
            levels: 0,
            reached: frame.reached.clone(),
        }
    }

    /// Records a consultation of `mapping` for `key`; what it gives.
    pub(super) fn consultation(
        &mut self,
        frame: &mut Frame,
        (mapping, key): (&Value, &Value),
        (access, reader): (Access, &str),
        absent: Absent,
        place: Place,
    ) -> Value {
        let mut event = self.event(frame, mapping, key, access, reader, place);
        event.absent = absent;
        self.record(frame, event).map_or(Value::Unknown, Value::Read)
    }

    /// A read's outcome with what the code around it says: the key is there, or the exception is caught.
    fn within(&mut self, frame: &mut Frame, event: &mut Event) {
        let given = frame.present.iter().rev().find(|(key, _)| *key == event.key).map(|(_, value)| value.clone());
        if let Some(given) = given {
            event.absent = match given {
                None | Some(Value::Unknown) => Absent::new(Outcome::Handled),
                // The program has set it itself.
                Some(value) => Absent::default(value),
            };
        }
        let raises = event.absent.exception.clone().filter(|_| event.absent.outcome == Outcome::Raises);
        if let Some(exception) = raises
            && frame.catches(&exception, Some(event.id))
        {
            event.absent =
                Absent { instead: std::mem::take(&mut event.absent.instead), ..Absent::new(Outcome::Handled) };
        }
        for (_, absent) in &mut event.absent.instead {
            if let Some(exception) = absent.exception.as_ref().filter(|_| absent.outcome == Outcome::Raises) {
                let left = frame.leaves_as(exception);
                *absent = left.map_or_else(|| Absent::new(Outcome::Handled), Absent::raises);
            }
        }
    }

    /// `environ[key]`, or a subscript of what may turn out to be the environment.
    pub(super) fn subscript_environment(
        &mut self,
        frame: &mut Frame,
        mapping: &Value,
        key: &Value,
        place: Place,
    ) -> Value {
        if *mapping != Value::Environment && !could_be_key(key) {
            return Value::Unknown;
        }
        let how = (Access::Item, "os.environ[]");
        self.consultation(frame, (mapping, key), how, Absent::raises("KeyError"), place)
    }

    /// `key in mapping`
    pub(super) fn contains(&mut self, frame: &mut Frame, mapping: &Value, key: &Value, place: Place) -> Value {
        let how = (Access::Contains, "in os.environ");
        match mapping {
            Value::Environment => self.consultation(frame, (mapping, key), how, Absent::new(Outcome::Handled), place),
            // `"PART" in name`
            Value::EnvironmentName(iteration) => {
                if matches!(key, Value::Text(_)) {
                    let pattern = self.concat(&[Value::Unknown, key.clone(), Value::Unknown]);
                    self.names_like(frame, *iteration, &pattern);
                }
                Value::Unknown
            }
            Value::Symbol(_) | Value::Delayed(_) if mapping.has_parameter() => {
                if !could_be_key(key) {
                    return Value::Unknown;
                }
                self.consultation(frame, (mapping, key), how, Absent::new(Outcome::Handled), place)
            }
            Value::Symbol(_) | Value::Delayed(_) if self.names_something(mapping) => {
                let forced = self.force(mapping);
                if forced.is_symbolic() { Value::Unknown } else { self.contains(frame, &forced, key, place) }
            }
            Value::Union(values) => {
                let found: Vec<_> = values.iter().map(|v| self.contains(frame, v, key, place)).collect();
                found.into_iter().find(|v| matches!(v, Value::Read(_))).unwrap_or(Value::Unknown)
            }
            Value::Instance(_) => self.object_contains(frame, mapping, key, place),
            _ => Value::Unknown,
        }
    }

    /// A method of the environment, or of what may turn out to be it: what it gives, if it is one that
    /// consults.
    pub(super) fn consult(
        &mut self,
        frame: &mut Frame,
        mapping: &Value,
        method: &str,
        arguments: &Arguments,
        place: Place,
    ) -> Option<Value> {
        let (access, reader, missing) = match method {
            "get" => (Access::Get, "os.environ.get", Absent::new(Outcome::None)),
            "pop" => (Access::Pop, "os.environ.pop", Absent::raises("KeyError")),
            "setdefault" => (Access::SetDefault, "os.environ.setdefault", Absent::new(Outcome::None)),
            "__getitem__" => (Access::Item, "os.environ[]", Absent::raises("KeyError")),
            "__contains__" | "has_key" => (Access::Contains, "in os.environ", Absent::new(Outcome::Handled)),
            _ => return None,
        };
        let key = arguments.get(0, "key")?;
        if *mapping != Value::Environment && !could_be_key(key) {
            return None;
        }
        let default = arguments.get(1, "default").cloned();
        let absent = match &default {
            Some(default) => Absent::default(default.clone()),
            None => missing,
        };
        let read = self.consultation(frame, (mapping, key), (access, reader), absent, place);
        match access {
            Access::SetDefault => frame.present.push((key.clone(), Some(default.clone().unwrap_or(Value::None)))),
            Access::Pop => frame.present.retain(|(present, _)| present != key),
            _ => {}
        }
        Some(match default {
            Some(default) => super::value::join([read, default]),
            None => read,
        })
    }

    /// The environment as a whole is iterated or handed to something unknown; that event.
    pub(super) fn iterated(&mut self, frame: &mut Frame, place: Place, reader: &str) -> EventId {
        let mut event = self.event(frame, &Value::Environment, &Value::Unknown, Access::Whole, reader, place);
        event.absent = Absent::new(Outcome::Handled);
        let id = event.id;
        self.emit(&event, &Value::Unknown);
        id
    }

    /// The environment is copied: what is read from the copy is a read of its own.
    pub(super) fn copied(&mut self, frame: &mut Frame, place: Place, reader: &str) {
        let mut event = self.event(frame, &Value::Environment, &Value::Unknown, Access::Copy, reader, place);
        event.absent = Absent::new(Outcome::Handled);
        self.emit(&event, &Value::Unknown);
    }

    /// The environment among the arguments of an unknown callee.
    pub(super) fn handed_on(&mut self, frame: &mut Frame, arguments: &Arguments, place: Place) {
        for value in &arguments.positional {
            if super::callbacks::holds_environment(value) {
                self.iterated(frame, place, "os.environ passed on");
            }
        }
        for (name, value) in &arguments.keywords {
            if super::callbacks::holds_environment(value) {
                // `env=` of a child process: passed on as a whole, read by nobody here.
                if &**name == "env" {
                    self.copied(frame, place, "env=os.environ");
                } else {
                    self.iterated(frame, place, "os.environ passed on");
                }
            }
        }
    }

    /// Names of the environment are compared with a value: those names, or names of that form, are asked for.
    pub(super) fn compare_names(&mut self, frame: &mut Frame, name: &Value, with: &Value) {
        let Value::EnvironmentName(iteration) = name else { return self.compare_part(frame, name, with) };
        let with = self.force(with);
        let candidates = match &with {
            Value::Sequence(items) => (**items).clone(),
            Value::Dict(items) => items.iter().map(|(k, _)| k.clone()).collect(),
            other => other.alternatives().to_vec(),
        };
        for candidate in candidates.iter().filter(|c| matches!(c, Value::Text(_))) {
            self.names_like(frame, *iteration, candidate);
        }
    }

    /// Names met in an iteration are asked for by this key (or pattern). A test that leaves such names out asks
    /// for none: whether they are there changes nothing.
    pub(super) fn names_like(&mut self, frame: &mut Frame, iteration: EventId, key: &Value) {
        if frame.keeps == Some(false) {
            return;
        }
        let emitted = self.emitted.iter().map(|(_, event)| event);
        let of_methods = self.generic.iter().map(|(_, event, _)| event);
        let Some(at) = emitted.rev().chain(of_methods).find(|event| event.id == iteration).cloned() else { return };
        self.filtered.insert(iteration);
        let mut event = at;
        event.id = self.next_event;
        event.root = event.id;
        self.next_event += 1;
        event.condition = frame.condition();
        if key.has_parameter() && frame.function.is_some() {
            event.key = key.clone();
            self.keep(frame, event);
        } else {
            self.emit(&event, key);
        }
    }

    /// `name.startswith(prefix)`, `endswith`, on names met in an iteration.
    pub(super) fn filter_names(&mut self, frame: &mut Frame, iteration: EventId, method: &str, arguments: &Arguments) {
        let Some(argument) = arguments.positional.first() else { return };
        let argument = self.force(argument);
        let affixes = match &argument {
            Value::Sequence(items) => (**items).clone(),
            other => other.alternatives().to_vec(),
        };
        for affix in affixes {
            let parts = match (&affix, method) {
                (Value::Text(_), "startswith") => vec![affix.clone(), Value::Unknown],
                (Value::Text(_), _) => vec![Value::Unknown, affix.clone()],
                (v, "startswith") if v.has_parameter() => vec![affix.clone(), Value::Unknown],
                _ => continue,
            };
            let pattern = self.concat(&parts);
            self.names_like(frame, iteration, &pattern);
        }
    }
}

/// Texts, symbols and unknowns can be keys; numbers and collections cannot.
fn could_be_key(key: &Value) -> bool {
    key.alternatives().iter().any(|key| match key {
        Value::Text(text) => text_is_plausible(text),
        // What is not known may be a name, and is not to be lost without a word.
        Value::Symbol(_) | Value::Delayed(_) | Value::Unknown => true,
        _ => false,
    })
}

fn text_is_plausible(text: &Rc<Text>) -> bool {
    text.parts.iter().all(|part| match part {
        Part::Literal(text) => !text.contains(['\n', '\0']),
        _ => true,
    })
}
