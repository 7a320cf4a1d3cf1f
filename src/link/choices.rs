//! Choices: a value that is one of two by what a test asks of a parameter, until a call tells which.

use super::Linker;
use super::calls::changes_text;
use super::guards::Question;
use super::scope::Frame;
use super::value::{Delayed, MAX_WAITING, Part, Text, Value, join};
use crate::model::Place;
use crate::python::ir::{Argument, ArgumentKind, Comparison, Expr, ExprKind, Name};

/// What a choice asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Asks {
    /// Whether a value is true.
    Truth,
    /// Whether it is `None`.
    None,
    /// Whether it is this text.
    Equal(Name),
    /// Whether it begins with this.
    Begins(Name),
    /// Whether it ends with this.
    Ends(Name),
}

/// What a test asks: whether all of these have the answers that stand with them.
#[derive(Debug, Default)]
pub struct Asked {
    all: Vec<(Value, Asks, bool)>,
    /// Whether something else is asked besides.
    more: bool,
    /// Whether the test holds if they have.
    holds: bool,
}

/// `then if test else other`, which waits for what is tested if that is a parameter or comes of one.
pub fn choice(test: Value, asks: Asks, then: Value, other: Value) -> Value {
    if then == other {
        return then;
    }
    let plain = |value: &Value| {
        let one = |v: &Value| is_text(v) || matches!(v, Value::None | Value::Symbol(_) | Value::Delayed(_));
        value.alternatives().iter().all(one)
    };
    let waits = test.has_parameter() && matches!(test, Value::Symbol(_) | Value::Delayed(_) | Value::Text(_));
    if waits && plain(&then) && plain(&other) && (is_text(&then) || is_text(&other)) {
        let size = test.size(MAX_WAITING) + then.size(MAX_WAITING) + other.size(MAX_WAITING);
        if size < MAX_WAITING {
            return Value::delayed(Delayed::Choice(test, asks, then, other));
        }
    }
    join([then, other])
}

/// Whether a value is a text, whatever it waits for.
fn is_text(value: &Value) -> bool {
    match value {
        Value::Text(_) => true,
        Value::Union(values) => values.iter().any(is_text),
        Value::Delayed(delayed) => match &**delayed {
            Delayed::Concat(_) => true,
            Delayed::Choice(_, _, then, other) => is_text(then) || is_text(other),
            // `text[1:]`
            Delayed::Item(_, index) => matches!(index, Value::Partial(_)),
            Delayed::Call(Value::Delayed(callee), ..) => match &**callee {
                Delayed::Attribute(_, method) => {
                    changes_text(method) && !matches!(&**method, "items" | "keys" | "values" | "get" | "copy" | "split")
                }
                _ => false,
            },
            _ => false,
        },
        _ => false,
    }
}

/// The answer to what a choice asks, where it is known.
pub fn answer(test: &Value, asks: &Asks) -> Option<bool> {
    let of = |value: &Value| match asks {
        Asks::Truth => Question::Truth.of(value),
        Asks::None => Question::Is(Value::None).of(value),
        Asks::Equal(_) if matches!(value, Value::None | Value::Constant(_)) => Some(false),
        Asks::Equal(with) => value.known_text().map(|text| text == *with),
        Asks::Begins(with) => edge(value, |text| text.parts.first(), |text| text.starts_with(&**with)),
        Asks::Ends(with) => edge(value, |text| text.parts.last(), |text| text.ends_with(&**with)),
    };
    let mut answers = test.alternatives().iter().map(of);
    let first = answers.next()??;
    answers.all(|answer| answer == Some(first)).then_some(first)
}

/// What is known of one end of a text.
fn edge(value: &Value, end: fn(&Text) -> Option<&Part>, is: impl Fn(&str) -> bool) -> Option<bool> {
    if let Some(text) = value.known_text() {
        return Some(is(&text));
    }
    match value {
        Value::Text(text) => match end(text) {
            // More may follow that is not known.
            Some(Part::Literal(literal)) => is(literal).then_some(true),
            _ => None,
        },
        _ => None,
    }
}

