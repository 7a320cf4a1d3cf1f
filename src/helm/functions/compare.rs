//! Go's comparisons (text/template, `funcs.go`): kinds have to agree, and only basic ones have an order.

use std::cmp::Ordering;

use super::super::template::Fault;
use super::{ANY, Call, Function, Out, function};
use crate::helm::print::MAX_DEPTH;
use crate::helm::value::Value;

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("eq", 1, ANY, |call| {
        let first = call.arg(0).clone();
        if call.arguments.len() < 2 {
            return Err("missing argument for comparison".into());
        }
        for other in call.arguments.iter().skip(1) {
            if equal(&first, other)? {
                return Ok(Value::Bool(true));
            }
        }
        Ok(Value::Bool(false))
    }),
    function("ne", 2, 2, |call| Ok(Value::Bool(!equal(call.arg(0), call.arg(1))?))),
    function("lt", 2, 2, |call| order(call, |order| order.is_lt())),
    function("le", 2, 2, |call| order(call, |order| order.is_le())),
    function("gt", 2, 2, |call| order(call, |order| order.is_gt())),
    function("ge", 2, 2, |call| order(call, |order| order.is_ge())),
    function("deepEqual", 2, 2, |call| Ok(Value::Bool(deep_equal(call.arg(0), call.arg(1))))),
];

fn equal(a: &Value, b: &Value) -> Result<bool, Fault> {
    Ok(match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a) | Value::Int64(a), Value::Int(b) | Value::Int64(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Str(a), Value::Str(b)) => a.as_str() == b.as_str(),
        _ if a.is_nil() || b.is_nil() => a.is_nil() && b.is_nil(),
        (Value::Map(_) | Value::List(_), _) | (_, Value::Map(_) | Value::List(_)) => {
            let wrong = if matches!(a, Value::Map(_) | Value::List(_)) { a } else { b };
            return Err(format!("non-comparable type {}", wrong.type_name()).into());
        }
        _ => return Err("incompatible types for comparison".into()),
    })
}

fn order(call: &mut Call<'_>, holds: fn(Ordering) -> bool) -> Out {
    let order = match (call.arg(0), call.arg(1)) {
        (Value::Int(a) | Value::Int64(a), Value::Int(b) | Value::Int64(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Str(a), Value::Str(b)) => Some(a.as_str().cmp(b.as_str())),
        (Value::Bool(_) | Value::Nil | Value::Null | Value::Map(_) | Value::List(_), _) => {
            return Err("invalid type for comparison".into());
        }
        _ => return Err("incompatible types for comparison".into()),
    };
    Ok(Value::Bool(order.is_some_and(holds)))
}

/// Go's `reflect.DeepEqual`.
pub fn deep_equal(a: &Value, b: &Value) -> bool {
    same(a, b, MAX_DEPTH)
}

fn same(a: &Value, b: &Value, left: usize) -> bool {
    let Some(left) = left.checked_sub(1) else { return false };
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) | (Value::Int64(a), Value::Int64(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Str(a), Value::Str(b)) => a.as_str() == b.as_str(),
        (Value::List(a), Value::List(b)) => {
            a.0.len() == b.0.len() && a.0.iter().zip(&b.0).all(|(a, b)| same(a, b, left))
        }
        (Value::Map(a), Value::Map(b)) => {
            std::rc::Rc::ptr_eq(a, b)
                || a.class == b.class
                    && a.len() == b.len()
                    && a.entries()
                        .into_iter()
                        .all(|(key, value)| b.get(key.0.as_str()).is_some_and(|other| same(&value, &other, left)))
        }
        _ => a.is_nil() && b.is_nil(),
    }
}
