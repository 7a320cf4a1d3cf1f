//! What has been asked of a function's parameters on the way to a read or call in it: a caller whose
//! arguments give another answer does not get there.

use super::Linker;
use super::absence::Side;
use super::calls::Substitution;
use super::events::Event;
use super::guards::{Guard, Question};
use super::output::MAX_CHAIN;
use super::scope::Frame;
use super::value::{Arguments, ClassId, Delayed, EventId, FunctionId, Part, Symbol, Value};
use crate::model::Access;
use crate::python::ir::Name;

impl Linker<'_> {
    /// The questions that are still open with the arguments of a call; `None` if one has the other answer.
    pub(super) fn still_reached(
        &mut self,
        frame: &mut Frame,
        asked: &[Guard],
        with: &Substitution,
    ) -> Option<Vec<Guard>> {
        // What is never reached must not use up what finds reads.
        self.for_nothing(|linker| linker.open_questions(frame, asked, with))
    }

    fn open_questions(&mut self, frame: &mut Frame, asked: &[Guard], with: &Substitution) -> Option<Vec<Guard>> {
        let mut open = Vec::new();
        for guard in asked {
            let Guard::Asks(value, question, answer) = guard else { continue };
            if !self.is_told_for_good(frame, value, with) {
                continue;
            }
            let value = self.with_told(frame, value, with);
            let question = question.map(|of| self.with_told(frame, of, with));
            if value.has_parameter() {
                open.push(Guard::Asks(value, question, *answer));
            } else if self.answer(&value, &question).is_some_and(|found| found != *answer) {
                return None;
            }
        }
        Some(open)
    }

    /// Whether what is asked about is no attribute, or one that objects are told when they are made and that no
    /// method of theirs changes later.
    fn is_told_for_good(&mut self, frame: &mut Frame, value: &Value, with: &Substitution) -> bool {
        let Value::Delayed(delayed) = value else { return true };
        let Delayed::Attribute(of, name) = &**delayed else { return true };
        let objects = self.with_told(frame, of, with);
        objects.alternatives().iter().all(|object| match object {
            Value::Instance(instance) => self.keeps_what_it_is_told(instance.class, name),
            other => other.has_parameter(),
        })
    }

    /// Whether one of the arguments comes of an element of what was not given: the call is never made.
    pub(super) fn is_of_nothing(&mut self, frame: &mut Frame, arguments: &Arguments, with: &Substitution) -> bool {
        let mut walked: Vec<Value> = Vec::new();
        for value in arguments.values() {
            value.any(&mut |v| {
                if let Value::Delayed(delayed) = v
                    && let Delayed::Element(of) = &**delayed
                    && is_told(of)
                {
                    walked.push(of.clone());
                }
                false
            });
        }
        // What is never done must not use up what finds reads.
        self.for_nothing(|linker| {
            let nothing = |of: &Value| {
                linker.is_told_for_good(frame, of, with) && linker.with_told(frame, of, with) == Value::None
            };
            walked.iter().any(nothing)
        })
    }

    fn keeps_what_it_is_told(&mut self, class: ClassId, name: &Name) -> bool {
        let lineage = self.lineage(class);
        let members = lineage.0.iter().flat_map(|&class| &self.classes[class].variables);
        let method = |(name, value): (&Name, &Value)| match value {
            Value::Function(callable) => Some((callable.function, name.clone())),
            _ => None,
        };
        let mut methods: Vec<(FunctionId, Name)> = members.filter_map(method).collect();
        methods.sort_unstable();
        let mut told = false;
        for (id, method) in methods {
            let summary = self.summary(id);
            let own = Value::Symbol(Symbol::Parameter(id, 0));
            for (_, _, stored) in summary.stores.iter().filter(|(object, field, _)| *object == own && field == name) {
                if &*method != "__init__" {
                    return false;
                }
                told |= matches!(stored, Value::Symbol(Symbol::Parameter(of, _)) if *of == id);
            }
        }
        told
    }

    fn with_told(&mut self, frame: &mut Frame, value: &Value, with: &Substitution) -> Value {
        let value = self.substitute(frame, value, with);
        if value.has_parameter() { value } else { self.force(&value) }
    }

    /// The answer to a question about an argument, where nothing that happens meanwhile could change it.
    fn answer(&mut self, value: &Value, question: &Question) -> Option<bool> {
        match question {
            Question::Kind(class) => {
                let mut answers = value.alternatives().iter().map(|value| self.is_of_kind(value, class));
                let first = answers.next()??;
                answers.all(|answer| answer == Some(first)).then_some(first)
            }
            question => value.alternatives().iter().all(is_lasting).then(|| question.of(value)).flatten(),
        }
    }
}

