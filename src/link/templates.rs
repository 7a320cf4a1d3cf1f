//! Texts that ask the environment for names: regular expressions that names are matched with, and
//! templates that are filled from it.

use std::rc::Rc;

use super::Linker;
use super::events::Absent;
use super::scope::Frame;
use super::value::{Arguments, EventId, Part, Text, Value};
use crate::model::{Access, Outcome, Place};
use crate::python::ir::Name;

/// Callables whose result asks by what it was made with.
pub fn keeps_its_text(name: &str) -> bool {
    matches!(name, "re.compile" | "string.Template")
}

impl Linker<'_> {
    /// `re.match(pattern, name)`, or a method of what `re.compile` or `string.Template` made.
    pub(super) fn asks_by_text(
        &mut self,
        frame: &mut Frame,
        (maker, method): (&str, &str),
        text: &Value,
        asked: Option<&Value>,
        place: Place,
    ) {
        let Some(asked) = asked else { return };
        let text = self.force(text);
        let Some(text) = text.known_text() else { return };
        match (maker, method, asked) {
            ("re.compile" | "re", "match" | "fullmatch" | "search", Value::EnvironmentName(iteration)) => {
                self.matched(frame, *iteration, &text, method);
            }
            ("string.Template", "substitute", Value::Environment) => {
                self.fills(frame, &dollars(&text), Absent::raises("KeyError"), ("string.Template.substitute", place));
            }
            ("string.Template", "safe_substitute", Value::Environment) => {
                let absent = Absent::new(Outcome::Handled);
                self.fills(frame, &dollars(&text), absent, ("string.Template.safe_substitute", place));
            }
            _ => {}
        }
    }

    /// Names met in an iteration are matched with a regular expression.
    fn matched(&mut self, frame: &mut Frame, iteration: EventId, expression: &str, method: &str) {
        let (anchored, expression) = match expression.strip_prefix('^').or_else(|| expression.strip_prefix("\\A")) {
            Some(rest) => (true, rest),
            None => (method != "search", expression),
        };
        let Some((literal, rest)) = beginning(expression) else { return };
        let ends = matches!(rest, "$" | "\\Z" | "\\z") || (rest.is_empty() && method == "fullmatch");
        let mut parts = vec![Part::Literal(literal.into())];
        if !anchored {
            parts.insert(0, Part::Any);
        }
        if !ends {
            parts.push(Part::Any);
        }
        self.names_like(frame, iteration, &Value::Text(Rc::new(Text { parts, given: None })));
    }

    /// A template is filled from the environment: it asks for the names that stand in it.
    pub(super) fn fills(&mut self, frame: &mut Frame, names: &[Name], absent: Absent, (reader, place): (&str, Place)) {
        for name in names {
            let key = Value::text(name.clone(), None);
            self.consultation(frame, (&Value::Environment, &key), (Access::Item, reader), absent.clone(), place);
        }
    }

    /// Part of a name that was met in an iteration is compared: `name[:4] == "APP_"`.
    pub(super) fn compare_part(&mut self, frame: &mut Frame, part: &Value, with: &Value) {
        let Value::Method(cut) = part else { return };
        let Value::EnvironmentName(iteration) = cut.0 else { return };
        let with = self.force(with);
        for text in with.alternatives().iter().filter(|text| matches!(text, Value::Text(_))) {
            let parts = match &*cut.1 {
                BEGINNING => [text.clone(), Value::Unknown],
                END => [Value::Unknown, text.clone()],
                _ => continue,
            };
            let pattern = self.concat(&parts);
            self.names_like(frame, iteration, &pattern);
        }
    }
}

/// The beginning of a name: `name[:4]`.
pub const BEGINNING: &str = "[:n]";
/// The rest of it: `name[4:]`.
pub const END: &str = "[n:]";

/// Which part of a name a slice takes.
pub fn cut(slice: &Value) -> Option<&'static str> {
    let Value::Partial(slice) = slice else { return None };
    match slice.1.positional.as_slice() {
        [Value::None, end, ..] if *end != Value::None => Some(BEGINNING),
        [start, Value::None] | [start, Value::None, Value::None] if *start != Value::None => Some(END),
        [Value::Constant(zero), end, ..] if &**zero == "0" && *end != Value::None => Some(BEGINNING),
        _ => None,
    }
}

