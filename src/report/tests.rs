//! The formats on one small world.

use super::*;

fn world() -> (Scan, Chart, Vec<Judgement>) {
    let root = Root { kind: RootKind::Vendored, path: "/x/vendor".into(), label: "vendor".into(), image: None };
    let owner = Owner { kind: RootKind::Vendored, name: "acme".into(), version: Some("1.2".into()) };
    let file = SourceFile { root: 0, path: "acme/client.py".into(), owner: 0, python: true, size: 1 };
    let place = Place { file: 0, span: Span { line: 7, column: 1, end_line: 7, end_column: 9 } };
    let mut read = Read::plain(KeyKind::Exact, "API_TOKEN", place);
    read.key.case_sensitive = false;
    (read.reader, read.access) = ("pydantic.BaseSettings".into(), Access::Field);
    read.absent = Absence { outcome: Outcome::Default, exception: None, default: Some("\"\"".into()) };
    (read.condition, read.timing) = (Some("token".into()), Timing::Construction);
    read.settings = Some(SettingsField {
        class: "acme.Settings".into(),
        field: "api_token".into(),
        constructed: true,
        at_import: false,
    });
    let scan = Scan {
        sources: Sources { roots: vec![root], owners: vec![owner], files: vec![file], ..Sources::default() },
        reads: vec![read],
        outlined: 1,
        parsed: 1,
        ..Scan::default()
    };
    let container = |name: &str| Container {
        workload: Workload { kind: "Deployment".into(), name: name.into(), namespace: None },
        name: "app".into(),
        init: false,
        image: Some("acme/web:1".into()),
        command: vec![],
        args: vec![],
        execs: vec![],
        working_dir: None,
        chart: None,
        unsupplied: Default::default(),
        injected: Vec::new(),
        files: Vec::new(),
    };
    let entry = |name: &str, container| Entry {
        name: name.into(),
        container,
        source: EntrySource {
            kind: SourceKind::Value,
            object: None,
            key: None,
            optional: false,
            literal: Some("hunter2".into()),
            provided: None,
        },
        location: ChartPlace { file: "web.yaml".into(), line: 3 },
        rendered: None,
        environments: Vec::new(),
        uses: vec![],
        also: vec![],
    };
    let chart = Chart {
        name: "web".into(),
        containers: vec![container("web"), container("job")],
        entries: vec![entry("API_TOKEN", 0), entry("API_TOKEN", 1), entry("OLD", 0)],
        ..Chart::default()
    };
    let judgement = |entry, verdict, code, reads: Vec<usize>| Judgement {
        entry,
        verdict,
        reasons: vec![Reason { code, text: "a reason".into() }],
        covers: vec![],
        reached: reads.iter().map(|_| Some(vec![0])).collect(),
        decisive: reads.len(),
        fixes: vec![],
        reads,
        mentions: vec![],
        roots: vec![0],
        assumed: true,
    };
    let judgements = vec![
        judgement(0, Verdict::Unsafe, ReasonCode::SettingsField, vec![0]),
        judgement(1, Verdict::Unsafe, ReasonCode::SettingsField, vec![0]),
        judgement(2, Verdict::Safe, ReasonCode::NoReader, vec![]),
    ];
    (scan, chart, judgements)
}

fn written(format: &Format, command: &'static str, show_values: bool) -> String {
    written_for(format, command, show_values, false)
}

fn written_for(format: &Format, command: &'static str, show_values: bool, named: bool) -> String {
    let (scan, chart, judgements) = world();
    let judgements = if command == "check" { &judgements[..] } else { &[] };
    let report = Report::new(Content { command, show_values, ..content(&scan, &chart, judgements, named) });
    let mut out = Vec::new();
    (format.write)(&report, &mut out).expect("writing to memory");
    anstream::adapter::strip_str(&String::from_utf8(out).expect("UTF-8")).to_string()
}

