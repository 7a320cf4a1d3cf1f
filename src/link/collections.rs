//! Collections: displays, comprehensions, unpacking, and tables that grow.

use super::Linker;
use super::scope::Frame;
use super::value::{Arguments, Delayed, Value, join};
use crate::model::Place;
use crate::python::ir::{Argument, ArgumentKind, Clause, ComprehensionKind, Expr, ExprKind, Name};

impl Linker<'_> {
    /// `table.append(x)`, `table.extend(xs)`, `table.update(d)` on a local name change what it holds.
    pub(super) fn mutates(
        &mut self,
        frame: &mut Frame,
        object: &Expr,
        value: &Value,
        method: &str,
        arguments: &[Argument],
    ) -> bool {
        if let Some((table, key)) = listed_in(object) {
            return self.grows_within(frame, (table, key), method, arguments);
        }
        if *value == Value::Environment && method == "update" {
            self.sets_all(frame, arguments);
            return false;
        }
        let ExprKind::Name(name) = &object.kind else { return false };
        if let (Value::Dict(items), "update") = (together(value), method) {
            let table = self.updated(frame, (*items).clone(), arguments);
            self.grows(frame, name, table);
            return true;
        }
        let argument = match (method, arguments) {
            ("insert", [_, argument]) | (_, [argument]) => argument,
            _ => return false,
        };
        let whole = together(value);
        let grown = match (&whole, method) {
            (Value::Sequence(items), "append" | "add" | "insert" | "appendleft") => {
                let item = self.expression(frame, &argument.value);
                let mut items = (**items).clone();
                items.push(item);
                Value::sequence(items)
            }
            (Value::Sequence(items), "extend" | "update") => {
                let more = self.expression(frame, &argument.value);
                let mut items = (**items).clone();
                items.extend(self.elements(&more).unwrap_or_else(|| vec![self.element(&more)]));
                Value::sequence(items)
            }
            _ => return false,
        };
        self.grows(frame, name, grown);
        true
    }

    /// `{…}.update(arguments)`
    fn updated(&mut self, frame: &mut Frame, mut items: Vec<(Value, Value)>, arguments: &[Argument]) -> Value {
        let mut environment = false;
        for argument in arguments {
            let more = self.expression(frame, &argument.value);
            match (&argument.kind, &more) {
                (ArgumentKind::Keyword(key), _) => items.push((Value::text(key.clone(), None), more)),
                (ArgumentKind::Positional | ArgumentKind::DoubleStar, Value::Dict(more)) => {
                    items.extend(more.iter().cloned());
                }
                (ArgumentKind::Positional | ArgumentKind::DoubleStar, Value::Environment) => {
                    self.copied(frame, frame.place(argument.value.span), "dict.update");
                    environment = true;
                }
                // Anything may have been added.
                _ => items.push((Value::Unknown, Value::Unknown)),
            }
        }
        if environment { Value::Environment } else { Value::dict(items) }
    }

    /// A local name is bound to what its collection has become.
    pub(super) fn grows(&mut self, frame: &mut Frame, name: &Name, grown: Value) {
        let size = match &grown {
            Value::Sequence(items) => items.len(),
            Value::Dict(items) => items.len(),
            _ => 0,
        };
        if size <= super::value::MAX_ALTERNATIVES {
            frame.set(name, grown);
        } else {
            self.limit_reached("a table grows too large: what is added later was not followed");
        }
    }

    /// `environ.update({key: value}, key=value)`: what the program sets itself is there.
    fn sets_all(&mut self, frame: &mut Frame, arguments: &[Argument]) {
        for argument in arguments {
            let value = self.expression(frame, &argument.value);
            match (&argument.kind, value) {
                (ArgumentKind::Keyword(name), value) => {
                    frame.present.push((Value::text(name.clone(), None), Some(value)));
                }
                (ArgumentKind::Positional, Value::Dict(items)) => {
                    let known = items.iter().filter(|(key, _)| key.known_text().is_some());
                    frame.present.extend(known.map(|(key, value)| (key.clone(), Some(value.clone()))));
                }
                _ => {}
            }
        }
    }

    /// `table.setdefault(key, []).append(x)`, `table[key].append(x)`: the table has more below that key.
    fn grows_within(
        &mut self,
        frame: &mut Frame,
        (name, key): (&Name, &Expr),
        method: &str,
        arguments: &[Argument],
    ) -> bool {
        let ([argument], Some(Value::Dict(items))) = (arguments, frame.variables.get(name).cloned()) else {
            return false;
        };
        if !matches!(method, "append" | "add" | "extend" | "update") {
            return false;
        }
        let key = self.expression(frame, key);
        let more = self.expression(frame, &argument.value);
        let more = if matches!(method, "append" | "add") { Value::sequence(vec![more]) } else { more };
        let mut items = (*items).clone();
        match items.iter_mut().find(|(known, _)| *known == key) {
            Some((_, before)) => {
                let joined = match (&*before, &more) {
                    (Value::Sequence(a), Value::Sequence(b)) => {
                        Value::sequence(a.iter().chain(b.iter()).cloned().collect())
                    }
                    _ => join([before.clone(), more]),
                };
                *before = joined;
            }
            None => items.push((key, more)),
        }
        if items.len() <= super::value::MAX_ALTERNATIVES {
            frame.set(name, Value::dict(items));
        } else {
            self.limit_reached("a table grows too large: what is added later was not followed");
        }
        true
    }

    /// Calls a type that makes a collection; `None` if it is none, or holds the environment.
    pub(super) fn make_collection(&mut self, name: &str, arguments: &Arguments, place: Place) -> Option<Value> {
        if arguments.positional.contains(&Value::Environment) {
            return None;
        }
        let first = arguments.positional.first();
        match name {
            "dict" | "collections.OrderedDict" | "collections.UserDict" => match first {
                Some(value) if value.has_parameter() && matches!(value, Value::Symbol(_) | Value::Delayed(_)) => {
                    Some(Value::delayed(Delayed::Call(Value::external("builtins.dict"), arguments.clone(), place)))
                }
                _ => Some(self.make_dict(arguments)),
            },
            "collections.defaultdict" => {
                let rest = arguments.positional.iter().skip(1).cloned().collect();
                Some(self.make_dict(&Arguments { positional: rest, ..arguments.clone() }))
            }
            "dict.fromkeys" => {
                let value = arguments.positional.get(1).cloned().unwrap_or(Value::None);
                let keys = self.elements(first?)?;
                Some(Value::dict(keys.into_iter().map(|key| (key, value.clone())).collect()))
            }
            "types.MappingProxyType" | "copy.copy" | "copy.deepcopy" => Some(first?.clone()),
            // The first that has a key gives it.
            "collections.ChainMap" if first.is_some() => Some(join(arguments.positional.iter().cloned())),
            "collections.deque" => match first {
                None => Some(Value::sequence(Vec::new())),
                Some(items) => Some(self.elements(items).map_or_else(|| items.clone(), Value::sequence)),
            },
            _ => None,
        }
    }

    fn make_dict(&mut self, arguments: &Arguments) -> Value {
        let mut items = Vec::new();
        match arguments.positional.first() {
            Some(Value::Dict(more)) => items.extend(more.iter().cloned()),
            Some(other) => {
                for pair in self.elements(other).unwrap_or_default() {
                    match pair {
                        Value::Sequence(pair) if pair.len() == 2 => items.push((pair[0].clone(), pair[1].clone())),
                        _ => items.push((Value::Unknown, Value::Unknown)),
                    }
                }
            }
            None => {}
        }
        items.extend(arguments.keywords.iter().map(|(n, v)| (Value::text(n.clone(), None), v.clone())));
        Value::dict(items)
    }

    pub(super) fn dict(&mut self, frame: &mut Frame, items: &[(Option<Expr>, Expr)]) -> Value {
        let mut out = Vec::with_capacity(items.len());
        let mut environment = false;
        for (key, value) in items {
            match key {
                Some(key) => {
                    let key = self.expression(frame, key);
                    out.push((key, self.expression(frame, value)));
                }
                None => match self.expression(frame, value) {
                    Value::Dict(more) => out.extend(more.iter().cloned()),
                    Value::Environment => {
                        environment = true;
                        self.copied(frame, frame.place(value.span), "{**environ}");
                    }
                    _ => out.push((Value::Unknown, Value::Unknown)),
                },
            }
        }
        if environment { Value::Environment } else { Value::dict(out) }
    }

    pub(super) fn comprehension(
        &mut self,
        frame: &mut Frame,
        kind: ComprehensionKind,
        element: &Expr,
        value: Option<&Expr>,
        clauses: &[Clause],
    ) -> Value {
        // One plain walk over a known table keeps its elements apart; anything else joins them.
        let plain = |rest: &[Clause]| frame.concrete && rest.iter().all(|clause| matches!(clause, Clause::If(_)));
        if let [Clause::For { target, iter }, rest @ ..] = clauses
            && (rest.is_empty() || plain(rest))
        {
            let walked = self.expression(frame, iter);
            if let Some(elements) = self.elements(&walked)
                && elements.len() <= MAX_UNROLLED
            {
                let mark = frame.log.len();
                let mut out = Vec::with_capacity(elements.len());
                for item in &elements {
                    self.assign(frame, target, item);
                    let left_out = |clause: &Clause| match clause {
                        Clause::If(test) => self.decided(frame, test) == Some(false),
                        Clause::For { .. } => false,
                    };
                    if rest.iter().any(left_out) {
                        continue;
                    }
                    let first = self.expression(frame, element);
                    let second = value.map(|value| self.expression(frame, value));
                    out.push((first, second));
                }
                frame.undo(mark);
                return match kind {
                    ComprehensionKind::Dict => {
                        let pair = |(k, v): (Value, Option<Value>)| (k, v.unwrap_or(Value::Unknown));
                        Value::dict(out.into_iter().map(pair).collect())
                    }
                    _ => Value::sequence(out.into_iter().map(|(v, _)| v).collect()),
                };
            }
        }
        let mark = frame.log.len();
        let present = frame.present.len();
        for clause in clauses {
            match clause {
                Clause::For { target, iter } => {
                    let value = self.expression(frame, iter);
                    let element = self.iterate(frame, &value, frame.place(iter.span));
                    self.assign(frame, target, &element);
                }
                Clause::If(test) => {
                    let keeps = frame.keeps.replace(frame.keeps.unwrap_or(true));
                    let tested = self.test(frame, test);
                    frame.keeps = keeps;
                    let (holds, _) = self.kinds_told(frame, test);
                    self.narrow(frame, &holds);
                    frame.are_present(&tested.holds.present);
                }
            }
        }
        let first = self.expression(frame, element);
        let second = value.map(|value| self.expression(frame, value));
        frame.present.truncate(present);
        frame.undo(mark);
        match kind {
            // A copy of all: who asks it for a name asks for that variable.
            ComprehensionKind::Dict
                if matches!((&first, &second), (Value::EnvironmentName(_), Some(Value::Unknown)))
                    && matches!((&element.kind, clauses), (ExprKind::Name(_), [_])) =>
            {
                Value::Environment
            }
            ComprehensionKind::Dict => {
                let second = second.unwrap_or(Value::Unknown);
                let keys = first.alternatives().iter();
                Value::dict(keys.map(|key| (key.clone(), second.clone())).collect())
            }
            _ => Value::sequence(first.alternatives().to_vec()),
        }
    }

    /// The parts of a value that is assigned to `count` targets of which the one at `star` takes what is left over.
    pub(super) fn unpack_around(&mut self, value: &Value, count: usize, star: usize) -> Vec<Value> {
        let items = self.elements(value).filter(|items| items.len() + 1 >= count);
        let Some(mut items) = items else { return vec![Value::Unknown; count] };
        let left_over = items.len() + 1 - count;
        let starred = items.splice(star..star + left_over, []).collect();
        items.insert(star, Value::sequence(starred));
        items
    }

    /// The parts of a value that is assigned to a tuple of `count` targets.
    pub(super) fn unpack(&mut self, frame: &mut Frame, value: &Value, count: usize) -> Vec<Value> {
        let mut columns: Vec<Vec<Value>> = vec![Vec::new(); count];
        for alternative in value.alternatives() {
            match alternative {
                Value::Sequence(items) if items.len() == count => {
                    for (column, item) in columns.iter_mut().zip(items.iter()) {
                        column.push(item.clone());
                    }
                }
                Value::Delayed(_) | Value::Symbol(_) => {
                    for (index, column) in columns.iter_mut().enumerate() {
                        let index = Value::Constant(index.to_string().into());
                        column.push(Value::delayed(Delayed::Item(alternative.clone(), index)));
                    }
                }
                Value::Partial(_) | Value::Instance(_) => {
                    for (index, column) in columns.iter_mut().enumerate() {
                        let index = Value::Constant(index.to_string().into());
                        let place = frame.place(Default::default());
                        column.push(self.item(frame, alternative, &index, place));
                    }
                }
                _ => columns.iter_mut().for_each(|column| column.push(Value::Unknown)),
            }
        }
        columns.into_iter().map(join).collect()
    }
}

