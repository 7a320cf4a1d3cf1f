//! Charts that have to be rendered, by the `helm` program.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use super::yaml::{self, Node};
use super::{Request, documents};
use crate::model::Failure;

/// Renders the chart at `path`, and gives each template's output as a file.
pub fn render(path: &Path, request: &Request) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let label = path.display();
    let release = request.release.as_deref().unwrap_or("release-name");
    let mut helm = Command::new("helm");
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
