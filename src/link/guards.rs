//! Guards: what conditions ask of values that are known only where a function is called, and what an
//! absence outcome comes to once they are.

use super::Linker;
use super::bounds;
use super::choices::{Asks, answer};
use super::events::Absent;
use super::scope::Frame;
use super::value::{EventId, Value};
use crate::link::calls::Substitution;
use crate::model::Outcome;

/// What is asked of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// Whether it is true.
    Truth,
    /// `value is other`
    Is(Value),
    /// `value == other`
    Equal(Value),
    /// `isinstance(value, class)`
    Kind(Value),
    /// Whether `int()` or `float()` can read it.
    Number,
    /// `value in table`
    In(Value),
    /// `value.startswith(text)` and the like.
    Edge(Asks),
}

/// A condition under which an outcome counts.
#[derive(Debug, Clone, PartialEq)]
pub enum Guard {
    /// The answer to a question: whether this value is so.
    Asks(Value, Question, bool),
    /// The same of an operation that fails if the answer is this: it is taken to work if that is not known.
    Fails(Value, Question, bool),
    /// Something that holds because the variables of these reads are absent, and that is not known for
    /// other reads.
    Absence(Vec<EventId>),
}

impl Question {
    /// The same with what the value is compared with changed.
    pub(super) fn map(&self, mut f: impl FnMut(&Value) -> Value) -> Question {
        match self {
            Question::Is(with) => Question::Is(f(with)),
            Question::Equal(with) => Question::Equal(f(with)),
            Question::Kind(class) => Question::Kind(f(class)),
            Question::In(table) => Question::In(f(table)),
            Question::Truth | Question::Number | Question::Edge(_) => self.clone(),
        }
    }

    /// The answer, if all that the value may be agrees on it.
    pub fn of(&self, value: &Value) -> Option<bool> {
        let mut answers = value.alternatives().iter().map(|value| self.of_one(value));
        if matches!(self, Question::Is(with) if *with != Value::None) {
            // What is not known is hardly the one object that stands for nothing given.
            let known: Vec<bool> = answers.clone().flatten().collect();
            let all = known.len() == value.alternatives().len();
            let same = known.iter().all(|answer| *answer == known[0]);
            (same && known.first().is_some_and(|answer| all || !answer)).then(|| known[0])
        } else {
            let first = answers.next()??;
            answers.all(|answer| answer == Some(first)).then_some(first)
        }
    }

    fn of_one(&self, value: &Value) -> Option<bool> {
        match self {
            Question::Truth => truth(value),
            _ if is_vague(value) => None,
            // A literal is no sentinel, even one that is not known.
            Question::Is(other) if is_vague(other) => {
                matches!(value, Value::Text(_) | Value::Constant(_)).then_some(false)
            }
            Question::Is(other) => Some(value == other),
            Question::Equal(other) => match (value.known_text(), other.known_text()) {
                (Some(a), Some(b)) if a == b => Some(true),
                // The text may have been stripped or its case changed on the way.
                (Some(a), Some(b)) => (a.trim().to_lowercase() != b.trim().to_lowercase()).then_some(false),
                _ if is_vague(other) => None,
                _ => (*value == Value::None || *other == Value::None).then_some(value == other),
            },
            Question::Kind(class) => is_kind(value, class),
            // More may have been put into a table meanwhile.
            Question::In(table) => {
                let text = value.known_text()?;
                let holds = |item: &Value| item.known_text().as_ref() == Some(&text);
                let found = match table {
                    Value::Dict(items) => items.iter().any(|(name, _)| holds(name)),
                    Value::Sequence(items) => items.iter().any(holds),
                    _ => false,
                };
                found.then_some(true)
            }
            Question::Edge(asks) => answer(value, asks),
            Question::Number => match value {
                Value::None => Some(false),
                value => value.known_text().map(|text| is_number(&text)).or(Some(true)),
            },
        }
    }
}

fn is_vague(value: &Value) -> bool {
    matches!(value, Value::Unknown | Value::Symbol(_) | Value::Delayed(_) | Value::Read(_) | Value::Union(_))
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::None => Some(false),
        Value::Constant(text) => match &**text {
            "False" | "0" | "0.0" => Some(false),
            _ => Some(true),
        },
        Value::Text(_) => match value.known_text().as_deref() {
            Some("") => Some(false),
            // The number may have been made of it on the way.
            Some("0" | "0.0") => None,
            known => known.map(|_| true),
        },
        Value::Sequence(items) => Some(!items.is_empty()),
        Value::Dict(items) => Some(!items.is_empty()),
        Value::Function(_) | Value::Class(_) | Value::Module(_) => Some(true),
        _ => None,
    }
}

