//! From fields to names of variables.

use super::fields::{Declared, Field};
use super::options::Options;
use crate::libraries::{Dialect, stdlib};
use crate::link::Linker;
use crate::link::statements::last_segment;
use crate::link::value::{Arguments, ClassId, Value, join};
use crate::python::ir::Name;

impl Linker<'_> {
    /// The names a field is looked up by, in the library's order.
    pub(super) fn variables_of(
        &mut self,
        class: ClassId,
        field: &Field,
        declared: &Declared,
        dialect: Dialect,
        options: &Options,
    ) -> Vec<Value> {
        match dialect {
            Dialect::PydanticV1 => self.variables_of_v1(class, field, declared, options),
            Dialect::PydanticV2 => self.variables_of_v2(field, declared, options),
        }
    }

    /// `prepare_field` (pydantic 1 `env_settings.py`): what is given stands without the prefix.
    fn variables_of_v1(&mut self, class: ClassId, field: &Field, declared: &Declared, options: &Options) -> Vec<Value> {
        let empty = |value: &Value| matches!(value, Value::Sequence(items) if items.is_empty());
        let configured = self.field_option_of_v1(class, &field.name).filter(|v| *v != Value::None && !empty(v));
        let given = match configured {
            Some(value) => Some(self.names_of(&value)),
            None => declared.names.clone(),
        };
        let own = self.prefixed(options, [true].into_iter(), &Value::text(field.name.clone(), None));
        match given {
            Some(names) => names.into_iter().map(|name| if name == Value::None { own.clone() } else { name }).collect(),
            None => vec![own],
        }
    }

    /// `_extract_field_info` (pydantic-settings `sources/base.py`).
    fn variables_of_v2(&mut self, field: &Field, declared: &Declared, options: &Options) -> Vec<Value> {
        let (by_name, by_alias) = options.by;
        let name = Value::text(field.name.clone(), None);
        let own = self.prefixed(options, options.prefixes.iter().map(|p| p.0), &name);
        let given = match (&declared.names, &options.alias_generator) {
            _ if !by_alias => None,
            (Some(names), _) => Some(names.clone()),
            (None, Some(generator)) => Some(self.generated(generator, &field.name)),
            (None, None) => None,
        };
        let Some(aliases) = given else { return vec![own] };
        let mut names = Vec::new();
        for alias in aliases {
            names.push(match alias {
                Value::None => own.clone(),
                alias => self.prefixed(options, options.prefixes.iter().map(|p| p.1), &alias),
            });
        }
        if by_name && !names.contains(&own) {
            names.push(own);
        }
        names
    }

    /// A name with the prefix before it or without, in each way that it may be; with anything before it where
    /// that is not known.
    fn prefixed(&mut self, options: &Options, with: impl Iterator<Item = bool>, name: &Value) -> Value {
        let names: Vec<Value> = with
            .map(|with| if with { self.concat(&[options.prefix.clone(), name.clone()]) } else { name.clone() })
            .collect();
        if names.is_empty() { self.concat(&[Value::Unknown, name.clone()]) } else { join(names) }
    }

    /// What an alias generator makes of a field's name (`_apply_alias_generator_to_field_info`, pydantic
    /// `_internal/_generate_schema.py`).
    fn generated(&mut self, generator: &Value, name: &Name) -> Vec<Value> {
        let arguments = Arguments { positional: vec![Value::text(name.clone(), None)], ..Arguments::default() };
        match self.settled(generator) {
            Value::Union(generators) => generators.iter().flat_map(|one| self.generated(one, name)).collect(),
            Value::Function(callable) => {
                let value = self.carried_out(&callable, &arguments);
                self.names_of(&value)
            }
            Value::External(function) => {
                let text: Option<String> = match function.rsplit('.').next() {
                    Some("to_camel") => Some(camel(name)),
                    Some("to_pascal") => Some(pascal(name)),
                    Some("to_snake") if !name.contains(char::is_uppercase) => Some(name.to_string()),
                    Some("upper") => Some(name.to_uppercase()),
                    Some("lower") => Some(name.to_lowercase()),
                    _ => None,
                };
                vec![text.map_or(Value::Unknown, |text| Value::text(text, None))]
            }
            Value::Partial(call) if matches!(&call.0, Value::External(n) if n.ends_with("AliasGenerator")) => {
                let said = [call.1.get(1, "validation_alias"), call.1.get(0, "alias")];
                let said = said.into_iter().flatten().find(|value| **value != Value::None).cloned();
                said.map_or(vec![Value::None], |inner| self.generated(&inner, name))
            }
            _ => vec![Value::Unknown],
        }
    }

    /// Whether a field's type has parts that are variables too: models, dataclasses, mappings, and types
    /// that are not scanned. Lists are exploded by the library as well, but cannot be built from parts.
    pub(super) fn has_parts(&self, declared: &Declared) -> bool {
        let annotation = &declared.annotation;
        let foreign = |name: &Name| {
            let root = name.split('.').next().unwrap_or(name);
            !matches!(root, "builtins" | "typing_extensions" | "annotated_types")
                && !root.starts_with("pydantic")
                && !stdlib::is_module(root)
        };
        annotation.mapping
            || annotation.unknown
            || annotation.classes.iter().any(|&class| self.is_compound(class))
            || annotation.others.iter().any(foreign)
    }

    fn is_compound(&self, class: ClassId) -> bool {
        let lineage = self.lineage(class);
        let compound = |name: &str| {
            self.libraries.settings_base(name).is_some()
                || matches!(
                    name.rsplit('.').next(),
                    Some(
                        "BaseModel"
                            | "CliMutuallyExclusiveGroup"
                            | "RootModel"
                            | "GenericModel"
                            | "TypedDict"
                            | "dict"
                            | "Dict"
                            | "Mapping"
                    )
                )
        };
        let dataclass = lineage.0.iter().flat_map(|&c| &self.classes[c].ir.decorators);
        !self.is_enum(class)
            && (lineage.1.iter().any(|name| compound(name))
                || lineage.0.iter().any(|&c| compound(&self.classes[c].ir.name))
                || dataclass.map(last_segment).any(|name| name.as_deref() == Some("dataclass")))
    }
}

