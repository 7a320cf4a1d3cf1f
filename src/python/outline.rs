//! The outline of a file: its units and imports, found by one linear pass over the bytes, without
//! parsing. It knows lines, strings, brackets and indentation, and nothing of the question asked.

use super::blocks::Blocks;
use super::imports::{self, Import, When};
use super::lexer::{Lexer, Lost};

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
    /// Names of the module that functions bind (`global name`), each with the unit that does.
    pub globals: Vec<(Box<str>, usize)>,
    /// The line where the pass lost its way (an open string or bracket): the file is then one unit,
    /// and from there on whatever looks like an import counts as one.
    pub anomaly: Option<u32>,
}

impl Outline {
    /// The unit that holds the byte at `offset`.
    pub fn unit_at(&self, offset: usize) -> usize {
        let after = self.units.partition_point(|unit| unit.start <= offset).saturating_sub(1);
        if self.units.get(after).is_some_and(|unit| offset < unit.end) { after } else { 0 }
    }
}

/// Makes the outline of `text`.
pub fn outline(text: &str) -> Outline {
    let mut lexer = Lexer::new(text);
    let mut out = Outline::default();
    let module = Unit { kind: UnitKind::Module, name: "".into(), start: 0, end: text.len(), line: 1 };
    out.units.push(module);
    let mut open: Option<Unit> = None;
    let mut decorated: Option<(usize, u32)> = None;
    let mut blocks = Blocks::default();
    while let Some(start) = lexer.next_line() {
        let rest = &text[lexer.at..];
        let definition = definition(rest);
        if start.column == 0 {
            if let Some(mut unit) = open.take() {
                unit.end = start.offset;
                out.units.push(unit);
            }
            match definition {
                Some((kind, name)) => {
                    let (start, line) = decorated.take().unwrap_or((start.offset, start.line));
                    open = Some(Unit { kind, name: name.into(), start, end: text.len(), line });
                }
                None if rest.starts_with('@') => {
                    decorated.get_or_insert((start.offset, start.line));
                }
                None => decorated = None,
            }
        }
        let function = definition.is_some_and(|(kind, _)| kind == UnitKind::Function);
        let when = blocks.enter(start.column, rest, function);
        let unit = if open.is_some() { out.units.len() } else { 0 };
        let walked = lexer.logical_line(|statement, line| match after(statement, "global") {
            Some(names) => out.globals.extend(words(names).map(|name| (name.into(), unit))),
            None => out.imports.extend(imports::parse(statement, line, when)),
        });
        if let Err(Lost(line)) = walked {
            out.imports.retain(|import| import.line < start.line);
            guess_imports(&text[start.offset..], start.line, &mut out.imports);
            out.units.truncate(1);
            out.globals.iter_mut().for_each(|(_, unit)| *unit = 0);
            out.anomaly = Some(line);
            return out;
        }
    }
    out.units.extend(open);
    out
}

/// What follows a keyword and white space.
fn after<'a>(line: &'a str, keyword: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(keyword)?;
    let blank = |c: char| matches!(c, ' ' | '\t' | '\x0c' | '\\' | '\r' | '\n');
    rest.starts_with(blank).then(|| rest.trim_start_matches(blank))
}

/// The kind and name of the definition that a line begins with.
fn definition(line: &str) -> Option<(UnitKind, &str)> {
    let (kind, rest) = match line.as_bytes().first()? {
        b'd' => (UnitKind::Function, after(line, "def")?),
        b'c' => (UnitKind::Class, after(line, "class")?),
        b'a' => (UnitKind::Function, after(after(line, "async")?, "def")?),
        _ => return None,
    };
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    (end > 0).then_some((kind, &rest[..end]))
}

/// The names of a list of names.
fn words(list: &str) -> impl Iterator<Item = &str> {
    let names = list.split('#').next().unwrap_or(list).split(',');
    names.map(|name| name.trim_matches(|c: char| c.is_whitespace() || c == '\\')).filter(|name| !name.is_empty())
}

/// How far the closing bracket of a guessed import is looked for, in bytes.
const GUESS: usize = 4096;

