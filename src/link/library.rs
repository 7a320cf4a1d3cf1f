//! What libraries' rows say of a call: reads, objects that keep a prefix, declarations.

use std::rc::Rc;

use super::Linker;
use super::events::Absent;
use super::scope::Frame;
use super::value::{Arguments, ClassId, Delayed, Value, join};
use super::{templates, texts};
use crate::libraries::{Argument, Object, Reader};
use crate::model::{Access, Outcome, Place};
use crate::python::ir::{Expr, ExprKind, Name};

impl Linker<'_> {
    /// Calls something by its qualified name, if a row gives it a meaning.
    pub(super) fn call_known(
        &mut self,
        frame: &mut Frame,
        name: &Name,
        arguments: &Arguments,
        place: Place,
    ) -> Option<Value> {
        let name = name.strip_suffix(".__call__").unwrap_or(name);
        if let Some(reader) = self.libraries.reader(name) {
            let value = self.call_reader(frame, (reader, name), &Arguments::default(), arguments, place);
            // What is made may be told of its variables by the call, and later asked for more.
            let makes = self.libraries.object(name).is_some_and(|object| object.name == name);
            return Some(if makes { Value::external(format!("{name}()")) } else { value });
        }
        if self.libraries.is_scope(name) {
            return Some(Value::Object(Rc::new((format!("{name}()").into(), arguments.clone()))));
        }
        if let Some(narrowed) = self.narrowed(name, &Arguments::default(), arguments) {
            return Some(narrowed);
        }
        // A call whose arguments matter later: options become a dict, alternatives of a name stay a call.
        if self.libraries.is_declaration(name) {
            return Some(match self.libraries.is_dict(name) {
                true => super::builtins::keywords(arguments),
                false => Value::Partial(Rc::new((Value::external(name), arguments.clone()))),
            });
        }
        if self.libraries.is_injector(name) {
            let dependency = arguments.get(0, "dependency").cloned().unwrap_or(Value::Unknown);
            return Some(self.call(frame, &dependency, &Arguments::default(), place));
        }
        let object = self.libraries.object(name).filter(|object| object.name == name)?;
        let told = [object.prefix, object.environment, object.expands];
        let keeps = object.schema
            || object.first.is_some()
            || told.into_iter().flatten().any(|argument| is_given(argument, arguments));
        if expands(object, arguments) {
            // Values may name any variable.
            let absent = Absent::new(Outcome::Unknown);
            let how = (Access::Get, "${…} in values");
            self.consultation(frame, (&Value::Environment, &Value::Unknown), how, absent, place);
        }
        let made: Name = format!("{name}()").into();
        Some(if keeps { Value::Object(Rc::new((made, arguments.clone()))) } else { Value::External(made) })
    }

    /// Calls an object that keeps what it was made with, or something below it.
    pub(super) fn call_object(
        &mut self,
        frame: &mut Frame,
        object: &(Name, Arguments),
        arguments: &Arguments,
        place: Place,
    ) -> Value {
        let name = object.0.strip_suffix(".__call__").unwrap_or(&object.0);
        if let Some(reader) = self.libraries.reader(name) {
            return self.call_reader(frame, (reader, name), &object.1, arguments, place);
        }
        if let Some(narrowed) = self.narrowed(name, &object.1, arguments) {
            return narrowed;
        }
        let made: Name = format!("{name}()").into();
        let kept = if self.libraries.is_scope(name) { arguments } else { &object.1 };
        if made.len() > MAX_NAME { Value::Unknown } else { Value::Object(Rc::new((made, kept.clone()))) }
    }

    /// `object.with_namespace("x")`: the object again, whose names have that behind its prefix.
    fn narrowed(&mut self, name: &str, made: &Arguments, arguments: &Arguments) -> Option<Value> {
        if !self.libraries.is_narrowing(name) {
            return None;
        }
        let object = self.libraries.object(name)?;
        let prefix = object.prefix?;
        let mut made = made.clone();
        let told = arguments.values().next().filter(|v| matches!(v, Value::Text(_) | Value::Symbol(_)));
        if let Some(told) = told {
            let whole = match given(prefix, &made).cloned() {
                Some(before) => self.concat(&[before, Value::text(object.between, None), told.clone()]),
                None => told.clone(),
            };
            made.keywords.retain(|(name, _)| **name != *prefix.name);
            made.keywords.push((prefix.name.into(), whole));
        }
        Some(Value::Object(Rc::new((format!("{}()", object.name).into(), made))))
    }

    /// Calls a reader below an object that was made with `made`.
    fn call_reader(
        &mut self,
        frame: &mut Frame,
        (reader, name): (Reader<'_>, &str),
        made: &Arguments,
        arguments: &Arguments,
        place: Place,
    ) -> Value {
        let object = self.libraries.object(name);
        if object.is_some_and(|object| asks_something_else(object, made)) {
            return Value::Unknown;
        }
        let mut keys: Vec<Value> = match reader.key.and_then(|key| given(key, arguments)) {
            Some(key) => match self.force(key) {
                Value::Sequence(keys) => keys.to_vec(),
                Value::Union(ways) if ways.iter().any(|way| matches!(way, Value::Sequence(_))) => {
                    vec![each_name(&Value::Union(ways))]
                }
                _ => vec![key.clone()],
            },
            None if reader.usual.is_empty()
                && arguments.may_have_more()
                && reader.key.is_some_and(|k| k.index.is_some()) =>
            {
                vec![Value::Unknown]
            }
            None => reader.usual.split_whitespace().map(usual).collect(),
        };
        keys.retain(|key| !matches!(key, Value::None | Value::Constant(_)));
        let asked = keys.first().cloned();
        let first = object.and_then(|object| object.first).map(|(argument, usual)| {
            argument.and_then(|argument| given(argument, made)).cloned().unwrap_or(Value::text(usual, None))
        });
        if let Some(suffix) = &first {
            keys = keys.iter().flat_map(|key| [self.concat(&[key.clone(), suffix.clone()]), key.clone()]).collect();
        }
        for key in &mut keys {
            *key = self.variable(frame, &reader, (object, made), arguments, key);
        }
        let schema = object.filter(|object| object.schema).zip(asked).and_then(|(_, key)| scheme(made, &key));
        let default = reader.default.and_then(|argument| given(argument, arguments)).cloned().or(schema);
        // `Annotated[str, typer.Option("--name")]`: there a first argument is a name of the option too (`typer/utils.py`).
        let is_name = frame.annotating && reader.later;
        let default = default.filter(|default| !is_ellipsis(default) && !is_name);
        let absent = absence(&reader, arguments, default.as_ref());
        if let (Some(object), Some(text)) = (object, default.as_ref().and_then(Value::known_text))
            && expands(object, made)
        {
            for (name, instead) in templates::expanded(&text) {
                let absent = match instead {
                    Some(instead) => Absent::default(Value::text(instead, None)),
                    None => Absent::raises(reader.exception),
                };
                self.fills(frame, &[name], absent, ("${…} in a default", place));
            }
        }
        if reader.is_option {
            self.option_declared(arguments, &absent, place);
        }
        let last = keys.len().saturating_sub(1);
        let mut values = Vec::new();
        for (index, key) in keys.iter().enumerate() {
            // Where several names are told, the next takes over.
            let several = first.is_some() || reader.key.is_some_and(|key| is_given(key, arguments));
            let instead = if index < last && several { Absent::new(Outcome::Handled) } else { absent.clone() };
            if reader.later {
                self.deferred.insert(self.next_event);
            }
            values.push(self.consultation(
                frame,
                (&Value::Environment, key),
                (reader.access, if reader.name.ends_with('*') { name } else { reader.name }),
                instead,
                place,
            ));
        }
        values.extend(default);
        join(values)
    }

    /// The variable that a reader asks for if it is given a key.
    fn variable(
        &mut self,
        frame: &Frame,
        reader: &Reader<'_>,
        (object, made): (Option<&Object>, &Arguments),
        arguments: &Arguments,
        key: &Value,
    ) -> Value {
        let mut parts = Vec::new();
        if let Some(object) = object {
            if let Some(prefix) =
                object.prefix.and_then(|argument| given(argument, made)).filter(|p| **p != Value::None)
            {
                parts.extend([prefix.clone(), Value::text(object.between, None)]);
            }
            let inside = frame.prefixes.iter().filter(|(of, _)| **of == *object.name);
            parts.extend(inside.map(|(_, prefix)| prefix.clone()));
        }
        if let Some(namespace) = reader.namespace.and_then(|argument| given(argument, arguments)) {
            parts.extend([namespace.clone(), Value::text("_", None)]);
        }
        parts.extend((!reader.prefix.is_empty()).then(|| Value::text(reader.prefix, None)));
        let plain = parts.is_empty() && reader.rest.is_none() && !reader.upper;
        if plain {
            return key.clone();
        }
        parts.push(key.clone());
        if let Some(rest) = reader.rest {
            parts.extend([Value::text(rest, None), Value::Unknown]);
        }
        let name = self.concat(&parts);
        if reader.upper { texts::map_literals(&name, &|text| text.to_uppercase().into()) } else { name }
    }

    /// `parameter: Annotated[T, call(…)] = default`: what a call there reads falls back to the default.
    /// What those calls give.
    pub(super) fn annotated(
        &mut self,
        frame: &mut Frame,
        annotation: Option<&Expr>,
        default: Option<&Value>,
    ) -> Vec<Value> {
        let mut called = Vec::new();
        let Some(ExprKind::Subscript(generic, index)) = annotation.map(|a| &a.kind) else { return called };
        let ExprKind::Tuple(items) = &index.kind else { return called };
        if super::statements::last_segment(generic).as_deref() != Some("Annotated") {
            return called;
        }
        for item in items.iter().skip(1).filter(|item| matches!(item.kind, ExprKind::Call(..))) {
            let outside = std::mem::replace(&mut frame.annotating, true);
            let value = self.expression(frame, item);
            frame.annotating = outside;
            if let Some(default) = default.filter(|default| !is_ellipsis(default)) {
                self.refine_default(frame, &value, default);
            }
            called.push(value);
        }
        called
    }

    /// `with object.prefixed("P_"):`
    pub(super) fn enter_scope(&mut self, frame: &mut Frame, context: &Value) {
        if let Value::Delayed(delayed) = context
            && let Delayed::Call(Value::Delayed(callee), ..) = &**delayed
            && let Delayed::Attribute(_, method) = &**callee
            && self.libraries.is_scope_method(method)
        {
            frame.scopes.push(context.clone());
        }
        if let Value::Object(scope) = context
            && let Some(method) = scope.0.strip_suffix("()")
            && self.libraries.is_scope(method)
            && let Some(object) = self.libraries.object(method)
        {
            let prefix = scope.1.positional.first().or_else(|| scope.1.keyword("prefix"));
            frame.prefixes.push((object.name.into(), prefix.cloned().unwrap_or(Value::Unknown)));
        }
    }

    /// Keywords by which programs of whatever kind are told the prefix of all their options' names.
    pub(super) fn prefix_keywords(&mut self, frame: &mut Frame, callee: &Value, arguments: &Arguments, place: Place) {
        let mut prefixes = Vec::new();
        for (name, value) in &arguments.keywords {
            if self.libraries.is_prefix_keyword(name) {
                prefixes.push((name.clone(), value.clone()));
            } else if let Value::Dict(items) = value {
                // `context_settings={"auto_envvar_prefix": …}`
                let told = items.iter().filter_map(|(k, v)| Some((k.known_text()?, v.clone())));
                prefixes.extend(told.filter(|(name, _)| self.libraries.is_prefix_keyword(name)));
            }
        }
        for (name, prefix) in prefixes {
            let prefix = join(prefix.alternatives().iter().filter(|prefix| **prefix != Value::None).cloned());
            self.prefix_given(callee, arguments, &prefix, place);
            let prefix = super::commands::variable(&prefix);
            let pattern = self.concat(&[prefix, Value::text("_", None), Value::Unknown]);
            if matches!(pattern, Value::Text(_)) {
                self.deferred.insert(self.next_event);
                let absent = Absent::new(Outcome::Unknown);
                self.consultation(frame, (&Value::Environment, &pattern), (Access::Get, &name), absent, place);
            }
        }
    }

    /// The class of a library's rows that a class inherits from.
    fn base_outside(&self, class: ClassId) -> Option<&'static str> {
        let lineage = self.lineage(class);
        let known = |base: &Name| self.libraries.object(base).filter(|object| *object.name == **base);
        lineage.1.iter().find_map(known).map(|object| object.name)
    }

    /// Whether objects of a class read variables because a library's class does.
    pub(super) fn is_known_object(&self, class: ClassId) -> bool {
        self.base_outside(class).is_some_and(|base| self.libraries.hands_on(base))
    }

    /// An attribute that a class has from a library's class.
    pub(super) fn inherited_from_outside(&mut self, class: ClassId, name: &str) -> Option<Value> {
        let base = self.base_outside(class)?;
        Some(Value::external(format!("{base}().{name}")))
    }
}

