//! Regular expressions, as far as names are made by them: replacing the characters of a class.

use std::rc::Rc;

use super::Linker;
use super::value::{Arguments, Delayed, Part, Text, Value};
use crate::model::Place;

impl Linker<'_> {
    /// `re.sub(pattern, with, text)`; `None` if it is another function.
    pub(super) fn call_pattern(&mut self, name: &str, arguments: &Arguments, place: Place) -> Option<Value> {
        if name != "re.sub" {
            return None;
        }
        let pattern = arguments.get(0, "pattern")?;
        let (with, text) = (arguments.get(1, "repl")?, arguments.get(2, "string")?);
        if text.has_parameter() && !matches!(text, Value::Text(_)) {
            return Some(Value::delayed(Delayed::Call(Value::external(name), arguments.clone(), place)));
        }
        let class = regex_text(&self.force(pattern)).and_then(|pattern| Class::parse(&pattern));
        let with = self.force(with).known_text();
        let (Some(class), Some(with)) = (class, with.filter(|with| !with.contains('\\'))) else {
            return Some(Value::Unknown);
        };
        let text = self.force(text);
        let changed: Vec<Value> =
            text.alternatives().iter().map(|text| replaced(text, &class, &with, arguments, place)).collect();
        Some(super::value::join(changed))
    }
}

/// The text of a pattern, compiled or not.
fn regex_text(pattern: &Value) -> Option<String> {
    match pattern {
        Value::Partial(call) if call.0 == Value::external("re.compile") => regex_text(call.1.positional.first()?),
        _ => pattern.known_text().map(|text| text.to_string()),
    }
}

/// A text in which stretches of a class of characters are replaced.
fn replaced(text: &Value, class: &Class, with: &str, arguments: &Arguments, place: Place) -> Value {
    let Value::Text(text) = text else { return Value::Unknown };
    let parts = text.parts.iter().map(|part| match part {
        Part::Literal(literal) => Part::Literal(class.replace(literal, with).into()),
        Part::Symbolic(inner) => {
            let mut arguments = arguments.clone();
            arguments.positional.truncate(2);
            arguments.positional.push(inner.clone());
            Part::Symbolic(Value::delayed(Delayed::Call(Value::external("re.sub"), arguments, place)))
        }
        Part::Any => Part::Any,
    });
    Value::Text(Rc::new(Text { parts: parts.collect(), given: text.given }))
}

/// A class of characters, perhaps of any number.
struct Class {
    negated: bool,
    ranges: Vec<(char, char)>,
    many: bool,
}

impl Class {
    /// Reads `[…]`, `[…]+`, `\W`, `\s+` and single characters; nothing else.
    fn parse(pattern: &str) -> Option<Class> {
        let (pattern, many) = match pattern.strip_suffix('+') {
            Some(rest) => (rest, true),
            None => (pattern, false),
        };
        let word = [('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')];
        let of = |negated, ranges: &[(char, char)]| Some(Class { negated, ranges: ranges.to_vec(), many });
        match pattern {
            r"\W" => return of(true, &word),
            r"\w" => return of(false, &word),
            r"\s" => return of(false, &[(' ', ' '), ('\t', '\r')]),
            r"\d" => return of(false, &[('0', '9')]),
            r"\D" => return of(true, &[('0', '9')]),
            _ => {}
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ' ' | '/' | ':');
        let mut single = pattern.trim_start_matches('\\').chars();
        if let (Some(c), None) = (single.next(), single.next())
            && (plain(c) || pattern.starts_with('\\'))
            && !(pattern.starts_with('\\') && c.is_ascii_alphanumeric())
        {
            return of(false, &[(c, c)]);
        }
        let inside = pattern.strip_prefix('[')?.strip_suffix(']')?;
        let (inside, negated) = match inside.strip_prefix('^') {
            Some(rest) => (rest, true),
            None => (inside, false),
        };
        let mut ranges = Vec::new();
        let mut chars = inside.chars().peekable();
        while let Some(c) = chars.next() {
            let from = match c {
                '\\' => match chars.next()? {
                    'w' => {
                        ranges.extend(word);
                        continue;
                    }
                    'd' => {
                        ranges.push(('0', '9'));
                        continue;
                    }
                    's' => {
                        ranges.extend([(' ', ' '), ('\t', '\r')]);
                        continue;
                    }
                    escaped if !escaped.is_ascii_alphanumeric() => escaped,
                    _ => return None,
                },
                '[' | ']' => return None,
                c => c,
            };
            let mut ahead = chars.clone();
            match (ahead.next(), ahead.next()) {
                (Some('-'), Some(to)) if to != '\\' => {
                    chars.next();
                    chars.next();
                    ranges.push((from, to));
                }
                _ => ranges.push((from, from)),
            }
        }
        of(negated, &ranges)
    }

    fn holds(&self, c: char) -> bool {
        self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != self.negated
    }

    fn replace(&self, text: &str, with: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut inside = false;
        for c in text.chars() {
            let holds = self.holds(c);
            if !holds {
                out.push(c);
            } else if !(inside && self.many) {
                out.push_str(with);
            }
            inside = holds;
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_replaced() {
        let rows = [
            (r"[^0-9a-zA-Z]+", "a-b.c__d", Some("a_b_c_d")),
            (r"\W", "a.b", Some("a_b")),
            (r"[-.]", "x-y.z", Some("x_y_z")),
            ("-", "x-y", Some("x_y")),
            (r"\.", "x.y", Some("x_y")),
            (r"(a)", "a", None),
            (r"a.c", "abc", None),
        ];
        for (pattern, text, expected) in rows {
            let changed = Class::parse(pattern).map(|class| class.replace(text, "_"));
            assert_eq!(changed.as_deref(), expected, "{pattern}");
        }
    }
}
