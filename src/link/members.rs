//! Members: what `vars()`, `dir()`, `inspect.getmembers()`, `__dict__`, `dataclasses.fields()` and the
//! like tell of a class, an object or a module.

use std::rc::Rc;

use super::Linker;
use super::records;
use super::value::{Arguments, ClassId, Delayed, Symbol, Value};
use crate::model::Place;
use crate::python::ir::{ExprKind, Name, Stmt, StmtKind};

/// How many members of one class or module are told.
const MAX_MEMBERS: usize = 2048;

impl Linker<'_> {
    /// Calls a function that tells the members of its argument; `None` if it is none.
    pub(super) fn call_on_members(&mut self, name: &str, arguments: &Arguments, place: Place) -> Option<Value> {
        let what = match name {
            "vars" => "__dict__",
            "dir" => "__dir__",
            "inspect.getmembers" | "inspect.getmembers_static" => "__members",
            "dataclasses.fields" | "attr.fields" | "attrs.fields" => "__fields",
            "inspect.get_annotations" | "typing.get_type_hints" | "typing_extensions.get_type_hints" => {
                "__annotations__"
            }
            "dataclasses.asdict" | "attr.asdict" | "attrs.asdict" => "__dict__",
            _ => return None,
        };
        let object = arguments.positional.first()?;
        if object.has_parameter() {
            return Some(Value::delayed(Delayed::Call(Value::external(name), arguments.clone(), place)));
        }
        let object = self.force(object);
        Some(self.members_of(&object, what).unwrap_or(Value::Unknown))
    }

    /// An attribute that tells members: `__dict__`, `__annotations__`, `model_fields` and such.
    pub(super) fn members_of(&mut self, object: &Value, what: &str) -> Option<Value> {
        match what {
            "__dict__" => match object {
                Value::External(name) => Some(Value::external(format!("{name}.__dict__"))),
                object => self.namespace(object, false),
            },
            "__dir__" => match self.namespace(object, true)? {
                Value::Dict(items) => Some(Value::sequence(items.iter().map(|(name, _)| name.clone()).collect())),
                other => Some(other),
            },
            "__members" => match self.namespace(object, true)? {
                Value::Dict(items) => {
                    let pairs = items.iter().map(|(name, value)| Value::sequence(vec![name.clone(), value.clone()]));
                    Some(Value::sequence(pairs.collect()))
                }
                other => Some(other),
            },
            "__annotations__" | "__dataclass_fields__" | "__attrs_attrs__" | "__fields" => {
                let class = match object {
                    Value::Class(class) => *class,
                    Value::Instance(instance) => instance.class,
                    _ => return None,
                };
                let fields = self.annotated_names(class, what == "__annotations__");
                let told = |(name, value): (Value, Value)| match what {
                    "__annotations__" => (name, Value::Unknown),
                    _ => (name.clone(), field(name, value)),
                };
                let fields: Vec<(Value, Value)> = fields.into_iter().map(told).collect();
                Some(match what {
                    "__fields" | "__attrs_attrs__" => Value::sequence(fields.into_iter().map(|(_, f)| f).collect()),
                    _ => Value::dict(fields),
                })
            }
            "__members__" => {
                let Value::Class(class) = object else { return None };
                let members = self.enum_members(*class)?;
                let named = |member: Value| match &member {
                    Value::Instance(instance) => {
                        let name = instance.fields.borrow().get("name").cloned();
                        (name.unwrap_or(Value::Unknown), member.clone())
                    }
                    _ => (Value::Unknown, member),
                };
                Some(Value::dict(members.into_iter().map(named).collect()))
            }
            "model_fields" | "__fields__" | "model_config" => {
                let class = match object {
                    Value::Class(class) => *class,
                    Value::Instance(instance) => instance.class,
                    _ => return None,
                };
                self.told_of_settings(class, what)
            }
            _ => None,
        }
    }

    /// Names and values of a class, an object or a module; `inherited` ones too.
    fn namespace(&mut self, object: &Value, inherited: bool) -> Option<Value> {
        let mut items: Vec<(Name, Value)> = Vec::new();
        match object {
            Value::Class(class) => {
                if inherited && let Some(members) = self.enum_members(*class) {
                    let pair = |member: &Value| match member {
                        Value::Instance(instance) => instance.fields.borrow().get("name").and_then(Value::known_text),
                        _ => None,
                    };
                    items.extend(members.iter().filter_map(|member| Some((pair(member)?, member.clone()))));
                }
                let lineage = self.lineage(*class);
                let of = if inherited { lineage.0.as_slice() } else { std::slice::from_ref(class) };
                for &class in of {
                    self.settle_members(class);
                    let own = &self.classes[class].variables;
                    items.extend(own.iter().map(|(name, value)| (name.clone(), value.clone())));
                }
            }
            Value::Instance(instance) => {
                items.extend(instance.fields.borrow().iter().map(|(name, value)| (name.clone(), value.clone())));
                if instance.place.is_none() {
                    let typical = self.typical_fields(instance.class);
                    items.extend(typical.iter().map(|(name, value)| (name.clone(), value.clone())));
                }
                if inherited && let Some(Value::Dict(own)) = self.namespace(&Value::Class(instance.class), true) {
                    items.extend(own.iter().filter_map(|(name, value)| Some((name.known_text()?, value.clone()))));
                }
            }
            Value::Module(file) => {
                self.looks_into(*file);
                self.module(*file);
                let state = self.states.get(file)?;
                items.extend(state.variables.iter().map(|(name, value)| (name.clone(), value.clone())));
                let unit = |(name, unit): (&Name, &usize)| (name.clone(), Value::Symbol(Symbol::Unit(*file, *unit)));
                items.extend(state.units.iter().map(unit));
            }
            Value::Dict(_) => return Some(object.clone()),
            _ => return None,
        }
        items.sort_by(|a, b| a.0.cmp(&b.0));
        // The first of a name is the nearest.
        items.dedup_by(|later, earlier| later.0 == earlier.0);
        if items.len() > MAX_MEMBERS {
            self.limit_reached("a class or module has too many members: some were not followed");
            items.truncate(MAX_MEMBERS);
        }
        Some(Value::dict(items.into_iter().map(|(name, value)| (Value::text(name, None), value)).collect()))
    }

    /// Looks up what a class binds, once: each object is one and the same for all who ask.
    fn settle_members(&mut self, class: ClassId) {
        let waits = |value: &Value| value.is_symbolic() && !value.has_parameter();
        let mut open: Vec<(Name, Value)> = self.classes[class]
            .variables
            .iter()
            .filter(|(_, value)| waits(value))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        open.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, value) in open {
            let value = self.force(&value);
            self.classes[class].variables.insert(name, value);
        }
    }

    /// The annotated names of a class (and, unless `own`, of its bases), with their values.
    fn annotated_names(&mut self, class: ClassId, own: bool) -> Vec<(Value, Value)> {
        let lineage = self.lineage(class);
        let of = if own { std::slice::from_ref(&class) } else { lineage.0.as_slice() };
        let mut names: Vec<(Value, Value)> = Vec::new();
        for class in of.iter().rev() {
            let state = &self.classes[*class];
            for stmt in &state.ir.body {
                if let Some((name, at)) = annotated(stmt) {
                    let name = Value::text(name.clone(), Some(Place { file: state.file, span: at }));
                    let value = state.variables.get(&name.known_text().unwrap_or_default()).cloned();
                    names.retain(|(known, _)| *known != name);
                    names.push((name, value.unwrap_or(Value::Unknown)));
                }
            }
        }
        names
    }

    /// An attribute of what a library's call has made: the argument of that name.
    pub(super) fn told_argument(&self, call: &(Value, Arguments), name: &str) -> Value {
        let Value::External(made) = &call.0 else { return Value::Unknown };
        let last = made.rsplit('.').next().unwrap_or(made);
        match (last, name) {
            ("AliasChoices", "choices") | ("AliasPath", "path") => Value::Sequence(Rc::new(call.1.positional.clone())),
            ("Field" | "FieldInfo", _) => call.1.keyword(name).cloned().unwrap_or(match name {
                "validation_alias" | "alias" | "serialization_alias" | "alias_priority" => Value::None,
                _ => Value::Unknown,
            }),
            _ if records::fields_of(call).is_some() => call.1.keyword(name).cloned().unwrap_or(Value::Unknown),
            _ => Value::Unknown,
        }
    }
}

/// A field as `dataclasses.fields()` shows it.
fn field(name: Value, value: Value) -> Value {
    let told = match &value {
        Value::Partial(call) => call.1.keywords.clone(),
        _ => vec![("default".into(), value)],
    };
    let keywords = std::iter::once(("name".into(), name)).chain(told).collect();
    let arguments = Arguments { keywords, ..Arguments::default() };
    Value::Partial(Rc::new((Value::external("dataclasses.Field"), arguments)))
}

fn annotated(stmt: &Stmt) -> Option<(&Name, crate::model::Span)> {
    match &stmt.kind {
        StmtKind::Annotated { target, .. } => match &target.kind {
            ExprKind::Name(name) => Some((name, target.span)),
            _ => None,
        },
        _ => None,
    }
}

/// Attributes that tell members.
pub fn tells_members(name: &str) -> bool {
    matches!(
        name,
        "__dict__"
            | "__annotations__"
            | "__dataclass_fields__"
            | "__attrs_attrs__"
            | "__members__"
            | "model_fields"
            | "__fields__"
            | "model_config"
    )
}
