//! Versions and their constraints, as Masterminds/semver v3 has them.

use std::cmp::Ordering;

use super::super::template::Fault;
use super::super::value::{Class, Key, Map, Value};
use super::{Function, function};

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("semver", 1, 1, |call| {
        let text = call.str(0)?;
        let version = Version::parse(text.as_str()).ok_or("Invalid Semantic Version")?;
        let number = |number: u64| Value::Int64(i64::try_from(number).unwrap_or(i64::MAX));
        let entries = [
            ("Major", number(version.major)),
            ("Minor", number(version.minor)),
            ("Patch", number(version.patch)),
            ("Prerelease", Value::str(version.pre.as_str())),
            ("Metadata", Value::str(version.build.as_str())),
            ("Original", Value::Str(text.clone())),
            ("String", Value::str(version.shown())),
        ];
        Ok(Value::Map(Map::new(Class::Semver, entries.map(|(key, value)| (Key::from(key), value)))))
    }),
    function("semverCompare", 2, 2, |call| {
        let (constraint, version) = (call.str(0)?, call.str(1)?);
        let constraint = Constraint::parse(constraint.as_str())
            .ok_or_else(|| Fault::from(format!("improper constraint: {}", constraint.as_str())))?;
        let version = Version::parse(version.as_str()).ok_or("Invalid Semantic Version")?;
        Ok(Value::Bool(constraint.allows(&version)))
    }),
];

/// A version; what is missing is zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
    pre: String,
    build: String,
}

impl Version {
    /// Reads a version, with or without a `v`, of one to three numbers.
    pub fn parse(text: &str) -> Option<Version> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, build) = text.split_once('+').unwrap_or((text, ""));
        let (numbers, pre) = text.split_once('-').unwrap_or((text, ""));
        let words = |part: &str| {
            let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            part.is_empty() || part.split('.').all(word)
        };
        let mut parts = numbers.split('.').map(|part| {
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse::<u64>().ok()).flatten()
        });
        let major = parts.next()??;
        let minor = parts.next().map_or(Some(0), |part| part)?;
        let patch = parts.next().map_or(Some(0), |part| part)?;
        let ok = parts.next().is_none() && words(pre) && words(build) && !(text.ends_with('-') && pre.is_empty());
        ok.then(|| Version { major, minor, patch, pre: pre.into(), build: build.into() })
    }

    /// In full.
    pub fn shown(&self) -> String {
        let pre = if self.pre.is_empty() { String::new() } else { format!("-{}", self.pre) };
        let build = if self.build.is_empty() { String::new() } else { format!("+{}", self.build) };
        format!("{}.{}.{}{pre}{build}", self.major, self.minor, self.patch)
    }

    /// Its first two numbers.
    pub fn head(&self) -> (u64, u64) {
        (self.major, self.minor)
    }

    fn compare(&self, other: &Version) -> Ordering {
        let numbers = |version: &Version| (version.major, version.minor, version.patch);
        numbers(self).cmp(&numbers(other)).then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => prereleases(&self.pre, &other.pre),
        })
    }
}

