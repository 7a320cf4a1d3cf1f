//! What an unquoted scalar is to Helm and Kubernetes: they read YAML 1.1 through
//! `sigs.k8s.io/yaml`, whose rules are those of goyaml v2 (`resolve.go`).

/// What a scalar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Null,
    /// A boolean: `yes`, `off`, `true` …
    Bool(bool),
    /// A number.
    Number,
    /// A string; dates count as strings.
    Text,
}

impl Kind {
    /// With an article, for a sentence.
    pub fn article(self) -> &'static str {
        match self {
            Kind::Null => "empty",
            Kind::Bool(_) => "a boolean",
            Kind::Number => "a number",
            Kind::Text => "a string",
        }
    }
}

/// What the plain scalar `text` is.
pub fn resolve(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => Kind::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => Kind::Bool(false),
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf"
        | "-.INF" => Kind::Number,
        _ if integer(text).is_some() || float(text) => Kind::Number,
        _ => Kind::Text,
    }
}

/// A number with the base that its beginning tells, as in C and Go.
pub fn based(text: &str) -> Option<i128> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    // `from_str_radix` would take a second sign.
    if !digits.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return None;
    }
    let size = i128::from_str_radix(digits, radix).ok()?;
    Some(if text.starts_with('-') { -size } else { size })
}

/// The value of an integer as Go's `ParseInt(text, 0, 64)` and `ParseUint` take it, underscores
/// dropped: `017` and `0o17` are 15, `0x1F` is 31, `1_000` is 1000.
pub fn integer(text: &str) -> Option<i128> {
    if !text.starts_with(|first: char| first.is_ascii_digit() || "+-".contains(first)) {
        return None;
    }
    let plain = text.replace('_', "");
    let value = based(&plain)?;
    let unsigned = !plain.starts_with(['+', '-']) && u64::try_from(value).is_ok();
    (unsigned || i64::try_from(value).is_ok()).then_some(value)
}

/// Whether `text` matches goyaml's `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`.
fn float(text: &str) -> bool {
    let plain = text.replace('_', "");
    let starts = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    // Underscores are dropped only where goyaml expects a number by the first character.
    let hinted = text.starts_with(|first: char| first.is_ascii_digit() || "+-".contains(first))
        || text.starts_with('.') && !text.contains('_');
    hinted
        && (starts(unsigned) || unsigned.strip_prefix('.').is_some_and(starts))
        && unsigned.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte))
        && plain.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_read_as_helm_reads_them() {
        let table: [(Kind, &[&str]); 5] = [
            (Kind::Bool(true), &["y", "Y", "yes", "YES", "on", "On", "true", "TRUE"]),
            (Kind::Bool(false), &["n", "no", "No", "off", "OFF", "false", "False"]),
            (Kind::Null, &["", "~", "null", "NULL"]),
            (
                Kind::Number,
                &[
                    "0",
                    "017",
                    "0o17",
                    "0x1F",
                    "-0b11",
                    "1_000",
                    "1e3",
                    "+1.5",
                    ".5",
                    "5.",
                    "08",
                    ".inf",
                    "18446744073709551615",
                    "1E-3",
                    "-.5",
                ],
            ),
            (
                Kind::Text,
                &[
                    "yEs",
                    "tRue",
                    "1:30",
                    "2024-01-01",
                    "1.2.3",
                    "0x",
                    "1e",
                    ".",
                    "-",
                    "0o8",
                    "1 000",
                    "١",
                    "nul",
                    "--5",
                    "_1",
                    "<<",
                    "1e999",
                    "._5",
                    "e5",
                    "0x1.8",
                ],
            ),
        ];
        for (kind, texts) in table {
            for text in texts {
                assert_eq!(resolve(text), kind, "{text:?}");
            }
        }
    }

    #[test]
    fn integers_have_gos_bases() {
        for (text, value) in [("017", 15), ("0o17", 15), ("-0x10", -16), ("1_000", 1000), ("0", 0)] {
            assert_eq!(integer(text), Some(value), "{text:?}");
        }
        assert_eq!(integer("08"), None);
        assert_eq!(integer("+18446744073709551615"), None);
    }
}
