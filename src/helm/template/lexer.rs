//! From text to tokens, as Go's text/template cuts it (text/template/parse, `lex.go`).

use std::ops::Range;

use super::syntax;
use super::syntax::Wrong;

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// Text outside of actions, already trimmed.
    Text(Range<usize>),
    /// `{{`
    Open,
    /// `}}`
    Close,
    /// White space within an action.
    Space,
    /// `.name`
    Field(String),
    /// `$name`, also `$`
    Variable(String),
    /// A word: keyword, function, `true`.
    Word(String),
    /// A number, as written.
    Number(String),
    /// A string or raw string, unquoted.
    Quoted(String),
    /// A character constant.
    Char(char),
    /// `.`
    Dot,
    /// `|`, `(`, `)`, `,`
    Sign(char),
    /// `:=`
    Declare,
    /// `=`
    Assign,
}

/// A token with its offset.
pub type Placed = (Token, usize);

/// Cuts a whole text.
pub fn tokens(text: &str) -> Result<Vec<Placed>, Wrong> {
    let mut lexer = Lexer { text, at: 0, out: Vec::new() };
    lexer.outside()?;
    Ok(lexer.out)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    out: Vec<Placed>,
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn wrong<T>(&self, at: usize, why: &str) -> Result<T, Wrong> {
        Err(Wrong { at, why: why.into() })
    }

    fn outside(&mut self) -> Result<(), Wrong> {
        let mut trim = false;
        loop {
            let start = self.at;
            let found = self.rest().find("{{");
            let mut end = found.map_or(self.text.len(), |found| start + found);
            let mut from = start;
            if trim {
                let kept = self.text[start..end].trim_start_matches(is_space);
                from = end - kept.len();
            }
            let after = end + 2;
            let opening = self.text.get(after..).unwrap_or_default();
            let trims = found.is_some() && opening.starts_with('-') && opening[1..].starts_with(is_space);
            if trims {
                end = from + self.text[from..end].trim_end_matches(is_space).len();
            }
            if from < end {
                self.out.push((Token::Text(from..end), from));
            }
            if found.is_none() {
                return Ok(());
            }
            self.at = if trims { after + 2 } else { after };
            let inner = self.rest();
            let inner = if trims { inner.trim_start_matches(is_space) } else { inner };
            trim = if inner.starts_with("/*") {
                self.at = self.text.len() - inner.len();
                self.comment(after - 2)?
            } else {
                self.out.push((Token::Open, after - 2));
                self.inside(after - 2)?
            };
        }
    }

    /// Skips a comment; whether what follows is to be trimmed.
    fn comment(&mut self, open: usize) -> Result<bool, Wrong> {
        let Some(end) = self.rest().find("*/") else { return self.wrong(open, "unclosed comment") };
        self.at += end + 2;
        let rest = self.rest();
        let plain = rest.strip_prefix("}}");
        let trimmed = rest.strip_prefix(is_space).map(|rest| rest.trim_start_matches(is_space));
        let trimmed = trimmed.and_then(|rest| rest.strip_prefix("-}}"));
        match (plain, trimmed) {
            (Some(rest), _) => {
                self.at = self.text.len() - rest.len();
                Ok(false)
            }
            (None, Some(rest)) => {
                self.at = self.text.len() - rest.len();
                Ok(true)
            }
            _ => self.wrong(open, "comment ends before closing delimiter"),
        }
    }

    /// The tokens of an action; whether what follows is to be trimmed.
    fn inside(&mut self, open: usize) -> Result<bool, Wrong> {
        loop {
            let at = self.at;
            let rest = self.rest();
            let spaces = rest.len() - rest.trim_start_matches(is_space).len();
            if spaces > 0 && rest[spaces..].starts_with("-}}") {
                self.at += spaces + 3;
                self.out.push((Token::Close, at));
                return Ok(true);
            }
            if rest.starts_with("}}") {
                self.at += 2;
                self.out.push((Token::Close, at));
                return Ok(false);
            }
            if spaces > 0 {
                self.at += spaces;
                self.out.push((Token::Space, at));
                continue;
            }
            let Some(first) = rest.chars().next() else { return self.wrong(open, "unclosed action") };
            let second = rest[first.len_utf8()..].chars().next().unwrap_or(' ');
            let (token, len) = match first {
                ':' if second == '=' => (Token::Declare, 2),
                '=' => (Token::Assign, 1),
                '|' | '(' | ')' | ',' => (Token::Sign(first), 1),
                '"' => self.quoted(at)?,
                '`' => match rest[1..].find('`') {
                    Some(end) => (Token::Quoted(rest[1..=end].replace('\r', "")), end + 2),
                    None => return self.wrong(at, "unterminated raw quoted string"),
                },
                '\'' => self.character(at)?,
                '$' => {
                    let name = word(&rest[1..]);
                    (Token::Variable(format!("${name}")), 1 + name.len())
                }
                '.' if !second.is_ascii_digit() => {
                    let name = word(&rest[1..]);
                    let field = if name.is_empty() { Token::Dot } else { Token::Field(name.into()) };
                    (field, 1 + name.len())
                }
                '.' | '+' | '-' | '0'..='9' => {
                    let len = number(rest);
                    (Token::Number(rest[..len].into()), len)
                }
                _ if is_word(first) => (Token::Word(word(rest).into()), word(rest).len()),
                _ => return self.wrong(at, &format!("unexpected {first:?} in an action")),
            };
            self.at += len;
            self.out.push((token, at));
        }
    }

    fn quoted(&self, at: usize) -> Result<(Token, usize), Wrong> {
        let rest = self.rest();
        let mut escaped = false;
        for (offset, c) in rest.char_indices().skip(1) {
            match c {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    let inner = &rest[1..offset];
                    let Some(text) = syntax::unquote(inner) else {
                        return self.wrong(at, "invalid escape in a string");
                    };
                    return Ok((Token::Quoted(text), offset + 1));
                }
                _ => {}
            }
        }
        self.wrong(at, "unterminated quoted string")
    }

    fn character(&self, at: usize) -> Result<(Token, usize), Wrong> {
        let rest = self.rest();
        let from = if rest[1..].starts_with('\\') { 3 } else { 2 };
        let end = rest.get(from..).and_then(|tail| tail.find('\'')).map(|end| end + from);
        let text = end.and_then(|end| syntax::unquote(&rest[1..end]));
        match (end, text.as_deref().map(|text| (text.chars().count(), text.chars().next()))) {
            (Some(end), Some((1, Some(c)))) => Ok((Token::Char(c), end + 1)),
            _ => self.wrong(at, "malformed character constant"),
        }
    }
}

/// The word that a text begins with.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !is_word(c)).unwrap_or(text.len());
    &text[..end]
}

/// How long the number is that a text begins with.
fn number(text: &str) -> usize {
    let signed = usize::from(text.starts_with(['+', '-']));
    let mut len = signed;
    let mut before = ' ';
    let hex = text[signed..].starts_with("0x") || text[signed..].starts_with("0X");
    for c in text[signed..].chars() {
        let exponent = if hex { "pP" } else { "eE" };
        let exponent = exponent.contains(before) && matches!(c, '+' | '-');
        if !(c.is_ascii_alphanumeric() || c == '.' || c == '_' || exponent) {
            break;
        }
        before = c;
        len += c.len_utf8();
    }
    len
}
