//! Go's `fmt`: `print`, `println`, `printf` and its verbs.

use super::super::print;
use super::super::template::Fault;
use super::super::text::{Origin, Text};
use super::super::value::Value;
use super::call::text;
use super::{ANY, Function, function};
use crate::helm::format::json::escaped;

/// The widest field.
const MAX_WIDTH: usize = 1_000;

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("print", 0, ANY, |call| {
        let mut out = Text::default();
        let mut before: Option<&Value> = None;
        for value in &call.arguments {
            // A space stands between operands of which neither is a string.
            if before.is_some_and(|before| before.as_str().is_none() && value.as_str().is_none()) {
                out.push(" ", Origin::UNKNOWN);
            }
            out.push_or(&*text(value)?, Origin::UNKNOWN);
            before = Some(value);
        }
        call.give(out)
    }),
    function("println", 0, ANY, |call| {
        let mut out = Text::default();
        for (index, value) in call.arguments.iter().enumerate() {
            out.push(if index > 0 { " " } else { "" }, Origin::UNKNOWN);
            out.push_or(&*text(value)?, Origin::UNKNOWN);
        }
        out.push("\n", Origin::UNKNOWN);
        call.give(out)
    }),
    function("printf", 1, ANY, |call| {
        let format = call.str(0)?;
        let mut out = Text::default();
        formatted(&format, &call.arguments[1..], &mut out)?;
        call.give(out)
    }),
];

