//! What manifests give their containers, end to end over bytes.

use super::*;

pub fn chart(text: &str) -> Chart {
    read(&[("c.yaml".into(), text.as_bytes().to_vec())])
}

/// `name kind object key ?literal :line`, one an entry.
pub fn rows(chart: &Chart) -> Vec<String> {
    let row = |entry: &crate::model::Entry| {
        let source = &entry.source;
        let mut parts = vec![entry.name.clone(), format!("{:?}", source.kind)];
        parts.extend(source.object.as_ref().map(|object| format!("{}/{}", object.kind, object.name)));
        parts.extend(source.key.clone());
        parts.extend(source.optional.then(|| "optional".to_string()));
        parts.extend(source.literal.as_ref().map(|literal| format!("{literal:?}")));
        parts.push(format!(":{}", entry.location.line));
        parts.join(" ")
    };
    chart.entries.iter().map(row).collect()
}

/// A pod with one container `c`, whose further fields (indented by two) start on line 6.
pub fn pod(fields: &str) -> String {
    let fields: String = fields.lines().map(|line| format!("  {line}\n")).collect();
    format!("kind: Pod\nmetadata: {{name: p, namespace: n}}\nspec:\n  containers:\n  - name: c\n{fields}")
}

/// The notices about manifests as `line: detail`.
pub fn told(chart: &Chart) -> Vec<String> {
    let line = |notice: &Notice| format!("{}: {}", notice.line.unwrap_or(0), notice.detail);
    chart.notices.iter().map(line).collect()
}

