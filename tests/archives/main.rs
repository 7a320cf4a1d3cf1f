//! The same code in archives, images and bundles: the same reads with the same owners, and the same verdicts.

use std::path::Path;

#[allow(dead_code, reason = "each harness uses a part")]
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/archives.rs"]
mod make;

mod bundles;
mod caches;
mod entry;
mod images;
mod three;

use common::Temporary;
use make::{Entry, write};

/// An installed distribution: `acme_client` in its version, with a settings class and a helper.
fn site() -> Vec<(String, String)> {
    let client = "import os\nfrom .helper import get\n\nTOKEN = os.environ['API_TOKEN']\nURL = get('API_URL', '')\n";
    let helper = "import os\n\ndef get(name, default=None):\n    return os.environ.get(name, default)\n";
    let files = [
        ("acme_client/__init__.py", "from . import client\n"),
        ("acme_client/client.py", client),
        ("acme_client/helper.py", helper),
        ("acme_client/tool.sh", "echo $ACME_HOME_DIR\n"),
        ("acme_client-2.4.1.dist-info/METADATA", "Name: acme-client\nVersion: 2.4.1\n"),
        (
            "acme_client-2.4.1.dist-info/RECORD",
            "acme_client/__init__.py,,\nacme_client/client.py,,\nacme_client/helper.py,,\nacme_client/tool.sh,,\n",
        ),
        ("other/__init__.py", "import os\nA = os.getenv('OTHER_NAME')\n"),
        ("other-1.0.dist-info/METADATA", "Name: other\nVersion: 1.0\n"),
        ("other-1.0.dist-info/RECORD", "other/__init__.py,,\n"),
    ];
    files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect()
}

fn part(files: &[(String, String)], name: &str) -> Vec<(String, String)> {
    files.iter().filter(|(path, _)| path.starts_with(name)).cloned().collect()
}

