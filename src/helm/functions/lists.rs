//! Lists: Sprig's `list.go`, and Go's `len`, `index`.

use super::super::template::Fault;
use super::super::value::Value;
use super::call::text;
use super::compare::deep_equal;
use super::convert::to_int;
use super::logic::is_empty;
use super::{ANY, Call, Function, Out, function};

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("list", 0, ANY, |call| {
        let items = std::mem::take(&mut call.arguments);
        call.give_list(items)
    }),
    function("tuple", 0, ANY, |call| {
        let items = std::mem::take(&mut call.arguments);
        call.give_list(items)
    }),
    function("len", 1, 1, |call| {
        let len = match call.arg(0) {
            Value::Str(text) => text.len(),
            Value::List(list) => list.0.len(),
            Value::Map(map) => map.len(),
            Value::Nil | Value::Null => return Err("len of nil pointer".into()),
            other => return Err(format!("len of type {}", other.type_name()).into()),
        };
        Ok(Value::Int(i64::try_from(len).unwrap_or(i64::MAX)))
    }),
    function("index", 1, ANY, index),
    function("append", 2, 2, appended),
    function("mustAppend", 2, 2, appended),
    function("push", 2, 2, appended),
    function("mustPush", 2, 2, appended),
    function("prepend", 2, 2, prepended),
    function("mustPrepend", 2, 2, prepended),
    function("first", 1, 1, |call| Ok(call.list(0)?.first().cloned().unwrap_or_default())),
    function("mustFirst", 1, 1, |call| Ok(call.list(0)?.first().cloned().unwrap_or_default())),
    function("last", 1, 1, |call| Ok(call.list(0)?.last().cloned().unwrap_or_default())),
    function("mustLast", 1, 1, |call| Ok(call.list(0)?.last().cloned().unwrap_or_default())),
    function("rest", 1, 1, |call| changed(call, 0, |items| items.into_iter().skip(1).collect())),
    function("mustRest", 1, 1, |call| changed(call, 0, |items| items.into_iter().skip(1).collect())),
    function("initial", 1, 1, |call| changed(call, 0, initial)),
    function("mustInitial", 1, 1, |call| changed(call, 0, initial)),
    function("reverse", 1, 1, |call| changed(call, 0, |items| items.into_iter().rev().collect())),
    function("mustReverse", 1, 1, |call| changed(call, 0, |items| items.into_iter().rev().collect())),
    function("compact", 1, 1, |call| changed(call, 0, |items| items.into_iter().filter(|it| !is_empty(it)).collect())),
    function("mustCompact", 1, 1, |call| {
        changed(call, 0, |items| items.into_iter().filter(|it| !is_empty(it)).collect())
    }),
    function("uniq", 1, 1, unique),
    function("mustUniq", 1, 1, unique),
    function("without", 1, ANY, without),
    function("mustWithout", 1, ANY, without),
    function("has", 2, 2, has),
    function("mustHas", 2, 2, has),
    function("slice", 1, 3, slice),
    function("mustSlice", 1, 3, slice),
    function("concat", 0, ANY, |call| {
        let mut items = Vec::new();
        for index in 0..call.arguments.len() {
            if !call.arg(index).is_nil() {
                items.extend(call.list(index)?);
                call.engine.made(items.len() * size_of::<Value>())?;
            }
        }
        call.give_list(items)
    }),
    function("chunk", 2, 2, chunk),
    function("mustChunk", 2, 2, chunk),
    function("sortAlpha", 1, 1, |call| {
        let Value::List(list) = call.arg(0) else { return Ok(Value::list(vec![Value::Str(call.text(0)?)])) };
        let mut items = Vec::new();
        for item in list.0.iter().filter(|item| !item.is_nil()) {
            items.push(text(item)?);
        }
        items.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        call.give_list(items.into_iter().map(Value::Str).collect())
    }),
];

