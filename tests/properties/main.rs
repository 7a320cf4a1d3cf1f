//! What holds for every input: reports do not depend on threads or on the demand that decides what is
//! parsed, follow their schema, tell no secret, and nothing panics.

#[allow(dead_code, reason = "each harness uses a part")]
#[path = "../common/mod.rs"]
mod common;

mod heaps;
mod releases;
mod syncs;

use std::fs;
use std::path::{Path, PathBuf};

use common::Temporary;
use serde_json::Value;
use stripcheck::files::Files;
use stripcheck::libraries::Libraries;
use stripcheck::model::{Chart, Notice, NoticeKind, Scan};
use stripcheck::scan::{self, Demand};
use stripcheck::verdict::{self, Question};
use stripcheck::{chart, discover};

/// How many byte positions of a fixture are tried.
const POSITIONS: usize = 12;

/// The cases that end with a report of `verb`, with their arguments.
fn reported(verb: &str) -> Vec<(PathBuf, common::Case)> {
    let case = |folder: PathBuf| (folder.clone(), common::case(&folder).expect("case.toml"));
    let wanted = |(folder, case): &(PathBuf, common::Case)| {
        case.exit != Some(2) && (verb == "reads" || folder.join("manifests").exists())
    };
    common::cases().into_iter().map(case).filter(wanted).collect()
}

fn output(folder: &Path, verb: &str, case: &common::Case, more: &[&str]) -> String {
    let output = common::run(folder, verb, case, more).expect("run");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn threads_change_nothing() {
    for verb in ["reads", "check"] {
        for (folder, case) in reported(verb) {
            let with = |n| output(&folder, verb, &case, &["--format", "json", "--threads", n]);
            let one = with("1");
            assert!(one.starts_with('{'), "{verb} {}", folder.display());
            assert_eq!(one, with("4"), "{verb} {}", folder.display());
        }
    }
}

#[test]
fn reports_follow_their_schema() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = common::stripcheck(folder).arg("schema").output().expect("run").stdout;
    let schema: Value = serde_json::from_slice(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert!(!validator.is_valid(&serde_json::json!({"schema": "stripcheck/1"})));
    for verb in ["reads", "check", "entries"] {
        for (folder, case) in reported(verb) {
            let report = output(&folder, verb, &case, &["--format", "json"]);
            let report: Value = serde_json::from_str(&report).expect("JSON");
            let errors: Vec<_> =
                validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
            assert!(errors.is_empty(), "{verb} {}: {errors:?}", folder.display());
        }
    }
}

#[test]
fn secrets_are_never_told() {
    const SECRET: &str = "s3cr3t-of-a-test";
    let encoded = "czNjcjN0LW9mLWEtdGVzdA==";
    let folder = Temporary::new("secrets");
    let at = &folder.0;
    fs::create_dir_all(at.join("app")).expect("folder");
    fs::write(at.join("app/main.py"), format!("import os\nos.environ.get('A', 'x')\nos.getenv('B') == '{SECRET}'\n"))
        .expect("written");
    let manifests = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData: {{A: {SECRET}}}\ndata: {{B: {encoded}, \
         bad: [{SECRET}]}}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d}}\nspec:\n  template:\n    \
         spec:\n      containers:\n        - name: c\n          image: i\n          envFrom:\n            - secretRef: \
         {{name: s}}\n          env:\n            - name: C\n              valueFrom: {{secretKeyRef: {{name: s, key: \
         A}}}}\n            - name: D\n              value: $(A)\n---\napiVersion: v1\nkind: Secret\nmetadata: {{name: \
         t}}\nstringData: {{A: {SECRET}\n"
    );
    fs::write(at.join("m.yaml"), manifests).expect("written");
    for format in stripcheck::report::ALL {
        for verb in [&["check", "--app", "app"][..], &["check", "A", "--app", "app"], &["entries"]] {
            for shown in [&[][..], &["--show-values"]] {
                let mut command = common::stripcheck(at);
                command.args(verb).args(["--chart", "m.yaml", "--format", format.name]).args(shown);
                let output = command.output().expect("run");
                let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
                assert!(output.status.code().is_some_and(|code| code < 2), "{verb:?}: {text}");
                // Annotations are about what is found, not about what there is.
                let listed = !matches!(format.name, "github" | "sarif") || verb[0] != "entries";
                assert!(!listed || text.contains("A"), "{verb:?}: {text}");
                assert!(!text.contains(SECRET) && !text.contains(encoded), "{} {verb:?}: {text}", format.name);
            }
        }
    }
}

/// The sources of a folder's roots.
fn sources(folder: &Path) -> stripcheck::model::Sources {
    let existing = |names: &[&str]| names.iter().map(PathBuf::from).filter(|n| folder.join(n).exists()).collect();
    let request = discover::Request {
        app: existing(&["app"]),
        vendored: existing(&["vendor", "site"]),
        cwd: folder.to_path_buf(),
        ..discover::Request::default()
    };
    discover::discover(&request, &mut Files::default()).expect("sources")
}

/// The notices that do not depend on how much was parsed.
fn told(scan: &Scan) -> Vec<&Notice> {
    let of_parsing = |notice: &&Notice| matches!(notice.kind, NoticeKind::Unparsable | NoticeKind::LimitReached);
    scan.notices.iter().filter(|notice| !of_parsing(notice)).collect()
}

fn chart_of(folder: &Path) -> Chart {
    let files = common::files(&folder.join("manifests"), "yaml");
    let named = |path: PathBuf| (path.display().to_string(), fs::read(&path).expect("manifest"));
    chart::read(&files.into_iter().map(named).collect::<Vec<_>>())
}

#[test]
fn what_is_not_parsed_would_change_nothing() {
    for folder in common::cases() {
        let needed = scan::scan(sources(&folder), &Files::default(), &Libraries::new(&[]));
        let all = scan::scan_with(sources(&folder), &Files::default(), &Libraries::new(&[]), Demand::Everything);
        let name = folder.display();
        assert_eq!(needed.reads, all.reads, "{name}");
        assert_eq!(told(&needed), told(&all), "{name}");
        assert!(needed.parsed <= all.parsed, "{name}");
        let chart = chart_of(&folder);
        let judge = |scan| verdict::judge(scan, &chart, &[], &Question::default());
        assert_eq!(judge(&needed), judge(&all), "{name}");
    }
}

/// Pseudo-random numbers, always the same (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound.max(1)
    }
}

#[test]
fn cut_and_flipped_fixtures_do_not_panic() {
    let folder = Temporary::new("mutations");
    let app = folder.0.join("app");
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let fixtures = common::files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"), "py");
    assert!(fixtures.len() > 50);
    fs::create_dir_all(&app).expect("folder");
    for path in &fixtures {
        let bytes = fs::read(path).expect("fixture");
        for n in 0..POSITIONS {
            let at = random.below(bytes.len());
            let mut flipped = bytes.clone();
            if let Some(byte) = flipped.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
            fs::write(app.join(format!("cut_{n}.py")), &bytes[..at]).expect("written");
            fs::write(app.join(format!("flipped_{n}.py")), flipped).expect("written");
        }
        let scan = scan::scan_with(sources(&folder.0), &Files::default(), &Libraries::new(&[]), Demand::Everything);
        assert_eq!(scan.outlined, 2 * POSITIONS, "{}", path.display());
    }
}
