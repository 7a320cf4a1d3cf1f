//! What `envFrom` and `env` of one container supply, in the order in which the kubelet applies it
//! (`pkg/kubelet/kubelet_pods.go`, `makeEnvironmentVariables`): each supply overrides the earlier
//! ones of its name.

use super::notice;
use super::pods::Found;
use super::suppliers::{Asker, Suppliers};
use crate::model::{EntrySource, Notice, ObjectRef, SourceKind};
use crate::yaml::Node;

/// One supply of a variable.
pub struct Supply {
    /// The variable; `PREFIX*` if it is not known which.
    pub name: String,
    /// Whether it stands for an `envFrom` whose keys are not known.
    pub open: bool,
    /// What feeds it.
    pub source: EntrySource,
    /// The line of its item.
    pub line: u32,
    /// The last line of its item.
    pub last: u32,
    /// Where its name is written: of an `envFrom` in the object that holds the key.
    pub named: Option<Spot>,
}

/// A word in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
    /// Its bytes.
    pub len: usize,
}

impl Supply {
    /// Whether an open supply could bring `name`.
    pub fn may_be(&self, name: &str) -> bool {
        name.starts_with(self.name.trim_end_matches('*'))
    }
}

/// A form of `valueFrom`.
struct Form {
    /// The field that holds it.
    field: &'static str,
    kind: SourceKind,
    /// The kind of object it refers to, and the field with its name.
    object: Option<(&'static str, &'static str)>,
    /// The field with the key.
    key: &'static str,
}

const fn form(
    field: &'static str,
    kind: SourceKind,
    object: Option<(&'static str, &'static str)>,
    key: &'static str,
) -> Form {
    Form { field, kind, object, key }
}

/// All of them.
const FORMS: [Form; 5] = [
    form("secretKeyRef", SourceKind::SecretKeyRef, Some(("Secret", "name")), "key"),
    form("configMapKeyRef", SourceKind::ConfigMapKeyRef, Some(("ConfigMap", "name")), "key"),
    form("fieldRef", SourceKind::FieldRef, None, "fieldPath"),
    form("resourceFieldRef", SourceKind::ResourceFieldRef, None, "resource"),
    form("fileKeyRef", SourceKind::FileKeyRef, Some(("Volume", "volumeName")), "key"),
];

/// All supplies of a container.
pub fn supplies(found: &Found<'_>, suppliers: &Suppliers<'_>, notices: &mut Vec<Notice>) -> Vec<Supply> {
    let asker = Asker { namespace: found.namespace, file: found.file };
    let mut reader = Reader { found, suppliers, asker, notices, out: Vec::new() };
    for item in reader.items("envFrom", "configMapRef, secretRef or prefix") {
        reader.env_from(item);
    }
    for item in reader.items("env", "name and value or valueFrom") {
        reader.env(item);
    }
    reader.out
}

struct Reader<'r, 'a> {
    found: &'r Found<'a>,
    suppliers: &'r Suppliers<'a>,
    asker: Asker<'a>,
    notices: &'r mut Vec<Notice>,
    out: Vec<Supply>,
}

