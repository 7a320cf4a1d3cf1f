//! Conditions: what they tell of reads whose variable may be absent, of keys that are there, and of
//! parameters.

use std::collections::BTreeMap;

use super::Linker;
use super::events::Absent;
use super::guards::{Guard, Question};
use super::reached::is_told;
use super::scope::{Bindings, Frame, Pending};
use super::value::{EventId, Symbol, Value};
use crate::model::{Access, Outcome};
use crate::python::ir::{Argument, Comparison, Expr, ExprKind, Name};

/// What a condition tells if it holds, or if it does not.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// Reads whose variable may be absent, each under further guards.
    pub absent: Vec<(EventId, Vec<Guard>)>,
    /// Values that are known later and may be absent.
    pub waiting: Vec<Value>,
    /// Keys that are there.
    pub present: Vec<Value>,
    /// Parameters that were not given.
    pub missing: Vec<Name>,
    /// What else has been asked.
    pub guards: Vec<Guard>,
    /// What has been asked of parameters.
    pub reached: Vec<Guard>,
}

impl Side {
    /// What else must hold for a read whose variable is absent to get here.
    pub fn guards_of(&self, event: EventId) -> impl Iterator<Item = Guard> {
        let itself = move |guard: &&Guard| !matches!(guard, Guard::Absence(reads) if reads.contains(&event));
        self.guards.iter().filter(itself).cloned()
    }

    /// The reads whose absence leads here.
    fn reads(&self) -> Vec<EventId> {
        self.absent.iter().map(|(event, _)| *event).collect()
    }

    /// Reads whose absence alone leads here.
    fn certain(&self) -> Vec<EventId> {
        self.absent.iter().filter(|(_, guards)| guards.is_empty()).map(|(event, _)| *event).collect()
    }
}

/// What a condition tells.
#[derive(Debug, Default)]
pub struct Tested {
    /// If it holds.
    pub holds: Side,
    /// If it does not.
    pub fails: Side,
}

impl Tested {
    fn not(self) -> Tested {
        Tested { holds: self.fails, fails: self.holds }
    }

    /// About neither a variable nor a parameter.
    fn other() -> Tested {
        let side = Side { guards: vec![Guard::other()], ..Side::default() };
        Tested { holds: side.clone(), fails: side }
    }

    fn and(mut self, other: Tested) -> Tested {
        // An absent variable that makes one part fail makes all of it fail, whatever else is asked.
        let mut certain = self.fails.certain();
        certain.extend(other.fails.certain());
        self.holds.absent.extend(other.holds.absent);
        // `value is not None and not isinstance(value, str)`
        self.holds.absent.retain(|(event, _)| !certain.contains(event));
        self.fails.guards = vec![Guard::Absence(certain)];
        self.holds.waiting.extend(other.holds.waiting);
        self.holds.present.extend(other.holds.present);
        self.holds.missing.extend(other.holds.missing);
        self.holds.guards.extend(other.holds.guards);
        self.holds.reached.extend(other.holds.reached);
        self.fails.absent.extend(other.fails.absent);
        self.fails.waiting.extend(other.fails.waiting);
        self.fails.present.clear();
        self.fails.missing.clear();
        self.fails.reached.clear();
        self
    }
}

