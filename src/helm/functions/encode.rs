//! Base64 and base32 (RFC 4648), and Go's escapes for HTML and JavaScript.

use super::{ANY, Call, Function, Out, function};
use crate::helm::template::Fault;

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("b64enc", 1, 1, |call| {
        let text = call.str(0)?;
        call.give_made(encode(text.as_str().as_bytes(), BASE64, 6, 4))
    }),
    function("b64dec", 1, 1, |call| decoded(call, BASE64, 6, 4, "base64")),
    function("b32enc", 1, 1, |call| {
        let text = call.str(0)?;
        call.give_made(encode(text.as_str().as_bytes(), BASE32, 5, 8))
    }),
    function("b32dec", 1, 1, |call| decoded(call, BASE32, 5, 8, "base32")),
    function("html", 0, ANY, |call| {
        escaped(call, |c| match c {
            '"' => Some("&#34;".into()),
            '\'' => Some("&#39;".into()),
            '&' => Some("&amp;".into()),
            '<' => Some("&lt;".into()),
            '>' => Some("&gt;".into()),
            _ => None,
        })
    }),
    function("js", 0, ANY, |call| {
        escaped(call, |c| match c {
            '\\' => Some("\\\\".into()),
            '\'' => Some("\\'".into()),
            '"' => Some("\\\"".into()),
            '<' | '>' | '&' | '=' => Some(format!("\\u{:04X}", u32::from(c))),
            c if c < ' ' => Some(format!("\\u{:04X}", u32::from(c))),
            _ => None,
        })
    }),
];

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Standard base64.
pub fn base64(bytes: &[u8]) -> String {
    encode(bytes, BASE64, 6, 4)
}

fn encode(bytes: &[u8], alphabet: &[u8], bits: u32, group: usize) -> String {
    let mut out = String::with_capacity(bytes.len() * 8 / bits as usize + group);
    let (mut held, mut count) = (0_u32, 0);
    for &byte in bytes {
        held = held << 8 | u32::from(byte);
        count += 8;
        while count >= bits {
            count -= bits;
            out.push(char::from(alphabet[(held >> count) as usize & (alphabet.len() - 1)]));
        }
        held &= (1 << count) - 1;
    }
    if count > 0 {
        out.push(char::from(alphabet[(held << (bits - count)) as usize & (alphabet.len() - 1)]));
    }
    while !out.len().is_multiple_of(group) {
        out.push('=');
    }
    out
}

fn decode(text: &str, alphabet: &[u8], bits: u32, group: usize) -> Option<Vec<u8>> {
    let plain: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    if !plain.len().is_multiple_of(group) {
        return None;
    }
    let mut out = Vec::new();
    let (mut held, mut count) = (0_u32, 0);
    for byte in plain.trim_end_matches('=').bytes() {
        let value = alphabet.iter().position(|&known| known == byte)?;
        held = held << bits | u32::try_from(value).ok()?;
        count += bits;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(held >> count & 0xff).ok()?);
        }
        held &= (1 << count) - 1;
    }
    Some(out)
}

/// Sprig gives the error's text for what cannot be decoded.
fn decoded(call: &mut Call<'_>, alphabet: &[u8], bits: u32, group: usize, what: &str) -> Out {
    let text = call.str(0)?;
    match decode(text.as_str(), alphabet, bits, group) {
        Some(bytes) => call.give_made(String::from_utf8_lossy(&bytes).into_owned()),
        None => call.give_made(format!("illegal {what} data at input byte 0")),
    }
}

fn escaped(call: &mut Call<'_>, escape: fn(char) -> Option<String>) -> Out {
    let mut whole = String::new();
    for index in 0..call.arguments.len() {
        let text = call.text(index)?;
        for c in text.as_str().chars() {
            match escape(c) {
                Some(new) => whole.push_str(&new),
                None => whole.push(c),
            }
        }
    }
    let given: Result<_, Fault> = call.give_made(whole);
    given
}
