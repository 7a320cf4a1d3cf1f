//! Python that nobody means well with, and folders that hold it.

use std::fs;
use std::path::Path;

use crate::inputs::{Hostile, folder, pipe, python, write};

pub const TABLE: &[Hostile] = &[
    // What is in a file.
    python("invalid-utf-8", |at| bad(at, b"import os\nx = '\xff\xc3'\na = os.environ['A']\n"), &["A"], &[]),
    python("latin-1", |at| bad(at, b"# -*- coding: latin-1 -*-\nimport os\n\xe9 = os.environ['A']\n"), &["A"], &[]),
    python("utf-16", |at| bad(at, &utf_16("import os\na = os.environ['A']\n")), &[], &["unparsable", "bad.py"]),
    python("nul-bytes", |at| bad(at, b"import os\n\0\0\na = os.environ['A']\n\0"), &["A"], &["unparsable", "bad.py"]),
    python("byte-order-mark", |at| bad(at, b"\xef\xbb\xbfimport os\na = os.environ['A']\n"), &["A"], &[]),
    python("python-2", |at| bad(at, b"import os\nprint os.environ['A']\nexec 'x'\nraise E, 'y'\n"), &["A"], &[]),
    python("lone-returns", |at| bad(at, b"import os\ra = os.environ['A']\r"), &["A"], &[]),
    python("tabs", |at| bad(at, b"import os\nif 1:\n\tif 2:\n        a = os.environ['A']\n"), &["A"], &[]),
    python("open-bracket", |at| bad(at, b"import os\na = os.environ['A']\nb = (((\n"), &["A"], &["bad.py"]),
    python(
        "open-string",
        |at| bad(at, b"import os\na = os.environ['A']\nb = '''\nos.environ['B']\n"),
        &["A"],
        &["bad.py"],
    ),
    python("empty", |at| bad(at, b""), &[], &[]),
    python("only-a-comment", |at| bad(at, b"# os.environ['A']"), &[], &[]),
    python("a-line-of-20-mb", |at| bad(at, &one_line(20_000_000)), &[], &["bad.py"]),
    python("brackets-10000-deep", |at| bad(at, &nested("(", ")", 10_000)), &["A"], &[]),
    python("lists-10000-deep", |at| bad(at, &nested("[", "]", 10_000)), &[], &["limit-reached", "bad.py"]),
    python("calls-10000-deep", |at| bad(at, &nested("f(", ")", 10_000)), &[], &["bad.py"]),
    python("blocks-1000-deep", |at| bad(at, &blocks(1_000)), &[], &["unparsable", "bad.py"]),
    python("a-sum-of-5000-terms", |at| bad(at, &joined("'A'", " + ", 5_000)), &[], &[]),
    python("5000-attributes", |at| bad(at, &joined("a", ".", 5_000)), &[], &[]),
    python("a-chain-of-2000-elifs", |at| bad(at, &elifs(2_000)), &["A"], &[]),
    python("a-function-of-5000-lines", |at| bad(at, &long_function(5_000)), &["A"], &[]),
    python("a-table-of-50000-names", |at| bad(at, &table(50_000)), &[], &["bad.py"]),
    python("a-function-of-600-reads", |at| bad(at, &wrapper(600)), &["A_0"], &["limit-reached", "bad.py", "callers"]),
    python("a-call-of-20-functions", |at| bad(at, &callees(20)), &[], &["limit-reached", "bad.py", "functions"]),
    python("a-name-of-3000", |at| bad(at, &alternatives(3_000)), &[], &["limit-reached", "bad.py", "pattern"]),
    python("two-bounds-at-once", two_bounds, &[], &["limit-reached", "bad.py", "functions"]),
    python("two-bounds-at-once-again", two_bounds, &[], &["limit-reached", "bad.py", "pattern"]),
    // What code does.
    python("circular-imports", circular_imports, &["A", "B"], &[]),
    python("a-cycle-of-star-imports", star_cycle, &["A"], &[]),
    python(
        "a-module-that-imports-itself",
        |at| bad(at, b"from bad import *\nimport bad, os\nos.environ['A']\n"),
        &["A"],
        &[],
    ),
    python("a-function-that-calls-itself", |at| bad(at, RECURSIVE), &["A"], &[]),
    python("wrappers-that-call-each-other", |at| bad(at, MUTUAL), &["A"], &[]),
    python(
        "a-class-of-itself",
        |at| bad(at, b"import os\nclass A(A): x = 1\nclass B(C): pass\nclass C(B): pass\nB().x\nos.environ['A']\n"),
        &["A"],
        &[],
    ),
    python("a-settings-class-of-itself", |at| bad(at, SETTINGS_OF_ITSELF), &["A"], &[]),
    python("a-closure-of-itself", |at| bad(at, CLOSURE), &["A"], &[]),
    python(
        "a-decorator-of-itself",
        |at| bad(at, b"import os\n@f\ndef f(g): return g\nf = f(f)(f)\nx = x.y[x](x)\nos.environ['A']\n"),
        &["A"],
        &[],
    ),
    python("a-text-that-doubles", |at| bad(at, &repeated("key", "key = key + key", 60)), &[], &["limit-reached"]),
    python("a-pair-that-doubles", |at| bad(at, &repeated("key", "key = (key, key)", 60)), &[], &[]),
    python("a-table-that-doubles", |at| bad(at, &repeated("key", "key = {key: key, 'x': key}", 60)), &[], &[]),
    // What a folder holds.
    python("a-folder-named-as-a-file", |at| folder(&at.join("app/bad.py")), &[], &[]),
    #[cfg(unix)]
    python("a-loop-of-links", |at| link("..", &at.join("app/up")), &[], &[]),
    #[cfg(unix)]
    python("a-link-to-itself", |at| link("bad.py", &at.join("app/bad.py")), &[], &["unreadable", "bad.py"]),
    #[cfg(unix)]
    python("a-broken-link", |at| link("nowhere.py", &at.join("app/bad.py")), &[], &["unreadable", "bad.py"]),
    #[cfg(unix)]
    python("a-pipe", |at| pipe(&at.join("app/bad.py")), &[], &[]),
    #[cfg(unix)]
    python("a-file-that-may-not-be-read", |at| forbidden(&at.join("app/bad.py")), &[], &["unreadable", "bad.py"]),
    python(
        "a-newline-in-a-file-name",
        |at| write(at, "app/b\na\u{1b}[31md.py", b"import os\nos.environ['A']\n"),
        &["A"],
        &[],
    ),
    python("a-file-of-no-python", |at| write(at, "app/data.py", &[0xff; 100_000]), &[], &["data.py"]),
];

