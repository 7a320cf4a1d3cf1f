//! Fields of values, and the methods of Helm's objects.

use super::super::files;
use super::super::print;
use super::super::value::{Class, MapRef, Value};
use super::engine::Fault;

/// `value.name`, by the rules of Go for nil (text/template, `evalField`): of an untyped nil every field is
/// nil; of a nil that stood in a map it is an error.
pub fn field(value: &Value, name: &str, arguments: Vec<Value>) -> Result<Value, Fault> {
    match value {
        Value::Nil => Ok(Value::Nil),
        Value::Null => Err(format!("nil pointer evaluating interface {{}}.{name}").into()),
        Value::Map(map) => {
            if let Some(result) = method(map, name, &arguments) {
                return result;
            }
            match map.get(name) {
                Some(_) if !arguments.is_empty() => Err(format!("{name} is not a method but has arguments").into()),
                Some(found) if !found.is_nil() => Ok(found),
                Some(_) => Ok(Value::Null),
                None if matches!(map.class, Class::Plain | Class::Files) => match arguments.is_empty() {
                    true => Ok(Value::Null),
                    false => Err(format!("{name} is not a method but has arguments").into()),
                },
                None => Err(format!("can't evaluate field {name} in type {}", value.type_name()).into()),
            }
        }
        other => Err(format!("can't evaluate field {name} in type {}", other.type_name()).into()),
    }
}

/// Calls a method, if the object has one of that name.
fn method(map: &MapRef, name: &str, arguments: &[Value]) -> Option<Result<Value, Fault>> {
    let wrong = || Err(Fault::from(format!("wrong arguments for method {name}")));
    let text = arguments.first().and_then(Value::as_str).filter(|_| arguments.len() == 1);
    match (map.class, name) {
        (Class::Files, "Get" | "GetBytes" | "Glob" | "Lines" | "AsConfig" | "AsSecrets") => {
            Some(files::method(map, name, text))
        }
        (Class::Versions, "Has") => Some(match text {
            Some(version) => Ok(Value::Bool(map.has(version))),
            None => wrong(),
        }),
        (Class::KubeVersion, "GitVersion" | "String") => Some(Ok(map.get("Version").unwrap_or_default())),
        (Class::Semver, "String" | "Original") => {
            let key = if name == "String" { "String" } else { "Original" };
            Some(Ok(map.get(key).unwrap_or_default()))
        }
        (Class::Time, _) => Some(match name {
            "Unix" | "UnixNano" | "Year" | "Day" | "Hour" | "Minute" | "Second" => Ok(Value::Int64(0)),
            _ => print::print(&Value::Map(map.clone())).map(Value::text),
        }),
        _ => None,
    }
}
