//! How Go prints values (`fmt`, `%v`).

use super::template::Fault;
use super::text::{Origin, Text};
use super::value::{Class, Value};

/// How deep a value may nest to be printed, copied or compared; a map can hold itself.
pub const MAX_DEPTH: usize = 512;

/// As `%v`.
pub fn print(value: &Value) -> Result<Text, Fault> {
    let mut out = Text::default();
    write(value, &mut out, MAX_DEPTH)?;
    Ok(out)
}

/// The fault of a value that nests too deep.
pub fn too_deep() -> Fault {
    Fault::ours(format!("a value nests more than {MAX_DEPTH} deep: does a map hold itself?"))
}

fn write(value: &Value, out: &mut Text, left: usize) -> Result<(), Fault> {
    let left = left.checked_sub(1).ok_or_else(too_deep)?;
    if out.len() > super::template::MAX_TEXT {
        return Err(Fault::ours("a value is too large to be printed"));
    }
    match value {
        Value::Nil | Value::Null => out.push("<nil>", Origin::UNKNOWN),
        Value::Bool(truth) => out.push(&truth.to_string(), Origin::UNKNOWN),
        Value::Int(number) | Value::Int64(number) => out.push(&number.to_string(), Origin::UNKNOWN),
        Value::Float(number) => out.push(&float(*number), Origin::UNKNOWN),
        Value::Str(text) => out.push_or(text, Origin::UNKNOWN),
        Value::List(list) => {
            out.push("[", Origin::UNKNOWN);
            for (index, item) in list.0.iter().enumerate() {
                if index > 0 {
                    out.push(" ", Origin::UNKNOWN);
                }
                write(item, out, left)?;
            }
            out.push("]", Origin::UNKNOWN);
        }
        Value::Map(map) => {
            let method = match map.class {
                Class::KubeVersion => map.get("Version"),
                Class::Semver | Class::Time => map.get("String"),
                _ => None,
            };
            if let Some(text) = method {
                return write(&text, out, left);
            }
            let plain = map.class == Class::Plain;
            out.push(if plain { "map[" } else { "{" }, Origin::UNKNOWN);
            for (index, (key, item)) in map.entries().into_iter().enumerate() {
                if index > 0 {
                    out.push(" ", Origin::UNKNOWN);
                }
                if plain {
                    out.push_or(&key.0, Origin::UNKNOWN);
                    out.push(":", Origin::UNKNOWN);
                }
                write(&item, out, left)?;
            }
            out.push(if plain { "]" } else { "}" }, Origin::UNKNOWN);
        }
    }
    Ok(())
}

/// A float as `%v` and `%g` print it (`strconv.FormatFloat(f, 'g', -1, 64)`): with an exponent if that
/// is below -4 or above 5.
pub fn float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.into();
    }
    let (digits, exponent) = shortest(number);
    if (-4..=5).contains(&exponent) { plain(number) } else { scientific(number, &digits, exponent) }
}

/// A float as JSON has it (encoding/json, `floatEncoder`).
pub fn json(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let (digits, exponent) = shortest(number);
        // Go writes e-09 as e-9 here.
        return scientific(number, &digits, exponent).replace("e-0", "e-");
    }
    plain(number)
}

/// Digits and decimal exponent of the shortest form that reads back the same.
fn shortest(number: f64) -> (String, i32) {
    let text = format!("{:e}", number.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
}

fn scientific(number: f64, digits: &str, exponent: i32) -> String {
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let (first, rest) = digits.split_at(1.min(digits.len()));
    let point = if rest.is_empty() { "" } else { "." };
    let mark = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{first}{point}{rest}e{mark}{:02}", exponent.abs())
}

fn plain(number: f64) -> String {
    format!("{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_printed_as_go_prints_them() {
        for (number, go, in_json) in [
            (1.0, "1", "1"),
            (0.5, "0.5", "0.5"),
            (-3.25, "-3.25", "-3.25"),
            (123456.0, "123456", "123456"),
            (1e6, "1e+06", "1000000"),
            (123456789.0, "1.23456789e+08", "123456789"),
            (0.00001, "1e-05", "0.00001"),
            (1e-7, "1e-07", "1e-7"),
            (1e21, "1e+21", "1e+21"),
        ] {
            assert_eq!((float(number).as_str(), json(number).as_str()), (go, in_json));
        }
    }
}
