//! Charts that have to be rendered, by the `helm` program.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Rendering, Request, documents};
use crate::model::Failure;
use crate::yaml::{self, Node};

/// Renders the chart at `path`, and gives each template's output as a file.
pub fn render(path: &Path, request: &Request) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    render_with("helm", path, request)
}

/// The same by any program.
fn render_with(program: &str, path: &Path, request: &Request) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let label = path.display();
    let release = request.release.as_deref().unwrap_or("release-name");
    let mut helm = Command::new(program);
    helm.arg("template").arg(release).arg(path).stdin(Stdio::null());
    for file in &request.values {
        helm.arg("--values").arg(file);
    }
    for set in &request.set {
        helm.arg("--set").arg(set);
    }
    for set in &request.set_string {
        helm.arg("--set-string").arg(set);
    }
    let Rendering { set_json, set_file, kube_version, api_versions, .. } = &request.rendering;
    for (flag, values) in [("--set-json", set_json), ("--set-file", set_file), ("--api-versions", api_versions)] {
        for value in values {
            helm.arg(flag).arg(value);
        }
    }
    if let Some(version) = kube_version {
        helm.arg("--kube-version").arg(version);
    }
    if let Some(namespace) = &request.namespace {
        helm.arg("--namespace").arg(namespace);
    }
    let output = helm.output().map_err(|error| {
        Failure::new(match error.kind() {
            ErrorKind::NotFound => format!(
                "{label}: is a chart that has to be rendered, and no `helm` is on the PATH; pass the rendered manifests instead: helm template {label} | stripcheck check --chart -"
            ),
            _ => format!("{label}: cannot run `helm`: {error}"),
        })
    })?;
    if !output.status.success() {
        let told = useful(&String::from_utf8_lossy(&output.stderr));
        return Err(Failure::new(format!("{label}: `helm template` failed: {told}")));
    }
    let files = templates(&label.to_string(), &output.stdout);
    if files.is_empty() {
        return Err(Failure::new(format!("{label}: `helm template` printed no manifest")));
    }
    Ok(files)
}

/// The first lines of an error output that say something, as one line.
fn useful(stderr: &str) -> String {
    let lines = stderr.lines().map(str::trim);
    let lines = lines.filter(|line| {
        let noise = ["WARNING:", "walk.go", "Use --debug", "level=WARN"];
        !line.is_empty() && !noise.iter().any(|word| line.contains(word))
    });
    let told: Vec<_> = lines.take(3).collect();
    if told.is_empty() { "it gave no reason".into() } else { told.join(" ") }
}

/// Parts Helm's output by template: `chart/templates/x.yaml (rendered)` holds what
/// `helm template --show-only templates/x.yaml` would print, so that its lines can be looked up.
fn templates(chart: &str, output: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for piece in yaml::pieces(output) {
        let content = piece.bytes.trim_ascii();
        if content.is_empty() {
            continue;
        }
        let source = documents::source_comment(content);
        // The first part of a source is the chart's name.
        let template = source.as_deref().map(|it| it.split_once('/').map_or(it, |(_, rest)| rest));
        let chart = chart.trim_end_matches('/');
        let name = format!("{chart}/{} (rendered)", template.unwrap_or("templates"));
        let at = files.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            files.push((name, Vec::new()));
            files.len() - 1
        });
        let text = &mut files[at].1;
        for part in [b"---\n", content, b"\n"] {
            text.extend_from_slice(part);
        }
    }
    files
}

/// Name and version in a `Chart.yaml`.
pub fn metadata(bytes: &[u8]) -> (Option<String>, Option<String>) {
    let bytes = yaml::decode(bytes);
    let text = yaml::checked(yaml::Piece { bytes: &bytes, line: 1 });
    let roots = text.map(|text| yaml::compose(&text, 1).0).unwrap_or_default();
    let field = |key| roots.first().and_then(|root: &Node| root.scalar_at(key)).map(Into::into);
    (field("name"), field("version"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Input;

    fn request() -> Request {
        Request {
            input: Input::Stdin,
            values: vec!["v.yaml".into()],
            set: vec!["a=1".into()],
            set_string: vec!["b=2".into()],
            namespace: Some("n".into()),
            release: None,
            top: None,
            rendering: Rendering {
                set_json: vec!["c=[1]".into()],
                set_file: vec!["d=f".into()],
                kube_version: Some("1.30".into()),
                api_versions: vec!["x/v1".into()],
                ..Default::default()
            },
        }
    }

    #[test]
    fn output_is_parted_by_template() {
        let output = b"---\n# Source: web/templates/a.yaml\nkind: A\n\n---\n# Source: web/charts/db/templates/b.yaml\nkind: B\n---\n# Source: web/templates/a.yaml\n\nkind: C\n";
        let files = templates("./web/", output);
        let texts: Vec<_> = files.iter().map(|(name, bytes)| (name.as_str(), String::from_utf8_lossy(bytes))).collect();
        let a = "---\n# Source: web/templates/a.yaml\nkind: A\n---\n# Source: web/templates/a.yaml\n\nkind: C\n";
        let b = "---\n# Source: web/charts/db/templates/b.yaml\nkind: B\n";
        let expected = [
            ("./web/templates/a.yaml (rendered)", a.into()),
            ("./web/charts/db/templates/b.yaml (rendered)", b.into()),
        ];
        assert_eq!(texts, expected);
        assert!(templates("web", b"---\n---\n").is_empty());
    }

    #[test]
    fn errors_are_told_in_a_line() {
        let told = "WARNING: Kubernetes configuration file is group-readable\n\nError: values don't meet the schema:\n- image is required\n\nUse --debug flag to render out invalid YAML\n";
        assert_eq!(useful(told), "Error: values don't meet the schema: - image is required");
        assert_eq!(useful(""), "it gave no reason");
    }

    #[test]
    fn without_helm_it_says_what_to_pass() {
        let failure = render_with("no-such-program-as-this", Path::new("web"), &request());
        let message = failure.map_err(|failure| failure.message).err().unwrap_or_default();
        assert!(message.starts_with("web: ") && message.contains("helm template web | stripcheck"), "{message}");
    }

    #[cfg(unix)]
    #[test]
    fn helm_gets_its_own_flags() {
        // `echo` prints what it is given.
        let files = render_with("echo", Path::new("web"), &request()).unwrap_or_default();
        let expected = "---\ntemplate release-name web --values v.yaml --set a=1 --set-string b=2 --set-json c=[1] --set-file d=f --api-versions x/v1 --kube-version 1.30 --namespace n\n";
        assert_eq!(files, [("web/templates (rendered)".to_string(), expected.as_bytes().to_vec())]);
        let failure = render_with("false", Path::new("web"), &request());
        assert!(failure.is_err_and(|failure| failure.message.contains("it gave no reason")));
    }

    #[test]
    fn chart_yaml_has_name_and_version() {
        let found = metadata(b"apiVersion: v2\nname: web\nversion: 1.2.3\n");
        assert_eq!(found, (Some("web".into()), Some("1.2.3".into())));
        assert_eq!(metadata(b"{{"), (None, None));
    }
}
