//! Attribute, item, iteration: operations that wait where their operand is symbolic.

use std::rc::Rc;

use super::Linker;
use super::members::tells_members;
use super::records;
use super::scope::Frame;
use super::templates;
use super::value::{Arguments, Delayed, Symbol, Table, Value, join};
use crate::model::Place;
use crate::python::ir::Name;

impl Linker<'_> {
    /// `value.name`
    pub(super) fn attribute(&mut self, frame: &mut Frame, value: &Value, name: &Name, place: Place) -> Value {
        match value {
            Value::Module(_) if &**name == "__dict__" => self.members_of(value, name).unwrap_or(Value::Unknown),
            Value::Module(file) => {
                let lazy = !self.interest.has(name) && !self.is_constant_name(name);
                if lazy {
                    return Value::delayed(Delayed::Attribute(value.clone(), name.clone()));
                }
                self.member(*file, name).unwrap_or(Value::Unknown)
            }
            Value::Namespace(from, module) => {
                let dotted: Name = format!("{module}.{name}").into();
                Value::Symbol(Symbol::Import(*from, 0, dotted, "".into()))
            }
            Value::External(qualified) => self.external_attribute(qualified, name),
            Value::Object(object) => Value::Object(Rc::new((format!("{}.{name}", object.0).into(), object.1.clone()))),
            Value::Environment | Value::Text(_) | Value::Sequence(_) | Value::Dict(_) => {
                Value::Method(Rc::new((value.clone(), name.clone())))
            }
            Value::EnvironmentName(_) | Value::EnvironmentItems(_) | Value::Read(_) => {
                Value::Method(Rc::new((value.clone(), name.clone())))
            }
            Value::Partial(made) if matches!(&made.0, Value::External(maker) if templates::keeps_its_text(maker)) => {
                Value::Method(Rc::new((value.clone(), name.clone())))
            }
            Value::Instance(instance) => self.instance_attribute(frame, instance, name, place),
            Value::Class(class) => self.class_attribute(frame, *class, name, place),
            Value::Function(callable) if &**name == "__name__" => {
                Value::text(self.functions[callable.function].ir.name.clone(), None)
            }
            Value::Function(_) if &**name == "__call__" => value.clone(),
            Value::Partial(call) => self.told_argument(call, name),
            Value::Union(values) => {
                // What has no such attribute is not what is asked here.
                let able: Vec<&Value> = values.iter().filter(|v| !self.cannot_have(v, name)).collect();
                let able = if able.is_empty() { values.iter().collect() } else { able };
                let values: Vec<_> = able.into_iter().map(|v| self.attribute(frame, v, name, place)).collect();
                join(values)
            }
            Value::Symbol(Symbol::Parameter(function, 0)) => self.self_attribute(frame, value, *function, name, place),
            Value::Symbol(import @ Symbol::Import(..)) => {
                if let Some(known) = self.known_attribute(import, name) {
                    return known;
                }
                if self.interest.has(name) || self.names_something(value) {
                    let forced = self.force(value);
                    if &forced != value {
                        return self.attribute(frame, &forced, name, place);
                    }
                }
                Value::delayed(Delayed::Attribute(value.clone(), name.clone()))
            }
            Value::Symbol(Symbol::Unit(..)) if self.names_something(value) || self.interest.has(name) => {
                let forced = self.force(value);
                self.attribute(frame, &forced, name, place)
            }
            // The class of an object has what the object has, but for what tells of itself.
            Value::Delayed(delayed) if class_of(delayed).is_some_and(|_| !tells_members(name)) => {
                let object = class_of(delayed).cloned().unwrap_or(Value::Unknown);
                self.attribute(frame, &object, name, place)
            }
            Value::Symbol(_) | Value::Delayed(_) => {
                if self.interest.has(name) && !value.has_parameter() {
                    let forced = self.force(value);
                    if !forced.is_symbolic() {
                        return self.attribute(frame, &forced, name, place);
                    }
                }
                Value::delayed(Delayed::Attribute(value.clone(), name.clone()))
            }
            _ => Value::Unknown,
        }
    }

    /// Whether a lazily bound name is an interesting one.
    pub(super) fn names_something(&self, value: &Value) -> bool {
        match value {
            Value::Symbol(Symbol::Import(_, _, module, name)) => {
                let last = module.rsplit('.').next().unwrap_or(module);
                self.interest.has(if name.is_empty() { last } else { name })
            }
            Value::Symbol(Symbol::Unit(file, unit)) => self.interest.has(&self.units.outline(*file).units[*unit].name),
            Value::Delayed(delayed) => match &**delayed {
                Delayed::Attribute(value, name) => self.interest.has(name) || self.names_something(value),
                Delayed::Call(value, ..) | Delayed::Item(value, _) => self.names_something(value),
                _ => false,
            },
            _ => false,
        }
    }

    /// Constants by convention: worth looking up at once.
    fn is_constant_name(&self, name: &str) -> bool {
        name.len() > 2 && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_' || b.is_ascii_digit())
    }

    fn external_attribute(&mut self, qualified: &Name, name: &Name) -> Value {
        // Guard against attribute chains of unknown objects that would only grow.
        if qualified.len() > 200 {
            return Value::Unknown;
        }
        self.external(&format!("{qualified}.{name}"))
    }

    /// `value[index]`
    pub(super) fn item(&mut self, frame: &mut Frame, value: &Value, index: &Value, place: Place) -> Value {
        if let Value::Union(values) = value {
            let values: Vec<_> = filled(values).map(|v| self.item(frame, v, index, place)).collect();
            return join(values);
        }
        if let Value::Symbol(_) | Value::Delayed(_) = value
            && !value.has_parameter()
        {
            if self.names_something(value) {
                let forced = self.force(value);
                if !forced.is_symbolic() {
                    return self.item(frame, &forced, index, place);
                }
            }
            return Value::delayed(Delayed::Item(value.clone(), index.clone()));
        }
        match value {
            Value::Environment => self.subscript_environment(frame, value, index, place),
            Value::Symbol(_) | Value::Delayed(_) => {
                self.subscript_environment(frame, value, index, place);
                Value::delayed(Delayed::Item(value.clone(), index.clone()))
            }
            Value::Instance(_) => {
                let method = self.attribute(frame, value, &"__getitem__".into(), place);
                let arguments = Arguments { positional: vec![index.clone()], ..Default::default() };
                self.call(frame, &method, &arguments, place)
            }
            Value::Class(class) => self.class_item(frame, *class, index, place),
            Value::Sequence(items) => match constant_index(index) {
                Some(at) => {
                    let at = if at < 0 { at + items.len() as i64 } else { at };
                    usize::try_from(at).ok().and_then(|at| items.get(at).cloned()).unwrap_or(Value::Unknown)
                }
                None if matches!(index, Value::Partial(_)) => value.clone(),
                None => join(items.iter().cloned()),
            },
            Value::Dict(items) => {
                let index = self.force(index);
                self.dict_item(items, &index).unwrap_or(Value::Unknown)
            }
            Value::EnvironmentName(_) => match templates::cut(index) {
                Some(part) => Value::Method(Rc::new((value.clone(), part.into()))),
                None => value.clone(),
            },
            Value::Text(_) => self.slice_text(value, index),
            Value::Partial(record) => match records::fields_of(record) {
                Some(fields) => self.item(frame, &Value::sequence(fields.to_vec()), index, place),
                None => Value::Unknown,
            },
            // Types that settings classes are told by.
            Value::External(name) if matches!(name.rsplit('.').next(), Some("Annotated" | "Optional" | "Union")) => {
                let arguments = Arguments { positional: vec![index.clone()], ..Arguments::default() };
                Value::Partial(Rc::new((value.clone(), arguments)))
            }
            Value::External(table) => self.named_in_table(frame, table, index, place).unwrap_or(Value::Unknown),
            _ => Value::Unknown,
        }
    }

    /// The values a dict may give for a key; `None` if it gives none. Which name a table of names gives is known to
    /// those who name the key.
    pub(super) fn dict_item(&mut self, items: &Rc<Vec<(Value, Value)>>, index: &Value) -> Option<Value> {
        if index.has_parameter() && items.len() > 1 && items.iter().all(|(_, value)| is_name(value)) {
            return Some(Value::delayed(Delayed::Lookup(Table(items.clone()), index.clone())));
        }
        let matching = |key: &Value| *key == Value::Unknown || index.alternatives().iter().any(|i| may_be(i, key));
        let values: Vec<_> = items.iter().filter(|(k, _)| matching(k)).map(|(_, v)| v.clone()).collect();
        (!values.is_empty()).then(|| join(values))
    }

    /// The names that a table gives for what a caller asks it: none if it does not have the key. If too many fit what
    /// is known of the caller's key, its name is not known: all names are told once, where the table is asked.
    pub(super) fn looked_up(&mut self, table: &Table, index: &Value) -> Value {
        let index = if index.has_parameter() { index.clone() } else { self.force(index) };
        let found = self.dict_item(&table.0, &index).unwrap_or(Value::None);
        let names = |asked: &Value| matches!(asked, Value::None | Value::Constant(_)) || asked.known_text().is_some();
        let told = index.alternatives().iter().all(names);
        let few = found.alternatives().len() <= MAX_FITTING;
        if told || few || index.has_parameter() { found } else { Value::Unknown }
    }

    /// The value of a key that a dict surely has.
    pub(super) fn surely_found(&mut self, items: &Rc<Vec<(Value, Value)>>, index: &Value) -> Option<Value> {
        let text = index.known_text()?;
        let has = items.iter().any(|(key, _)| key.known_text().as_ref() == Some(&text));
        if has { self.dict_item(items, index) } else { None }
    }

    /// The elements of a collection, if they are all known one by one.
    pub(super) fn elements(&mut self, value: &Value) -> Option<Vec<Value>> {
        let value = if value.has_parameter() { value.clone() } else { self.force(value) };
        match &value {
            Value::Sequence(items) => Some((**items).clone()),
            Value::Dict(items) => Some(items.iter().map(|(k, _)| k.clone()).collect()),
            Value::Class(class) => self.enum_members(*class),
            _ => None,
        }
    }

    /// What any element of a collection may be.
    pub(super) fn element(&mut self, value: &Value) -> Value {
        if let Some(elements) = self.elements(value) {
            return join(elements);
        }
        match value {
            Value::Union(values) => {
                let values: Vec<_> = walked(values).map(|v| self.element(v)).collect();
                join(values)
            }
            Value::EnvironmentName(event) => Value::EnvironmentName(*event),
            // There is no walking over it: the code has asked.
            Value::None => Value::None,
            // A character is no name: whoever walks over names and is told one asks first what it was told.
            Value::Text(_) if value.known_text().is_some_and(|text| text.len() > 1) => Value::None,
            Value::EnvironmentItems(event) => Value::sequence(vec![Value::EnvironmentName(*event), Value::Unknown]),
            Value::Symbol(_) | Value::Delayed(_) => {
                let forced = if value.has_parameter() { value.clone() } else { self.force(value) };
                if forced.is_symbolic() { Value::delayed(Delayed::Element(forced)) } else { self.element(&forced) }
            }
            _ => Value::Unknown,
        }
    }

    /// What a loop over `value` binds.
    pub(super) fn iterate(&mut self, frame: &mut Frame, value: &Value, place: Place) -> Value {
        match value {
            Value::Environment => Value::EnvironmentName(self.iterated(frame, place, "os.environ")),
            Value::Instance(_) => {
                let method = self.attribute(frame, value, &"__iter__".into(), place);
                let iterator = self.call(frame, &method, &Arguments::default(), place);
                if matches!(iterator, Value::Instance(_)) { Value::Unknown } else { self.element(&iterator) }
            }
            Value::Union(values)
                if values.iter().any(|v| matches!(v, Value::Environment | Value::Instance(_) | Value::Symbol(_))) =>
            {
                let values: Vec<_> = walked(values).map(|v| self.iterate(frame, v, place)).collect();
                join(values)
            }
            _ => {
                self.walks(frame, value, "names", place);
                self.element(value)
            }
        }
    }

    /// Everything that waits in a value for imports or definitions is looked up.
    pub(super) fn forcing(&mut self, value: &Value) -> Value {
        if self.too_deep() {
            return Value::Unknown;
        }
        self.depth += 1;
        let mut frame = Frame::new(0);
        let forced = self.substitute(&mut frame, value, &super::calls::Substitution::looking_up());
        // A call may give a name that has not been looked up.
        let more = forced.alternatives().iter().any(|v| matches!(v, Value::Symbol(symbol) if !symbol.is_parameter()));
        let forced = if more && forced != *value { self.force(&forced) } else { forced };
        self.depth -= 1;
        forced
    }
}

