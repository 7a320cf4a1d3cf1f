//! The same code in archives of all kinds: the same reads with the same owners.

use std::path::{Path, PathBuf};

#[allow(dead_code, reason = "each harness uses a part")]
mod common;
#[path = "common/archives.rs"]
mod make;

use make::{Entry, write};

/// A folder that goes away.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Temporary {
        let path = std::env::temp_dir().join(format!("stripcheck-archives-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("folder");
        Temporary(std::fs::canonicalize(path).expect("canonical"))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

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
    for root in [
        "tree/site-packages",
        "wheels",
        "plain.tar",
        "packed.tar.gz",
        "packed.tar.zst",
        "all.zip",
        "app.pyz",
        "app.pex",
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

/// A pod with a container `web` of an image, which gets these variables.
fn pod(image: &str, more: &str, names: &[&str]) -> String {
    let env: Vec<String> = names.iter().map(|name| format!("    - {{name: {name}, value: secret}}\n")).collect();
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers:\n  - name: web\n    image: {image}\n{more}    env:\n{}",
        env.concat()
    )
}

/// The verdict and the first reason of each entry, as `container NAME verdict code`.
fn verdicts(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let output = common::stripcheck(folder).args(["check", "--format", "json"]).args(arguments).output().expect("run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("?").to_string();
    let show = |entry: &serde_json::Value| {
        let parts = [&entry["container"], &entry["name"], &entry["verdict"], &entry["reasons"][0]["code"]];
        parts.map(text).join(" ")
    };
    report["entries"].as_array().expect("entries").iter().map(show).collect()
}

const CONFIG: &str = r#"{"architecture":"amd64","os":"linux","config":{
    "Env":["PATH=/opt/venv/bin:/usr/bin","FROM_IMAGE=swordfish","PYTHONPATH=/opt/lib"],
    "Entrypoint":["python","-m","service"],"Cmd":["--verbose"],"WorkingDir":"/app"}}"#;

const SERVICE: &str = "import os\nimport acme_client\nimport extra\nos.environ['OWN_TOKEN']\nos.getenv('FROM_IMAGE')\n";

/// Three layers: a system with what is replaced, installed packages, the application.
fn layers() -> [Vec<u8>; 3] {
    let site = "opt/venv/lib/python3.12/site-packages/";
    let system = [
        ("etc/os-release", Entry::File("ID=debian\n")),
        ("usr/bin/python3.12", Entry::File("\x7fELF")),
        ("usr/bin/python3", Entry::Link("python3.12")),
        ("opt/venv/bin/python", Entry::Link("/usr/bin/python3")),
        ("app/old.py", Entry::File("import os\nos.environ['OLD']\n")),
        ("app/gone/a.py", Entry::File("import os\nos.environ['GONE']\n")),
        ("opt/extra/extra.py", Entry::File("import os\nos.environ['EXTRA_TOKEN']\n")),
        ("opt/lib", Entry::Link("/opt/extra")),
        ("opt/venv/lib/python3.12/site-packages/stale/__init__.py", Entry::File("import os\nos.environ['STALE']\n")),
        ("opt/venv/lib64", Entry::Link("lib")),
    ];
    let files = super_site(site);
    let packages = files.iter().map(|(path, text)| (path.as_str(), Entry::File(text)));
    let opaque = format!("{site}.wh..wh..opq");
    let packages: Vec<_> = packages.chain([(opaque.as_str(), Entry::File(""))]).collect();
    let application = [
        ("app/.wh.old.py", Entry::File("")),
        ("app/.wh.gone", Entry::File("")),
        ("app", Entry::Folder),
        ("app/service/__init__.py", Entry::File("")),
        ("app/service/__main__.py", Entry::File(SERVICE)),
    ];
    [make::tar(&system), make::tar(&packages), make::tar(&application)]
}

fn super_site(prefix: &str) -> Vec<(String, String)> {
    site().into_iter().map(|(path, text)| (format!("{prefix}{path}"), text)).collect()
}

/// A blob of a layout: its path and digest. The digests are names here.
fn blob(name: &str) -> (String, String) {
    (format!("blobs/sha256/{name}"), format!("sha256:{name}"))
}

/// The files of an OCI layout of an image for two platforms.
fn layout(layers: [Vec<u8>; 3], name: &str) -> Vec<(String, Vec<u8>)> {
    let [system, packages, application] = layers;
    let json = |text: String| text.into_bytes();
    let index = format!(
        r#"{{"manifests":[{{"digest":"sha256:index","annotations":{{"io.containerd.image.name":"{name}"}}}}]}}"#
    );
    let platforms = r#"{"manifests":[{"digest":"sha256:other","platform":{"os":"linux","architecture":"s390x"}},
        {"digest":"sha256:manifest","platform":{"os":"linux","architecture":"amd64"}},
        {"digest":"sha256:said","platform":{"os":"unknown","architecture":"unknown"}}]}"#;
    let manifest = r#"{"config":{"digest":"sha256:config"},
        "layers":[{"digest":"sha256:l1"},{"digest":"sha256:l2"},{"digest":"sha256:l3"}]}"#;
    vec![
        ("oci-layout".into(), json(r#"{"imageLayoutVersion":"1.0.0"}"#.into())),
        ("index.json".into(), json(index)),
        (blob("index").0, json(platforms.into())),
        (blob("manifest").0, json(manifest.into())),
        (blob("config").0, json(CONFIG.into())),
        (blob("l1").0, make::zstd(&system)),
        (blob("l2").0, make::gzip(&packages)),
        (blob("l3").0, application),
    ]
}

/// What `docker save` wrote before it wrote layouts.
fn saved(layers: [Vec<u8>; 3], name: &str) -> Vec<(String, Vec<u8>)> {
    let [system, packages, application] = layers;
    let manifest =
        format!(r#"[{{"Config":"abc.json","RepoTags":["{name}"],"Layers":["1/layer.tar","2.tar","3.tar"]}}]"#);
    vec![
        ("manifest.json".into(), manifest.into_bytes()),
        ("abc.json".into(), CONFIG.into()),
        ("1/layer.tar".into(), system),
        ("2.tar".into(), packages),
        ("3.tar".into(), application),
    ]
}

fn archive(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, &bytes[..]).expect("in memory");
    }
    builder.into_inner().expect("in memory")
}

