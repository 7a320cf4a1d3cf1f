//! Replaying: what a callee's summary says is said again with the arguments of a call.

use super::Linker;
use super::callbacks::hands_environment;
use super::calls::Substitution;
use super::events::{Check, Event, PendingCall, Summary};
use super::library::each_name;
use super::operations::class_of;
use super::own_reads::{is_listed, without_unknown};
use super::scope::Frame;
use super::value::{Symbol, Value};
use crate::model::{Place, Step};

impl Linker<'_> {
    /// Repeats a callee's parameter-dependent reads and calls with the arguments of this call.
    pub(super) fn replay(
        &mut self,
        frame: &mut Frame,
        summary: &Summary,
        substitution: &mut Substitution,
        receiver: Option<&Value>,
        place: Place,
    ) {
        // What an object is told, it knows when it is asked.
        self.replay_stores(frame, summary, substitution);
        for event in &summary.events {
            if event.mapping != Value::Environment && !self.could_matter(&event.mapping, substitution) {
                continue;
            }
            if event.mapping == Value::Environment && self.is_captured(&event.key, substitution) {
                continue;
            }
            let Some(reached) = self.still_reached(frame, &event.reached, substitution) else {
                self.unreached.insert(event.root);
                continue;
            };
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
            let asked = frame.reached.len();
            frame.has_come_by(&reached);
            let event = Event { reached: frame.reached.clone(), ..event.clone() };
            frame.reached.truncate(asked);
            // A name of which nothing is known must not use up what finds the others.
            if event.key == Value::Unknown {
                self.for_nothing(|linker| linker.replay_event(frame, &event, substitution, moved));
            } else {
                self.replay_event(frame, &event, substitution, moved);
            }
        }
        for call in &summary.calls {
            if self.could_matter(&call.callee, substitution) || hands_environment(&call.arguments) {
                self.replay_call(frame, call, substitution, place);
            }
        }
        self.hand_on(frame, &summary.handing_on, substitution, place);
        for check in &summary.checks {
            let value = self.substitute(frame, &check.value, substitution);
            let guards = self.for_nothing(|linker| {
                check.guards.iter().map(|guard| linker.substitute_guard(frame, guard, substitution)).collect()
            });
            self.checked(frame, Check { value, guards, ..check.clone() });
        }
        for made in &summary.made {
            if let Value::Instance(instance) = self.substitute(frame, made, substitution) {
                frame.made.push(instance);
            }
        }
    }

    /// Repeats one call with what is known here.
    pub(super) fn replay_call(
        &mut self,
        frame: &mut Frame,
        pending: &PendingCall,
        substitution: &Substitution,
        place: Place,
    ) {
        let Some(reached) = self.still_reached(frame, &pending.reached, substitution) else { return };
        let callee = self.substitute(frame, &pending.callee, substitution);
        if callee == Value::None || (callee == Value::Unknown && !hands_environment(&pending.arguments)) {
            return;
        }
        let arguments = pending.arguments.map(|v| self.substitute(frame, v, substitution));
        let moved = Self::is_told_more(&pending.arguments, &arguments);
        let at = if moved { place } else { pending.place };
        let around = frame.around;
        frame.around = if moved { around } else { pending.function };
        let (prefixes, scopes, asked) = (frame.prefixes.len(), frame.scopes.len(), frame.reached.len());
        frame.has_come_by(&reached);
        for scope in &pending.scopes {
            let scope = self.substitute(frame, scope, substitution);
            self.enter_scope(frame, &scope);
        }
        self.call(frame, &callee, &arguments, at);
        frame.prefixes.truncate(prefixes);
        frame.scopes.truncate(scopes);
        frame.reached.truncate(asked);
        frame.around = around;
    }

    /// Repeats what a callee stores in attributes of its parameters.
    pub(super) fn replay_stores(&mut self, frame: &mut Frame, summary: &Summary, substitution: &Substitution) {
        for (object, name, value) in &summary.stores {
            let object = self.substitute(frame, object, substitution);
            let value = self.substitute(frame, value, substitution);
            match &object {
                Value::Instance(instance) => {
                    instance.fields.borrow_mut().insert(name.clone(), value);
                }
                Value::Symbol(Symbol::Parameter(..)) => frame.stores.push((object, name.clone(), value)),
                Value::Class(class) => self.store_in_class(*class, name, &value),
                Value::Module(file) => self.tells_global(frame, (*file, name.clone()), value, substitution.place),
                Value::Delayed(delayed) => {
                    if let Some(object) = class_of(delayed) {
                        frame.stores.push((object.clone(), name.clone(), value));
                    }
                }
                _ => {}
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
        new.mapping = mapping;
        new.levels += 1;
        new.key = self.substitute_name(frame, &event.key, substitution);
        if is_listed(&event.key) && new.key.alternatives().contains(&Value::Unknown) {
            self.listed.insert(event.root);
            new.key = without_unknown(&new.key);
            if new.key == Value::None {
                return;
            }
        }
        let reader = event.chain.last().map_or("", |step| &step.what);
        if new.key.alternatives().iter().any(|v| matches!(v, Value::Sequence(_)))
            && self.libraries.reader(reader).is_some_and(|reader| reader.later)
        {
            new.key = each_name(&new.key);
        }
        new.absent = self.substitute_absent(frame, &event.absent, substitution);
        if let Some(place) = moved.filter(|place| place.span.line > 0)
            && place != event.place
        {
            let reader = self.functions.get(event.function.unwrap_or(usize::MAX));
            let what = reader.map_or_else(|| "reader".to_string(), |f| f.name.to_string());
            if new.chain.first().is_none_or(|step| step.place != event.place) {
                new.chain.insert(0, Step { place: event.place, what: format!("in {what}") });
            }
            new.place = place;
            new.function = frame.around.or(frame.function);
            new.reader = if what == "reader" { new.reader } else { what.into() };
        }
        if let Some(id) = self.record(frame, new) {
            substitution.events.insert(event.id, id);
        }
    }
}