/// Flags, width and precision of a verb.
#[derive(Default)]
struct Spec {
    minus: bool,
    plus: bool,
    zero: bool,
    space: bool,
    sharp: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

fn formatted(format: &Text, arguments: &[Value], out: &mut Text) -> Result<(), Fault> {
    let whole = format.as_str();
    let mut rest = whole;
    let mut next = 0;
    while let Some(at) = rest.find('%') {
        let start = whole.len() - rest.len();
        out.push_slice(format, start..start + at);
        rest = &rest[at + 1..];
        let mut spec = Spec::default();
        loop {
            match rest.chars().next() {
                Some('-') => spec.minus = true,
                Some('+') => spec.plus = true,
                Some('0') => spec.zero = true,
                Some(' ') => spec.space = true,
                Some('#') => spec.sharp = true,
                _ => break,
            }
            rest = &rest[1..];
        }
        let mut number = |rest: &mut &str| -> Option<usize> {
            if let Some(after) = rest.strip_prefix('*') {
                *rest = after;
                let value = arguments.get(next);
                next += 1;
                return match value {
                    Some(Value::Int(number)) => usize::try_from(*number).ok(),
                    _ => None,
                };
            }
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let number = rest[..digits].parse().ok();
            *rest = &rest[digits..];
            number
        };
        spec.width = number(&mut rest);
        if let Some(after) = rest.strip_prefix('.') {
            rest = after;
            spec.precision = Some(number(&mut rest).unwrap_or(0));
        }
        if spec.width.max(spec.precision).is_some_and(|size| size > MAX_WIDTH) {
            return Err(Fault::ours(format!("printf: a width of more than {MAX_WIDTH}")));
        }
        let Some(verb) = rest.chars().next() else {
            out.push("%!(NOVERB)", Origin::UNKNOWN);
            break;
        };
        rest = &rest[verb.len_utf8()..];
        if verb == '%' {
            out.push("%", Origin::UNKNOWN);
            continue;
        }
        let Some(argument) = arguments.get(next) else {
            out.push(&format!("%!{verb}(MISSING)"), Origin::UNKNOWN);
            continue;
        };
        next += 1;
        let shown = verb_of(&spec, verb, argument, print::MAX_DEPTH)?;
        pad(&spec, &shown, out);
    }
    let start = whole.len() - rest.len();
    out.push_slice(format, start..whole.len());
    if next < arguments.len() {
        out.push("%!(EXTRA ", Origin::UNKNOWN);
        for (index, argument) in arguments[next..].iter().enumerate() {
            out.push(if index > 0 { ", " } else { "" }, Origin::UNKNOWN);
            out.push(argument.type_name(), Origin::UNKNOWN);
            if !argument.is_nil() {
                out.push("=", Origin::UNKNOWN);
                out.push_or(&*text(argument)?, Origin::UNKNOWN);
            }
        }
        out.push(")", Origin::UNKNOWN);
    }
    Ok(())
}

fn pad(spec: &Spec, shown: &Text, out: &mut Text) {
    let missing = spec.width.unwrap_or(0).saturating_sub(shown.as_str().chars().count());
    let zero = spec.zero && !spec.minus;
    match (missing, spec.minus, zero) {
        (0, ..) => out.push_or(shown, Origin::UNKNOWN),
        (_, true, _) => {
            out.push_or(shown, Origin::UNKNOWN);
            out.push(&" ".repeat(missing), Origin::UNKNOWN);
        }
        (_, false, false) => {
            out.push(&" ".repeat(missing), Origin::UNKNOWN);
            out.push_or(shown, Origin::UNKNOWN);
        }
        (_, false, true) => {
            // Zeroes stand after a sign.
            let sign = usize::from(shown.as_str().starts_with(['-', '+']));
            out.push_slice(shown, 0..sign);
            out.push(&"0".repeat(missing), Origin::UNKNOWN);
            out.push_slice(shown, sign..shown.len());
        }
    }
}

fn verb_of(spec: &Spec, verb: char, value: &Value, left: usize) -> Result<Text, Fault> {
    let left = left.checked_sub(1).ok_or_else(print::too_deep)?;
    let bad = |value: &Value| -> Result<Text, Fault> {
        Ok(match value {
            Value::Nil | Value::Null => format!("%!{verb}(<nil>)").into(),
            _ => format!("%!{verb}({}={})", value.type_name(), text(value)?.as_str()).into(),
        })
    };
    let signed = |shown: String| match (spec.plus, spec.space && !shown.starts_with('-')) {
        (true, _) if !shown.starts_with('-') => format!("+{shown}"),
        (_, true) => format!(" {shown}"),
        _ => shown,
    };
    Ok(match (value, verb) {
        (_, 'T') => value.type_name().into(),
        (Value::Nil | Value::Null, 'v') => "<nil>".into(),
        (Value::Str(text), 'v') if spec.sharp => quote(text),
        (Value::Str(text), 's' | 'v') => match spec.precision {
            Some(most) => {
                let end = text.as_str().char_indices().nth(most).map_or(text.len(), |(at, _)| at);
                text.slice(0..end)
            }
            None => Text::clone(text),
        },
        (Value::Str(text), 'q') => quote(text),
        (Value::Str(text), 'x' | 'X') => {
            let hex: String = text.as_str().bytes().map(|byte| format!("{byte:02x}")).collect();
            Text::of(if verb == 'X' { hex.to_uppercase() } else { hex }, text.origin())
        }
        (Value::Bool(truth), 't' | 'v') => truth.to_string().into(),
        (Value::Int(number) | Value::Int64(number), _) => match verb {
            'd' | 'v' => signed(number.to_string()).into(),
            'b' => format!("{}{:b}", if *number < 0 { "-" } else { "" }, number.unsigned_abs()).into(),
            'o' => format!("{}{:o}", if *number < 0 { "-" } else { "" }, number.unsigned_abs()).into(),
            'x' => {
                let mark = if spec.sharp { "0x" } else { "" };
                format!("{}{mark}{:x}", if *number < 0 { "-" } else { "" }, number.unsigned_abs()).into()
            }
            'X' => format!("{}{:X}", if *number < 0 { "-" } else { "" }, number.unsigned_abs()).into(),
            'c' => character(*number).to_string().into(),
            'q' => format!("'{}'", character(*number)).into(),
            'U' => format!("U+{number:04X}").into(),
            _ => return bad(value),
        },
        (Value::Float(number), 'f' | 'F') => signed(format!("{number:.*}", spec.precision.unwrap_or(6))).into(),
        (Value::Float(number), 'v' | 'g' | 'G') => match spec.precision {
            None => signed(print::float(*number)).into(),
            Some(digits) => signed(significant(*number, digits.max(1))).into(),
        },
        (Value::Float(number), 'e' | 'E') => {
            let shown = format!("{number:.*e}", spec.precision.unwrap_or(6));
            let (mantissa, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
            let exponent: i32 = exponent.parse().unwrap_or(0);
            let sign = if exponent < 0 { '-' } else { '+' };
            signed(format!("{mantissa}{}{sign}{:02}", verb, exponent.abs())).into()
        }
        (Value::List(list), _) => {
            let mut out = Text::default();
            out.push("[", Origin::UNKNOWN);
            for (index, item) in list.0.iter().enumerate() {
                out.push(if index > 0 { " " } else { "" }, Origin::UNKNOWN);
                out.push_or(&verb_of(spec, verb, item, left)?, Origin::UNKNOWN);
            }
            out.push("]", Origin::UNKNOWN);
            out
        }
        (Value::Map(_), 'v' | 's') => Text::clone(&*text(value)?),
        _ => return bad(value),
    })
}

fn character(number: i64) -> char {
    u32::try_from(number).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// `%.3g`: so many significant digits.
fn significant(number: f64, digits: usize) -> String {
    let rounded: f64 = format!("{number:.*e}", digits - 1).parse().unwrap_or(number);
    let exponent = if rounded == 0.0 { 0 } else { rounded.abs().log10().floor() as i64 };
    if exponent < -4 || exponent >= digits as i64 { print::float(rounded) } else { format!("{rounded}") }
}

/// A text as `%q` has it.
fn quote(text: &Text) -> Text {
    let mut out = Text::default();
    out.push("\"", text.origin());
    escaped(text, &mut out, quoted);
    out.push("\"", text.origin());
    out
}

/// Go's escape of a character in a quoted string (`strconv.Quote`), if it needs one.
pub fn quoted(c: char) -> Option<String> {
    Some(match c {
        '"' => "\\\"".into(),
        '\\' => "\\\\".into(),
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        '\u{7}' => "\\a".into(),
        '\u{8}' => "\\b".into(),
        '\u{b}' => "\\v".into(),
        '\u{c}' => "\\f".into(),
        c if c < ' ' || c == '\u{7f}' => format!("\\x{:02x}", u32::from(c)),
        '\u{80}'..='\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{feff}' => {
            format!("\\u{:04x}", u32::from(c))
        }
        _ => return None,
    })
}
