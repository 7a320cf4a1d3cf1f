//! Which names a key can mean.

use crate::model::{Access, Key, KeyKind};

/// How sure it is that a key means a name. Ordered from the surest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// The whole name.
    Exact,
    /// A pattern with a telling prefix, whose value is used.
    Anchored,
    /// A pattern that fits, but tells little.
    Weak,
    /// An unresolved key.
    Any,
}

/// Letters that a fixed prefix needs to tell something (DESIGN.md, "Anchored pattern").
const ANCHOR_LETTERS: usize = 3;

/// How `key`, read by `access`, means `name`; `None` if it cannot.
pub fn matches(key: &Key, access: Access, name: &str) -> Option<Match> {
    let sensitive = key.case_sensitive;
    match key.kind {
        KeyKind::Exact => same(&key.text, name, sensitive).then_some(Match::Exact),
        KeyKind::Pattern if is_open(&key.text) => (access != Access::Copy).then_some(Match::Any),
        KeyKind::Pattern => glob(&key.text, name, sensitive).then(|| pattern_strength(&key.text, access)),
        KeyKind::Any => (access != Access::Copy).then_some(Match::Any),
    }
}

/// How `key` means some name that begins with `prefix` (an `envFrom` whose keys are unknown).
pub fn matches_prefix(key: &Key, access: Access, prefix: &str) -> Option<Match> {
    let sensitive = key.case_sensitive;
    match key.kind {
        KeyKind::Exact => starts_with(&key.text, prefix, sensitive).then_some(Match::Exact),
        KeyKind::Pattern => {
            let fixed = fixed_prefix(&key.text);
            (starts_with(&fixed, prefix, sensitive) || starts_with(prefix, &fixed, sensitive)).then_some(Match::Weak)
        }
        KeyKind::Any => (access != Access::Copy).then_some(Match::Any),
    }
}

fn pattern_strength(pattern: &str, access: Access) -> Match {
    let prefix = fixed_prefix(pattern);
    let letters = prefix.chars().filter(|c| c.is_alphabetic()).count();
    // `HTTP_*` is how CGI hands over request headers: such code looks through the environment for
    // headers, not for configuration.
    let cgi = prefix.eq_ignore_ascii_case("HTTP_");
    let used = !matches!(access, Access::Whole | Access::Copy);
    if letters >= ANCHOR_LETTERS && !cgi && used { Match::Anchored } else { Match::Weak }
}

/// Whether a pattern says nothing: `*`, `*_*`.
fn is_open(pattern: &str) -> bool {
    !parts(pattern).flatten().any(char::is_alphanumeric)
}

/// The text before the first unknown part, unescaped.
fn fixed_prefix(pattern: &str) -> String {
    parts(pattern).map_while(|part| part).collect()
}

/// The parts of a pattern: a literal character, or `None` for an unknown part.
fn parts(pattern: &str) -> impl Iterator<Item = Option<char>> + '_ {
    let mut rest = pattern;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let escaped = rest.strip_prefix('[').and_then(|after| {
            let literal = after.chars().next()?;
            let tail = after.get(literal.len_utf8()..)?.strip_prefix(']')?;
            matches!(literal, '*' | '?' | '[').then_some((literal, tail))
        });
        if let Some((literal, tail)) = escaped {
            rest = tail;
            return Some(Some(literal));
        }
        rest = rest.get(first.len_utf8()..).unwrap_or("");
        Some((first != '*').then_some(first))
    })
}

/// Whether `pattern` fits all of `text`: `*` is any run of characters, `[*]` a literal star.
pub fn glob(pattern: &str, text: &str, case_sensitive: bool) -> bool {
    let fold = |c: char| if case_sensitive { c } else { c.to_ascii_lowercase() };
    // Most pairs differ in their first character: no need to take them apart.
    if let Some(Some(first)) = parts(pattern).next()
        && text.chars().next().map(fold) != Some(fold(first))
    {
        return false;
    }
    let pattern: Vec<Option<char>> = parts(pattern).map(|part| part.map(fold)).collect();
    let text: Vec<char> = text.chars().map(fold).collect();
    // The classic two-pointer match: on a mismatch, let the last star take one character more.
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(None) => {
                star = Some((p, t));
                p += 1;
            }
            Some(Some(c)) if text.get(t) == Some(c) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    p = at + 1;
                    t = taken + 1;
                    star = Some((at, taken + 1));
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or(&[]).iter().all(Option::is_none)
}