#[test]
fn env_items_have_their_sources() {
    let text = pod(r#"  env:
  - name: A
    value: x
  - name: B
  - {name: C, value: ""}
  - {name: D, value: "", valueFrom: {secretKeyRef: {name: s, key: k, optional: yes}}}
  - {name: E, valueFrom: {configMapKeyRef: {name: m, key: k}}}
  - {name: F, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
  - {name: G, valueFrom: {resourceFieldRef: {containerName: c, resource: limits.cpu}}}
  - {name: H, valueFrom: {fileKeyRef: {volumeName: v, path: p, key: k}}}
  - {name: I, value: null}
"#);
    let chart = chart(&text);
    let expected = [
        r#"A Value "x" :7"#,
        r#"B Value "" :9"#,
        r#"C Value "" :10"#,
        "D SecretKeyRef Secret/s k optional :11",
        "E ConfigMapKeyRef ConfigMap/m k :12",
        "F FieldRef status.podIP :13",
        "G ResourceFieldRef limits.cpu :14",
        "H FileKeyRef Volume/v k :15",
        r#"I Value "" :16"#,
    ];
    assert_eq!(rows(&chart), expected);
    assert_eq!(told(&chart), [""; 0]);
}

#[test]
fn env_from_is_expanded_where_its_object_is_in_the_input() {
    let objects = "---
kind: ConfigMap
metadata: {name: m}
data: {A: one, B: two}
binaryData: {BIN: AA==}
---
kind: Secret
metadata: {name: s, namespace: n}
data: {S: aHVzaA==}
stringData: {T: hush}
---
kind: Secret
metadata: {name: other, namespace: elsewhere}
data: {Z: aHVzaA==}
---
kind: SecretProviderClass
metadata: {name: spc, namespace: n}
spec:
  secretObjects:
  - secretName: s
    data: [{objectName: o, key: U}]
  - secretName: synced
    data: [{objectName: o, key: V}]
";
    let text = pod("  envFrom:
  - configMapRef: {name: m}
  - {prefix: X_, secretRef: {name: s}}
  - secretRef: {name: synced, optional: true}
  - {prefix: Y_, secretRef: {name: other}}
  - configMapRef: {name: absent}
  env:
  - {name: K, valueFrom: {configMapKeyRef: {name: m, key: B}}}
  - {name: L, valueFrom: {secretKeyRef: {name: s, key: T}}}
");
    let expected = [
        r#"A EnvFrom ConfigMap/m A "one" :7"#,
        r#"B EnvFrom ConfigMap/m B "two" :7"#,
        "BIN EnvFrom ConfigMap/m BIN :7",
        "X_S EnvFrom Secret/s S :8",
        "X_T EnvFrom Secret/s T :8",
        "X_U EnvFrom Secret/s U :8",
        "V EnvFrom Secret/synced V optional :9",
        "Y_* EnvFrom Secret/other :10",
        "* EnvFrom ConfigMap/absent :11",
        r#"K ConfigMapKeyRef ConfigMap/m B "two" :13"#,
        "L SecretKeyRef Secret/s T :14",
    ];
    for text in [text.clone() + objects, objects.to_string() + "---\n" + &text] {
        let chart = chart(&text);
        let shift = chart.entries[0].location.line - 7;
        let unshifted = rows(&chart).into_iter().map(|row| {
            let (row, line) =
                row.rsplit_once(':').map(|(row, line)| (row.to_string(), line.to_string())).unwrap_or_default();
            format!("{row}:{}", line.parse::<u32>().unwrap_or(0) - shift)
        });
        assert_eq!(unshifted.collect::<Vec<_>>(), expected);
        assert!(!format!("{chart:?}").contains("hush"), "a Secret's value got out");
    }
}

#[test]
fn the_last_supply_wins_and_the_others_are_told() {
    let text = pod("  envFrom:
  - configMapRef: {name: m}
  - configMapRef: {name: m2}
  env:
  - {name: A, value: '1'}
  - {name: B, value: '1'}
  - {name: B, value: '2'}
") + "---\nkind: ConfigMap\nmetadata: {name: m}\ndata: {A: a, C: c}\n---\nkind: ConfigMap\nmetadata: {name: m2}\ndata: {C: d}\n";
    let chart = chart(&text);
    let expected = [r#"C EnvFrom ConfigMap/m2 C "d" :8"#, r#"A Value "1" :10"#, r#"B Value "2" :12"#];
    assert_eq!(rows(&chart), expected);
    let also: Vec<_> = chart.entries.iter().map(|entry| entry.also.join("; ")).collect();
    let expected = [
        "envFrom ConfigMap m key C (c.yaml:7)",
        "envFrom ConfigMap m key A (c.yaml:7)",
        "an earlier env item of the same name (c.yaml:11)",
    ];
    assert_eq!(also, expected);
    assert!(told(&chart).concat().starts_with("12: B stands 2 times in one `env` list"), "{:?}", told(&chart));
}

#[test]
fn uses_are_what_kubernetes_and_shells_expand() {
    let table: [(&str, &[&str]); 12] = [
        ("  args: ['$(A)', '$$(B)', '$C']", &["A: $(A) in args[0]"]),
        (
            "  command: [sh, -c, 'echo $A ${B:-x} $$C']",
            &[
                "A: $A in the shell script of command[2]",
                "B: $B in the shell script of command[2]",
                "C: $C in the shell script of command[2]",
            ],
        ),
        ("  command: [sh]\n  args: [-ec, 'echo $A', '$B']", &["A: $A in the shell script of args[1]"]),
        ("  command: [run.sh, '$A']", &[]),
        ("  livenessProbe: {exec: {command: [x, '$(A)', '$(M)']}}", &["A: $(A) in livenessProbe"]),
        ("  readinessProbe: {exec: {command: [sh, -c, 'x $$A $B']}}", &["B: $B in the shell script of readinessProbe"]),
        ("  lifecycle: {preStop: {exec: {command: [x, '$(A)']}}}", &[]),
        ("  volumeMounts: [{name: v, subPathExpr: $(A)/x}]", &["A: $(A) in the subPathExpr of a volume mount"]),
        ("  args: ['$(NOT_HERE)']", &["*: $(NOT_HERE) in args[0], which nothing else known supplies"]),
        ("  args: [python, -c, 'import os; os.environ[\"B\"]']", &["B: B read by the code in args[2]"]),
        ("  args: ['$(M)']", &["M: $(M) in args[0]"]),
        ("  args: ['$(A']", &[]),
    ];
    for (fields, expected) in table {
        let text = pod(&format!(
            "{fields}\n  envFrom: [{{configMapRef: {{name: m}}}}, {{secretRef: {{name: s}}}}]
  env: [{{name: A, value: '1'}}, {{name: B, value: '2'}}, {{name: C, value: '3'}}]"
        )) + "---\nkind: ConfigMap\nmetadata: {name: m}\ndata: {M: m}\n";
        let chart = chart(&text);
        let uses =
            chart.entries.iter().flat_map(|entry| entry.uses.iter().map(move |it| format!("{}: {it}", entry.name)));
        let mut uses: Vec<_> = uses.collect();
        uses.sort();
        assert_eq!(uses, expected, "{fields}");
    }
}

#[test]
fn env_values_see_only_what_precedes_them() {
    let text = pod("  envFrom: [{configMapRef: {name: m}}]
  env:
  - {name: A, value: $(B) $(M) $(A) $$(M)}
  - {name: B, value: $(A)}
  - {name: C, valueFrom: {fieldRef: {fieldPath: $(A)}}}
") + "---\nkind: ConfigMap\nmetadata: {name: m}\ndata: {M: $(A)}\n";
    let chart = chart(&text);
    let uses: Vec<_> = chart.entries.iter().map(|entry| format!("{} {}", entry.name, entry.uses.join("; "))).collect();
    assert_eq!(uses, ["M $(M) in the value of A", "A $(A) in the value of B", "B ", "C "]);
}

#[test]
fn files_mounted_from_config_maps_are_looked_into() {
    let text = "kind: Pod
metadata: {name: p}
spec:
  volumes:
  - {name: v, configMap: {name: m}}
  - {name: w, projected: {sources: [{configMap: {name: m2}}]}}
  - {name: u, configMap: {name: m3}}
  containers:
  - name: c
    env: [{name: A}, {name: B}, {name: C}]
    volumeMounts: [{name: v}, {name: w}]
";
    let maps = "---\nkind: ConfigMap\nmetadata: {name: m}\ndata: {x.sh: run $A}\n---
kind: ConfigMap\nmetadata: {name: m2}\ndata: {x.py: \"os.getenv('B')\"}\n---
kind: ConfigMap\nmetadata: {name: m3}\ndata: {x.sh: run $C}\n";
    let chart = chart(&format!("{text}{maps}"));
    let uses: Vec<_> = chart.entries.iter().map(|entry| entry.uses.join("; ")).collect();
    let expected =
        ["$A in ConfigMap m key x.sh, which it mounts", "B read in ConfigMap m2 key x.py, which it mounts", ""];
    assert_eq!(uses, expected);
}

#[test]
fn pod_templates_are_found_wherever_they_sit() {
    let spec = "{initContainers: [{name: i, image: a}], containers: [{name: c, image: b, env: [{name: A}]}]}";
    let table: [(String, &str); 13] = [
        (format!("kind: Pod\nspec: {spec}"), "i! c"),
        (format!("kind: Deployment\nspec: {{template: {{spec: {spec}}}}}"), "i! c"),
        (format!("kind: CronJob\nspec: {{jobTemplate: {{spec: {{template: {{spec: {spec}}}}}}}}}"), "i! c"),
        (format!("kind: List\nitems: [{{kind: Pod, metadata: {{name: w}}, spec: {spec}}}]"), "i! c"),
        (format!("kind: PodList\nitems: [{{metadata: {{name: w}}, spec: {spec}}}]"), "i! c"),
        (format!("kind: Rollout\nspec: {{template: {{spec: {spec}}}}}"), "i! c"),
        (format!("kind: RayCluster\nspec: {{workerGroupSpecs: [{{template: {{spec: {spec}}}}}]}}"), "i! c"),
        ("kind: Workflow\nspec: {templates: [{name: t, container: {image: x, args: [z]}}]}".into(), "t"),
        ("kind: Task\nspec: {steps: [{name: s, image: x, script: y}]}".into(), "s"),
        ("kind: Service\nspec: {template: {spec: {containers: [{image: x}]}}}".into(), "containers"),
        (format!("kind: CustomResourceDefinition\nspec: {{containers: [{{name: c, image: b}}], x: {spec}}}"), ""),
        ("kind: Policy\nspec: {containers: [{name: x}], image: y}".into(), ""),
        ("kind: Pod\nspec: {containers: [{name: x}]}".into(), "x"),
    ];
    for (text, expected) in table {
        let chart = chart(&format!("metadata: {{name: w}}\n{text}\n"));
        let names = chart.containers.iter().map(|it| format!("{}{}", it.name, if it.init { "!" } else { "" }));
        assert_eq!(names.collect::<Vec<_>>().join(" "), expected, "{text}");
        assert!(chart.containers.iter().all(|it| it.workload.name == "w"), "{text}");
        assert_eq!(told(&chart), [""; 0], "{text}");
    }
}

#[test]
fn what_kubernetes_refuses_is_told_and_the_rest_goes_on() {
    let table: [(&str, &str, &str); 17] = [
        ("  env: [{name: A, value: yes}]", r#"A Value "yes" :6"#, "6: the value of A is a boolean"),
        ("  env: [{name: A, value: 017}]", r#"A Value "017" :6"#, "6: the value of A is a number"),
        ("  env: [{name: A, value: [x]}]", "A Value :6", "6: the value of A is a list"),
        ("  env: [{name: 1, value: x}]", r#"1 Value "x" :6"#, "6: the name of the env item `1` is a number"),
        ("  env: [{name: ON, value: x}]", r#"ON Value "x" :6"#, "6: the name of the env item `ON` is a boolean"),
        ("  env: [{value: x}]", "", "6: an item of `env` has no name"),
        ("  env: {A: x}", "", "6: `env` is a mapping; Kubernetes wants a list"),
        ("  env: x", "", "6: `env` is a string"),
        ("  env: [x]", "", "6: an item of `env` is a string"),
        ("  envFrom: {configMapRef: {name: x}}", "", "6: `envFrom` is a mapping"),
        ("  envFrom: [{prefix: x}]", "", "6: an item of `envFrom` needs one"),
        ("  envFrom: [{secretRef: {}}]", "", "6: an item of `envFrom` names no object"),
        ("  env: [{name: A, valueFrom: {}}]", "A Value :6", "6: the valueFrom of A has no source"),
        ("  env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: y}}}]", r#"A Value "x" :6"#, "6: A has both"),
        (
            "  env: [{name: A, valueFrom: {secretKeyRef: {name: x}}}]",
            "A SecretKeyRef Secret/x :6",
            "6: the secretKeyRef of A has no key",
        ),
        ("  args: [1]\n  env: [{name: A}]", r#"A Value "" :7"#, "6: args in Pod p holds a number"),
        ("  command: x y\n  env: [{name: A}]", r#"A Value "" :7"#, "6: command in Pod p holds a string"),
    ];
    for (fields, row, notice) in table {
        let chart = chart(&pod(fields));
        assert_eq!(rows(&chart).join("|"), row, "{fields}");
        assert!(chart.notices.len() == 1 && told(&chart)[0].starts_with(notice), "{fields}: {:?}", told(&chart));
    }
}

#[test]
fn the_chart_of_an_object_comes_from_helms_comment() {
    let text = format!(
        "---\n# Source: web/charts/redis/templates/x.yaml\n{}---\n# Source: web/templates/y.yaml\n---\n{}",
        pod("  env: [{name: A}]"),
        "kind: Pod\nmetadata: {name: q, labels: {helm.sh/chart: web-2-1.0.0, chart: web-1.0.0_b}}\nspec: {containers: [{name: c}]}\n"
    );
    let mut read = chart(&text);
    let charts: Vec<_> = read.containers.iter().map(|it| it.chart.as_deref()).collect();
    assert_eq!(charts, [Some("web/charts/redis"), Some("web")]);
    assert_eq!((read.name.as_str(), read.version.as_deref()), ("web", None));
    read = chart(&text.replace("web-2-1.0.0", "web-1.0.0-rc_b"));
    assert_eq!((read.name.as_str(), read.version.as_deref()), ("web", Some("1.0.0-rc+b")));
    assert_eq!(chart("kind: Pod\n").name, "c");
}
