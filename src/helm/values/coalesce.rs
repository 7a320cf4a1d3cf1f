//! How a chart's defaults go below the values that are given, down through its dependencies, globals
//! included (Helm, `pkg/chart/common/util/coalesce.go`).

use super::super::chart::Chart;
use super::super::value::{Key, Map, MapRef, Value};

/// The key whose values all charts share.
const GLOBAL: &str = "global";

/// A copy that shares no map; values files nest within bounds and hold no cycles.
pub fn copy(value: &Value) -> Value {
    match value {
        Value::Map(map) => Value::Map(copy_map(map)),
        Value::List(list) => Value::list(list.0.iter().map(copy).collect()),
        other => other.clone(),
    }
}

fn copy_map(map: &MapRef) -> MapRef {
    Map::plain(map.entries().into_iter().map(|(key, value)| (key, copy(&value))))
}

/// Puts the values of a later file over those of an earlier one (`MergeMaps`): maps are merged, all else
/// is replaced, null included.
pub fn overlay(under: &MapRef, over: &MapRef) {
    for (key, value) in over.entries() {
        match (&value, under.get(key.0.as_str())) {
            (Value::Map(over), Some(Value::Map(under))) => overlay(&under, over),
            _ => under.insert(key, value),
        }
    }
}

/// Values over a chart's defaults and those of its dependencies. With `merge` nulls stay for a later round;
/// without, they delete the defaults that they stand over.
pub fn coalesce(chart: &Chart, values: &MapRef, merge: bool) -> Result<MapRef, String> {
    let values = copy_map(values);
    down(chart, &values, merge)?;
    Ok(values)
}

fn down(chart: &Chart, values: &MapRef, merge: bool) -> Result<(), String> {
    defaults(chart, values, merge);
    for inner in &chart.dependencies {
        let name = inner.metadata.name.as_str();
        let own = match values.get(name) {
            None => {
                let own = Map::plain([]);
                values.insert(name.into(), Value::Map(own.clone()));
                own
            }
            Some(Value::Map(own)) => own,
            Some(other) => {
                return Err(format!(
                    "the values of the dependency `{name}` have to be a mapping, and are a {}",
                    other.kind_name()
                ));
            }
        };
        globals(&own, values);
        down(inner, &own, merge)?;
    }
    Ok(())
}

fn globals(own: &MapRef, parent: &MapRef) {
    let map = |value: Option<Value>| match value {
        None => Some(Map::plain([])),
        Some(Value::Map(map)) => Some(map),
        Some(_) => None,
    };
    let (Some(into), Some(from)) = (map(own.get(GLOBAL)), map(parent.get(GLOBAL))) else { return };
    for (key, value) in from.entries() {
        let there = into.get(key.0.as_str());
        match (&value, there) {
            (Value::Map(table), there) => {
                // What the parent says counts more.
                let table = copy_map(table);
                match there {
                    None => into.insert(key, Value::Map(table)),
                    Some(Value::Map(under)) => {
                        tables(&table, &under, true);
                        into.insert(key, Value::Map(table));
                    }
                    Some(_) => {}
                }
            }
            (_, Some(Value::Map(_))) => {}
            _ => into.insert(key, value),
        }
    }
    let key = parent.entries().into_iter().map(|(key, _)| key).find(|key| key.0.as_str() == GLOBAL);
    own.insert(key.unwrap_or_else(|| Key::from(GLOBAL)), Value::Map(into));
}

fn defaults(chart: &Chart, values: &MapRef, merge: bool) {
    for (key, default) in copy_map(&chart.values).entries() {
        match values.get(key.0.as_str()) {
            Some(value) if value.is_nil() => {
                if !merge {
                    values.remove(key.0.as_str());
                }
            }
            Some(Value::Map(own)) => {
                if let Value::Map(default) = default {
                    let child = chart.dependencies.iter().any(|inner| inner.metadata.name == key.0.as_str());
                    let merge = merge || child;
                    if !merge {
                        drop_nulls(&default);
                    }
                    tables(&own, &default, merge);
                }
            }
            Some(_) => {}
            None => {
                if !merge {
                    if default.is_nil() {
                        continue;
                    }
                    if let Value::Map(default) = &default {
                        drop_nulls(default);
                    }
                }
                values.insert(key, default);
            }
        }
    }
}

fn drop_nulls(map: &MapRef) {
    for (key, value) in map.entries() {
        match value {
            Value::Nil | Value::Null => drop(map.remove(key.0.as_str())),
            Value::Map(inner) => drop_nulls(&inner),
            _ => {}
        }
    }
}

/// Puts `under` below `over`, in place.
pub fn tables(over: &MapRef, under: &MapRef, merge: bool) {
    for (key, value) in under.entries() {
        match over.get(key.0.as_str()) {
            None => over.insert(key, value),
            Some(own) if own.is_nil() => {
                if !merge && !value.is_nil() {
                    over.remove(key.0.as_str());
                }
            }
            Some(Value::Map(own)) => {
                if let Value::Map(value) = value {
                    tables(&own, &value, merge);
                }
            }
            Some(_) => {}
        }
    }
}
