//! `diff --base` on a repository that is made for it in a temporary folder.

mod beside;
#[allow(dead_code, reason = "each harness uses a part")]
#[path = "../common/mod.rs"]
mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use common::Temporary;
use serde_json::Value;

/// A repository with an application and its manifests.
struct Scratch(Temporary);

const CONFIG: &str = "import os\n\nTOKEN = os.environ[\"API_TOKEN\"]\nREGION = os.getenv(\"REGION\", \"eu\")\n";
const BOTH: &str = "            - {name: API_TOKEN, value: x}\n            - {name: REGION, value: us}\n";
const REGION: &str = "            - {name: REGION, value: us}\n";

fn manifest(image: &str, env: &str) -> String {
    format!(
        "kind: Deployment\nmetadata: {{name: web}}\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n          image: {image}\n          command: [python, config.py]\n          env:\n{env}"
    )
}

impl Scratch {
    /// `main` has `CONFIG` and `BOTH`.
    fn new(name: &str) -> Scratch {
        let scratch = Scratch(Temporary::new(name));
        scratch.git(&["init", "--quiet", "--initial-branch", "main"]);
        scratch.write("app/config.py", CONFIG);
        scratch.write("deploy/web.yaml", &manifest("acme/web:1", BOTH));
        scratch.commit("first");
        scratch
    }

    fn path(&self) -> &Path {
        &self.0.0
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().expect("folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.current_dir(self.path()).args(["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"]);
        git.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", self.path());
        let output = git.args(arguments).output().expect("git");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_string()
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn run(&self, folder: &str, arguments: &[&str]) -> Output {
        let mut command = common::stripcheck(&self.path().join(folder));
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.args(arguments).output().expect("run")
    }

    /// The report, and the exit status.
    fn diff(&self, arguments: &[&str]) -> (Value, Option<i32>) {
        let all = [&["diff", "--format", "json"], arguments].concat();
        let output = self.run("", &all);
        let report = serde_json::from_slice(&output.stdout);
        (report.unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr))), output.status.code())
    }
}

