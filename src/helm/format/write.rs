//! Values → YAML, as Helm's `toYaml` has it: through JSON, then goyaml v2's encoder, in block style.

use std::cmp::Ordering;

use super::super::print::{self, MAX_DEPTH, too_deep};
use super::super::template::{Fault, MAX_TEXT};
use super::super::text::{Origin, Text};
use super::super::value::{Class, Key, Value};
use super::scalar;

/// A value as YAML, without a line break at its end.
pub fn yaml(value: &Value) -> Result<Text, Fault> {
    indented(value, 0)
}

/// The same with lists indented by `list` below their keys (goyaml v3 with an indent of 2: `toYamlPretty`).
pub fn indented(value: &Value, list: usize) -> Result<Text, Fault> {
    let mut writer = Writer { out: Text::default(), list };
    writer.value(value, 0, 0, false, 0)?;
    Ok(writer.out)
}

struct Writer {
    out: Text,
    list: usize,
}

impl Writer {
    fn plain(&mut self, text: &str) {
        self.out.push(text, Origin::UNKNOWN);
    }

    fn line(&mut self, indent: usize) {
        self.plain(&format!("\n{}", " ".repeat(indent)));
    }

    /// Writes a value at `column`, where a line has begun. `indent` is where its own further lines
    /// begin; `keyed` if a key stands before it.
    fn value(&mut self, value: &Value, column: usize, indent: usize, keyed: bool, depth: usize) -> Result<(), Fault> {
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        if self.out.len() > MAX_TEXT {
            return Err(Fault::ours("a value is too large to be written"));
        }
        let space = if keyed { " " } else { "" };
        match value {
            Value::List(list) if !list.0.is_empty() => self.list(&list.0, indent, keyed, depth),
            Value::Map(map) if map.class == Class::Versions => {
                let items: Vec<Value> = map.entries().into_iter().map(|(key, _)| Value::Str(key.0)).collect();
                self.list(&items, indent, keyed, depth)
            }
            Value::Map(map) if map.len() > 0 => {
                let mut entries = map.entries();
                entries.sort_by(|(a, _), (b, _)| natural(a.0.as_str(), b.0.as_str()));
                self.map(entries, indent, keyed, depth)
            }
            Value::Str(text) => {
                self.plain(space);
                let style = scalar::style(text.as_str(), false);
                // The lines of a scalar below a key are indented more than the key.
                let deeper = if keyed || column > indent { indent + 2 } else { indent };
                let deeper = if depth == 0 && style == scalar::Style::Literal { 2 } else { deeper };
                scalar::write(text, style, column + space.len(), deeper, false, &mut self.out);
                Ok(())
            }
            other => {
                let text = match other {
                    Value::Nil | Value::Null => "null".into(),
                    Value::Bool(truth) => truth.to_string(),
                    Value::Int(number) | Value::Int64(number) => number.to_string(),
                    Value::Float(number) => float(*number)?,
                    Value::List(_) => "[]".into(),
                    _ => "{}".to_string(),
                };
                self.plain(space);
                self.plain(&text);
                Ok(())
            }
        }
    }

    fn list(&mut self, items: &[Value], indent: usize, keyed: bool, depth: usize) -> Result<(), Fault> {
        let indent = if keyed { indent + self.list } else { indent };
        for (index, item) in items.iter().enumerate() {
            if keyed || index > 0 {
                self.line(indent);
            }
            self.plain("- ");
            self.value(item, indent + 2, indent + 2, false, depth + 1)?;
        }
        Ok(())
    }

    fn map(&mut self, entries: Vec<(Key, Value)>, indent: usize, keyed: bool, depth: usize) -> Result<(), Fault> {
        let indent = if keyed { indent + 2 } else { indent };
        for (index, (key, value)) in entries.into_iter().enumerate() {
            if keyed || index > 0 {
                self.line(indent);
            }
            let text = key.0.as_str();
            let style = scalar::style(text, true);
            // Keys of more than 128 bytes or lines are no simple ones.
            let simple = text.len() <= 128 && !text.contains('\n');
            if !simple {
                self.plain("? ");
            }
            let mut column = scalar::write(&key.0, style, indent, indent, true, &mut self.out);
            if !simple {
                self.line(indent);
                column = indent;
            }
            self.plain(":");
            self.value(&value, column + 1, indent, true, depth + 1)?;
        }
        Ok(())
    }
}

