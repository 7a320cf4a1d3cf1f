//! What was scanned before judges as its sources do.

use std::path::Path;

use crate::common::Temporary;
use crate::images::{CONFIG, NAMES, SERVICE, VERDICTS, archive, images, pod, saved, verdicts};
use crate::make::{self, Entry, write};
use crate::{run, site};

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
    assert_eq!(head["images"][0]["application"], "/app (its WORKDIR, and its entry point runs service)");
}

#[test]
fn reads_are_exported_as_rows() {
    let folder = Temporary::new("export");
    images(&folder.0);
    let platform = ["--platform", "linux/amd64"];
    let both = [&["scan", "saved.tar", "-o", "all/web.scan", "--export", "web.jsonl"][..], &platform].concat();
    write(&folder.0.join("all/note.txt"), b"no bundle");
    assert_eq!(run(&folder.0, &both), (Some(0), String::new(), String::new()));
    let direct = std::fs::read_to_string(folder.0.join("web.jsonl")).expect("rows");
    let (status, of_bundles, said) = run(&folder.0, &["scan", "--scan", "all", "--export", "-"]);
    assert_eq!((status, of_bundles.lines().count()), (Some(0), direct.lines().count()), "{said}");
    let schema = serde_json::from_str(&run(&folder.0, &["schema", "rows"]).1).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for line in direct.lines().chain(of_bundles.lines()) {
        let row: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert!(validator.is_valid(&row), "{line}");
        assert_eq!(row["service"], "acme/web:1.2");
    }
    assert!(direct.contains("\"key\":\"EXTRA_TOKEN\""), "{direct}");
    for (arguments, why) in [
        (&["scan", "saved.tar"][..], "nothing to write"),
        (&["scan", "--scan", "all", "-o", "x.scan"], "not of bundles"),
    ] {
        let (status, _, said) = run(&folder.0, arguments);
        assert!(status == Some(2) && said.contains(why), "{said}");
    }
}

#[test]
fn a_bundle_knows_literal_paths() {
    let folder = Temporary::new("paths");
    write(&folder.0.join("app/main.py"), b"X = open('/mnt/secrets/API_TOKEN').read()\nY = f'/mnt/secrets/{X}'\n");
    assert_eq!(run(&folder.0, &["scan", "--app", "app", "-o", "a.scan"]).0, Some(0));
    let bytes = std::fs::read(folder.0.join("a.scan")).expect("bundle");
    let text = String::from_utf8(zstd::decode_all(&bytes[..]).expect("zstd shows it")).expect("text");
    let body: serde_json::Value = serde_json::from_str(text.lines().nth(1).expect("two lines")).expect("JSON");
    assert_eq!(body["literal_paths"]["list"], "/mnt/secrets/API_TOKEN\n/mnt/secrets/{X}\n");
    assert_eq!(body["literal_paths"]["lines"], serde_json::json!([1, 2]));
}

#[test]
fn a_bundle_knows_the_files_that_cover_a_reader() {
    let case = "fixtures/cases/a-field-whose-folder-of-secrets-has-the-same-key-is-covered";
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join(case);
    let folder = Temporary::new("covers");
    let path = |name: &str| case.join(name).to_string_lossy().into_owned();
    assert_eq!(run(&folder.0, &["scan", "--app", &path("app"), "-o", "a.scan"]).0, Some(0));
    let judged = |roots: [&str; 2]| {
        let check = ["check", "--chart", &path("manifests"), "--format", "json"];
        let (_, said, _) = run(&folder.0, &[&check[..], &roots].concat());
        let report: serde_json::Value = serde_json::from_str(&said).expect("JSON");
        let entries = report["entries"].as_array().expect("entries").clone();
        let show = |entry: serde_json::Value| {
            format!("{} {} {} {}", entry["container"], entry["name"], entry["verdict"], entry["covers"])
        };
        entries.into_iter().map(show).collect::<Vec<_>>()
    };
    let of_sources = judged(["--app", &path("app")]);
    assert_eq!(of_sources.iter().filter(|entry| entry.contains("from the file /")).count(), 4, "{of_sources:?}");
    assert_eq!(judged(["--scan", "a.scan"]), of_sources);
}

#[test]
fn the_incident_is_judged_the_same_from_an_image_and_from_a_bundle_alone() {
    let case = "fixtures/cases/a-vendored-client-reads-the-key-that-the-app-takes-from-its-mount";
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join(case);
    let folder = Temporary::new("incident");
    let files: Vec<(String, String)> = ["app", "vendor"]
        .iter()
        .flat_map(|root| crate::common::files(&case.join(root), "py"))
        .map(|path| {
            let inner = path.strip_prefix(&case).expect("below").to_string_lossy().into_owned();
            (format!("srv/{inner}"), std::fs::read_to_string(&path).expect("text"))
        })
        .collect();
    let entries: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), Entry::File(text))).collect();
    let system = [("usr/bin/python3", Entry::File("")), ("srv/app/billing/main.py", Entry::File("import os\n"))];
    let gone = [("srv/app/gone.py", Entry::File("import os\nos.environ['GONE']\n"))];
    let top = [("srv/app/.wh.gone.py", Entry::File(""))];
    let system: Vec<_> = system.into_iter().chain(gone).collect();
    let layers = [make::tar(&system), make::tar(&entries), make::tar(&top)];
    let config =
        CONFIG.replace("/app", "/srv/app").replace("/opt/lib", "/srv/vendor").replace("service", "billing.main");
    let mut image = saved(layers, "registry.example/billing:1.8.0");
    image[1].1 = config.into_bytes();
    write(&folder.0.join("billing.tar"), &archive(&image));
    assert_eq!(run(&folder.0, &["scan", "billing.tar", "-o", "billing.scan"]), (Some(0), String::new(), String::new()));
    let chart = case.join("manifests").to_string_lossy().into_owned();
    let judged = |arguments: &[&str]| {
        let check = ["check", "API_TOKEN", "--chart", &chart, "--format", "json"];
        let (status, said, wrong) = run(&folder.0, &[&check[..], arguments].concat());
        assert_eq!(status, Some(1), "{arguments:?}: {wrong}");
        let report: serde_json::Value = serde_json::from_str(&said).expect("JSON");
        let without = |value: &serde_json::Value, names: &[&str]| {
            let mut value = value.clone();
            let rows = value.as_array_mut().expect("rows");
            for row in rows.iter_mut().filter_map(serde_json::Value::as_object_mut) {
                names.iter().for_each(|name| drop(row.remove(*name)));
            }
            value
        };
        // Which roots they are, and how ids count, differs; what is said of them does not.
        let reads = without(&report["reads"], &["id", "root"]);
        let entries = without(&report["entries"], &["scanned", "reads", "location", "id"]);
        let mut text = (reads.to_string(), entries.to_string());
        for (root, shown) in
            [("billing.tar/srv/", ""), (&*case.to_string_lossy(), ""), ("\"/app", "\"app"), ("\"/vendor", "\"vendor")]
        {
            text = (text.0.replace(root, shown), text.1.replace(root, shown));
        }
        text
    };
    let (app, vendor) = (case.join("app"), case.join("vendor"));
    let of_source = judged(&["--app", &app.to_string_lossy(), "--vendored", &vendor.to_string_lossy()]);
    assert!(of_source.1.contains("unsafe") && of_source.0.contains("acme_client/config.py"), "{of_source:?}");
    assert_eq!(judged(&["--app", "billing.tar"]), of_source);
    assert_eq!(judged(&["--scan", "billing.scan"]), of_source);
}
