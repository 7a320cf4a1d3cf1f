//! Inputs that nobody means well with: the program must end, say what it could not see, and read the
//! healthy files beside them. Each is made in a folder of its own below the temporary directory.

#[allow(dead_code, reason = "each harness uses a part")]
mod common;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

/// When a run counts as hanging.
const LIMIT: Duration = Duration::from_secs(60);

/// One input.
struct Hostile {
    name: &'static str,
    /// Makes it in the given folder, which has `app/healthy.py` and `manifests/healthy.yaml`.
    make: fn(&Path),
    /// The arguments, without `--format json`.
    args: &'static [&'static str],
    exit: i32,
    /// Keys of reads, or names of entries, that must be found besides the healthy one.
    finds: &'static [&'static str],
    /// Parts of standard error, or of one blind spot's JSON.
    says: &'static [&'static str],
}

const READS: &[&str] = &["reads", "--app", "app"];
const ENTRIES: &[&str] = &["entries", "--chart", "manifests"];

const fn python(
    name: &'static str,
    make: fn(&Path),
    finds: &'static [&'static str],
    says: &'static [&'static str],
) -> Hostile {
    Hostile { name, make, args: READS, exit: 0, finds, says }
}

const fn chart(
    name: &'static str,
    make: fn(&Path),
    finds: &'static [&'static str],
    says: &'static [&'static str],
) -> Hostile {
    Hostile { name, make, args: ENTRIES, exit: 0, finds, says }
}

const fn refused(
    name: &'static str,
    make: fn(&Path),
    args: &'static [&'static str],
    says: &'static [&'static str],
) -> Hostile {
    Hostile { name, make, args, exit: 2, finds: &[], says }
}

