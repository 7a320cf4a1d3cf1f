//! Values of the template language: maps and lists have the reference semantics of Go, as `set`,
//! `merge` and `unset` change maps in place.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::text::{Origin, Text};

/// A shared text.
pub type Str = Rc<Text>;
/// A shared map.
pub type MapRef = Rc<Map>;

/// A value.
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// Go's nil without a type; what a missing key is worth once it has been looked up.
    #[default]
    Nil,
    /// A nil item of a collection that `range` hands out: unlike [`Value::Nil`], its fields are an error.
    Null,
    /// A boolean.
    Bool(bool),
    /// `int`
    Int(i64),
    /// `int64`
    Int64(i64),
    /// `float64`, as all numbers of values files are.
    Float(f64),
    /// A string.
    Str(Str),
    /// A slice.
    List(Rc<List>),
    /// A map, or an object of Helm's.
    Map(MapRef),
}

/// The items of a slice.
#[derive(Debug, Default)]
pub struct List(pub Vec<Value>);

/// What kind of map it is: Helm's objects are maps with methods, or structs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Class {
    /// An ordinary one.
    #[default]
    Plain,
    /// A struct: other fields are an error. The name is that of the type.
    Struct(&'static str),
    /// `.Files`
    Files,
    /// `.Capabilities.APIVersions`
    Versions,
    /// `.Capabilities.KubeVersion`
    KubeVersion,
    /// What `semver` gives.
    Semver,
    /// A point in time.
    Time,
}

/// A map.
#[derive(Debug, Default)]
pub struct Map {
    /// Its kind.
    pub class: Class,
    entries: RefCell<BTreeMap<Key, Value>>,
}

/// A key, compared by its text alone.
#[derive(Debug, Clone)]
pub struct Key(pub Str);

impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        self.0.as_str()
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Key) -> Ordering {
        self.0.as_str().cmp(other.0.as_str())
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Key {
        Key(Rc::new(text.into()))
    }
}

// Every method borrows the cell for itself only, so that no two borrows ever meet.
impl Map {
    /// A map of a kind.
    pub fn new(class: Class, entries: impl IntoIterator<Item = (Key, Value)>) -> MapRef {
        Rc::new(Map { class, entries: RefCell::new(entries.into_iter().collect()) })
    }

    /// An ordinary map.
    pub fn plain(entries: impl IntoIterator<Item = (Key, Value)>) -> MapRef {
        Map::new(Class::Plain, entries)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<Value> {
        self.entries.borrow().get(key).cloned()
    }

    /// Whether it has a key.
    pub fn has(&self, key: &str) -> bool {
        self.entries.borrow().contains_key(key)
    }

    /// Sets a key, which is the new one's text with its origin.
    pub fn insert(&self, key: Key, value: Value) {
        let mut entries = self.entries.borrow_mut();
        entries.remove(&key);
        let old = entries.insert(key, value);
        drop(entries);
        drop(old);
    }

    /// Removes a key.
    pub fn remove(&self, key: &str) -> Option<Value> {
        self.entries.borrow_mut().remove(key)
    }

    /// How many keys.
    pub fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    /// The entries as they are now, by key.
    pub fn entries(&self) -> Vec<(Key, Value)> {
        self.entries.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        let entries = std::mem::take(self.entries.get_mut());
        release(entries.into_values());
    }
}

impl Drop for List {
    fn drop(&mut self) {
        release(std::mem::take(&mut self.0).into_iter());
    }
}

/// Lets go of values without recursion: templates can nest maps a million deep.
fn release(values: impl Iterator<Item = Value>) {
    let mut open: Vec<Value> = values.filter(|value| matches!(value, Value::List(_) | Value::Map(_))).collect();
    while let Some(value) = open.pop() {
        match value {
            Value::List(list) => {
                if let Some(mut list) = Rc::into_inner(list) {
                    open.append(&mut list.0);
                }
            }
            Value::Map(map) => {
                if let Some(mut map) = Rc::into_inner(map) {
                    open.extend(std::mem::take(map.entries.get_mut()).into_values());
                }
            }
            _ => {}
        }
    }
}

impl Value {
    /// A string without an origin.
    pub fn str(text: impl Into<String>) -> Value {
        Value::Str(Rc::new(Text::from(text.into())))
    }

    /// A string of one origin.
    pub fn str_of(text: impl Into<String>, origin: Origin) -> Value {
        Value::Str(Rc::new(Text::of(text, origin)))
    }

    /// A text.
    pub fn text(text: Text) -> Value {
        Value::Str(Rc::new(text))
    }

    /// A list.
    pub fn list(items: Vec<Value>) -> Value {
        Value::List(Rc::new(List(items)))
    }

    /// An ordinary map.
    pub fn map(entries: impl IntoIterator<Item = (Key, Value)>) -> Value {
        Value::Map(Map::plain(entries))
    }

    /// Whether it is nil.
    pub fn is_nil(&self) -> bool {
        matches!(self, Value::Nil | Value::Null)
    }

    /// Its text, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// Its map.
    pub fn as_map(&self) -> Option<&MapRef> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Its items.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(list) => Some(&list.0),
            _ => None,
        }
    }

    /// What `if` makes of it (text/template, `IsTrue`).
    pub fn truth(&self) -> bool {
        match self {
            Value::Nil | Value::Null => false,
            Value::Bool(truth) => *truth,
            Value::Int(number) | Value::Int64(number) => *number != 0,
            Value::Float(number) => *number != 0.0,
            Value::Str(text) => text.len() > 0,
            Value::List(list) => !list.0.is_empty(),
            // Structs are always true.
            Value::Map(map) => match map.class {
                Class::Plain | Class::Files | Class::Versions => map.len() > 0,
                _ => true,
            },
        }
    }

    /// Go's name of its type (`%T`).
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Nil | Value::Null => "<nil>",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Int64(_) => "int64",
            Value::Float(_) => "float64",
            Value::Str(_) => "string",
            Value::List(_) => "[]interface {}",
            Value::Map(map) => match map.class {
                Class::Plain => "map[string]interface {}",
                Class::Struct(name) => name,
                Class::Files => "engine.files",
                Class::Versions => "common.VersionSet",
                Class::KubeVersion => "common.KubeVersion",
                Class::Semver => "*semver.Version",
                Class::Time => "time.Time",
            },
        }
    }

    /// Go's name of its kind.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Value::Nil | Value::Null => "invalid",
            Value::List(_) => "slice",
            Value::Map(map) => match map.class {
                Class::Plain | Class::Files => "map",
                Class::Versions => "slice",
                Class::Semver => "ptr",
                _ => "struct",
            },
            _ => self.type_name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_values_are_let_go() {
        let mut value = Value::map([]);
        for depth in 0..1_000_000 {
            value = if depth % 2 == 0 { Value::list(vec![value]) } else { Value::map([("a".into(), value)]) };
        }
        drop(value);
    }

    #[test]
    fn a_changed_map_is_seen_everywhere() {
        let map = Map::plain([]);
        let other = Value::Map(map.clone());
        map.insert("a".into(), Value::Bool(true));
        assert!(other.truth() && other.as_map().is_some_and(|map| map.has("a")));
    }
}
