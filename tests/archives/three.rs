//! One chart, two services and a database: three images, two bundles.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::common::Temporary;
use crate::images::{archive, verdicts};
use crate::make::{self, Entry, write};
use crate::run;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/images/two-services-and-a-database")
}

fn below(folder: &Path, out: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() { below(&path, out) } else { out.push(path) }
    }
}

/// Three layers of the plain files of an image: a system with code that is removed later, what is installed, the rest.
fn layers(image: &str) -> [Vec<u8>; 3] {
    let folder = fixture().join(image);
    let mut paths = Vec::new();
    below(&folder, &mut paths);
    paths.sort();
    let text = |path: &PathBuf| {
        let inner = path.strip_prefix(&folder).expect("below").to_string_lossy().into_owned();
        (inner, std::fs::read_to_string(path).expect("text"))
    };
    let files: Vec<(String, String)> = paths.iter().map(text).collect();
    let (installed, own): (Vec<_>, Vec<_>) = files.into_iter().partition(|(path, _)| path.contains("site-packages"));
    let python = if own.iter().any(|(path, _)| path.ends_with(".py")) { "usr/local/bin/python3" } else { "bin/sh" };
    let system = [
        (python, Entry::File("\x7fELF")),
        ("etc/os-release", Entry::File("ID=debian\n")),
        ("app/old.py", Entry::File("import os\nos.environ['JOBS_QUEUE'], os.environ['WEB_SECRET']\n")),
        ("srv/old.py", Entry::File("import os\nos.environ['API_TOKEN'], os.environ['WEB_SECRET']\n")),
    ];
    let own = own.iter().map(|(path, text)| (path.as_str(), Entry::File(text)));
    let gone = ["app/.wh.old.py", "srv/.wh.old.py"].map(|path| (path, Entry::File("")));
    [make::tar(&system), make::tar_of(&installed, ""), make::tar(&own.chain(gone).collect::<Vec<_>>())]
}

fn config(command: &str, working_dir: &str) -> Vec<u8> {
    let config = serde_json::json!({"architecture": "amd64", "os": "linux", "config": {
        "Env": ["PATH=/usr/local/bin:/usr/bin:/bin"], "Cmd": command.split(' ').collect::<Vec<_>>(), "WorkingDir": working_dir}});
    config.to_string().into_bytes()
}

/// What `docker save` writes.
fn saved(image: &str, name: &str, config: Vec<u8>) -> Vec<u8> {
    let paths = ["1/layer.tar", "2/layer.tar", "3/layer.tar"].map(String::from);
    let manifest = serde_json::json!([{"Config": "config.json", "RepoTags": [name], "Layers": paths}]);
    let mut files = vec![("manifest.json".into(), manifest.to_string().into_bytes()), ("config.json".into(), config)];
    files.extend(paths.into_iter().zip(layers(image)));
    archive(&files)
}