/// `isinstance(value, class)`
fn is_kind(value: &Value, class: &Value) -> Option<bool> {
    let own = match value {
        Value::None => "NoneType",
        Value::Text(_) => "str",
        Value::Constant(text) if matches!(&**text, "True" | "False") => "bool",
        Value::Constant(_) => "int",
        Value::Instance(_) => "",
        _ => return None,
    };
    match class {
        Value::Sequence(classes) => {
            let answers: Vec<_> = classes.iter().map(|class| is_kind(value, class)).collect();
            if answers.contains(&Some(true)) {
                return Some(true);
            }
            answers.iter().all(|answer| *answer == Some(false)).then_some(false)
        }
        Value::Class(class) => match value {
            Value::Instance(instance) => (instance.class == *class).then_some(true),
            _ => Some(false),
        },
        Value::External(class) => match class.strip_prefix("builtins.")? {
            name if name == own => Some(true),
            "str" | "NoneType" | "list" | "dict" | "tuple" | "set" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn is_number(text: &str) -> bool {
    let text = text.trim().replace('_', "");
    text.parse::<f64>().is_ok()
}

impl Guard {
    /// Whether it holds; `None` if that is not known.
    fn holds(&self) -> Option<bool> {
        match self {
            Guard::Asks(value, question, answer) => question.of(value).map(|found| found == *answer),
            Guard::Fails(value, question, answer) => match question.of(value) {
                None if value.has_parameter() => None,
                found => Some(found == Some(*answer)),
            },
            Guard::Absence(_) => None,
        }
    }

    /// Something about which nothing is known for any read.
    pub fn other() -> Guard {
        Guard::Absence(Vec::new())
    }

    /// Whether it is about neither a parameter nor the variable.
    pub fn is_other(&self) -> bool {
        matches!(self, Guard::Absence(_))
    }
}

/// Whether all of them hold.
pub fn all_hold(guards: &[Guard]) -> Option<bool> {
    let mut all = Some(true);
    for guard in guards {
        match guard.holds() {
            Some(false) => return Some(false),
            Some(true) => {}
            None => all = None,
        }
    }
    all
}

impl Absent {
    /// With every guard answered that can be.
    pub fn settled(mut self) -> Absent {
        let mut open = Vec::new();
        for (guards, absent) in std::mem::take(&mut self.instead) {
            match all_hold(&guards) {
                Some(true) => {
                    self = absent;
                    break;
                }
                Some(false) => {}
                None => open.push((guards, absent)),
            }
        }
        open.append(&mut self.instead);
        if open.len() > MAX_INSTEAD {
            bounds::hit("what an absent variable leads to depends on too much: not all of it was followed");
            open.truncate(MAX_INSTEAD);
        }
        self.instead = open;
        self
    }

    /// What it comes to where nothing more will be known. Of ways that something other decides, the one
    /// that stops the program counts; if a parameter decides whether it stops, that is not known.
    pub fn decided(&self) -> Absent {
        let mut settled = self.clone().settled();
        let instead = std::mem::take(&mut settled.instead);
        let fails = |guards: &[Guard]| guards.iter().any(|guard| matches!(guard, Guard::Fails(..)));
        let other = |guards: &[Guard]| guards.iter().any(Guard::is_other);
        let ways: Vec<_> = instead.into_iter().filter(|(guards, _)| !fails(guards)).collect();
        if ways.iter().all(|(_, absent)| *absent == settled) {
            return settled;
        }
        let raises = settled.outcome == Outcome::Raises || ways.iter().any(|(_, way)| way.outcome == Outcome::Raises);
        if ways.iter().any(|(guards, _)| !other(guards)) {
            return if raises { Absent::new(Outcome::Unknown) } else { settled };
        }
        let mut stops = ways.into_iter().map(|(_, absent)| absent).chain([settled]);
        stops.find(|absent| absent.outcome == Outcome::Raises).unwrap_or_else(|| Absent::new(Outcome::Handled))
    }
}

impl Linker<'_> {
    /// An absence outcome with the arguments of a call in it.
    pub(super) fn substitute_absent(&mut self, frame: &mut Frame, absent: &Absent, with: &Substitution) -> Absent {
        // What a read does without its variable must not use up what finds further reads.
        let before = self.spent.substitutions;
        let mut new = match &absent.default {
            Some(default) => Absent::default(self.substitute(frame, default, with)),
            None => Absent { instead: Vec::new(), ..absent.clone() },
        };
        new.exception = absent.exception.clone();
        for (guards, absent) in &absent.instead {
            let guards = guards.iter().map(|guard| self.substitute_guard(frame, guard, with)).collect();
            new.instead.push((guards, self.substitute_absent(frame, absent, with)));
        }
        self.spent.substitutions = before;
        new.settled()
    }

    /// A guard with the arguments of a call in it.
    pub(super) fn substitute_guard(&mut self, frame: &mut Frame, guard: &Guard, with: &Substitution) -> Guard {
        let mut filled = |value: &Value| {
            let value = self.substitute(frame, value, with);
            if value.has_parameter() { value } else { self.force(&value) }
        };
        match guard {
            Guard::Asks(value, question, answer) => Guard::Asks(filled(value), question.map(filled), *answer),
            Guard::Fails(value, question, answer) => Guard::Fails(filled(value), question.map(filled), *answer),
            Guard::Absence(reads) => Guard::Absence(reads.clone()),
        }
    }
}

/// How many alternative outcomes of a read are kept.
const MAX_INSTEAD: usize = 8;

#[cfg(test)]
mod tests {
    use super::super::value::join;
    use super::*;

    fn text(text: &str) -> Value {
        Value::text(text, None)
    }

    #[test]
    fn questions_are_answered_where_the_value_is_known() {
        let constant = |text: &str| Value::Constant(text.into());
        let optional = Value::sequence(vec![Value::external("builtins.str"), Value::external("builtins.NoneType")]);
        let rows: &[(Question, Value, Option<bool>)] = &[
            (Question::Truth, text(""), Some(false)),
            (Question::Truth, text("x"), Some(true)),
            (Question::Truth, text("0"), None),
            (Question::Truth, constant("0"), Some(false)),
            (Question::Truth, Value::None, Some(false)),
            (Question::Truth, Value::Unknown, None),
            (Question::Truth, join([text("x"), Value::None]), None),
            (Question::Is(Value::None), Value::None, Some(true)),
            (Question::Is(Value::None), text(""), Some(false)),
            (Question::Is(Value::external("builtins.object()")), Value::None, Some(false)),
            (Question::Is(Value::None), Value::Unknown, None),
            (Question::Is(Value::external("o()")), Value::Unknown, None),
            (Question::Is(Value::external("o()")), join([Value::Unknown, text("x")]), Some(false)),
            (Question::Is(Value::external("o()")), join([Value::external("o()"), text("x")]), None),
            (Question::Equal(text("a")), text("a"), Some(true)),
            (Question::Equal(text("a")), text("A"), None),
            (Question::Equal(text("a")), text("b"), Some(false)),
            (Question::Equal(text("a")), Value::None, Some(false)),
            (Question::Kind(Value::external("builtins.str")), Value::None, Some(false)),
            (Question::Kind(Value::external("builtins.str")), text(""), Some(true)),
            (Question::Kind(Value::external("builtins.int")), text(""), None),
            (Question::Kind(optional.clone()), Value::None, Some(true)),
            (Question::Kind(optional.clone()), text("x"), Some(true)),
            (Question::Kind(optional), constant("8"), Some(false)),
            (Question::Number, text("8_080"), Some(true)),
            (Question::Number, text("eight"), Some(false)),
            (Question::Number, constant("8"), Some(true)),
        ];
        for (question, value, answer) in rows {
            assert_eq!(question.of(value), *answer, "{question:?} of {value:?}");
        }
    }

    #[test]
    fn an_outcome_is_decided_by_what_is_known() {
        let raises = Absent::raises("KeyError");
        let with = |guard: Guard| Absent { instead: vec![(vec![guard], raises.clone())], ..Absent::default(text("d")) };
        let asks = |value: Value| with(Guard::Asks(value, Question::Is(Value::None), true)).decided().outcome;
        assert_eq!(asks(Value::None), Outcome::Raises);
        assert_eq!(asks(text("x")), Outcome::Default);
        assert_eq!(asks(Value::Unknown), Outcome::Unknown);
        assert_eq!(with(Guard::other()).decided().outcome, Outcome::Raises);
        let fails = with(Guard::Fails(Value::Unknown, Question::Number, false));
        assert_eq!(fails.decided().outcome, Outcome::Default);
    }
}
