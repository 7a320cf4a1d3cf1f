//! Absence outcomes refined by what follows: checks that raise, defaults that take over.

use rustc_hash::FxHashMap as HashMap;

use super::Linker;
use super::events::Absent;
use super::scope::Frame;
use super::statements::last_segment;
use super::value::{EventId, Symbol, Value};
use crate::model::Outcome;
use crate::python::ir::{Comparison, Expr, ExprKind, Name, Stmt, StmtKind};

/// What a condition tells of reads and parameters.
#[derive(Debug, Default)]
pub struct Tested {
    /// Reads whose variable may be absent if it holds.
    pub absent_if_true: Vec<EventId>,
    /// Reads whose variable may be absent if it does not.
    pub absent_if_false: Vec<EventId>,
    /// Values that are known later and may be absent if it holds.
    pub waiting_if_true: Vec<Value>,
    /// Values that are known later and may be absent if it does not.
    pub waiting_if_false: Vec<Value>,
    /// Keys that are there if it holds.
    pub present_if_true: Vec<Value>,
    /// Keys that are there if it does not hold.
    pub present_if_false: Vec<Value>,
    /// Parameters that were not given if it holds.
    pub missing_if_true: Vec<Name>,
    /// Parameters that were not given if it does not hold.
    pub missing_if_false: Vec<Name>,
}

impl Tested {
    fn not(self) -> Tested {
        Tested {
            absent_if_true: self.absent_if_false,
            absent_if_false: self.absent_if_true,
            waiting_if_true: self.waiting_if_false,
            waiting_if_false: self.waiting_if_true,
            present_if_true: self.present_if_false,
            present_if_false: self.present_if_true,
            missing_if_true: self.missing_if_false,
            missing_if_false: self.missing_if_true,
        }
    }

    fn and(mut self, other: Tested) -> Tested {
        self.absent_if_true.extend(other.absent_if_true);
        self.absent_if_false.extend(other.absent_if_false);
        self.waiting_if_true.extend(other.waiting_if_true);
        self.waiting_if_false.extend(other.waiting_if_false);
        self.present_if_true.extend(other.present_if_true);
        self.missing_if_true.extend(other.missing_if_true);
        self.present_if_false.clear();
        self.missing_if_false.clear();
        self
    }
}

