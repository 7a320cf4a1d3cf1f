//! `--set` and its kin (Helm, `pkg/strvals`): `a.b=1,c[0]=x,d={1,2}`.

use super::super::text::Text;
use super::super::value::{Key, Map, MapRef, Value};

/// The largest index of a list.
const MAX_INDEX: usize = 65_536;
/// How deep a name may nest.
const MAX_NESTING: usize = 30;

/// Which of the flags it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `--set`: numbers, booleans and null are such.
    Plain,
    /// `--set-string`: all are strings.
    Strings,
    /// `--set-json`: values are JSON.
    Json,
    /// `--set-file`: values are files, read by the caller.
    Files,
}

/// Sets values as one flag says it; `read` gives the text of a file.
pub fn set(text: &str, kind: Kind, into: &MapRef, read: &dyn Fn(&str) -> Result<String, String>) -> Result<(), String> {
    if kind == Kind::Json && text.trim_start().starts_with('{') {
        // A whole object is merged at the top.
        let value = super::super::format::json::read(&Text::from(text))?;
        if let Value::Map(over) = value {
            super::overlay(into, &over);
            return Ok(());
        }
    }
    let mut parser = Parser { rest: text, kind, read };
    while !parser.rest.is_empty() {
        parser.key(into, 0)?;
    }
    Ok(())
}

struct Parser<'a> {
    rest: &'a str,
    kind: Kind,
    read: &'a dyn Fn(&str) -> Result<String, String>,
}

