//! What is random gives fixed placeholders, marked as such: what depends on one is told in the report.

use super::super::text::Made;
use super::super::value::{Key, Value};
use super::{Call, Function, Out, function};

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("randAlphaNum", 1, 1, |call| letters(call, "x")),
    function("randAlpha", 1, 1, |call| letters(call, "x")),
    function("randAscii", 1, 1, |call| letters(call, "x")),
    function("randNumeric", 1, 1, |call| letters(call, "1")),
    function("randBytes", 1, 1, |call| letters(call, "x")),
    function("randInt", 2, 2, |call| Ok(Value::Int(call.int(0)?))),
    function("shuffle", 1, 1, |call| {
        let text = call.str(0)?;
        Ok(placeholder(call, text.as_str()))
    }),
    function("uuidv4", 0, 0, |call| Ok(placeholder(call, "00000000-0000-4000-8000-000000000000"))),
    function("genPrivateKey", 1, 1, |call| Ok(placeholder(call, &pem("RSA PRIVATE KEY")))),
    function("genCA", 2, 2, certificate),
    function("genCAWithKey", 3, 3, certificate),
    function("genSelfSignedCert", 4, 4, certificate),
    function("genSelfSignedCertWithKey", 5, 5, certificate),
    function("genSignedCert", 5, 5, certificate),
    function("genSignedCertWithKey", 6, 6, certificate),
    function("bcrypt", 1, 1, |call| Ok(placeholder(call, "$2a$10$placeholder"))),
    function("htpasswd", 2, 2, |call| {
        let user = call.str(0)?;
        Ok(placeholder(call, &format!("{}:$2a$10$placeholder", user.as_str())))
    }),
    function("encryptAES", 2, 2, |call| Ok(placeholder(call, "cGxhY2Vob2xkZXI="))),
];

fn placeholder(call: &Call<'_>, text: &str) -> Value {
    Value::str_of(text, call.origin.made(Made::Placeholder))
}

fn letters(call: &mut Call<'_>, letter: &str) -> Out {
    let count = usize::try_from(call.int(0)?).unwrap_or(0);
    call.engine.made(count)?;
    Ok(placeholder(call, &letter.repeat(count)))
}

fn pem(what: &str) -> String {
    format!("-----BEGIN {what}-----\ncGxhY2Vob2xkZXI=\n-----END {what}-----\n")
}

fn certificate(call: &mut Call<'_>) -> Out {
    let parts = [("Cert", placeholder(call, &pem("CERTIFICATE"))), ("Key", placeholder(call, &pem("RSA PRIVATE KEY")))];
    Ok(Value::map(parts.map(|(key, value)| (Key::from(key), value))))
}
