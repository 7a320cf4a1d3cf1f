//! A call: arguments as Go would take them, and what a result is made from.

use std::rc::Rc;

use super::super::print;
use super::super::template::{Engine, Fault};
use super::super::text::{Made, Origin, Text};
use super::super::value::{Map, MapRef, Str, Value};

/// A call of a function.
pub struct Call<'e> {
    /// What runs the templates.
    pub engine: &'e mut Engine,
    /// The function's name.
    pub name: &'static str,
    /// The arguments.
    pub arguments: Vec<Value>,
    /// Where the call stands.
    pub origin: Origin,
    /// The template that it stands in.
    pub template: Rc<str>,
}

impl Call<'_> {
    /// An argument; the number of them was checked.
    pub fn arg(&self, index: usize) -> &Value {
        self.arguments.get(index).unwrap_or(&Value::Nil)
    }

    fn wrong<T>(&self, index: usize, wanted: &str) -> Result<T, Fault> {
        let found = self.arg(index);
        Err(Fault::from(match found {
            Value::Nil | Value::Null => format!("{}: invalid value; expected {wanted}", self.name),
            _ => format!("{}: wrong type for value; expected {wanted}; got {}", self.name, found.type_name()),
        }))
    }

    /// A parameter of type `string`.
    pub fn str(&self, index: usize) -> Result<Str, Fault> {
        match self.arg(index) {
            Value::Str(text) => Ok(text.clone()),
            _ => self.wrong(index, "string"),
        }
    }

    /// A parameter of type `int`.
    pub fn int(&self, index: usize) -> Result<i64, Fault> {
        match self.arg(index) {
            Value::Int(number) => Ok(*number),
            _ => self.wrong(index, "int"),
        }
    }

    /// A parameter of type `bool`.
    pub fn bool(&self, index: usize) -> Result<bool, Fault> {
        match self.arg(index) {
            Value::Bool(truth) => Ok(*truth),
            _ => self.wrong(index, "bool"),
        }
    }

    /// A parameter of type `map[string]interface {}`.
    pub fn map(&self, index: usize) -> Result<MapRef, Fault> {
        match self.arg(index) {
            Value::Map(map) => Ok(map.clone()),
            // A nil map has no keys.
            Value::Nil | Value::Null => Ok(Map::plain([])),
            _ => self.wrong(index, "map[string]interface {}"),
        }
    }

    /// A list, as Sprig takes them.
    pub fn list(&self, index: usize) -> Result<Vec<Value>, Fault> {
        match self.arg(index) {
            Value::List(list) => Ok(list.0.clone()),
            other => Err(format!("Cannot {} on type {}", self.name, other.kind_name()).into()),
        }
    }

    /// Any argument as a string (Sprig, `strval`).
    pub fn text(&self, index: usize) -> Result<Str, Fault> {
        text(self.arg(index))
    }

    /// A result of a text; a large one is counted.
    pub fn give(&mut self, text: Text) -> Result<Value, Fault> {
        self.engine.made(text.len())?;
        Ok(Value::text(text))
    }

    /// A result that is made from all the arguments together.
    pub fn give_made(&mut self, text: String) -> Result<Value, Fault> {
        let origin = self.made_from();
        self.give(Text::of(text, origin))
    }

    /// A result of a list.
    pub fn give_list(&mut self, items: Vec<Value>) -> Result<Value, Fault> {
        self.engine.step(items.len())?;
        self.engine.made(items.len().saturating_mul(std::mem::size_of::<Value>()))?;
        Ok(Value::list(items))
    }

    /// The origin of a text that is made from the arguments: a placeholder before all else, then the
    /// last text, which is what a pipeline hands on.
    pub fn made_from(&self) -> Origin {
        let origins = self.arguments.iter().rev().filter_map(|value| match value {
            Value::Str(text) => Some(text.origin()),
            _ => None,
        });
        let mut found = Origin::UNKNOWN;
        for origin in origins {
            if origin.made == Made::Placeholder || found.made == Made::Unknown {
                found = origin;
            }
            if origin.made == Made::Placeholder {
                break;
            }
        }
        found
    }
}

/// Any value as a string.
pub fn text(value: &Value) -> Result<Str, Fault> {
    match value {
        Value::Str(text) => Ok(text.clone()),
        other => print::print(other).map(Rc::new),
    }
}
