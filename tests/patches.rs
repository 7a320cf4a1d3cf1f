//! `plan --write`: the patches are applied one after the other, `diff` finds no error between each, and the last
//! leads to the new chart.

#[allow(dead_code, reason = "each harness uses a part")]
mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::Temporary;
use serde_json::Value;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("folder");
    for entry in fs::read_dir(from).expect("folder").map(|entry| entry.expect("entry")) {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).expect("copied")),
        }
    }
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = common::stripcheck(folder).args(arguments).output().expect("run");
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {said}"))
}

/// Plans from `old` to `new` in `folder` and follows the plan; how many releases had a patch, and why others had none.
fn follow(folder: &Path) -> (usize, Vec<String>) {
    fs::create_dir_all(folder.join("app")).expect("folder");
    let plan = json(folder, &["plan", "old", "new", "--app", "app", "--format", "json", "--write", "patches"]);
    let releases = plan["charts"][0]["releases"].as_array().cloned().unwrap_or_default();
    assert!(!releases.is_empty(), "{plan:#}");
    copy(&folder.join("old"), &folder.join("step0"));
    let (mut done, mut without) = (0, Vec::new());
    for release in &releases {
        let Some(patch) = release["patch"].as_str() else {
            without.push(release["unwritten"].as_str().unwrap_or_default().to_string());
            continue;
        };
        let (before, after) = (format!("step{done}"), format!("step{}", done + 1));
        copy(&folder.join(&before), &folder.join(&after));
        let mut git = Command::new("git");
        // Without this it would look at the repository around the folder.
        git.current_dir(folder.join(&after)).env("GIT_DIR", "none");
        let patch = folder.join(patch);
        let output = git.arg("apply").arg(&patch).output().expect("git");
        let text = fs::read_to_string(&patch).unwrap_or_default();
        assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
        let report = json(folder, &["diff", &before, &after, "--app", "app", "--format", "json", "--fail-on", "never"]);
        let findings = report["findings"].as_array().cloned().unwrap_or_default();
        let errors: Vec<_> = findings.iter().filter(|it| it["level"] == "error" && it["known"] == false).collect();
        assert!(errors.is_empty(), "{text}\n{errors:#?}");
        done += 1;
    }
    if without.is_empty() {
        let last = folder.join(format!("step{done}"));
        for path in common::files(&folder.join("new"), "yaml") {
            let inside = path.strip_prefix(folder.join("new")).expect("below");
            assert_eq!(fs::read_to_string(last.join(inside)).ok(), fs::read_to_string(&path).ok(), "{inside:?}");
        }
    }
    (done, without)
}

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn of_case(name: &str) -> (usize, Vec<String>) {
    let folder = Temporary::new(&format!("patches-{}", name.replace('/', "-")));
    for side in ["old", "new"] {
        copy(&case(name).join(side), &folder.0.join(side));
    }
    follow(&folder.0)
}

#[test]
fn a_chart_is_parted_at_the_lines_of_its_values() {
    assert_eq!(of_case("cases/findings-stand-where-a-person-edits-the-chart"), (2, vec![]));
}

#[test]
fn manifests_are_parted_too() {
    assert_eq!(of_case("cases/the-incident-is-told-back-and-planned-in-stages"), (3, vec![]));
}

/// A chart whose class lists `keys`, from its values.
fn synced(folder: &Path, keys: &[usize]) {
    let keys: String = keys.iter().map(|key| format!("  - KEY_{key}\n")).collect();
    fs::create_dir_all(folder.join("templates")).expect("folder");
    fs::write(folder.join("Chart.yaml"), "apiVersion: v2\nname: web\nversion: 1.0.0\n").expect("written");
    fs::write(folder.join("values.yaml"), format!("synced:\n{keys}other: 1\n")).expect("written");
    let class = "kind: SecretProviderClass\nmetadata: {name: c}\nspec:\n  secretObjects:\n    - secretName: s\n      \
                 data:\n        {{- range .Values.synced }}\n        - {objectName: {{ . }}, key: {{ . }}}\n        {{- end }}\n";
    fs::write(folder.join("templates/class.yaml"), class).expect("written");
}

#[test]
fn batches_are_parted_key_by_key() {
    let folder = Temporary::new("patches-batches");
    synced(&folder.0.join("old"), &(0..13).collect::<Vec<_>>());
    synced(&folder.0.join("new"), &[12]);
    assert_eq!(follow(&folder.0), (3, vec![]));
}

#[test]
fn what_one_value_makes_cannot_be_parted() {
    let folder = Temporary::new("patches-shared");
    for (side, keys) in [("old", &[1, 2][..]), ("new", &[2])] {
        let folder = folder.0.join(side);
        synced(&folder, keys);
        let web = "kind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n          \
                   image: a\n          env:\n            {{- range .Values.synced }}\n            - name: {{ . }}\n              \
                   valueFrom: {secretKeyRef: {name: s, key: {{ . }}}}\n            {{- end }}\n";
        fs::write(folder.join("templates/web.yaml"), web).expect("written");
    }
    let (done, without) = follow(&folder.0);
    assert_eq!(done, 0);
    let expected =
        "values.yaml:2 makes what belongs to release 1 (Deployment web) and release 2 (SecretProviderClass c)";
    assert_eq!(without, [expected, expected]);
}