/// How many elements of a table a comprehension keeps apart.
const MAX_UNROLLED: usize = 256;

/// `table` and `key` in `table.setdefault(key, …)` and `table[key]`.
fn listed_in(expr: &Expr) -> Option<(&Name, &Expr)> {
    let (table, key) = match &expr.kind {
        ExprKind::Call(callee, arguments) => match (&callee.kind, arguments.first()) {
            (ExprKind::Attribute(table, method), Some(key)) if &**method == "setdefault" => (table, &key.value),
            _ => return None,
        },
        ExprKind::Subscript(table, key) => (table, &**key),
        _ => return None,
    };
    match &table.kind {
        ExprKind::Name(name) => Some((name, key)),
        _ => None,
    }
}

/// A list or dict that may be one of several, as one that holds what any of them does.
fn together(value: &Value) -> Value {
    let Value::Union(values) = value else { return value.clone() };
    let mut items: Vec<Value> = Vec::new();
    let mut pairs: Vec<(Value, Value)> = Vec::new();
    let lists = values.iter().any(|value| matches!(value, Value::Sequence(_)));
    for value in values.iter() {
        match value {
            Value::Sequence(more) => items.extend(more.iter().cloned()),
            Value::Dict(more) => pairs.extend(more.iter().cloned()),
            // `names = names or []`
            Value::Symbol(_) | Value::Delayed(_) if lists && value.has_parameter() => {
                items.push(Value::delayed(Delayed::Element(value.clone())));
            }
            _ => return Value::Unknown,
        }
    }
    let mut seen = rustc_hash::FxHashSet::default();
    match (items.is_empty(), pairs.is_empty()) {
        (_, true) => {
            items.retain(|item| seen.insert(item.clone()));
            Value::sequence(items)
        }
        (true, false) => {
            let mut seen = rustc_hash::FxHashSet::default();
            pairs.retain(|pair| seen.insert(pair.clone()));
            Value::dict(pairs)
        }
        _ => Value::Unknown,
    }
}