impl Linker<'_> {
    /// What a test asks of parameters, or of what comes of them.
    pub(super) fn choosing(&mut self, frame: &mut Frame, test: &Expr) -> Option<Asked> {
        let one = |value, asks, yes| Some(Asked { all: vec![(value, asks, yes)], more: false, holds: true });
        match &test.kind {
            ExprKind::Not(inner) => {
                let asked = self.choosing(frame, inner)?;
                Some(Asked { holds: !asked.holds, ..asked })
            }
            ExprKind::And(parts) => self.choosing_all(frame, parts, true),
            ExprKind::Or(parts) => self.choosing_all(frame, parts, false),
            ExprKind::Name(_) | ExprKind::Attribute(..) => {
                let value = self.tested(frame, test)?;
                one(value, Asks::Truth, true)
            }
            ExprKind::Compare(left, rest) => {
                let [(comparison, with)] = rest.as_slice() else { return None };
                let (asks, yes) = match (comparison, &with.kind) {
                    (Comparison::Is, _) if is_none(with) => (Asks::None, true),
                    (Comparison::IsNot, _) if is_none(with) => (Asks::None, false),
                    (Comparison::Equal, ExprKind::Str(text)) => (Asks::Equal(text.clone()), true),
                    (Comparison::NotEqual, ExprKind::Str(text)) => (Asks::Equal(text.clone()), false),
                    _ => return None,
                };
                match (&left.kind, asks) {
                    (ExprKind::Name(_) | ExprKind::Attribute(..), asks) => {
                        let value = self.tested(frame, left)?;
                        one(value, asks, yes)
                    }
                    // `text[-1] == "_"`
                    (ExprKind::Subscript(of, index), Asks::Equal(text)) if text.chars().count() == 1 => {
                        let asks = match self.expression(frame, index) {
                            Value::Constant(at) if &*at == "-1" => Asks::Ends(text),
                            Value::Constant(at) if &*at == "0" => Asks::Begins(text),
                            _ => return None,
                        };
                        let value = self.tested(frame, of)?;
                        one(value, asks, yes)
                    }
                    _ => None,
                }
            }
            ExprKind::Call(callee, arguments) => {
                let (value, asks) = self.edge_asked(frame, callee, arguments)?;
                one(value, asks, true)
            }
            _ => None,
        }
    }

    /// `a and b`, or `not (not a and not b)`.
    fn choosing_all(&mut self, frame: &mut Frame, parts: &[Expr], holds: bool) -> Option<Asked> {
        let mut all = Asked { holds, ..Asked::default() };
        for part in parts {
            match self.choosing(frame, part) {
                // Several that need not have all their answers are no answer of their own.
                Some(asked) if asked.holds == holds => {
                    all.all.extend(asked.all);
                    all.more |= asked.more;
                }
                Some(mut asked) if asked.all.len() == 1 && !asked.more => {
                    let (value, asks, yes) = asked.all.remove(0);
                    all.all.push((value, asks, !yes));
                }
                _ => all.more = true,
            }
        }
        (!all.all.is_empty()).then_some(all)
    }

    /// `text.startswith("A")`, `text.endswith("B")`: what waits and is asked.
    pub(super) fn edge_asked(
        &mut self,
        frame: &mut Frame,
        callee: &Expr,
        arguments: &[Argument],
    ) -> Option<(Value, Asks)> {
        let ExprKind::Attribute(of, method) = &callee.kind else { return None };
        let [argument] = arguments else { return None };
        let (ExprKind::Str(text), ArgumentKind::Positional) = (&argument.value.kind, &argument.kind) else {
            return None;
        };
        let asks = match &**method {
            "startswith" => Asks::Begins(text.clone()),
            "endswith" => Asks::Ends(text.clone()),
            _ => return None,
        };
        let value = self.tested(frame, of)?;
        Some((value, asks))
    }

    fn tested(&mut self, frame: &mut Frame, value: &Expr) -> Option<Value> {
        let value = self.expression(frame, value);
        let waits = matches!(value, Value::Symbol(_) | Value::Delayed(_) | Value::Text(_)) && value.has_parameter();
        waits.then_some(value)
    }

    /// A value that is one of two by what a test asks.
    pub(super) fn chosen(&mut self, asked: Option<&Asked>, then: Value, other: Value) -> Value {
        let Some(asked) = asked else { return join([then, other]) };
        let (then, other) = if asked.holds { (then, other) } else { (other, then) };
        let mut chosen = if asked.more { join([then, other.clone()]) } else { then };
        for (value, asks, yes) in asked.all.iter().rev() {
            let (first, second) = if *yes { (chosen, other.clone()) } else { (other.clone(), chosen) };
            chosen = choice(value.clone(), asks.clone(), first, second);
        }
        chosen
    }

    /// A value with both ways of each choice that nobody has made.
    pub(super) fn without_choices(&mut self, value: &Value) -> Value {
        let chooses = |v: &Value| matches!(v, Value::Delayed(delayed) if matches!(**delayed, Delayed::Choice(..)));
        if !value.any(&mut |v| chooses(v)) {
            return value.clone();
        }
        match value {
            Value::Delayed(delayed) => match &**delayed {
                Delayed::Choice(_, _, then, other) => {
                    let (then, other) = (self.without_choices(then), self.without_choices(other));
                    join([then, other])
                }
                Delayed::Attribute(of, name) => {
                    let of = self.without_choices(of);
                    self.attribute(&mut Frame::new(0), &of, name, Place { file: 0, span: Default::default() })
                }
                Delayed::Call(callee, arguments, place) => {
                    let callee = self.without_choices(callee);
                    let arguments = arguments.map(|value| self.without_choices(value));
                    self.call(&mut Frame::new(place.file), &callee, &arguments, *place)
                }
                Delayed::Concat(parts) => {
                    let parts: Vec<Value> = parts.iter().map(|part| self.without_choices(part)).collect();
                    self.add(&parts)
                }
                _ => value.clone(),
            },
            Value::Union(values) => {
                let values: Vec<Value> = values.iter().map(|value| self.without_choices(value)).collect();
                join(values)
            }
            Value::Text(text) => {
                let parts = text.parts.iter().map(|part| match part {
                    Part::Literal(literal) => Value::text(literal.clone(), text.given),
                    Part::Symbolic(value) => self.without_choices(value),
                    Part::Any => Value::Unknown,
                });
                let parts: Vec<Value> = parts.collect();
                self.concat(&parts)
            }
            _ => value.clone(),
        }
    }
}

fn is_none(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Constant(text) if &**text == "None")
}
