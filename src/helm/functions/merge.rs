//! Sprig's `merge` (mergo): fills what is empty in the first map, which is changed in place and shares
//! what it takes over; `mergeOverwrite` takes over what is there.

use std::rc::Rc;

use super::super::print::{MAX_DEPTH, too_deep};
use super::super::template::{Engine, Fault};
use super::super::value::{List, Map, MapRef, Value};
use super::logic::is_empty;
use super::{ANY, Call, Function, Out, function};

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("merge", 1, ANY, |call| merged(call, false)),
    function("mustMerge", 1, ANY, |call| merged(call, false)),
    function("mergeOverwrite", 1, ANY, |call| merged(call, true)),
    function("mustMergeOverwrite", 1, ANY, |call| merged(call, true)),
    function("deepCopy", 1, 1, |call| deep_copy(&call.arguments[0], call.engine)),
    function("mustDeepCopy", 1, 1, |call| deep_copy(&call.arguments[0], call.engine)),
];

fn merged(call: &mut Call<'_>, overwrite: bool) -> Out {
    let into = call.map(0)?;
    for index in 1..call.arguments.len() {
        let from = call.map(index)?;
        merge(&into, &from, overwrite, call.engine, MAX_DEPTH)?;
    }
    Ok(Value::Map(into))
}

fn merge(into: &MapRef, from: &MapRef, overwrite: bool, engine: &mut Engine, left: usize) -> Result<(), Fault> {
    let left = left.checked_sub(1).ok_or_else(too_deep)?;
    if Rc::ptr_eq(into, from) {
        return Ok(());
    }
    for (key, value) in from.entries() {
        engine.step(1)?;
        let there = into.get(key.0.as_str());
        if value.is_nil() {
            if overwrite {
                into.insert(key, value);
            }
            continue;
        }
        let filled = there.as_ref().is_some_and(|there| !is_empty(there));
        match (&there, &value) {
            (Some(Value::Map(into)), Value::Map(from)) => {
                merge(into, from, overwrite, engine, left)?;
                if filled {
                    continue;
                }
            }
            // An empty list overwrites nothing.
            (Some(_), Value::List(list)) if filled => {
                if overwrite && !list.0.is_empty() {
                    into.insert(key, value);
                }
                continue;
            }
            _ => {}
        }
        if overwrite || !filled {
            into.insert(key, value);
        }
    }
    Ok(())
}

/// A copy that shares nothing.
pub fn deep_copy(value: &Value, engine: &mut Engine) -> Out {
    copy(value, engine, MAX_DEPTH)
}

fn copy(value: &Value, engine: &mut Engine, left: usize) -> Out {
    let left = left.checked_sub(1).ok_or_else(too_deep)?;
    engine.step(1)?;
    Ok(match value {
        Value::Map(map) => {
            let mut entries = Vec::with_capacity(map.len());
            for (key, value) in map.entries() {
                entries.push((key, copy(&value, engine, left)?));
            }
            Value::Map(Map::new(map.class, entries))
        }
        Value::List(list) => {
            let items: Result<Vec<Value>, Fault> = list.0.iter().map(|item| copy(item, engine, left)).collect();
            Value::List(Rc::new(List(items?)))
        }
        other => other.clone(),
    })
}
