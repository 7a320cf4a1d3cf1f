//! Texts: concatenation, formatting and the methods of `str`, on known, unknown and symbolic parts.

use std::rc::Rc;

use super::Linker;
use super::value::{Arguments, Delayed, Part, Text, Value, join};
use crate::python::ir::Name;

/// How many texts a concatenation of alternatives may make before a part is taken as unknown.
const MAX_PRODUCT: usize = 1024;

/// How long a known stretch of a text may get before it is taken as unknown: no name is longer.
const MAX_TEXT: usize = 4096;

impl Linker<'_> {
    /// The texts that parts one after another may make.
    pub(super) fn concat(&mut self, parts: &[Value]) -> Value {
        let mut texts: Vec<Text> = vec![Text { parts: Vec::new(), given: None }];
        for part in parts {
            let part = if part.has_parameter() { part.clone() } else { self.force(part) };
            let mut choices: Vec<Text> = part.alternatives().iter().map(|v| self.as_text(v)).collect();
            if texts.len() * choices.len() > MAX_PRODUCT {
                self.limit_reached("a text is put together in too many ways: a part of it is taken as unknown");
                choices = vec![Text { parts: vec![Part::Any], given: None }];
            }
            let longest = |texts: &[Text]| texts.iter().map(known_length).max().unwrap_or(0);
            if longest(&texts) + longest(&choices) > MAX_TEXT {
                self.limit_reached("a text grows longer than any name: it is taken as unknown");
            }
            texts = texts.iter().flat_map(|text| choices.iter().map(move |choice| glue(text, choice))).collect();
        }
        join(texts.into_iter().map(|text| Value::Text(Rc::new(text))))
    }

    /// A value as `str()` shows it.
    fn as_text(&mut self, value: &Value) -> Text {
        match value {
            Value::Text(text) => (**text).clone(),
            Value::Constant(text) => Text { parts: vec![Part::Literal(text.clone())], given: None },
            Value::Symbol(_) | Value::Delayed(_) => Text { parts: vec![Part::Symbolic(value.clone())], given: None },
            Value::Instance(_) => match self.enum_text(value) {
                Some(text) => self.as_text(&text),
                None => Text { parts: vec![Part::Any], given: None },
            },
            _ => Text { parts: vec![Part::Any], given: None },
        }
    }

    /// `a + b + c`: texts, or sequences.
    pub(super) fn add(&mut self, values: &[Value]) -> Value {
        let values: Vec<Value> =
            values.iter().map(|v| if v.has_parameter() { v.clone() } else { self.force(v) }).collect();
        if values.iter().any(|v| matches!(v, Value::Sequence(_))) {
            let mut items = Vec::new();
            for value in &values {
                match value {
                    Value::Sequence(more) => items.extend(more.iter().cloned()),
                    other => items.push(self.element(other)),
                }
            }
            return Value::sequence(items);
        }
        if values.iter().any(|v| v.alternatives().iter().any(|v| matches!(v, Value::Text(_)))) {
            return self.concat(&values);
        }
        if values.iter().any(Value::is_symbolic) {
            return Value::delayed(Delayed::Concat(values));
        }
        Value::Unknown
    }

    /// `template % values`
    pub(super) fn percent(&mut self, values: &[Value]) -> Value {
        let [template, rest @ ..] = values else { return Value::Unknown };
        let Some(template) = self.force(template).known_text() else { return Value::Unknown };
        let [values] = rest else { return Value::Unknown };
        let arguments = match values {
            Value::Sequence(items) => (**items).clone(),
            other => vec![other.clone()],
        };
        let mut parts = Vec::new();
        let mut next = 0;
        let mut rest: &str = &template;
        while let Some(at) = rest.find('%') {
            parts.push(Value::text(&rest[..at], None));
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                parts.push(Value::text("%", None));
                rest = after;
            } else if let Some(named) = rest.strip_prefix('(') {
                let (name, after) = named.split_once(')').unwrap_or((named, ""));
                let value = match values {
                    Value::Dict(items) => self.dict_item(items, &Value::text(name, None)),
                    _ => None,
                };
                parts.push(value.unwrap_or(Value::Unknown));
                rest = after.get(1..).unwrap_or("");
            } else {
                let value = arguments.get(next).cloned().unwrap_or(Value::Unknown);
                let plain = rest.starts_with('s') || (rest.starts_with('d') && matches!(value, Value::Constant(_)));
                parts.push(if plain { value } else { Value::Unknown });
                next += 1;
                let end = rest.find(|c: char| c.is_ascii_alphabetic()).map_or(rest.len(), |at| at + 1);
                rest = &rest[end..];
            }
        }
        parts.push(Value::text(rest, None));
        self.concat(&parts)
    }

    /// `template.format(…)`
    fn format(&mut self, template: &str, arguments: &Arguments) -> Value {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut next = 0;
        let mut chars = template.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '{' | '}' if chars.peek() == Some(&c) => {
                    chars.next();
                    literal.push(c);
                }
                '{' => {
                    parts.push(Value::text(std::mem::take(&mut literal), None));
                    let field: String = chars.by_ref().take_while(|&c| c != '}').collect();
                    let name = field.split([':', '!']).next().unwrap_or("");
                    let value = if name.is_empty() {
                        next += 1;
                        arguments.positional.get(next - 1)
                    } else if let Ok(index) = name.parse::<usize>() {
                        arguments.positional.get(index)
                    } else {
                        arguments.keyword(name)
                    };
                    let plain = name.len() == field.len();
                    parts.push(if plain { value.cloned().unwrap_or(Value::Unknown) } else { Value::Unknown });
                }
                c => literal.push(c),
            }
        }
        parts.push(Value::text(literal, None));
        self.concat(&parts)
    }

    /// A method of a text; `None` where it is not known here.
    pub(super) fn text_method(&mut self, text: &Rc<Text>, method: &str, arguments: &Arguments) -> Option<Value> {
        let value = Value::Text(text.clone());
        let argument = |index: usize| arguments.positional.get(index).cloned();
        if let Some(known) = value.known_text() {
            let given = text.given;
            let first = argument(0).map(|v| self.force(&v)).and_then(|v| v.known_text());
            let second = argument(1).map(|v| self.force(&v)).and_then(|v| v.known_text());
            let changed = match method {
                "upper" => known.to_uppercase(),
                "lower" | "casefold" => known.to_lowercase(),
                "title" => title(&known),
                "capitalize" => capitalize(&known),
                "strip" => trim(&known, first.as_deref(), true, true),
                "lstrip" => trim(&known, first.as_deref(), true, false),
                "rstrip" => trim(&known, first.as_deref(), false, true),
                "removeprefix" => known.strip_prefix(&*first?).unwrap_or(&known).to_string(),
                "removesuffix" => known.strip_suffix(&*first?).unwrap_or(&known).to_string(),
                "replace" => known.replace(&*first?, &second?),
                "encode" | "decode" | "expandtabs" | "__str__" => known.to_string(),
                "format" => return Some(self.format(&known, arguments)),
                "join" => {
                    let items = self.elements(&argument(0)?)?;
                    // One element that stands for several: a walk over nobody knows how many.
                    if let [item] = items.as_slice()
                        && (item.is_symbolic() || item.alternatives().len() > 1)
                    {
                        return Some(self.concat(&[Value::Unknown]));
                    }
                    let mut parts = Vec::new();
                    for (index, item) in items.iter().enumerate() {
                        if index > 0 {
                            parts.push(value.clone());
                        }
                        parts.push(item.clone());
                    }
                    return Some(self.concat(&parts));
                }
                "split" | "rsplit" | "splitlines" => {
                    let pieces: Vec<Value> = match first.as_deref() {
                        Some(separator) if !separator.is_empty() => {
                            known.split(separator).map(|p| Value::text(p, given)).collect()
                        }
                        _ => known.split_whitespace().map(|p| Value::text(p, given)).collect(),
                    };
                    return Some(Value::sequence(pieces));
                }
                _ => return None,
            };
            return Some(Value::text(changed, given));
        }
        // In part unknown: what changes each character alone can be done part by part.
        let map = |f: &dyn Fn(&str) -> String| {
            let parts = text.parts.iter().map(|part| match part {
                Part::Literal(literal) => Part::Literal(f(literal).into()),
                Part::Symbolic(inner) => Part::Symbolic(Value::delayed(Delayed::Call(
                    Value::delayed(Delayed::Attribute(inner.clone(), method.into())),
                    arguments.clone(),
                    text.given.unwrap_or(NOWHERE),
                ))),
                Part::Any => Part::Any,
            });
            Value::Text(Rc::new(Text { parts: parts.collect(), given: text.given }))
        };
        match method {
            "upper" => Some(map(&|s| s.to_uppercase())),
            "lower" | "casefold" => Some(map(&|s| s.to_lowercase())),
            "replace" => {
                let (from, to) = (argument(0)?.known_text()?, argument(1)?.known_text()?);
                Some(map(&|s| s.replace(&*from, &to)))
            }
            "encode" | "decode" | "strip" | "lstrip" | "rstrip" | "format" => Some(value),
            _ => None,
        }
    }

    /// `text[a:b]`
    pub(super) fn slice_text(&mut self, value: &Value, index: &Value) -> Value {
        let (Some(text), Value::Partial(slice)) = (value.known_text(), index) else { return Value::Unknown };
        let bound = |at: usize| -> Option<Option<i64>> {
            match slice.1.positional.get(at) {
                None | Some(Value::None) => Some(None),
                Some(Value::Constant(text)) => text.parse().ok().map(Some),
                _ => None,
            }
        };
        let (Some(from), Some(to)) = (bound(0), bound(1)) else { return Value::Unknown };
        let length = text.chars().count() as i64;
        let place = |at: i64| if at < 0 { (at + length).max(0) } else { at.min(length) };
        let (from, to) = (place(from.unwrap_or(0)), place(to.unwrap_or(length)));
        let cut: String = text.chars().skip(from as usize).take((to - from).max(0) as usize).collect();
        Value::text(cut, None)
    }
}

