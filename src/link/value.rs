//! The evaluator's values: few kinds, cheap to clone, compared by content.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

pub use super::arguments::Arguments;
use super::bounds;
use super::choices::Asks;
use super::instance::Instance;
use crate::model::{FileId, Place};
use crate::python::ir::Name;

/// Index of a function known to the evaluator.
pub type FunctionId = usize;
/// Index of a class known to the evaluator.
pub type ClassId = usize;
/// Names an event that has been recorded, so that later checks can refine its absence outcome.
pub type EventId = usize;

/// An abstract value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Nothing is known.
    Unknown,
    /// `None`
    None,
    /// A number, `True`, `False`, `...`: its source text.
    Constant(Name),
    /// A text, perhaps with unknown or symbolic parts.
    Text(Rc<Text>),
    /// A tuple, list or set.
    Sequence(Rc<Vec<Value>>),
    /// A dict.
    Dict(Rc<Vec<(Value, Value)>>),
    /// One of several, none of them a `Union` itself.
    Union(Rc<Vec<Value>>),
    /// A function, perhaps bound to its first argument or closed over outer parameters.
    Function(Rc<Callable>),
    /// A class of the scanned code.
    Class(ClassId),
    /// An object made at a known place.
    Instance(Rc<Instance>),
    /// A module of the scanned code.
    Module(FileId),
    /// A folder without `__init__.py` on the import path: (file that imports it, dotted name).
    Namespace(FileId, Name),
    /// Something that is not in the scanned code, by its qualified name; `q()` is what calling `q` gives.
    External(Name),
    /// The environment mapping, a view or a copy of it.
    Environment,
    /// A name met while iterating over the environment, in the iteration recorded as this event.
    EnvironmentName(EventId),
    /// `environ.items()`, in the iteration recorded as this event.
    EnvironmentItems(EventId),
    /// What a read gives; or, for `in`, whether it is there.
    Read(EventId),
    /// A method of a text, collection or the environment, bound to its receiver.
    Method(Rc<(Value, Name)>),
    /// `functools.partial(callee, …)`
    Partial(Rc<(Value, Arguments)>),
    /// Something of a library that is known by its qualified name, below an object that keeps what
    /// it was made with.
    Object(Rc<(Name, Arguments)>),
    /// Known only where a function is called or an import is looked up.
    Symbol(Symbol),
    /// An operation that waits for a symbol.
    Delayed(Rc<Delayed>),
}

/// Something that is filled in later.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Symbol {
    /// A parameter.
    Parameter(FunctionId, usize),
    /// A name of another module that has not been looked up: (importing file, level, module, name);
    /// an empty name is the module itself.
    Import(FileId, u8, Name, Name),
    /// A definition in the first column that has not been looked at: (file, unit).
    Unit(FileId, usize),
    /// What functions of a module bind one of its names to, not looked at yet.
    Bound(FileId, Name),
}

impl Symbol {
    /// Whether it is known where a function is called.
    pub fn is_parameter(&self) -> bool {
        matches!(self, Symbol::Parameter(..))
    }
}

/// An operation on operands of which at least one is symbolic.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Delayed {
    /// `value.name`
    Attribute(Value, Name),
    /// `value[index]`
    Item(Value, Value),
    /// `{…}[index]` of a table of names.
    Lookup(Table, Value),
    /// An element of what is iterated.
    Element(Value),
    /// `callee(arguments)`
    Call(Value, Arguments, Place),
    /// `"".join(parts)`, in effect: concatenation.
    Concat(Vec<Value>),
    /// A value that is known to be an instance of a class.
    Kind(Value, Value),
    /// `then if test else other`, or `then if test is None else other`
    Choice(Value, Asks, Value, Value),
    /// What `*x` and `**x` give of a parameter, at this position in `x` or by this name; else its default.
    Argument(Arguments, usize, Name, Value),
    /// The dict of keywords but for those that parameters have used.
    Keywords(Arguments, Vec<Name>),
}

/// A function with what it is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Callable {
    /// The function.
    pub function: FunctionId,
    /// `self` or `cls`, passed as its first argument.
    pub bound: Option<Value>,
    /// Values of the parameters of enclosing functions, for a closure that has left them.
    pub captured: Vec<(Symbol, Value)>,
}