fn prereleases(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => match (a.parse::<u64>(), b.parse::<u64>()) {
                (Ok(a), Ok(b)) => a.cmp(&b),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                _ => a.cmp(b),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Alternatives, each of conditions that all have to hold.
#[derive(Debug, Clone)]
pub struct Constraint(Vec<Vec<Condition>>);

#[derive(Debug, Clone)]
struct Condition {
    sign: &'static str,
    version: Version,
    /// How many numbers are given; the others are any.
    given: usize,
}

/// The longest first.
const SIGNS: [&str; 11] = ["!=", ">=", "=>", "<=", "=<", "~>", "=", ">", "<", "~", "^"];

impl Constraint {
    /// Reads `>=1.2 <2 || ~3.1`, `1.x`, `1.2 - 1.4`.
    pub fn parse(text: &str) -> Option<Constraint> {
        text.split("||").map(alternative).collect::<Option<Vec<_>>>().map(Constraint)
    }

    /// Whether a version is one of those.
    pub fn allows(&self, version: &Version) -> bool {
        self.0.iter().any(|all| {
            // A pre-release is only meant where a condition of the alternative names one.
            let pre = all.iter().any(|condition| !condition.version.pre.is_empty());
            (version.pre.is_empty() || pre) && all.iter().all(|condition| condition.holds(version))
        })
    }
}

fn alternative(text: &str) -> Option<Vec<Condition>> {
    let mut rest = text.trim().to_string();
    // `1.2 - 1.4` is `>=1.2 <=1.4`.
    while let Some(at) = rest.find(" - ") {
        let before = rest[..at].trim_end();
        let from = before.rfind([' ', ',']).map_or(0, |at| at + 1);
        rest = format!("{}>={} <={}", &rest[..from], &before[from..], rest[at + 3..].trim_start());
    }
    let mut all = Vec::new();
    let mut text = rest.as_str();
    loop {
        text = text.trim_start_matches([' ', ',', '\t']);
        if text.is_empty() {
            break;
        }
        let sign = SIGNS.iter().find(|sign| text.starts_with(**sign)).copied().unwrap_or("");
        text = text[sign.len()..].trim_start();
        let end = text.find([' ', ',', '\t']).unwrap_or(text.len());
        // `>=1.2<2` needs no space.
        let end = text[..end].find(['<', '>', '=', '!', '~', '^']).unwrap_or(end);
        all.push(condition(sign, &text[..end])?);
        text = &text[end..];
    }
    if all.is_empty() {
        all.push(condition("", "*")?);
    }
    Some(all)
}

fn condition(sign: &'static str, text: &str) -> Option<Condition> {
    let plain = text.strip_prefix('v').unwrap_or(text);
    let end = plain.find(['-', '+']).unwrap_or(plain.len());
    let (numbers, tail) = plain.split_at(end);
    let any = |part: &str| matches!(part, "x" | "X" | "*");
    let given = numbers.split('.').take_while(|part| !any(part)).count().min(3);
    if given == 0 || numbers.is_empty() {
        let version = Version { major: 0, minor: 0, patch: 0, pre: String::new(), build: String::new() };
        return (!numbers.is_empty()).then_some(Condition { sign, version, given: 0 });
    }
    let kept: Vec<&str> = numbers.split('.').take(given).collect();
    let version = Version::parse(&format!("{}{tail}", kept.join(".")))?;
    Some(Condition { sign, version, given })
}

impl Condition {
    fn holds(&self, version: &Version) -> bool {
        let order = version.compare(&self.version);
        let same = |count: usize| {
            let parts = |version: &Version| [version.major, version.minor, version.patch];
            parts(version)[..count] == parts(&self.version)[..count]
        };
        let dirty = self.given < 3;
        match self.sign {
            "" | "=" if dirty => self.given == 0 || self.tilde(version),
            "" | "=" => order.is_eq(),
            "!=" if dirty => !same(self.given),
            "!=" => order.is_ne(),
            ">" if dirty => self.given > 0 && order.is_gt() && !same(self.given),
            ">" => order.is_gt(),
            "<" => order.is_lt(),
            ">=" | "=>" => order.is_ge(),
            "<=" | "=<" => order.is_le() || dirty && same(self.given),
            "~" | "~>" => self.given == 0 || self.tilde(version),
            _ => self.caret(version),
        }
    }

    /// Up to the next minor version, or the next major one if no minor one is given.
    fn tilde(&self, version: &Version) -> bool {
        let count = if self.given >= 2 { 2 } else { 1 };
        let parts = |version: &Version| [version.major, version.minor];
        version.compare(&self.version).is_ge() && parts(version)[..count] == parts(&self.version)[..count]
    }

    /// Up to the next change of the first number that is not zero.
    fn caret(&self, version: &Version) -> bool {
        let own = &self.version;
        if version.compare(own).is_lt() {
            return false;
        }
        if own.major > 0 || self.given < 2 {
            return self.given == 0 || version.major == own.major;
        }
        if version.major > 0 {
            return false;
        }
        if own.minor > 0 || self.given < 3 {
            return version.minor == own.minor;
        }
        version.minor == 0 && version.patch == own.patch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_hold_as_in_masterminds_semver() {
        let table = [
            (">=1.21-0", "v1.36.0", true),
            (">= 1.19.0-0", "1.19.0-gke.1", true),
            ("<1.14-0", "1.36.0", false),
            ("^1.2.3", "1.9.0", true),
            ("^1.2.3", "2.0.0", false),
            ("^0.2.3", "0.2.9", true),
            ("^0.2.3", "0.3.0", false),
            ("~1.2", "1.2.9", true),
            ("~1.2", "1.3.0", false),
            ("~1", "1.9.0", true),
            ("1.x", "1.5.0", true),
            ("1.2.x", "1.3.0", false),
            ("*", "1.0.0", true),
            ("*", "1.0.0-rc1", false),
            ("1.2 - 1.4", "1.4.5", true),
            (">=1.2, <2 || >=3", "2.5.0", false),
            (">=1.2 <2 || >=3", "3.5.0", true),
            ("!=1.2.x", "1.2.3", false),
            (">1.2", "1.2.5", false),
            ("<=1.2", "1.2.5", true),
            ("=1.2.3", "1.2.3+build", true),
            (">=1.0.0", "1.5.0-beta", false),
        ];
        for (constraint, version, allowed) in table {
            let found = Constraint::parse(constraint).zip(Version::parse(version)).map(|(c, v)| c.allows(&v));
            assert_eq!(found, Some(allowed), "{constraint} {version}");
        }
        assert!(Constraint::parse(">=a").is_none() && Version::parse("1.2.3.4").is_none());
    }
}
