//! The text of a template with all of its branches, one after the other, and the items of `env` lists in it.

use super::super::text::{Origin, Text};

/// What stands for something that an action puts out.
const PUT_OUT: char = '\u{1}';
/// The same, where what is put out is looked at by itself.
const INCLUDED: char = '\u{2}';
/// Lines of an item among which its value is looked for.
const ITEM_LINES: usize = 8;

/// An item of an `env` list.
#[derive(Debug)]
pub struct Item {
    /// Its name, if that is spelled out.
    pub name: Option<String>,
    /// Where it begins.
    pub place: Option<Origin>,
    /// The branch that it is in.
    pub arm: usize,
}

#[derive(Debug, Default)]
struct Line {
    text: String,
    /// Of the first that is no space.
    place: Option<Origin>,
    arm: usize,
}

/// The lines so far.
#[derive(Debug, Default)]
pub struct Lines {
    done: Vec<Line>,
    line: Line,
}

/// A key, below which others stand.
struct Key<'a> {
    indent: usize,
    name: &'a str,
    /// Whether nothing stands beside it.
    open: bool,
    /// Whether what follows is text.
    block: bool,
}

impl Lines {
    /// Appends text as it stands.
    pub fn text(&mut self, text: &Text, arm: usize) {
        let mut start = 0;
        for part in text.as_str().split_inclusive('\n') {
            let line = part.trim_end_matches(['\n', '\r']);
            let blank = line.len() - line.trim_start().len();
            if self.line.place.is_none() && blank < line.len() {
                (self.line.place, self.line.arm) = (Some(text.origin_at(start + blank)), arm);
            }
            self.line.text.push_str(line);
            if part.ends_with('\n') {
                self.done.push(std::mem::take(&mut self.line));
            }
            start += part.len();
        }
    }

    /// Appends what an action puts out.
    pub fn action(&mut self, origin: Origin, indentation: Option<(usize, bool)>, known: bool, arm: usize) {
        if let Some((by, begins)) = indentation {
            if begins {
                self.done.push(std::mem::take(&mut self.line));
            }
            if self.line.text.trim().is_empty() {
                self.line.text = " ".repeat(by);
            }
        }
        if self.line.place.is_none() {
            (self.line.place, self.line.arm) = (Some(origin), arm);
        }
        self.line.text.push(if known { INCLUDED } else { PUT_OUT });
    }

    /// The items of lists called `env`, and of lists that have no name here but items with a value.
    pub fn items(mut self) -> Vec<Item> {
        self.done.push(self.line);
        let lines = self.done;
        let mut keys: Vec<Key<'_>> = Vec::new();
        let mut items = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let text = line.text.trim();
            let indent = line.text.len() - line.text.trim_start().len();
            if text.is_empty() || text.starts_with(['#', INCLUDED]) {
                continue;
            }
            if text.starts_with("---") {
                keys.clear();
                continue;
            }
            let item = text.strip_prefix('-').filter(|rest| rest.starts_with(' ')).map(str::trim);
            // A list may stand as deep as its name.
            let above = |key: &Key<'_>| key.indent < indent || key.indent == indent && key.open && item.is_some();
            if text.starts_with(PUT_OUT) {
                let list = keys.iter().rev().find(|key| key.indent < indent || key.indent == indent && key.open);
                if list.is_some_and(|key| key.open && !key.block && matches!(key.name, "env" | "envFrom")) {
                    items.push(Item { name: None, place: line.place, arm: line.arm });
                }
                continue;
            }
            keys.truncate(keys.iter().rposition(above).map_or(0, |last| last + 1));
            if keys.iter().any(|key| key.block) {
                continue;
            }
            let list = keys.last().map(|key| key.name);
            let (inner, deeper) = match item {
                Some(item) => (item, indent + text.len() - item.len()),
                None => (text, indent),
            };
            let field = inner.trim_start_matches('{').trim();
            match (item, list, field.strip_prefix("name:")) {
                (Some(_), Some("env"), Some(name)) => items.extend(named(name, line)),
                (Some(_), None, Some(name)) if has_value(inner, indent, &lines[at + 1..]) => {
                    items.extend(named(name, line));
                }
                (Some(_), Some("envFrom"), _) => items.push(Item { name: None, place: line.place, arm: line.arm }),
                _ => {}
            }
            if let Some((name, rest)) = inner.split_once(':') {
                let rest = rest.trim();
                let open = rest.is_empty() || rest.starts_with(['#', PUT_OUT]);
                keys.push(Key { indent: deeper, name, open, block: rest.starts_with(['|', '>']) });
            }
        }
        items
    }
}

/// An item of that name; none if it can be no variable's.
fn named(name: &str, line: &Line) -> Option<Item> {
    let name = name.split([',', '}']).next().unwrap_or(name);
    let name = name.split(" #").next().unwrap_or(name).trim().trim_matches(['"', '\'']);
    let known = !name.contains([PUT_OUT, INCLUDED]);
    let wrong = name.is_empty() || name.contains([' ', '=']);
    (!known || !wrong).then(|| Item { name: known.then(|| name.into()), place: line.place, arm: line.arm })
}

/// Whether an item that begins so has a value, as an env entry has.
fn has_value(inner: &str, indent: usize, rest: &[Line]) -> bool {
    let value = |text: &str| text.starts_with("value:") || text.starts_with("valueFrom:");
    let beside = inner.starts_with('{') && inner.split(',').any(|field| value(field.trim()));
    let inside = |line: &&Line| {
        let text = line.text.trim_start();
        text.is_empty() || line.text.len() - text.len() > indent
    };
    beside || rest.iter().take(ITEM_LINES).take_while(inside).any(|line| value(line.text.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let mut lines = Lines::default();
        lines.text(&Text::of_file(text.into(), 0, 1), 0);
        let item = |item: Item| format!("{}:{}", item.place.map_or(0, |at| at.line), item.name.unwrap_or("?".into()));
        lines.items().into_iter().map(item).collect()
    }

    #[test]
    fn items_of_env_lists_are_found() {
        for (text, expected) in [
            ("env:\n  - name: A\n    value: x\n  - name: \"B\" # why\n", vec!["2:A", "4:B"]),
            ("env:\n- name: A\n  value: x\n- {name: B, value: y}\nports:\n- name: http\n", vec!["2:A", "4:B"]),
            ("- name: A\n  valueFrom:\n    secretKeyRef: {name: s, key: k}\n- name: B\n  image: x\n", vec!["1:A"]),
            ("httpHeaders:\n  - name: A\n    value: x\n", vec![]),
            ("envFrom:\n  - secretRef: {name: s}\n", vec!["2:?"]),
            ("data:\n  x.yaml: |\n    env:\n      - name: A\n        value: x\n", vec![]),
            (
                "containers:\n  - name: app\n    env:\n      - name: A\n        value: x\n  - name: b\n    env: []\n",
                vec!["4:A"],
            ),
        ] {
            assert_eq!(names(text), expected, "{text}");
        }
    }
}