/// Writes an OCI layout, whose layers are packed in two ways; the digest of its manifest.
fn layout(folder: &Path, image: &str, name: &str, config: &[u8]) -> String {
    let blob = |bytes: &[u8]| {
        let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        write(&folder.join("blobs/sha256").join(&digest), bytes);
        serde_json::json!({"digest": format!("sha256:{digest}"), "size": bytes.len()})
    };
    let [system, installed, own] = layers(image);
    let layers = [blob(&make::gzip(&system)), blob(&make::zstd(&installed)), blob(&make::gzip(&own))];
    let manifest = serde_json::json!({"schemaVersion": 2, "config": blob(config), "layers": layers});
    let mut descriptor = blob(manifest.to_string().as_bytes());
    descriptor["annotations"] = serde_json::json!({"io.containerd.image.name": name});
    let index = serde_json::json!({"schemaVersion": 2, "manifests": [descriptor]});
    write(&folder.join("index.json"), index.to_string().as_bytes());
    write(&folder.join("oci-layout"), br#"{"imageLayoutVersion": "1.0.0"}"#);
    descriptor["digest"].as_str().expect("a digest").to_string()
}

/// What `check --format json` says, without what tells images from bundles: the paths before files, and ids.
fn report(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    let chart = fixture().join("chart").to_string_lossy().into_owned();
    let check = ["check", "--format", "json", "--platform", "linux/amd64", "--chart", &chart];
    let (status, said, wrong) = run(folder, &[&check[..], arguments].concat());
    assert_eq!(status, Some(0), "{arguments:?}: {wrong}");
    serde_json::from_str(&said).expect("JSON")
}

/// Each entry with verdict, reasons, and the readers in full.
fn evidence(report: &serde_json::Value) -> Vec<String> {
    let rows = |name: &str| report[name].as_array().expect("rows").clone();
    let reads: Vec<serde_json::Value> = rows("reads");
    let shown = |id: &serde_json::Value| {
        let mut read = reads.iter().find(|read| read["id"] == *id).expect("a read").clone();
        read["id"].take();
        read["root"].take();
        read.to_string()
    };
    let entry = |entry: serde_json::Value| {
        let readers: Vec<String> = entry["reads"].as_array().expect("reads").iter().map(shown).collect();
        // Why an image is not scanned depends on whether it is there.
        let scanned = entry["reasons"][0]["code"] != "not-scanned";
        let reasons = if scanned { &entry["reasons"] } else { &entry["reasons"][0]["code"] };
        format!("{} {} {} {reasons} {readers:?}", entry["container"], entry["name"], entry["verdict"])
    };
    rows("entries").into_iter().map(entry).collect()
}

fn blind_spots(report: &serde_json::Value) -> String {
    report["coverage"]["blind_spots"].to_string()
}

const EXPECTED: [&str; 10] = [
    "jobs API_TOKEN safe no-reader",
    "jobs JOBS_QUEUE unsafe read",
    "jobs POSTGRES_PASSWORD unsafe read",
    "jobs WEB_SECRET safe no-reader",
    "web API_TOKEN unsafe read",
    "web JOBS_QUEUE safe no-reader",
    "web POSTGRES_PASSWORD safe no-reader",
    "web WEB_SECRET unsafe read",
    "database POSTGRES_PASSWORD review not-scanned",
    "database WEB_SECRET review not-scanned",
];

#[test]
fn of_three_images_each_judges_its_own_containers_and_so_do_two_bundles() {
    let folder = Temporary::new("three-images");
    let web = config("python3 -m shop_web", "/app");
    write(&folder.0.join("web.tar"), &saved("web", "registry.example/shop/web:1.4", web));
    let jobs = config("python3 -m shop_jobs.worker", "/srv");
    let digest = layout(&folder.0.join("jobs"), "jobs", "registry.example/shop/jobs:2.0", &jobs);
    let database = config("docker-entrypoint.sh postgres", "/");
    write(&folder.0.join("database.tar"), &saved("database", "postgres:16.4", database));
    for (image, bundle) in [("web.tar", "web.scan"), ("jobs", "jobs.scan")] {
        let scan = ["scan", image, "--platform", "linux/amd64", "-o", bundle];
        assert_eq!(run(&folder.0, &scan), (Some(0), String::new(), String::new()));
    }
    let bundles = ["--scan", "web.scan", "--scan", "jobs.scan"];
    let mapped = ["--image", "shop/web=web.tar", "--image", "shop/jobs=jobs", "--image", "postgres=database.tar"];
    let named = ["--app", "web.tar", "--app", "jobs", "--app", "database.tar"];
    let from_bundles = report(&folder.0, &bundles);
    for arguments in [&bundles[..], &mapped, &named] {
        let found = report(&folder.0, arguments);
        assert_eq!(evidence(&found), evidence(&from_bundles), "{arguments:?}");
        assert!(!blind_spots(&found).contains("another tag or digest"), "{found}");
    }
    let chart = fixture().join("chart").to_string_lossy().into_owned();
    assert_eq!(verdicts(&folder.0, &[&["--chart", &chart][..], &bundles].concat()), EXPECTED);

    // By digest, the one that the image in the layout has; by another tag, another digest.
    let by_digest = format!("jobs.image=registry.example/shop/jobs@{digest}");
    let mirrored = format!("jobs.image=mirror.example/jobs@{digest}");
    let other = format!("jobs.image=registry.example/shop/jobs@sha256:{}", "0".repeat(64));
    for (image, differs) in
        [(&*by_digest, false), (&mirrored, false), (&other, true), ("web.image=registry.example/shop/web:1.5", true)]
    {
        for arguments in [&bundles[..], &named] {
            let found = report(&folder.0, &[arguments, &["--set", image]].concat());
            assert_eq!(evidence(&found), evidence(&from_bundles), "{image}");
            assert_eq!(blind_spots(&found).contains("another tag or digest"), differs, "{image}: {found}");
        }
    }
}