const RECURSIVE: &[u8] = b"import os
def get(key, n):
    if n:
        return get(key, n - 1)
    return os.environ[key]
def grow(key):
    return grow(key + 'X') or os.environ[key]
get('A', 3)
grow('G')
";

const MUTUAL: &[u8] = b"import os
def one(key, default=None):
    return two('' + key, default) or os.environ.get(key)
def two(key, default):
    return one(key) if default else three(key, one)
def three(key, back):
    return back(key, three)
one('A')
";

const SETTINGS_OF_ITSELF: &[u8] = b"from pydantic_settings import BaseSettings
class A(BaseSettings):
    a: str
    again: 'A'
class B(A, B):
    b: B
B()
";

const CLOSURE: &[u8] = b"import os
def outer():
    def inner(key, f):
        return f(key, inner) or outer()
    inner.self = inner
    return inner
outer()('B', outer())
f = lambda g: g(g)
f(f)
y = [y for y in [f] if y(y)]
os.environ['A']
";

fn bad(at: &Path, bytes: &[u8]) {
    write(at, "app/bad.py", bytes);
}

#[cfg(unix)]
fn link(target: &str, path: &Path) {
    std::os::unix::fs::symlink(target, path).expect("link");
}

#[cfg(unix)]
fn forbidden(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, "import os\n").expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o000)).expect("permissions");
}

