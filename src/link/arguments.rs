//! The arguments of a call, with those that come along as `*x` and `**x`.

use super::value::{Delayed, Value, join};
use crate::python::ir::Name;

/// The arguments of a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Arguments {
    /// By position.
    pub positional: Vec<Value>,
    /// By name.
    pub keywords: Vec<(Name, Value)>,
    /// `*x` after those by position, where `x` waits for a parameter.
    pub rest: Option<Value>,
    /// `**x` where `x` waits for a parameter.
    pub named: Option<Value>,
    /// `*x` or `**x` of which not all is known: further arguments may come.
    pub open: bool,
}

impl Arguments {
    /// The argument at `index`, or by this name.
    pub fn get(&self, index: usize, name: &str) -> Option<&Value> {
        self.positional.get(index).or_else(|| self.keyword(name))
    }

    /// The argument given by this name.
    pub fn keyword(&self, name: &str) -> Option<&Value> {
        self.keywords.iter().find(|(n, _)| &**n == name).map(|(_, v)| v)
    }

    /// All values.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        let given = self.positional.iter().chain(self.keywords.iter().map(|(_, v)| v));
        given.chain(&self.rest).chain(&self.named)
    }

    /// Whether further arguments may come.
    pub fn may_have_more(&self) -> bool {
        self.open || self.rest.is_some() || self.named.is_some()
    }

    /// The same with `*x` and `**x` unknown.
    pub fn without_those_along(&self) -> Arguments {
        Arguments { open: self.may_have_more(), rest: None, named: None, ..self.clone() }
    }

    /// The same with each value changed.
    pub fn map(&self, mut f: impl FnMut(&Value) -> Value) -> Arguments {
        let mut mapped = Arguments {
            positional: self.positional.iter().map(&mut f).collect(),
            keywords: self.keywords.iter().map(|(n, v)| (n.clone(), f(v))).collect(),
            open: self.open,
            ..Arguments::default()
        };
        if let Some(rest) = &self.rest {
            mapped.spread(f(rest));
        }
        if let Some(named) = &self.named {
            mapped.spread_named(f(named));
        }
        mapped
    }

    /// `value`, after those that are there.
    pub fn push(&mut self, value: Value) {
        // How many come before it is not known.
        self.open |= self.rest.take().is_some();
        self.positional.push(value);
    }

    /// The arguments of a call of what was given these already; a keyword that is given again replaces the first.
    pub fn followed_by(&self, more: &Arguments) -> Arguments {
        let mut all = self.clone();
        more.positional.iter().for_each(|value| all.push(value.clone()));
        all.keywords.retain(|(name, _)| more.keyword(name).is_none());
        all.keywords.extend(more.keywords.iter().cloned());
        all.open |= more.open;
        more.rest.iter().for_each(|rest| all.spread(rest.clone()));
        more.named.iter().for_each(|named| all.spread_named(named.clone()));
        all
    }

    /// `*value`
    pub fn spread(&mut self, value: Value) {
        match value {
            Value::Sequence(items) if !self.open && self.rest.is_none() => {
                self.positional.extend(items.iter().cloned());
            }
            value if value.has_parameter() && !self.open && self.rest.is_none() => self.rest = Some(value),
            _ => self.open = true,
        }
    }

    /// `**value`
    pub fn spread_named(&mut self, value: Value) {
        match value {
            Value::Dict(items) => {
                for (key, value) in items.iter() {
                    match key.known_text() {
                        Some(name) => self.keywords.push((name, value.clone())),
                        None => self.open = true,
                    }
                }
            }
            // Either of several: each of its names may be given.
            Value::Union(tables) if tables.iter().any(|table| matches!(table, Value::Dict(_))) => {
                self.either(&tables);
            }
            value if value.has_parameter() && self.named.is_none() => self.named = Some(value),
            _ => self.open = true,
        }
    }

    /// Keywords from one of several dicts; what is in some of them only may as well be left out.
    fn either(&mut self, tables: &[Value]) {
        let mut names: Vec<(Name, Vec<Value>)> = Vec::new();
        for table in tables {
            let Value::Dict(items) = table else {
                self.open = true;
                continue;
            };
            for (key, value) in items.iter() {
                let Some(name) = key.known_text() else {
                    self.open = true;
                    continue;
                };
                match names.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, values)) => values.push(value.clone()),
                    None => names.push((name, vec![value.clone()])),
                }
            }
        }
        for (name, mut values) in names {
            if values.len() < tables.len() {
                values.push(Value::None);
            }
            self.keywords.push((name, join(values)));
        }
    }
}