#[test]
fn the_terminal_tells_what_breaks_and_where() {
    let text = written(&terminal::FORMAT, "check", false);
    for part in [
        "UNSAFE     API_TOKEN\n",
        "Deployment/web, container app: value  web.yaml:3  and 1 more container\n",
        "acme 1.2  vendor/acme/client.py:7",
        "without it: silently becomes \"\" when the object is made",
        "SAFE       OLD\n",
        "2 unsafe, 0 review, 1 safe of 3 entries",
    ] {
        assert!(text.contains(part), "{part:?} not in\n{text}");
    }
    assert_eq!(text.matches("UNSAFE").count(), 1, "one block for both containers");
}

#[test]
fn an_answer_to_a_name_is_told_in_full() {
    let text = written_for(&terminal::FORMAT, "check", false, true);
    for part in [
        "Deployment/web, container app: value  web.yaml:3\n",
        "Deployment/job, container app: value  web.yaml:3\n",
        "field api_token of acme.Settings\n",
        "  next     keep it, or first give acme",
    ] {
        assert!(text.contains(part), "{part:?} not in\n{text}");
    }
}

#[test]
fn an_audit_folds_names_with_the_same_evidence() {
    let (scan, mut chart, mut judgements) = world();
    chart.entries[2].container = 1;
    for judgement in &mut judgements {
        *judgement = Judgement { entry: judgement.entry, ..judgements_of_a_pattern() };
    }
    for (named, blocks) in [(false, vec![vec!["API_TOKEN", "OLD"]]), (true, vec![vec!["API_TOKEN"], vec!["OLD"]])] {
        let report = Report::new(content(&scan, &chart, &judgements, named));
        let names: Vec<&Vec<String>> = report.blocks.iter().map(|block| &block.names).collect();
        assert_eq!(names, blocks.iter().collect::<Vec<_>>());
    }
}

fn judgements_of_a_pattern() -> Judgement {
    Judgement {
        entry: 0,
        verdict: Verdict::Review,
        reasons: vec![Reason { code: ReasonCode::AnyRead, text: "a reason".into() }],
        covers: vec![],
        reads: vec![0],
        decisive: 1,
        fixes: vec![],
        reached: vec![None],
        mentions: vec![],
        roots: vec![0],
        assumed: true,
    }
}

fn content<'a>(scan: &'a Scan, chart: &'a Chart, judgements: &'a [Judgement], named: bool) -> Content<'a> {
    Content { chart: Some(chart), judgements, named, ..Content::new("check", scan) }
}

#[test]
fn literals_are_shown_on_demand_only() {
    for format in ALL {
        for command in ["check", "entries"] {
            assert!(!written(format, command, false).contains("hunter2"), "{} {command}", format.name);
            let shown = written(format, command, true).contains("hunter2");
            // A compact list of safe names has no room for values; the unsafe block has. A remark beside a line
            // stands where the value is.
            assert_eq!(shown, !matches!(format.name, "github" | "sarif"), "{} {command}", format.name);
        }
    }
}

#[test]
fn json_is_what_the_schema_says() {
    let schema: serde_json::Value = serde_json::from_str(&schema()).expect("schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("schema is a schema");
    for command in ["check", "reads", "entries"] {
        let text = written(&json::FORMAT, command, true);
        let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{command}");
        let mut broken = document.clone();
        if let Some(read) = broken["reads"].get_mut(0) {
            read["effect"] = "no-such-code".into();
            assert!(!validator.is_valid(&broken), "{command}");
        }
    }
}

#[test]
fn lines_of_jsonl_are_the_objects_of_json() {
    for (command, key) in [("reads", "reads"), ("entries", "entries"), ("check", "entries")] {
        let document: serde_json::Value = serde_json::from_str(&written(&json::FORMAT, command, false)).expect("JSON");
        let lines: Vec<serde_json::Value> = written(&jsonl::FORMAT, command, false)
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(document[key], serde_json::Value::Array(lines), "{command}");
    }
}
