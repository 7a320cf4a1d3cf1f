//! Random heaps of Python: nothing panics, and demand changes nothing.

use std::fs;

use stripcheck::files::Files;
use stripcheck::libraries::Libraries;
use stripcheck::python::facts::Parser;
use stripcheck::python::outline::outline;
use stripcheck::scan::{self, Demand};

use crate::common::Temporary;
use crate::{Random, sources};

/// How many of them lie in one folder, and so can import each other.
const MODULES: usize = 20;

/// How many random programs are tried.
const HEAPS: usize = 2_000;
const FRAGMENTS: &[&str] = &[
    "os.environ",
    "environ",
    "os.getenv",
    "getenv(",
    "env",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    ":",
    ",",
    ".",
    "=",
    "==",
    "+",
    "%",
    "*",
    "**",
    "@",
    "->",
    ":=",
    "|",
    "'A'",
    "\"B_\"",
    "f'{x}_C'",
    "'''",
    "b'D'",
    "x",
    "y",
    "self",
    "cls",
    "key",
    "0",
    "None",
    "def f(key, default=None):",
    "def ",
    "class C(Base):",
    "class ",
    "return ",
    "for x in y:",
    "for ",
    " in ",
    "while x:",
    "try:",
    "except KeyError:",
    "finally:",
    "raise ",
    "with f() as x:",
    "if x:",
    "elif ",
    "else:",
    "lambda x: ",
    "yield ",
    "await ",
    "async ",
    "match x:",
    "case ",
    "import os",
    "from os import environ as e",
    "from m1 import *",
    "import m2",
    "global x",
    "del ",
    "not ",
    " or ",
    " and ",
    " if ",
    " else ",
    ".get(",
    ".items()",
    ".copy()",
    "dict(",
    "getattr(",
    "setattr(",
    "partial(",
    "type(",
    "super().",
    "__init__",
    "__getitem__",
    "__set_name__",
    "BaseSettings",
    "Field(",
    "env_prefix",
    "\\\n",
    "\n",
    "\n",
    "\n",
    "\n",
    "\n    ",
    "\n    ",
    "\n        ",
    "\t",
    "# ",
    " ",
    " ",
    " ",
];

/// Whole lines, so that some heaps mean something; one that ends with a colon opens a block.
const LINES: &[&str] = &[
    "env = os.environ",
    "x = env.get('A', y)",
    "y = os.environ['B']",
    "x = f('C')",
    "y = g(x, 'D')",
    "key = 'E' + x",
    "key = key + '_F'",
    "return os.environ[key]",
    "return f(key, y)",
    "return self.x",
    "return x",
    "return f",
    "yield x",
    "def f(key, default=None):",
    "def g(key, *args, **kwargs):",
    "def __init__(self, key):",
    "def __get__(self, a, b):",
    "def __getitem__(self, key):",
    "class C:",
    "class D(C):",
    "class S(BaseSettings):",
    "class C(D, S):",
    "a: str = 'x'",
    "b: C",
    "x = C('G')",
    "x = D()",
    "x.key = y",
    "self.key = key",
    "y = x.a",
    "y = x['H']",
    "x = S()",
    "@property",
    "@f",
    "@classmethod",
    "for x in ['I', 'J']:",
    "for key, y in T.items():",
    "for x in env:",
    "T = {'K': 1, 'L': x}",
    "if x in os.environ:",
    "if not x:",
    "else:",
    "try:",
    "except KeyError:",
    "raise ValueError(x)",
    "while x:",
    "with f(x) as y:",
    "x = lambda key: os.environ[key]",
    "x = partial(f, 'M')",
    "x = [f(x) for x in ('N', 'O')]",
    "y = {**os.environ, 'P': x}",
    "x = dict(os.environ)",
    "x.update(y)",
    "from m1 import f",
    "from m2 import *",
    "import m3 as x",
    "y = x.f",
    "y = x.f('Q')",
    "f = f",
    "f, g = g, f",
    "x = (x, y)",
    "y = x[0]",
    "x = f'{x}_R'",
    "x = '%s_S' % key",
    "x = 'T_{}'.format(key)",
    "x = key.upper()",
    "global f",
    "nonlocal x",
    "del x",
    "pass",
    "x = y = f",
    "x = getattr(x, 'get')",
    "setattr(C, 'a', f)",
    "x = type('E', (C,), {})",
    "x = y or os.getenv('U')",
    "break",
];

/// Fragments in any order, or lines in any order with blocks that fit.
fn heap(random: &mut Random) -> String {
    let mut text = String::from("import os\nfrom functools import partial\nfrom pydantic import BaseSettings\n");
    let length = 5 + random.below(60);
    if random.below(3) == 0 {
        for _ in 0..length {
            text += FRAGMENTS[random.below(FRAGMENTS.len())];
        }
        return text;
    }
    let mut depth = 0;
    for _ in 0..length {
        let line = LINES[random.below(LINES.len())];
        text += &format!("{}{line}\n", "    ".repeat(depth));
        match line.ends_with(':') {
            true => depth += 1,
            false => depth -= random.below(depth + 1).min(random.below(3)),
        }
    }
    text
}

#[test]
fn heaps_of_fragments_do_not_panic() {
    let folder = Temporary::new("heaps");
    let app = folder.0.join("app");
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    fs::create_dir_all(&app).expect("folder");
    let mut parser = Parser::new();
    let libraries = Libraries::new(&[]);
    let mut reads = 0;
    for _ in 0..HEAPS / MODULES {
        for n in 0..MODULES {
            let text = heap(&mut random);
            let outline = outline(&text);
            for unit in 0..outline.units.len() {
                parser.facts(&text, &outline, unit);
            }
            fs::write(app.join(format!("m{n}.py")), text).expect("written");
        }
        let all = scan::scan_with(sources(&folder.0), &Files::default(), &libraries, Demand::Everything).reads;
        assert_eq!(
            scan::scan(sources(&folder.0), &Files::default(), &libraries).reads,
            all,
            "what is not parsed would change nothing"
        );
        assert!(all.iter().all(|read| read.place.span.line > 0), "lines are counted from 1");
        reads += all.len();
    }
    assert!(reads > HEAPS, "the heaps reach the evaluator: {reads}");
}
