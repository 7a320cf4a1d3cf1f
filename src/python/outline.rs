//! The outline of a file: its units and imports, found by one linear pass over the bytes, without
//! parsing. It knows lines, strings, brackets and indentation, and nothing of the question asked.

use super::imports::{self, Import};

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitKind {
    /// The module's own statements, with all other units cut out. Always the first unit.
    Module,
    /// A `def` or `async def` in the first column, with its decorators.
    Function,
    /// A `class` in the first column, with its decorators.
    Class,
}

/// A stretch of a file that can be parsed alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// What it is.
    pub kind: UnitKind,
    /// The name it binds; empty for the module body.
    pub name: Box<str>,
    /// First byte.
    pub start: usize,
    /// Byte past the last.
    pub end: usize,
    /// Line of the first byte, from 1.
    pub line: u32,
}

/// What the linear pass sees of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outline {
    /// The module body, then the other units in the order of the file.
    pub units: Vec<Unit>,
    /// Every import statement, nested ones included.
    pub imports: Vec<Import>,
    /// The line where the pass lost its way (an open string or bracket): the file is then one unit.
    pub anomaly: Option<u32>,
}

impl Outline {
    /// The unit that holds the byte at `offset`.
    pub fn unit_at(&self, offset: usize) -> usize {
        let after = self.units[1..].partition_point(|unit| unit.start <= offset);
        if after > 0 && offset < self.units[after].end {
            after
        } else {
            0
        }
    }
}

/// Makes the outline of `text`.
pub fn outline(text: &str) -> Outline {
    let mut scanner = Scanner {
        bytes: text.as_bytes(),
        at: 0,
        line: 1,
        depth: 0,
    };
    let mut out = Outline::default();
    let module = Unit {
        kind: UnitKind::Module,
        name: "".into(),
        start: 0,
        end: text.len(),
        line: 1,
    };
    out.units.push(module);
    let mut open: Option<Unit> = None;
    let mut decorated: Option<(usize, u32)> = None;
    // Indentations of the enclosing blocks that importing the module does not run.
    let mut dormant: Vec<usize> = Vec::new();
    while let Some(indent) = scanner.next_logical_line() {
        let (start, line) = (scanner.at - indent, scanner.line);
        let rest = &text[scanner.at..];
        if indent == 0 {
            if let Some(mut unit) = open.take() {
                unit.end = start;
                out.units.push(unit);
            }
            match definition(rest) {
                Some((kind, name)) => {
                    let (start, line) = decorated.take().unwrap_or((start, line));
                    open = Some(Unit {
                        kind,
                        name: name.into(),
                        start,
                        end: text.len(),
                        line,
                    });
                }
                None if rest.starts_with('@') => {
                    decorated.get_or_insert((start, line));
                }
                None => decorated = None,
            }
        }
        while dormant.last().is_some_and(|&outer| outer >= indent) {
            dormant.pop();
        }
        let runs = dormant.is_empty();
        if matches!(definition(rest), Some((UnitKind::Function, _))) || is_type_checking(rest) {
            dormant.push(indent);
        }
        if let Err(line) = scanner.statements(text, |statement, line| {
            if let Some(import) = imports::parse(statement, line, runs) {
                out.imports.push(import);
            }
        }) {
            out.units.truncate(1);
            out.anomaly = Some(line);
            return out;
        }
    }
    out.units.extend(open);
    out
}

/// The kind and name of the definition that a line begins with.
fn definition(line: &str) -> Option<(UnitKind, &str)> {
    let (kind, rest) = if let Some(rest) = line.strip_prefix("def ") {
        (UnitKind::Function, rest)
    } else if let Some(rest) = line.strip_prefix("class ") {
        (UnitKind::Class, rest)
    } else {
        let rest = line.strip_prefix("async ")?.trim_start();
        (UnitKind::Function, rest.strip_prefix("def ")?)
    };
    let rest = rest.trim_start_matches([' ', '\t']);
    let end = rest
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    (end > 0).then_some((kind, &rest[..end]))
}

/// Blocks that only type checkers enter: their imports run nowhere.
fn is_type_checking(line: &str) -> bool {
    line.strip_prefix("if ").is_some_and(|test| {
        let test = test.trim_start();
        test.starts_with("TYPE_CHECKING") || test.starts_with("typing.TYPE_CHECKING")
    })
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
    depth: usize,
}

