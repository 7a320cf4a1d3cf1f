//! What a settings class tells of itself at run time: `model_fields`, `model_config`.

use std::rc::Rc;

use crate::link::Linker;
use crate::link::value::{Arguments, ClassId, Value};
use crate::python::ir::Name;

impl Linker<'_> {
    /// `Class.model_fields` (pydantic 1: `__fields__`) or `Class.model_config`, if it is a settings class.
    pub(in crate::link) fn told_of_settings(&mut self, class: ClassId, what: &str) -> Option<Value> {
        let dialect = self.settings_dialect(class)?;
        if what == "model_config" {
            // What the class says itself, with the prefix it comes to.
            let own = self.class_member(class, what).map(|own| self.settled(&own));
            let mut said = match own {
                Some(Value::Dict(items)) => items.to_vec(),
                _ => Vec::new(),
            };
            let options = self.options(class, dialect, None);
            said.retain(|(name, _)| name.known_text().as_deref() != Some("env_prefix"));
            said.push((Value::text("env_prefix", None), options.prefix));
            return Some(Value::dict(said));
        }
        let mut told = Vec::new();
        for field in self.fields(class, dialect) {
            let Some(declared) = self.declared(&field, dialect) else { continue };
            let mut keywords: Vec<(Name, Value)> = Vec::new();
            // The nearest says most: what `Field(…)` is given, then what `Annotated[…]` holds.
            let value = self.classes[field.class].variables.get(&field.name).cloned();
            if let Some(Value::Partial(call)) = value {
                keywords.extend(call.1.keywords.iter().cloned());
            }
            for arguments in declared.annotation.declared.iter().rev() {
                for (name, value) in &arguments.keywords {
                    if !keywords.iter().any(|(known, _)| known == name) {
                        keywords.push((name.clone(), value.clone()));
                    }
                }
            }
            keywords.retain(|(name, _)| !matches!(&**name, "annotation" | "default"));
            let annotation = match declared.annotation.classes.as_slice() {
                [class] if !declared.annotation.mapping && !declared.annotation.optional => Value::Class(*class),
                _ => Value::external("typing.Any"),
            };
            keywords.push(("annotation".into(), annotation));
            keywords.push(("default".into(), declared.default.unwrap_or(Value::Unknown)));
            let info = Arguments { keywords, ..Arguments::default() };
            let info = Value::Partial(Rc::new((Value::external("pydantic.fields.FieldInfo"), info)));
            let name = Value::text(field.name.clone(), None);
            told.push((name, info));
        }
        Some(Value::dict(told))
    }
}
