//! Objects that only say where a chart is: those of Argo CD and Flux. A chart in the same repository is rendered
//! with their values ([`follow`]); of all others is told that they are not followed, as what they deploy has entries
//! too.

mod follow;
mod inline;
mod pointer;
mod sets;

pub use follow::{follow, pointers as followed};

use super::notice;
use super::objects::Object;
use crate::model::Notice;
use crate::yaml::Node;

/// What an object of a GitOps tool points to.
struct Pointer {
    kind: &'static str,
    group: &'static str,
    /// Where it names the chart or folder: the first that has a value.
    paths: &'static [&'static [&'static str]],
    /// Where it has values of its own.
    values: &'static [&'static [&'static str]],
}

/// Argo CD `docs/operator-manual/application.yaml`; Flux `helm.toolkit.fluxcd.io/v2` and
/// `kustomize.toolkit.fluxcd.io/v1`.
const POINTERS: [Pointer; 4] = [
    Pointer {
        kind: "Application",
        group: "argoproj.io",
        paths: &[&["spec", "source", "path"], &["spec", "source", "chart"]],
        values: &[&["spec", "source", "helm"]],
    },
    Pointer {
        kind: "ApplicationSet",
        group: "argoproj.io",
        paths: &[&["spec", "template", "spec", "source", "path"], &["spec", "template", "spec", "source", "chart"]],
        values: &[&["spec", "template", "spec", "source", "helm"]],
    },
    Pointer {
        kind: "HelmRelease",
        group: "helm.toolkit.fluxcd.io",
        paths: &[&["spec", "chart", "spec", "chart"], &["spec", "chartRef", "name"]],
        values: &[&["spec", "values"], &["spec", "valuesFrom"], &["spec", "chart", "spec", "valuesFiles"]],
    },
    Pointer { kind: "Kustomization", group: "kustomize.toolkit.fluxcd.io", paths: &[&["spec", "path"]], values: &[] },
];

/// Tells of each that it is not followed.
pub fn pointers(objects: &[Object<'_>], notices: &mut Vec<Notice>) {
    for object in objects {
        let version = object.node.scalar_at("apiVersion").unwrap_or_default();
        let group = version.split('/').next().unwrap_or_default();
        let Some(pointer) = POINTERS.iter().find(|it| it.kind == object.kind && it.group == group) else { continue };
        let target = pointer.paths.iter().find_map(|path| object.node.at(path).and_then(Node::scalar));
        let target = target.map_or(String::new(), |target| format!(" of `{target}`"));
        let values = pointer.values.iter().any(|path| object.node.at(path).is_some());
        let values = if values { ", with the values that stand here" } else { "" };
        let detail = format!(
            "{} {} deploys what is elsewhere{target}{values}: it is not followed; judge that with --chart and -f",
            object.kind, object.name
        );
        notices.push(notice(object.document.file, object.node.line, detail));
    }
}