/// The keywords of a call that its parameters have not used.
pub fn keywords(along: Arguments, used: &[Name]) -> Value {
    if along.open {
        return Value::Unknown;
    }
    if along.named.is_some() {
        return Value::delayed(Delayed::Keywords(along, used.to_vec()));
    }
    let rest = along.keywords.into_iter().filter(|(name, _)| !used.contains(name));
    Value::dict(rest.map(|(name, value)| (Value::text(name, None), value)).collect())
}

/// What arguments that come along give of a parameter, at this position among those without a name, or by its name;
/// else its default.
pub fn argument(along: Arguments, at: usize, name: Name, default: Value) -> Value {
    match along.get(at, &name) {
        Some(given) => given.clone(),
        None if along.open => Value::Unknown,
        None if along.may_have_more() => Value::delayed(Delayed::Argument(along, at, name, default)),
        None => default,
    }
}

#[cfg(test)]
mod tests {
    use super::super::value::Symbol;
    use super::*;

    fn text(text: &str) -> Value {
        Value::text(text, None)
    }

    /// `f(a, *args, x=b, **kwargs)` of a function with the parameters `args` and `kwargs`.
    fn handed_along() -> Arguments {
        let mut arguments = Arguments { positional: vec![text("a")], ..Arguments::default() };
        arguments.keywords.push(("x".into(), text("b")));
        arguments.spread(Value::Symbol(Symbol::Parameter(0, 0)));
        arguments.spread_named(Value::Symbol(Symbol::Parameter(0, 1)));
        arguments
    }

    fn told(rest: Value, named: Value) -> Arguments {
        handed_along().map(|value| match value {
            Value::Symbol(Symbol::Parameter(_, 0)) => rest.clone(),
            Value::Symbol(Symbol::Parameter(_, 1)) => named.clone(),
            other => other.clone(),
        })
    }

    #[test]
    fn what_is_handed_along_is_filled_in_when_it_is_known() {
        assert!(handed_along().may_have_more() && !handed_along().open);
        let known = told(Value::sequence(vec![text("c")]), Value::dict(vec![(text("y"), text("d"))]));
        assert_eq!(known.positional, [text("a"), text("c")]);
        assert_eq!((known.keyword("x"), known.keyword("y")), (Some(&text("b")), Some(&text("d"))));
        assert!(!known.may_have_more());
        assert!(told(Value::Unknown, Value::dict(Vec::new())).open);
    }

    #[test]
    fn a_parameter_takes_its_argument_or_its_default() {
        let waits = argument(handed_along(), 1, "y".into(), text("default"));
        assert!(waits.has_parameter(), "{waits:?}");
        let known = told(Value::sequence(vec![text("c")]), Value::dict(vec![(text("y"), text("d"))]));
        assert_eq!(argument(known.clone(), 1, "z".into(), Value::None), text("c"));
        assert_eq!(argument(known.clone(), 2, "y".into(), Value::None), text("d"));
        assert_eq!(argument(known, 2, "z".into(), text("default")), text("default"));
        let unknown = told(Value::Unknown, Value::dict(Vec::new()));
        assert_eq!(argument(unknown, 2, "z".into(), text("default")), Value::Unknown);
    }

    #[test]
    fn what_a_partial_call_gives_comes_first() {
        let mut more = Arguments { positional: vec![text("z")], ..Arguments::default() };
        more.keywords.push(("x".into(), text("again")));
        let all = handed_along().followed_by(&more);
        // How many `*args` are is not known: `z` may stand anywhere behind `a`.
        assert!(all.open && all.rest.is_none());
        assert_eq!((&all.positional[0], all.keyword("x")), (&text("a"), Some(&text("again"))));
        let known = told(Value::sequence(vec![text("c")]), Value::dict(Vec::new())).followed_by(&more);
        assert_eq!(known.positional, [text("a"), text("c"), text("z")]);
        // A second `**x` beside the first: what they give is not told apart.
        assert!(handed_along().followed_by(&handed_along()).open);
    }

    #[test]
    fn keywords_are_those_that_no_parameter_used() {
        let known = told(Value::sequence(Vec::new()), Value::dict(vec![(text("y"), text("d"))]));
        assert_eq!(keywords(known, &["x".into()]), Value::dict(vec![(text("y"), text("d"))]));
    }
}