impl Parser<'_> {
    /// Text up to one of the stops, which is taken too; a backslash keeps the next character.
    fn until(&mut self, stops: &[char]) -> (String, Option<char>) {
        let mut out = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            if stops.contains(&c) {
                self.rest = &self.rest[at + c.len_utf8()..];
                return (out, Some(c));
            }
            match c {
                '\\' => out.extend(chars.next().map(|(_, next)| next)),
                _ => out.push(c),
            }
        }
        self.rest = "";
        (out, None)
    }

    fn key(&mut self, into: &MapRef, depth: usize) -> Result<(), String> {
        if depth > MAX_NESTING {
            return Err(format!("a name nests more than {MAX_NESTING} deep"));
        }
        let (key, stop) = self.until(&['=', '[', ',', '.']);
        let put = |value: Value| {
            if !key.is_empty() {
                into.insert(Key::from(key.as_str()), value);
            }
        };
        match stop {
            None if key.is_empty() => Ok(()),
            None => Err(format!("the key {key:?} has no value")),
            Some('[') => {
                let index = self.index()?;
                let list = match into.get(&key) {
                    Some(Value::List(list)) => list.0.clone(),
                    None | Some(Value::Nil | Value::Null) => Vec::new(),
                    Some(other) => return Err(format!("{key:?} is a {} and no list", other.kind_name())),
                };
                put(Value::list(self.item(list, index, depth)?));
                Ok(())
            }
            Some('=') => {
                put(self.value()?);
                Ok(())
            }
            Some(',') => Err(format!("the key {key:?} has no value (cannot end with ,)")),
            _ => {
                let inner = match into.get(&key) {
                    Some(Value::Map(inner)) => inner,
                    None | Some(Value::Nil | Value::Null) => Map::plain([]),
                    Some(other) => return Err(format!("{key:?} is a {} and no mapping", other.kind_name())),
                };
                self.key(&inner, depth + 1)?;
                if inner.len() == 0 {
                    return Err(format!("the key map {key:?} has no value"));
                }
                put(Value::Map(inner));
                Ok(())
            }
        }
    }

    fn index(&mut self) -> Result<usize, String> {
        let (text, stop) = self.until(&[']']);
        let index = text.parse().ok().filter(|index| *index <= MAX_INDEX && stop.is_some());
        index.ok_or_else(|| format!("{text:?} is no index of a list"))
    }

    fn item(&mut self, mut list: Vec<Value>, index: usize, depth: usize) -> Result<Vec<Value>, String> {
        if depth > MAX_NESTING {
            return Err(format!("a name nests more than {MAX_NESTING} deep"));
        }
        let (text, stop) = self.until(&['[', '.', '=']);
        if !text.is_empty() {
            return Err(format!("unexpected data at the end of an index: {text:?}"));
        }
        let known = list.get(index).cloned();
        let value = match stop {
            Some('=') => self.value()?,
            Some('[') => {
                let next = self.index()?;
                let inner = known.and_then(|known| known.as_list().map(<[Value]>::to_vec)).unwrap_or_default();
                Value::list(self.item(inner, next, depth + 1)?)
            }
            Some('.') => {
                let inner = known.and_then(|known| known.as_map().cloned()).unwrap_or_else(|| Map::plain([]));
                self.key(&inner, depth + 1)?;
                Value::Map(inner)
            }
            _ => return Err("an index has no value".into()),
        };
        if list.len() <= index {
            list.resize(index + 1, Value::Nil);
        }
        list[index] = value;
        Ok(list)
    }

    fn value(&mut self) -> Result<Value, String> {
        if self.kind == Kind::Json {
            return self.json();
        }
        if let Some(rest) = self.rest.strip_prefix('{') {
            self.rest = rest;
            let mut items = Vec::new();
            loop {
                let (text, stop) = self.until(&[',', '}']);
                match stop {
                    None => return Err("a list has to end with }".into()),
                    Some('}') => {
                        items.push(self.typed(text)?);
                        self.rest = self.rest.strip_prefix(',').unwrap_or(self.rest);
                        return Ok(Value::list(items));
                    }
                    _ => items.push(self.typed(text)?),
                }
            }
        }
        let (text, _) = self.until(&[',']);
        self.typed(text)
    }

    /// The JSON value that the rest begins with.
    fn json(&mut self) -> Result<Value, String> {
        let rest = self.rest.trim_start();
        if rest.is_empty() || rest.starts_with(',') {
            self.rest = rest.strip_prefix(',').unwrap_or(rest);
            return Ok(Value::Nil);
        }
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<serde_json::Value>();
        let value = stream.next().ok_or("no value")?.map_err(|error| format!("not JSON: {error}"))?;
        let after = rest.get(stream.byte_offset()..).unwrap_or_default().trim_start();
        self.rest = after.strip_prefix(',').unwrap_or(after);
        super::super::format::json::read(&Text::from(value.to_string()))
    }

    fn typed(&self, text: String) -> Result<Value, String> {
        match self.kind {
            Kind::Files => return (self.read)(&text).map(Value::str),
            Kind::Plain => {}
            _ => return Ok(Value::str(text)),
        }
        Ok(match text.to_ascii_lowercase().as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Nil,
            "0" => Value::Int64(0),
            _ if !text.starts_with('0') && !text.starts_with('+') => match text.parse() {
                Ok(number) => Value::Int64(number),
                Err(_) => Value::str(text),
            },
            _ => Value::str(text),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::format::json::{Style, write};
    use super::*;

    #[test]
    fn flags_are_read_as_helm_reads_them() {
        let table = [
            ("a=1,b=x", Kind::Plain, r#"{"a":1,"b":"x"}"#),
            ("a.b.c=true,a.d=null", Kind::Plain, r#"{"a":{"b":{"c":true},"d":null}}"#),
            ("a[1]=x,b[0].c=1,b[0].d=2", Kind::Plain, r#"{"a":[null,"x"],"b":[{"c":1,"d":2}]}"#),
            (r"a\.b=1\,2", Kind::Plain, r#"{"a.b":"1,2"}"#),
            ("a={1,b},c=010", Kind::Plain, r#"{"a":[1,"b"],"c":"010"}"#),
            ("a=1,b=true", Kind::Strings, r#"{"a":"1","b":"true"}"#),
            (r#"a={"x":[1]},b=null"#, Kind::Json, r#"{"a":{"x":[1]},"b":null}"#),
            ("a=", Kind::Plain, r#"{"a":""}"#),
            ("a=f", Kind::Files, r#"{"a":"<f>"}"#),
        ];
        for (text, kind, expected) in table {
            let map = Map::plain([]);
            let done = set(text, kind, &map, &|path| Ok(format!("<{path}>")));
            let shown =
                write(&Value::Map(map), Style { raw: true, pretty: false }).map(|text| text.as_str().to_string());
            assert_eq!((done, shown.unwrap_or_default().as_str()), (Ok(()), expected), "{text}");
        }
        for text in ["a", "a,b=1", "a[x]=1", "a={1", "a[99999999]=1"] {
            assert!(set(text, Kind::Plain, &Map::plain([]), &|_| Ok(String::new())).is_err(), "{text}");
        }
    }
}