/// A text.
#[derive(Debug, Clone)]
pub struct Text {
    /// Its parts; two literal parts never follow each other.
    pub parts: Vec<Part>,
    /// Where its (first) literal stands.
    pub given: Option<Place>,
}

impl Text {
    /// Whether it may turn out to be this, as far as its ends are known.
    pub fn may_be(&self, text: &str) -> bool {
        let literal = |part: Option<&Part>| match part {
            Some(Part::Literal(literal)) => literal.clone(),
            _ => "".into(),
        };
        let (first, last) = (literal(self.parts.first()), literal(self.parts.last()));
        text.len() >= first.len() + last.len() && text.starts_with(&*first) && text.ends_with(&*last)
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}
impl Eq for Text {}
impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts.hash(state);
    }
}

/// A table of names, as large as it may be: cheap to clone, and to compare with itself.
#[derive(Debug, Clone, Eq)]
pub struct Table(pub Rc<Vec<(Value, Value)>>);

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}
impl Hash for Table {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.len().hash(state);
    }
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// Known.
    Literal(Name),
    /// Known later.
    Symbolic(Value),
    /// Not known.
    Any,
}

/// How many alternatives a value may have before it is widened: tables in real code have hundreds
/// of names; beyond this bound a common prefix is kept.
pub const MAX_ALTERNATIVES: usize = 2048;
/// How many values a collection may be made of, all levels together.
pub const MAX_COLLECTION: usize = 300_000;
/// How many values an operation that waits may be made of before it is given up as unknown.
pub const MAX_WAITING: usize = 64;

impl Value {
    /// The qualified name of something that is not scanned, bare or with the arguments it was called with.
    pub fn outside(&self) -> Option<(&Name, Option<&Arguments>)> {
        match self {
            Value::External(name) => Some((name, None)),
            Value::Partial(call) => match &call.0 {
                Value::External(name) => Some((name, Some(&call.1))),
                _ => None,
            },
            _ => None,
        }
    }

    /// A known text.
    pub fn text(text: impl Into<Name>, given: Option<Place>) -> Value {
        Value::Text(Rc::new(Text { parts: vec![Part::Literal(text.into())], given }))
    }

    /// A dotted name outside the scanned code.
    pub fn external(name: impl Into<Name>) -> Value {
        Value::External(name.into())
    }