/// `to_pascal` (pydantic `alias_generators.py`): `str.title`, then `_` between letters or digits goes.
fn pascal(name: &str) -> String {
    let mut titled = String::new();
    let mut inside = false;
    for c in name.chars() {
        if inside {
            titled.extend(c.to_lowercase());
        } else {
            titled.extend(c.to_uppercase());
        }
        inside = c.is_alphabetic();
    }
    let chars: Vec<char> = titled.chars().collect();
    let alphanumeric = |at: Option<&char>| at.is_some_and(char::is_ascii_alphanumeric);
    let joins =
        |at: usize| chars[at] == '_' && at > 0 && alphanumeric(chars.get(at - 1)) && alphanumeric(chars.get(at + 1));
    (0..chars.len()).filter(|&at| !joins(at)).map(|at| chars[at]).collect()
}

/// `to_camel` (pydantic `alias_generators.py`): the same with a small first letter.
fn camel(name: &str) -> String {
    if !name.contains('_') && name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return name.into();
    }
    let pascal = pascal(name);
    let mut first = true;
    let small = pascal.chars().map(|c| {
        let letter = first && c != '_';
        first &= !letter;
        if letter { c.to_ascii_lowercase() } else { c }
    });
    small.collect()
}

#[cfg(test)]
mod tests {
    use super::{camel, pascal};

    #[test]
    fn names_are_cased_as_by_pydantic() {
        for (name, as_camel, as_pascal) in
            [("api_key", "apiKey", "ApiKey"), ("x", "x", "X"), ("a_1", "a1", "A1"), ("_a_b", "_aB", "_AB")]
        {
            assert_eq!((camel(name).as_str(), pascal(name).as_str()), (as_camel, as_pascal), "{name}");
        }
    }
}