/// `file:line key owner version` for each read, sorted.
fn reads(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let output = common::stripcheck(folder).args(["reads", "--format", "jsonl"]).args(arguments).output().expect("run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    let text = String::from_utf8(output.stdout).expect("text");
    let show = |line: &str| {
        let read: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let (owner, key) = (&read["owner"], &read["key"]["text"]);
        format!("{}:{} {key} {} {}", read["file"], read["line"], owner["name"], owner["version"]).replace('"', "")
    };
    let mut found: Vec<String> = text.lines().map(show).collect();
    found.sort();
    found
}

const READS: [&str; 4] = [
    "acme_client/client.py:4 API_TOKEN acme-client 2.4.1",
    "acme_client/client.py:5 API_URL acme-client 2.4.1",
    "acme_client/helper.py:4 * acme-client 2.4.1",
    "other/__init__.py:2 OTHER_NAME other 1.0",
];

#[test]
fn archives_are_read_as_trees_are() {
    let folder = Temporary::new("kinds");
    let files = site();
    let at = |path: &str| folder.0.join(path);
    for (path, text) in &files {
        write(&at("tree/site-packages").join(path), text.as_bytes());
    }
    write(&at("wheels/acme_client-2.4.1-py3-none-any.whl"), &make::zip(&part(&files, "acme_client"), ""));
    write(&at("wheels/other-1.0-py3-none-any.whl"), &make::zip(&part(&files, "other"), ""));
    write(&at("plain.tar"), &make::tar_of(&files, "site-packages/"));
    write(&at("packed.tar.gz"), &make::gzip(&make::tar_of(&files, "./site-packages/")));
    write(&at("packed.tar.zst"), &make::zstd(&make::tar_of(&files, "venv/lib/python3.12/site-packages/")));
    write(&at("all.zip"), &make::zip(&files, "site-packages/"));
    let mut shiv = b"#!/usr/bin/env python3\n".to_vec();
    shiv.extend(make::zip(&files, "site-packages/"));
    write(&at("app.pyz"), &shiv);
    let pex = [part(&files, "acme_client"), part(&files, "other")];
    let pex = pex.iter().zip(["acme_client-2.4.1-py3-none-any.whl", "other-1.0-py3-none-any.whl"]);
    let deps = pex.flat_map(|(files, wheel)| files.iter().map(move |(p, t)| (format!(".deps/{wheel}/{p}"), t.clone())));
    write(&at("app.pex"), &make::zip(&deps.collect::<Vec<_>>(), ""));
    // As `pex --layout packed` makes it.
    write(&at("packed.pex/PEX-INFO"), b"{}");
    write(&at("packed.pex/__main__.py"), b"");
    write(&at("packed.pex/.deps/acme_client-2.4.1-py3-none-any.whl"), &make::zip(&part(&files, "acme_client"), ""));
    write(&at("packed.pex/.deps/other-1.0-py3-none-any.whl"), &make::zip(&part(&files, "other"), ""));
    for root in [
        "tree/site-packages",
        "wheels",
        "plain.tar",
        "packed.tar.gz",
        "packed.tar.zst",
        "all.zip",
        "app.pyz",
        "app.pex",
        "packed.pex",
    ] {
        assert_eq!(reads(&folder.0, &["--vendored", root]), READS, "{root}");
    }
    // A project with a wheel lying about is a project.
    write(&at("project/tool.py"), b"import os\nos.environ['OF_THE_PROJECT']\n");
    write(&at("project/other-1.0-py3-none-any.whl"), &make::zip(&part(&files, "other"), ""));
    assert_eq!(reads(&folder.0, &["--app", "project"]), ["tool.py:2 OF_THE_PROJECT project null"]);
    let both =
        ["--vendored", "wheels/acme_client-2.4.1-py3-none-any.whl", "--vendored", "wheels/other-1.0-py3-none-any.whl"];
    assert_eq!(reads(&folder.0, &both), READS);
}

#[test]
fn an_sdist_is_the_project_in_it() {
    let folder = Temporary::new("sdist");
    let mut files = part(&site(), "acme_client/");
    files.push(("PKG-INFO".into(), "Name: acme-client\nVersion: 2.4.1\n".into()));
    write(&folder.0.join("acme-client-2.4.1.tar.gz"), &make::gzip(&make::tar_of(&files, "acme-client-2.4.1/")));
    assert_eq!(reads(&folder.0, &["--vendored", "acme-client-2.4.1.tar.gz"]), READS[..3]);
    let application = reads(&folder.0, &["--app", "acme-client-2.4.1.tar.gz"]);
    assert_eq!(application[0], "acme_client/client.py:4 API_TOKEN acme-client-2.4.1.tar.gz/acme-client-2.4.1 null");
}

#[test]
fn the_files_of_a_wheel_are_where_it_installs_them() {
    let folder = Temporary::new("data");
    let files = [
        ("acme-1.data/purelib/acme/a.py", "import os\nA = os.environ['IN_PURELIB']\n"),
        ("acme-1.data/scripts/run", "#!python\nimport os\nos.environ['IN_SCRIPT']\n"),
        ("acme-1.dist-info/METADATA", "Name: acme\nVersion: 1\n"),
        ("acme-1.dist-info/RECORD", "acme-1.data/purelib/acme/a.py,,\nacme-1.data/scripts/run,,\n"),
    ];
    let files = files.map(|(path, text)| (path.to_string(), text.to_string()));
    write(&folder.0.join("acme-1-py3-none-any.whl"), &make::zip(&files, ""));
    let expected = ["acme/a.py:2 IN_PURELIB acme 1", "bin/run:3 IN_SCRIPT acme 1"];
    assert_eq!(reads(&folder.0, &["--vendored", "acme-1-py3-none-any.whl"]), expected);
}

#[test]
fn mentions_are_found_in_archives() {
    let folder = Temporary::new("mentions");
    write(&folder.0.join("packed.tar.gz"), &make::gzip(&make::tar_of(&site(), "site-packages/")));
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: web\n    env:\n    - {name: ACME_HOME_DIR, value: x}\n";
    write(&folder.0.join("pod.yaml"), pod.as_bytes());
    let output = common::stripcheck(&folder.0)
        .args(["check", "ACME_HOME_DIR", "--chart", "pod.yaml", "--vendored", "packed.tar.gz"])
        .output()
        .expect("run");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("packed.tar.gz/site-packages/acme_client/tool.sh:1"), "{said}");
}

#[test]
fn hostile_archives_are_refused_or_noticed() {
    let folder = Temporary::new("hostile");
    let code = "import os\nos.environ['GOOD']\n";
    let python: Vec<(String, String)> = vec![("good.py".into(), code.into())];
    let whole = make::tar_of(&python, "");
    let packed = make::gzip(&whole);
    let zipped = make::zip(&python, "");
    let flipped = |bytes: &[u8], at: usize| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 0xff;
        bytes
    };
    let refused: [(&str, Vec<u8>, &str); 9] = [
        ("cut.tar", whole[..700].to_vec(), "cut off"),
        ("no-end.tar", whole[..1024].to_vec(), "cut off"),
        ("cut.tar.gz", packed[..packed.len() - 9].to_vec(), "cut off"),
        ("flipped.tar", flipped(&whole, 10), "damaged"),
        ("flipped.tar.gz", flipped(&packed, packed.len() - 6), "damaged"),
        ("cut.zip", zipped[..zipped.len() - 30].to_vec(), "damaged"),
        ("cut.whl", zipped[..20].to_vec(), "damaged"),
        ("x.tar.xz", b"\xfd7zXZ\0\0\0\0\0".to_vec(), "compressed with xz"),
        ("bomb.tar.gz", bomb(), "a bomb?"),
    ];
    for (name, bytes, why) in refused {
        write(&folder.0.join(name), &bytes);
        let output = common::stripcheck(&folder.0).args(["reads", "--vendored", name]).output().expect("run");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && said.contains(name) && said.contains(why), "{name}: {said}");
    }
    let entries = [
        ("good.py", Entry::File(code)),
        ("good.py", Entry::File(code)),
        ("../../outside.py", Entry::File(code)),
        ("loop", Entry::Link("loop2")),
        ("loop2", Entry::Link("loop")),
        ("out.py", Entry::Link("/etc/passwd")),
        ("hard.py", Entry::HardLink("/etc/passwd")),
        ("same.py", Entry::HardLink("good.py")),
        ("null", Entry::Device),
        ("self", Entry::Link(".")),
        ("good.py/below.py", Entry::File("import os\nos.environ['BELOW']\n")),
    ];
    write(&folder.0.join("odd.tar"), &make::tar(&entries[..10]));
    assert_eq!(reads(&folder.0, &["--app", "odd.tar"]), ["good.py:2 GOOD odd.tar null", "same.py:2 GOOD odd.tar null"]);
    let json =
        common::stripcheck(&folder.0).args(["reads", "--format", "json", "--app", "odd.tar"]).output().expect("run");
    let json = String::from_utf8_lossy(&json.stdout).into_owned();
    for why in ["odd.tar/../../outside.py", "odd.tar/loop", "odd.tar/out.py", "odd.tar/hard.py"] {
        assert!(json.contains(why), "{why}: {json}");
    }
    write(&folder.0.join("file-and-folder.tar"), &make::tar(&entries));
    assert_eq!(
        reads(&folder.0, &["--app", "file-and-folder.tar"]),
        ["good.py/below.py:2 BELOW file-and-folder.tar null", "same.py:2 GOOD file-and-folder.tar null"]
    );
}

