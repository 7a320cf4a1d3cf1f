//! Sprig's dictionaries (`dict.go`): `set` and `unset` change them in place.

use super::super::value::{Key, Value};
use super::call::text;
use super::{ANY, Call, Function, Out, function};

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("dict", 0, ANY, |call| {
        let mut entries = Vec::with_capacity(call.arguments.len() / 2);
        for pair in call.arguments.chunks(2) {
            let value = pair.get(1).cloned().unwrap_or_else(|| Value::str(""));
            entries.push((Key(text(&pair[0])?), value));
        }
        // Of two equal keys the last counts.
        let map = Value::map([]);
        if let Value::Map(map) = &map {
            entries.into_iter().for_each(|(key, value)| map.insert(key, value));
        }
        Ok(map)
    }),
    function("get", 2, 2, |call| {
        let key = call.str(1)?;
        Ok(call.map(0)?.get(key.as_str()).unwrap_or_else(|| Value::str("")))
    }),
    function("set", 3, 3, |call| {
        if call.arg(0).is_nil() {
            return Err("set: assignment to entry in nil map".into());
        }
        let (map, key) = (call.map(0)?, call.str(1)?);
        map.insert(Key(key), call.arg(2).clone());
        Ok(Value::Map(map))
    }),
    function("unset", 2, 2, |call| {
        let (map, key) = (call.map(0)?, call.str(1)?);
        map.remove(key.as_str());
        Ok(Value::Map(map))
    }),
    function("hasKey", 2, 2, |call| {
        let key = call.str(1)?;
        Ok(Value::Bool(call.map(0)?.has(key.as_str())))
    }),
    function("keys", 0, ANY, |call| {
        let mut keys = Vec::new();
        for index in 0..call.arguments.len() {
            keys.extend(call.map(index)?.entries().into_iter().map(|(key, _)| Value::Str(key.0)));
        }
        call.give_list(keys)
    }),
    function("values", 1, 1, |call| {
        let values = call.map(0)?.entries().into_iter().map(|(_, value)| value).collect();
        call.give_list(values)
    }),
    function("pluck", 1, ANY, |call| {
        let key = call.str(0)?;
        let mut found = Vec::new();
        for index in 1..call.arguments.len() {
            found.extend(call.map(index)?.get(key.as_str()));
        }
        call.give_list(found)
    }),
    function("pick", 1, ANY, |call| {
        let map = call.map(0)?;
        let mut entries = Vec::new();
        for index in 1..call.arguments.len() {
            let wanted = call.str(index)?;
            entries.extend(map.get(wanted.as_str()).map(|value| (Key(wanted), value)));
        }
        // The keys keep the places of the map's own.
        let all = map.entries();
        let own = |key: Key| all.iter().find(|(known, _)| *known == key).map_or(key, |(known, _)| known.clone());
        Ok(Value::map(entries.into_iter().map(|(key, value)| (own(key), value)).collect::<Vec<_>>()))
    }),
    function("omit", 1, ANY, |call| {
        let map = call.map(0)?;
        let mut gone = Vec::new();
        for index in 1..call.arguments.len() {
            gone.push(call.str(index)?);
        }
        let kept = |key: &Key| !gone.iter().any(|gone| gone.as_str() == key.0.as_str());
        Ok(Value::map(map.entries().into_iter().filter(|(key, _)| kept(key)).collect::<Vec<_>>()))
    }),
    function("dig", 3, ANY, dig),
];

/// `dig "a" "b" default map`
fn dig(call: &mut Call<'_>) -> Out {
    let count = call.arguments.len();
    let default = call.arg(count - 2).clone();
    let mut value = Value::Map(call.map(count - 1)?);
    for index in 0..count - 2 {
        let key = call.str(index)?;
        let Value::Map(map) = &value else {
            return Err(format!("dig: {} has no keys", value.type_name()).into());
        };
        let Some(found) = map.get(key.as_str()) else { return Ok(default) };
        value = found;
    }
    Ok(value)
}
