//! Settings classes: fields that are variables, by the rules of
//! [pydantic 1](https://docs.pydantic.dev/1.10/usage/settings/#environment-variable-names) and
//! [pydantic-settings 2](https://docs.pydantic.dev/latest/concepts/pydantic_settings/#environment-variable-names).

use super::Linker;
use super::events::{Absent, Event};
use super::scope::Frame;
use super::value::{Arguments, ClassId, Value};
use crate::libraries::{self, Dialect};
use crate::model::{Access, Outcome, Place, Span, Step};
use crate::python::ir::{Expr, ExprKind, Name, StmtKind};

/// A field of a settings class.
struct Field {
    name: Name,
    span: Span,
    class: ClassId,
    /// Its value: a default, or a call of `Field(…)`.
    value: Option<Expr>,
    annotation: Option<Expr>,
}

/// Options that apply to all fields.
struct Options {
    prefix: Value,
    case_sensitive: bool,
    nested: Option<Value>,
    by_name: bool,
}

/// What a field says of its variables.
#[derive(Default)]
struct Declared {
    names: Vec<Value>,
    default: Option<Value>,
    required: bool,
}

impl Linker<'_> {
    /// The rules a class's fields follow, if it is a settings class.
    pub(super) fn settings_dialect(&self, class: ClassId) -> Option<Dialect> {
        self.lineage(class).1.iter().find_map(|name| libraries::settings_base(name))
    }

    /// The reads of a settings class: one for each field and variable.
    pub(super) fn settings_reads(&mut self, class: ClassId, dialect: Dialect) {
        let options = self.options(class, dialect);
        let header = self.classes[class].ir.header;
        let file = self.classes[class].file;
        for field in self.fields(class, dialect) {
            let declared = self.declared(&field, dialect);
            let mut keys = declared.names;
            if keys.is_empty() || (options.by_name && dialect == Dialect::PydanticV2) {
                keys.push(self.concat(&[options.prefix.clone(), Value::text(field.name.clone(), None)]));
            }
            if let (Some(delimiter), true) = (&options.nested, self.is_nested(&field)) {
                let nested: Vec<Value> =
                    keys.iter().map(|key| self.concat(&[key.clone(), delimiter.clone(), Value::Unknown])).collect();
                keys.extend(nested);
            }
            let inherited = field.class != class;
            let span = if inherited { header } else { field.span };
            let place = Place { file, span };
            let origin = Place { file: self.classes[field.class].file, span: field.span };
            let absent = match (&declared.default, declared.required) {
                (_, true) => Absent::raises("ValidationError"),
                (Some(default), _) => Absent::default(default.clone()),
                (None, false) => Absent::new(Outcome::Default),
            };
            for key in keys {
                let key = if options.case_sensitive { key } else { upper(&key) };
                let id = self.next_event;
                self.next_event += 1;
                self.settings_events.entry((class, field.name.clone())).or_insert_with(|| (id, absent.clone()));
                let event = Event {
                    id,
                    root: id,
                    mapping: Value::Environment,
                    key: Value::Unknown,
                    access: Access::Field,
                    reader: match dialect {
                        Dialect::PydanticV1 => "pydantic.BaseSettings".into(),
                        Dialect::PydanticV2 => "pydantic_settings.BaseSettings".into(),
                    },
                    absent: absent.clone(),
                    condition: None,
                    place,
                    function: None,
                    chain: vec![Step {
                        place: origin,
                        what: format!("field {} of {}", field.name, self.classes[field.class].name),
                    }],
                    handed_on: 0,
                };
                for key in key.alternatives() {
                    let key = with_origin(key, inherited.then_some(origin));
                    self.settings_fields.insert(id, (class, field.name.clone(), options.case_sensitive));
                    self.emit(&event, &key);
                }
            }
        }
    }

    /// The fields of a class and its bases, the nearest declaration of each, base fields first.
    fn fields(&mut self, class: ClassId, dialect: Dialect) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        for &class in self.lineage(class).0.iter().rev() {
            let ir = self.classes[class].ir.clone();
            for stmt in &ir.body {
                let (name, annotation, value) = match &stmt.kind {
                    StmtKind::Annotated { target, annotation, value } => (target, Some(annotation), value.as_ref()),
                    StmtKind::Assign { targets, value } if targets.len() == 1 => (&targets[0], None, Some(value)),
                    _ => continue,
                };
                let ExprKind::Name(name) = &name.kind else { continue };
                let private = name.starts_with('_') || matches!(&**name, "model_config" | "Config");
                if private || annotation.is_some_and(is_class_variable) {
                    continue;
                }
                // Without an annotation, pydantic 1 takes a plain value for a field; pydantic 2 only
                // a new default of an inherited one.
                let known = fields.iter().position(|f| f.name == *name);
                if annotation.is_none() && dialect == Dialect::PydanticV2 && known.is_none() {
                    continue;
                }
                let field = Field {
                    name: name.clone(),
                    span: stmt.span,
                    class,
                    value: value.cloned(),
                    annotation: annotation.cloned(),
                };
                match known {
                    Some(at) => fields[at] = field,
                    None => fields.push(field),
                }
            }
        }
        fields
    }

    fn options(&mut self, class: ClassId, dialect: Dialect) -> Options {
        let text_or_empty = |value: Option<Value>| match value {
            Some(value @ Value::Text(_)) => value,
            Some(Value::None) | None => Value::text("", None),
            Some(_) => Value::Unknown,
        };
        let prefix = text_or_empty(self.option(class, dialect, "env_prefix"));
        let truth = |value: Option<Value>| matches!(value, Some(Value::Constant(text)) if &*text == "True");
        let nested = self.option(class, dialect, "env_nested_delimiter");
        let by_name =
            ["populate_by_name", "validate_by_name"].iter().any(|name| truth(self.option(class, dialect, name)));
        Options {
            prefix,
            case_sensitive: truth(self.option(class, dialect, "case_sensitive")),
            nested: nested.filter(|v| matches!(v, Value::Text(_))),
            by_name,
        }
    }

    /// An option by the nearest class that sets it.
    fn option(&mut self, class: ClassId, dialect: Dialect, option: &str) -> Option<Value> {
        for &class in &self.lineage(class).0 {
            if dialect == Dialect::PydanticV2 {
                if let Some((_, value)) = self.classes[class].keywords.iter().find(|(n, _)| &**n == option) {
                    let value = value.clone();
                    return Some(self.force(&value));
                }
                if let Some(config) = self.classes[class].variables.get("model_config").cloned() {
                    let config = self.force(&config);
                    for config in config.alternatives() {
                        if let Value::Dict(items) = config
                            && let Some(value) =
                                items.iter().rev().find(|(k, _)| k.known_text().as_deref() == Some(option))
                        {
                            return Some(self.force(&value.1.clone()));
                        }
                    }
                }
            }
            if let Some(Value::Class(config)) = self.classes[class].variables.get("Config").cloned()
                && let Some(value) = self.class_member(config, option)
            {
                return Some(self.force(&value));
            }
        }
        None
    }

    /// What a field's declaration says of its variables and default.
    fn declared(&mut self, field: &Field, dialect: Dialect) -> Declared {
        let mut frame = Frame::new(self.classes[field.class].file);
        frame.class = Some(field.class);
        frame.variables = self.classes[field.class].variables.clone();
        let mut declared = Declared { required: field.value.is_none(), ..Declared::default() };
        let annotated = field.annotation.as_ref().and_then(annotated_call);
        let call = field.value.as_ref().and_then(field_call).or(annotated);
        let value_is_call = field.value.as_ref().is_some_and(|v| field_call(v).is_some());
        if let Some(arguments) = call {
            let arguments = self.arguments(&mut frame, &arguments);
            self.field_names(&arguments, dialect, &mut declared);
            if value_is_call || field.value.is_none() {
                declared.default = arguments.get(0, "default").cloned();
                declared.required = declared.default.as_ref().is_none_or(|d| *d == Value::Constant("...".into()))
                    && arguments.keyword("default_factory").is_none();
            }
        }
        if let Some(value) = field.value.as_ref().filter(|_| !value_is_call) {
            let value = self.expression(&mut frame, value);
            declared.required = value == Value::Constant("...".into());
            declared.default = Some(value);
        }
        let optional = field.annotation.as_ref().is_some_and(is_optional);
        if declared.required && dialect == Dialect::PydanticV1 && optional && field.value.is_none() {
            declared.required = false;
            declared.default = Some(Value::None);
        }
        if dialect == Dialect::PydanticV1 {
            self.config_names(field, &mut declared);
        }
        declared
    }

    fn field_names(&mut self, arguments: &Arguments, dialect: Dialect, declared: &mut Declared) {
        let option = match dialect {
            Dialect::PydanticV1 => arguments.keyword("env"),
            Dialect::PydanticV2 => arguments.keyword("validation_alias").or_else(|| arguments.keyword("alias")),
        };
        if let Some(value) = option.cloned() {
            declared.names = self.names_of(&value);
        }
    }

    /// The names a field's option gives: a text, several, `AliasChoices`, `AliasPath`.
    fn names_of(&mut self, value: &Value) -> Vec<Value> {
        match self.force(value) {
            Value::Text(text) => vec![Value::Text(text)],
            Value::Sequence(items) => items.iter().flat_map(|item| self.names_of(item)).collect(),
            Value::Partial(call) => match &call.0 {
                Value::External(name) if name.ends_with("AliasPath") => {
                    call.1.positional.first().cloned().into_iter().flat_map(|v| self.names_of(&v)).collect()
                }
                _ => call.1.positional.iter().flat_map(|item| self.names_of(item)).collect(),
            },
            Value::None => vec![],
            _ => vec![Value::Unknown],
        }
    }

    /// pydantic 1: `class Config: fields = {"name": {"env": …}}`.
    fn config_names(&mut self, field: &Field, declared: &mut Declared) {
        let Some(Value::Dict(fields)) = self.option(field.class, Dialect::PydanticV1, "fields") else { return };
        let entry = fields.iter().find(|(k, _)| k.known_text().as_ref() == Some(&field.name));
        let Some((_, Value::Dict(entry))) = entry else { return };
        let env = entry.iter().find(|(k, _)| k.known_text().as_deref() == Some("env"));
        if let Some((_, value)) = env {
            declared.names = self.names_of(&value.clone());
        }
    }

    /// Whether a field's type is a model of its own, so that parts of it are variables too.
    fn is_nested(&mut self, field: &Field) -> bool {
        let Some(annotation) = &field.annotation else { return false };
        let mut frame = Frame::new(self.classes[field.class].file);
        let value = self.expression(&mut frame, annotation);
        self.force(&value).alternatives().iter().any(|v| matches!(v, Value::Class(_)))
    }
}