/// How many names of a table may fit a key of which a part is known.
const MAX_FITTING: usize = 16;

/// Whether a key may be the one that is asked for.
fn may_be(asked: &Value, key: &Value) -> bool {
    match (asked, key) {
        (Value::Constant(_) | Value::None, key) => asked == key,
        (Value::Text(text), key) => match (asked.known_text(), key.known_text()) {
            (Some(_), _) => asked == key,
            (None, Some(key)) => text.may_be(&key),
            (None, None) => true,
        },
        _ => true,
    }
}

/// Whether a value is a text, or some texts.
fn is_name(value: &Value) -> bool {
    match value {
        Value::Sequence(items) => items.iter().all(|item| item.known_text().is_some()),
        value => value.known_text().is_some(),
    }
}

/// The values a walk is about: where one may be a list, a text is not walked letter by letter.
fn walked(values: &[Value]) -> impl Iterator<Item = &Value> {
    let lists = values.iter().any(|v| matches!(v, Value::Sequence(items) if !items.is_empty()));
    filled(values).filter(move |v| !(lists && matches!(v, Value::Text(_) | Value::None)))
}

/// The values that are no empty collection, if there are others: nothing comes of an empty one.
fn filled(values: &[Value]) -> impl Iterator<Item = &Value> {
    let empty = |value: &Value| match value {
        Value::Sequence(items) => items.is_empty(),
        Value::Dict(items) => items.is_empty(),
        _ => false,
    };
    let all = values.iter().all(empty);
    values.iter().filter(move |value| all || !empty(value))
}

/// `object` in `object.__class__`.
pub fn class_of(delayed: &Delayed) -> Option<&Value> {
    match delayed {
        Delayed::Attribute(object, name) if &**name == "__class__" => Some(object),
        _ => None,
    }
}

fn constant_index(index: &Value) -> Option<i64> {
    match index {
        Value::Constant(text) => text.parse().ok(),
        _ => None,
    }
}
