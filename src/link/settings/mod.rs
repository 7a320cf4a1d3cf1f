//! Settings classes: fields that are variables, by the rules of
//! [pydantic 1](https://docs.pydantic.dev/1.10/usage/settings/#environment-variable-names) and
//! [pydantic-settings 2](https://docs.pydantic.dev/latest/concepts/pydantic_settings/#environment-variable-names).
//! The files beside this one cite the functions of these libraries that they follow (pydantic 1.10,
//! pydantic 2.14, pydantic-settings 2.16).

mod annotations;
mod created;
mod customised;
mod fields;
mod names;
mod options;
mod secrets;
mod told;

use super::Linker;
use super::events::{Absent, Event};
use super::value::{Arguments, ClassId, Value};
use crate::libraries::Dialect;
use crate::model::{Access, Outcome, Place, Step};
use fields::{Declared, Field};
pub use secrets::FieldRead;

impl Linker<'_> {
    /// The rules a class's fields follow, if it is a settings class.
    pub(super) fn settings_dialect(&self, class: ClassId) -> Option<Dialect> {
        self.lineage(class).1.iter().find_map(|name| self.libraries.settings_base(name))
    }

    /// The reads of a settings class: one for each field and variable. `told` is what its constructor
    /// was given, if that changes names.
    pub(super) fn settings_reads(&mut self, class: ClassId, dialect: Dialect, told: Option<&Arguments>) {
        if !self.asks_environment(class, dialect) {
            return;
        }
        let options = self.options(class, dialect, told);
        let folders = self.secrets_folders(class, dialect, &options);
        let left_out: Vec<_> = self.left_out(class, dialect).iter().filter_map(Value::known_text).collect();
        for field in self.fields(class, dialect) {
            let Some(declared) = self.declared(&field, dialect) else { continue };
            let mut keys = self.variables_of(class, &field, &declared, dialect, &options);
            let out = |key: &Value| {
                key.known_text().is_some_and(|key| left_out.iter().any(|name| key.eq_ignore_ascii_case(name)))
            };
            keys.retain(|key| !out(key));
            // Of several names, another one's variable may be what takes over.
            let whole = keys.len();
            if let (Some(delimiter), true) = (&options.delimiter, self.has_parts(&declared)) {
                let parts: Vec<Value> =
                    keys.iter().map(|key| self.concat(&[key.clone(), delimiter.clone(), Value::Unknown])).collect();
                keys.extend(parts);
            }
            let absent = absence(&declared);
            let event = self.field_event(class, &field, dialect, absent);
            for (number, key) in keys.into_iter().enumerate() {
                let key = if options.case_sensitive == Some(false) { upper(&key) } else { key };
                let event = Event { id: self.next_event, root: self.next_event, ..event.clone() };
                self.next_event += 1;
                if told.is_none() {
                    let first = || (event.id, event.absent.clone());
                    self.settings_events.entry((class, field.name.clone())).or_insert_with(first);
                }
                let read = FieldRead {
                    class,
                    field: field.name.clone(),
                    case_sensitive: options.case_sensitive == Some(true),
                    folders: if whole == 1 && number == 0 { folders.clone() } else { Vec::new() },
                };
                self.settings_fields.insert(event.id, read);
                let origin = event.chain.first().map(|step| step.place).filter(|_| field.class != class);
                for key in key.alternatives() {
                    self.emit(&event, &with_origin(key, origin));
                }
            }
        }
    }

    /// The reads of an object whose constructor was told how its names are made, as `_env_prefix=…`.
    pub(super) fn settings_made(&mut self, class: ClassId, dialect: Dialect, arguments: &Arguments) {
        self.note_told_files(class, dialect, arguments);
        let telling =
            ["_case_sensitive", "_env_prefix", "_env_prefix_target", "_env_nested_delimiter", "_env_nested_max_split"];
        if telling.iter().any(|name| arguments.keyword(name).is_some_and(|value| *value != Value::None)) {
            self.settings_reads(class, dialect, Some(arguments));
        }
    }

    /// A class may have fields that are not seen: they may read anything.
    fn unknown_fields(&mut self, class: ClassId, dialect: Dialect, place: Place) {
        let field = Field::unseen(class);
        let event = self.field_event(class, &field, dialect, Absent::new(Outcome::Unknown));
        let event = Event { id: self.next_event, root: self.next_event, place, chain: Vec::new(), ..event };
        self.next_event += 1;
        self.emit(&event, &Value::Unknown);
    }

    fn field_event(&self, class: ClassId, field: &Field, dialect: Dialect, absent: Absent) -> Event {
        let state = &self.classes[class];
        let declaring = &self.classes[field.class];
        let span = if field.class == class { field.span } else { state.ir.header };
        Event {
            id: 0,
            root: 0,
            mapping: Value::Environment,
            key: Value::Unknown,
            access: Access::Field,
            reader: match dialect {
                Dialect::PydanticV1 => "pydantic.BaseSettings".into(),
                Dialect::PydanticV2 => "pydantic_settings.BaseSettings".into(),
            },
            absent,
            condition: None,
            place: Place { file: state.file, span },
            function: None,
            chain: vec![Step {
                place: Place { file: declaring.file, span: field.span },
                what: format!("field {} of {}", field.name, declaring.name),
            }],
            levels: 0,
            reached: Vec::new(),
        }
    }
}

fn absence(declared: &Declared) -> Absent {
    match &declared.default {
        _ if declared.required => Absent::raises("ValidationError"),
        // `25_000` is what others write as `25000`.
        Some(Value::Constant(text)) if text.starts_with(|c: char| c.is_ascii_digit()) => {
            Absent::default(Value::Constant(text.replace('_', "").into()))
        }
        Some(default) => Absent::default(default.clone()),
        None => Absent::new(Outcome::Default),
    }
}

/// By convention variables are upper case; matching ignores it where the class does.
fn upper(key: &Value) -> Value {
    super::texts::map_literals(key, &|text| text.to_uppercase().into())
}

fn with_origin(key: &Value, origin: Option<Place>) -> Value {
    match key {
        Value::Text(text) => {
            Value::Text(std::rc::Rc::new(super::value::Text { parts: text.parts.clone(), given: origin }))
        }
        _ => key.clone(),
    }
}
