//! Small pieces of Go's syntax: strings and numbers.

use super::super::value::Value;
use crate::yaml;

/// A fault in a template's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Where.
    pub at: usize,
    /// A sentence.
    pub why: String,
}

/// The inside of a quoted Go string with its escapes resolved (`strconv.Unquote`).
pub fn unquote(inner: &str) -> Option<String> {
    if !inner.contains('\\') {
        return Some(inner.into());
    }
    let mut out: Vec<u8> = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        out.extend(&rest.as_bytes()[..at]);
        let escape = rest[at + 1..].chars().next()?;
        rest = &rest[at + 1 + escape.len_utf8()..];
        let mut digits = |count: usize, radix: u32| {
            let number = u32::from_str_radix(rest.get(..count)?, radix).ok()?;
            rest = &rest[count..];
            Some(number)
        };
        match escape {
            'a' => out.push(7),
            'b' => out.push(8),
            'f' => out.push(12),
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            'v' => out.push(11),
            '\\' | '"' | '\'' => out.push(u8::try_from(escape).ok()?),
            'x' => out.push(u8::try_from(digits(2, 16)?).ok()?),
            'u' => out.extend(char::from_u32(digits(4, 16)?)?.to_string().bytes()),
            'U' => out.extend(char::from_u32(digits(8, 16)?)?.to_string().bytes()),
            '0'..='7' => {
                let first = escape.to_digit(8)?;
                out.push(u8::try_from(first * 64 + digits(2, 8)?).ok()?);
            }
            _ => return None,
        }
    }
    out.extend(rest.as_bytes());
    Some(match String::from_utf8(out) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

/// A number of Go's: an integer if it can be one, else a float.
pub fn number(text: &str) -> Option<Value> {
    let plain = text.replace('_', "");
    if let Some(number) = integer(&plain) {
        return Some(Value::Int(number));
    }
    if let Some(float) = hexadecimal(&plain) {
        return Some(Value::Float(float));
    }
    let float: f64 = plain.parse().ok().filter(|float: &f64| float.is_finite())?;
    plain.contains(['.', 'e', 'E']).then_some(Value::Float(float))
}

/// `0x1.8p10`
fn hexadecimal(text: &str) -> Option<f64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let digits = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"))?;
    let (mantissa, exponent) = digits.split_once(['p', 'P'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let bits = u64::from_str_radix(&format!("{whole}{fraction}"), 16).ok()?;
    let exponent: i32 = exponent.parse().ok()?;
    let shift = i32::try_from(fraction.len()).ok()?.checked_mul(4)?;
    Some(sign * bits as f64 * 2_f64.powi(exponent.checked_sub(shift)?))
}

/// An integer in any of Go's bases.
pub fn integer(text: &str) -> Option<i64> {
    i64::try_from(yaml::based(text)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_numbers_are_gos() {
        for (inner, text) in
            [("a", Some("a")), (r#"\"\n\x41\u00e9\101"#, Some("\"\nAéA")), (r"\q", None), (r"\x4", None)]
        {
            assert_eq!(unquote(inner).as_deref(), text, "{inner}");
        }
        let shown = |text| number(text).map(|value| format!("{value:?}"));
        for (text, value) in [
            ("42", Some("Int(42)")),
            ("-1", Some("Int(-1)")),
            ("0x1F", Some("Int(31)")),
            ("0644", Some("Int(420)")),
            ("1_000", Some("Int(1000)")),
            ("1.5", Some("Float(1.5)")),
            ("1e3", Some("Float(1000.0)")),
            ("0x1p10", Some("Float(1024.0)")),
            ("-0x1.8p1", Some("Float(-3.0)")),
            ("5m", None),
        ] {
            assert_eq!(shown(text).as_deref(), value, "{text}");
        }
    }
}