/// The root file system that the layers make.
fn flat() -> Vec<u8> {
    let service = [("app/service/__init__.py", ""), ("app/service/__main__.py", SERVICE), ("etc/os-release", "")];
    let mut files: Vec<(String, String)> = service.map(|(p, t)| (p.to_string(), t.to_string())).to_vec();
    files.push(("opt/lib/extra.py".into(), "import os\nos.environ['EXTRA_TOKEN']\n".into()));
    files.push(("usr/bin/python3".into(), "\x7fELF".into()));
    files.push(("opt/venv/bin/python3".into(), "\x7fELF".into()));
    files.extend(super_site("opt/venv/lib/python3.12/site-packages/"));
    make::tar_of(&files, "")
}

const IMAGE_READS: [&str; 7] = [
    "acme_client/client.py:4 API_TOKEN acme-client 2.4.1",
    "acme_client/client.py:5 API_URL acme-client 2.4.1",
    "acme_client/helper.py:4 * acme-client 2.4.1",
    "extra.py:2 EXTRA_TOKEN extra null",
    "other/__init__.py:2 OTHER_NAME other 1.0",
    "service/__main__.py:4 OWN_TOKEN I/app null",
    "service/__main__.py:5 FROM_IMAGE I/app null",
];

const NAMES: [&str; 6] = ["API_TOKEN", "EXTRA_TOKEN", "FROM_IMAGE", "OTHER_NAME", "OWN_TOKEN", "UNUSED_THING"];

const VERDICTS: [&str; 6] = [
    "web API_TOKEN unsafe read",
    "web EXTRA_TOKEN unsafe read",
    "web FROM_IMAGE review value-changes",
    "web OTHER_NAME review unreached-read",
    "web OWN_TOKEN unsafe read",
    "web UNUSED_THING safe no-reader",
];

/// Images in all forms, below `folder`: their names.
fn images(folder: &Path) -> Vec<&'static str> {
    let at = |path: &str| folder.join(path);
    for (path, bytes) in layout(layers(), "docker.io/acme/web:1.2") {
        write(&at("layout").join(path), &bytes);
    }
    write(&at("layout.tar"), &archive(&layout(layers(), "acme/web:1.2")));
    write(&at("saved.tar"), &archive(&saved(layers(), "acme/web:1.2")));
    write(&at("saved.tar.gz"), &make::gzip(&archive(&saved(layers(), "acme/web:1.2"))));
    vec!["layout", "layout.tar", "saved.tar", "saved.tar.gz"]
}