fn same(a: &str, b: &str, case_sensitive: bool) -> bool {
    if case_sensitive { a == b } else { a.eq_ignore_ascii_case(b) }
}

fn starts_with(text: &str, prefix: &str, case_sensitive: bool) -> bool {
    text.get(..prefix.len()).is_some_and(|head| same(head, prefix, case_sensitive))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Access::{Contains, Copy, Get, Whole};
    use KeyKind::{Any, Exact, Pattern};

    fn key(kind: KeyKind, text: &str, case_sensitive: bool) -> Key {
        Key { kind, text: text.into(), case_sensitive }
    }

    #[test]
    fn keys_mean_names() {
        for (kind, text, sensitive, access, name, expected) in [
            (Exact, "A_B", true, Get, "A_B", Some(Match::Exact)),
            (Exact, "A_B", true, Contains, "A_B", Some(Match::Exact)),
            (Exact, "A_B", true, Get, "A_BC", None),
            (Exact, "a_b", true, Get, "A_B", None),
            (Exact, "a_b", false, Get, "A_B", Some(Match::Exact)),
            (Exact, "A*", true, Get, "AB", None),
            (Pattern, "ACME_*", true, Get, "ACME_URL", Some(Match::Anchored)),
            (Pattern, "acme_*", false, Get, "ACME_URL", Some(Match::Anchored)),
            (Pattern, "acme_*", true, Get, "ACME_URL", None),
            (Pattern, "ACME_*_URL", true, Get, "ACME_DB_URL", Some(Match::Anchored)),
            (Pattern, "ACME_*_URL", true, Get, "ACME_DB_URI", None),
            (Pattern, "ACME_*", true, Whole, "ACME_URL", Some(Match::Weak)),
            (Pattern, "ACME_*", true, Copy, "ACME_URL", Some(Match::Weak)),
            (Pattern, "AB_*", true, Get, "AB_URL", Some(Match::Weak)),
            (Pattern, "HTTP_*", true, Get, "HTTP_HOST", Some(Match::Weak)),
            (Pattern, "*_FILE", true, Get, "KEY_FILE", Some(Match::Weak)),
            (Pattern, "*_FILE", true, Get, "KEY_FILES", None),
            (Pattern, "ACM[*]_*", true, Get, "ACM*_X", Some(Match::Anchored)),
            (Pattern, "ACM[*]_*", true, Get, "ACME_X", None),
            (Pattern, "*_*", true, Get, "AB", Some(Match::Any)),
            (Any, "*", true, Whole, "X", Some(Match::Any)),
            (Any, "*", true, Copy, "X", None),
        ] {
            let found = matches(&key(kind, text, sensitive), access, name);
            assert_eq!(found, expected, "{text} {access:?} {name}");
        }
    }

    #[test]
    fn keys_mean_something_below_a_prefix() {
        for (kind, text, prefix, expected) in [
            (Exact, "ACME_URL", "ACME_", Some(Match::Exact)),
            (Exact, "ACM", "ACME_", None),
            (Exact, "OTHER", "ACME_", None),
            (Pattern, "ACME_DB_*", "ACME_", Some(Match::Weak)),
            (Pattern, "AC*", "ACME_", Some(Match::Weak)),
            (Pattern, "OTHER_*", "ACME_", None),
            (Any, "*", "ACME_", Some(Match::Any)),
        ] {
            assert_eq!(matches_prefix(&key(kind, text, true), Get, prefix), expected, "{text}");
        }
    }

    #[test]
    fn stars_take_any_run() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("*ab", "aab", true),
            ("a[b", "a[b", true),
            ("", "a", false),
        ] {
            assert_eq!(glob(pattern, text, true), expected, "{pattern} {text}");
        }
    }
}
