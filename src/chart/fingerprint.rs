//! Numbers that stand for content, so that two versions can be compared without keeping it.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use crate::yaml::{Node, Value};

/// Equal for nodes of the same content, in whatever order the keys of mappings stand.
pub fn of(node: &Node) -> u64 {
    let mut hasher = DefaultHasher::new();
    feed(node, &mut hasher);
    hasher.finish()
}

/// That of a mapping without some of its keys.
pub fn without(node: &Node, left_out: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    pairs(node, left_out, &mut hasher);
    hasher.finish()
}

fn feed(node: &Node, hasher: &mut DefaultHasher) {
    match &node.value {
        Value::Scalar(_, text) => {
            // The kind is left out: `1` and `"1"` differ only for fields that are refused anyway.
            0u8.hash(hasher);
            text.hash(hasher);
        }
        Value::List(items) => {
            1u8.hash(hasher);
            items.len().hash(hasher);
            items.iter().for_each(|item| feed(item, hasher));
        }
        Value::Map(_) => pairs(node, &[], hasher),
    }
}

fn pairs(node: &Node, left_out: &[&str], hasher: &mut DefaultHasher) {
    let mut pairs: Vec<_> = node.map().unwrap_or_default().iter().collect();
    pairs.retain(|(key, value)| !left_out.contains(&key.text.as_str()) && !value.is_null());
    pairs.sort_by(|(one, _), (other, _)| one.text.cmp(&other.text));
    2u8.hash(hasher);
    pairs.len().hash(hasher);
    for (key, value) in pairs {
        key.text.hash(hasher);
        feed(value, hasher);
    }
}