/// A float as it comes out: JSON makes it an integer if it can, and YAML reads that.
fn float(number: f64) -> Result<String, Fault> {
    if !number.is_finite() {
        return Err(format!("json: unsupported value: {}", print::float(number)).into());
    }
    let json = print::json(number);
    let digits = json.trim_start_matches('-');
    let whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    let fits = json.parse::<i64>().is_ok() || json.parse::<u64>().is_ok();
    Ok(if whole && fits { json } else { print::float(number) })
}

/// goyaml's order of keys (`sorter.go`): numbers in them by size, letters after all else.
fn natural(a: &str, b: &str) -> Ordering {
    let (left, right): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut digits = false;
    let common = left.len().min(right.len());
    for index in 0..common {
        let (l, r) = (left[index], right[index]);
        if l == r {
            digits = l.is_numeric();
            continue;
        }
        let (letter, other) = (l.is_alphabetic(), r.is_alphabetic());
        if letter && other {
            return l.cmp(&r);
        }
        if letter || other {
            // After a number the one that goes on with digits is the larger.
            return if digits { letter.cmp(&other).reverse() } else { letter.cmp(&other) };
        }
        let number = |chars: &[char], from: usize| -> (u64, usize) {
            let run: Vec<char> = chars[from..].iter().copied().take_while(|c| c.is_numeric()).collect();
            let value = run
                .iter()
                .fold(0_u64, |sum, c| sum.saturating_mul(10).saturating_add(u64::from(c.to_digit(10).unwrap_or(0))));
            (value, from + run.len())
        };
        if (l == '0' || r == '0') && digits {
            // Zeroes before a difference: the digits before decide whether they lead.
            let leading = left[..index].iter().rev().take_while(|c| c.is_numeric()).all(|&c| c == '0');
            if leading {
                let (first, second) = (number(&left, index).0, number(&right, index).0);
                if first != second {
                    return first.cmp(&second);
                }
            }
        }
        let ((first, at), (second, other)) = (number(&left, index), number(&right, index));
        return first.cmp(&second).then(at.cmp(&other)).then(l.cmp(&r));
    }
    left.len().cmp(&right.len())
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    /// Texts that come out as they went in.
    #[test]
    fn yaml_is_written_as_goyaml_writes_it() {
        let table = [
            "a: 1\nb:\n- x\n- w: 1\n  z:\n  - q\nc: {}\nd: []\ne: null\nf: true\n",
            "- - a\n  - b\n- c: d\n",
            "a: \"yes\"\nb: \"1\"\nc: \"\"\nd: '''x'\ne: 'a: b'\nf: \"2024-01-01\"\ng: '*'\nh: \"1:30\"\n",
            "a: |\n  x\n  y\nb: |-\n  x\n\n  y\nc: |+\n  x\n\n",
            "k1: 1\nk9: 2\nk10: 3\n",
            "a: '- x'\nb: -x\nc: 'x #y'\nd: x#y\ne: \"a\\tb\"\nf: ' x'\ng: \"null\"\nh: x, y\n",
            "a: aaaaaaaaaa bbbbbbbbbbbbbbbb cccccccccccccccccc dddddddddddddddddddd eeeeeeeeeeeeeee\n  fffffff gggggggggggggggggg\n",
        ];
        for text in table {
            let value = read::yaml(&Text::from(text)).unwrap_or_default();
            let out = yaml(&value).map(|text| text.as_str().to_string()).unwrap_or_default();
            // A kept line break at the end stays.
            assert_eq!(out.trim_end_matches('\n'), text.trim_end_matches('\n'));
        }
    }

    #[test]
    fn every_line_knows_its_place() {
        let file = Text::of_file("b:\n  - name: X\n    value: 1\na: 2\n".into(), 3, 1);
        let out = read::yaml(&file).ok().and_then(|value| yaml(&value).ok()).unwrap_or_default();
        assert_eq!(out.as_str(), "a: 2\nb:\n- name: X\n  value: 1");
        let line = |word: &str| out.as_str().find(word).map(|at| out.origin_at(at).line);
        assert_eq!([line("a:"), line("name"), line("X"), line("value")], [Some(4), Some(2), Some(2), Some(3)]);
    }
}
