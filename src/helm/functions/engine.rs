//! Helm's own functions: templates that include others, YAML, JSON, TOML.

use std::rc::Rc;

use super::super::format::{json, read, write};
use super::super::template::Fault;
use super::super::text::{Origin, Text};
use super::super::value::{Key, Value};
use super::{Call, Function, Out, function};

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("include", 2, 2, |call| {
        let name = call.str(0)?;
        let dot = std::mem::take(&mut call.arguments[1]);
        call.engine.include(name.as_str(), dot).map(Value::text)
    }),
    function("tpl", 2, 2, |call| {
        let text = call.str(0)?;
        let dot = std::mem::take(&mut call.arguments[1]);
        call.engine.tpl(&call.template, &text, dot).map(Value::Str)
    }),
    function("required", 2, 2, |call| {
        let message = call.str(0)?;
        match call.arg(1) {
            Value::Nil | Value::Null => Err(message.as_str().into()),
            Value::Str(text) if text.len() == 0 => Err(message.as_str().into()),
            value => Ok(value.clone()),
        }
    }),
    function("fail", 1, 1, |call| Err(call.str(0)?.as_str().into())),
    function("lookup", 4, 4, |_| Ok(Value::map([]))),
    function("getHostByName", 1, 1, |_| Ok(Value::str(""))),
    function("toYaml", 1, 1, |call| to_yaml(call, 0, false)),
    function("mustToYaml", 1, 1, |call| to_yaml(call, 0, true)),
    function("toYamlPretty", 1, 1, |call| to_yaml(call, 2, false)),
    function("fromYaml", 1, 1, |call| {
        let text = call.str(0)?;
        call.engine.made(text.len())?;
        Ok(match read::yaml(&text) {
            Ok(value @ Value::Map(_)) => value,
            Ok(Value::Nil) => Value::map([]),
            Ok(value) => error(format!(
                "error unmarshaling JSON: json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
                json_kind(&value)
            )),
            Err(problem) => {
                error(format!("error converting YAML to JSON: yaml: line {}: {}", problem.line, problem.detail))
            }
        })
    }),
    function("fromYamlArray", 1, 1, |call| {
        let text = call.str(0)?;
        call.engine.made(text.len())?;
        Ok(match read::yaml(&text) {
            Ok(value @ Value::List(_)) => value,
            Ok(Value::Nil) => Value::list(Vec::new()),
            Ok(value) => Value::list(vec![Value::str(format!(
                "error unmarshaling JSON: json: cannot unmarshal {} into Go value of type []interface {{}}",
                json_kind(&value)
            ))]),
            Err(problem) => Value::list(vec![Value::str(format!("yaml: line {}: {}", problem.line, problem.detail))]),
        })
    }),
    function("toJson", 1, 1, |call| to_json(call, json::Style::default(), false)),
    function("mustToJson", 1, 1, |call| to_json(call, json::Style::default(), true)),
    function("toRawJson", 1, 1, |call| to_json(call, json::Style { raw: true, pretty: false }, true)),
    function("mustToRawJson", 1, 1, |call| to_json(call, json::Style { raw: true, pretty: false }, true)),
    function("toPrettyJson", 1, 1, |call| to_json(call, json::Style { raw: false, pretty: true }, false)),
    function("mustToPrettyJson", 1, 1, |call| to_json(call, json::Style { raw: false, pretty: true }, true)),
    function("fromJson", 1, 1, |call| {
        let text = call.str(0)?;
        call.engine.made(text.len())?;
        Ok(match json::read(&text) {
            Ok(value @ Value::Map(_)) => value,
            Ok(Value::Nil) => Value::map([]),
            Ok(value) => error(format!(
                "json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
                json_kind(&value)
            )),
            Err(problem) => error(problem),
        })
    }),
    function("mustFromJson", 1, 1, |call| {
        let text = call.str(0)?;
        json::read(&text).map_err(Fault::from)
    }),
    function("fromJsonArray", 1, 1, |call| {
        let text = call.str(0)?;
        Ok(match json::read(&text) {
            Ok(value @ Value::List(_)) => value,
            Ok(_) => Value::list(vec![Value::str("json: cannot unmarshal into Go value of type []interface {}")]),
            Err(problem) => Value::list(vec![Value::str(problem)]),
        })
    }),
    function("toToml", 1, 1, toml),
    function("mustToToml", 1, 1, toml),
    function("fromToml", 1, 1, |call| {
        let text = call.str(0)?;
        Ok(match text.as_str().parse::<toml::Table>() {
            Ok(table) => from_toml(&toml::Value::Table(table), text.origin()),
            Err(problem) => error(problem.message().to_string()),
        })
    }),
];

