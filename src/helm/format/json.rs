//! JSON, as Go's encoding/json writes and reads it.

use super::super::print::{self, MAX_DEPTH, too_deep};
use super::super::template::Fault;
use super::super::text::{Origin, Text};
use super::super::value::{Class, Key, Value};

/// How it is laid out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// `<`, `>` and `&` as they are.
    pub raw: bool,
    /// Indented by two.
    pub pretty: bool,
}

/// A value as JSON.
pub fn write(value: &Value, style: Style) -> Result<Text, Fault> {
    let mut out = Text::default();
    Writer { style, out: &mut out }.value(value, 0)?;
    Ok(out)
}

struct Writer<'a> {
    style: Style,
    out: &'a mut Text,
}

impl Writer<'_> {
    fn plain(&mut self, text: &str) {
        self.out.push(text, Origin::UNKNOWN);
    }

    fn line(&mut self, depth: usize) {
        if self.style.pretty {
            self.plain(&format!("\n{}", "  ".repeat(depth)));
        }
    }

    fn value(&mut self, value: &Value, depth: usize) -> Result<(), Fault> {
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        if self.out.len() > super::super::template::MAX_TEXT {
            return Err(Fault::ours("a value is too large to be written"));
        }
        match value {
            Value::Nil | Value::Null => self.plain("null"),
            Value::Bool(truth) => self.plain(&truth.to_string()),
            Value::Int(number) | Value::Int64(number) => self.plain(&number.to_string()),
            Value::Float(number) if !number.is_finite() => {
                return Err(format!("json: unsupported value: {}", print::float(*number)).into());
            }
            Value::Float(number) => self.plain(&print::json(*number)),
            Value::Str(text) => self.string(text),
            Value::List(list) if list.0.is_empty() => self.plain("[]"),
            Value::List(list) => {
                self.plain("[");
                for (index, item) in list.0.iter().enumerate() {
                    self.plain(if index > 0 { "," } else { "" });
                    self.line(depth + 1);
                    self.value(item, depth + 1)?;
                }
                self.line(depth);
                self.plain("]");
            }
            Value::Map(map) if map.class == Class::Versions => {
                let items = map.entries().into_iter().map(|(key, _)| Value::Str(key.0)).collect();
                self.value(&Value::list(items), depth)?;
            }
            Value::Map(map) => {
                let entries = map.entries();
                self.plain("{");
                let empty = entries.is_empty();
                for (index, (key, item)) in entries.into_iter().enumerate() {
                    self.plain(if index > 0 { "," } else { "" });
                    self.line(depth + 1);
                    self.string(&key.0);
                    self.plain(if self.style.pretty { ": " } else { ":" });
                    self.value(&item, depth + 1)?;
                }
                if !empty {
                    self.line(depth);
                }
                self.plain("}");
            }
        }
        Ok(())
    }

    fn string(&mut self, text: &Text) {
        self.plain("\"");
        let raw = self.style.raw;
        escaped(text, self.out, |c| match c {
            '"' => Some("\\\"".into()),
            '\\' => Some("\\\\".into()),
            '\n' => Some("\\n".into()),
            '\r' => Some("\\r".into()),
            '\t' => Some("\\t".into()),
            '\u{8}' => Some("\\b".into()),
            '\u{c}' => Some("\\f".into()),
            '<' | '>' | '&' if !raw => Some(format!("\\u{:04x}", u32::from(c))),
            '\u{2028}' | '\u{2029}' => Some(format!("\\u{:04x}", u32::from(c))),
            c if c < ' ' => Some(format!("\\u{:04x}", u32::from(c))),
            _ => None,
        });
        self.plain("\"");
    }
}

/// Appends a text, some characters of it replaced; the replacements are from where those were.
pub fn escaped(text: &Text, out: &mut Text, escape: impl Fn(char) -> Option<String>) {
    let mut from = 0;
    for (at, c) in text.as_str().char_indices() {
        if let Some(new) = escape(c) {
            out.push_slice(text, from..at);
            out.push(&new, text.origin_at(at));
            from = at + c.len_utf8();
        }
    }
    out.push_slice(text, from..text.len());
}

/// A JSON text; all numbers are floats, all strings have the text's origin.
pub fn read(text: &Text) -> Result<Value, String> {
    let parsed: serde_json::Value = serde_json::from_str(text.as_str()).map_err(|error| error.to_string())?;
    // What is YAML too keeps the places of its strings.
    if !text.is_unmarked()
        && !text.as_str().contains("\\u")
        && let Ok(value) = super::read::yaml(text)
        && matches!(value, Value::Map(_) | Value::List(_))
    {
        return Ok(value);
    }
    Ok(value(&parsed, text.origin()))
}

fn value(parsed: &serde_json::Value, origin: Origin) -> Value {
    match parsed {
        serde_json::Value::Null => Value::Nil,
        serde_json::Value::Bool(truth) => Value::Bool(*truth),
        serde_json::Value::Number(number) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        serde_json::Value::String(text) => Value::str_of(text.as_str(), origin),
        serde_json::Value::Array(items) => Value::list(items.iter().map(|item| value(item, origin)).collect()),
        serde_json::Value::Object(entries) => Value::map(
            entries.iter().map(|(key, item)| (Key(Text::of(key.as_str(), origin).into()), value(item, origin))),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written_as_go_writes_it() {
        let value = Value::map([
            ("b".into(), Value::list(vec![Value::Float(1e6), Value::Nil, Value::Bool(true)])),
            ("a".into(), Value::str("x<\"\n\u{1}")),
            ("c".into(), Value::map([])),
        ]);
        let shown = |style| write(&value, style).map(|text| text.as_str().to_string()).unwrap_or_default();
        assert_eq!(shown(Style::default()), r#"{"a":"x\u003c\"\n\u0001","b":[1000000,null,true],"c":{}}"#);
        let pretty =
            "{\n  \"a\": \"x<\\\"\\n\\u0001\",\n  \"b\": [\n    1000000,\n    null,\n    true\n  ],\n  \"c\": {}\n}";
        assert_eq!(shown(Style { raw: true, pretty: true }), pretty);
    }
}
