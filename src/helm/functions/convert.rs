//! Sprig's conversions (`numeric.go`, by spf13/cast): what cannot be converted becomes zero.

use super::super::template::integer;
use super::super::value::Value;
use super::{Function, function};

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("toString", 1, 1, |call| Ok(Value::Str(call.text(0)?))),
    function("int", 1, 1, |call| Ok(Value::Int(to_int(call.arg(0))))),
    function("int64", 1, 1, |call| Ok(Value::Int64(to_int(call.arg(0))))),
    function("float64", 1, 1, |call| Ok(Value::Float(to_float(call.arg(0))))),
    function("atoi", 1, 1, |call| Ok(Value::Int(call.str(0)?.as_str().parse().unwrap_or(0)))),
    function("toDecimal", 1, 1, |call| {
        let text = call.text(0)?;
        Ok(Value::Int64(i64::from_str_radix(text.as_str(), 8).unwrap_or(0)))
    }),
    function("toStrings", 1, 1, |call| {
        let items = match call.arg(0) {
            Value::List(list) => list.0.iter().filter(|item| !item.is_nil()).cloned().collect(),
            Value::Nil | Value::Null => Vec::new(),
            other => vec![other.clone()],
        };
        let texts = items.iter().map(|item| super::call::text(item).map(Value::Str));
        Ok(Value::list(texts.collect::<Result<_, _>>()?))
    }),
];

/// Sprig's `toInt64`.
pub fn to_int(value: &Value) -> i64 {
    match value {
        Value::Int(number) | Value::Int64(number) => *number,
        Value::Float(number) => *number as i64,
        Value::Bool(truth) => i64::from(*truth),
        Value::Str(text) => {
            let text = text.as_str();
            let whole = match text.split_once('.') {
                // `12.00` is a whole number, `12.5` none.
                Some((whole, zeroes)) if zeroes.bytes().all(|byte| byte == b'0') => whole,
                _ => text,
            };
            if whole.contains('_') { 0 } else { integer(whole).unwrap_or(0) }
        }
        _ => 0,
    }
}

/// Sprig's `toFloat64`.
pub fn to_float(value: &Value) -> f64 {
    match value {
        Value::Int(number) | Value::Int64(number) => *number as f64,
        Value::Float(number) => *number,
        Value::Bool(truth) => f64::from(u8::from(*truth)),
        Value::Str(text) => text.as_str().parse().unwrap_or(0.0),
        _ => 0.0,
    }
}
