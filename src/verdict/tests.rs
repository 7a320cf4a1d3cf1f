//! The table row by row, on small hand-made worlds.

use crate::model::*;
use crate::verdict::{ImageRule, Question, judge, notices};

/// A scan and a chart, built step by step.
#[derive(Default)]
pub struct World {
    pub scan: Scan,
    pub chart: Chart,
    pub mentions: Vec<Mention>,
    pub question: Question,
}

impl World {
    /// An application `app` with `main.py` that imports `acme/client.py` of the vendored root; the
    /// vendored `acme/other.py` and the application's `tests/test_a.py` are imported by nobody.
    pub fn new() -> Self {
        let mut world = World::default();
        world.root(RootKind::Application, "app", "app", None);
        world.root(RootKind::Vendored, "vendor", "acme", Some("1.2"));
        for (root, path, imports) in [
            (0, "main.py", vec![1]),
            (1, "acme/client.py", vec![]),
            (1, "acme/other.py", vec![]),
            (0, "tests/test_a.py", vec![]),
            (0, "jobs/nightly.py", vec![]),
            (1, "libpq.so.5", vec![]),
        ] {
            world.file(root, path, imports);
        }
        world.container("web", Some("acme/web:1"), &[])
    }

    fn root(&mut self, kind: RootKind, label: &str, owner: &str, version: Option<&str>) {
        self.scan.sources.roots.push(Root { kind, path: label.into(), label: label.into(), image: None });
        let version = version.map(String::from);
        self.scan.sources.owners.push(Owner { kind, name: owner.into(), version });
    }

    fn file(&mut self, root: usize, path: &str, imports: Vec<FileId>) {
        let id = self.scan.sources.files.len();
        let python = path.ends_with(".py");
        self.scan.sources.files.push(SourceFile { root, path: path.into(), owner: root, python, size: 1 });
        self.scan.graph.imports.push(imports);
        if let Some(module) = path.strip_suffix(".py") {
            self.scan.graph.modules.push((module.replace('/', "."), id));
        }
    }

    pub fn container(mut self, name: &str, image: Option<&str>, command: &[&str]) -> Self {
        let workload = Workload { kind: "Deployment".into(), name: name.into(), namespace: None };
        self.chart.containers.push(Container {
            workload,
            name: name.into(),
            init: false,
            image: image.map(String::from),
            command: command.iter().map(|word| word.to_string()).collect(),
            args: vec![],
            execs: vec![],
            working_dir: None,
            chart: Some("web".into()),
            unsupplied: Default::default(),
            injected: Vec::new(),
            files: Vec::new(),
        });
        self
    }

    /// Entries of the last container.
    pub fn entries(mut self, names: &[&str]) -> Self {
        for name in names {
            self.chart.entries.push(Entry {
                name: (*name).into(),
                container: self.chart.containers.len() - 1,
                source: EntrySource {
                    kind: SourceKind::Value,
                    object: None,
                    key: None,
                    optional: false,
                    literal: Some("x".into()),
                    provided: None,
                },
                location: ChartPlace { file: "chart.yaml".into(), line: 1 },
                rendered: None,
                environments: Vec::new(),
                uses: vec![],
                also: vec![],
            });
        }
        self
    }

    fn entry(mut self, change: impl FnOnce(&mut Entry)) -> Self {
        self.chart.entries.last_mut().map(change);
        self
    }

    fn read(mut self, file: FileId, key: &str, change: impl FnOnce(&mut Read)) -> Self {
        let kind = match key {
            "*" => KeyKind::Any,
            key if key.contains('*') => KeyKind::Pattern,
            _ => KeyKind::Exact,
        };
        let span = Span { line: 3, column: 1, end_line: 3, end_column: 9 };
        let mut read = Read::plain(kind, key, Place { file, span });
        change(&mut read);
        self.scan.reads.push(read);
        self
    }