#[test]
fn a_damaged_file_within_an_archive_is_an_error_and_never_half_an_answer() {
    let folder = Temporary::new("damaged");
    let code = format!("import os\nos.environ['GOOD']\n# {}\n", "x y z ".repeat(40));
    let files = vec![("good.py".to_string(), code.clone()), ("more/tool.sh".to_string(), "echo $X_Y $A_B\n".into())];
    let whole = make::zip(&files, "");
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: web\n    env:\n    - {name: SOME_NAME, value: x}\n";
    write(&folder.0.join("pod.yaml"), pod.as_bytes());
    let content = |name: &str| memchr::memmem::find(&whole, name.as_bytes()).expect("there") + name.len();
    let flip = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x04;
        bytes
    };
    // Where its length is told: in the header before it, and in the directory at the end.
    let shorter = {
        let mut bytes = whole.clone();
        let central = memchr::memmem::find(&bytes, b"PK\x01\x02").expect("a directory");
        for at in [22, central + 24] {
            bytes[at..at + 4].copy_from_slice(&20_u32.to_le_bytes());
        }
        bytes
    };
    for (name, bytes, inner) in [
        ("flipped.zip", flip(content("good.py") + 20), "good.py"),
        ("script.zip", flip(content("more/tool.sh") + 9), "more/tool.sh"),
        ("shorter.zip", shorter, "good.py"),
    ] {
        write(&folder.0.join(name), &bytes);
        for command in [&["check", "--chart", "pod.yaml", "--app", name][..], &["scan", name, "-o", "x.scan"]] {
            let (status, out, said) = run(&folder.0, command);
            assert!(status == Some(2) && out.is_empty(), "{name}: {out} {said}");
            assert!(said.contains(&format!("{name}/{inner}: damaged")), "{name}: {said}");
            assert!(!folder.0.join("x.scan").exists());
        }
    }
    write(&folder.0.join("whole.zip"), &whole);
    assert_eq!(run(&folder.0, &["check", "--chart", "pod.yaml", "--app", "whole.zip"]).0, Some(0));
}

#[test]
fn limits_are_flags_and_beyond_them_is_an_error_that_names_them() {
    let folder = Temporary::new("limits");
    write(&folder.0.join("a.tar"), &make::tar_of(&site(), ""));
    write(&folder.0.join("bomb.tar.gz"), &bomb());
    for (arguments, why) in [
        (["a.tar", "--max-entries", "3"], "more than 3 entries, the limit for an archive (--max-entries)"),
        (["bomb.tar.gz", "--max-unpacked", "1"], "more than 1 GiB, the limit for an archive (--max-unpacked)"),
        (
            ["bomb.tar.gz", "--max-ratio", "9"],
            "more than 9 times its size, the limit for an archive (a bomb? --max-ratio)",
        ),
    ] {
        let (status, out, said) = run(&folder.0, &[&["reads", "--vendored"][..], &arguments].concat());
        assert!(status == Some(2) && out.is_empty() && said.contains(why), "{arguments:?}: {said}");
    }
    assert_eq!(run(&folder.0, &["reads", "--vendored", "a.tar", "--max-entries", "9"]).0, Some(0));
}

/// Gigabytes of zeros, packed.
fn bomb() -> Vec<u8> {
    let zeros = make::gzip(&vec![0; 64 << 20]);
    // Members of a gzip file follow each other.
    let mut bomb = make::gzip(&make::tar_of(&[("a.py".to_string(), String::new())], "")[..512]);
    for _ in 0..20 {
        bomb.extend(&zeros);
    }
    bomb
}

fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = common::stripcheck(folder).args(arguments).output().expect("run");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}