fn utf_16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// `import os` and an expression that mentions the environment, so that nothing is left out unparsed.
fn with_environment(expression: &str) -> Vec<u8> {
    format!("import os\nx = os.environ\na = {expression}\n").into_bytes()
}

fn one_line(size: usize) -> Vec<u8> {
    with_environment(&format!("[{}]", "os.environ['A'], ".repeat(size / 17)))
}

fn nested(open: &str, close: &str, depth: usize) -> Vec<u8> {
    with_environment(&format!("{}os.environ['A']{}", open.repeat(depth), close.repeat(depth)))
}

fn joined(term: &str, by: &str, count: usize) -> Vec<u8> {
    with_environment(&format!("os.environ.get({})", vec![term; count].join(by)))
}

fn blocks(depth: usize) -> Vec<u8> {
    let mut text = String::from("import os\n");
    for level in 0..depth {
        text += &format!("{}if x:\n", " ".repeat(level));
    }
    text += &format!("{}os.environ['A']\n", " ".repeat(depth));
    text.into_bytes()
}

fn elifs(count: usize) -> Vec<u8> {
    let mut text = String::from("import os\nif x == 0:\n    pass\n");
    for n in 1..count {
        text += &format!("elif x == {n}:\n    y = os.environ['A']\n");
    }
    text.into_bytes()
}

fn long_function(lines: usize) -> Vec<u8> {
    let mut text = String::from("import os\ndef f(a, b):\n    x = os.environ['A']\n");
    for n in 0..lines {
        text += &format!("    v{n} = f(a, v{}) if b else g(os.environ, v{})\n", n / 2, n / 3);
    }
    text.into_bytes()
}

fn wrapper(reads: usize) -> Vec<u8> {
    let reads: String = (0..reads).map(|n| format!("    os.environ.get(key + '_{n}')\n")).collect();
    format!("import os\ndef f(key):\n{reads}f('A')\n").into_bytes()
}

fn callees(functions: usize) -> Vec<u8> {
    let mut text = String::from("import os\n");
    for n in 0..functions {
        text += &format!("def f{n}(key):\n    return os.environ[key]\n");
    }
    let all: Vec<String> = (0..functions).map(|n| format!("f{n}")).collect();
    text += &format!("for f in [{}]:\n    f('A')\n", all.join(", "));
    text.into_bytes()
}

fn alternatives(names: usize) -> Vec<u8> {
    let names: Vec<String> = (0..names).map(|n| format!("'NAME_{n}'")).collect();
    format!("import os\nfor name in [{}]:\n    os.environ.get(name)\n", names.join(", ")).into_bytes()
}

fn two_bounds(at: &Path) {
    bad(at, &[callees(20), alternatives(3_000)].concat());
}

fn table(names: usize) -> Vec<u8> {
    let names: String = (0..names).map(|n| format!("    'NAME_{n}': {n},\n")).collect();
    format!(
        "import os\nTABLE = {{\n{names}}}\nfor name, default in TABLE.items():\n    os.environ.get(name, default)\n"
    )
    .into_bytes()
}

fn repeated(name: &str, line: &str, times: usize) -> Vec<u8> {
    let lines = format!("{line}\n").repeat(times);
    format!("import os\n{name} = 'A'\n{lines}os.environ.get({name})\nos.environ.get({name}[0])\n").into_bytes()
}

fn circular_imports(at: &Path) {
    write(at, "app/one.py", b"import two, os\nA = 'A'\ndef get(k): return os.environ[k]\ntwo.get(two.B)\n");
    write(at, "app/two.py", b"import one\nB = 'B'\ndef get(k): return one.get(k)\nget(one.A)\n");
}

fn star_cycle(at: &Path) {
    write(at, "app/one.py", b"from two import *\nimport os\nKEY = 'A'\n");
    write(at, "app/two.py", b"from three import *\n");
    write(at, "app/three.py", b"from one import *\nos.environ[KEY]\nos.environ[OTHER]\n");
}
