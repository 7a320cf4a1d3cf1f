//! Charts that cannot be rendered, or would cost everything: each is refused with its file and line.

use std::path::Path;

use crate::inputs::{Hostile, refused, write};

const ENTRIES: &[&str] = &["entries", "--chart", "c", "--renderer", "builtin"];
const PACKED: &[&str] = &["entries", "--chart", "c.tgz", "--renderer", "builtin"];

pub const TABLE: &[Hostile] = &[
    refused(
        "a-dependency-that-is-missing",
        |at| {
            template(at, "kind: Pod\n");
            let text = format!("{CHART}dependencies: [{{name: redis, version: 1.x, repository: x}}]\n");
            write(at, "c/Chart.yaml", text.as_bytes());
        },
        ENTRIES,
        &["`redis` is missing", "helm dependency build c"],
    ),
    refused(
        "charts-that-stand-beside-each-other",
        |at| {
            template(at, "kind: Pod\n");
            let names = ["c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
            for name in names {
                let beside = names.map(|other| format!("  - {{name: {other}, repository: 'file://../{other}'}}\n"));
                let about = format!("name: {name}\nversion: 1.0.0\ndependencies:\n{}", beside.concat());
                write(at, &format!("{name}/Chart.yaml"), about.as_bytes());
            }
        },
        ENTRIES,
        &["is missing"],
    ),
    refused(
        "an-include-of-itself",
        |at| {
            template(
                at,
                "\n{{ define \"a\" }}{{ include \"b\" . }}{{ end }}{{ define \"b\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}",
            )
        },
        ENTRIES,
        &["c/templates/a.yaml line 2", "include each other"],
    ),
    refused(
        "a-tpl-of-itself",
        |at| template(at, "{{ $t := \"{{ tpl .t . }}\" }}{{ tpl $t (dict \"t\" $t) }}"),
        ENTRIES,
        &["c/templates/a.yaml line 1", "include each other"],
    ),
    refused(
        "a-range-over-10-to-the-9",
        |at| template(at, "{{ range until 1000000000 }}{{ end }}"),
        ENTRIES,
        &["line 1", "runaway"],
    ),
    refused(
        "loops-within-loops",
        |at| {
            let loops = "{{ range until 1000 }}".repeat(4) + &"{{ end }}".repeat(4);
            template(at, &loops);
        },
        ENTRIES,
        &["line 1", "runaway"],
    ),
    refused(
        "a-repeat-of-gigabytes",
        |at| template(at, "\n\n{{ repeat 1000000000 \"xxxxxxxxxx\" }}"),
        ENTRIES,
        &["line 3", "runaway"],
    ),
    refused(
        "a-text-that-doubles",
        |at| {
            template(at, "{{ $s := \"xxxxxxxx\" }}{{ range until 60 }}{{ $s = printf \"%s%s\" $s $s }}{{ end }}");
        },
        ENTRIES,
        &["line 1", "runaway"],
    ),
    refused(
        "a-map-that-holds-itself",
        |at| {
            template(at, "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ toYaml $d }}");
        },
        ENTRIES,
        &["line 1", "hold itself"],
    ),
    refused(
        "a-function-that-is-not-there",
        |at| template(at, "a: 1\nb: {{ foo 1 }}\n"),
        ENTRIES,
        &[
            "template c/templates/a.yaml line 2: function `foo` is not supported; pass rendered manifests or install helm",
        ],
    ),
    refused(
        "an-action-without-end",
        |at| template(at, "a: 1\n{{ if true }}\n"),
        ENTRIES,
        &["c/templates/a.yaml line 2"],
    ),
    refused("blocks-10000-deep", |at| template(at, &"{{ if true }}".repeat(10_000)), ENTRIES, &["line 1", "deep"]),
    refused("parentheses-10000-deep", |at| template(at, &format!("{{{{ {}", "(".repeat(10_000))), ENTRIES, &["line 1"]),
    refused("a-field-of-nothing", |at| template(at, "a: {{ .Values.b.c }}"), ENTRIES, &["line 1", "nil pointer"]),
    refused(
        "a-value-that-is-required",
        |at| template(at, "a: {{ required \"say a\" .Values.a }}"),
        ENTRIES,
        &["line 1", "say a"],
    ),
    refused(
        "a-number-where-a-string-is-expected",
        |at| template(at, "a: {{ trimSuffix \"x\" 1 }}"),
        ENTRIES,
        &["line 1", "expected string"],
    ),
    refused(
        "output-that-is-no-yaml",
        |at| template(at, "a: {{ \"[\" }}\nb: {{ .Release.Name }}\n"),
        ENTRIES,
        &["c/templates/a.yaml", "not YAML"],
    ),
    refused(
        "values-that-are-a-list",
        |at| {
            template(at, "kind: Pod\n");
            write(at, "c/values.yaml", b"- a\n");
        },
        ENTRIES,
        &["c/values.yaml:1", "mapping"],
    ),
    refused(
        "values-that-are-no-yaml",
        |at| {
            template(at, "kind: Pod\n");
            write(at, "c/values.yaml", b"a: 1\nb: [\n");
        },
        ENTRIES,
        &["c/values.yaml:3"],
    ),
    refused(
        "values-that-are-not-utf-8",
        |at| {
            template(at, "kind: Pod\n");
            write(at, "c/values.yaml", b"a: 1\nb: \xff\n");
        },
        ENTRIES,
        &["c/values.yaml:2", "UTF-8"],
    ),
    refused(
        "values-of-100-mb",
        |at| {
            template(at, "kind: Pod\n");
            write(at, "c/values.yaml", &vec![b'#'; 100 << 20]);
        },
        ENTRIES,
        &["values.yaml", "more than a chart may hold"],
    ),
    refused(
        "values-of-a-dependency-that-are-a-text",
        |at| {
            template(at, "kind: Pod\n");
            write(at, "c/values.yaml", b"d: text\n");
            write(at, "c/charts/d/Chart.yaml", b"name: d\nversion: 1.0.0\n");
        },
        ENTRIES,
        &["`d`", "mapping"],
    ),
    refused(
        "a-template-that-is-not-utf-8",
        |at| {
            template(at, "kind: Pod\n");
            write(at, "c/templates/b.yaml", b"a: 1\n\n\xff");
        },
        ENTRIES,
        &["c/templates/b.yaml:3", "UTF-8"],
    ),
    refused(
        "a-set-without-a-value",
        |at| template(at, "kind: Pod\n"),
        &["entries", "--chart", "c", "--set", "a"],
        &["--set a"],
    ),
    refused(
        "a-library-chart",
        |at| {
            write(at, "c/Chart.yaml", format!("{CHART}type: library\n").as_bytes());
        },
        ENTRIES,
        &["library chart"],
    ),
    #[cfg(unix)]
    refused(
        "a-link-out-of-the-chart",
        |at| {
            template(at, "a: {{ .Files.Get \"x\" }}\n");
            std::os::unix::fs::symlink("/etc/hostname", at.join("c/x")).expect("link");
        },
        ENTRIES,
        &["x: is a link that leads out of the chart"],
    ),
    #[cfg(unix)]
    refused(
        "a-link-to-its-own-folder",
        |at| {
            template(at, "kind: Pod\n");
            std::os::unix::fs::symlink(".", at.join("c/x")).expect("link");
        },
        ENTRIES,
        &["x/x"],
    ),
    refused(
        "a-packed-chart-that-leads-out",
        |at| pack(at, &[("c/Chart.yaml", CHART.as_bytes()), ("c/../../evil", b"x")]),
        PACKED,
        &["c.tgz", "leads out of the archive"],
    ),
    refused("a-packed-chart-at-the-root", |at| pack(at, &[("/etc/x", b"x")]), PACKED, &["c.tgz", "leads out"]),
    refused(
        "a-packed-chart-that-is-a-bomb",
        |at| pack(at, &[("c/big", &vec![0; 101 << 20])]),
        PACKED,
        &["c.tgz", "limit"],
    ),
    refused("a-packed-chart-without-a-chart", |at| pack(at, &[("c/x", b"x")]), PACKED, &["c.tgz", "no packed chart"]),
];

const CHART: &str = "apiVersion: v2\nname: c\nversion: 0.1.0\n";

fn template(at: &Path, text: &str) {
    write(at, "c/Chart.yaml", CHART.as_bytes());
    write(at, "c/templates/a.yaml", text.as_bytes());
}

/// A tar archive, written by hand, as a library would refuse such paths.
fn pack(at: &Path, files: &[(&str, &[u8])]) {
    let mut out = Vec::new();
    for (path, bytes) in files {
        let mut header = [0_u8; 512];
        header[..path.len()].copy_from_slice(path.as_bytes());
        header[100..107].copy_from_slice(b"0000644");
        header[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
        header[156] = b'0';
        header[257..263].copy_from_slice(b"ustar\0");
        header[148..156].copy_from_slice(b"        ");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        out.extend(header);
        out.extend(*bytes);
        out.resize(out.len().div_ceil(512) * 512, 0);
    }
    out.resize(out.len() + 1_024, 0);
    write(at, "c.tgz", &out);
}