const NOWHERE: crate::model::Place =
    crate::model::Place { file: 0, span: crate::model::Span { line: 0, column: 0, end_line: 0, end_column: 0 } };

fn known_length(text: &Text) -> usize {
    text.parts.iter().map(|part| if let Part::Literal(literal) = part { literal.len() } else { 0 }).sum()
}

fn glue(a: &Text, b: &Text) -> Text {
    let mut parts = a.parts.clone();
    for part in &b.parts {
        match (parts.last_mut(), part) {
            (_, Part::Literal(next)) if next.is_empty() => {}
            (Some(Part::Literal(last)), Part::Literal(next)) if last.len() + next.len() > MAX_TEXT => {
                parts.pop();
                if parts.last() != Some(&Part::Any) {
                    parts.push(Part::Any);
                }
            }
            (Some(Part::Literal(last)), Part::Literal(next)) => {
                let joined: Name = format!("{last}{next}").into();
                *last = joined;
            }
            (Some(Part::Any), Part::Any) => {}
            _ => parts.push(part.clone()),
        }
    }
    // An empty text tells nothing of the name.
    let given = if a.parts.is_empty() { b.given } else { a.given.or(b.given) };
    Text { parts, given }
}

/// A key with everything unknown that would depend on a caller.
pub fn without_symbols(key: &Value) -> Value {
    match key {
        Value::Text(text) => {
            let mut parts: Vec<Part> = Vec::new();
            for part in &text.parts {
                let part = if matches!(part, Part::Symbolic(_)) { Part::Any } else { part.clone() };
                if part != Part::Any || parts.last() != Some(&Part::Any) {
                    parts.push(part);
                }
            }
            Value::Text(Rc::new(Text { parts, given: text.given }))
        }
        _ => Value::Unknown,
    }
}

fn trim(text: &str, set: Option<&str>, start: bool, end: bool) -> String {
    let drop = |c: char| set.map_or(c.is_whitespace(), |set| set.contains(c));
    let text = if start { text.trim_start_matches(drop) } else { text };
    if end { text.trim_end_matches(drop).to_string() } else { text.to_string() }
}

fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect())
}

fn title(text: &str) -> String {
    let mut start = true;
    text.chars()
        .map(|c| {
            let out = if start { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            start = !c.is_alphanumeric();
            out
        })
        .collect()
}

/// A text with its known parts changed.
pub fn map_literals(value: &Value, f: &dyn Fn(&str) -> Name) -> Value {
    match value {
        Value::Text(text) => {
            let parts = text.parts.iter().map(|part| match part {
                Part::Literal(literal) => Part::Literal(f(literal)),
                other => other.clone(),
            });
            Value::Text(Rc::new(Text { parts: parts.collect(), given: text.given }))
        }
        Value::Union(values) => join(values.iter().map(|v| map_literals(v, f))),
        other => other.clone(),
    }
}
