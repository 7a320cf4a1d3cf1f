//! The lowering of Python's syntax, shown in a compact notation.

mod notation;

use self::notation::stmts;
use super::*;
use crate::python::ir::*;
use crate::python::outline::outline;

fn facts(text: &str) -> UnitFacts {
    let mut whole = outline(text);
    whole.units.truncate(1);
    Parser::new().facts(text, &whole, 0)
}

/// Checks pairs of a source and what it is lowered to, without syntax errors.
fn check(cases: &[(&str, &str)]) {
    let wrong: String = cases
        .iter()
        .filter_map(|(source, expected)| {
            let facts = facts(source);
            let shown = stmts(&facts.body);
            let wrong = shown != *expected || !facts.errors.is_empty() || facts.too_deep;
            wrong.then(|| format!("\n{source}\n  is  {shown}\n  not {expected}  {:?}", facts.errors))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn names_literals_and_operators() {
    check(&[
        ("(a.b)[0]", "a.b[0]"),
        ("a[1:2, ::c]", "a[(1:2, ::c)]"),
        ("a[b,]", "a[(b)]"),
        ("a[:]", "a[:]"),
        ("f(a, *b, c=1, **d)", "f(a, *b, c=1, **d)"),
        ("f(a for a in b)", "f(Generator<a for a in b>)"),
        ("f(print, match=type)", "f(print, match=type)"),
        ("a + b + c - d", "Other<Add<a, b, c>, d>"),
        ("a + b * c % d", "Add<a, Modulo<Multiply<b, c>, d>>"),
        ("a + (b + c)", "Add<a, Add<b, c>>"),
        ("a / b | c // d", "BitOr<Divide<a, b>, Other<c, d>>"),
        ("a or b or c and d and not e", "or<a, b, and<c, d, not<e>>>"),
        ("a < b <= c not  in d is  not e != f is g in h", "a Order b Order c NotIn d IsNot e NotEqual f Is g In h"),
        ("-1; +2.5; -a; ~1; - -1", "-1; +2.5; ?<a>; ?<1>; ?<-1>"),
        ("a if b else c if d else e", "if<b, a, if<d, c, e>>"),
        ("lambda a, *b, c=1, **d: (a, b)", "lambda<a, *b, =c=1, **d: return (a, b)>"),
        ("lambda: (yield)", "lambda<: return yield<>>"),
        ("(a := 1)", "a:=1"),
        ("{}; (); []; {a, *b}; {a: 1, **c}; [*a, b]; (a,)", "{}; (); []; {a, *b}; {a: 1, **c}; [*a, b]; (a)"),
        (
            "[*a.b, *c[d](e)], (*a or b,), {*a + b, *c if d else e}",
            "([*a.b, *c[d](e)], (*or<a, b>), {*Add<a, b>, *if<d, c, e>})",
        ),
        ("f(*a.b, *c or d)\nx = *a.b == c, *d.e + f.g", "f(*a.b, *or<c, d>); x = (*a.b Equal c, *Add<d.e, f.g>)"),
        ("*a.b, c[d] = e", "(*a.b, c[d]) = e"),
        ("a,", "(a)"),
        ("a, b", "(a, b)"),
        ("[a for b in c if d if e for f in g, h]", "List<a for b in c if d if e for f in (g, h)>"),
        ("{a: b for a, b in c}", "Dict<a: b for (a, b) in c>"),
        ("{a async for a in b}", "Set<a for a in b>"),
        ("None, True, ..., 0x1F, 1_0j", "(None, True, ..., 0x1F, 1_0j)"),
        ("a \\\n  .b( # c\n 1 # d\n)", "a.b(1)"),
        ("await a.b(c)", "await<a.b(c)>"),
    ]);
}

#[test]
fn strings_and_formats() {
    check(&[
        (r#"'a' "b" '''c\n'''"#, r#""abc\n""#),
        (r"r'\n' b'\xff' u'\x41'", r#""\\nÿA""#),
        ("'''a\r\nb'''", r#""a\nb""#),
        (r"r'\\' r'\'' rb'\\a' rf'{b}\\'", r#"f<"\\\\\\'\\\\a", b, "\\\\">"#),
        ("f''", "f<>"),
        ("f'a{b}c{d.e!r}{{}}' 'f' f'{g!s}'", r#"f<"a", b, "c", d.e!, "{}f", g>"#),
        ("f'{a:>10}{b:{c}.{d}}{e=}{f = !s}'", r#"f<a!, ?<b, c, d>!, "e=", e!, "f = ", f!>"#),
        ("f'{a[\"b\"]}{x, y}{(lambda z: 1)}'", r#"f<a["b"], (x, y), lambda<z: return 1>>"#),
        ("f'{a['b']}'", r#"f<a["b"]>"#),
        ("f'\\N{DASH}\\x41{a}'", r#"f<"\\N{DASH}A", a>"#),
        ("rf'\\d{a}'", r#"f<"\\d", a>"#),
        ("f'''{\n a\n}'''", "f<a>"),
    ]);
}

#[test]
fn simple_statements() {
    check(&[
        ("a = b.c = d[0] = e, f", "a = b.c = d[0] = (e, f)"),
        ("a, *b = (c, [d]) = e", "(a, *b) = (c, [d]) = e"),
        ("a: int", "a: int = "),
        ("a.b: 'X' = yield", "a.b: \"X\" = yield<>"),
        ("a: Annotated[str, Field(env='X')] = 1", "a: Annotated[(str, Field(env=\"X\"))] = 1"),
        ("a: t.Optional['X'] | List[int] | None", "a: BitOr<t.Optional[\"X\"], List[int], None> = "),
        ("a: Callable[[int], str]", "a: Callable[([int], str)] = "),
        ("a += b; a |= c; a //= d", "a Add= b; a BitOr= c; a Other= d"),
        ("return", "return "),
        ("return a, *b", "return (a, *b)"),
        ("raise", "raise "),
        ("raise A(b) from c", "raise A(b)"),
        ("raise A from f()", "?{f()}; raise A"),
        ("raise A, 'b'", "raise A(\"b\")"),
        ("assert a, 'b'", "assert a"),
        ("assert a, b[c]", "?{b[c]}; assert a"),
        ("del a, b[c], d.e", "del a, b[c], d.e"),
        ("del (a)", "del a"),
        ("global a, b\nnonlocal c", "global a, b; global c"),
        ("import a.b as c, d . e", "import a.b as c, d.e"),
        ("from .. import a as b, c", "from 2  import a as b, c"),
        ("from . . .a.b import (c, # d\n e,)", "from 3 a.b import c, e"),
        ("from a import *", "from 0 a import *"),
        ("from __future__ import a", "from 0 __future__ import a"),
        ("pass; break; continue", "jump; continue"),
        ("type A[T] = list[T]", "A = list[T]"),
        ("type(a).b = c; type(a.b)[c] = d; type(a) == b", "type(a).b = c; type(a.b)[c] = d; type(a) Equal b"),
        ("type = 1; match = type(2)", "type = 1; match = type(2)"),
        ("print 'a', b", "print(\"a\", b)"),
        ("print >>a, b", "print(?<a>, b)"),
        ("exec 'a' in b", "exec(\"a\", b)"),
        ("x = await a", "x = await<a>"),
        ("# nothing", ""),
        ("", ""),
    ]);
}

#[test]
fn compound_statements() {
    check(&[
        ("if a: b\nelif c: d\nelif e: f\nelse: g", "if a {b} else {if c {d} else {if e {f} else {g}}}"),
        ("if a:\n  b\n  # c\n# d\n  e", "if a {b; e} else {}"),
        ("while a: break\nelse: b", "while a {jump} else {b}"),
        ("for a, b in c, d: continue\nelse: e", "for (a, b) in (c, d) {continue} else {e}"),
        (
            "async def f():\n async for a in b: pass\n async with c as d: pass",
            "async def f() {for a in b {} else {}; with c as d {}}",
        ),
        (
            "try: a\nexcept (A, b.C) as e: c\nexcept D: d\nexcept: e\nelse: f\nfinally: g",
            "try {a} except (A, b.C) as e {c} except D as  {d} except  as  {e} else {f} finally {g}",
        ),
        ("try: a\nexcept* A as e: b", "try {a} except A as e {b} else {} finally {}"),
        (
            "try: a\nexcept A, e: b\nexcept B, C: c",
            "try {a} except A as e {b} except (B, C) as  {c} else {} finally {}",
        ),
        ("with a as b, c: d", "with a as b, c as  {d}"),
        ("with (a() as b, c as (d, e),): f", "with a() as b, c as (d, e) {f}"),
        ("with (a as b): c", "with a as b {c}"),
        ("with (a): c", "with a as  {c}"),
        (
            "match a, b:\n case 'c' | D.e | -1: f\n case [g, *h] if i: j\n case K(l, m=n) as o: p\n case {'q': r, **s}: t\n case (1, u), _: v\n case _: w",
            "match (a, b) case [\"c\", D.e, -1] [] if  {f} case [] [g, h] if i {j} case [] [l, n, o] if  {p} case [] [r, s] if  {t} case [] [u] if  {v} case [] [] if  {w}",
        ),
    ]);
}

#[test]
fn definitions() {
    check(&[
        (
            "def f(a, /, b: int = 1, *c: T, d, e=2, **g) -> X: return 1",
            "def f(/a, b:int=1, *c:T, =d, =e=2, **g)X {return 1}",
        ),
        ("def f(a, *, b): pass", "def f(a, =b) {}"),
        ("def f[T: (A, B), *Ts](a: 'T'): yield from a", "gen def f(a:\"T\") {yield<a>}"),
        ("def f((a, b)): pass", "def f((a, b)) {}"),
        (
            "@a\n# c\n@b.c(d)\nasync def f():\n  def g(): yield\n  return g",
            "@a @b.c(d) async def f() {gen def g() {yield<>}; return g}",
        ),
        ("class A: x: int", "class A(; ) {x: int = }"),
        (
            "class A[T](B, *c, metaclass=D, **k):\n  'doc'\n  class E(F): pass\n  @g\n  def h(self): pass",
            "class A(B, *c; metaclass=D, **=k) {\"doc\"; class E(F; ) {}; @g def h(self) {}}",
        ),
        (
            "def f():\n  if a:\n    class B: c = 1\n  x = lambda: (yield)",
            "def f() {if a {class B(; ) {c = 1}} else {}; x = lambda<: return yield<>>}",
        ),
    ]);
}

#[test]
fn what_is_broken_does_not_hide_the_rest() {
    for (source, expected) in [
        ("a = os.environ['A']\nb = = 1\nc = os.environ['C']\n", ["os.environ[\"A\"]", "os.environ[\"C\"]"]),
        ("def f(:\n  return os.getenv('A')\nx = g('B')\n", ["os.getenv(\"A\")", "g(\"B\")"]),
        ("class A(:\n  x = f('A')\n  y = g('B')\n", ["f(\"A\")", "g(\"B\")"]),
        ("if a:\n  b = f('A'\nelse:\n  c = g('B')\n", ["\"A\"", "g(\"B\")"]),
        ("x = {'a': f('A'), 'b': }\ng('B')\n", ["f(\"A\")", "g(\"B\")"]),
        ("foo(f('A'), = g('B'))\n", ["f(\"A\")", "g(\"B\")"]),
    ] {
        let facts = facts(source);
        assert!(!facts.errors.is_empty(), "{source}");
        let shown = stmts(&facts.body);
        for part in expected {
            assert!(shown.contains(part), "{source}\n{shown}");
        }
    }
    assert_eq!(facts("a = 1\nb = = 1\nc = 2\n").errors, [2]);
}

#[test]
fn spans_are_those_of_the_file() {
    let text = "import a\n@d\ndef f():\n    g(1)\n\n# c\nx = h(2)\nclass A: pass\ny = 3\n";
    let outline = outline(text);
    let mut parser = Parser::new();
    let module = parser.facts(text, &outline, 0);
    assert_eq!(stmts(&module.body), "import a; unit 1; x = h(2); unit 2; y = 3");
    let lines: Vec<_> = module.body.iter().map(|s| (s.span.line, s.span.end_line)).collect();
    assert_eq!(lines, [(1, 1), (2, 7), (7, 7), (8, 9), (9, 9)]);
    let function = parser.facts(text, &outline, 1);
    let StmtKind::Function(f) = &function.body[0].kind else { panic!("{:?}", function.body) };
    let span = |line, column, end_line, end_column| crate::model::Span { line, column, end_line, end_column };
    assert_eq!((f.span, f.header), (span(2, 1, 4, 9), span(3, 1, 3, 9)));
    assert_eq!(f.body[0].span, span(4, 5, 4, 9));
}

#[test]
fn deep_nesting_is_cut_and_said() {
    let n = 10_000;
    let chain = |first: &str, more: &str| format!("{first}{}\n", more.repeat(n));
    for (source, deep) in [
        (chain("x = a", " + 'b'"), false),
        (chain("x = a", " + b - c"), false),
        (chain("x = a", " or b"), false),
        (chain("x = a", ".b"), true),
        (chain("x = a", ".b(c[1])"), true),
        (chain("if a: b\n", "elif c: d\n"), false),
        (format!("x = {}a{}\n", "[".repeat(n), "]".repeat(n)), true),
        (format!("x = {}a{}\n", "(".repeat(n), ")".repeat(n)), false),
        (format!("x = {}a\n", "(".repeat(n)), false),
        (format!("x = {}a{}\n", "f(".repeat(n), ")".repeat(n)), true),
        (format!("x = {}a\n", "not ".repeat(n)), true),
        (format!("x = {}a\n", "-".repeat(n)), true),
        (format!("x = {}a\n", "lambda: ".repeat(n)), true),
        (format!("x = {}a\n", "a if b else ".repeat(n)), true),
        (format!("x{} = a\n", " = y".repeat(n)), false),
        (format!("x = {}a\n", "a ** ".repeat(n)), true),
    ] {
        let facts = facts(&source);
        assert_eq!(facts.too_deep, deep, "{}", &source[..20]);
    }
    let nested: String = (0..190).map(|level| format!("{}if a:\n", " ".repeat(level))).collect();
    assert!(facts(&nested).too_deep);
}

#[test]
fn what_takes_too_much_work_is_said() {
    let joined = format!("{}a = 1\n", "\\\n".repeat(300_000));
    let large = format!("a = '{}'\n", "b".repeat(MAX_BYTES));
    for text in [joined, large] {
        let facts = facts(&text);
        assert_eq!((facts.body.len(), facts.errors), (0, vec![1]));
    }
}

#[test]
fn units_say_together_what_the_whole_file_says() {
    let sample = "x = 1\n@a\nclass A(b):\n    y: int = f'{z!r:>{w}}'\n\n# c\n    def g(self): pass\nif x:\n    pass\n\ndef f(é='\\\n'): return '''\n'''\nfor a in b: pass\n";
    let mut texts = vec![sample.to_string()];
    let entries = std::fs::read_dir("fixtures/shapes").into_iter().flatten().flatten();
    texts.extend(entries.filter_map(|entry| std::fs::read_to_string(entry.path()).ok()));
    assert!(texts.len() > 1);
    let mut parser = Parser::new();
    for text in texts {
        let mut whole = outline(&text);
        let units: Vec<_> = (0..whole.units.len()).map(|u| parser.facts(&text, &whole, u)).collect();
        let mut joined = Vec::new();
        for statement in &units[0].body {
            match statement.kind {
                StmtKind::Unit(unit) => joined.extend(units[unit].body.iter().cloned()),
                _ => joined.push(statement.clone()),
            }
        }
        whole.units.truncate(1);
        assert_eq!(joined, parser.facts(&text, &whole, 0).body);
        // However a text is cut, there is an answer.
        for at in (0..text.len()).step_by(5).filter(|at| text.is_char_boundary(*at)) {
            let outline = outline(&text[..at]);
            (0..outline.units.len()).for_each(|unit| drop(parser.facts(&text[..at], &outline, unit)));
        }
    }
}