impl Scanner<'_> {
    /// Moves to the first token of the next line that has one; its indentation in bytes.
    fn next_logical_line(&mut self) -> Option<usize> {
        loop {
            let start = self.at;
            while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\x0c')) {
                self.at += 1;
            }
            match self.bytes.get(self.at)? {
                b'\n' => {
                    self.at += 1;
                    self.line += 1;
                }
                b'\r' => self.at += 1,
                b'#' => self.skip_comment(),
                _ => return Some(self.at - start),
            }
        }
    }

    fn skip_comment(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    /// Walks one logical line and hands on each import statement in it. `Err` is the line at which
    /// a string or bracket was left open.
    fn statements(&mut self, text: &str, mut import: impl FnMut(&str, u32)) -> Result<(), u32> {
        let first = self.line;
        let mut begins = true;
        let mut statement: Option<(usize, u32)> = None;
        loop {
            if begins {
                while matches!(self.bytes.get(self.at), Some(b' ' | b'\t')) {
                    self.at += 1;
                }
                let rest = &self.bytes[self.at..];
                if rest.starts_with(b"import") || rest.starts_with(b"from") {
                    statement = Some((self.at, self.line));
                }
                begins = false;
            }
            let Some(&byte) = self.bytes.get(self.at) else {
                if let Some((start, line)) = statement {
                    import(&text[start..], line);
                }
                return if self.depth == 0 { Ok(()) } else { Err(first) };
            };
            match byte {
                b'\n' | b';' | b':' if self.depth == 0 => {
                    if byte != b':'
                        && let Some((start, line)) = statement.take()
                    {
                        import(&text[start..self.at], line);
                    }
                    self.at += 1;
                    if byte == b'\n' {
                        self.line += 1;
                        return Ok(());
                    }
                    begins = true;
                }
                b'\n' => {
                    self.line += 1;
                    self.at += 1;
                }
                b'#' => self.skip_comment(),
                b'\\' => self.skip_escaped(),
                b'(' | b'[' | b'{' => {
                    self.depth += 1;
                    self.at += 1;
                }
                b')' | b']' | b'}' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.at += 1;
                }
                b'"' | b'\'' => self.skip_string(byte)?,
                _ => self.at += 1,
            }
        }
    }

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

    /// Walks over a string. A backslash hides the next byte in raw strings too (a raw string cannot
    /// end in one), so prefixes do not matter here.
    fn skip_string(&mut self, quote: u8) -> Result<(), u32> {
        let start = self.line;
        let triple = self.bytes[self.at..].starts_with(&[quote; 3]);
        self.at += if triple { 3 } else { 1 };
        loop {
            let rest = &self.bytes[self.at..];
            let Some(step) = memchr::memchr3(quote, b'\\', b'\n', rest) else {
                return Err(start);
            };
            self.at += step;
            match self.bytes[self.at] {
                b'\\' => self.skip_escaped(),
                b'\n' if !triple => return Err(start),
                b'\n' => {
                    self.line += 1;
                    self.at += 1;
                }
                _ if !triple => {
                    self.at += 1;
                    return Ok(());
                }
                _ if self.bytes[self.at..].starts_with(&[quote; 3]) => {
                    self.at += 3;
                    return Ok(());
                }
                _ => self.at += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str) -> Vec<(UnitKind, String, u32)> {
        outline(text)
            .units
            .iter()
            .skip(1)
            .map(|u| (u.kind, u.name.to_string(), u.line))
            .collect()
    }

    #[test]
    fn definitions_in_the_first_column_are_units_with_their_decorators() {
        let text = "import os\n@deco(\n  1)\ndef f(a,\n b):\n    x = '''\ndef no():\n'''\n# c\n    return 1\nclass C:\n    def m(self): pass\nX = 1\n";
        assert_eq!(
            units(text),
            [
                (UnitKind::Function, "f".into(), 2),
                (UnitKind::Class, "C".into(), 11)
            ]
        );
        let o = outline(text);
        assert_eq!(
            &text[o.units[2].start..o.units[2].end],
            "class C:\n    def m(self): pass\n"
        );
        assert_eq!(o.unit_at(0), 0);
        assert_eq!(o.unit_at(text.find("m(self)").expect("m")), 2);
        assert_eq!(o.unit_at(text.find("X = 1").expect("X")), 0);
    }

    #[test]
    fn an_open_string_makes_the_file_one_unit() {
        let o = outline("def f():\n    x = '''abc\n");
        assert_eq!((o.units.len(), o.anomaly), (1, Some(2)));
    }

    #[test]
    fn imports_inside_functions_do_not_run_at_import() {
        let o = outline(
            "import a\ndef f():\n    import b\ntry: import c\nexcept E: pass\nif TYPE_CHECKING:\n    import d\nimport e\n",
        );
        let runs: Vec<_> = o.imports.iter().map(|i| (&*i.module, i.runs)).collect();
        assert_eq!(
            runs,
            [
                ("a", true),
                ("b", false),
                ("c", true),
                ("d", false),
                ("e", true)
            ]
        );
    }
}