/// Takes every line that looks like an import for one: behind an anomaly nobody knows better.
fn guess_imports(text: &str, mut line: u32, imports: &mut Vec<Import>) {
    let mut at = 0;
    for physical in text.split_inclusive('\n') {
        let trimmed = physical.trim();
        if trimmed.starts_with("import") || trimmed.starts_with("from") {
            let mut statement = trimmed.split(';').next().unwrap_or(trimmed);
            if statement.contains('(') && !statement.contains(')') {
                let near = text.as_bytes()[at..].iter().take(GUESS);
                let end = near.enumerate().find(|(_, byte)| **byte == b')').map(|(end, _)| at + end);
                statement = end.map_or(statement, |end| text[at..end].trim_start());
            }
            imports.extend(imports::parse(statement, line, When::Import));
        }
        at += physical.len();
        line += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str) -> Vec<(String, u32, String)> {
        let outline = outline(text);
        assert_eq!(outline.anomaly, None, "{text}");
        let show = |u: &Unit| (u.name.to_string(), u.line, text[u.start..u.end].to_string());
        outline.units.iter().skip(1).map(show).collect()
    }

    fn names(text: &str) -> String {
        units(text).iter().map(|u| format!("{}@{}", u.0, u.1)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn definitions_in_the_first_column_are_units_with_their_decorators() {
        let text = "import os\n@deco(\n  1)\ndef f(a,\n b):\n    x = '''\ndef no():\n'''\n# c\n    return 1\nclass C:\n    def m(self): pass\nX = 1\n";
        let units = units(text);
        assert_eq!((&*units[0].0, units[0].1), ("f", 2));
        assert_eq!((&*units[1].0, units[1].1, &*units[1].2), ("C", 11, "class C:\n    def m(self): pass\n"));
        let o = outline(text);
        assert_eq!(o.unit_at(0), 0);
        assert_eq!(o.unit_at(text.find("m(self)").expect("m")), 2);
        assert_eq!(o.unit_at(text.find("X = 1").expect("X")), 0);
    }

    #[test]
    fn what_ends_or_begins_a_unit() {
        for (text, expected) in [
            ("", ""),
            ("# only\n", ""),
            ("if a:\n    def f(): pass\n", ""),
            ("@a\n# c\n\n@b\nasync  def f(): pass\nx = 1", "f@1"),
            ("@a\nx = 1\ndef f(): pass", "f@3"),
            ("class A:\n# c\n\n    x = 1\n# d\n    def g(): pass\n\n\n# e\ny = 2\ndef h(): 0", "A@1 h@11"),
            ("def\\\n  f(\n): pass\nclass\tB: pass", "f@1 B@4"),
            ("\x0cdef f():\n\tpass\n\x0c\nclass B: pass", "f@1 B@4"),
            ("def f():\r\n    'a\\\r\nb'\r\nclass B: pass\r\n", "f@1 B@4"),
            ("define = 1\nclassy = 2\nasync_ = def_\nclass_(x)", ""),
            ("x = [\ndef\n]\ny = '''\ndef f(): 0\n'''\nz = 1 + \\\ndef_", ""),
            ("x = {a: b, 'c': d[1:2]}\ny: int = 3\nz = lambda: f\ndef g(): 0", "g@4"),
            ("def é(): pass", "é@1"),
        ] {
            assert_eq!(names(text), expected, "{text}");
        }
    }

    #[test]
    fn strings_of_all_kinds_are_walked_over() {
        for text in [
            r#"f"{x["a"]} {"b"!r:>{w}} {{ {y:'^10} {z:#x}""#,
            r#"f'{a['b']}{f'{f"{c}"}'}'"#,
            r#"f"\N{LEFT CURLY BRACKET}\"\{a}""#,
            r#"rf"\N{a}\{b}\"""#,
            "f'''{\n a  # '\n}\n'''",
            r#"f"{lambda_(x, y=lambda: 1)}{d["k":]}""#,
            "'a\"b' \"c'd\" r'\\' b' '' \"\" \"\"\"a\"b\"\"c\"\"\"",
            r#"'''\'''' if'x'else'y'"#,
            r#"f"{a!r}" t"{b['x']}" Rb'{' "{" u'{'"#,
        ] {
            assert_eq!(names(&format!("x = {text}\ndef f(): pass\n")).split('@').next(), Some("f"), "{text}");
        }
    }

    #[test]
    fn an_anomaly_makes_the_file_one_unit_and_keeps_its_imports() {
        for (text, line) in [
            ("def f():\n    x = '''abc\n", 2),
            ("def f():\n    x = 'abc\n", 2),
            ("def f(:\n    x = 1\n", 1),
            ("def f()):\n    x = 1\n", 1),
            ("x = (]\n", 1),
            ("x = f'{a'\n", 1),
            ("x = f'{a:b'\n", 1),
        ] {
            let text = format!("import a\n{text}from b import (c,\n  d)\n  import e; f\n");
            let o = outline(&text);
            assert_eq!((o.units.len(), o.anomaly), (1, Some(line + 1)), "{text}");
            let modules: Vec<_> = o.imports.iter().map(|i| (&*i.module, i.names.len())).collect();
            assert_eq!(modules, [("a", 0), ("b", 2), ("e", 0)], "{text}");
        }
        let nested = format!("x = {}", "f'{".repeat(10_000));
        assert_eq!(outline(&nested).anomaly, Some(1));
    }

    #[test]
    fn names_that_functions_bind_in_the_module_are_known() {
        let text = "def f():\n    global a\n\nclass C:\n    def m(self): global b, \\\n c # d\nif x:\n    def g(): global_(d); global d\nglobals()";
        let globals = outline(text).globals;
        let shown: Vec<_> = globals.iter().map(|(name, unit)| format!("{name}@{unit}")).collect();
        assert_eq!(shown, ["a@1", "b@2", "c@2", "d@0"]);
    }

    #[test]
    fn imports_know_when_they_run() {
        let text = "import a
def f():
    import b
    if TYPE_CHECKING: import b2
try: import c
except E: from c2 import (
    x)
if TYPE_CHECKING:
    import d
    def g(): import d2
elif x: import e
else:
    import e2; import e3
if not t.TYPE_CHECKING:
    import h
else: import i
if typing.TYPE_CHECKING or x: import j
if x and (t.TYPE_CHECKING): import k
class C:
    import l
    async def m(self):
        pass
        import n
    import o
for x in y: import p
x = lambda: import_q
if x: from q import q; import r
y: int = 3; import s
import \\
  t
";
        let shown: Vec<_> = outline(text)
            .imports
            .iter()
            .map(|i| {
                format!(
                    "{}{}",
                    i.module,
                    match i.when {
                        When::Import => "",
                        When::Call => "()",
                        When::Never => "!",
                    }
                )
            })
            .collect();
        assert_eq!(shown.join(" "), "a b() b2! c c2 d! d2! e e2 e3 h i! j k! l n() o p q r s t");
    }

    /// Cuts and flips of small texts: no panic, and the units are apart and in order.
    #[test]
    fn no_text_makes_it_fail() {
        let sample = "@a\nclass A(b):\n    x: int = f\"{y['z']:>{w}}\"\n\ndef f(é='\\\n'): return '''\n'''\nfrom . import (a, # c\n b)\nif TYPE_CHECKING:\n\timport \\\n c\r\n";
        let mut texts: Vec<String> = vec![sample.into()];
        let entries = std::fs::read_dir("fixtures/shapes").into_iter().flatten().flatten();
        texts.extend(entries.filter_map(|entry| std::fs::read_to_string(entry.path()).ok()));
        assert!(texts.len() > 1);
        for text in texts {
            for at in 0..text.len() {
                for flip in [0, 1, 2, 0x20] {
                    let mut bytes = text.as_bytes().to_vec();
                    bytes[at] ^= flip;
                    bytes.truncate(if flip == 0 { at } else { bytes.len() });
                    covers(&String::from_utf8_lossy(&bytes));
                }
            }
        }
    }

    fn covers(text: &str) {
        let o = outline(text);
        assert_eq!((o.units[0].start, o.units[0].end), (0, text.len()));
        let mut at = 0;
        for unit in &o.units[1..] {
            assert!(at <= unit.start && unit.start < unit.end && unit.end <= text.len(), "{text}");
            assert!(unit.start == 0 || text.as_bytes()[unit.start - 1] == b'\n', "{text}");
            let line = 1 + text[..unit.start].matches('\n').count();
            assert_eq!(unit.line as usize, line, "{text}");
            at = unit.end;
        }
    }
}