#[test]
fn images_are_read_layer_by_layer() {
    let folder = Temporary::new("images");
    let names = images(&folder.0);
    write(&folder.0.join("flat.tar"), &flat());
    write(&folder.0.join("config.json"), CONFIG.as_bytes());
    write(&folder.0.join("pod.yaml"), pod("acme/web:1.2", "", &NAMES).as_bytes());
    let platform = ["--platform", "linux/amd64"];
    for name in names.iter().copied().chain(["flat.tar"]) {
        let config: &[&str] = if name == "flat.tar" { &["--image-config", "config.json"] } else { &[] };
        let arguments = [&["--app", name][..], &platform, config].concat();
        let found: Vec<String> =
            reads(&folder.0, &arguments).iter().map(|r| r.replace(&format!("{name}/"), "I/")).collect();
        assert_eq!(found, IMAGE_READS, "{name}");
        let arguments = [&arguments[..], &["--chart", "pod.yaml"]].concat();
        assert_eq!(verdicts(&folder.0, &arguments), VERDICTS, "{name}");
    }
    // What is installed in it, for an application that is elsewhere.
    let installed = reads(&folder.0, &["--vendored", "saved.tar"]);
    assert_eq!(installed, IMAGE_READS[..5]);
}

#[test]
fn the_wrong_platform_is_refused() {
    let folder = Temporary::new("platform");
    images(&folder.0);
    let arguments = ["reads", "--app", "layout", "--platform", "linux/arm64"];
    let output = common::stripcheck(&folder.0).args(arguments).output().expect("run");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && said.contains("linux/s390x, linux/amd64"), "{said}");
}

#[test]
fn a_root_file_system_comes_on_standard_input_too() {
    use std::process::Stdio;
    let folder = Temporary::new("stdin");
    write(&folder.0.join("config.json"), CONFIG.as_bytes());
    write(&folder.0.join("flat.tar"), &flat());
    let input = std::fs::File::open(folder.0.join("flat.tar")).expect("file");
    let output = common::stripcheck(&folder.0)
        .args(["reads", "--app", "-", "--image-config", "config.json", "--format", "jsonl"])
        .stdin(Stdio::from(input))
        .output()
        .expect("run");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.lines().count(), IMAGE_READS.len(), "{said}");
}