fn changed(call: &mut Call<'_>, index: usize, change: impl FnOnce(Vec<Value>) -> Vec<Value>) -> Out {
    // Sprig's functions give nil for an empty list only where they say so; an empty list prints the same.
    let items = change(call.list(index)?);
    call.give_list(items)
}

fn initial(mut items: Vec<Value>) -> Vec<Value> {
    items.pop();
    items
}

fn appended(call: &mut Call<'_>) -> Out {
    let mut items = call.list(0)?;
    items.push(call.arg(1).clone());
    call.give_list(items)
}

fn prepended(call: &mut Call<'_>) -> Out {
    let mut items = call.list(0)?;
    items.insert(0, call.arg(1).clone());
    call.give_list(items)
}

fn unique(call: &mut Call<'_>) -> Out {
    let items = call.list(0)?;
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        call.engine.step(kept.len() / 16)?;
        if !kept.iter().any(|known| deep_equal(known, &item)) {
            kept.push(item);
        }
    }
    call.give_list(kept)
}

fn without(call: &mut Call<'_>) -> Out {
    let items = call.list(0)?;
    let gone = &call.arguments[1..];
    let kept = items.into_iter().filter(|item| !gone.iter().any(|gone| deep_equal(gone, item))).collect();
    call.give_list(kept)
}

fn has(call: &mut Call<'_>) -> Out {
    if call.arg(1).is_nil() {
        return Ok(Value::Bool(false));
    }
    let items = call.list(1)?;
    call.engine.step(items.len() / 16)?;
    Ok(Value::Bool(items.iter().any(|item| deep_equal(call.arg(0), item))))
}

fn slice(call: &mut Call<'_>) -> Out {
    let items = call.list(0)?;
    let bound = |index: usize, or: usize| -> Result<usize, Fault> {
        match call.arguments.get(index) {
            Some(value) => usize::try_from(to_int(value)).map_err(|_| "slice: negative index".into()),
            None => Ok(or),
        }
    };
    let (start, end) = (bound(1, 0)?, bound(2, items.len())?);
    let part = items.get(start..end).ok_or("slice: index out of range")?.to_vec();
    call.give_list(part)
}

fn chunk(call: &mut Call<'_>) -> Out {
    let size = usize::try_from(call.int(0)?).ok().filter(|&size| size > 0).ok_or("chunk: size must be positive")?;
    let items = call.list(1)?;
    call.give_list(items.chunks(size).map(|part| Value::list(part.to_vec())).collect())
}

fn index(call: &mut Call<'_>) -> Out {
    let mut value = call.arg(0).clone();
    if value.is_nil() {
        return Err("index of untyped nil".into());
    }
    for position in &call.arguments[1..] {
        let found = match (&value, position) {
            (Value::Nil | Value::Null, _) => return Err("index of nil pointer".into()),
            (Value::List(list), Value::Int(at) | Value::Int64(at)) => {
                let found = usize::try_from(*at).ok().and_then(|at| list.0.get(at));
                found.cloned().ok_or_else(|| format!("error calling index: index out of range: {at}"))?
            }
            (Value::Str(text), Value::Int(at) | Value::Int64(at)) => {
                let byte = usize::try_from(*at).ok().and_then(|at| text.as_str().as_bytes().get(at));
                let byte = byte.ok_or_else(|| format!("error calling index: index out of range: {at}"))?;
                Value::Int(i64::from(*byte))
            }
            (Value::Map(map), Value::Str(key)) => map.get(key.as_str()).unwrap_or_default(),
            (Value::List(_) | Value::Str(_), other) => {
                return Err(format!("cannot index slice/array with type {}", other.type_name()).into());
            }
            (Value::Map(_), other) => {
                return Err(format!("value has type {}; should be string", other.type_name()).into());
            }
            (other, _) => return Err(format!("can't index item of type {}", other.type_name()).into()),
        };
        value = found;
    }
    Ok(value)
}
