//! The text of one import statement → what it imports.

/// When an import statement runs. In this order the later hides the earlier: an import for type
/// checkers inside a function is one for type checkers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// When its module is imported, if the conditions around it hold.
    Import,
    /// When the function around it is called.
    Call,
    /// Never: type checkers alone read it.
    Never,
}

/// An imported module or name, and what it is called here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The dotted module, or the name taken from a module (`*` for all).
    pub name: Box<str>,
    /// The name after `as`.
    pub local: Option<Box<str>>,
}

/// An import statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Leading dots of `from ..a import b`.
    pub level: u8,
    /// The dotted module; may be empty when `level` is not 0.
    pub module: Box<str>,
    /// The name after `as` of a plain `import a as b`.
    pub local: Option<Box<str>>,
    /// Further modules of a plain `import a, b`.
    pub more: Vec<Imported>,
    /// The names of a `from` import; empty for a plain one.
    pub names: Vec<Imported>,
    /// When it runs.
    pub when: When,
    /// The line.
    pub line: u32,
}

/// Parses a statement that begins with `import` or `from`; `None` if it is something else after all.
pub fn parse(statement: &str, line: u32, when: When) -> Option<Import> {
    let mut tokens = Tokens { rest: statement, ahead: None };
    let mut import = Import { level: 0, module: "".into(), local: None, more: vec![], names: vec![], when, line };
    match tokens.next()? {
        "import" => {
            let mut modules = tokens.list().into_iter();
            let first = modules.next()?;
            (import.module, import.local) = (first.name, first.local);
            import.more = modules.collect();
        }
        "from" => {
            while tokens.eat(".") {
                import.level = import.level.saturating_add(1);
            }
            if !tokens.eat("import") {
                import.module = tokens.dotted()?;
                tokens.next().filter(|word| *word == "import")?;
            } else if import.level == 0 {
                return None;
            }
            import.names = tokens.list();
            if import.names.is_empty() {
                return None;
            }
        }
        _ => return None,
    }
    Some(import)
}

/// Words and punctuation characters, without white space, line joins and comments.
struct Tokens<'a> {
    rest: &'a str,
    ahead: Option<&'a str>,
}

impl<'a> Tokens<'a> {
    fn next(&mut self) -> Option<&'a str> {
        if let Some(token) = self.ahead.take() {
            return Some(token);
        }
        loop {
            self.rest = self.rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
            let Some(comment) = self.rest.strip_prefix('#') else {
                break;
            };
            self.rest = comment.split_once('\n').map_or("", |(_, after)| after);
        }
        let first = self.rest.chars().next()?;
        let end =
            if is_word(first) { self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len()) } else { first.len_utf8() };
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(token)
    }

    /// Whether this token is next; then it is taken.
    fn eat(&mut self, token: &str) -> bool {
        self.ahead = self.next();
        let is_next = self.ahead == Some(token);
        if is_next {
            self.ahead = None;
        }
        is_next
    }

    /// `a.b.c`, with white space around the dots allowed.
    fn dotted(&mut self) -> Option<Box<str>> {
        let is_name = |token: &&str| token.starts_with(|c: char| is_word(c) && !c.is_numeric());
        let mut name = self.next().filter(is_name)?.to_string();
        while self.eat(".") {
            name.push('.');
            name.push_str(self.next().filter(is_name)?);
        }
        Some(name.into())
    }

    /// A comma-separated list, in parentheses or not, up to what does not belong to it.
    fn list(&mut self) -> Vec<Imported> {
        let mut items = Vec::new();
        if self.eat("*") {
            items.push(Imported { name: "*".into(), local: None });
            return items;
        }
        self.eat("(");
        while let Some(name) = self.dotted() {
            let local = if self.eat("as") { self.next().map(Into::into) } else { None };
            items.push(Imported { name, local });
            if !self.eat(",") {
                break;
            }
        }
        items
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(statement: &str) -> String {
        let item = |name: &str, local: &Option<Box<str>>| match local {
            Some(local) => format!("{name}={local}"),
            None => name.to_string(),
        };
        let list = |items: &[Imported]| items.iter().map(|i| item(&i.name, &i.local)).collect::<Vec<_>>().join(" ");
        parse(statement, 1, When::Import).map_or("none".into(), |i| {
            format!("{} {} [{}] [{}]", i.level, item(&i.module, &i.local), list(&i.more), list(&i.names))
        })
    }

    #[test]
    fn all_forms_of_import_are_understood() {
        for (statement, expected) in [
            ("import os", "0 os [] []"),
            ("import os.path as p, sys, a . b as c", "0 os.path=p [sys a.b=c] []"),
            ("from a.b import c as d, e", "0 a.b [] [c=d e]"),
            ("from . import x", "1  [] [x]"),
            ("from.a import(b)", "1 a [] [b]"),
            ("from ...a import (x, # note, y\n  z as w,\n)", "3 a [] [x z=w]"),
            ("from . .. a import x", "3 a [] [x]"),
            ("from a import *", "0 a [] [*]"),
            ("from .import a", "1  [] [a]"),
            ("from a \\\n  import b", "0 a [] [b]"),
            ("from a import b # c, d", "0 a [] [b]"),
            ("from_ = 3", "none"),
            ("fromage = 1", "none"),
            ("import_x()", "none"),
            ("import", "none"),
            ("from x", "none"),
            ("from import x", "none"),
            ("from x import", "none"),
        ] {
            assert_eq!(show(statement), expected, "{statement}");
        }
    }
}
