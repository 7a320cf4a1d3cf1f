//! Absence outcomes refined by what follows: checks that raise, returns and defaults that take over.

use super::Linker;
use super::events::{Absent, Check, Event, Recorded};
use super::guards::{Guard, Question, all_hold};
use super::scope::{Frame, Pending};
use super::statements::exception_named;
use super::value::{Delayed, EventId, Value};
use crate::model::{Access, Outcome};
use crate::python::ir::{Expr, ExprKind, Name, Stmt, StmtKind};

/// How the code leaves a function.
#[derive(Debug, Clone)]
pub enum Ending {
    /// With this exception.
    Raises(Name),
    /// With the exception that is being handled.
    RaisesAgain,
    /// With a value.
    Returns(Value),
    /// With nothing.
    Quietly,
}

impl Linker<'_> {
    /// What is known of a read's absence outcome.
    pub(super) fn absent(&self, event: EventId) -> Option<&Absent> {
        self.refined.get(&event).or_else(|| self.recorded.get(&event).map(|recorded| &recorded.absent))
    }

    /// Whether what this body does with a read can say more of its outcome: only the unit that reads is
    /// sure to be evaluated whenever the read is.
    pub(super) fn is_own(&self, frame: &Frame, event: EventId) -> bool {
        self.recorded.get(&event).is_none_or(|recorded| recorded.unit == (frame.file, frame.unit))
    }

    /// The read that a value is, or waits to be, in a body that asks a mapping it is given.
    pub(super) fn read_of(&self, frame: &Frame, value: &Value) -> Option<EventId> {
        let (mapping, key) = match value {
            Value::Read(event) => return Some(*event),
            Value::Delayed(delayed) => match &**delayed {
                Delayed::Item(mapping, key) => (mapping, key),
                Delayed::Call(Value::Delayed(callee), arguments, _) => match &**callee {
                    Delayed::Attribute(mapping, method) if &**method == "get" => (mapping, arguments.get(0, "key")?),
                    _ => return None,
                },
                _ => return None,
            },
            _ => return None,
        };
        let asks = |event: &&Event| event.mapping == *mapping && event.key == *key && event.access != Access::Contains;
        frame.events.iter().rev().find(asks).map(|event| event.id)
    }

    /// Whether a read is among what a value may be.
    pub(super) fn may_be(&self, frame: &Frame, value: &Value, event: EventId) -> bool {
        value.any(&mut |v| *v == Value::Read(event))
            || value.alternatives().iter().any(|v| self.read_of(frame, v) == Some(event))
    }

    /// Whether a read's variable is known to be there.
    pub(super) fn is_there(&self, frame: &Frame, event: EventId) -> bool {
        self.recorded.get(&event).is_some_and(|recorded| frame.is_present(&recorded.key))
    }

    /// The code leaves here: of reads whose variable is absent on this way, this is what happens.
    pub(super) fn leaves(&mut self, frame: &mut Frame, ending: &Ending) {
        let pending = std::mem::take(&mut frame.pending);
        for mut read in pending {
            let here = |guard: &&Guard| !matches!(guard, Guard::Absence(reads) if reads.contains(&read.event));
            let mut guards: Vec<Guard> = frame.guards.iter().skip(read.depth).filter(here).cloned().collect();
            // What something else leads to besides is not what the variable's absence does.
            if guards.iter().any(Guard::is_other) {
                read.detour |= matches!(ending, Ending::Returns(_));
                frame.pending.push(read);
                continue;
            }
            guards.extend(read.guards.iter().cloned());
            let certain = guards.is_empty();
            if let Some(absent) = self.ends_in(frame, &read, ending, certain) {
                read.instead.push((guards, absent));
            }
            if certain {
                self.conclude(read);
            } else {
                frame.pending.push(read);
            }
        }
    }

    /// The outcome of a read for an ending; `None` if it is the one the read has by itself.
    fn ends_in(&mut self, frame: &mut Frame, read: &Pending, ending: &Ending, certain: bool) -> Option<Absent> {
        let exception = match ending {
            Ending::Raises(exception) => Some(exception.clone()),
            Ending::RaisesAgain => Some(read.exception.clone().unwrap_or_else(|| "Exception".into())),
            _ => None,
        };
        if let Some(exception) = exception {
            if read.detour {
                return Some(Absent::new(Outcome::Unknown));
            }
            // Caught further out: what that handler does counts.
            let caught = frame.catches(&exception, certain.then_some(read.event));
            let left = if certain { (!caught).then_some(exception) } else { frame.leaves_as(&exception) };
            return Some(left.map_or_else(|| Absent::new(Outcome::Handled), Absent::raises));
        }
        match ending {
            _ if self.has_default(read.event) => None,
            Ending::Returns(value) => self.instead_of(frame, read.event, value),
            _ => match self.absent(read.event).map(|absent| absent.outcome) {
                Some(Outcome::None | Outcome::Default) => None,
                _ => Some(Absent::new(Outcome::Handled)),
            },
        }
    }

    /// Whether a default has taken over that is as good as a value: what follows changes nothing.
    pub(super) fn has_default(&self, event: EventId) -> bool {
        self.without(event).is_some_and(|without| Question::Truth.of(&without) == Some(true))
    }

    /// The outcome if a value takes a read's place; `None` if it is the read itself.
    pub(super) fn instead_of(&self, frame: &Frame, event: EventId, value: &Value) -> Option<Absent> {
        if self.may_be(frame, value, event) {
            return None;
        }
        let own = self.without(event);
        let switch =
            matches!(&own, Some(Value::Constant(_))) && self.absent(event).is_some_and(|a| a.default.is_some());
        Some(match value {
            // A flag's own default says more than whatever is done because of it.
            value if switch && value.known_text().is_none() && !matches!(value, Value::Constant(_)) => return None,
            Value::None if self.absent(event).is_some_and(|absent| absent.outcome == Outcome::Handled) => {
                Absent::new(Outcome::Handled)
            }
            value if is_telling(value) => Absent::default(value.clone()),
            _ => Absent::new(Outcome::Default),
        })
    }

    /// A block was left: by an ending, or by a jump, and then for what follows the loop.
    pub(super) fn jumps(&mut self, frame: &mut Frame, read: Pending) {
        if read.instead.is_empty() {
            frame.jumped.push(read);
        } else {
            self.conclude(read);
        }
    }

    /// All ways are known that lead on from a read's absence. The last of them always counts if it has
    /// no guard; else the read's own outcome does, where none of the guards holds.
    pub(super) fn conclude(&mut self, mut read: Pending) {
        if read.instead.is_empty() {
            return;
        }
        let last = read.instead.last().filter(|(guards, _)| guards.is_empty()).map(|(_, absent)| absent.clone());
        read.instead.retain(|(guards, _)| !guards.is_empty());
        if let Some(exception) = last.as_ref().filter(|last| read.instead.is_empty() && last.outcome == Outcome::Raises)
            && let Some(exception) = &exception.exception
        {
            return self.refine_raises(read.event, exception.clone());
        }
        let now = self.absent(read.event).cloned().unwrap_or_else(|| Absent::new(Outcome::Unknown));
        if self.refined.get(&read.event).is_some_and(|now| now.outcome == Outcome::Raises) {
            return;
        }
        // Ways that have left before come first.
        let mut ways = now.instead.clone();
        ways.append(&mut read.instead);
        let absent = Absent { instead: ways, ..last.unwrap_or(now) };
        self.refined.insert(read.event, absent.settled());
    }

    /// Notes that a block which runs when values known later are absent raises.
    pub(super) fn check_later(&mut self, frame: &mut Frame, waiting: &[Value], body: &[Stmt]) {
        if waiting.is_empty() || frame.function.is_none() {
            return;
        }
        if let Some(exception) = self.raised_at_the_end(frame, body) {
            let unit = (frame.file, frame.unit);
            let guards = self.otherwise_left(frame, body);
            for value in waiting {
                let (value, exception, guards) = (value.clone(), exception.clone(), guards.clone());
                self.keep_check(frame, Check { value, exception, guards, unit });
            }
        }
    }

    /// What has to hold to get to the end of a block: `if given: return given` leaves it before.
    fn otherwise_left(&mut self, frame: &mut Frame, body: &[Stmt]) -> Vec<Guard> {
        let mut guards = Vec::new();
        for stmt in body {
            let StmtKind::If { test, body, .. } = &stmt.kind else { continue };
            if matches!(body.last(), Some(Stmt { kind: StmtKind::Return(_), .. })) {
                guards.extend(if asks_only(test) { self.test(frame, test).fails.guards } else { vec![Guard::other()] });
            }
        }
        guards
    }

    fn keep_check(&mut self, frame: &mut Frame, check: Check) {
        if frame.checks.len() < MAX_CHECKS {
            frame.checks.push(check);
        } else {
            self.limit_reached("a function checks too many of its parameters: not all checks were followed");
        }
    }

    /// A check whose value is known now.
    pub(super) fn checked(&mut self, frame: &mut Frame, mut check: Check) {
        match all_hold(&check.guards) {
            Some(false) => return,
            Some(true) => check.guards.clear(),
            None => {}
        }
        for alternative in check.value.alternatives() {
            match alternative {
                Value::Read(event) => {
                    let here = self.recorded.get(event).is_some_and(|recorded| recorded.unit == check.unit);
                    if !(here || self.is_own(frame, *event)) || self.has_default(*event) {
                        continue;
                    }
                    if check.guards.iter().all(Guard::is_other) {
                        self.refine_raises(*event, check.exception.clone());
                    } else {
                        let raises = (check.guards.clone(), Absent::raises(check.exception.clone()));
                        self.conclude(Pending { instead: vec![raises], ..Pending::new(*event) });
                    }
                }
                value if value.has_parameter() && frame.function.is_some() => {
                    self.keep_check(frame, Check { value: value.clone(), ..check.clone() });
                }
                _ => {}
            }
        }
    }

    /// The code raises this if the variable is absent.
    pub(super) fn refine_raises(&mut self, event: EventId, exception: impl Into<Name>) {
        let field = self.settings_fields.get(&event).map(|read| (read.class, read.field.clone()));
        let refined = match field.and_then(|field| self.settings_events.get(&field)) {
            // The object was made with its default; the check comes later, on first use.
            Some((_, absent)) if absent.outcome == Outcome::Default => {
                Absent { exception: Some(exception.into()), ..absent.clone() }
            }
            _ => Absent::raises(exception),
        };
        self.refined.insert(event, refined);
    }

    /// What `mapping.get(key, default)` gives where `mapping[key]` would have raised.
    pub(super) fn takes_over(&mut self, value: &Value, default: &Value) {
        for alternative in value.alternatives() {
            if let Value::Read(event) = alternative {
                self.refined.insert(*event, Absent::default(default.clone()));
            }
        }
    }

    /// Something else is taken if the variables of `value` are absent.
    pub(super) fn refine_default(&mut self, frame: &Frame, value: &Value, instead: &Value) {
        for alternative in value.alternatives() {
            let Some(event) = self.read_of(frame, alternative) else { continue };
            if self.is_own(frame, event) && !self.has_default(event) {
                self.refine_instead(frame, event, Vec::new(), instead);
            }
        }
    }

    /// Something else is taken if a variable is absent and these guards hold.
    pub(super) fn refine_instead(&mut self, frame: &Frame, event: EventId, guards: Vec<Guard>, instead: &Value) {
        if let Some(absent) = self.instead_of(frame, event, instead) {
            self.conclude(Pending { instead: vec![(guards, absent)], ..Pending::new(event) });
        }
    }

    /// A value is used in a way that fails for some values: what a read gives without its variable may
    /// be one of them. A question, its answer and the exception for each.
    pub(super) fn used(&mut self, frame: &mut Frame, value: &Value, fails: &[(Question, bool, &str)]) {
        // What a callee does with an argument may be under conditions that are not known here.
        if self.substituting > 0 {
            return;
        }
        for alternative in value.alternatives() {
            let Value::Read(event) = alternative else { continue };
            let contains = |r: &Recorded| r.access == Access::Contains || frame.is_present(&r.key);
            if !self.is_own(frame, *event) || self.recorded.get(event).is_none_or(contains) {
                continue;
            }
            let Some(without) = self.without(*event) else { continue };
            let mut instead = Vec::new();
            for (question, answer, exception) in fails {
                let known = question.of(&without);
                let guard = Guard::Fails(without.clone(), question.clone(), *answer);
                if known == Some(*answer) {
                    instead.push((Vec::new(), *exception));
                    break;
                } else if known.is_none() && without.has_parameter() {
                    instead.push((vec![guard], *exception));
                }
            }
            let mut read = Pending::new(*event);
            for (guards, exception) in instead {
                let certain = guards.is_empty().then_some(*event);
                let absent = match frame.catches(exception, certain) {
                    true => Absent::new(Outcome::Handled),
                    false => Absent::raises(exception),
                };
                read.instead.push((guards, absent));
            }
            self.conclude(read);
        }
    }

    /// The exception that a block raises in the end, by its last segment; `SystemExit` for `sys.exit`.
    fn raised_at_the_end(&mut self, frame: &mut Frame, body: &[Stmt]) -> Option<Name> {
        match &body.last()?.kind {
            StmtKind::Raise(Some(exception)) => Some(exception_named(exception)),
            StmtKind::Expr(Expr { kind: ExprKind::Call(callee, _), .. }) => match &callee.kind {
                ExprKind::Name(name) if matches!(&**name, "exit" | "quit") => {
                    (!frame.variables.contains_key(name)).then(|| "SystemExit".into())
                }
                ExprKind::Attribute(module, name) if matches!(&**name, "exit" | "_exit") => {
                    let known = matches!(&module.kind, ExprKind::Name(m) if matches!(&**m, "sys" | "os"));
                    known.then(|| "SystemExit".into())
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a value is what a call that never returns gives.
    pub(super) fn never_returns(&self, value: &Value) -> bool {
        matches!(value, Value::External(name) if matches!(&**name, "sys.exit()" | "os._exit()" | "builtins.exit()" | "builtins.quit()"))
    }
}

/// Whether a test asks about values and does nothing else.
fn asks_only(test: &Expr) -> bool {
    match &test.kind {
        ExprKind::Not(inner) => asks_only(inner),
        ExprKind::Name(_) | ExprKind::Attribute(..) | ExprKind::Constant(_) => true,
        ExprKind::Compare(left, rest) => asks_only(left) && rest.iter().all(|(_, right)| asks_only(right)),
        ExprKind::Call(callee, arguments) => {
            matches!(&callee.kind, ExprKind::Name(name) if &**name == "isinstance")
                && arguments.iter().all(|argument| asks_only(&argument.value))
        }
        _ => false,
    }
}

/// Whether a value tells what takes over.
fn is_telling(value: &Value) -> bool {
    let one = |value: &Value| {
        matches!(value, Value::Text(_) | Value::Constant(_) | Value::None | Value::Read(_) | Value::Sequence(_))
            || matches!(value, Value::Dict(_) | Value::Symbol(_) | Value::Delayed(_))
    };
    value.alternatives().iter().any(|value| matches!(value, Value::Read(_))) || value.alternatives().iter().all(one)
}

/// How many checks of parameters a function keeps for its callers.
const MAX_CHECKS: usize = 100;
