//! YAML and JSON → values, which remember the line that they come from.

use super::super::text::{Made, Origin, Text};
use super::super::value::{Key, Value};
use crate::yaml::{self, Kind, Node, Piece, Problem};

/// The first document of a YAML text as Helm has it (`sigs.k8s.io/yaml`): all numbers are floats.
pub fn yaml(text: &Text) -> Result<Value, Problem> {
    let checked = yaml::checked(Piece { bytes: text.as_str().as_bytes(), line: 1 })?;
    let (roots, problems) = yaml::compose(&checked, 1);
    if let Some(root) = roots.into_iter().next() {
        let starts: Vec<usize> =
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_str().as_bytes()).map(|at| at + 1)).collect();
        return Ok(Reader { text, starts: &starts }.value(&root));
    }
    match problems.into_iter().next() {
        None => Ok(Value::Nil),
        Some(problem) => Err(problem),
    }
}

struct Reader<'a> {
    text: &'a Text,
    starts: &'a [usize],
}

impl Reader<'_> {
    fn origin(&self, line: u32, column: u32, made: Made) -> Origin {
        let line = usize::try_from(line).unwrap_or(1).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let origin = self.text.origin_at(start + usize::try_from(column).unwrap_or(1).saturating_sub(1));
        // What a template made remembers how.
        if origin.made == Made::File { origin.made(made) } else { origin }
    }

    fn value(&self, node: &Node) -> Value {
        match &node.value {
            yaml::Value::Scalar(kind, text) => match kind {
                Kind::Null => Value::Nil,
                Kind::Bool(truth) => Value::Bool(*truth),
                Kind::Number => Value::Float(number(text)),
                Kind::Text => Value::str_of(text.as_str(), self.origin(node.line, node.column, Made::Value)),
            },
            yaml::Value::List(items) => Value::list(items.iter().map(|item| self.value(item)).collect()),
            yaml::Value::Map(entries) => Value::map(entries.iter().map(|(key, node)| {
                let origin = self.origin(key.line, key.column, Made::Key);
                (Key(Text::of(key.text.as_str(), origin).into()), self.value(node))
            })),
        }
    }
}

/// A number that YAML 1.1 takes for one.
fn number(text: &str) -> f64 {
    if let Some(integer) = yaml::integer(text) {
        return integer as f64;
    }
    let plain = text.replace('_', "").to_ascii_lowercase();
    match plain.trim_start_matches(['+', '-', '.']) {
        "inf" => {
            if plain.starts_with('-') {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            }
        }
        "nan" => f64::NAN,
        _ => plain.parse().unwrap_or(f64::NAN),
    }
}
