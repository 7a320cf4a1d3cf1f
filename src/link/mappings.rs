//! Objects with the methods of a mapping: what their methods read is read by who asks them, and what an absent variable
//! leads to is decided there too.

use super::Linker;
use super::events::{Absent, Event, Recorded};
use super::scope::Frame;
use super::value::{Arguments, Value};
use crate::model::{Access, Outcome, Place};

impl Linker<'_> {
    /// A parameter that turns out to be an object with the methods of a mapping.
    pub(super) fn consult_object(&mut self, frame: &mut Frame, event: &Event) {
        let (method, gives) = match event.access {
            Access::Contains => {
                self.object_contains(frame, &event.mapping, &event.key, event.place);
                return;
            }
            Access::Item => ("__getitem__", false),
            Access::Pop => ("pop", event.absent.outcome != Outcome::Raises),
            Access::SetDefault => ("setdefault", true),
            _ => ("get", true),
        };
        let mut arguments = Arguments { positional: vec![event.key.clone()], ..Arguments::default() };
        arguments.positional.extend(event.absent.default.clone());
        // What was made of nothing, or of an exception, is told already.
        let known = |absent: &Absent| match absent.outcome {
            Outcome::None | Outcome::Default => gives,
            Outcome::Raises => !gives,
            _ => false,
        };
        self.ask_object(frame, (&event.mapping, method), &arguments, event.place, (&event.absent, known));
    }

    /// The objects among what a parameter turns out to be.
    pub(super) fn consult_others(&mut self, frame: &mut Frame, event: &Event) {
        let Value::Union(values) = &event.mapping else { return };
        for value in values.iter().filter(|v| matches!(v, Value::Instance(_))) {
            let event = Event { mapping: value.clone(), ..event.clone() };
            self.consult_object(frame, &event);
        }
    }

    /// What a mapping gives that was asked before it was known. The consultation itself is replayed as an event.
    pub(super) fn asked_before(
        &mut self,
        frame: &mut Frame,
        callee: &Value,
        arguments: &Arguments,
        place: Place,
    ) -> Value {
        match callee {
            Value::Method(method) if method.0 == Value::Environment => self.whole_method(frame, &method.1, place),
            Value::Method(method) if matches!(method.0, Value::Instance(_)) => {
                let quiet = std::mem::replace(&mut frame.quiet, true);
                let value = self.call(frame, callee, arguments, place);
                frame.quiet = quiet;
                value
            }
            _ => self.call(frame, callee, arguments, place),
        }
    }

    /// `key in object`: whatever its method makes of an absent variable, a test of it leads to a branch.
    pub(super) fn object_contains(&mut self, frame: &mut Frame, object: &Value, key: &Value, place: Place) -> Value {
        let arguments = Arguments { positional: vec![key.clone()], ..Arguments::default() };
        let leads_on = |absent: &Absent| absent.outcome != Outcome::Raises;
        let handled = Absent::new(Outcome::Handled);
        self.ask_object(frame, (object, "__contains__"), &arguments, place, (&handled, leads_on))
    }

    /// Calls a method of an object. Of the reads that this makes, those with a `known` outcome have this one instead.
    fn ask_object(
        &mut self,
        frame: &mut Frame,
        (object, method): (&Value, &str),
        arguments: &Arguments,
        place: Place,
        (absent, known): (&Absent, impl Fn(&Absent) -> bool),
    ) -> Value {
        let method = self.attribute(frame, object, &method.into(), place);
        let asked = match &method {
            Value::Unknown => return Value::Unknown,
            Value::Method(mixin) => self.attribute(frame, &mixin.0, &"__getitem__".into(), place),
            method => method.clone(),
        };
        // What the method reads by itself is no read of this call.
        if let Value::Function(callable) = &asked {
            self.summary(callable.function);
        }
        let first = self.next_event;
        let value = self.call(frame, &method, arguments, place);
        let here = |recorded: &Recorded| recorded.unit == (frame.file, frame.unit);
        for event in first..self.next_event {
            if self.recorded.get(&event).is_some_and(here) && self.absent(event).is_some_and(&known) {
                self.refined.insert(event, absent.clone());
            }
        }
        value
    }
}