fn field_call(value: &Expr) -> Option<Vec<crate::python::ir::Argument>> {
    match &value.kind {
        ExprKind::Call(callee, arguments) if super::statements::last_segment(callee).as_deref() == Some("Field") => {
            Some(arguments.clone())
        }
        _ => None,
    }
}

/// `Annotated[T, …, Field(…)]`
fn annotated_call(annotation: &Expr) -> Option<Vec<crate::python::ir::Argument>> {
    let ExprKind::Subscript(generic, index) = &annotation.kind else { return None };
    if super::statements::last_segment(generic).as_deref() != Some("Annotated") {
        return None;
    }
    match &index.kind {
        ExprKind::Tuple(items) => items.iter().find_map(field_call),
        _ => None,
    }
}

fn is_class_variable(annotation: &Expr) -> bool {
    match &annotation.kind {
        ExprKind::Subscript(generic, _) => is_class_variable(generic),
        ExprKind::Str(text) => text.starts_with("ClassVar") || text.starts_with("typing.ClassVar"),
        _ => super::statements::last_segment(annotation).as_deref() == Some("ClassVar"),
    }
}

fn is_optional(annotation: &Expr) -> bool {
    match &annotation.kind {
        ExprKind::Subscript(generic, index) => match super::statements::last_segment(generic).as_deref() {
            Some("Optional") => true,
            Some("Union") => matches!(&index.kind, ExprKind::Tuple(items) if items.iter().any(is_none)),
            _ => false,
        },
        ExprKind::Binary(_, parts) => parts.iter().any(is_none),
        ExprKind::Str(text) => text.starts_with("Optional[") || text.ends_with("| None"),
        _ => super::statements::last_segment(annotation).as_deref() == Some("Any"),
    }
}

fn is_none(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Constant(text) if &**text == "None")
}

/// By convention variables are upper case; matching ignores it where the class does.
fn upper(key: &Value) -> Value {
    super::texts::map_literals(key, &|text| text.to_uppercase().into())
}

fn with_origin(key: &Value, origin: Option<Place>) -> Value {
    match (key, origin) {
        (Value::Text(text), origin) => {
            Value::Text(std::rc::Rc::new(super::value::Text { parts: text.parts.clone(), given: origin }))
        }
        _ => key.clone(),
    }
}
