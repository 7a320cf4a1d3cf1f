//! Narrowing: where a test says of what kind a value is, or which of two values it is, the others of
//! its alternatives are none from there on.

use super::Linker;
use super::scope::Frame;
use super::value::{Delayed, Value, join};
use crate::python::ir::{Argument, Comparison, Expr, ExprKind, Name};

/// What a test tells of a local name.
#[derive(Debug, Clone)]
pub struct Told {
    name: Name,
    of: Of,
    is: bool,
}

#[derive(Debug, Clone)]
enum Of {
    /// That it is (or is no) instance of a class.
    Kind(Value),
    /// That it is (or is none) of these texts.
    Texts(Vec<Value>),
    /// That it begins (or does not) with this.
    Begins(Name),
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
                (Some("startswith"), [Argument { value: Expr { kind: ExprKind::Str(text), .. }, .. }]) => {
                    begins_told(frame, callee, text)
                }
                _ => Default::default(),
            },
            ExprKind::Compare(left, rest) => match (type_of(left), rest.as_slice()) {
                (Some(value), [(Comparison::Is | Comparison::Equal, class)]) => self.both(frame, value, class, true),
                (Some(value), [(Comparison::IsNot | Comparison::NotEqual, class)]) => {
                    self.both(frame, value, class, false)
                }
                (None, [(comparison, with)]) => self.texts_told(frame, left, *comparison, with),
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
        let told = |is| vec![Told { name: name.clone(), of: Of::Kind(class.clone()), is }];
        (told(is), told(!is))
    }

    /// `name == "TEXT"`, `name in ("A", "B")` and the opposites.
    fn texts_told(
        &mut self,
        frame: &mut Frame,
        left: &Expr,
        comparison: Comparison,
        with: &Expr,
    ) -> (Vec<Told>, Vec<Told>) {
        let is = match comparison {
            Comparison::Equal | Comparison::In => true,
            Comparison::NotEqual | Comparison::NotIn => false,
            _ => return Default::default(),
        };
        let ExprKind::Name(name) = &left.kind else { return Default::default() };
        let open = frame.variables.get(name).is_some_and(
            |value| matches!(value, Value::Union(values) if values.iter().any(|v| v.known_text().is_some())),
        );
        if !open || !is_plain(with) {
            return Default::default();
        }
        let with = self.expression(frame, with);
        let with = if with.has_parameter() { return Default::default() } else { self.force(&with) };
        let texts = match comparison {
            Comparison::Equal | Comparison::NotEqual => Some(vec![with]),
            _ => self.elements(&with),
        };
        let Some(texts) = texts.filter(|texts| texts.iter().all(|text| text.known_text().is_some())) else {
            return Default::default();
        };
        let told = |is| vec![Told { name: name.clone(), of: Of::Texts(texts.clone()), is }];
        (told(is), told(!is))
    }

    /// From here on the names are of these kinds.
    pub(super) fn narrow(&mut self, frame: &mut Frame, told: &[Told]) {
        for Told { name, of, is } in told {
            if let Some(value) = frame.variables.get(name).cloned() {
                let narrowed = match of {
                    Of::Kind(class) => self.of_kind(&value, class, *is),
                    Of::Texts(texts) => of_texts(&value, texts, *is),
                    Of::Begins(with) => beginning(&value, with, *is),
                };
                frame.set(name, narrowed);
            }
        }
    }

    /// What follows in a condition knows which texts names are, if this part of it holds (or does not); what
    /// they were before.
    pub(super) fn narrow_texts(&mut self, frame: &mut Frame, part: &Expr, holds: bool) -> Vec<(Name, Value)> {
        let (told, otherwise) = self.kinds_told(frame, part);
        let mut told = if holds { told } else { otherwise };
        told.retain(|told| matches!(told.of, Of::Texts(_)));
        let before = |told: &Told| Some((told.name.clone(), frame.variables.get(&told.name)?.clone()));
        let before = told.iter().filter_map(before).collect();
        self.narrow(frame, &told);
        before
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

/// The alternatives of a value that are among some texts, or those that are not. The case of a text may have been
/// changed on the way.
fn of_texts(value: &Value, texts: &[Value], is: bool) -> Value {
    let same = |a: &Name, b: &Name| if is { a.eq_ignore_ascii_case(b) } else { a == b };
    let among = |value: &Name| texts.iter().filter_map(Value::known_text).any(|text| same(value, &text));
    let fits = |value: &&Value| value.known_text().map_or(!is, |text| among(&text) == is);
    let mut kept: Vec<Value> = value.alternatives().iter().filter(fits).cloned().collect();
    // What is not known is one of the texts.
    let unknown = |value: &Value| value.known_text().is_none() && !matches!(value, Value::None | Value::Constant(_));
    if is && (kept.is_empty() || value.alternatives().iter().any(unknown)) {
        kept.extend(texts.iter().cloned());
    }
    if kept.is_empty() { value.clone() } else { join(kept) }
}

/// `name.startswith("A")`, where a name may be one of several texts.
fn begins_told(frame: &Frame, callee: &Expr, with: &Name) -> (Vec<Told>, Vec<Told>) {
    let ExprKind::Attribute(of, _) = &callee.kind else { return Default::default() };
    let ExprKind::Name(name) = &of.kind else { return Default::default() };
    let open = frame.variables.get(name).is_some_and(|value| matches!(value, Value::Union(_)));
    let told = |is| vec![Told { name: name.clone(), of: Of::Begins(with.clone()), is }];
    if open { (told(true), told(false)) } else { Default::default() }
}

/// The alternatives of a value that begin so, or those that do not. Nothing is known of it if none does.
fn beginning(value: &Value, with: &Name, is: bool) -> Value {
    let fits = |value: &&Value| match value {
        Value::None | Value::Constant(_) => false,
        value => value.known_text().is_none_or(|text| text.starts_with(&**with) == is),
    };
    let kept: Vec<Value> = value.alternatives().iter().filter(fits).cloned().collect();
    if kept.is_empty() { Value::Unknown } else { join(kept) }
}

/// Whether evaluating an expression once more tells the same and nothing else.
fn is_plain(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Str(_) | ExprKind::Name(_) => true,
        ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => items.iter().all(is_plain),
        _ => false,
    }
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
