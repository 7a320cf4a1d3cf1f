//! Images in all forms, and what a chart is told of them.

use std::path::Path;

use crate::common::{self, Temporary};
use crate::make::{self, Entry, write};
use crate::{reads, site};

/// A pod with a container `web` of an image, which gets these variables.
pub fn pod(image: &str, more: &str, names: &[&str]) -> String {
    let env: Vec<String> = names.iter().map(|name| format!("    - {{name: {name}, value: secret}}\n")).collect();
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers:\n  - name: web\n    image: {image}\n{more}    env:\n{}",
        env.concat()
    )
}

/// The verdict and the first reason of each entry, as `container NAME verdict code`.
pub fn verdicts(folder: &Path, arguments: &[&str]) -> Vec<String> {
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

pub const CONFIG: &str = r#"{"architecture":"amd64","os":"linux","config":{
    "Env":["PATH=/opt/venv/bin:/usr/bin","FROM_IMAGE=swordfish","PYTHONPATH=/opt/lib"],
    "Entrypoint":["python","-m","service"],"Cmd":["--verbose"],"WorkingDir":"/app"}}"#;

pub const SERVICE: &str =
    "import os\nimport acme_client\nimport extra\nos.environ['OWN_TOKEN']\nos.getenv('FROM_IMAGE')\n";

