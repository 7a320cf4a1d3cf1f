//! What differs between two charts, kind by kind: what each of the two says, and what is told of it.

#[allow(dead_code, reason = "each harness uses a part")]
mod common;

use std::io::Write;
use std::process::Stdio;

use common::Temporary;
use stripcheck::change::compare;
use stripcheck::chart::read;
use stripcheck::model::{Change, Chart, ChartPlace, Conditional};

/// The chart of a Deployment `web` with a container `app` that has these lines, and of further documents.
fn chart(container: &str, documents: &str) -> Chart {
    read(&[("web.yaml".into(), format!("{}---\n{documents}", workload("Deployment", "web", container)).into_bytes())])
}

fn workload(kind: &str, name: &str, container: &str) -> String {
    let lines: String = container.lines().map(|line| format!("          {line}\n")).collect();
    format!(
        "kind: {kind}\nmetadata: {{name: {name}}}\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n          image: acme/web:1\n{lines}"
    )
}

/// `Kind NAME Aspect …` for each change; `=` where the value is the same.
fn told(change: &Change) -> Vec<String> {
    let said = change.entries.iter().zip(&change.subject.entries).map(|(change, entry)| {
        let mut words = vec![format!("{:?}", change.kind), entry.name.clone()];
        words.extend(change.aspects.iter().map(|aspect| format!("{aspect:?}")));
        if change.old.is_some() && change.new.is_some() && !change.value_changed {
            words.push("=".into());
        }
        words.join(" ")
    });
    said.collect()
}

#[test]
fn entries_of_a_container() {
    let env = |items: &str| format!("env:\n{items}");
    let a = "- {name: A, value: x1}\n";
    let secret = "- name: S\n  valueFrom: {secretKeyRef: {name: web, key: s}}\n";
    let map = "kind: ConfigMap\nmetadata: {name: m}\ndata: {A: x1, B: x2}\n";
    let from = "envFrom: [{configMapRef: {name: m}}]\n";
    for (what, old, new, expected) in [
        ("nothing", (env(a), ""), (env(a), ""), vec![]),
        ("order and comments", (env(&(secret.to_string() + a)), ""), (env(&format!("# why\n{a}{secret}")), ""), vec![]),
        ("a quoted value", (env("- {name: A, value: '1'}\n"), ""), (env("- name: A\n  value: \"1\"\n"), ""), vec![]),
        ("removed", (env(&(secret.to_string() + a)), ""), (env(a), ""), vec!["Removed S"]),
        ("added", (env(a), ""), (env(&(secret.to_string() + a)), ""), vec!["Added S"]),
        ("another value", (env(a), ""), (env("- {name: A, value: x2}\n"), ""), vec!["Changed A Literal"]),
        ("another key", (env(secret), ""), (env(&secret.replace("key: s", "key: t")), ""), vec!["Changed S Source"]),
        (
            "now optional",
            (env(secret), ""),
            (env(&secret.replace("key: s", "key: s, optional: true")), ""),
            vec!["Changed S BecameOptional ="],
        ),
        (
            "no longer optional",
            (env(&secret.replace("key: s", "key: s, optional: true")), ""),
            (env(secret), ""),
            vec!["Changed S BecameRequired ="],
        ),
        ("renamed", (env(secret), ""), (env(&secret.replace("name: S", "name: T")), ""), vec!["Renamed S ="]),
        (
            "a common value is no rename",
            (env("- {name: A, value: '1'}\n"), ""),
            (env("- {name: B, value: '1'}\n"), ""),
            vec!["Added B", "Removed A"],
        ),
        (
            "the same source twice is no rename",
            (env(&(secret.to_string() + &secret.replace("name: S", "name: R"))), ""),
            (env(&(secret.to_string() + &secret.replace("name: S", "name: T"))), ""),
            vec!["Added T", "Removed R"],
        ),
        ("moved to envFrom", (env(a), ""), (from.into(), map), vec!["Moved A Source =", "Added B"]),
        ("moved from envFrom", (from.into(), map), (env(a), ""), vec!["Moved A Source =", "Removed B"]),
        (
            "a key of an envFrom vanishes",
            (from.into(), map),
            (from.into(), "kind: ConfigMap\nmetadata: {name: m}\ndata: {B: x2}\n"),
            vec!["Removed A KeyVanished"],
        ),
        (
            "the object of an envFrom is no longer there",
            (from.into(), map),
            (from.into(), ""),
            vec!["Added *", "Removed A", "Removed B"],
        ),
        ("the object of an envFrom is now there", (from.into(), ""), (from.into(), map), vec!["Added A", "Added B"]),
        (
            "a key that no object has any more",
            (env(secret), "kind: Secret\nmetadata: {name: web}\ndata: {s: eA==, t: eA==}\n"),
            (env(secret), "kind: Secret\nmetadata: {name: web}\ndata: {t: eA==}\n"),
            vec!["Changed S Unprovided ="],
        ),
        (
            "an object that is no longer part of the chart",
            (env(secret), "kind: Secret\nmetadata: {name: web}\ndata: {s: eA==}\n"),
            (env(secret), ""),
            vec!["Changed S ObjectGone ="],
        ),
        (
            "an object that others fill",
            (env(secret), ""),
            (env(secret), "kind: Secret\nmetadata: {name: web}\n"),
            vec![],
        ),
    ] {
        let change = compare(chart(&old.0, old.1), chart(&new.0, new.1));
        assert_eq!(told(&change), expected, "{what}");
        assert_eq!(change.entries.len(), change.subject.entries.len());
        assert!(change.containers.is_empty(), "{what}: {:?}", change.containers);
    }
}