impl Linker<'_> {
    /// Evaluates a condition.
    pub(super) fn test(&mut self, frame: &mut Frame, test: &Expr) -> Tested {
        match &test.kind {
            ExprKind::Not(inner) => {
                frame.keeps = frame.keeps.map(|keeps| !keeps);
                let tested = self.test(frame, inner).not();
                frame.keeps = frame.keeps.map(|keeps| !keeps);
                tested
            }
            ExprKind::And(parts) => self.test_all(frame, parts, false),
            ExprKind::Or(parts) => self.test_all(frame, parts, true).not(),
            ExprKind::Compare(left, rest) if rest.len() == 1 => {
                let (comparison, right) = &rest[0];
                let (found, with) = self.comparison(frame, test, left, *comparison, right);
                match comparison {
                    Comparison::Is => self.asked(frame, &found, Question::Is(with)),
                    Comparison::IsNot => self.asked(frame, &found, Question::Is(with)).not(),
                    Comparison::Equal => self.asked(frame, &found, Question::Equal(with)),
                    Comparison::NotEqual => self.asked(frame, &found, Question::Equal(with)).not(),
                    Comparison::In => self.contained(frame, &found, with, right),
                    Comparison::NotIn => self.contained(frame, &found, with, right).not(),
                    _ => Tested::other(),
                }
            }
            ExprKind::Call(callee, arguments) => {
                let value = self.expression(frame, test);
                match checked_type(callee, arguments) {
                    Some((object, class)) => {
                        let object = self.expression(frame, object);
                        let class = self.expression(frame, class);
                        let near = matches!(class, Value::Symbol(Symbol::Unit(file, _)) if file == frame.file);
                        let class = if near && object.has_parameter() { self.force(&class) } else { class };
                        self.asked(frame, &object, Question::Kind(class))
                    }
                    None => {
                        let mut tested = self.asked(frame, &value, Question::Truth);
                        if frame.function.is_some()
                            && let Some((text, asks)) = self.edge_asked(frame, callee, arguments)
                            && is_told(&text)
                        {
                            let guard = |yes| Guard::Asks(text.clone(), Question::Edge(asks.clone()), yes);
                            tested.holds.reached.push(guard(true));
                            tested.fails.reached.push(guard(false));
                        }
                        tested
                    }
                }
            }
            _ => {
                let value = self.expression(frame, test);
                self.asked(frame, &value, Question::Truth)
            }
        }
    }

    /// `a and b`; or, denied, `not a and not b`. Each part knows that those before it hold.
    fn test_all(&mut self, frame: &mut Frame, parts: &[Expr], denied: bool) -> Tested {
        let (present, reached) = (frame.present.len(), frame.reached.len());
        let mut all: Option<Tested> = None;
        let mut before = Vec::new();
        for part in parts {
            let tested = self.test(frame, part);
            before.extend(self.narrow_texts(frame, part, !denied));
            let tested = if denied { tested.not() } else { tested };
            frame.are_present(&tested.holds.present);
            frame.has_taken(&tested.holds);
            all = Some(match all {
                Some(all) => all.and(tested),
                None => tested,
            });
        }
        frame.present.truncate(present);
        frame.reached.truncate(reached);
        frame.rebind(before);
        all.unwrap_or_default()
    }

    fn contained(&mut self, frame: &mut Frame, event: &Value, key: Value, table: &Expr) -> Tested {
        let mut tested = self.asked(frame, event, Question::Truth);
        let named = matches!(table.kind, ExprKind::Name(_) | ExprKind::Attribute(..));
        let table = if named { self.expression(frame, table) } else { Value::Unknown };
        let answers = !matches!(event, Value::Read(_) | Value::Unknown) && !table.has_parameter();
        let table = if answers { self.force(&table) } else { table };
        if frame.function.is_some() && key.has_parameter() && is_told(&key) && named && table != Value::Environment {
            tested.fails.reached = vec![Guard::Asks(key.clone(), Question::In(table.clone()), false)];
        }
        if matches!(event, Value::Read(_)) || self.looks_among_variables(&table) {
            tested.holds.present.push(key);
        }
        tested
    }

    /// Whether an object says by the environment what it has.
    fn looks_among_variables(&self, object: &Value) -> bool {
        object.alternatives().iter().any(|object| match object {
            Value::Instance(instance) => match self.class_member(instance.class, "__contains__") {
                Some(Value::Function(method)) => {
                    let summary = &self.functions[method.function].summary;
                    summary.as_ref().is_some_and(|summary| summary.reads_for_callers())
                }
                _ => false,
            },
            _ => false,
        })
    }

    /// What the answer to a question about a value tells.
    pub(super) fn asked(&mut self, frame: &Frame, value: &Value, question: Question) -> Tested {
        let empty = matches!(&question, Question::Truth)
            || matches!(&question, Question::Is(with) | Question::Equal(with)
                if *with == Value::None || with.known_text().as_deref() == Some(""));
        let mut tested = Tested::default();
        let asked = value;
        let reads = value.alternatives().iter().any(|value| self.read_of(frame, value).is_some());
        for value in value.alternatives() {
            if let Some(event) = self.read_of(frame, value)
                && self.is_own(frame, event)
                && !self.is_there(frame, event)
            {
                let (holds, fails) = (tested.holds.absent.len(), tested.fails.absent.len());
                self.asked_of_read(&mut tested, event, &question, empty);
                // A value that comes from elsewhere may be the one that is asked about.
                if asked.alternatives().iter().any(|other| self.is_other_than(frame, other, event)) {
                    let new =
                        tested.holds.absent.iter_mut().skip(holds).chain(tested.fails.absent.iter_mut().skip(fails));
                    new.for_each(|(_, guards)| guards.push(Guard::other()));
                }
            }
            match value {
                value if value.has_parameter() => {
                    let side = if question == Question::Truth { &mut tested.fails } else { &mut tested.holds };
                    if empty && matches!(value, Value::Symbol(_) | Value::Delayed(_)) {
                        side.waiting.push(value.clone());
                    }
                    if let (true, Value::Symbol(Symbol::Parameter(function, index))) = (empty && !reads, value) {
                        side.missing.extend(self.parameter_name(*function, *index));
                    }
                }
                _ => {}
            }
        }
        if reads {
            tested.holds.guards = vec![Guard::Absence(tested.holds.reads())];
            tested.fails.guards = vec![Guard::Absence(tested.fails.reads())];
        } else if value.has_parameter() {
            tested.holds.guards = vec![Guard::Asks(value.clone(), question.clone(), true)];
            tested.fails.guards = vec![Guard::Asks(value.clone(), question, false)];
            if is_told(value) {
                tested.holds.reached = tested.holds.guards.clone();
                tested.fails.reached = tested.fails.guards.clone();
            }
        } else {
            tested.holds.guards = vec![Guard::other()];
            tested.fails.guards = vec![Guard::other()];
        }
        tested
    }

    fn asked_of_read(&self, tested: &mut Tested, event: EventId, question: &Question, empty: bool) {
        let key = self.recorded.get(&event).map(|recorded| recorded.key.clone());
        let Some(instead) = self.without(event) else {
            // Nothing goes on from a read that raises; what a handler made of it counts as absent.
            let open = |absent: &Absent| !matches!(absent.outcome, Outcome::Raises | Outcome::Default);
            let (absent, present) = match question {
                Question::Truth => (&mut tested.fails, &mut tested.holds),
                _ => (&mut tested.holds, &mut tested.fails),
            };
            if empty && self.absent(event).is_none_or(open) {
                absent.absent.push((event, Vec::new()));
                present.present.extend(key);
            }
            return;
        };
        match question.of(&instead) {
            // The default decides, and has taken over: only a test for just this value is one for absence.
            Some(answer) if Question::Truth.of(&instead) == Some(true) && (!answer || *question == Question::Truth) => {
            }
            Some(answer) => {
                let (absent, present) = if answer {
                    (&mut tested.holds, &mut tested.fails)
                } else {
                    (&mut tested.fails, &mut tested.holds)
                };
                absent.absent.push((event, Vec::new()));
                present.present.extend(key);
            }
            None if instead.has_parameter() => {
                let guard = |answer| vec![Guard::Asks(instead.clone(), question.clone(), answer)];
                tested.holds.absent.push((event, guard(true)));
                tested.fails.absent.push((event, guard(false)));
            }
            None => {}
        }
    }

    /// A branch that runs when these reads' variables are absent has ended and the code goes on: what
    /// it bound anew takes over, or what stood where the `opposite` branch puts the variable's value.
    pub(super) fn goes_on(
        &mut self,
        frame: &Frame,
        mut read: Pending,
        changed: &Bindings,
        before: &Bindings,
        opposite: &Bindings,
    ) {
        let sorted: BTreeMap<&Name, &Option<Value>> = changed.iter().collect();
        let holds = |name: &Name| {
            let old = before.get(name).cloned().flatten().or_else(|| frame.variables.get(name).cloned());
            old.is_some_and(|old| self.may_be(frame, &old, read.event))
        };
        let contains = self.recorded.get(&read.event).is_some_and(|recorded| recorded.access == Access::Contains);
        let rebound = sorted.iter().find(|(name, _)| holds(name)).and_then(|(_, value)| value.as_ref());
        let literal = || {
            let mut values = sorted.values().filter_map(|value| value.as_ref());
            values.find(|value| contains && matches!(value, Value::Text(_) | Value::Constant(_)))
        };
        let kept = || {
            let replaced = opposite.iter().filter(|(name, value)| {
                !changed.contains_key(*name)
                    && value.as_ref().is_some_and(|value| self.asks_the_same(value, read.event))
            });
            replaced.map(|(name, _)| name).min().and_then(|name| frame.variables.get(name))
        };
        let instead = rebound.or_else(literal).or_else(kept);
        if let Some(absent) = instead.and_then(|value| self.instead_of(frame, read.event, value)) {
            read.instead.push((read.guards.clone(), absent));
        }
        self.conclude(read);
    }

    /// Whether a value is what a read of the same variable gives.
    fn asks_the_same(&self, value: &Value, event: EventId) -> bool {
        let key = |event: &EventId| self.recorded.get(event).map(|recorded| &recorded.key);
        value.alternatives().iter().any(|v| matches!(v, Value::Read(e) if *e == event || key(e) == key(&event)))
    }

    /// Whether a value is neither a read nor what this read gives without its variable.
    fn is_other_than(&self, frame: &Frame, value: &Value, event: EventId) -> bool {
        let without = self.without(event);
        let same = without.iter().flat_map(Value::alternatives).any(|without| without == value);
        !same && !matches!(value, Value::Unknown | Value::None) && self.read_of(frame, value).is_none()
    }

    /// What a read gives if its variable is absent, if that is a value.
    pub(super) fn without(&self, event: EventId) -> Option<Value> {
        if self.recorded.get(&event).is_some_and(|recorded| recorded.access == Access::Contains) {
            return Some(Value::Constant("False".into()));
        }
        let absent = self.absent(event)?;
        match absent.outcome {
            _ if !absent.instead.is_empty() => None,
            Outcome::None => Some(Value::None),
            Outcome::Default if absent.exception.is_none() => absent.default.clone(),
            _ => None,
        }
    }
}

/// The object and class of `isinstance(object, class)`.
fn checked_type<'a>(callee: &Expr, arguments: &'a [Argument]) -> Option<(&'a Expr, &'a Expr)> {
    match (&callee.kind, arguments) {
        (ExprKind::Name(name), [object, class]) if &**name == "isinstance" => Some((&object.value, &class.value)),
        _ => None,
    }
}
