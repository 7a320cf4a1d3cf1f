//! Go's `and`, `or`, `not`, and what stands in for what is empty (Sprig, `defaults.go`).

use super::{ANY, Call, Function, Out, function};
use crate::helm::value::{Class, Value};

/// The group.
pub const FUNCTIONS: &[Function] = &[
    Function { name: "and", least: 1, most: ANY, stops_at: Some(false), run: nothing },
    Function { name: "or", least: 1, most: ANY, stops_at: Some(true), run: nothing },
    function("not", 1, 1, |call| Ok(Value::Bool(!call.arg(0).truth()))),
    function("default", 1, 2, |call| {
        let given = call.arguments.get(1).filter(|given| !is_empty(given));
        Ok(given.unwrap_or(call.arg(0)).clone())
    }),
    function("empty", 1, 1, |call| Ok(Value::Bool(is_empty(call.arg(0))))),
    function("coalesce", 0, ANY, |call| {
        Ok(call.arguments.iter().find(|value| !is_empty(value)).cloned().unwrap_or_default())
    }),
    function("all", 0, ANY, |call| Ok(Value::Bool(!call.arguments.iter().any(is_empty)))),
    function("any", 0, ANY, |call| Ok(Value::Bool(call.arguments.iter().any(|value| !is_empty(value))))),
    function("ternary", 3, 3, |call| {
        let which = if call.bool(2)? { 0 } else { 1 };
        Ok(call.arg(which).clone())
    }),
    function("hello", 0, 0, |_| Ok(Value::str("Hello!"))),
    function("call", 1, ANY, |_| Err("call: no value here is a function".into())),
];

/// `and` and `or` are run by the evaluator itself.
fn nothing(_: &mut Call<'_>) -> Out {
    Ok(Value::Nil)
}

/// Sprig's `empty`.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Map(map) if map.class == Class::Plain => map.len() == 0,
        other => !other.truth(),
    }
}