    /// The text, if all of it is known.
    pub fn known_text(&self) -> Option<Name> {
        match self {
            Value::Text(text) => match text.parts.as_slice() {
                [] => Some("".into()),
                [Part::Literal(text)] => Some(text.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// The alternatives.
    pub fn alternatives(&self) -> &[Value] {
        match self {
            Value::Union(values) => values,
            other => std::slice::from_ref(other),
        }
    }

    /// Whether it waits for something.
    pub fn is_symbolic(&self) -> bool {
        self.any(&mut |v| matches!(v, Value::Symbol(_) | Value::Delayed(_)))
    }

    /// Whether it waits for a parameter.
    pub fn has_parameter(&self) -> bool {
        self.any(&mut |v| matches!(v, Value::Symbol(Symbol::Parameter(..))))
    }

    /// Whether it waits for a parameter of this function.
    pub fn has_parameter_of(&self, function: FunctionId) -> bool {
        self.any(&mut |v| matches!(v, Value::Symbol(Symbol::Parameter(f, _)) if *f == function))
    }

    /// Whether `found` holds for it or for a value in it. Functions and instances are not entered.
    pub fn any(&self, found: &mut impl FnMut(&Value) -> bool) -> bool {
        if found(self) {
            return true;
        }
        match self {
            Value::Text(text) => text.parts.iter().any(|part| match part {
                Part::Symbolic(value) => value.any(found),
                _ => false,
            }),
            Value::Sequence(items) | Value::Union(items) => items.iter().any(|v| v.any(found)),
            Value::Dict(items) => items.iter().any(|(k, v)| k.any(found) || v.any(found)),
            Value::Method(method) => method.0.any(found),
            Value::Partial(partial) => partial.0.any(found) || partial.1.values().any(|v| v.any(found)),
            Value::Object(object) => object.1.values().any(|v| v.any(found)),
            Value::Function(callable) => {
                callable.bound.as_ref().is_some_and(|v| v.any(found))
                    || callable.captured.iter().any(|(_, v)| v.any(found))
            }
            Value::Delayed(delayed) => match &**delayed {
                Delayed::Attribute(value, _) | Delayed::Element(value) => value.any(found),
                Delayed::Item(value, index) => value.any(found) || index.any(found),
                Delayed::Lookup(_, index) => index.any(found),
                Delayed::Call(callee, arguments, _) => callee.any(found) || arguments.values().any(|v| v.any(found)),
                Delayed::Concat(parts) => parts.iter().any(|v| v.any(found)),
                Delayed::Kind(value, class) => value.any(found) || class.any(found),
                Delayed::Choice(test, _, then, other) => test.any(found) || then.any(found) || other.any(found),
                Delayed::Keywords(arguments, _) => arguments.values().any(|v| v.any(found)),
                Delayed::Argument(arguments, _, _, default) => {
                    default.any(found) || arguments.values().any(|v| v.any(found))
                }
            },
            _ => false,
        }
    }

    /// A tuple, list or set; unknown if collections of collections have grown beyond all tables.
    pub fn sequence(items: Vec<Value>) -> Value {
        Value::Sequence(Rc::new(items)).bounded()
    }

    /// A dict; unknown if collections of collections have grown beyond all tables.
    pub fn dict(items: Vec<(Value, Value)>) -> Value {
        Value::Dict(Rc::new(items)).bounded()
    }

    fn bounded(self) -> Value {
        if self.size(MAX_COLLECTION) >= MAX_COLLECTION {
            bounds::hit("a table is too large: it is taken as unknown");
            return Value::Unknown;
        }
        self
    }

    /// How many values it is made of, counted up to `limit`.
    pub fn size(&self, limit: usize) -> usize {
        let mut count = 0;
        self.any(&mut |_| {
            count += 1;
            count >= limit
        });
        count
    }

    /// An operation that waits, unless too much waits already.
    pub fn delayed(delayed: Delayed) -> Value {
        let value = Value::Delayed(Rc::new(delayed));
        if value.size(MAX_WAITING) >= MAX_WAITING {
            bounds::hit("an operation waits for too many values: what it gives is taken as unknown");
            return Value::Unknown;
        }
        value
    }
}

/// One of several values. Beyond [`MAX_ALTERNATIVES`] texts are widened to their common prefix and
/// other values dropped.
pub fn join(values: impl IntoIterator<Item = Value>) -> Value {
    let mut seen = rustc_hash::FxHashSet::default();
    let mut out: Vec<Value> = Vec::new();
    for value in values {
        for alternative in value.alternatives() {
            if out.len() < 8 {
                if !out.contains(alternative) {
                    out.push(alternative.clone());
                }
                continue;
            }
            if seen.is_empty() {
                seen.extend(out.iter().cloned());
            }
            if seen.insert(alternative.clone()) {
                out.push(alternative.clone());
            }
        }
    }
    match out.len() {
        0 => Value::Unknown,
        1 => out.swap_remove(0),
        n if n > MAX_ALTERNATIVES => {
            bounds::hit("a value may be one of too many: they are taken together as a pattern");
            widen(&out)
        }
        _ => Value::Union(Rc::new(out)),
    }
}

fn widen(values: &[Value]) -> Value {
    let mut prefix: Option<String> = None;
    let mut given = None;
    for value in values {
        let Value::Text(text) = value else { continue };
        let Some(Part::Literal(literal)) = text.parts.first() else { return Value::Unknown };
        given = given.or(text.given);
        let common = match &prefix {
            None => literal.len(),
            Some(p) => p.bytes().zip(literal.bytes()).take_while(|(a, b)| a == b).count(),
        };
        let common = (0..=common).rev().find(|&n| literal.is_char_boundary(n)).unwrap_or(0);
        prefix = Some(literal[..common].to_string());
    }
    match prefix {
        Some(prefix) if !prefix.is_empty() => {
            Value::Text(Rc::new(Text { parts: vec![Part::Literal(prefix.into()), Part::Any], given }))
        }
        _ => Value::Unknown,
    }
}
