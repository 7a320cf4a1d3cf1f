//! Entries, and the containers they are given to.

use std::collections::BTreeMap;

use super::{ChartObject, Notice};

/// Index of a [`Container`] in [`Chart::containers`].
pub type ContainerId = usize;

/// What feeds an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceKind {
    /// `value:` (or nothing: the empty string).
    Value,
    /// `valueFrom.secretKeyRef`
    SecretKeyRef,
    /// `valueFrom.configMapKeyRef`
    ConfigMapKeyRef,
    /// `valueFrom.fieldRef`
    FieldRef,
    /// `valueFrom.resourceFieldRef`
    ResourceFieldRef,
    /// `valueFrom.fileKeyRef`
    FileKeyRef,
    /// `envFrom`
    EnvFrom,
}

/// Kind and name of a Kubernetes object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// `Secret`, `ConfigMap` …
    pub kind: String,
    /// `metadata.name`
    pub name: String,
}

/// What feeds an entry, with its particulars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntrySource {
    /// The kind.
    pub kind: SourceKind,
    /// The object a value comes from.
    pub object: Option<ObjectRef>,
    /// The key in that object, or the field path.
    pub key: Option<String>,
    /// `optional: true`
    pub optional: bool,
    /// The literal of `value:`, or of the ConfigMap key behind `envFrom`/`configMapKeyRef` when it is
    /// in the input. Never of a Secret. Printed only with `--show-values`.
    pub literal: Option<String>,
    /// For a key of a ConfigMap or Secret: whether an object of the input provides it; `None` if the object
    /// is not in the input, or has no keys there (others fill it).
    pub provided: Option<bool>,
}

/// An object that has a pod template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Workload {
    /// `Deployment` …
    pub kind: String,
    /// `metadata.name`
    pub name: String,
    /// `metadata.namespace`
    pub namespace: Option<String>,
}

/// A container of a pod template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Where it runs.
    pub workload: Workload,
    /// Its name.
    pub name: String,
    /// Init container (sidecars, which are init containers that restart, included).
    pub init: bool,
    /// The image as written.
    pub image: Option<String>,
    /// `command`
    pub command: Vec<String>,
    /// `args`
    pub args: Vec<String>,
    /// The commands of probes and lifecycle hooks.
    pub execs: Vec<Vec<String>>,
    /// `workingDir`
    pub working_dir: Option<String>,
    /// From the `# Source:` comment Helm writes: the (sub)chart the object is from, `web/charts/redis`.
    pub chart: Option<String>,
    /// What the container itself uses (`$(NAME)`, `$NAME` in a script …) although no entry is called so, with
    /// the uses as sentences: what breaks if a variable goes and its use stays.
    pub unsupplied: BTreeMap<String, Vec<String>>,
    /// What a file that is put into the pod exports, if its command reads that: names, `*` for any.
    pub injected: Vec<String>,
    /// The files that volumes put into it, as far as it is known what they hold.
    pub files: Vec<MountedFile>,
}

/// A file that a volume puts into a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountedFile {
    /// Where the container finds it.
    pub path: String,
    /// The volume.
    pub volume: String,
    /// What it holds, by all names that this has: the key of a Secret, the object of a SecretProviderClass from
    /// which that key is made.
    pub holds: Vec<Held>,
}

/// A key of an object, whose value a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The object.
    pub object: ObjectRef,
    /// The key; none: the path is a folder that has a file for each key, called like it.
    pub key: Option<String>,
    /// Whether the input itself says that the object has the key.
    pub provided: bool,
}

/// A place in the chart's files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChartPlace {
    /// The file as a person would open it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// An env var that a chart gives one container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The variable; `PREFIX*` for an `envFrom` whose object is not in the input.
    pub name: String,
    /// The container.
    pub container: ContainerId,
    /// What feeds it.
    pub source: EntrySource,
    /// Where a person would edit it.
    pub location: ChartPlace,
    /// Where it stands in what was rendered, if that is elsewhere.
    pub rendered: Option<ChartPlace>,
    /// The environments in which it exists, where some were named.
    pub environments: Vec<String>,
    /// Where the container itself uses it: `$(NAME)` or `$NAME` in a command, args, env value.
    pub uses: Vec<String>,
    /// Other supplies of the same name in this container (an `envFrom`, a duplicate item): what would
    /// still arrive if this entry went, for a person.
    pub also: Vec<String>,
}

/// An env entry in a template, behind a condition that the given values do not turn on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conditional {
    /// Where it stands.
    pub place: ChartPlace,
    /// The variable, if its name is spelled out there.
    pub name: Option<String>,
    /// The condition, as it stands in the template.
    pub condition: String,
}

impl Conditional {
    /// Whether both are the same lines of a template.
    pub fn is_same(&self, other: &Conditional) -> bool {
        (&self.place, &self.name) == (&other.place, &other.name)
    }
}

impl Container {
    /// The image's repository: without tag and digest.
    pub fn repository(&self) -> Option<&str> {
        self.image.as_deref().map(repository)
    }
}

/// The repository of an image as written: without tag and digest.
pub fn repository(image: &str) -> &str {
    let named = image.split_once('@').map_or(image, |(name, _)| name);
    match named.rsplit_once(':') {
        // A colon before a slash belongs to the registry's port.
        Some((name, tag)) if !tag.contains('/') => name,
        _ => named,
    }
}

/// What a chart gives its containers.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    /// Name, for a person: the chart's or the file's.
    pub name: String,
    /// Chart version, where known.
    pub version: Option<String>,
    /// All containers, in the order of the input.
    pub containers: Vec<Container>,
    /// All entries, in the order of the containers, then as the container sees them.
    pub entries: Vec<Entry>,
    /// What it could give them with other values.
    pub conditional: Vec<Conditional>,
    /// How many objects are Helm hooks.
    pub hooks: usize,
    /// The objects as Helm applies them, in the order of the input.
    pub objects: Vec<ChartObject>,
    /// What could not be understood.
    pub notices: Vec<Notice>,
}