    fn mention(mut self, file: FileId, name: &str, line: Option<u32>) -> Self {
        self.mentions.push(Mention { name: name.into(), file, line });
        self
    }

    fn rule(mut self, pattern: &str, roots: &[RootId]) -> Self {
        self.question.images.push(ImageRule { pattern: pattern.into(), roots: roots.to_vec() });
        self
    }

    fn judged(&self) -> Vec<Judgement> {
        judge(&self.scan, &self.chart, &self.mentions, &self.question)
    }

    /// `verdict code code …` of the last entry.
    fn verdict(&self) -> String {
        let Some(last) = self.judged().pop() else { return "none".into() };
        let codes = last.reasons.iter().map(|reason| format!("{:?}", reason.code));
        let words: Vec<String> = std::iter::once(format!("{:?}", last.verdict)).chain(codes).collect();
        words.join(" ")
    }
}

fn one(name: &str) -> World {
    World::new().entries(&[name])
}

fn nothing(_: &mut Read) {}

fn settings(constructed: bool) -> impl FnOnce(&mut Read) {
    move |read| {
        let field = SettingsField { class: "acme.S".into(), field: "k".into(), constructed, at_import: false };
        read.settings = Some(field);
    }
}

fn default(text: &str) -> impl FnOnce(&mut Read) {
    let absent = Absence { outcome: Outcome::Default, exception: None, default: Some(text.into()) };
    move |read| read.absent = absent
}

#[test]
fn row_1_containers_of_other_images_are_not_scanned() {
    let read = |world: World| world.entries(&["K"]).read(1, "K", nothing).verdict();
    for (image, command, expected) in [
        ("postgres:16", &[][..], "Review NotScanned"),
        ("acme/zulip-postgresql:1", &[], "Review NotScanned"),
        ("acme/db:1", &["postgres", "-c", "x"], "Review NotScanned"),
        ("acme/web:1", &[], "Unsafe Read"),
        ("acme/redis:1", &["python", "main.py"], "Unsafe Read"),
        ("acme/web:1", &["bash", "-c", "start"], "Unsafe Read"),
    ] {
        let found = read(World::new().container("c", Some(image), command));
        assert_eq!(found, expected, "{image} {command:?}");
    }
    assert_eq!(read(World::new().container("postgres", Some("x/y"), &[])), "Review NotScanned");
    assert_eq!(read(World::new().rule("acme/web", &[])), "Review NotScanned");
    assert_eq!(read(World::new().rule("other", &[])), "Unsafe Read");
    assert_eq!(read(World::default().container("c", Some("acme/web"), &[])), "Review NotScanned");
}

#[test]
fn row_1_several_applications_need_a_rule_or_a_command() {
    let two = |command: &[&str]| {
        let mut world = World::new();
        world.root(RootKind::Application, "api", "api", None);
        world.file(2, "server.py", vec![]);
        world.container("c", Some("acme/api:1"), command).entries(&["K"]).read(6, "K", nothing)
    };
    assert_eq!(two(&[]).verdict(), "Review NotScanned");
    assert_eq!(two(&["python", "/srv/server.py"]).verdict(), "Unsafe Read");
    assert_eq!(two(&["python", "main.py"]).verdict(), "Safe NoReader");
    assert_eq!(two(&[]).rule("acme/api", &[2]).verdict(), "Unsafe Read");
    assert_eq!(two(&[]).rule("acme/api", &[0]).verdict(), "Safe NoReader");
}

