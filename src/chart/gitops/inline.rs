//! Values that stand in an object, as the text of a values file whose lines are those of the object's file.

use crate::yaml::{Node, Value};

/// The values at `node`, which is a mapping, or a text that holds one. `text` is that of the file.
pub fn values(text: &str, node: &Node) -> Option<Vec<u8>> {
    let lines: Vec<&str> = text.lines().collect();
    let at = usize::try_from(node.line).ok()?.checked_sub(1)?;
    let column = usize::try_from(node.column).ok()?.checked_sub(1)?;
    let here = lines.get(at)?.get(column..)?;
    let padded = |before: usize, body: String| Some(("\n".repeat(before) + &body).into_bytes());
    if let Some(inner) = node.scalar() {
        // What stands in a block begins on the next line.
        return padded(at + usize::from(here.starts_with(['|', '>'])), inner.into());
    }
    let entries = node.map()?;
    if here.starts_with('{') || entries.is_empty() {
        return padded(at, flow(node));
    }
    let mut body = String::new();
    for line in &lines[at..] {
        let blank = line.len() - line.trim_start().len();
        let content = line.trim_start();
        if blank < column && !content.is_empty() && !content.starts_with('#') {
            break;
        }
        body.push_str(line.get(column.min(blank)..).filter(|_| blank >= column).unwrap_or_default());
        body.push('\n');
    }
    padded(at, body)
}

/// In one line.
fn flow(node: &Node) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    match &node.value {
        Value::Scalar(_, text) if node.is_text() => quoted(text),
        Value::Scalar(_, text) if text.is_empty() => "null".into(),
        Value::Scalar(_, text) => text.clone(),
        Value::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entry = |(key, node): &(crate::yaml::Key, Node)| format!("{}: {}", quoted(&key.text), flow(node));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    #[test]
    fn values_keep_their_lines() {
        for (text, expected) in [
            ("a:\n  values:\n    b: 1\n    # c\n    d:\n      - e\nf: 2\n", "\n\nb: 1\n# c\nd:\n  - e\n"),
            ("a:\n  values: |\n    b: 1\n    d: 2\nf: 2\n", "\n\nb: 1\nd: 2\n"),
            ("a:\n  values: {b: 1, c: [x, '2', null]}\n", "\n{\"b\": 1, \"c\": [\"x\", \"2\", null]}"),
            ("a:\n  values: \"b: 1\"\n", "\nb: 1"),
        ] {
            let (roots, _) = yaml::compose(text, 1);
            let node = roots.first().and_then(|root| root.at(&["a", "values"]));
            let found = node.and_then(|node| values(text, node)).unwrap_or_default();
            assert_eq!(String::from_utf8_lossy(&found), expected, "{text}");
        }
    }
}
