//! Enumerations: their members are objects with a value, and stand for it where a text is asked for.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Linker;
use super::instance::Instance;
use super::scope::Frame;
use super::value::{ClassId, Value};
use crate::model::Place;
use crate::python::ir::{ExprKind, Name, StmtKind};

impl Linker<'_> {
    pub(super) fn enum_member(&mut self, class: ClassId, name: &Name, value: Value, place: Place) -> Value {
        let at = match &value {
            Value::Text(text) => text.given.unwrap_or(place),
            _ => place,
        };
        let mut fields = BTreeMap::new();
        fields.insert("value".into(), value.clone());
        fields.insert("_value_".into(), value);
        fields.insert("name".into(), Value::text(name.clone(), None));
        Value::Instance(Rc::new(Instance { class, fields: std::cell::RefCell::new(fields), place: Some(at) }))
    }

    /// Whether a class is an enumeration.
    pub(super) fn is_enum(&self, class: ClassId) -> bool {
        self.lineage(class)
            .1
            .iter()
            .any(|name| matches!(name.rsplit('.').next(), Some("Enum" | "StrEnum" | "IntEnum" | "Flag" | "IntFlag")))
    }

    /// The members of an enumeration, in order.
    pub(super) fn enum_members(&mut self, class: ClassId) -> Option<Vec<Value>> {
        if !self.is_enum(class) {
            return None;
        }
        let ir = self.classes[class].ir.clone();
        let mut members = Vec::new();
        for stmt in &ir.body {
            let StmtKind::Assign { targets, .. } = &stmt.kind else { continue };
            let Some(ExprKind::Name(name)) = targets.first().map(|t| &t.kind) else { continue };
            if let Some(value) = self.classes[class].variables.get(name).cloned() {
                let place = Place { file: self.classes[class].file, span: stmt.span };
                members.push(self.enum_member(class, name, value, place));
            }
        }
        Some(members)
    }

    /// An enumeration's member as a text.
    pub(super) fn enum_text(&self, value: &Value) -> Option<Value> {
        let Value::Instance(instance) = value else { return None };
        self.is_enum(instance.class).then(|| instance.fields.borrow().get("value").cloned())?
    }

    /// A key that is a member of an enumeration of texts (`class Key(str, Enum)`, `StrEnum`).
    pub(super) fn text_of_enum(&self, key: &Value) -> Option<Value> {
        let Value::Instance(instance) = key else { return None };
        let text = |name: &Name| matches!(&**name, "builtins.str") || name.ends_with("StrEnum");
        self.lineage(instance.class).1.iter().any(text).then(|| self.enum_text(key))?
    }

    /// `Class[index]`: a member of an enumeration, or a generic with its parameters.
    pub(super) fn class_item(&mut self, frame: &mut Frame, class: ClassId, index: &Value, place: Place) -> Value {
        match self.force(index).known_text() {
            Some(name) if self.is_enum(class) => self.class_attribute(frame, class, &name, place),
            _ => Value::Class(class),
        }
    }
}