#[test]
fn row_1_an_image_can_be_an_installed_distribution() {
    let installed = |image: &str, read_in: FileId| {
        let mut world = World::default();
        world.root(RootKind::Distribution, "site", "Label_Studio", Some("1.0"));
        world.scan.sources.owners.push(Owner { kind: RootKind::Distribution, name: "requests".into(), version: None });
        world.file(0, "label_studio/app.py", vec![1]);
        world.file(0, "requests/api.py", vec![]);
        world.file(0, "requests/unused.py", vec![]);
        world.scan.sources.files[1].owner = 1;
        world.scan.sources.files[2].owner = 1;
        world.container("c", Some(image), &[]).entries(&["K"]).read(read_in, "K", nothing)
    };
    assert_eq!(installed("heartexlabs/label-studio:1", 0).verdict(), "Unsafe Read");
    assert_eq!(installed("heartexlabs/label-studio:1", 1).verdict(), "Unsafe Read");
    assert_eq!(installed("heartexlabs/label-studio:1", 2).verdict(), "Review UnreachedRead");
    assert_eq!(installed("acme/thing:1", 0).verdict(), "Review UnreachedRead NotScanned");
    assert_eq!(installed("acme/thing:1", 0).entries(&["L"]).verdict(), "Review NotScanned");
    assert_eq!(installed("heartexlabs/label-studio:1", 0).entries(&["L"]).verdict(), "Safe NoReader");
    let told = installed("acme/thing:1", 0).entries(&["L"]).rule("acme/thing", &[0]);
    assert_eq!(told.verdict(), "Review NotScanned", "what runs first is still not known");
    let second = installed("heartexlabs/label-studio:1", 0).container("d", Some("acme/front"), &[]);
    assert_eq!(second.entries(&["K"]).verdict(), "Review NotScanned");
}

#[test]
fn row_1_a_console_script_is_run_by_a_command_or_an_image_not_by_a_chart() {
    // The chart is called `web` too.
    let installed = |image: &str, command: &[&str]| {
        let mut world = World::default();
        world.root(RootKind::Distribution, "site", "acme-ingestion", Some("1.0"));
        world.file(0, "acme/cli.py", vec![]);
        world.scan.sources.scripts.push(Script { name: "web".into(), module: "acme.cli".into(), root: 0 });
        world.container("c", Some(image), command).entries(&["K"])
    };
    assert_eq!(installed("acme/frontend-java:1", &[]).verdict(), "Review NotScanned");
    assert_eq!(installed("acme/web:1", &[]).verdict(), "Safe NoReader");
    assert_eq!(installed("acme/frontend-java:1", &["web", "serve"]).verdict(), "Safe NoReader");
}

#[test]
fn row_2_what_the_container_or_its_runtime_uses_is_unsafe() {
    let used = one("K").entry(|entry| entry.uses.push("args[0]".into()));
    assert_eq!(used.verdict(), "Unsafe UsedByContainer");
    assert_eq!(one("PYTHONUNBUFFERED").verdict(), "Unsafe Runtime");
    assert_eq!(one("PYTHONUNBUFFERED").read(0, "PYTHONUNBUFFERED", nothing).verdict(), "Unsafe Runtime Read");
    assert_eq!(one("PYTHONTHING").verdict(), "Review Runtime");
    assert_eq!(one("PGPASSWORD").verdict(), "Review Runtime");
    let native = one("PGPASSWORD").mention(5, "PGPASSWORD", None);
    assert_eq!(native.verdict(), "Unsafe Runtime");
    let text = one("PGPASSWORD").mention(0, "PGPASSWORD", Some(1));
    assert_eq!(text.verdict(), "Review Runtime Mentioned");
    assert_eq!(one("K").verdict(), "Safe NoReader");
}

#[test]
fn row_3_another_supply_of_the_name_changes_its_value() {
    let still = one("K").read(0, "K", nothing).entry(|entry| entry.also.push("envFrom".into()));
    assert_eq!(still.verdict(), "Review ValueChanges");
    assert_eq!(one("K").read(0, "K", nothing).verdict(), "Unsafe Read");
}