impl Linker<'_> {
    /// Keeps a read for the callers of the function; the one that stands for it from here on. Of several that one call
    /// makes for one name, the one that tells most of its outcome is kept: the value may be that of any of them.
    pub(super) fn keep(&mut self, frame: &mut Frame, event: Event) -> EventId {
        // Where nothing is known of the name, one read tells as much as many.
        let same = |e: &&mut Event| {
            e.mapping == event.mapping && e.key == event.key && (e.place == event.place || e.key == Value::Unknown)
        };
        let id = event.id;
        let Some(known) = frame.events.iter_mut().find(same) else {
            if frame.events.len() < MAX_EVENTS {
                frame.events.push(event);
            } else {
                self.limit_reached("a function makes too many reads that its callers name: not all were followed");
            }
            return id;
        };
        known.reached.retain(|guard| event.reached.contains(guard));
        if known.place != event.place || known.key == Value::Unknown {
            return id;
        }
        if known.root != event.root {
            self.stood_for.insert(event.root, known.root);
        }
        // The way to both is shown.
        let before = known.chain.len().saturating_sub(1);
        for step in event.chain.iter().rev() {
            if known.chain.len() < MAX_CHAIN && !known.chain.iter().any(|other| other.place == step.place) {
                known.chain.insert(before, step.clone());
            }
        }
        let now = self.refined.get(&known.id).unwrap_or(&known.absent);
        let asks = event.access == known.access || matches!(event.access, Access::Item | Access::Get);
        if asks && event.absent.tells() < now.tells() {
            self.refined.remove(&known.id);
            if let Some(recorded) = self.recorded.get(&id).cloned() {
                self.recorded.insert(known.id, recorded);
            }
            known.absent = event.absent;
        }
        known.id
    }

    /// An element of what a parameter turns out to hold: where it was given nothing, nothing is walked.
    pub(super) fn element_of(&mut self, waiting: &Value, value: &Value) -> Value {
        let empty = match value {
            Value::Sequence(items) => items.is_empty(),
            Value::Dict(items) => items.is_empty(),
            _ => false,
        };
        // What an object keeps may be filled meanwhile.
        let mut kept = false;
        waiting.any(&mut |v| {
            kept |= matches!(v, Value::Delayed(delayed) if matches!(&**delayed, Delayed::Attribute(_, name)
                if !super::calls::changes_text(name)));
            kept
        });
        if empty && !kept { Value::None } else { self.element(value) }
    }
}

/// Whether a value is the same for good: others may be filled or emptied.
fn is_lasting(value: &Value) -> bool {
    matches!(value, Value::None | Value::Constant(_) | Value::Text(_) | Value::Class(_) | Value::Function(_))
}

/// Whether a value is a parameter, an attribute of one, or a text made of such. Of attributes those count that
/// turn out to keep what the object was told: others may change meanwhile.
pub fn is_told(value: &Value) -> bool {
    match value {
        Value::Symbol(_) => true,
        Value::Text(text) => text.parts.iter().all(|part| match part {
            Part::Symbolic(value) => is_told(value),
            Part::Literal(_) | Part::Any => true,
        }),
        Value::Delayed(delayed) => match &**delayed {
            Delayed::Concat(parts) => parts.iter().all(is_told),
            Delayed::Attribute(of, _) => matches!(of, Value::Symbol(Symbol::Parameter(..))),
            _ => false,
        },
        _ => false,
    }
}

impl Frame {
    /// From here on a side of a condition is known to have been taken.
    pub fn has_taken(&mut self, side: &Side) {
        self.has_come_by(&side.reached);
    }

    /// From here on these questions are known to have been answered so.
    pub fn has_come_by(&mut self, asked: &[Guard]) {
        for guard in asked {
            if self.reached.len() < MAX_REACHED && !self.reached.contains(guard) {
                self.reached.push(guard.clone());
            }
        }
    }
}

/// How many questions are kept for a statement.
const MAX_REACHED: usize = 8;
/// How many parameter-dependent reads a function keeps for its callers.
const MAX_EVENTS: usize = 500;
