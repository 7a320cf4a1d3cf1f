//! Objects → what a release has to know of them.

use std::collections::BTreeMap;

use super::fingerprint;
use super::hooks::{self, Role};
use super::needs;
use super::notice;
use super::objects::Object;
use super::pods::Found;
use super::produced;
use crate::model::{ChartObject, ChartPlace, Notice, ObjectId, ObjectRef, PodTemplate, Runs};
use crate::yaml::Node;

/// The objects as Helm applies them; `found` are the containers of all of them, in the same order.
pub fn applied(objects: &[Object<'_>], found: &[Found<'_>], notices: &mut Vec<Notice>) -> Vec<ChartObject> {
    let mut out = Vec::new();
    for object in objects {
        let hook = match hooks::role(object) {
            Role::Main => None,
            Role::Hook(hook) => Some(hook),
            Role::Dropped(event) => {
                let detail = format!("helm.sh/hook: {event} is no event of Helm's, which drops this document");
                notices.push(notice(object.document.file, object.node.line, detail));
                continue;
            }
        };
        let id = ObjectId {
            kind: object.kind.into(),
            name: object.name.into(),
            namespace: object.namespace.map(Into::into),
        };
        let policy = object.node.at(&["metadata", "annotations", "helm.sh/resource-policy"]).and_then(Node::scalar);
        let pods = pods(object, found);
        out.push(ChartObject {
            id,
            place: ChartPlace { file: object.document.file.into(), line: object.node.line },
            template: object.document.source.clone(),
            hook,
            sync: hooks::sync(object),
            kept: policy == Some("keep"),
            content: content(object),
            rest: rest(object),
            produces: produced::produced(object),
            runs: if pods.is_empty() { Runs::Never } else { runs(object) },
            pods,
            overlaps: overlaps(object),
            scales: scales(object),
        });
    }
    out
}

/// What takes effect. The annotations of a service account are who it is to a cloud.
fn content(object: &Object<'_>) -> u64 {
    let annotations = object.node.at(&["metadata", "annotations"]).filter(|_| object.kind == "ServiceAccount");
    let identity = annotations.map(fingerprint::of).unwrap_or_default();
    fingerprint::without(object.node, &["metadata"]) ^ identity
}

/// What a pod that mounts a class depends on.
fn rest(object: &Object<'_>) -> u64 {
    match object.node.get("spec") {
        Some(spec) if object.kind == "SecretProviderClass" => fingerprint::without(spec, &["secretObjects"]),
        _ => content(object),
    }
}

/// The pod templates of an object.
fn pods(object: &Object<'_>, found: &[Found<'_>]) -> Vec<PodTemplate> {
    let mut out: Vec<(&Node, PodTemplate)> = Vec::new();
    for (id, found) in found.iter().enumerate().filter(|(_, found)| std::ptr::eq(found.object, object.node)) {
        let index = match out.iter().position(|(pod, _)| std::ptr::eq(*pod, found.pod)) {
            Some(index) => index,
            None => {
                let template = PodTemplate {
                    containers: Vec::new(),
                    content: template(object, found.pod),
                    needs: Vec::new(),
                    env: BTreeMap::new(),
                    reloaded: reloaded(object),
                };
                out.push((found.pod, template));
                out.len() - 1
            }
        };
        let Some((_, pod)) = out.get_mut(index) else { continue };
        needs::needs(found, pod.containers.is_empty(), &mut pod.needs);
        needs::count(found, &mut pod.env);
        pod.containers.push(id);
    }
    out.into_iter().map(|(_, pod)| pod).collect()
}

/// The template's annotations count too: a checksum in them is there to replace the pods.
fn template(object: &Object<'_>, pod: &Node) -> u64 {
    let template = object.node.at(&["spec", "template"]);
    let is_its = template.and_then(|template| template.get("spec")).is_some_and(|spec| std::ptr::eq(spec, pod));
    fingerprint::of(template.filter(|_| is_its).unwrap_or(pod))
}

/// Stakater's Reloader, on the workload or its pods.
fn reloaded(object: &Object<'_>) -> bool {
    let paths: [&[&str]; 2] = [&["metadata", "annotations"], &["spec", "template", "metadata", "annotations"]];
    paths.iter().any(|path| {
        let annotations = object.node.at(path).and_then(Node::map).unwrap_or_default();
        annotations.iter().any(|(key, _)| key.text.contains("reloader.stakater.com/"))
    })
}

fn runs(object: &Object<'_>) -> Runs {
    let suspended = object.node.get("spec").is_some_and(|spec| spec.truth_at("suspend"));
    match object.kind {
        "CronJob" | "Job" if suspended => Runs::Never,
        "CronJob" => Runs::Schedule(object.node.at(&["spec", "schedule"]).and_then(Node::scalar).unwrap_or("?").into()),
        "Job" => Runs::Once,
        _ => Runs::Always,
    }
}

/// A rollout that begins with the end of all old pods leaves none that could start again: `Recreate`, and a
/// StatefulSet of one pod.
fn overlaps(object: &Object<'_>) -> bool {
    let spec = |path: &[&str]| object.node.at(&["spec"]).and_then(|spec| spec.at(path)).and_then(Node::scalar);
    match object.kind {
        "Deployment" => spec(&["strategy", "type"]) != Some("Recreate"),
        "StatefulSet" => {
            !matches!(spec(&["replicas"]), Some("0" | "1")) || spec(&["updateStrategy", "type"]) == Some("OnDelete")
        }
        _ => true,
    }
}

/// What an autoscaler scales.
fn scales(object: &Object<'_>) -> Option<ObjectRef> {
    let target = object.node.at(&["spec", "scaleTargetRef"])?;
    matches!(object.kind, "HorizontalPodAutoscaler" | "ScaledObject").then_some(())?;
    let kind = target.scalar_at("kind").unwrap_or("Deployment");
    Some(ObjectRef { kind: kind.into(), name: target.scalar_at("name")?.into() })
}
