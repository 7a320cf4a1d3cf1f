//! Objects → the containers in them, wherever a pod template sits.

use std::collections::BTreeMap;

use super::notice;
use super::objects::Object;
use super::vault;
use crate::model::{Container, Notice};
use crate::yaml::Node;

/// The kinds of Kubernetes itself that run pods: what stands under `containers` there is one, however
/// broken.
const WORKLOADS: [&str; 9] = [
    "Pod",
    "PodTemplate",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "CronJob",
];

/// The fields that list containers, in pods and in the custom resources that embed or extend them
/// (Argo Workflows and Tekton have `sidecars`, Tekton `steps`).
const FIELDS: [&str; 5] = ["initContainers", "containers", "ephemeralContainers", "sidecars", "steps"];
/// Those of a pod.
const POD_FIELDS: &[&str] = FIELDS.split_at(3).0;

/// Where commands stand that run inside the container beside its own.
const EXECS: [(&str, &[&str]); 5] = [
    ("startupProbe", &["startupProbe", "exec", "command"]),
    ("livenessProbe", &["livenessProbe", "exec", "command"]),
    ("readinessProbe", &["readinessProbe", "exec", "command"]),
    ("lifecycle.postStart", &["lifecycle", "postStart", "exec", "command"]),
    ("lifecycle.preStop", &["lifecycle", "preStop", "exec", "command"]),
];

/// A container with what the entries are made from.
pub struct Found<'a> {
    /// For the model.
    pub container: Container,
    /// Its mapping.
    pub node: &'a Node,
    /// The mapping it is listed in: the pod's.
    pub pod: &'a Node,
    /// The object it belongs to.
    pub object: &'a Node,
    /// Its file.
    pub file: &'a str,
    /// The namespace of its workload.
    pub namespace: Option<&'a str>,
    /// The names of the probes and lifecycle hooks whose commands are `container.execs`.
    pub execs: Vec<&'static str>,
}

impl Found<'_> {
    /// `Deployment web, container app`.
    pub fn label(&self) -> String {
        let Container { workload, name, .. } = &self.container;
        format!("{} {}, container {name}", workload.kind, workload.name)
    }
}

/// The containers of an object, in the order of the file.
pub fn containers<'a>(object: &Object<'a>, out: &mut Vec<Found<'a>>, notices: &mut Vec<Notice>) {
    // The schema of a custom resource describes containers and has none.
    if object.kind != "CustomResourceDefinition" {
        let native = WORKLOADS.contains(&object.kind);
        Search { object, native, out, notices }.walk(object.node, "");
    }
}

struct Search<'s, 'a> {
    object: &'s Object<'a>,
    native: bool,
    out: &'s mut Vec<Found<'a>>,
    notices: &'s mut Vec<Notice>,
}

impl<'a> Search<'_, 'a> {
    /// Looks through `node`; `label` names it if it turns out to be a container without a name.
    fn walk(&mut self, node: &'a Node, label: &'a str) {
        if let Some(items) = node.list() {
            items.iter().for_each(|item| self.walk(item, label));
        }
        if !self.native && lone_container(node) {
            self.add(node, node, label, false);
        }
        let name = node.scalar_at("name");
        for (key, value) in node.map().unwrap_or_default() {
            let field = key.text.as_str();
            match value.list() {
                Some(items) if FIELDS.contains(&field) => {
                    items.iter().for_each(|item| self.item(node, field, item));
                }
                _ if field == "openAPIV3Schema" => {}
                _ => {
                    if self.native && POD_FIELDS.contains(&field) && !value.is_null() {
                        let detail = format!(
                            "`{field}` of {} {} is {}, Kubernetes wants a list; nothing in it is read",
                            self.object.kind,
                            self.object.name,
                            value.article()
                        );
                        self.notices.push(notice(self.object.document.file, key.line, detail));
                    } else {
                        self.walk(value, name.unwrap_or(field));
                    }
                }
            }
        }
    }

    /// An item of the list `field`.
    fn item(&mut self, pod: &'a Node, field: &'a str, item: &'a Node) {
        let native = self.native && POD_FIELDS.contains(&field);
        if item.map().is_some() && (native || shaped(item)) {
            self.add(pod, item, field, field == "initContainers");
        } else if native {
            let detail = format!(
                "an item of `{field}` in {} {} is {}, Kubernetes wants a mapping",
                self.object.kind,
                self.object.name,
                item.article()
            );
            self.notices.push(notice(self.object.document.file, item.line, detail));
        } else {
            self.walk(item, field);
        }
    }

    fn add(&mut self, pod: &'a Node, node: &'a Node, label: &str, init: bool) {
        let file = self.object.document.file;
        let name = node.scalar_at("name").unwrap_or_else(|| {
            if self.native {
                let detail = format!(
                    "a container of {} {} has no name; Kubernetes refuses it",
                    self.object.kind, self.object.name
                );
                self.notices.push(notice(file, node.line, detail));
            }
            label
        });
        let mut container = Container {
            workload: self.object.workload(),
            name: name.into(),
            init,
            image: node.scalar_at("image").map(Into::into),
            command: Vec::new(),
            args: Vec::new(),
            execs: Vec::new(),
            working_dir: node.scalar_at("workingDir").map(Into::into),
            chart: self.object.document.chart().map(Into::into),
            unsupplied: BTreeMap::new(),
            injected: vault::exported(self.object.node),
            files: Vec::new(),
        };
        container.command = self.words(node, "command", &["command"]);
        container.args = self.words(node, "args", &["args"]);
        let mut execs = Vec::new();
        for (what, path) in EXECS {
            let words = self.words(node, what, path);
            if !words.is_empty() {
                execs.push(what);
                container.execs.push(words);
            }
        }
        let namespace = self.object.namespace;
        let object = self.object.node;
        self.out.push(Found { container, node, pod, object, file, namespace, execs });
    }

    /// The strings of a command; what Kubernetes refuses in it is told and taken as written.
    fn words(&mut self, node: &Node, what: &str, path: &[&str]) -> Vec<String> {
        let Some(value) = node.at(path) else {
            return Vec::new();
        };
        let file = self.object.document.file;
        let mut refuse = |line, found: &Node| {
            let detail = format!(
                "{what} in {} {} holds {}, Kubernetes wants a list of strings",
                self.object.kind,
                self.object.name,
                found.article()
            );
            self.notices.push(notice(file, line, detail));
        };
        let Some(items) = value.list() else {
            refuse(value.line, value);
            return value.scalar().map(Into::into).into_iter().collect();
        };
        let words = items.iter().map(|item| {
            if !item.is_text() {
                refuse(item.line, item);
            }
            item.scalar().unwrap_or_default().into()
        });
        words.collect()
    }
}

/// Whether a list item looks like a container.
fn shaped(node: &Node) -> bool {
    node.scalar_at("image").is_some()
        || node.scalar_at("name").is_some()
            && ["env", "envFrom", "command", "args"].iter().any(|field| node.get(field).is_some())
}

/// Whether a mapping of a custom resource is a container by itself: `container:` and `script:` of an
/// Argo Workflow, or a resource whose operator makes a container from its `image` and `env`.
fn lone_container(node: &Node) -> bool {
    let lists = ["env", "envFrom", "command", "args"].iter().filter_map(|field| node.get(field));
    node.scalar_at("image").is_some() && lists.filter_map(Node::list).any(|items| !items.is_empty())
}
