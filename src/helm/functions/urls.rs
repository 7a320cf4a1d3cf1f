//! URLs: Sprig's `urlParse` and `urlJoin`, Go's `urlquery`.

use super::super::value::{Key, Value};
use super::{ANY, Function, function};

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("urlquery", 0, ANY, |call| {
        let mut whole = String::new();
        for index in 0..call.arguments.len() {
            for byte in call.text(index)?.as_str().bytes() {
                match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => whole.push(char::from(byte)),
                    b' ' => whole.push('+'),
                    _ => whole.push_str(&format!("%{byte:02X}")),
                }
            }
        }
        call.give_made(whole)
    }),
    function("urlParse", 1, 1, |call| {
        let text = call.str(0)?;
        let (rest, fragment) = text.as_str().split_once('#').unwrap_or((text.as_str(), ""));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let scheme_end = rest.find(':').filter(|&at| {
            rest.starts_with(|c: char| c.is_ascii_alphabetic())
                && rest[..at].chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        });
        let (scheme, rest) = scheme_end.map_or(("", rest), |at| (&rest[..at], &rest[at + 1..]));
        let (authority, path, opaque) = match rest.strip_prefix("//") {
            Some(rest) => {
                let end = rest.find('/').unwrap_or(rest.len());
                (&rest[..end], &rest[end..], "")
            }
            None if !scheme.is_empty() && !rest.starts_with('/') => ("", "", rest),
            None => ("", rest, ""),
        };
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let bare = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
        let hostname = bare.map_or(host, |(name, _)| name).trim_matches(['[', ']']);
        let entries = [
            ("scheme", scheme.to_lowercase()),
            ("host", host.into()),
            ("hostname", hostname.into()),
            ("path", path.into()),
            ("query", query.into()),
            ("opaque", opaque.into()),
            ("fragment", fragment.into()),
            ("userinfo", user.into()),
        ];
        let origin = text.origin();
        Ok(Value::map(entries.map(|(key, part)| (Key::from(key), Value::str_of(part, origin)))))
    }),
    function("urlJoin", 1, 1, |call| {
        let parts = call.map(0)?;
        let part = |key: &str| parts.get(key).and_then(|it| it.as_str().map(String::from)).unwrap_or_default();
        let (scheme, host, user) = (part("scheme"), part("host"), part("userinfo"));
        let mut whole = if scheme.is_empty() { String::new() } else { format!("{scheme}:") };
        let opaque = part("opaque");
        if !opaque.is_empty() {
            whole.push_str(&opaque);
        } else {
            if !(scheme.is_empty() && host.is_empty() && user.is_empty()) {
                whole.push_str("//");
            }
            if !user.is_empty() {
                whole.push_str(&format!("{user}@"));
            }
            whole.push_str(&host);
            let path = part("path");
            if !path.is_empty() && !path.starts_with('/') && !host.is_empty() {
                whole.push('/');
            }
            whole.push_str(&path);
        }
        for (sign, key) in [('?', "query"), ('#', "fragment")] {
            let text = part(key);
            if !text.is_empty() {
                whole.push(sign);
                whole.push_str(&text);
            }
        }
        call.give_made(whole)
    }),
];