#[test]
fn workloads_and_containers() {
    let env = "env: [{name: A, value: x1}, {name: B, value: x2}]";
    let less = "env: [{name: A, value: x1}]";
    let read = |text: String| read(&[("web.yaml".into(), text.into_bytes())]);
    for (what, old, new, containers, expected) in [
        (
            "a workload under a new name",
            workload("Deployment", "web", env),
            workload("Deployment", "api", less),
            vec!["Renamed"],
            vec!["Removed B"],
        ),
        (
            "a workload of another kind",
            workload("Deployment", "web", env),
            workload("StatefulSet", "web", less),
            vec!["Renamed"],
            vec!["Removed B"],
        ),
        (
            "other images are other programs",
            workload("Deployment", "web", env),
            workload("Deployment", "api", less).replace("acme/web", "acme/api"),
            vec!["Added", "Removed"],
            vec!["Added A ContainerNew", "Removed A ContainerGone", "Removed B ContainerGone"],
        ),
        (
            "a container under a new name",
            workload("Deployment", "web", env),
            workload("Deployment", "web", less).replace("name: app", "name: main"),
            vec!["Renamed"],
            vec!["Removed B"],
        ),
        (
            "a namespace given on one side",
            workload("Deployment", "web", env),
            workload("Deployment", "web", env).replace("name: web}", "name: web, namespace: prod}"),
            vec![],
            vec![],
        ),
    ] {
        let change = compare(read(old), read(new));
        assert_eq!(told(&change), expected, "{what}");
        let kinds: Vec<String> = change.containers.iter().map(|change| format!("{:?}", change.kind)).collect();
        assert_eq!(kinds, containers, "{what}");
    }
}

#[test]
fn what_is_gone_is_anchored_at_its_neighbour() {
    let env = |names: &[&str]| -> String {
        names.iter().map(|name| format!("- {{name: {name}, value: x}}\n")).fold("env:\n".into(), |a, b| a + &b)
    };
    let change = compare(chart(&env(&["A", "B", "C"]), ""), chart(&env(&["A", "C"]), ""));
    // Line 10 holds A, the nearest before B that stayed.
    assert_eq!(change.entries[0].anchor.as_ref().map(|place| place.line), Some(10));
}

#[test]
fn what_is_deployed_comes_from_standard_input() {
    let folder = Temporary::new("deployed");
    let hook = "---\nkind: Job\nmetadata: {name: migrate, annotations: {helm.sh/hook: pre-upgrade}}\nspec: {}\n";
    let env = "env: [{name: API_TOKEN, value: x}, {name: B, value: y}]";
    let rendered = workload("Deployment", "release-name-web", "env: [{name: B, value: y}]") + hook;
    std::fs::write(folder.0.join("app.py"), "import os\n\nos.environ[\"API_TOKEN\"]\n").expect("written");
    std::fs::write(folder.0.join("new.yaml"), rendered).expect("written");
    let mut command = common::stripcheck(&folder.0);
    command.args(["diff", "-", "new.yaml", "--app", "app.py"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("run");
    let manifest = workload("Deployment", "prod-web", env);
    child.stdin.take().expect("stdin").write_all(manifest.as_bytes()).expect("fed");
    let output = child.wait_with_output().expect("ended");
    let said: Vec<String> = String::from_utf8_lossy(&output.stdout).split_whitespace().map(String::from).collect();
    let said = said.join(" ");
    assert_eq!(output.status.code(), Some(1), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for part in [
        "UNSAFE API_TOKEN change removed",
        "pass `helm get hooks` beside",
        "(--release NAME)",
        "is now Deployment/release-name-web",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn what_could_be_set_is_never_removed() {
    let side = |set: &[&str], could: &[&str]| {
        let items: String = set.iter().map(|name| format!("{{name: {name}, value: x1}}, ")).collect();
        let mut chart = chart(&format!("env: [{items}]"), "");
        let place = ChartPlace { file: "t.yaml".into(), line: 1 };
        let could = could.iter().map(|name| Conditional {
            place: place.clone(),
            name: Some(name.to_string()),
            condition: ".Values.x".into(),
        });
        chart.conditional = could.collect();
        chart
    };
    for (old, new, entries, gone) in [
        (side(&[], &["A"]), side(&[], &["A"]), vec![], 0),
        (side(&[], &["A"]), side(&[], &[]), vec![], 1),
        (side(&["B"], &["A"]), side(&["A", "B"], &[]), vec!["Added A"], 0),
        (side(&["A", "B"], &[]), side(&["B"], &["A"]), vec!["Removed A behind"], 0),
        (side(&["A"], &["A"]), side(&["A"], &[]), vec![], 1),
        (side(&["A"], &["A"]), side(&[], &[]), vec!["Removed A"], 0),
        (side(&[], &[]), side(&[], &["A"]), vec![], 0),
    ] {
        let change = compare(old, new);
        let behind = change.entries.iter().map(|it| if it.behind.is_some() { " behind" } else { "" });
        let said: Vec<String> =
            told(&change).iter().zip(behind).map(|(said, behind)| said.to_string() + behind).collect();
        assert_eq!((said, change.conditional.len()), (entries.into_iter().map(String::from).collect(), gone));
    }
}
