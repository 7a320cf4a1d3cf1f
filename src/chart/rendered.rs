//! Charts that have to be rendered: in process, by the `helm` program, or by both.

use std::collections::BTreeSet;
use std::path::Path;

use super::input::manifests;
use super::{Renderer, Request, helm};
use crate::helm::{self as builtin, Options, Refused, SetKind};
use crate::model::{Chart, Failure, Notice, NoticeKind};

/// What stands for the release if none is named, as in `helm template`.
const RELEASE: &str = "release-name";
/// The namespace if none is named.
const NAMESPACE: &str = "default";
/// Differences that are told one by one.
const SHOWN: usize = 20;

/// Renders the chart at `path` and reads what comes out.
///
/// # Errors
/// If it cannot be rendered by whoever is to do it.
pub fn load(path: &Path, request: &Request) -> Result<Chart, Failure> {
    let rendering = &request.rendering;
    let overridden = !rendering.overrides.is_empty() || !rendering.inline.is_empty() || rendering.bare;
    match request.rendering.renderer {
        Renderer::Helm | Renderer::Both if overridden => Err(Failure::new(format!(
            "{}: only the built-in renderer takes values out of other objects, or puts another chart in the place of a \
             dependency: --renderer builtin",
            path.display()
        ))),
        Renderer::Builtin => here(path, request)?.map_err(told),
        Renderer::Auto if overridden => here(path, request)?.map_err(told),
        Renderer::Helm => there(path, request),
        Renderer::Auto => match here(path, request)? {
            Ok(chart) => Ok(chart),
            Err(refused) => match there(path, request) {
                Ok(mut chart) => {
                    let detail = format!("rendered by helm, as this program could not: {}", refused.message);
                    chart.notices.push(remark(detail));
                    Ok(chart)
                }
                // Without helm there is nothing more to say.
                Err(failure) if failure.message.contains("`helm template` failed") => Err(Failure::new(format!(
                    "{}; helm was tried, and fails too: {}",
                    refused.message, failure.message
                ))),
                Err(_) => Err(told(refused)),
            },
        },
        Renderer::Both => {
            let mut chart = here(path, request)?.map_err(told)?;
            let other = there(path, request)?;
            chart.notices.extend(differences(&chart, &other).into_iter().map(remark));
            Ok(chart)
        }
    }
}

fn remark(detail: String) -> Notice {
    Notice { kind: NoticeKind::Manifest, file: None, line: None, detail }
}

fn told(refused: Refused) -> Failure {
    let hint = "pass rendered manifests or install helm";
    Failure::new(match refused.unsupported && !refused.message.contains(hint) {
        true => format!("{}; {hint}", refused.message),
        false => refused.message,
    })
}

/// In process. The outer failure is one of the values files, which Helm could not read either.
fn here(path: &Path, request: &Request) -> Result<Result<Chart, Refused>, Failure> {
    let mut values = Vec::new();
    for file in &request.values {
        let label = file.display().to_string();
        let bytes = std::fs::read(file).map_err(|error| Failure::new(format!("{label}: {error}")))?;
        values.push((label, bytes));
    }
    let rendering = &request.rendering;
    values.extend(rendering.inline.iter().cloned());
    // Helm takes JSON first, then plain values, strings, files.
    let groups = [
        (SetKind::Json, &rendering.set_json),
        (SetKind::Plain, &request.set),
        (SetKind::Strings, &request.set_string),
        (SetKind::Files, &rendering.set_file),
    ];
    let set = groups.into_iter().flat_map(|(kind, texts)| texts.iter().map(move |text| (kind, text.clone())));
    let options = Options {
        release: request.release.clone().unwrap_or_else(|| RELEASE.into()),
        namespace: request.namespace.clone().unwrap_or_else(|| NAMESPACE.into()),
        values,
        set: set.collect(),
        kube_version: rendering.kube_version.clone(),
        api_versions: rendering.api_versions.clone(),
        overrides: rendering.overrides.clone(),
        bare: rendering.bare,
        spare: rendering.spare.clone(),
    };
    let rendered = match builtin::open(path).and_then(|files| builtin::render(files, &options)) {
        Ok(rendered) => rendered,
        Err(refused) => return Ok(Err(refused)),
    };
    let label = path.display().to_string();
    let notices = rendered.notes.into_iter().map(remark).collect();
    let mut chart = manifests(&label, &label, &rendered.files, notices, Some(&rendered.places))?;
    chart.name = rendered.name;
    chart.version = Some(rendered.version);
    chart.conditional = rendered.conditional;
    Ok(Ok(chart))
}

/// By the `helm` program.
fn there(path: &Path, request: &Request) -> Result<Chart, Failure> {
    let label = path.display().to_string();
    let mut chart = manifests(&label, &label, &helm::render(path, request)?, Vec::new(), None)?;
    if let Ok(bytes) = std::fs::read(path.join("Chart.yaml")) {
        let (name, version) = helm::metadata(&bytes);
        chart.name = name.unwrap_or(chart.name);
        chart.version = version.or(chart.version);
    }
    Ok(chart)
}

/// What the entries of one chart have that those of the other have not, as sentences.
fn differences(here: &Chart, there: &Chart) -> Vec<String> {
    let rows = |chart: &Chart| -> BTreeSet<String> {
        let row = |entry: &crate::model::Entry| {
            let container = chart.containers.get(entry.container);
            let label = container.map(|it| format!("{} {}, container {}", it.workload.kind, it.workload.name, it.name));
            let object = entry.source.object.as_ref().map(|object| format!(" {} {}", object.kind, object.name));
            let key = entry.source.key.as_ref().map(|key| format!(" key {key}"));
            let optional = if entry.source.optional { " optional" } else { "" };
            format!(
                "{} of {}: {:?}{}{}{optional}",
                entry.name,
                label.unwrap_or_default(),
                entry.source.kind,
                object.unwrap_or_default(),
                key.unwrap_or_default()
            )
        };
        chart.entries.iter().map(row).collect()
    };
    let (ours, helms) = (rows(here), rows(there));
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>, who: &str| -> Vec<String> {
        a.difference(b).map(|row| format!("the two renderers differ: only {who} gives {row}")).collect()
    };
    let mut all = only(&ours, &helms, "this program");
    all.extend(only(&helms, &ours, "helm"));
    let more = all.len().saturating_sub(SHOWN);
    all.truncate(SHOWN);
    if more > 0 {
        all.push(format!("the two renderers differ in {more} further entries"));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_told_for_both_sides() {
        let pod = |name: &str| {
            let text = format!(
                "kind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c, env: [{{name: {name}}}]}}]}}\n"
            );
            super::super::read(&[("p.yaml".into(), text.into_bytes())])
        };
        let told = differences(&pod("A"), &pod("B"));
        assert_eq!(told.len(), 2);
        assert!(
            told[0].contains("only this program gives A of Pod p, container c")
                && told[1].contains("only helm gives B")
        );
        assert!(differences(&pod("A"), &pod("A")).is_empty());
    }
}