/// What `fromYaml` and the like give for what is none.
fn error(message: String) -> Value {
    Value::map([(Key::from("Error"), Value::str(message))])
}

fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::List(_) => "array",
        Value::Str(_) => "string",
        Value::Bool(_) => "bool",
        Value::Map(_) => "object",
        _ => "number",
    }
}

fn to_yaml(call: &mut Call<'_>, list: usize, must: bool) -> Out {
    match write::indented(call.arg(0), list) {
        Ok(text) => {
            // What ends in a kept line break loses the encoder's own only.
            call.give(text)
        }
        Err(fault) if must || fault.ours => Err(fault),
        Err(_) => Ok(Value::str("")),
    }
}

fn to_json(call: &mut Call<'_>, style: json::Style, must: bool) -> Out {
    match json::write(call.arg(0), style) {
        Ok(text) => call.give(text),
        Err(fault) if must || fault.ours => Err(fault),
        Err(_) => Ok(Value::str("")),
    }
}

/// TOML by way of the crate: what BurntSushi's encoder lays out differently is the same data.
fn toml(call: &mut Call<'_>) -> Out {
    let value = to_toml(call.arg(0), super::super::print::MAX_DEPTH)?;
    let text = toml::to_string(&value).map_err(|error| Fault::from(error.to_string()))?;
    call.give_made(text)
}

fn to_toml(value: &Value, left: usize) -> Result<toml::Value, Fault> {
    let left = left.checked_sub(1).ok_or_else(super::super::print::too_deep)?;
    Ok(match value {
        Value::Nil | Value::Null => return Err("toml: cannot encode a nil value".into()),
        Value::Bool(truth) => toml::Value::Boolean(*truth),
        Value::Int(number) | Value::Int64(number) => toml::Value::Integer(*number),
        Value::Float(number) => toml::Value::Float(*number),
        Value::Str(text) => toml::Value::String(text.as_str().into()),
        Value::List(list) => {
            toml::Value::Array(list.0.iter().map(|item| to_toml(item, left)).collect::<Result<_, _>>()?)
        }
        Value::Map(map) => {
            let mut table = toml::Table::new();
            for (key, value) in map.entries() {
                // A nil in a table is left out.
                if !value.is_nil() {
                    table.insert(key.0.as_str().into(), to_toml(&value, left)?);
                }
            }
            toml::Value::Table(table)
        }
    })
}

fn from_toml(value: &toml::Value, origin: Origin) -> Value {
    match value {
        toml::Value::String(text) => Value::str_of(text.as_str(), origin),
        toml::Value::Integer(number) => Value::Int64(*number),
        toml::Value::Float(number) => Value::Float(*number),
        toml::Value::Boolean(truth) => Value::Bool(*truth),
        toml::Value::Datetime(time) => Value::str_of(time.to_string(), origin),
        toml::Value::Array(items) => Value::list(items.iter().map(|item| from_toml(item, origin)).collect()),
        toml::Value::Table(table) => Value::map(
            table.iter().map(|(key, item)| (Key(Rc::new(Text::of(key.as_str(), origin))), from_toml(item, origin))),
        ),
    }
}