impl<'a> Reader<'_, 'a> {
    fn tell(&mut self, line: u32, detail: &str) {
        let detail = format!("{detail} ({})", self.found.label());
        self.notices.push(notice(self.found.file, line, detail));
    }

    /// The mappings listed under `field`.
    fn items(&mut self, field: &str, shape: &str) -> Vec<&'a Node> {
        let Some(value) = self.found.node.get(field) else {
            return Vec::new();
        };
        let Some(items) = value.list() else {
            let detail = format!(
                "`{field}` is {}; Kubernetes wants a list of items with {shape}, and refuses this: no entry is read from it",
                value.article()
            );
            self.tell(value.line, &detail);
            return Vec::new();
        };
        let (good, bad): (Vec<_>, Vec<_>) = items.iter().partition(|item| item.map().is_some());
        for item in bad {
            let detail = format!("an item of `{field}` is {}; Kubernetes wants a mapping with {shape}", item.article());
            self.tell(item.line, &detail);
        }
        good
    }

    fn env_from(&mut self, item: &Node) {
        let prefix = item.scalar_at("prefix").unwrap_or_default();
        let references = [("ConfigMap", "configMapRef"), ("Secret", "secretRef")];
        let known: Vec<_> = references.into_iter().filter_map(|(kind, field)| Some((kind, item.get(field)?))).collect();
        if known.len() != 1 {
            self.tell(item.line, "an item of `envFrom` needs one of configMapRef and secretRef");
        }
        for (kind, reference) in known {
            let Some(name) = reference.scalar_at("name") else {
                self.tell(reference.line, "an item of `envFrom` names no object");
                continue;
            };
            let source = |key: Option<&str>, literal: Option<&str>| EntrySource {
                kind: SourceKind::EnvFrom,
                object: Some(ObjectRef { kind: kind.into(), name: name.into() }),
                key: key.map(Into::into),
                optional: reference.truth_at("optional"),
                literal: literal.map(Into::into),
                provided: key.map(|_| true),
            };
            match self.suppliers.keys(kind, name, self.asker) {
                Some(keys) => self.out.extend(keys.into_iter().map(|supplied| Supply {
                    name: format!("{prefix}{}", supplied.key),
                    open: false,
                    source: source(Some(supplied.key), supplied.literal),
                    line: item.line,
                    last: item.line,
                    named: Some(Spot {
                        file: supplied.file.into(),
                        line: supplied.line,
                        column: supplied.column,
                        len: supplied.key.len(),
                    }),
                })),
                None => self.out.push(Supply {
                    name: format!("{prefix}*"),
                    open: true,
                    source: source(None, None),
                    line: item.line,
                    last: item.last_line(),
                    named: None,
                }),
            }
        }
    }

    fn env(&mut self, item: &Node) {
        let name = item.get("name");
        let Some(text) = name.and_then(Node::scalar).filter(|name| !name.is_empty()) else {
            self.tell(item.line, "an item of `env` has no name; ignored");
            return;
        };
        if let Some(name) = name.filter(|name| !name.is_text()) {
            let detail = format!(
                "the name of the env item `{text}` is {}, not a string: Kubernetes refuses it unless it is quoted",
                name.article()
            );
            self.tell(name.line, &detail);
        }
        let value = item.get("value");
        if let Some(value) = value.filter(|value| !value.is_text()) {
            let remedy = if value.scalar().is_some() { " unless it is quoted" } else { "" };
            let detail =
                format!("the value of {text} is {}, not a string: Kubernetes refuses it{remedy}", value.article());
            self.tell(value.line, &detail);
        }
        // The kubelet looks at `valueFrom` only if the value is empty.
        let filled = value.is_some_and(|value| value.scalar() != Some(""));
        let value_from = item.get("valueFrom");
        let source = match value_from {
            Some(reference) if !filled => self.value_from(text, reference),
            _ => None,
        };
        if let (true, Some(reference)) = (filled, value_from) {
            let detail = format!("{text} has both value and valueFrom; Kubernetes refuses it");
            self.tell(reference.line, &detail);
        }
        let source = source.unwrap_or_else(|| EntrySource {
            kind: SourceKind::Value,
            object: None,
            key: None,
            optional: false,
            literal: match value {
                Some(value) => value.scalar().map(Into::into),
                None => value_from.is_none().then(String::new),
            },
            provided: None,
        });
        let named = name.map(|name| Spot {
            file: self.found.file.into(),
            line: name.line,
            column: name.column,
            len: text.len(),
        });
        let last = item.last_line();
        self.out.push(Supply { name: text.into(), open: false, source, line: item.line, last, named });
    }

    /// What `valueFrom` refers to; `None`, with a notice, if that cannot be told.
    fn value_from(&mut self, variable: &str, value: &Node) -> Option<EntrySource> {
        let mut known = FORMS.iter().filter_map(|form| Some((form, value.get(form.field)?)));
        let Some((form, reference)) = known.next() else {
            let detail = format!("the valueFrom of {variable} has no source that Kubernetes knows");
            self.tell(value.line, &detail);
            return None;
        };
        if known.next().is_some() {
            let detail = format!("the valueFrom of {variable} has several sources; Kubernetes refuses it");
            self.tell(value.line, &detail);
        }
        let name = form.object.and_then(|(_, field)| reference.scalar_at(field));
        let object = form.object.zip(name).map(|((kind, _), name)| ObjectRef { kind: kind.into(), name: name.into() });
        let key = reference.scalar_at(form.key);
        if key.is_none() {
            let detail = format!("the {} of {variable} has no {}", form.field, form.key);
            self.tell(reference.line, &detail);
        }
        let literal = match (form.kind, &object, key) {
            (SourceKind::ConfigMapKeyRef, Some(object), Some(key)) => {
                self.suppliers.literal(&object.name, key, self.asker)
            }
            _ => None,
        };
        let provided = match (form.object, name, key) {
            (Some((kind, _)), Some(name), Some(key)) => self.suppliers.provides(kind, name, key, self.asker),
            _ => None,
        };
        Some(EntrySource {
            kind: form.kind,
            object,
            key: key.map(Into::into),
            optional: reference.truth_at("optional"),
            literal: literal.map(Into::into),
            provided,
        })
    }
}