/// How long a qualified name may grow.
const MAX_NAME: usize = 200;

fn given<'a>(argument: Argument<'_>, arguments: &'a Arguments) -> Option<&'a Value> {
    let by_position = argument.index.and_then(|index| arguments.positional.get(index));
    by_position.or_else(|| arguments.keyword(argument.name))
}

/// A name, or any of several where a list of names is told.
pub fn each_name(told: &Value) -> Value {
    join(told.alternatives().iter().flat_map(|way| match way {
        Value::Sequence(names) => names.to_vec(),
        one => vec![one.clone()],
    }))
}

fn is_given(argument: Argument<'_>, arguments: &Arguments) -> bool {
    given(argument, arguments).is_some()
}

fn is_ellipsis(value: &Value) -> bool {
    matches!(value, Value::Constant(text) if &**text == "...")
}

/// Whether an object that was made so replaces names in values by variables.
fn expands(object: &Object, made: &Arguments) -> bool {
    let told = object.expands.and_then(|argument| given(argument, made));
    told.is_some_and(|told| *told != Value::None && *told != Value::Constant("False".into()))
}

fn asks_something_else(object: &Object, made: &Arguments) -> bool {
    let asked = object.environment.and_then(|argument| given(argument, made));
    matches!(asked, Some(Value::Dict(_) | Value::Instance(_)))
}

