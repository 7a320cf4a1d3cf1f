//! Records that `collections.namedtuple` makes (Python's library reference, "collections").

use std::rc::Rc;

use super::Linker;
use super::value::{Arguments, Value};
use crate::python::ir::Name;

/// The type of such a record.
const TYPE: &str = "collections.namedtuple()";
/// A record of that type, with its fields by position and by name.
const RECORD: &str = "collections.namedtuple()()";

impl Linker<'_> {
    /// `namedtuple(name, fields)`, or a call of the type that it made; `None` if it is neither.
    pub(super) fn call_record(&mut self, name: &str, arguments: &Arguments) -> Option<Value> {
        if name == "collections.namedtuple" {
            return Some(Value::Partial(Rc::new((Value::external(TYPE), arguments.clone()))));
        }
        let (TYPE, [_, fields, given @ ..]) = (name, arguments.positional.as_slice()) else { return None };
        let fields = self.record_fields(fields)?;
        let defaults = arguments.keyword("defaults").map(|values| self.elements(values).unwrap_or_default());
        let defaults = defaults.unwrap_or_default();
        let first = fields.len().saturating_sub(defaults.len());
        let value = |(index, field): (usize, &Name)| {
            let given = given.get(index).or_else(|| arguments.keyword(field));
            let given = given.or_else(|| index.checked_sub(first).and_then(|index| defaults.get(index)));
            given.cloned().unwrap_or(Value::Unknown)
        };
        let positional: Vec<Value> = fields.iter().enumerate().map(value).collect();
        let keywords = fields.into_iter().zip(positional.iter().cloned()).collect();
        let record = Arguments { positional, keywords, ..Arguments::default() };
        Some(Value::Partial(Rc::new((Value::external(RECORD), record))))
    }

    /// `"a b"`, `"a, b"` or a list of names.
    fn record_fields(&mut self, fields: &Value) -> Option<Vec<Name>> {
        match self.force(fields) {
            Value::Sequence(names) => names.iter().map(Value::known_text).collect(),
            text => {
                let names = text.known_text()?;
                let names = names.split(|c: char| c == ',' || c.is_whitespace());
                Some(names.filter(|name| !name.is_empty()).map(Name::from).collect())
            }
        }
    }
}

/// The fields of a record, in order.
pub fn fields_of(record: &(Value, Arguments)) -> Option<&[Value]> {
    matches!(&record.0, Value::External(name) if **name == *RECORD).then_some(record.1.positional.as_slice())
}
