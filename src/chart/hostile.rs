//! Input that is broken, hostile or huge: whatever it is, the rest is read, nothing panics, and it takes
//! its time only once.

use super::read;
use super::tests::{chart, pod, rows, told};

#[test]
fn a_fault_costs_its_document_only() {
    let good = pod("  env: [{name: A}]");
    let bomb: String = (1..30).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}]\n", n - 1)).collect();
    let table: [(&[u8], &str); 14] = [
        (b"a: [1\nb: 2", "9: not YAML"),
        (b"a: \xff", "8: this document is not UTF-8"),
        (b"a: 1\nb: \0", "9: this document holds a NUL byte"),
        (b"a:\n\tb: 1", "9: not YAML: found character that cannot start any token"),
        (b"a: 1", "8: this document has no `kind`"),
        (b"plain text", "8: this document is a string"),
        (b"kind: Pod", "8: this Pod has no metadata.name"),
        (b"kind: Pod\nmetadata: {name: x}\nspec: {containers: {a: 1}}", "10: `containers` of Pod x is a mapping"),
        (
            b"kind: Pod\nmetadata: {name: x}\nspec: {containers: [a]}",
            "10: an item of `containers` in Pod x is a string",
        ),
        (b"kind: Pod\nmetadata: {name: x}\nspec: {containers: [{image: a}]}", "10: a container of Pod x has no name"),
        (b"kind: X\nkind: Y\nmetadata: {name: x}", "9: the key `kind` stands twice"),
        (b"{{- if .Values.x }}\nkind: Pod\n{{- end }}", "8: holds `{{ … }}` and looks like an unrendered template"),
        (b"kind: X\nmetadata: {name: \"{{ .Values.x }}\"}", "9: holds `{{ … }}`"),
        (bomb.as_bytes(), "8: the alias *a0 has no anchor"),
    ];
    for (bad, notice) in table {
        let bytes = [good.as_bytes(), b"---\n", bad, b"\n---\n", good.as_bytes()].concat();
        let chart = read(&[("c.yaml".into(), bytes)]);
        assert_eq!(rows(&chart).len(), 2, "{notice}");
        assert!(chart.notices.len() == 1 && told(&chart)[0].starts_with(notice), "{notice}: {:?}", told(&chart));
    }
}

/// A manifest that has a bit of everything.
const SAMPLE: &str = r#"# Source: web/templates/x.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: &n web, labels: {helm.sh/chart: web-1.0.0}}
spec:
  template:
    spec:
      containers:
      - name: *n
        <<: &m {image: "a:1", args: [!!str x, '$(A)', "\x41\u00e9"]}
        command: ["sh", -c, |-
          echo $A
          ]
        env:
        - name: A
          value: >-
            folded
            text
        - {name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}
        envFrom: [{prefix: P_, configMapRef: {name: m}}]
---
kind: ConfigMap
metadata: {name: m}
data:
  ? C
  : |
   block
"#;

#[test]
fn no_cut_and_no_flipped_byte_makes_it_panic() {
    let whole = SAMPLE.replace("|-\n          echo $A\n          ]", "'echo $A']");
    assert_eq!(rows(&chart(&whole)).len(), 3, "{:?}", told(&chart(&whole)));
    for sample in [SAMPLE.as_bytes(), whole.as_bytes()] {
        for cut in 0..sample.len() {
            read(&[("x".into(), sample[..cut].to_vec())]);
            read(&[("x".into(), sample[cut..].to_vec())]);
            for flip in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff] {
                let mut bytes = sample.to_vec();
                bytes[cut] ^= flip;
                read(&[("x".into(), bytes)]);
            }
        }
    }
}

#[test]
fn no_heap_of_tokens_makes_it_panic() {
    const TOKENS: [&str; 44] = [
        "\n",
        "\n  ",
        "\n    ",
        " ",
        "\t",
        "- ",
        ": ",
        "? ",
        ", ",
        ",",
        "[",
        "]",
        "{",
        "}",
        "a",
        "b",
        "'",
        "\"",
        "\\",
        "!",
        "!t",
        "!!str",
        "!<x>",
        "&a ",
        "*a",
        "|",
        ">-",
        "|2",
        "#",
        "%YAML 1.1\n",
        "%TAG ! x\n",
        "---",
        "\n---\n",
        "...",
        "<<",
        "kind: Pod",
        "containers:",
        "env:",
        "name: x",
        "\r\n",
        "\u{85}",
        "\u{2028}",
        "é",
        "%41",
    ];
    // A linear congruential generator: the same heaps in every run.
    let mut state = 1_u64;
    let mut next = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or(0) % bound
    };
    for _ in 0..20_000 {
        let length = next(24);
        let heap: String = (0..length).map(|_| TOKENS[next(TOKENS.len())]).collect();
        read(&[("x".into(), heap.into_bytes())]);
    }
}

#[test]
fn time_grows_with_the_input_only() {
    // Each of these once took the square of its length.
    let keys: String = (0..50_000).map(|n| format!("  K{n}: v\n")).collect();
    let items: String = (0..5_000)
        .map(|n| format!("  - {{name: A{n}, valueFrom: {{configMapKeyRef: {{name: m, key: K{n}}}}}}}\n"))
        .collect();
    let map = format!("---\nkind: ConfigMap\nmetadata: {{name: m}}\ndata:\n{keys}");
    let refs = format!("  args: ['{}']\n", "$(".repeat(500_000));
    for (text, entries) in [
        (pod(&format!("  env:\n{items}")) + &map, 5_000),
        (pod("  envFrom: [{configMapRef: {name: m}}]\n") + &map, 50_000),
        (pod(&refs), 0),
        (format!("[{}", "!:".repeat(500_000)), 0),
        (format!("kind: X\nmetadata: {{name: {}}}\n", "x ".repeat(2_000_000)), 0),
    ] {
        assert_eq!(chart(&text).entries.len(), entries);
    }
}
