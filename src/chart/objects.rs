//! Documents → Kubernetes objects.

use super::documents::Document;
use super::notice;
use crate::model::{Notice, Workload};
use crate::yaml::Node;

/// A Kubernetes object.
pub struct Object<'a> {
    /// The document it stands in.
    pub document: &'a Document<'a>,
    /// Its content.
    pub node: &'a Node,
    /// Its kind.
    pub kind: &'a str,
    /// `metadata.name`, or what `generateName` begins it with.
    pub name: &'a str,
    /// `metadata.namespace`
    pub namespace: Option<&'a str>,
}

impl Object<'_> {
    /// Its names.
    pub fn workload(&self) -> Workload {
        Workload { kind: self.kind.into(), name: self.name.into(), namespace: self.namespace.map(Into::into) }
    }
}

/// The objects of all documents, those of lists one by one.
pub fn objects<'a>(documents: &'a [Document<'a>], notices: &mut Vec<Notice>) -> Vec<Object<'a>> {
    let mut out = Vec::new();
    for document in documents {
        collect(document, &document.root, None, &mut out, notices);
    }
    out
}

/// Adds the object at `node`; `listed` is the kind that the list around it implies.
fn collect<'a>(
    document: &'a Document<'a>,
    node: &'a Node,
    listed: Option<&'a str>,
    out: &mut Vec<Object<'a>>,
    notices: &mut Vec<Notice>,
) {
    let Some(kind) = node.scalar_at("kind").or(listed) else {
        let what = match node.map() {
            Some(_) => "has no `kind` and is no Kubernetes object".into(),
            None => format!("is {} and no Kubernetes object", node.article()),
        };
        notices.push(notice(document.file, node.line, format!("this document {what}; ignored")));
        return;
    };
    // `kubectl get -o yaml` writes lists, and OpenShift has templates of objects.
    let (items, implied) = match kind.strip_suffix("List") {
        Some(item) => (node.get("items"), Some(item).filter(|item| !item.is_empty())),
        None if kind == "Template" => (node.get("objects"), None),
        None => (None, None),
    };
    if let Some(items) = items.and_then(Node::list) {
        for item in items {
            collect(document, item, implied, out, notices);
        }
        return;
    }
    let metadata = |key| node.at(&["metadata", key]).and_then(Node::scalar);
    let name = metadata("name").or(metadata("generateName")).unwrap_or_else(|| {
        let detail = format!("this {kind} has no metadata.name");
        notices.push(notice(document.file, node.line, detail));
        "?"
    });
    out.push(Object { document, node, kind, name, namespace: metadata("namespace") });
}
