//! Manifests and charts that nobody means well with.

use std::path::Path;

use crate::inputs::{Hostile, chart, folder, pipe, pod, refused, write};

pub const TABLE: &[Hostile] = &[
    chart("a-bomb-of-aliases", |at| yaml(at, &alias_bomb()), &[], &["bad.yaml"]),
    chart("tabs-in-yaml", |at| yaml(at, "a:\n\tb: 1\n"), &[], &["unparsable", "bad.yaml"]),
    chart(
        "a-key-twice",
        |at| yaml(at, &pod("env: [{name: A, value: x}]\n        env: [{name: B, value: x}]")),
        &[],
        &["bad.yaml"],
    ),
    chart(
        "a-cut-manifest",
        |at| yaml(at, &pod("env: [{name: A, value: x}]").replace("x}]", "\"x")),
        &[],
        &["unparsable", "bad.yaml"],
    ),
    chart("yaml-that-is-no-manifest", |at| yaml(at, "- 1\n- [2, 3]\n---\nfoo\n---\n- {a: b}\n"), &[], &[]),
    chart("an-env-that-is-a-mapping", |at| yaml(at, &pod("env: {A: x}")), &[], &["manifest", "bad.yaml", "list"]),
    chart(
        "names-that-are-numbers",
        |at| yaml(at, &pod("env: [{name: 1, value: x}, {name: true}, {value: y}, 3, {name: A}]")),
        &["A"],
        &["bad.yaml"],
    ),
    chart(
        "containers-that-are-a-text",
        |at| yaml(at, &pod("env: [{name: A}]").replace("containers:", "containers: x\n      more:")),
        &[],
        &["bad.yaml"],
    ),
    chart("a-configmap-of-2-mb", |at| yaml(at, &big_map()), &["BIG"], &[]),
    chart("a-merge-key-of-itself", |at| yaml(at, "a: &a\n  <<: *a\n  b: 1\n"), &[], &[]),
    chart(
        "yaml-10000-deep",
        |at| yaml(at, &format!("a: {}{}\n", "[".repeat(10_000), "]".repeat(10_000))),
        &[],
        &["bad.yaml"],
    ),
    chart(
        "an-applicationset-whose-values-double",
        |at| {
            let pairs = (0..60).map(|n| format!("k{n}: '{{{{k{}}}}}{{{{k{}}}}}'", n + 1, n + 1));
            let element = pairs.collect::<Vec<_>>().join(", ");
            let set = format!(
                "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: s}}\nspec:\n  generators: [{{list: {{elements: [{{{element}}}]}}}}]\n  template: {{metadata: {{name: '{{{{k0}}}}'}}, spec: {{source: {{path: c}}}}}}\n"
            );
            write(at, "manifests/bad.yaml", set.as_bytes());
        },
        &[],
        &["bad.yaml", "ApplicationSet s"],
    ),
    chart(
        "an-application-that-leads-out",
        |at| {
            let text = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: {source: {path: ../../etc, helm: {valueFiles: [../../x]}}}\n";
            write(at, "manifests/bad.yaml", text.as_bytes());
        },
        &[],
        &["bad.yaml", "`../../etc` leads out of the repository", "`../../x` is not looked for"],
    ),
    chart("an-empty-manifest", |at| yaml(at, ""), &[], &[]),
    chart(
        "a-manifest-of-invalid-utf-8",
        |at| write(at, "manifests/bad.yaml", b"kind: Pod\nname: \xff\n"),
        &[],
        &["bad.yaml"],
    ),
    #[cfg(unix)]
    chart("a-pipe-among-manifests", |at| pipe(&at.join("manifests/bad.yaml")), &[], &[]),
    refused("no-chart", |_| {}, &["entries", "--chart", "nowhere"], &["nowhere"]),
    refused("an-empty-chart", |at| folder(&at.join("empty")), &["entries", "--chart", "empty"], &["empty"]),
    refused(
        "a-chart-without-a-version",
        |at| write(at, "c/Chart.yaml", b"name: c\n"),
        &["entries", "--chart", "c"],
        &["c/Chart.yaml:1", "version"],
    ),
    refused("a-chart-that-is-python", |_| {}, &["entries", "--chart", "app/healthy.py"], &["healthy.py"]),
    refused(
        "an-archive-that-is-none",
        |at| write(at, "c.tgz", b"no archive"),
        &["entries", "--chart", "c.tgz"],
        &["c.tgz"],
    ),
];

fn yaml(at: &Path, text: &str) {
    write(at, "manifests/bad.yaml", text.as_bytes());
}

fn alias_bomb() -> String {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = level - 1;
        text += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{before}"); 10].join(", "));
    }
    text
}

fn big_map() -> String {
    let big = "x".repeat(2_000_000);
    let pod = pod("envFrom: [{configMapRef: {name: big}}]");
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: big}}\ndata:\n  BIG: {big}\n---\n{pod}")
}
