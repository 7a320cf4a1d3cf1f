//! Just enough of Python's lexer to find the ends of logical lines, and the import statements in them.

/// Nested f-strings and replacement fields that are followed; Python's own limit is 150.
const MAX_NESTING: usize = 100;

/// Bytes that mean something outside of strings and comments.
const SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let special = b"\n;:#\\()[]{}\"'";
    let mut at = 0;
    while at < special.len() {
        table[special[at] as usize] = true;
        at += 1;
    }
    table
};

/// Walks over a text, one logical line after the other.
pub(super) struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// The next byte.
    pub(super) at: usize,
    /// Its line, from 1.
    pub(super) line: u32,
    /// The closing brackets that are waited for.
    brackets: Vec<u8>,
    nesting: usize,
}

/// Where a logical line begins.
pub(super) struct Start {
    /// The first byte of its physical line.
    pub(super) offset: usize,
    /// The column of its first token, from 0, tabs counted as Python counts them.
    pub(super) column: usize,
    /// Its line.
    pub(super) line: u32,
}

/// The line at which a string or bracket is left open, or a bracket closes what is not open.
pub(super) struct Lost(pub(super) u32);

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Lexer<'a> {
        Lexer { text, bytes: text.as_bytes(), at: 0, line: 1, brackets: Vec::new(), nesting: 0 }
    }

    /// Moves to the first token of the next line that has one.
    pub(super) fn next_line(&mut self) -> Option<Start> {
        let (mut offset, mut column) = (self.at, 0);
        loop {
            match self.bytes.get(self.at)? {
                b' ' => column += 1,
                b'\t' => column = (column / 8 + 1) * 8,
                b'\x0c' => column = 0,
                b'\r' => {}
                b'\n' => {
                    self.line += 1;
                    (offset, column) = (self.at + 1, 0);
                }
                b'#' => {
                    self.skip_comment();
                    continue;
                }
                _ => {
                    return Some(Start { offset, column, line: self.line });
                }
            }
            self.at += 1;
        }
    }

    fn skip_comment(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    /// Walks over one logical line and hands on each statement in it that imports, or names globals, with its line.
    pub(super) fn logical_line(&mut self, mut told: impl FnMut(&'a str, u32)) -> Result<(), Lost> {
        let first = self.line;
        let mut statement = self.told_here();
        loop {
            let rest = &self.bytes[self.at..];
            self.at += rest.iter().position(|b| SPECIAL[usize::from(*b)]).unwrap_or(rest.len());
            let byte = self.bytes.get(self.at).copied();
            if self.brackets.is_empty()
                && matches!(byte, None | Some(b'\n' | b';'))
                && let Some((start, line)) = statement.take()
            {
                told(&self.text[start..self.at], line);
            }
            let Some(byte) = byte else {
                return if self.brackets.is_empty() { Ok(()) } else { Err(Lost(first)) };
            };
            match byte {
                b'#' => self.skip_comment(),
                b'\\' => self.skip_escaped(),
                b'"' | b'\'' => self.skip_string(byte)?,
                b'\n' => {
                    self.at += 1;
                    self.line += 1;
                    if self.brackets.is_empty() {
                        return Ok(());
                    }
                }
                // What follows `:` may be the body of a compound statement.
                b';' | b':' => {
                    self.at += 1;
                    if self.brackets.is_empty() && statement.is_none() {
                        statement = self.told_here();
                    }
                }
                _ => self.bracket(byte)?,
            }
        }
    }

    fn bracket(&mut self, byte: u8) -> Result<(), Lost> {
        self.at += 1;
        match byte {
            b'(' => self.brackets.push(b')'),
            b'[' => self.brackets.push(b']'),
            b'{' => self.brackets.push(b'}'),
            _ if self.brackets.pop() != Some(byte) => return Err(Lost(self.line)),
            _ => {}
        }
        Ok(())
    }

    /// The place of a statement that imports or names globals, if what stands here looks like one.
    fn told_here(&mut self) -> Option<(usize, u32)> {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\t' | b'\x0c') => self.at += 1,
                Some(b'\\') => self.skip_escaped(),
                _ => break,
            }
        }
        let rest = &self.bytes[self.at..];
        let told = [&b"import"[..], b"from", b"global"].iter().any(|keyword| rest.starts_with(keyword));
        told.then_some((self.at, self.line))
    }

    /// Walks over a backslash and the character or line end behind it.
    fn skip_escaped(&mut self) {
        self.at += 1;
        if self.bytes[self.at..].starts_with(b"\r\n") {
            self.at += 1;
        }
        if self.bytes.get(self.at) == Some(&b'\n') {
            self.line += 1;
        }
        self.at = (self.at + 1).min(self.bytes.len());
    }

    /// Walks over a string from its opening quote. A backslash hides the next byte in raw strings
    /// too (a raw string cannot end in one).
    fn skip_string(&mut self, quote: u8) -> Result<(), Lost> {
        let start = self.line;
        let format = self.format_prefix();
        let triple = self.bytes[self.at..].starts_with(&[quote; 3]);
        self.at += if triple { 3 } else { 1 };
        if let Some(raw) = format {
            return self.nested(|lexer| lexer.skip_format(quote, triple, raw, start), start);
        }
        loop {
            let rest = &self.bytes[self.at..];
            self.at += memchr::memchr3(quote, b'\\', b'\n', rest).ok_or(Lost(start))?;
            match self.bytes[self.at] {
                b'\\' => self.skip_escaped(),
                b'\n' if !triple => return Err(Lost(start)),
                b'\n' => {
                    self.line += 1;
                    self.at += 1;
                }
                _ => {
                    if self.closes(quote, triple) {
                        return Ok(());
                    }
                    self.at += 1;
                }
            }
        }
    }

    /// Whether the string ends here; then its end is taken.
    fn closes(&mut self, quote: u8, triple: bool) -> bool {
        let closes = !triple || self.bytes[self.at..].starts_with(&[quote; 3]);
        if closes {
            self.at += if triple { 3 } else { 1 };
        }
        closes
    }

    /// Whether the letters before this quote make an f-string (or a t-string,
    /// [PEP 750](https://peps.python.org/pep-0750/)), and if so, whether a raw one.
    fn format_prefix(&self) -> Option<bool> {
        let before = |n: usize| self.at.checked_sub(n).map_or(b' ', |at| self.bytes[at]);
        let is_format = |byte: u8| matches!(byte, b'f' | b'F' | b't' | b'T');
        let is_raw = |byte: u8| matches!(byte, b'r' | b'R');
        let starts = |byte: u8| !byte.is_ascii_alphanumeric() && byte != b'_' && byte.is_ascii();
        let (last, first) = (before(1), before(2));
        if (is_format(last) && is_raw(first) || is_raw(last) && is_format(first)) && starts(before(3)) {
            return Some(true);
        }
        (is_format(last) && starts(first)).then_some(false)
    }

    fn nested(&mut self, go: impl FnOnce(&mut Self) -> Result<(), Lost>, line: u32) -> Result<(), Lost> {
        if self.nesting >= MAX_NESTING {
            return Err(Lost(line));
        }
        self.nesting += 1;
        let result = go(self);
        self.nesting -= 1;
        result
    }

    /// Walks over an f-string. Its replacement fields may hold the same quotes again
    /// ([PEP 701](https://peps.python.org/pep-0701/)).
    fn skip_format(&mut self, quote: u8, triple: bool, raw: bool, start: u32) -> Result<(), Lost> {
        loop {
            let rest = &self.bytes[self.at..];
            match *rest.first().ok_or(Lost(start))? {
                b'\\' if !raw && rest.starts_with(b"\\N{") => {
                    self.at += memchr::memchr(b'}', rest).ok_or(Lost(start))?;
                }
                b'\\' if matches!(rest.get(1), Some(b'{' | b'}')) => self.at += 1,
                b'\\' => self.skip_escaped(),
                b'\n' if !triple => return Err(Lost(start)),
                b'{' if rest.get(1) == Some(&b'{') => self.at += 2,
                b'{' => self.nested(|lexer| lexer.skip_field(quote, triple, start), start)?,
                byte if byte == quote => {
                    if self.closes(quote, triple) {
                        return Ok(());
                    }
                    self.at += 1;
                }
                byte => {
                    self.line += u32::from(byte == b'\n');
                    self.at += 1;
                }
            }
        }
    }

    /// Walks over `{value!r:spec}`.
    fn skip_field(&mut self, quote: u8, triple: bool, start: u32) -> Result<(), Lost> {
        let outer = self.brackets.len();
        self.bracket(b'{')?;
        while self.brackets.len() > outer {
            match *self.bytes.get(self.at).ok_or(Lost(start))? {
                b'#' => self.skip_comment(),
                b'\\' => self.skip_escaped(),
                quote @ (b'"' | b'\'') => self.skip_string(quote)?,
                b':' if self.brackets.len() == outer + 1 => {
                    return self.skip_spec(quote, triple, start);
                }
                byte @ (b'(' | b'[' | b'{' | b')' | b']' | b'}') => self.bracket(byte)?,
                byte => {
                    self.line += u32::from(byte == b'\n');
                    self.at += 1;
                }
            }
        }
        Ok(())
    }

    /// Walks over a format spec, in which quotes mean nothing, and the brace that ends its field.
    fn skip_spec(&mut self, quote: u8, triple: bool, start: u32) -> Result<(), Lost> {
        loop {
            match *self.bytes.get(self.at).ok_or(Lost(start))? {
                b'{' => self.nested(|lexer| lexer.skip_field(quote, triple, start), start)?,
                b'}' => return self.bracket(b'}'),
                byte if byte == quote && self.closes(quote, triple) => return Err(Lost(start)),
                b'\n' if !triple => return Err(Lost(start)),
                b'\\' => self.skip_escaped(),
                byte => {
                    self.line += u32::from(byte == b'\n');
                    self.at += 1;
                }
            }
        }
    }
}
