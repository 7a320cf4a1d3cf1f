//! The text of one import statement → what it imports.

/// An import statement, or one module of `import a, b`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Leading dots of `from ..a import b`.
    pub level: u8,
    /// The dotted module; may be empty when `level` is not 0.
    pub module: Box<str>,
    /// Further modules of a plain `import a, b`.
    pub more: Vec<Box<str>>,
    /// The names of a `from` import (`*` for all); empty for a plain one.
    pub names: Vec<Imported>,
    pub when: When,
    /// The line.
    pub line: u32,
}

/// Parses a statement that begins with `import` or `from`; `None` if it is something else after all.
#[derive(Debug, Clone, PartialEq, Eq)] pub struct Imported { pub name: Box<str>, pub local: Option<Box<str>> }
#[derive(Debug, Clone, Copy, PartialEq, Eq)] pub enum When { Import, Call, Never }
pub fn parse(statement: &str, line: u32, runs: bool) -> Option<Import> {
    let mut words = Words { rest: statement };
    let mut import = Import {
        level: 0,
        module: "".into(),
        more: vec![],
        names: vec![],
        when: if runs { When::Import } else { When::Call },
        line,
    };
    match words.next()? {
        "import" => {
            let mut modules = words.list().into_iter();
            import.module = modules.next()?.name;
            import.more = modules.map(|m| m.name).collect();
        }
        "from" => {
            let mut word = words.next()?;
            while word == "." {
                import.level = import.level.saturating_add(1);
                word = words.next()?;
            }
            if word != "import" {
                import.module = word.into();
                words.next().filter(|w| *w == "import")?;
            } else if import.level == 0 {
                return None;
            }
            import.names = words.list();
            if import.names.is_empty() {
                return None;
            }
        }
        _ => return None,
    }
    Some(import)
}

struct Words<'a> {
    rest: &'a str,
}

impl<'a> Words<'a> {
    /// The next word: a dotted name, a leading dot, or one punctuation character.
    fn next(&mut self) -> Option<&'a str> {
        loop {
            self.rest = self
                .rest
                .trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
            match self.rest.strip_prefix('#') {
                Some(comment) => {
                    self.rest = comment.split_once('\n').map_or("", |(_, after)| after)
                }
                None => break,
            }
        }
        let first = self.rest.chars().next()?;
        let named = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let end = match first {
            c if named(c) && c != '.' => self.rest.find(|c| !named(c)).unwrap_or(self.rest.len()),
            c => c.len_utf8(),
        };
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(word)
    }

    /// The names of a comma-separated list, without their `as` names.
    fn list(&mut self) -> Vec<Imported> {
        let mut names: Vec<Imported> = Vec::new();
        let mut takes = true;
        while let Some(word) = self.next() {
            match word {
                "(" => {}
                "," => takes = true,
                "as" => { let l = self.next().map(Into::into); if let Some(x) = names.last_mut() { x.local = l; } }
                _ if takes
                    && (word == "*"
                        || word.starts_with(|c: char| c.is_alphabetic() || c == '_')) =>
                {
                    names.push(Imported { name: word.into(), local: None });
                    takes = false;
                }
                ")" => break,
                _ => {}
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(statement: &str) -> String {
        parse(statement, 1, true).map_or("none".into(), |i| {
            format!("{} {} {:?} {:?}", i.level, i.module, i.more, i.names).replace('"', "")
        })
    }

    #[test]
    fn all_forms_of_import_are_understood() {
        for (statement, expected) in [
            ("import os", "0 os [] []"),
            ("import os.path as p, sys", "0 os.path [sys] []"),
            ("from a.b import c as d, e", "0 a.b [] [c, e]"),
            ("from . import x", "1  [] [x]"),
            (
                "from ...a import (x, # note, y\n  z as w,\n)",
                "3 a [] [x, z]",
            ),
            ("from a import *", "0 a [] [*]"),
            ("from a \\\n  import b", "0 a [] [b]"),
            ("from_ = 3", "none"),
            ("important = 3", "none"),
            ("from x", "none"),
        ] {
            assert_eq!(show(statement), expected, "{statement}");
        }
    }
}