#[test]
fn row_4_equal_defaults_are_for_a_person() {
    for (literal, defaults, expected) in [
        ("x", &["\"x\""][..], "Review DefaultEquals"),
        ("x", &["\"x\"", "\"x\""], "Review DefaultEquals"),
        ("x", &["\"x\"", "\"y\""], "Unsafe Read"),
        ("8080", &["8080"], "Review DefaultEquals"),
        ("true", &["True"], "Unsafe Read"),
        ("a\"b", &[r#""a\"b""#], "Review DefaultEquals"),
        ("", &["\"\""], "Review DefaultEquals"),
        ("x", &[], "Safe NoReader"),
    ] {
        let world = one("K").entry(|entry| entry.source.literal = Some(literal.into()));
        let world = defaults.iter().fold(world, |world, text| world.read(0, "K", default(text)));
        assert_eq!(world.verdict(), expected, "{literal} {defaults:?}");
    }
    let secret = one("K").read(0, "K", default("\"x\"")).entry(|entry| entry.source.literal = None);
    assert_eq!(secret.verdict(), "Unsafe Read");
}

#[test]
fn row_5_reached_readers_are_unsafe() {
    assert_eq!(one("K").read(0, "K", nothing).verdict(), "Unsafe Read");
    assert_eq!(one("K").read(1, "K", nothing).verdict(), "Unsafe Read");
    assert_eq!(one("K").read(1, "K", |read| read.access = Access::Contains).verdict(), "Unsafe Read");
    assert_eq!(one("K").read(1, "K", settings(true)).verdict(), "Unsafe SettingsField");
    assert_eq!(one("ACME_K").read(1, "ACME_*", nothing).verdict(), "Unsafe AnchoredPattern");
    assert_eq!(one("K").read(1, "KEY", nothing).verdict(), "Safe NoReader");
    assert_eq!(one("K").read(4, "K", nothing).verdict(), "Unsafe Read");
}

#[test]
fn row_6_weak_evidence_is_for_a_person() {
    assert_eq!(one("K").read(2, "K", nothing).verdict(), "Review UnreachedRead");
    assert_eq!(one("K").read(1, "K", settings(false)).verdict(), "Review NeverConstructed");
    for (users, verdict) in [
        (None, "Unsafe Read"),
        (Some(vec![]), "Review UnreachedRead"),
        (Some(vec![2]), "Review UnreachedRead"),
        (Some(vec![3]), "Review UnreachedRead"),
        (Some(vec![0]), "Unsafe Read"),
        (Some(vec![1, 2]), "Unsafe Read"),
    ] {
        let place = |file| Place { file, span: Span::default() };
        let method = |read: &mut Read| {
            read.function = Some("Config.from_env".into());
            read.users = users.map(|users| users.into_iter().map(place).collect());
        };
        assert_eq!(one("K").read(1, "K", method).verdict(), verdict);
    }
    assert_eq!(one("A_FILE").read(1, "*_FILE", nothing).verdict(), "Review WeakPattern");
    assert_eq!(one("ACME_K").read(1, "ACME_*", |read| read.access = Access::Whole).verdict(), "Review WeakPattern");
    assert_eq!(one("K").read(0, "*", nothing).verdict(), "Review AnyRead");
    assert_eq!(one("K").read(0, "*", |read| read.access = Access::Copy).verdict(), "Safe NoReader");
    assert_eq!(one("K").read(0, "*", |read| read.explained = true).verdict(), "Safe NoReader");
    assert_eq!(one("K").read(0, "*", |read| read.access = Access::SetDefault).verdict(), "Safe NoReader");
    assert_eq!(one("K").read(1, "*", nothing).verdict(), "Safe NoReader");
    assert_eq!(one("ACME_K").read(1, "ACME_*", |read| read.explained = true).verdict(), "Safe NoReader");
    assert_eq!(one("K").mention(1, "K", Some(9)).verdict(), "Review Mentioned");
    assert_eq!(one("K").mention(2, "K", Some(9)).verdict(), "Safe NoReader", "a single word, unreached");
    assert_eq!(one("K").mention(2, "L", Some(9)).verdict(), "Safe NoReader");
    assert_eq!(one("A_K").mention(2, "A_K", Some(9)).verdict(), "Review Mentioned");
    assert_eq!(one("K").read(3, "K", nothing).verdict(), "Review TestsOnly");
    let mut imported = one("K").read(3, "K", nothing);
    imported.scan.graph.imports[4] = vec![3];
    assert_eq!(imported.verdict(), "Unsafe Read");
}

#[test]
fn the_readers_shown_are_those_that_decide() {
    let shown = |world: World| world.judged().pop().map(|judged| (judged.reads, judged.decisive));
    let wrapper = Place { file: 0, span: Span { line: 1, column: 1, end_line: 1, end_column: 9 } };
    let through = |read: &mut Read| read.chain = vec![Step { place: wrapper, what: "call".into() }];
    let itself = |read: &mut Read| read.place = wrapper;
    let unknown = || one("K").read(0, "*", through).read(4, "*", through).read(0, "*", itself);
    assert_eq!(shown(unknown()), Some((vec![2], 1)), "one way to the environment, the nearest");
    assert_eq!(shown(unknown().read(2, "K", nothing)), Some((vec![3], 1)), "a reader that names it is enough");
    assert_eq!(shown(unknown().read(2, "K", nothing).read(1, "K", nothing)), Some((vec![4, 3], 1)));
    let runtime = one("PYTHONUNBUFFERED").read(0, "*", nothing);
    assert_eq!(shown(runtime), Some((vec![], 0)), "the runtime decides");
}

#[test]
fn safe_names_the_blind_spots() {
    let world = one("K").read(1, "*", nothing);
    let reasons = world.judged().pop().map(|judgement| judgement.reasons).unwrap_or_default();
    assert!(
        reasons[0].text.contains("1 reader with unresolved names: acme/client.py:3; the image's own"),
        "{reasons:?}"
    );
}

#[test]
fn an_env_from_with_unknown_names_is_never_safe() {
    assert_eq!(one("*").verdict(), "Review UnknownNames");
    assert_eq!(one("*").read(0, "K", nothing).verdict(), "Review UnknownNames");
    assert_eq!(one("ACME_*").verdict(), "Review UnknownNames");
    assert_eq!(one("ACME_*").read(0, "K", nothing).verdict(), "Review UnknownNames");
    assert_eq!(one("ACME_*").read(0, "ACME_K", nothing).verdict(), "Unsafe Read");
}

#[test]
fn reached_is_decided_from_the_containers_own_entry_points() {
    let from =
        |command: &[&str]| World::new().container("c", Some("acme/web"), command).entries(&["K"]).read(1, "K", nothing);
    for (command, expected) in [
        (&["python", "-m", "main"][..], "Unsafe Read"),
        (&["python", "-m", "jobs.nightly"], "Review UnreachedRead"),
        (&["celery", "-A", "jobs.nightly", "worker"], "Unsafe Read"),
        (&["unknown"], "Unsafe Read"),
    ] {
        assert_eq!(from(command).verdict(), expected, "{command:?}");
    }
    let judged = from(&["python", "-m", "main"]).judged().pop();
    let judged = judged.map(|judgement| (judgement.reached, judgement.assumed, judgement.roots));
    assert_eq!(judged, Some((vec![Some(vec![0, 1])], false, vec![0, 1])));
    let unreached = from(&["python", "-m", "jobs.nightly"]).judged().pop();
    assert_eq!(unreached.map(|judgement| judgement.reached), Some(vec![None]));
}

#[test]
fn images_that_are_not_scanned_are_named_once() {
    let world = World::new().container("db", Some("postgres:16"), &[]).entries(&["A", "B"]);
    let found = notices(&world.scan, &world.chart, &world.judged());
    let details: Vec<&str> = found.iter().map(|notice| notice.detail.as_str()).collect();
    assert_eq!(details, ["postgres not scanned: a well-known program that is no Python application (entries: 2)"]);
}