/// What a regular expression begins with literally, and the rest of it; nothing if that is not sure.
fn beginning(expression: &str) -> Option<(String, &str)> {
    if expression.contains('|') {
        return None;
    }
    let mut literal = String::new();
    let mut at = 0;
    let mut chars = expression.char_indices().peekable();
    while let Some((offset, c)) = chars.next() {
        let (c, end) = match c {
            '\\' => match chars.peek() {
                Some((next, escaped)) if !escaped.is_alphanumeric() => (*escaped, next + escaped.len_utf8()),
                _ => break,
            },
            c if c.is_alphanumeric() || matches!(c, '_' | '-' | ' ' | ':' | '/') => (c, offset + c.len_utf8()),
            _ => break,
        };
        // What may be repeated or missing is not sure.
        if expression[end..].starts_with(['*', '?', '+', '{']) {
            break;
        }
        if end > offset + c.len_utf8() {
            chars.next();
        }
        literal.push(c);
        at = end;
    }
    (!literal.is_empty()).then(|| (literal, &expression[at..]))
}

/// The names in `$NAME` and `${NAME}`.
pub fn dollars(text: &str) -> Vec<Name> {
    let mut names = Vec::new();
    for piece in text.replace("$$", "").split('$').skip(1) {
        let piece = piece.strip_prefix('{').unwrap_or(piece);
        let end = piece.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(piece.len());
        if end > 0 {
            names.push(piece[..end].into());
        }
    }
    names
}

/// The names in `${NAME}` and `${NAME:-default}`, with the default.
pub fn expanded(text: &str) -> Vec<(Name, Option<Name>)> {
    let mut names = Vec::new();
    for piece in text.replace("\\${", "").split("${").skip(1) {
        let Some((inside, _)) = piece.split_once('}') else { continue };
        let (name, default) = match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default.into())),
            None => (inside, None),
        };
        if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            names.push((name.into(), default));
        }
    }
    names
}

/// The names in `{NAME}`.
pub fn braces(text: &str) -> Vec<Name> {
    let pieces = text.replace("{{", "");
    let named = pieces.split('{').skip(1).filter_map(|piece| piece.split(['}', ':', '!', '.', '[']).next());
    named.filter(|name| name.starts_with(|c: char| c.is_alphabetic() || c == '_')).map(Name::from).collect()
}

/// The names in `%(NAME)s`.
pub fn percents(text: &str) -> Vec<Name> {
    text.replace("%%", "").split("%(").skip(1).filter_map(|piece| Some(piece.split_once(')')?.0.into())).collect()
}

/// The names that a call fills a template's places with: `template.format(**environ)`.
pub fn filled_by(method: &str, template: &str, arguments: &Arguments) -> Option<Vec<Name>> {
    match method {
        "format_map" if arguments.positional.first() == Some(&Value::Environment) => Some(braces(template)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regular_expression_begins_literally() {
        for (expression, expected) in [
            (r"RE_\w+$", Some(("RE_", r"\w+$"))),
            (r"A\.B", Some(("A.B", ""))),
            ("AB?C", Some(("A", "B?C"))),
            ("EXACT$", Some(("EXACT", "$"))),
            ("(A|B)_", None),
            ("A|B", None),
            (r"\w+_KEY", None),
        ] {
            let found = beginning(expression);
            assert_eq!(found.as_ref().map(|(literal, rest)| (literal.as_str(), *rest)), expected, "{expression}");
        }
    }

    #[test]
    fn templates_name_what_they_ask_for() {
        assert_eq!(dollars("$A/${B}$$C"), ["A".into(), "B".into()] as [Name; 2]);
        assert_eq!(expanded("${A}/${B:-b}$C\\${D}"), [("A".into(), None), ("B".into(), Some("b".into()))]);
        assert_eq!(braces("{A}{{B}}{C:>3}{0}"), ["A".into(), "C".into()] as [Name; 2]);
        assert_eq!(percents("%(A)s%%(B)s"), ["A".into()] as [Name; 1]);
    }
}