fn usual(name: &str) -> Value {
    match name.strip_suffix('*') {
        Some(beginning) => Value::Text(Rc::new(super::value::Text {
            parts: vec![super::value::Part::Literal(beginning.into()), super::value::Part::Any],
            given: None,
        })),
        None => Value::text(name, None),
    }
}

/// What a schema told at construction says of a key's default: `Env(NAME=(cast, default))`.
fn scheme(made: &Arguments, key: &Value) -> Option<Value> {
    match made.keyword(&key.known_text()?)? {
        Value::Sequence(pair) => pair.get(1).cloned(),
        _ => None,
    }
}

fn absence(reader: &Reader<'_>, arguments: &Arguments, default: Option<&Value>) -> Absent {
    let told = |word: &str| {
        reader.required.and_then(|name| arguments.keyword(name)).is_some_and(|v| *v == Value::Constant(word.into()))
    };
    match default.filter(|default| **default != Value::None || !told("True")) {
        Some(default) => Absent::default(default.clone()),
        None if arguments.keyword("default_factory").is_some() => Absent::new(Outcome::Default),
        None if told("True") => Absent::raises(reader.exception),
        None if reader.absent == Outcome::Raises && !told("False") => Absent::raises(reader.exception),
        None if reader.absent == Outcome::Raises => Absent::new(Outcome::None),
        None => Absent::new(reader.absent),
    }
}
