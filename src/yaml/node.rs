//! Nodes of a YAML document.

use super::scalar::Kind;

/// A node with its place in the file.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// First line, from 1.
    pub line: u32,
    /// First column, from 1, in bytes.
    pub column: u32,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub enum Value {
    /// A scalar: what it is, and its text as written (quotes and escapes resolved).
    Scalar(Kind, String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file; each key once.
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping with its place.
#[derive(Debug, Clone)]
pub struct Key {
    /// As Kubernetes sees it: keys that are not strings become strings (`y` is `true`).
    pub text: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in bytes.
    pub column: u32,
}

impl Node {
    /// The value under `key`, if this is a mapping that has one; null is as good as absent, as it
    /// is to Kubernetes.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let (_, node) = self.map()?.iter().find(|(known, _)| known.text == key)?;
        (!node.is_null()).then_some(node)
    }

    /// Follows keys from mapping to mapping.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The entries of a mapping.
    pub fn map(&self) -> Option<&[(Key, Node)]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items of a sequence.
    pub fn list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The text of a scalar that is not null, whatever its type.
    pub fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(kind, text) if *kind != Kind::Null => Some(text),
            _ => None,
        }
    }

    /// The scalar under `key`, whatever its type.
    pub fn scalar_at(&self, key: &str) -> Option<&str> {
        self.get(key)?.scalar()
    }

    /// Whether the scalar under `key` is true.
    pub fn truth_at(&self, key: &str) -> bool {
        matches!(self.get(key), Some(Node { value: Value::Scalar(Kind::Bool(true), _), .. }))
    }

    /// Whether it is a string.
    pub fn is_text(&self) -> bool {
        matches!(self.value, Value::Scalar(Kind::Text, _))
    }

    /// The last line on which something in it begins.
    pub fn last_line(&self) -> u32 {
        match &self.value {
            Value::Scalar(..) => self.line,
            Value::List(items) => items.iter().map(Node::last_line).max().unwrap_or(self.line).max(self.line),
            Value::Map(entries) => entries
                .iter()
                .map(|(key, node)| key.line.max(node.last_line()))
                .max()
                .unwrap_or(self.line)
                .max(self.line),
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Scalar(Kind::Null, _))
    }

    /// With an article, for a sentence.
    pub fn article(&self) -> &'static str {
        match &self.value {
            Value::Scalar(kind, _) => kind.article(),
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}
