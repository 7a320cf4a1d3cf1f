//! Calls of what is not scanned: library readers, the built-in functions that carry keys around, and
//! the methods of texts, collections and the environment.

use std::rc::Rc;

use super::Linker;
use super::callbacks::{NAMES_IN, names_in};
use super::events::Absent;
use super::guards::Question;
use super::scope::{Caught, Frame};
use super::templates;
use super::value::{Arguments, Delayed, Symbol, Value, join};
use crate::model::Place;
use crate::python::ir::Name;

impl Linker<'_> {
    /// Calls something by its qualified name.
    pub(super) fn call_external(
        &mut self,
        frame: &mut Frame,
        name: &Name,
        arguments: &Arguments,
        place: Place,
    ) -> Value {
        if let Some(value) = self.call_known(frame, name, arguments, place) {
            return value;
        }
        let first = || arguments.positional.first().cloned().unwrap_or(Value::Unknown);
        let environment = arguments.positional.first() == Some(&Value::Environment);
        let short = name.strip_prefix("builtins.").unwrap_or(name);
        if let Some(walked) = self.walked(frame, short, arguments, place) {
            return walked;
        }
        if let Some(members) = self.call_on_members(short, arguments, place) {
            return members;
        }
        if let Some(made) = self.make_collection(short, arguments, place) {
            return made;
        }
        if let Some(value) = self.call_pattern(short, arguments, place) {
            return value;
        }
        if let Some(value) = self.call_operator(frame, short, arguments, place) {
            return value;
        }
        if let Some(value) = self.call_record(short, arguments) {
            return value;
        }
        match short {
            "str" | "os.fspath" | "os.fsencode" | "os.fsdecode" | "sys.intern" | "repr" => {
                let value = first();
                self.enum_text(&value).unwrap_or(value)
            }
            "int" | "float" | "bool" | "len" | "print" | "isinstance" | "hash" | "id" => {
                if environment && short == "print" {
                    self.iterated(frame, place, "os.environ passed on");
                }
                if matches!(short, "int" | "float") {
                    let fails =
                        [(Question::Is(Value::None), true, "TypeError"), (Question::Number, false, "ValueError")];
                    self.used(frame, &first(), &fails);
                }
                match first() {
                    value @ (Value::Constant(_) | Value::Read(_) | Value::Union(_)) if short != "len" => value,
                    _ => Value::Unknown,
                }
            }
            "dict"
            | "collections.OrderedDict"
            | "collections.UserDict"
            | "copy.copy"
            | "copy.deepcopy"
            | "types.MappingProxyType"
            | "collections.ChainMap"
            | "collections.defaultdict"
                if arguments.positional.contains(&Value::Environment) =>
            {
                self.copied(frame, place, short);
                Value::Environment
            }
            "sorted" | "min" | "max" if arguments.keyword("key").is_some() => {
                self.called_by_key(frame, &first(), arguments, place);
                if short == "sorted" { first() } else { self.element(&first()) }
            }
            "list" | "tuple" | "set" | "frozenset" | "sorted" | "reversed" | "iter" => match first() {
                Value::Environment => Value::EnvironmentName(self.iterated(frame, place, "os.environ")),
                value @ (Value::EnvironmentName(_) | Value::EnvironmentItems(_)) => value,
                Value::Unknown if arguments.positional.is_empty() => Value::Sequence(Rc::default()),
                value => match self.elements(&value) {
                    Some(items) => Value::sequence(items),
                    None => value,
                },
            },
            "enumerate" => {
                let element = self.iterate(frame, &first(), place);
                let pairs = element.alternatives().iter();
                let pairs = pairs.map(|e| Value::sequence(vec![Value::Unknown, e.clone()]));
                Value::sequence(pairs.collect())
            }
            "zip" => {
                let columns: Vec<Option<Vec<Value>>> = arguments.positional.iter().map(|v| self.elements(v)).collect();
                if columns.iter().all(Option::is_none) {
                    let row: Vec<Value> = arguments.positional.iter().map(|v| self.element(v)).collect();
                    return Value::sequence(vec![Value::sequence(row)]);
                }
                let rows = columns.iter().flatten().map(Vec::len).min().unwrap_or(0);
                let cell = |column: &Option<Vec<Value>>, row: usize| {
                    column.as_ref().map_or(Value::Unknown, |column| column[row].clone())
                };
                let row = |row| Value::sequence(columns.iter().map(|c| cell(c, row)).collect());
                Value::sequence((0..rows).map(row).collect())
            }
            "map" | "filter" => {
                let mut columns = Vec::new();
                for argument in arguments.positional.iter().skip(1) {
                    columns.push(self.iterate(frame, argument, place));
                }
                let inner = Arguments { positional: columns.clone(), ..Arguments::default() };
                let result = self.call(frame, &first(), &inner, place);
                let items = if short == "map" { result } else { columns.into_iter().next().unwrap_or(Value::Unknown) };
                Value::sequence(items.alternatives().to_vec())
            }
            "functools.reduce" => {
                let element = arguments.positional.get(1).map_or(Value::Unknown, |of| self.element(of));
                let before = arguments.positional.get(2).cloned().unwrap_or_else(|| element.clone());
                let pair = Arguments { positional: vec![before, element], ..Arguments::default() };
                self.call(frame, &first(), &pair, place)
            }
            "any" | "all" | "next" | "min" | "max" => self.element(&first()),
            "itertools.chain" => {
                let mut items = Vec::new();
                for argument in &arguments.positional {
                    items.push(self.element(argument));
                }
                Value::sequence(items)
            }
            "itertools.chain.from_iterable" => {
                let inner = self.element(&first());
                let element = self.element(&inner);
                Value::sequence(element.alternatives().to_vec())
            }
            "itertools.product" => {
                let columns: Vec<Value> = arguments.positional.iter().map(|v| self.element(v)).collect();
                Value::sequence(vec![Value::sequence(columns)])
            }
            "setattr" => {
                if let [object, name, value] = arguments.positional.as_slice() {
                    let names: Vec<Name> = name.alternatives().iter().filter_map(Value::known_text).collect();
                    for name in names {
                        self.store(frame, object, &name, value);
                    }
                }
                Value::None
            }
            "getattr" if arguments.positional.get(1).is_some_and(Value::has_parameter) => {
                Value::delayed(Delayed::Call(Value::external("builtins.getattr"), arguments.clone(), place))
            }
            "getattr" => match arguments.positional.get(1).map(|n| self.force(n)) {
                Some(name) => {
                    let object = first();
                    let names: Vec<Name> = name.alternatives().iter().filter_map(Value::known_text).collect();
                    let mut values = Vec::new();
                    for name in names {
                        values.push(self.attribute(frame, &object, &name, place));
                    }
                    let there = matches!(object, Value::Class(_)) && matches!(values.as_slice(), [Value::Text(_)]);
                    values.extend(arguments.positional.get(2).filter(|_| !there).cloned());
                    join(values)
                }
                None => Value::Unknown,
            },
            "functools.partial" | "partial" => {
                let mut rest = arguments.clone();
                if rest.positional.is_empty() {
                    return Value::Unknown;
                }
                let callee = rest.positional.remove(0);
                Value::Partial(Rc::new((callee, rest)))
            }
            "functools.lru_cache()"
            | "functools.cache"
            | "functools.wraps()"
            | "typing.cast"
            | "contextlib.contextmanager" => arguments.positional.last().cloned().unwrap_or(Value::Unknown),
            "__import__" | "importlib.import_module" => match first().known_text() {
                Some(module) => Value::Symbol(Symbol::Import(frame.file, 0, module, "".into())),
                None => Value::Unknown,
            },
            // Told again by `dataclasses.fields()`.
            "dataclasses.field" | "attr.ib" | "attr.field" | "attrs.field" => {
                self.asked_later(frame, name, arguments, place);
                Value::Partial(Rc::new((Value::external(name.clone()), arguments.clone())))
            }
            "re.match" | "re.fullmatch" | "re.search" => {
                let method = short.strip_prefix("re.").unwrap_or(short);
                self.asks_by_text(frame, ("re", method), &first(), arguments.positional.get(1), place);
                Value::Unknown
            }
            short if templates::keeps_its_text(short) && !arguments.positional.is_empty() => {
                Value::Partial(Rc::new((Value::external(short), arguments.clone())))
            }
            "os.path.expandvars" => {
                self.expand_variables(frame, &first(), place);
                Value::Unknown
            }
            NAMES_IN => names_in(&first()),
            "type" if arguments.positional.len() == 1 => match first() {
                Value::Instance(instance) => Value::Class(instance.class),
                Value::None => Value::external("builtins.NoneType"),
                value @ Value::Symbol(_) => value,
                _ => Value::Unknown,
            },
            "super().__new__" | "type.__new__" | "abc.ABCMeta.__new__" | "type" => match self.making.last() {
                Some(class) if arguments.positional.len() > 2 => Value::Class(*class),
                _ => Value::Unknown,
            },
            "os.putenv" | "os.unsetenv" => Value::None,
            _ => {
                self.escape(arguments);
                self.handed_on(frame, arguments, place);
                self.asked_later(frame, name, arguments, place);
                if name.len() > 200 { Value::Unknown } else { Value::external(format!("{name}()")) }
            }
        }
    }

    /// Functions handed to code that is not followed may be called with anything.
    fn escape(&mut self, arguments: &Arguments) {
        for value in arguments.values() {
            if let Value::Function(callable) = value {
                self.functions[callable.function].escaped = true;
            }
        }
    }

    /// Calls a method bound to a text, a collection, the environment or what comes of it.
    pub(super) fn call_method(
        &mut self,
        frame: &mut Frame,
        receiver: &Value,
        method: &Name,
        arguments: &Arguments,
        place: Place,
    ) -> Value {
        match receiver {
            Value::Environment => self.environment_method(frame, method, arguments, place),
            Value::EnvironmentName(event) => match &**method {
                "startswith" | "endswith" => {
                    self.filter_names(frame, *event, method, arguments);
                    Value::Unknown
                }
                "lower" | "upper" | "casefold" | "strip" | "removeprefix" | "replace" | "encode" | "decode" => {
                    receiver.clone()
                }
                _ => Value::Unknown,
            },
            Value::Read(_) => {
                self.used(frame, receiver, &[(Question::Is(Value::None), true, "AttributeError")]);
                match &**method {
                    "lower" | "upper" | "strip" | "rstrip" | "lstrip" | "encode" | "decode" | "casefold" => {
                        receiver.clone()
                    }
                    _ => Value::Unknown,
                }
            }
            Value::Text(text) => {
                let known = receiver.known_text();
                if let Some(names) = known.and_then(|text| templates::filled_by(method, &text, arguments)) {
                    self.fills(frame, &names, Absent::raises("KeyError"), ("str.format_map", place));
                }
                self.text_method(text, method, arguments).unwrap_or(Value::Unknown)
            }
            Value::Partial(made) => {
                if let (Value::External(maker), Some(text)) = (&made.0, made.1.positional.first()) {
                    if (&**maker, &**method) == ("re.compile", "sub") {
                        let positional = std::iter::once(text).chain(&arguments.positional).cloned().collect();
                        let all = Arguments { positional, ..arguments.clone() };
                        return self.call_pattern("re.sub", &all, place).unwrap_or(Value::Unknown);
                    }
                    self.asks_by_text(frame, (maker, method), text, arguments.positional.first(), place);
                }
                Value::Unknown
            }
            Value::Dict(items) => {
                let items = items.clone();
                match &**method {
                    "get" | "pop" | "setdefault" => {
                        let Some(key) = arguments.positional.first() else { return Value::Unknown };
                        let key = if key.has_parameter() { key.clone() } else { self.force(key) };
                        if let Value::EnvironmentName(_) = key {
                            self.compare_names(frame, &key, receiver);
                        }
                        if let Some(found) = self.surely_found(&items, &key) {
                            return found;
                        }
                        let found = self.dict_item(&items, &key);
                        join(found.into_iter().chain([arguments.positional.get(1).cloned().unwrap_or(Value::None)]))
                    }
                    "items" => {
                        let pair = |(k, v): &(Value, Value)| Value::sequence(vec![k.clone(), v.clone()]);
                        Value::sequence(items.iter().map(pair).collect())
                    }
                    "keys" => Value::sequence(items.iter().map(|(k, _)| k.clone()).collect()),
                    "values" => Value::sequence(items.iter().map(|(_, v)| v.clone()).collect()),
                    "copy" => receiver.clone(),
                    "update" if arguments.positional.first() == Some(&Value::Environment) => {
                        self.copied(frame, place, "dict.update");
                        Value::None
                    }
                    _ => Value::Unknown,
                }
            }
            Value::Sequence(items) => match &**method {
                "copy" => receiver.clone(),
                "pop" | "popleft" => join(items.iter().cloned()),
                _ => Value::Unknown,
            },
            // The mixins of `collections.abc.Mapping` ask `__getitem__`.
            Value::Instance(_) => {
                let getitem = self.attribute(frame, receiver, &"__getitem__".into(), place);
                let key = arguments.get(0, "key").cloned().into_iter().collect();
                let key = Arguments { positional: key, ..Arguments::default() };
                let default = arguments.get(1, "default").cloned();
                if &**method == "pop" && default.is_none() {
                    return self.call(frame, &getitem, &key, place);
                }
                // Their `get` catches what `__getitem__` raises.
                frame.handlers.push(Caught::of(vec!["KeyError".into()]));
                let value = self.call(frame, &getitem, &key, place);
                frame.handlers.pop();
                let default = default.unwrap_or(Value::None);
                self.takes_over(&value, &default);
                join([value, default])
            }
            _ => Value::Unknown,
        }
    }

    fn environment_method(&mut self, frame: &mut Frame, method: &Name, arguments: &Arguments, place: Place) -> Value {
        if let Some(value) = self.consult(frame, &Value::Environment, method, arguments, place) {
            return value;
        }
        match &**method {
            "copy" => {
                self.copied(frame, place, "os.environ.copy");
                Value::Environment
            }
            "items" => Value::EnvironmentItems(self.iterated(frame, place, "os.environ.items")),
            "keys" | "__iter__" => Value::EnvironmentName(self.iterated(frame, place, "os.environ.keys")),
            "values" => {
                self.iterated(frame, place, "os.environ.values");
                Value::Unknown
            }
            _ => Value::Unknown,
        }
    }

    /// `a | b`
    pub(super) fn merge_mappings(&mut self, a: &Value, b: &Value) -> Value {
        match (a, b) {
            (Value::Environment, _) | (_, Value::Environment) => Value::Environment,
            (Value::Dict(a), Value::Dict(b)) => Value::dict(a.iter().chain(b.iter()).cloned().collect()),
            // `A | B` of types.
            (a, b) if is_type(a) && is_type(b) => {
                let types = Value::sequence(vec![a.clone(), b.clone()]);
                let arguments = Arguments { positional: vec![types], ..Arguments::default() };
                Value::Partial(Rc::new((Value::external("typing.Union"), arguments)))
            }
            _ => Value::Unknown,
        }
    }
}

fn is_type(value: &Value) -> bool {
    match value {
        Value::None | Value::Class(_) | Value::External(_) => true,
        Value::Symbol(Symbol::Import(..) | Symbol::Unit(..)) => true,
        Value::Partial(generic) => matches!(&generic.0, Value::External(name) if name.starts_with("typing")),
        _ => false,
    }
}

/// The dict that a `TypedDict` called with keywords is.
pub(super) fn keywords(arguments: &Arguments) -> Value {
    let unseen = arguments.may_have_more().then_some((Value::Unknown, Value::Unknown));
    let items = arguments.keywords.iter().map(|(n, v)| (Value::text(n.clone(), None), v.clone()));
    Value::dict(unseen.into_iter().chain(items).collect())
}
