//! Sprig's reflection.

use super::super::value::Value;
use super::{Function, function};

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("typeOf", 1, 1, |call| Ok(Value::str(call.arg(0).type_name()))),
    function("kindOf", 1, 1, |call| Ok(Value::str(call.arg(0).kind_name()))),
    function("typeIs", 2, 2, |call| {
        let name = call.str(0)?;
        Ok(Value::Bool(call.arg(1).type_name() == name.as_str()))
    }),
    function("typeIsLike", 2, 2, |call| {
        let (name, found) = (call.str(0)?, call.arg(1).type_name());
        Ok(Value::Bool(found == name.as_str() || found.strip_prefix('*') == Some(name.as_str())))
    }),
    function("kindIs", 2, 2, |call| {
        let name = call.str(0)?;
        Ok(Value::Bool(call.arg(1).kind_name() == name.as_str()))
    }),
];
