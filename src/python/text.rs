//! Bytes of a Python file → text that the other steps can take for UTF-8.

use std::borrow::Cow;

/// A Python file's text, and what had to be done to it.
pub struct Text<'a> {
    /// Valid UTF-8 with `\n` (or `\r\n`) line ends.
    pub text: Cow<'a, str>,
    /// What a person should know: the bytes were not what they claimed to be.
    pub doubt: Option<String>,
}

/// Decodes by byte order mark, then as UTF-8, then by the coding cookie of
/// [PEP 263](https://peps.python.org/pep-0263/) (every single-byte coding as Latin-1: env var names
/// are ASCII in all of them), else lossily with a doubt.
pub fn decode(bytes: &[u8]) -> Text<'_> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let doubt = "UTF-16 text: Python does not read this as source".to_string();
        return Text { text: Cow::Borrowed(""), doubt: Some(doubt) };
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (text, doubt) = match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), None),
        Err(_) if single_byte_cookie(bytes) => (Cow::Owned(bytes.iter().map(|&b| char::from(b)).collect()), None),
        Err(e) => {
            let line = 1 + memchr::memchr_iter(b'\n', &bytes[..e.valid_up_to()]).count();
            let doubt = format!("not valid UTF-8 from line {line} on, and no coding is declared");
            (String::from_utf8_lossy(bytes), Some(doubt))
        }
    };
    let doubt = doubt.or_else(|| {
        memchr::memchr(0, text.as_bytes()).map(|_| "holds NUL bytes: Python refuses such a file".to_string())
    });
    Text { text: old_line_ends(text), doubt }
}

/// Python ends a line at a `\r` alone, too; the parser does not.
fn old_line_ends(text: Cow<'_, str>) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut returns = memchr::memchr_iter(b'\r', bytes);
    if returns.all(|at| bytes.get(at + 1) == Some(&b'\n')) {
        return text;
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// Whether one of the first two lines declares a coding other than UTF-8.
fn single_byte_cookie(bytes: &[u8]) -> bool {
    let head = bytes.splitn(3, |&b| b == b'\n').take(2);
    for line in head {
        let line = String::from_utf8_lossy(line);
        let Some(at) = line.find("coding") else {
            continue;
        };
        if !line.trim_start().starts_with('#') {
            continue;
        }
        let name = line[at + 6..].trim_start_matches([':', '=']).trim_start().to_ascii_lowercase();
        return ["latin", "iso-8859", "iso8859", "cp12", "windows-12", "ascii", "koi8", "cp437"]
            .iter()
            .any(|known| name.starts_with(known));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declared_latin_1_file_is_read_without_doubt() {
        let text = decode(b"# -*- coding: latin-1 -*-\nx = '\xe9'\n");
        assert!(text.doubt.is_none());
        assert!(text.text.ends_with("x = 'é'\n"));
    }

    #[test]
    fn an_undeclared_one_is_read_with_a_doubt_that_names_the_line() {
        let text = decode(b"ok = 1\nx = '\xe9'\n");
        assert!(text.doubt.is_some_and(|d| d.contains("line 2")));
    }

    #[test]
    fn carriage_returns_alone_end_lines() {
        assert_eq!(decode(b"a = 1\rb = 2\r").text, "a = 1\nb = 2\n");
        assert_eq!(decode(b"a = 1\r\nb = 2\r\n").text, "a = 1\r\nb = 2\r\n");
        assert_eq!(decode(b"# a\rb = 2\r\n").text, "# a\nb = 2\n");
    }
}