#[test]
fn the_application_can_be_a_distribution() {
    let folder = Temporary::new("dist");
    let mut files = super_site("usr/lib/python3/dist-packages/");
    files.push(("etc/os-release".into(), String::new()));
    files.push(("usr/bin/python3".into(), String::new()));
    write(&folder.0.join("flat.tar"), &make::tar_of(&files, ""));
    write(&folder.0.join("pod.yaml"), pod("x", "", &["API_TOKEN", "OTHER_NAME"]).as_bytes());
    let arguments = ["--app", "flat.tar", "--chart", "pod.yaml"];
    let named = [&arguments[..], &["--app-dist", "acme_client"]].concat();
    assert_eq!(verdicts(&folder.0, &named), ["web API_TOKEN unsafe read", "web OTHER_NAME review unreached-read"]);
    assert_eq!(
        verdicts(&folder.0, &arguments),
        ["web API_TOKEN review unreached-read", "web OTHER_NAME review unreached-read"]
    );
    let mark = "usr/lib/python3/dist-packages/other-1.0.dist-info/direct_url.json";
    files.push((mark.into(), r#"{"url": "file:///src", "dir_info": {}}"#.into()));
    write(&folder.0.join("flat.tar"), &make::tar_of(&files, ""));
    assert_eq!(verdicts(&folder.0, &arguments), ["web API_TOKEN review unreached-read", "web OTHER_NAME unsafe read"]);
    let missing = common::stripcheck(&folder.0).args(["reads", "--app", "flat.tar", "--app-dist", "nothing"]).output();
    assert_eq!(missing.expect("run").status.code(), Some(2));
}

fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = common::stripcheck(folder).args(arguments).output().expect("run");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_bundle_judges_as_its_sources_do() {
    let folder = Temporary::new("bundle");
    let mut files = site();
    files.push(("more.cfg".into(), "x = ${LATE_MENTION} lower_case_name\n".into()));
    for (path, text) in &files {
        write(&folder.0.join("site").join(path), text.as_bytes());
    }
    write(&folder.0.join("app/main.py"), SERVICE.as_bytes());
    let names = [&NAMES[..], &["ACME_HOME_DIR", "LATE_MENTION", "lower_case_name", "API_URL"]].concat();
    write(&folder.0.join("pod.yaml"), pod("acme/web:1.2", "", &names).as_bytes());
    let roots = ["--app", "app", "--vendored", "site"];
    let (status, _, said) = run(&folder.0, &[&["scan"][..], &roots, &["-o", "a.scan"]].concat());
    assert_eq!((status, &*said), (Some(0), ""));
    run(&folder.0, &[&["scan"][..], &roots, &["-o", "b.scan", "--threads", "1"]].concat());
    let bytes = std::fs::read(folder.0.join("a.scan")).expect("bundle");
    assert!(bytes == std::fs::read(folder.0.join("b.scan")).expect("bundle"), "the same bytes");
    for secret in ["swordfish", "os.environ['OWN_TOKEN']"] {
        let lines = zstd::decode_all(&bytes[..]).expect("zstd shows it");
        assert!(memchr::memmem::find(&lines, secret.as_bytes()).is_none(), "{secret}");
    }
    for format in ["terminal", "json"] {
        let chart = ["check", "--chart", "pod.yaml", "--format", format];
        let from_sources = run(&folder.0, &[&chart[..], &roots].concat()).1;
        let mut from_bundle = run(&folder.0, &[&chart[..], &["--scan", "a.scan"]].concat()).1;
        if format == "terminal" {
            // A name that a bundle cannot be asked for is the one difference.
            assert!(from_bundle.contains("a bundle holds only names in capitals"), "{from_bundle}");
            continue;
        }
        assert!(from_sources.contains("\"lower_case_name\""));
        let entries = |text: &str| {
            let report: serde_json::Value = serde_json::from_str(text).expect("JSON");
            let mut entries = report["entries"].as_array().expect("entries").clone();
            entries.retain(|entry| entry["name"] != "lower_case_name");
            let mut coverage = report["coverage"].clone();
            let spots = coverage["blind_spots"].as_array_mut().expect("blind spots");
            spots.retain(|spot| {
                !spot["detail"].as_str().is_some_and(|detail| detail.contains("only names in capitals"))
            });
            (entries, report["reads"].clone(), coverage)
        };
        assert_eq!(entries(&from_sources), entries(&from_bundle));
        from_bundle.clear();
    }
    for (name, bytes, why) in [
        ("cut.scan", bytes[..bytes.len() - 7].to_vec(), "damaged"),
        ("newer.scan", [&bytes[..24], b"9", &bytes[25..]].concat(), "version 9"),
        ("none.scan", b"hello".to_vec(), "no scan bundle"),
    ] {
        write(&folder.0.join(name), &bytes);
        let (status, _, said) = run(&folder.0, &["check", "--chart", "pod.yaml", "--scan", name]);
        assert!(status == Some(2) && said.contains(name) && said.contains(why), "{name}: {said}");
    }
}

#[test]
fn an_image_and_its_bundle_are_found_by_name() {
    let folder = Temporary::new("names");
    images(&folder.0);
    write(&folder.0.join("pod.yaml"), pod("acme/web:1.2", "", &NAMES).as_bytes());
    let scan = ["scan", "saved.tar", "-o", "web.scan"];
    assert_eq!(run(&folder.0, &scan).0, Some(0));
    assert_eq!(verdicts(&folder.0, &["--chart", "pod.yaml", "--scan", "web.scan"]), VERDICTS);
    let bundle = std::fs::read(folder.0.join("web.scan")).expect("bundle");
    let lines = zstd::decode_all(&bundle[..]).expect("zstd shows it");
    assert!(memchr::memmem::find(&lines, b"swordfish").is_none(), "a value of the image");
    let mapped = ["--chart", "other.yaml", "--image", "mirror/web=web.scan"];
    write(&folder.0.join("other.yaml"), pod("mirror/web:7", "", &NAMES).as_bytes());
    assert_eq!(verdicts(&folder.0, &mapped), VERDICTS);
    let unknown = verdicts(&folder.0, &["--chart", "other.yaml", "--scan", "web.scan"]);
    assert!(unknown.iter().all(|line| line.ends_with("review not-scanned")), "{unknown:?}");
    write(&folder.0.join("pod.yaml"), pod("acme/web:1.3", "", &NAMES).as_bytes());
    let (_, said, _) = run(&folder.0, &["check", "--format", "json", "--chart", "pod.yaml", "--scan", "web.scan"]);
    assert!(said.contains("acme/web:1.3 is judged by the code of acme/web:1.2"), "{said}");
}

#[test]
fn each_container_is_judged_by_its_own_code() {
    let folder = Temporary::new("three");
    let service = |key: &str| format!("import os\nimport lib\nos.environ['{key}']\n");
    for (name, own, library) in [("web", "WEB_TOKEN", "LIB_ONE"), ("jobs", "JOBS_TOKEN", "LIB_TWO")] {
        write(&folder.0.join(name).join("app/main.py"), service(own).as_bytes());
        write(
            &folder.0.join(name).join("site-packages/lib.py"),
            format!("import os\nos.environ['{library}']\n").as_bytes(),
        );
        let (app, site) = (format!("{name}/app"), format!("{name}/site-packages"));
        let (output, image) = (format!("{name}.scan"), format!("acme/{name}:1"));
        let arguments = ["scan", "--app", &app, "--vendored", &site, "-o", &output, "--name", &image];
        assert_eq!(run(&folder.0, &arguments), (Some(0), String::new(), String::new()));
    }
    let names = ["JOBS_TOKEN", "LIB_ONE", "LIB_TWO", "WEB_TOKEN"];
    let charts = ["acme/web:1", "acme/jobs:1", "postgres:16"].map(|image| pod(image, "", &names));
    write(&folder.0.join("chart.yaml"), charts.join("---\n").as_bytes());
    let found = verdicts(&folder.0, &["--chart", "chart.yaml", "--scan", "web.scan", "--scan", "jobs.scan"]);
    let expected = [
        ["safe", "unsafe", "safe", "unsafe"],
        ["unsafe", "safe", "unsafe", "safe"],
        ["review", "review", "review", "review"],
    ];
    let words: Vec<&str> = found.iter().filter_map(|line| line.split(' ').nth(2)).collect();
    assert_eq!(words, expected.concat(), "{found:?}");
    assert!(found[8..].iter().all(|line| line.ends_with("not-scanned")), "{found:?}");

    let (status, table, _) = run(&folder.0, &["who-reads", "LIB_ONE", "WEB_TOKEN", "--scan", "."]);
    assert_eq!(status, Some(0));
    let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[1], ["acme/web:1", "LIB_ONE", "lib", "fails-at-start", "lib.py:2"]);
    assert_eq!(lines[2][..2], ["acme/web:1", "WEB_TOKEN"]);
    assert!(table.ends_with("2 readers in 1 services; 2 bundles asked\n"), "{table}");
    let (_, json, _) =
        run(&folder.0, &["who-reads", "--dist", "lib", "--format", "jsonl", "--scan", "jobs.scan", "web.scan"]);
    let keys: Vec<String> = json
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["key"].to_string())
        .collect();
    assert_eq!(keys, ["\"LIB_TWO\"", "\"LIB_ONE\""]);
    assert_eq!(run(&folder.0, &["who-reads", "X", "--scan", "web/app"]).0, Some(2));
}

#[test]
fn a_bundle_is_as_its_schema_says() {
    let folder = Temporary::new("schema");
    images(&folder.0);
    assert_eq!(run(&folder.0, &["scan", "layout", "--platform", "linux/amd64", "-o", "web.scan"]).0, Some(0));
    let schema = serde_json::from_str(&run(&folder.0, &["schema", "bundle"]).1).expect("JSON");
    let bytes = std::fs::read(folder.0.join("web.scan")).expect("bundle");
    let text = String::from_utf8(zstd::decode_all(&bytes[..]).expect("zstd shows it")).expect("text");
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let [head, body] = lines.as_slice() else { panic!("two lines") };
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let instance = serde_json::json!({ "head": head, "body": body });
    let errors: Vec<String> = validator.iter_errors(&instance).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(head["images"][0]["application"], "/app (its WORKDIR, which holds Python)");
}