impl Linker<'_> {
    /// Evaluates a condition.
    pub(super) fn test(&mut self, frame: &mut Frame, test: &Expr) -> Tested {
        match &test.kind {
            ExprKind::Not(inner) => self.test(frame, inner).not(),
            ExprKind::And(parts) => {
                let mut tested = Tested::default();
                let present = frame.present.len();
                for (index, part) in parts.iter().enumerate() {
                    let next = self.test(frame, part);
                    frame.present.extend(next.present_if_true.iter().cloned());
                    tested = if index == 0 { next } else { tested.and(next) };
                }
                frame.present.truncate(present);
                tested
            }
            ExprKind::Or(parts) => {
                let tested: Vec<_> = parts.iter().map(|part| self.test(frame, part).not()).collect();
                tested.into_iter().reduce(Tested::and).unwrap_or_default().not()
            }
            ExprKind::Compare(left, rest) if rest.len() == 1 => {
                let (comparison, right) = &rest[0];
                let value = self.comparison(frame, test, left, *comparison, right);
                let empty = matches!(&right.kind, ExprKind::Constant(c) if &**c == "None")
                    || matches!(&right.kind, ExprKind::Str(s) if s.is_empty());
                match comparison {
                    Comparison::Is | Comparison::Equal if empty => self.truth(&value.0).not(),
                    Comparison::IsNot | Comparison::NotEqual if empty => self.truth(&value.0),
                    Comparison::In => self.contains_truth(&value),
                    Comparison::NotIn => self.contains_truth(&value).not(),
                    _ => Tested::default(),
                }
            }
            ExprKind::Walrus(..) | ExprKind::Name(_) | ExprKind::Call(..) | ExprKind::Attribute(..) => {
                let value = self.expression(frame, test);
                self.truth(&value)
            }
            _ => {
                let value = self.expression(frame, test);
                self.truth(&value)
            }
        }
    }

    fn contains_truth(&mut self, (event, key): &(Value, Value)) -> Tested {
        let mut tested = self.truth(event);
        if matches!(event, Value::Read(_)) {
            tested.present_if_true.push(key.clone());
        }
        tested
    }

    /// What a value's truth tells.
    fn truth(&mut self, value: &Value) -> Tested {
        let mut tested = Tested::default();
        for value in value.alternatives() {
            match value {
                Value::Read(event) => tested.absent_if_false.push(*event),
                Value::Delayed(_) if value.has_parameter() => tested.waiting_if_false.push(value.clone()),
                Value::Symbol(Symbol::Parameter(function, index)) => {
                    tested.waiting_if_false.push(value.clone());
                    let name = self.parameter_name(*function, *index);
                    tested.missing_if_false.extend(name);
                }
                _ => {}
            }
        }
        tested
    }

    /// Notes that a block which runs when values known later are absent raises.
    pub(super) fn check_later(&mut self, frame: &mut Frame, waiting: &[Value], body: &[Stmt]) {
        if waiting.is_empty() || frame.function.is_none() || frame.checks.len() > MAX_CHECKS {
            return;
        }
        if let Some(exception) = self.raised_at_the_end(frame, body) {
            frame.checks.extend(waiting.iter().map(|value| (value.clone(), exception.clone())));
        }
    }

    /// A check whose value is known now.
    pub(super) fn checked(&mut self, frame: &mut Frame, value: &Value, exception: &Name) {
        for alternative in value.alternatives() {
            match alternative {
                Value::Read(event) => self.refine_raises(*event, exception.clone()),
                value if value.has_parameter() && frame.function.is_some() && frame.checks.len() < MAX_CHECKS => {
                    frame.checks.push((value.clone(), exception.clone()));
                }
                _ => {}
            }
        }
    }

    /// The code raises this if the variable is absent.
    pub(super) fn refine_raises(&mut self, event: EventId, exception: impl Into<Name>) {
        let field = self.settings_fields.get(&event).map(|(class, field, _)| (*class, field.clone()));
        let refined = match field.and_then(|field| self.settings_events.get(&field)) {
            // The object was made with its default; the check comes later, on first use.
            Some((_, absent)) if absent.outcome == Outcome::Default => {
                Absent { exception: Some(exception.into()), ..absent.clone() }
            }
            _ => Absent::raises(exception),
        };
        self.refined.insert(event, refined);
    }

    /// A branch that runs when the variables of `events` are absent: it raises, returns or sets a default.
    pub(super) fn refine_branch(
        &mut self,
        frame: &mut Frame,
        events: &[EventId],
        body: &[Stmt],
        changed: &HashMap<Name, Option<Value>>,
    ) {
        if events.is_empty() || body.is_empty() {
            return;
        }
        if let Some(exception) = self.raised_at_the_end(frame, body) {
            for &event in events {
                self.refine_raises(event, exception.clone());
            }
            return;
        }
        let replacement = match body.last().map(|stmt| &stmt.kind) {
            Some(StmtKind::Return(Some(_))) => frame.returns.last().cloned(),
            _ => changed.values().flatten().find(|v| matches!(v, Value::Text(_) | Value::Constant(_))).cloned(),
        };
        let outcome = match replacement {
            Some(value @ (Value::Text(_) | Value::Constant(_) | Value::None | Value::Symbol(_))) => {
                Absent::default(value)
            }
            Some(Value::Read(_)) => Absent::new(Outcome::Handled),
            _ => return,
        };
        for &event in events {
            let now = self.refined.get(&event);
            if now.is_none_or(|now| now.outcome != Outcome::Raises) {
                self.refined.insert(event, outcome.clone());
            }
        }
    }

    /// Something else is taken if the variables of `value` are absent.
    pub(super) fn refine_default(&mut self, value: &Value, instead: &Value) {
        for alternative in value.alternatives() {
            let Value::Read(event) = alternative else { continue };
            if self.refined.get(event).is_some_and(|now| now.outcome == Outcome::Raises) {
                continue;
            }
            let absent = match instead {
                Value::Text(_) | Value::Constant(_) | Value::None | Value::Symbol(_) => {
                    Absent::default(instead.clone())
                }
                Value::Union(_) | Value::Read(_) => Absent::new(Outcome::Handled),
                _ => Absent { outcome: Outcome::Default, exception: None, default: None },
            };
            self.refined.insert(*event, absent);
        }
    }

    /// The exception that a block raises in the end, by its last segment; `SystemExit` for `sys.exit`.
    pub(super) fn raised_at_the_end(&mut self, frame: &mut Frame, body: &[Stmt]) -> Option<Name> {
        match &body.last()?.kind {
            StmtKind::Raise(Some(exception)) => last_segment(exception),
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

/// How many checks of parameters a function keeps for its callers.
const MAX_CHECKS: usize = 100;