/// Three layers: a system with what is replaced, installed packages, the application.
pub fn layers() -> [Vec<u8>; 3] {
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

pub fn super_site(prefix: &str) -> Vec<(String, String)> {
    site().into_iter().map(|(path, text)| (format!("{prefix}{path}"), text)).collect()
}

/// A blob of a layout: its path and digest. The digests are names here.
pub fn blob(name: &str) -> (String, String) {
    (format!("blobs/sha256/{name}"), format!("sha256:{name}"))
}

/// The files of an OCI layout of an image for two platforms.
pub fn layout(layers: [Vec<u8>; 3], name: &str) -> Vec<(String, Vec<u8>)> {
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
pub fn saved(layers: [Vec<u8>; 3], name: &str) -> Vec<(String, Vec<u8>)> {
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

pub fn archive(files: &[(String, Vec<u8>)]) -> Vec<u8> {
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
pub fn flat() -> Vec<u8> {
    let service = [("app/service/__init__.py", ""), ("app/service/__main__.py", SERVICE), ("etc/os-release", "")];
    let mut files: Vec<(String, String)> = service.map(|(p, t)| (p.to_string(), t.to_string())).to_vec();
    files.push(("opt/lib/extra.py".into(), "import os\nos.environ['EXTRA_TOKEN']\n".into()));
    files.push(("usr/bin/python3".into(), "\x7fELF".into()));
    files.push(("opt/venv/bin/python3".into(), "\x7fELF".into()));
    files.extend(super_site("opt/venv/lib/python3.12/site-packages/"));
    make::tar_of(&files, "")
}

pub const IMAGE_READS: [&str; 7] = [
    "acme_client/client.py:4 API_TOKEN acme-client 2.4.1",
    "acme_client/client.py:5 API_URL acme-client 2.4.1",
    "acme_client/helper.py:4 * acme-client 2.4.1",
    "extra.py:2 EXTRA_TOKEN extra null",
    "other/__init__.py:2 OTHER_NAME other 1.0",
    "service/__main__.py:4 OWN_TOKEN I/app null",
    "service/__main__.py:5 FROM_IMAGE I/app null",
];

pub const NAMES: [&str; 6] = ["API_TOKEN", "EXTRA_TOKEN", "FROM_IMAGE", "OTHER_NAME", "OWN_TOKEN", "UNUSED_THING"];

pub const VERDICTS: [&str; 6] = [
    "web API_TOKEN unsafe read",
    "web EXTRA_TOKEN unsafe read",
    "web FROM_IMAGE review value-changes",
    "web OTHER_NAME review unreached-read",
    "web OWN_TOKEN unsafe read",
    "web UNUSED_THING safe no-reader",
];

/// Images in all forms, below `folder`: their names.
pub fn images(folder: &Path) -> Vec<&'static str> {
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
pub fn images_are_read_layer_by_layer() {
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
    // The only one is taken as it is, unless another platform was asked for.
    let index = br#"{"manifests":[{"digest":"sha256:manifest","platform":{"os":"linux","architecture":"s390x"}}]}"#;
    write(&folder.0.join("layout/index.json"), index);
    assert_eq!(reads(&folder.0, &["--vendored", "layout"]).len(), 5);
    let (status, _, said) = crate::run(&folder.0, &["reads", "--vendored", "layout", "--platform", "linux/arm64"]);
    assert!(status == Some(2) && said.contains("no image for linux/arm64, but for linux/s390x"), "{said}");
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

#[test]
fn one_image_of_several_is_chosen_by_its_name() {
    let folder = Temporary::new("several");
    let service = |key: &str| {
        let code = format!("import os\nos.environ['{key}']\n");
        make::tar(&[("app/main.py", Entry::File(&code)), ("usr/bin/python3", Entry::File(""))])
    };
    let manifest = r#"[{"Config":"a.json","RepoTags":["acme/web:1"],"Layers":["a.tar"]},
        {"Config":"b.json","RepoTags":["registry.acme.org:5000/acme/jobs:2"],"Layers":["b.tar"]}]"#;
    let files = [
        ("manifest.json", manifest.as_bytes().to_vec()),
        ("a.json", CONFIG.into()),
        ("b.json", CONFIG.into()),
        ("a.tar", service("OF_WEB")),
        ("b.tar", service("OF_JOBS")),
    ];
    write(&folder.0.join("saved.tar"), &archive(&files.map(|(path, bytes)| (path.to_string(), bytes))));
    let index = r#"{"manifests":[
        {"digest":"sha256:ma","annotations":{"io.containerd.image.name":"docker.io/acme/web:1"}},
        {"digest":"sha256:ma","annotations":{"io.containerd.image.name":"docker.io/acme/web:latest"}},
        {"digest":"sha256:mb","annotations":{"io.containerd.image.name":"acme/jobs:2"}}]}"#;
    let one = |layer: &str| {
        format!(r#"{{"config":{{"digest":"sha256:c"}},"layers":[{{"digest":"sha256:{layer}"}}]}}"#).into_bytes()
    };
    let files = [
        ("oci-layout".to_string(), b"{}".to_vec()),
        ("index.json".to_string(), index.as_bytes().to_vec()),
        (blob("ma").0, one("a")),
        (blob("mb").0, one("b")),
        (blob("c").0, CONFIG.into()),
        (blob("a").0, service("OF_WEB")),
        (blob("b").0, service("OF_JOBS")),
    ];
    write(&folder.0.join("layout.tar"), &archive(&files));
    for image in ["saved.tar", "layout.tar"] {
        for (tag, key) in [("acme/web:1", "OF_WEB"), ("web", "OF_WEB"), ("jobs:2", "OF_JOBS"), ("acme/jobs", "OF_JOBS")]
        {
            let layout_has_two = image == "layout.tar" && tag == "web";
            if layout_has_two {
                continue;
            }
            let found = reads(&folder.0, &["--app", image, "--tag", tag]);
            assert_eq!(found, [format!("main.py:2 {key} {image}/app null")], "{image} {tag}");
        }
        for (arguments, why) in
            [(&[][..], "several images: tell with --tag"), (&["--tag", "x"], "no image in it is called x")]
        {
            let output = common::stripcheck(&folder.0).args(["reads", "--app", image]).args(arguments).output();
            let output = output.expect("run");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.code() == Some(2) && said.contains(why) && said.contains("acme/jobs:2"), "{said}");
        }
    }
}

#[test]
fn names_in_compiled_python_are_found_and_it_is_a_blind_spot() {
    let folder = Temporary::new("compiled");
    let system = [("usr/bin/python3", ""), ("etc/os-release", ""), ("app/main.py", "import hidden\n")];
    let mut files: Vec<(String, String)> = system.map(|(path, text)| (path.to_string(), text.to_string())).to_vec();
    let site = "usr/lib/python3/dist-packages/";
    files.push((format!("{site}hidden.pyc"), "\u{7}\0\0\0z\u{9}API_TOKENz\u{4}PORT".into()));
    files.push((format!("{site}hidden-1.0.dist-info/METADATA"), "Name: hidden\nVersion: 1.0\n".into()));
    write(&folder.0.join("flat.tar"), &make::tar_of(&files, ""));
    write(&folder.0.join("config.json"), br#"{"config":{"WorkingDir":"/app","Cmd":["python","main.py"]}}"#);
    write(&folder.0.join("pod.yaml"), pod("x", "", &["API_TOKEN", "API_TOKENS"]).as_bytes());
    let scan = ["scan", "flat.tar", "--image-config", "config.json", "--name", "x", "-o", "x.scan"];
    assert_eq!(crate::run(&folder.0, &scan).0, Some(0));
    for sources in [&["--app", "flat.tar", "--image-config", "config.json"][..], &["--scan", "x.scan"]] {
        let found = verdicts(&folder.0, &[&["--chart", "pod.yaml"], sources].concat());
        assert_eq!(found, ["web API_TOKEN review mentioned", "web API_TOKENS safe no-reader"], "{sources:?}");
        let (_, said, _) =
            crate::run(&folder.0, &[&["check", "--chart", "pod.yaml", "--format", "json"][..], sources].concat());
        assert!(said.contains("compiled Python without its source"), "{said}");
    }
}
