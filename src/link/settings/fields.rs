//! The fields of a settings class, and what each says of its variables and its default.

use super::annotations::{Annotation, field_arguments};
use crate::libraries::Dialect;
use crate::link::Linker;
use crate::link::statements::last_segment;
use crate::link::value::{Arguments, ClassId, Value};
use crate::model::Span;
use crate::python::ir::{Expr, ExprKind, Name, Stmt, StmtKind};

/// A field of a settings class.
pub struct Field {
    /// Its name.
    pub name: Name,
    /// The statement that declares it.
    pub span: Span,
    /// The class whose body that stands in.
    pub class: ClassId,
    /// Its value: a default, or a call of `Field(…)`.
    value: Option<Expr>,
    annotation: Option<Expr>,
}

/// What a field says.
#[derive(Default)]
pub struct Declared {
    /// Names that it gives; `None` in one of them stands for the field's own.
    pub names: Option<Vec<Value>>,
    /// What takes over.
    pub default: Option<Value>,
    /// Whether something has to be given.
    pub required: bool,
    /// `...` says so.
    insisted: bool,
    /// What its annotation says.
    pub annotation: Annotation,
}

impl Linker<'_> {
    /// The fields of a class and its bases, the nearest declaration of each, base fields first.
    pub(super) fn fields(&mut self, class: ClassId, dialect: Dialect) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        for &class in self.lineage(class).0.iter().rev() {
            // pydantic 1 takes fields from models only, pydantic 2 the annotations of all bases
            // (`collect_model_fields`, pydantic `_internal/_fields.py`).
            if dialect == Dialect::PydanticV1 && !self.is_model(class) {
                continue;
            }
            let ir = self.classes[class].ir.clone();
            let mut body = Vec::new();
            flatten(&ir.body, &mut body);
            for stmt in body {
                let (name, annotation, value) = match &stmt.kind {
                    StmtKind::Annotated { target, annotation, value } => (target, Some(annotation), value.as_ref()),
                    StmtKind::Assign { targets, value } if targets.len() == 1 => (&targets[0], None, Some(value)),
                    _ => continue,
                };
                let ExprKind::Name(name) = &name.kind else { continue };
                if name.starts_with('_') || matches!(&**name, "model_config" | "Config") {
                    continue;
                }
                // Without an annotation, pydantic 1 takes a plain value for a field; pydantic 2 only
                // a new default of an inherited one.
                let known = fields.iter().position(|f| f.name == *name);
                if annotation.is_none() {
                    let plain = dialect == Dialect::PydanticV1 && self.is_plain(class, name);
                    if !plain && known.is_none() {
                        continue;
                    }
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

    /// Whether a class is a model of pydantic; also where that is not known.
    fn is_model(&self, class: ClassId) -> bool {
        let lineage = self.lineage(class);
        let unknown = lineage.0.iter().flat_map(|&c| &self.classes[c].bases).any(|base| *base == Value::Unknown);
        let model = |name: &Name| {
            self.libraries.settings_base(name).is_some()
                || matches!(name.rsplit('.').next(), Some("BaseModel" | "GenericModel"))
        };
        unknown || lineage.1.iter().any(model) || lineage.0.iter().any(|&c| model(&self.classes[c].ir.name))
    }

    /// Whether pydantic 1 takes a value without an annotation for a field: functions, classes and
    /// validators are left alone (`is_untouched`, pydantic 1 `main.py`).
    fn is_plain(&mut self, class: ClassId, name: &Name) -> bool {
        let Some(value) = self.classes[class].variables.get(name).cloned() else { return true };
        match self.settled(&value) {
            Value::Function(_) | Value::Class(_) | Value::Method(_) => false,
            Value::External(name) => !["validator", "property", "classmethod", "staticmethod"]
                .iter()
                .any(|word| name.split(['.', '(']).any(|part| part.ends_with(word))),
            _ => true,
        }
    }

    /// What a field's declaration says; `None` if it is a class variable.
    pub(super) fn declared(&mut self, field: &Field, dialect: Dialect) -> Option<Declared> {
        let mut frame = self.class_frame(field.class);
        let value = field.value.as_ref().map(|value| {
            let evaluated = self.concrete(&mut frame, value);
            (evaluated, is_field_call(value))
        });
        // In annotations a name is seldom the field of the same name.
        let mut body = self.class_frame(field.class);
        body.variables.retain(|_, value| matches!(value, Value::Class(_)));
        let annotation = field.annotation.as_ref().map(|annotation| self.annotation_of(&mut body, annotation));
        let annotation = annotation.unwrap_or_default();
        if annotation.class_variable {
            return None;
        }
        let mut declared = Declared { required: true, ..Declared::default() };
        if annotation.veiled {
            declared.names = Some(vec![Value::Unknown]);
        }
        for arguments in &annotation.declared {
            self.told(arguments, dialect, &mut declared);
        }
        if let Some((value, is_call)) = value {
            match field_arguments(&value) {
                Some(arguments) => self.told(arguments, dialect, &mut declared),
                // A `Field` of another library, or one that is put together out of sight.
                None if is_call => match self.told_by_expression(field) {
                    Some(arguments) => self.told(&arguments, dialect, &mut declared),
                    None => declared.required = false,
                },
                None => default(value, &mut declared),
            }
        }
        if annotation.is_final && !declared.required {
            return None;
        }
        let insisted = declared.insisted || dialect != Dialect::PydanticV1;
        if declared.required && !insisted && annotation.optional {
            declared.required = false;
            declared.default = Some(Value::None);
        }
        declared.annotation = annotation;
        Some(declared)
    }

    fn told_by_expression(&mut self, field: &Field) -> Option<Arguments> {
        let ExprKind::Call(_, arguments) = &field.value.as_ref()?.kind else { return None };
        let mut frame = self.class_frame(field.class);
        Some(self.arguments(&mut frame, arguments))
    }

    /// What the arguments of a `Field(…)` add: names and a default; the last that says so holds.
    fn told(&mut self, arguments: &Arguments, dialect: Dialect, declared: &mut Declared) {
        // `env_names` of pydantic 1 (`env_settings.py`, `prepare_field`); in pydantic 2 `alias` stands in
        // for `validation_alias` (`Field`, pydantic `fields.py`).
        let options: &[&str] = match dialect {
            Dialect::PydanticV1 => &["env"],
            Dialect::PydanticV2 => &["validation_alias", "alias"],
        };
        let said = options.iter().find_map(|option| {
            let value = arguments.keyword(option).cloned().map(|v| self.settled(&v))?;
            (!is_unset(&value)).then_some(value)
        });
        match said {
            Some(value) => declared.names = Some(self.names_of(&value)),
            None if arguments.may_have_more() => declared.names = Some(vec![Value::Unknown, Value::None]),
            None => {}
        }
        if let Some(value) = arguments.get(0, "default").cloned() {
            let value = self.settled(&value);
            if !is_undefined(&value) {
                default(value, declared);
            }
        } else if arguments.keyword("default_factory").is_some() || arguments.may_have_more() {
            (declared.required, declared.default) = (false, None);
        }
    }

    /// The names an option gives: a text, several, `AliasChoices`, `AliasPath` (its first part,
    /// `_extract_field_info`, pydantic-settings `sources/base.py`).
    pub(super) fn names_of(&mut self, value: &Value) -> Vec<Value> {
        match self.settled(value) {
            Value::Text(text) => vec![Value::Text(text)],
            Value::Sequence(items) => items.iter().flat_map(|item| self.names_of(item)).collect(),
            Value::Union(values) => values.iter().flat_map(|value| self.names_of(value)).collect(),
            Value::Partial(call) => match &call.0 {
                Value::External(name) if name.ends_with("AliasPath") => {
                    call.1.positional.first().cloned().into_iter().flat_map(|v| self.names_of(&v)).collect()
                }
                Value::External(name) if name.ends_with("AliasChoices") => {
                    let mut names: Vec<Value> = call.1.positional.iter().flat_map(|item| self.names_of(item)).collect();
                    if call.1.may_have_more() {
                        names.push(Value::Unknown);
                    }
                    names
                }
                _ => vec![Value::Unknown],
            },
            Value::None => vec![Value::None],
            _ => vec![Value::Unknown],
        }
    }
}

impl Field {
    /// Stands for fields that are not seen.
    pub(super) fn unseen(class: ClassId) -> Field {
        Field { name: "*".into(), span: Span::default(), class, value: None, annotation: None }
    }
}

/// `...`, which stands for no default.
pub(super) fn is_ellipsis(value: &Expr) -> bool {
    matches!(&value.kind, ExprKind::Constant(text) if &**text == "...")
}

fn default(value: Value, declared: &mut Declared) {
    declared.required = value == Value::Constant("...".into());
    declared.insisted = declared.required;
    declared.default = (!declared.required).then_some(value);
}

fn is_undefined(value: &Value) -> bool {
    matches!(value, Value::External(name) if matches!(name.rsplit('.').next(), Some("PydanticUndefined" | "Undefined")))
}

fn is_unset(value: &Value) -> bool {
    *value == Value::None || is_undefined(value)
}

fn is_field_call(value: &Expr) -> bool {
    matches!(&value.kind, ExprKind::Call(callee, _) if last_segment(callee).as_deref() == Some("Field"))
}

/// The statements of a class body, those of its branches included.
fn flatten<'a>(body: &'a [Stmt], out: &mut Vec<&'a Stmt>) {
    for stmt in body {
        match &stmt.kind {
            StmtKind::If { body, orelse, .. } => {
                flatten(orelse, out);
                flatten(body, out);
            }
            StmtKind::Try { body, handlers, orelse, .. } => {
                handlers.iter().for_each(|handler| flatten(&handler.body, out));
                flatten(body, out);
                flatten(orelse, out);
            }
            StmtKind::With { body, .. } => flatten(body, out),
            _ => out.push(stmt),
        }
    }
}