const TABLE: &[Hostile] = &[
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
    // Charts.
    chart("a-bomb-of-aliases", |at| yaml(at, &alias_bomb()), &[], &["bad.yaml"]),
    chart("tabs-in-yaml", |at| yaml(at, "a:\n\tb: 1\n"), &[], &["unparsable", "bad.yaml"]),
    chart(
        "a-key-twice",
        |at| yaml(at, &pod("env: [{name: A, value: x}]\n        env: [{name: B, value: x}]")),
        &[],
        &["bad.yaml"],
    ),
    chart(
        "a-cut-manifest",
        |at| yaml(at, &pod("env: [{name: A, value: x}]").replace("x}]", "\"x")),
        &[],
        &["unparsable", "bad.yaml"],
    ),
    chart("yaml-that-is-no-manifest", |at| yaml(at, "- 1\n- [2, 3]\n---\nfoo\n---\n- {a: b}\n"), &[], &[]),
    chart("an-env-that-is-a-mapping", |at| yaml(at, &pod("env: {A: x}")), &[], &["manifest", "bad.yaml", "list"]),
    chart(
        "names-that-are-numbers",
        |at| yaml(at, &pod("env: [{name: 1, value: x}, {name: true}, {value: y}, 3, {name: A}]")),
        &["A"],
        &["bad.yaml"],
    ),
    chart(
        "containers-that-are-a-text",
        |at| yaml(at, &pod("env: [{name: A}]").replace("containers:", "containers: x\n      more:")),
        &[],
        &["bad.yaml"],
    ),
    chart("a-configmap-of-2-mb", |at| yaml(at, &big_map()), &["BIG"], &[]),
    chart("a-merge-key-of-itself", |at| yaml(at, "a: &a\n  <<: *a\n  b: 1\n"), &[], &[]),
    chart(
        "yaml-10000-deep",
        |at| yaml(at, &format!("a: {}{}\n", "[".repeat(10_000), "]".repeat(10_000))),
        &[],
        &["bad.yaml"],
    ),
    chart("an-empty-manifest", |at| yaml(at, ""), &[], &[]),
    chart(
        "a-manifest-of-invalid-utf-8",
        |at| write(at, "manifests/bad.yaml", b"kind: Pod\nname: \xff\n"),
        &[],
        &["bad.yaml"],
    ),
    #[cfg(unix)]
    chart("a-pipe-among-manifests", |at| pipe(&at.join("manifests/bad.yaml")), &[], &[]),
    refused("no-chart", |_| {}, &["entries", "--chart", "nowhere"], &["nowhere"]),
    refused("an-empty-chart", |at| folder(&at.join("empty")), &["entries", "--chart", "empty"], &["empty"]),
    refused(
        "a-chart-without-helm",
        |at| write(at, "c/Chart.yaml", b"name: c\n"),
        &["entries", "--chart", "c"],
        &["helm"],
    ),
    refused("a-chart-that-is-python", |_| {}, &["entries", "--chart", "app/healthy.py"], &["healthy.py"]),
    refused(
        "an-archive-that-is-none",
        |at| write(at, "c.tgz", b"no archive"),
        &["entries", "--chart", "c.tgz"],
        &["c.tgz"],
    ),
    refused("no-application", |_| {}, &["reads", "--app", "nowhere"], &["nowhere"]),
    refused(
        "settings-with-an-unknown-key",
        |at| write(at, "stripcheck.toml", b"app = []\naps = 1\n"),
        READS,
        &["stripcheck.toml:2", "aps"],
    ),
    refused(
        "settings-that-are-a-folder",
        |at| folder(&at.join("s.toml")),
        &["reads", "--config", "s.toml"],
        &["s.toml"],
    ),
    refused(
        "settings-of-invalid-utf-8",
        |at| write(at, "stripcheck.toml", b"app = ['\xff']\n"),
        READS,
        &["stripcheck.toml"],
    ),
    refused("an-output-into-nowhere", |_| {}, &["reads", "--app", "app", "-o", "no/such.json"], &["no such folder"]),
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

fn main() {
    let arguments = Arguments::from_args();
    let root = std::env::temp_dir().join(format!("stripcheck-hostile-{}", std::process::id()));
    let trials = TABLE.iter().map(|hostile| {
        let at = root.join(hostile.name);
        Trial::test(hostile.name, move || run(hostile, &at).map_err(Failed::from))
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    let _ = fs::remove_dir_all(&root);
    conclusion.exit();
}

fn run(hostile: &Hostile, at: &Path) -> Result<(), String> {
    write(at, "app/healthy.py", b"import os\n\nos.environ['HEALTHY']\n");
    write(at, "manifests/healthy.yaml", pod("env: [{name: HEALTHY, value: x}]").as_bytes());
    (hostile.make)(at);
    let (status, out, err) = limited(common::stripcheck(at).args(hostile.args).args(["--format", "json"]), at)?;
    if status != Some(hostile.exit) || err.contains("panicked") {
        return Err(format!("exit {status:?}: {err}"));
    }
    if hostile.exit == 2 {
        let line = err.trim_end();
        let missing = hostile.says.iter().find(|part| !line.contains(*part));
        return match missing {
            _ if line.contains('\n') => Err(format!("more than one line: {err}")),
            Some(part) => Err(format!("{part} is not in: {err}")),
            None => Ok(()),
        };
    }
    let report: Value = serde_json::from_str(&out).map_err(|e| format!("{e}: {out}"))?;
    let found: Vec<&str> = (report["reads"].as_array().into_iter().flatten().filter_map(|r| r["key"]["text"].as_str()))
        .chain(report["entries"].as_array().into_iter().flatten().filter_map(|e| e["name"].as_str()))
        .collect();
    if let Some(missing) = ["HEALTHY"].iter().chain(hostile.finds).find(|key| !found.contains(key)) {
        return Err(format!("{missing} is not among {found:?}: {}", report["coverage"]["blind_spots"]));
    }
    let spots: Vec<String> =
        report["coverage"]["blind_spots"].as_array().into_iter().flatten().map(Value::to_string).collect();
    let told = |spot: &String| hostile.says.iter().all(|part| spot.contains(part));
    if !hostile.says.is_empty() && !spots.iter().any(told) && !is_readable_all_the_same(hostile, at) {
        return Err(format!("no blind spot says {:?}: {spots:?}", hostile.says));
    }
    Ok(())
}

/// The superuser may read what is forbidden.
fn is_readable_all_the_same(hostile: &Hostile, at: &Path) -> bool {
    hostile.name == "a-file-that-may-not-be-read" && fs::read(at.join("app/bad.py")).is_ok()
}

/// Runs a command; one that takes too long is ended, and that is an error.
fn limited(command: &mut Command, at: &Path) -> Result<(Option<i32>, String, String), String> {
    let (out, err) = (at.join("out"), at.join("err"));
    let file = |path: &PathBuf| File::create(path).map_err(|e| e.to_string());
    command.stdin(Stdio::null()).stdout(file(&out)?).stderr(file(&err)?);
    let mut child = command.spawn().map_err(|e| e.to_string())?;
    let start = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|e| e.to_string())? {
            Some(status) => break status,
            None if start.elapsed() > LIMIT => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("still running after {LIMIT:?}"));
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let text = |path: &PathBuf| fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok((status.code(), text(&out).map_err(|e| e.to_string())?, text(&err).map_err(|e| e.to_string())?))
}

fn write(at: &Path, path: &str, bytes: &[u8]) {
    let path = at.join(path);
    folder(path.parent().expect("parent"));
    fs::write(path, bytes).expect("written");
}

fn folder(path: &Path) {
    fs::create_dir_all(path).expect("folder");
}

fn bad(at: &Path, bytes: &[u8]) {
    write(at, "app/bad.py", bytes);
}

fn yaml(at: &Path, text: &str) {
    write(at, "manifests/bad.yaml", text.as_bytes());
}

#[cfg(unix)]
fn link(target: &str, path: &Path) {
    std::os::unix::fs::symlink(target, path).expect("link");
}

#[cfg(unix)]
fn pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().expect("mkfifo");
    assert!(made.success());
}

#[cfg(unix)]
fn forbidden(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, "import os\n").expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o000)).expect("permissions");
}

/// A pod whose only container has `field`.
fn pod(field: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: bad}}\nspec:\n  template:\n    spec:\n      \
         containers:\n      - name: c\n        image: i\n        {field}\n"
    )
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

fn alias_bomb() -> String {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = level - 1;
        text += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{before}"); 10].join(", "));
    }
    text
}

fn big_map() -> String {
    let big = "x".repeat(2_000_000);
    let pod = pod("envFrom: [{configMapRef: {name: big}}]");
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: big}}\ndata:\n  BIG: {big}\n---\n{pod}")
}
