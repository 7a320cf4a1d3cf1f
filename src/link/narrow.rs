//! Narrowing: where a test says of what kind a value is, or which of two values it is, the others of
//! its alternatives are none from there on.

use super::Linker;
use super::guards::Question;
use super::scope::Frame;
use super::value::{Asks, Delayed, MAX_WAITING, Part, Value, join};
use crate::model::Place;
use crate::python::ir::{Argument, Comparison, Expr, ExprKind, Name};

/// What a test tells of a local name: that it is (or is no) instance of a class.
#[derive(Debug, Clone)]
pub struct Told {
    name: Name,
    class: Value,
    is: bool,
}

impl Linker<'_> {
    /// What a test tells of the kinds of local names if it holds, and if it does not.
    pub(super) fn kinds_told(&mut self, frame: &mut Frame, test: &Expr) -> (Vec<Told>, Vec<Told>) {
        match &test.kind {
            ExprKind::Not(inner) => {
                let (holds, fails) = self.kinds_told(frame, inner);
                (fails, holds)
            }
            ExprKind::And(parts) => {
                (parts.iter().flat_map(|part| self.kinds_told(frame, part).0).collect(), Vec::new())
            }
            ExprKind::Or(parts) => (Vec::new(), parts.iter().flat_map(|part| self.kinds_told(frame, part).1).collect()),
            ExprKind::Call(callee, arguments) => match (last_name(callee), arguments.as_slice()) {
                (Some("isinstance"), [value, class]) => self.both(frame, &value.value, &class.value, true),
                _ => Default::default(),
            },
            ExprKind::Compare(left, rest) => match (type_of(left), rest.as_slice()) {
                (Some(value), [(Comparison::Is | Comparison::Equal, class)]) => self.both(frame, value, class, true),
                (Some(value), [(Comparison::IsNot | Comparison::NotEqual, class)]) => {
                    self.both(frame, value, class, false)
                }
                _ => Default::default(),
            },
            _ => Default::default(),
        }
    }

    fn both(&mut self, frame: &mut Frame, value: &Expr, class: &Expr, is: bool) -> (Vec<Told>, Vec<Told>) {
        let ExprKind::Name(name) = &value.kind else { return Default::default() };
        let open = frame.variables.get(name).is_some_and(|value| match value {
            Value::Union(_) => true,
            Value::Delayed(_) => comes_of_a_walk(value),
            _ => false,
        });
        if !open {
            return Default::default();
        }
        let class = self.expression(frame, class);
        let class = if class.has_parameter() { class } else { self.force(&class) };
        let told = |is| vec![Told { name: name.clone(), class: class.clone(), is }];
        (told(is), told(!is))
    }

    /// From here on the names are of these kinds.
    pub(super) fn narrow(&mut self, frame: &mut Frame, told: &[Told]) {
        for Told { name, class, is } in told {
            if let Some(value) = frame.variables.get(name).cloned() {
                let narrowed = self.of_kind(&value, class, *is);
                frame.set(name, narrowed);
            }
        }
    }

    /// The alternatives of a value that are instances of a class, or those that are not.
    pub(super) fn of_kind(&mut self, value: &Value, class: &Value, is: bool) -> Value {
        if value.has_parameter() || class.has_parameter() {
            let waits = is && matches!(value, Value::Delayed(_));
            return if waits { Value::delayed(Delayed::Kind(value.clone(), class.clone())) } else { value.clone() };
        }
        let kept: Vec<Value> =
            value.alternatives().iter().filter(|v| self.is_of_kind(v, class) != Some(!is)).cloned().collect();
        if kept.is_empty() { Value::Unknown } else { join(kept) }
    }

    /// `isinstance(value, class)`, where that is known.
    pub(super) fn is_of_kind(&self, value: &Value, class: &Value) -> Option<bool> {
        match class {
            Value::Union(classes) => {
                let mut answers = classes.iter().map(|class| self.is_of_kind(value, class));
                let first = answers.next()??;
                answers.all(|answer| answer == Some(first)).then_some(first)
            }
            Value::Sequence(classes) => {
                let answers: Vec<_> = classes.iter().map(|class| self.is_of_kind(value, class)).collect();
                // Which of the two a sequence is, is not known; seldom it is neither.
                let named = |name: &str| classes.contains(&Value::external(name));
                let listed = matches!(value, Value::Sequence(_)) && named("builtins.list") && named("builtins.tuple");
                if listed || answers.contains(&Some(true)) {
                    return Some(true);
                }
                answers.iter().all(|answer| *answer == Some(false)).then_some(false)
            }
            Value::Class(class) => match value {
                Value::Instance(instance) => {
                    let lineage = self.lineage(instance.class);
                    if lineage.0.contains(class) {
                        Some(true)
                    } else {
                        self.is_complete(instance.class).then_some(false)
                    }
                }
                Value::Unknown | Value::Symbol(_) | Value::Delayed(_) | Value::Union(_) => None,
                Value::External(name) if name.ends_with("()") => None,
                _ => Some(false),
            },
            Value::External(class) => {
                let own = match value {
                    Value::None => "NoneType",
                    Value::Text(_) | Value::EnvironmentName(_) => "str",
                    Value::Constant(text) if matches!(&**text, "True" | "False") => "bool",
                    Value::Constant(text) if text.starts_with(|c: char| c.is_ascii_digit()) => "int",
                    Value::Dict(_) => "dict",
                    Value::Class(_) => "type",
                    Value::Function(_) => "function",
                    Value::Instance(_) | Value::Sequence(_) => "",
                    // What a library's call makes: an instance of what was called.
                    Value::Partial(call) => {
                        let Value::External(made) = &call.0 else { return None };
                        return Some(last(made) == last(class));
                    }
                    _ => return None,
                };
                match class.strip_prefix("builtins.") {
                    Some(class) if class == own => Some(true),
                    Some("list" | "tuple" | "set" | "frozenset") if matches!(value, Value::Sequence(_)) => None,
                    Some("int" | "float") if own == "int" || own == "bool" => None,
                    Some("str" | "dict" | "list" | "tuple" | "set" | "type" | "bool" | "int" | "float") => {
                        match value {
                            Value::Instance(instance) if !self.is_complete(instance.class) => None,
                            _ => Some(false),
                        }
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether all bases of a class are scanned.
    fn is_complete(&self, class: usize) -> bool {
        let lineage = self.lineage(class);
        let known = |name: &Name| matches!(last(name), "object" | "Generic" | "ABC" | "Protocol");
        let bases = lineage.0.iter().flat_map(|&c| &self.classes[c].bases);
        let scanned = |base: &Value| matches!(base, Value::Class(_) | Value::External(_));
        bases.flat_map(Value::alternatives).all(scanned) && lineage.1.iter().all(known)
    }

    /// Whether asking a value for an attribute surely fails.
    pub(super) fn cannot_have(&self, value: &Value, name: &str) -> bool {
        match value {
            Value::None => true,
            Value::Constant(_) => !matches!(name, "real" | "imag" | "bit_length" | "to_bytes"),
            Value::Function(_) => !name.starts_with("__") && !matches!(name, "cache_clear" | "cache_info"),
            _ => false,
        }
    }
}

/// `then if test else other`, which waits for what is tested if that is a parameter or comes of one.
pub fn choice(test: Value, asks: Asks, then: Value, other: Value) -> Value {
    if then == other {
        return then;
    }
    let text = |value: &Value| match value {
        Value::Text(_) => true,
        Value::Delayed(delayed) => matches!(**delayed, Delayed::Concat(_)),
        _ => false,
    };
    let plain = |value: &Value| text(value) || matches!(value, Value::None | Value::Symbol(_) | Value::Delayed(_));
    let waits = test.has_parameter() && matches!(test, Value::Symbol(_) | Value::Delayed(_));
    if waits && plain(&then) && plain(&other) && (text(&then) || text(&other)) {
        let size = test.size(MAX_WAITING) + then.size(MAX_WAITING) + other.size(MAX_WAITING);
        if size < MAX_WAITING {
            return Value::delayed(Delayed::Choice(test, asks, then, other));
        }
    }
    join([then, other])
}

/// The answer to what a choice asks, where it is known.
pub fn answer(test: &Value, asks: Asks) -> Option<bool> {
    match asks {
        Asks::Truth => Question::Truth.of(test),
        Asks::None => Question::Is(Value::None).of(test),
    }
}

impl Linker<'_> {
    /// What a test asks of a parameter, or of what comes of one: the value, and whether the test holds
    /// if the answer is yes.
    pub(super) fn choosing(&mut self, frame: &mut Frame, test: &Expr) -> Option<(Value, Asks, bool)> {
        let plain = |expr: &Expr| matches!(expr.kind, ExprKind::Name(_) | ExprKind::Attribute(..));
        let (value, asks, holds) = match &test.kind {
            ExprKind::Not(inner) => {
                let (value, asks, holds) = self.choosing(frame, inner)?;
                return Some((value, asks, !holds));
            }
            ExprKind::Name(_) | ExprKind::Attribute(..) => (test, Asks::Truth, true),
            ExprKind::Compare(left, rest) if plain(left) => match rest.as_slice() {
                [(Comparison::Is, with)] if is_none(with) => (&**left, Asks::None, true),
                [(Comparison::IsNot, with)] if is_none(with) => (&**left, Asks::None, false),
                _ => return None,
            },
            _ => return None,
        };
        let value = self.expression(frame, value);
        let waits = matches!(value, Value::Symbol(_) | Value::Delayed(_)) && value.has_parameter();
        waits.then_some((value, asks, holds))
    }

    /// A value that is one of two by what a test asks.
    pub(super) fn chosen(&mut self, asked: Option<&(Value, Asks, bool)>, then: Value, other: Value) -> Value {
        match asked {
            Some((value, asks, true)) => choice(value.clone(), *asks, then, other),
            Some((value, asks, false)) => choice(value.clone(), *asks, other, then),
            None => join([then, other]),
        }
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

/// Whether a value is, or is taken from, an element of something a parameter holds.
pub fn comes_of_a_walk(value: &Value) -> bool {
    value.has_parameter()
        && value.any(&mut |v| matches!(v, Value::Delayed(delayed) if matches!(**delayed, Delayed::Element(_))))
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn last_name(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Name(name) | ExprKind::Attribute(_, name) => Some(name),
        _ => None,
    }
}

/// `value` in `type(value)`.
fn type_of(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Call(callee, arguments) if last_name(callee) == Some("type") => match arguments.as_slice() {
            [Argument { value, .. }] => Some(value),
            _ => None,
        },
        _ => None,
    }
}