/// `change NAME verdict code file:line` for each entry.
fn told(report: &Value) -> Vec<String> {
    let entries = report["entries"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or("?").to_string();
    let told = entries.iter().map(|entry| {
        let words = [&entry["change"], &entry["name"], &entry["verdict"], &entry["reasons"][0]["code"]].map(text);
        format!("{} {}:{}", words.join(" "), text(&entry["location"]["file"]), entry["location"]["line"])
    });
    told.collect()
}

const FLAGS: [&str; 4] = ["--chart", "deploy", "--app", "app"];

#[test]
fn the_work_tree_is_compared_with_the_merge_base() {
    let scratch = Scratch::new("merge-base");
    scratch.git(&["checkout", "--quiet", "-b", "strip"]);
    scratch.write("deploy/web.yaml", &manifest("acme/web:2", REGION));
    let before = scratch.git(&["status", "--porcelain"]);
    // What main does meanwhile is not of this branch.
    let (report, status) = scratch.diff(&FLAGS);
    assert_eq!(told(&report), ["removed API_TOKEN unsafe read deploy/web.yaml:11"]);
    assert_eq!((status, report["reads"][0]["file"].as_str()), (Some(1), Some("config.py")));
    assert_eq!(scratch.git(&["status", "--porcelain"]), before, "nothing was touched");
    scratch.commit("strip");
    assert_eq!(told(&scratch.diff(&FLAGS).0), ["removed API_TOKEN unsafe read deploy/web.yaml:11"]);
    assert_eq!(scratch.diff(&[&FLAGS[..], &["--base", "HEAD"]].concat()).0["entries"], Value::Array(vec![]));
}

#[test]
fn what_the_same_change_no_longer_reads_is_said() {
    let scratch = Scratch::new("read-removed");
    scratch.write("app/config.py", "import os\n\nREGION = os.getenv(\"REGION\", \"eu\")\n");
    scratch.write("deploy/web.yaml", &manifest("acme/web:1", REGION));
    scratch.commit("strip and read no longer");
    let revisions = [&FLAGS[..], &["--base", "HEAD~1"]].concat();
    let (report, status) = scratch.diff(&revisions);
    assert_eq!(told(&report), ["removed API_TOKEN review read-removed deploy/web.yaml:11"]);
    let text = report["entries"][0]["reasons"][0]["text"].as_str().unwrap_or_default();
    assert!(text.contains("(app/config.py:3)") && text.contains("the same in both charts (acme/web:1)"), "{text}");
    assert_eq!(status, Some(0));
    // The code of the later revision counts, whatever stands in the work tree.
    scratch.write("app/config.py", CONFIG);
    let fixed = scratch.diff(&[&revisions[..], &["--head", "HEAD"]].concat());
    assert_eq!(told(&fixed.0), ["removed API_TOKEN review read-removed deploy/web.yaml:11"]);
    assert_eq!(fixed.0["coverage"]["roots"][0]["path"], "app");
    let all = fixed.0.to_string();
    assert!(!all.contains(&std::env::temp_dir().display().to_string()), "places are those of the repository: {all}");
    assert_eq!(told(&scratch.diff(&revisions).0), ["removed API_TOKEN unsafe read deploy/web.yaml:11"]);
}

#[test]
fn a_history_that_is_not_there_is_an_error_with_the_remedy() {
    let origin = Scratch::new("origin");
    let first = origin.git(&["rev-parse", "HEAD"]);
    origin.write("deploy/web.yaml", &manifest("acme/web:2", REGION));
    origin.commit("second");
    let shallow = Temporary::new("shallow");
    let url = format!("file://{}", origin.path().display());
    let target = shallow.0.join("clone").display().to_string();
    origin.git(&["clone", "--quiet", "--depth", "1", &url, &target]);
    let clone = Scratch(shallow);
    for base in [first.as_str(), "HEAD~1"] {
        let output = clone.run("clone", &[&["diff", "--base", base], &FLAGS[..]].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("fetch-depth: 0") && said.contains("GIT_DEPTH: 0") && said.contains(base), "{said}");
    }
    let output = clone.run("clone", &[&["diff", "--base", "no-such-branch"], &FLAGS[..]].concat());
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn outside_of_a_repository_there_are_no_revisions() {
    let folder = Scratch(Temporary::new("no-repository"));
    folder.write("app/config.py", CONFIG);
    folder.write("deploy/web.yaml", &manifest("acme/web:2", REGION));
    let output = folder.run("", &[&["diff", "--base", "HEAD"], &FLAGS[..]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("not in a git work tree"), "{said}");
}

#[test]
fn an_accepted_answer_fails_nothing_until_it_gets_worse() {
    let scratch = Scratch::new("accept");
    scratch.git(&["checkout", "--quiet", "-b", "strip"]);
    scratch.write("deploy/web.yaml", &manifest("acme/web:2", REGION));
    let accept =
        [&["accept", "API_TOKEN", "--reason", "it is \"known\"", "--until", "2999-12-31"], &FLAGS[..]].concat();
    let output = scratch.run("", &accept);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let settings = fs::read_to_string(scratch.path().join("stripcheck.toml")).expect("settings");
    for part in ["var = \"API_TOKEN\"", "Deployment/web", "os.environ[] in config.py", "owner = \"app\"", "2999-12-31"]
    {
        assert!(settings.contains(part), "{part}: {settings}");
    }
    let (report, status) = scratch.diff(&FLAGS);
    assert_eq!(told(&report), ["removed API_TOKEN unsafe read deploy/web.yaml:11"], "it is not hidden");
    assert_eq!(report["entries"][0]["suppressed"], "it is \"known\"");
    assert_eq!((report["summary"]["suppressed"].as_u64(), status), (Some(1), Some(0)));
    // Lines and versions may change.
    scratch.write("app/config.py", &format!("\n\n{CONFIG}"));
    assert_eq!(scratch.diff(&FLAGS).1, Some(0));
    let shown = |scratch: &Scratch| {
        let output = scratch.run("", &[&["diff"], &FLAGS[..]].concat());
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    scratch.write("app/other.py", "import os\n\nos.environ[\"API_TOKEN\"]\n");
    let text = shown(&scratch);
    assert!(
        text.contains("accepted no longer: app reads it too now: os.environ[] in other.py; it was: it is"),
        "{text}"
    );
    fs::remove_file(scratch.path().join("app/other.py")).expect("removed");
    scratch.write("stripcheck.toml", &settings.replace("2999-12-31", "2001-12-31"));
    let text = shown(&scratch);
    assert!(text.contains("the acceptance ended on 2001-12-31"), "{text}");
    // A milder effect was accepted than there is.
    scratch.write("stripcheck.toml", &settings.replace("fails-at-start", "feature-off"));
    assert!(shown(&scratch).contains("got worse: fails-at-start instead of feature-off"));
}

#[test]
fn what_is_safe_needs_no_acceptance() {
    let scratch = Scratch::new("nothing-to-accept");
    scratch.write("app/config.py", "");
    scratch.commit("nothing is read");
    let output = scratch.run("", &[&["accept", "REGION", "--reason", "x"], &FLAGS[..]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("nothing to accept"), "{said}");
    assert!(!scratch.path().join("stripcheck.toml").exists());
}

/// A chart that sets `env` from its values.
fn chart(scratch: &Scratch, folder: &str, name: &str, values: &str) {
    scratch.write(&format!("{folder}/Chart.yaml"), &format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n"));
    scratch.write(&format!("{folder}/values.yaml"), values);
    let template = manifest("acme/web:1", "{{ toYaml .Values.env | indent 12 }}\n")
        .replace("name: web", "name: {{ .Chart.Name }}");
    scratch.write(&format!("{folder}/templates/web.yaml"), &template);
}

#[test]
fn every_chart_that_differs_is_compared() {
    let scratch = Scratch::new("every-chart");
    let both = "env:\n  - name: API_TOKEN\n    value: x\n  - name: REGION\n    value: us\n";
    let region = "env:\n  - name: REGION\n    value: us\n";
    chart(&scratch, "charts/one", "one", both);
    chart(&scratch, "charts/two", "two", both);
    chart(&scratch, "charts/gone", "gone", region);
    scratch.commit("charts");
    fs::remove_dir_all(scratch.path().join("charts/gone")).expect("removed");
    chart(&scratch, "charts/one", "one", region);
    chart(&scratch, "charts/new", "new", region);
    let (report, status) = scratch.diff(&["--app", "app", "--base", "HEAD"]);
    let charts: Vec<_> =
        report["chart"].as_array().expect("charts").iter().map(|chart| chart["name"].clone()).collect();
    assert_eq!(charts, ["gone", "new", "one"]);
    assert_eq!(
        told(&report),
        [
            "removed REGION safe container-gone charts/gone/values.yaml:2",
            "added REGION safe still-set charts/new/values.yaml:2",
            "removed API_TOKEN unsafe read charts/one/values.yaml:2",
        ]
    );
    assert_eq!(status, Some(1));
    // One alone, from a folder below.
    let output =
        scratch.run("charts", &["diff", "--base", "HEAD", "--chart", "one", "--app", "../app", "--format", "github"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.starts_with("::error file=one/values.yaml,line=2,"), "{said}");
    scratch.write("charts/two/templates/bad.yaml", "{{ nope }}\n");
    let output = scratch.run("", &["diff", "--base", "HEAD", "--app", "app"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.code() == Some(1) && said.contains("incomplete"), "{said}");
    let output = scratch.run("", &["diff", "--base", "HEAD", "--app", "app", "--chart", "charts/two"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("charts/two/templates/bad.yaml"), "{said}");
}

#[test]
fn what_the_same_change_begins_to_read_had_no_default_before() {
    let scratch = Scratch::new("read-added");
    scratch.write(
        "deploy/web.yaml",
        &manifest("acme/web:1", &(BOTH.to_string() + "            - {name: ZONE, value: b}\n")),
    );
    scratch.write("app/config.py", &(CONFIG.to_string() + "ZONE = os.getenv(\"ZONE\", \"a\")\n"));
    let (report, _) = scratch.diff(&FLAGS);
    assert_eq!(told(&report), ["added ZONE safe still-set deploy/web.yaml:13"]);
    let commit = scratch.commit("a new setting");
    scratch.write("deploy/web.yaml", &manifest("acme/web:1", BOTH));
    scratch.commit("its default will do");
    scratch.git(&["revert", "--no-edit", "HEAD"]);
    let (report, _) = scratch.diff(&[&FLAGS[..], &["--base", "HEAD~1", "--head", "HEAD"]].concat());
    assert_eq!(told(&report), ["added ZONE review value-changes deploy/web.yaml:13"], "{commit}");
}

#[test]
fn findings_of_a_revision_are_at_places_of_the_repository() {
    let scratch = Scratch::new("findings");
    let secret = |keys: &str| {
        format!(
            "kind: Secret\nmetadata: {{name: s, annotations: {{helm.sh/hook: 'pre-install,pre-upgrade'}}}}\nstringData: {keys}\n"
        )
    };
    let item = "            - {name: API_TOKEN, valueFrom: {secretKeyRef: {name: s, key: TOKEN}}}\n";
    scratch.write("deploy/s.yaml", &secret("{TOKEN: x, OTHER: y}"));
    scratch.write("deploy/web.yaml", &manifest("acme/web:1", item));
    scratch.commit("a secret that a hook makes");
    scratch.write("deploy/s.yaml", &secret("{OTHER: y}"));
    scratch.write("deploy/web.yaml", &manifest("acme/web:1", REGION));
    scratch.commit("stripped");
    let (report, status) = scratch.diff(&[&FLAGS[..], &["--base", "HEAD~1", "--head", "HEAD"]].concat());
    let finding = &report["findings"][0];
    assert_eq!((finding["rule"].as_str(), status), (Some("hook-strips-live-key"), Some(1)));
    let places = finding["locations"].as_array().cloned().unwrap_or_default();
    let places: Vec<_> = places.iter().map(|it| format!("{} {}:{}", it["chart"], it["file"], it["line"])).collect();
    assert_eq!(
        places,
        ["\"new\" \"deploy/s.yaml\":1", "\"old\" \"deploy/s.yaml\":3", "\"old\" \"deploy/web.yaml\":11"]
    );
}

#[test]
fn pods_of_the_running_release_run_the_code_of_before() {
    let scratch = Scratch::new("code-before");
    let map = |keys: &str| format!("kind: ConfigMap\nmetadata: {{name: c}}\ndata: {keys}\n");
    let web = manifest("acme/web:1", REGION) + "          envFrom: [{configMapRef: {name: c}}]\n";
    scratch.write("deploy/c.yaml", &map("{API_TOKEN: x, OTHER: y}"));
    scratch.write("deploy/web.yaml", &web);
    scratch.commit("a token by envFrom");
    scratch.write("app/config.py", "import os\n\nREGION = os.getenv(\"REGION\", \"eu\")\n");
    scratch.write("deploy/c.yaml", &map("{OTHER: y}"));
    scratch.write("deploy/web.yaml", &web.replace("acme/web:1", "acme/web:2"));
    scratch.commit("neither read nor set any more");
    let (report, status) = scratch.diff(&[&FLAGS[..], &["--base", "HEAD~1", "--head", "HEAD"]].concat());
    assert_eq!(told(&report), ["removed API_TOKEN review read-removed deploy/web.yaml:12"]);
    let finding = &report["findings"][0];
    assert_eq!((finding["rule"].as_str(), status), (Some("required-lost"), Some(1)));
    let trace = finding["trace"].to_string();
    assert!(trace.contains("app/config.py:3 raises KeyError without API_TOKEN"), "{trace}");
}

#[test]
fn an_accepted_finding_fails_nothing_until_there_is_more_to_it() {
    let scratch = Scratch::new("accepted-finding");
    scratch.write("app/config.py", "");
    let secret = |keys: &str| {
        format!(
            "kind: Secret\nmetadata: {{name: s, annotations: {{helm.sh/hook: 'pre-install,pre-upgrade'}}}}\nstringData: {keys}\n"
        )
    };
    let item =
        |name: &str| format!("            - {{name: {name}, valueFrom: {{secretKeyRef: {{name: s, key: {name}}}}}}}\n");
    scratch.write("deploy/s.yaml", &secret("{A: x, B: y, C: z}"));
    scratch.write("deploy/web.yaml", &manifest("acme/web:1", &(item("A") + &item("B"))));
    scratch.commit("a secret that a hook makes");
    scratch.write("deploy/s.yaml", &secret("{B: y, C: z}"));
    scratch.write("deploy/web.yaml", &manifest("acme/web:1", &item("B")));
    let all = [&FLAGS[..], &["--base", "HEAD"]].concat();
    assert_eq!(scratch.diff(&all).1, Some(1));
    let output =
        scratch.run("", &[&["accept", "hook-strips-live-key", "--reason", "nobody restarts"], &all[..]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (report, status) = scratch.diff(&all);
    assert_eq!((report["findings"][0]["suppressed"].as_str(), status), (Some("nobody restarts"), Some(0)));
    let text = scratch.run("", &[&["diff"], &all[..]].concat());
    assert!(String::from_utf8_lossy(&text.stdout).contains("ACCEPTED   hook-strips-live-key"));
    scratch.write("deploy/s.yaml", &secret("{C: z}"));
    scratch.write("deploy/web.yaml", &manifest("acme/web:1", REGION));
    let (report, status) = scratch.diff(&all);
    assert_eq!((report["findings"][0]["suppressed"].as_str(), status), (None, Some(1)));
    let missing = scratch.run("", &[&["accept", "hook-order", "--reason", "x"], &all[..]].concat());
    let said = String::from_utf8_lossy(&missing.stderr);
    assert!(missing.status.code() == Some(2) && said.contains("hook-order: this change has no such finding"), "{said}");
}

#[cfg(unix)]
#[test]
fn links_of_a_revision_do_not_lead_out_of_it() {
    let outside = Temporary::new("outside");
    fs::write(outside.0.join("secret.yaml"), manifest("acme/other:1", BOTH).replace("name: web", "name: secret"))
        .expect("written");
    let scratch = Scratch::new("links");
    let link = |target: &Path, name: &str| {
        std::os::unix::fs::symlink(target, scratch.path().join("deploy").join(name)).expect("linked");
    };
    link(&outside.0.join("secret.yaml"), "out.yaml");
    link(Path::new("../more/inside.yaml"), "in.yaml");
    scratch.write("more/inside.yaml", &manifest("acme/more:1", REGION).replace("name: web", "name: more"));
    scratch.commit("links");
    for name in ["out.yaml", "in.yaml"] {
        fs::remove_file(scratch.path().join("deploy").join(name)).expect("removed");
    }
    let (report, _) = scratch.diff(&[&FLAGS[..], &["--base", "HEAD"]].concat());
    assert_eq!(told(&report), ["removed REGION safe container-gone deploy/in.yaml:11"]);
    let spots = report["coverage"]["blind_spots"].to_string();
    assert!(spots.contains("leads out of the repository") && spots.contains("deploy/out.yaml"), "{spots}");
}
