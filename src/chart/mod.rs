//! The chart stage: manifests → Kubernetes objects → entries.
//!
//! ```text
//! input (files, stdin, helm) ─ yaml (pieces, nodes) ─ documents ─ objects ─┬ suppliers ┐
//!                                                                          ├ pods ─ env ┴ entries
//!                                                                          └ hooks, produced, needs ─ applied
//! ```
//!
//! Only `input` and `helm` touch the outside; all else is a pure function of the files' bytes, never
//! fails, and tells what it did not understand in notices. What a container gets in the end is decided
//! as the kubelet does it; the sources are named where the rules stand.

mod applied;
mod code;
mod documents;
mod entries;
mod env;
mod environments;
mod expansion;
mod files;
mod fingerprint;
mod gitops;
mod helm;
mod hooks;
mod input;
mod kustomize;
pub mod lexical;
mod mounts;
mod needs;
mod objects;
mod origins;
mod pods;
mod pointed;
mod produced;
mod rendered;
mod shell;
mod spots;
mod suppliers;
mod title;
mod uses;
mod vault;

use std::path::PathBuf;

pub use environments::each as each_environment;
pub use input::load;
pub use origins::places_of;

pub use pointed::{Pointed, pointed};

pub use crate::helm::{About, Override, about, takes};

use crate::helm::Places;
use crate::model::{Chart, Notice, NoticeKind};

/// Where the manifests come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Input {
    /// Manifests on standard input.
    #[default]
    Stdin,
    /// A file or folder of manifests, a chart's folder, a packed chart (`.tgz`).
    Path(PathBuf),
}

/// A chart to load, with what Helm renders it by (ignored where nothing is rendered).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// The manifests or the chart.
    pub input: Input,
    /// `--values`, in order.
    pub values: Vec<PathBuf>,
    /// `--set`, in order.
    pub set: Vec<String>,
    /// `--set-string`, in order.
    pub set_string: Vec<String>,
    /// `--namespace`
    pub namespace: Option<String>,
    /// The release's name; `release-name` if none, as in `helm template`.
    pub release: Option<String>,
    /// How else it is rendered.
    pub rendering: Rendering,
    /// The top folder of the repository that the input is in: what objects of GitOps tools point to is looked for
    /// there.
    pub top: Option<PathBuf>,
}

/// What else rendering takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendering {
    /// `--renderer`
    pub renderer: Renderer,
    /// `--set-json`, in order.
    pub set_json: Vec<String>,
    /// `--set-file`, in order.
    pub set_file: Vec<String>,
    /// `--kube-version`
    pub kube_version: Option<String>,
    /// `--api-versions`
    pub api_versions: Vec<String>,
    /// `--environment`, in order; none: the one that the other values make.
    pub environments: Vec<Environment>,
    /// Values that go over those files: as whose text they are shown, and the text.
    pub inline: Vec<(String, Vec<u8>)>,
    /// Whether the chart's own values do not count.
    pub bare: bool,
    /// `--override-dependency`
    pub overrides: Vec<Override>,
    /// Charts that missing dependencies are taken from.
    pub spare: Vec<PathBuf>,
}

/// Values files that make an environment, over those that all share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Its values files, in order.
    pub values: Vec<PathBuf>,
}

/// Who renders a chart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Renderer {
    /// This program, or `helm` if it cannot and there is one.
    #[default]
    Auto,
    /// This program.
    Builtin,
    /// The `helm` on the `PATH`.
    Helm,
    /// Both; a difference in entries is told.
    Both,
}

impl Renderer {
    /// The names, with what they mean.
    pub const ALL: [(&'static str, Renderer); 4] =
        [("auto", Renderer::Auto), ("builtin", Renderer::Builtin), ("helm", Renderer::Helm), ("both", Renderer::Both)];

    /// By its name.
    pub fn parse(name: &str) -> Option<Renderer> {
        Renderer::ALL.iter().find(|(known, _)| *known == name).map(|(_, renderer)| *renderer)
    }
}

/// Reads manifests: `files` are names, as a person would open them, with their bytes. The name and
/// version of the chart are taken from Helm's comments and labels, else the name is that of the first
/// file.
pub fn read(files: &[(String, Vec<u8>)]) -> Chart {
    let label = files.first().map(|(file, _)| file.as_str()).unwrap_or_default();
    read_counted(files, label, None).0
}

/// The chart, and how many documents are Kubernetes' (an empty list too). `label` is the file or folder
/// that names the chart if nothing in it does.
fn read_counted(files: &[(String, Vec<u8>)], label: &str, places: Option<&Places>) -> (Chart, usize) {
    let documents::Documents { documents, mut notices } = documents::documents(files);
    let objects = objects::objects(&documents, &mut notices);
    gitops::pointers(&objects, &mut notices);
    let suppliers = suppliers::Suppliers::of(&objects);
    let mut found = Vec::new();
    for object in &objects {
        pods::containers(object, &mut found, &mut notices);
    }
    let mut entries = Vec::new();
    for (id, found) in found.iter_mut().enumerate() {
        let supplies = env::supplies(found, &suppliers, &mut notices);
        let (own, unsupplied) = entries::entries(found, id, supplies, &suppliers, places, &mut notices);
        entries.extend(own);
        found.container.unsupplied = unsupplied;
        found.container.files = files::mounted(found, &suppliers, &objects);
    }
    let hook = |object: &&objects::Object<'_>| object.node.at(&["metadata", "annotations", "helm.sh/hook"]).is_some();
    let hooks = objects.iter().filter(hook).count();
    let (name, version) = title::title(&objects);
    let mut applied = applied::applied(&objects, &found, places, &mut notices);
    if let Some(places) = places {
        origins::trace(&mut applied, &entries, places);
    }
    let containers = found.into_iter().map(|found| found.container).collect();
    let name = name.unwrap_or_else(|| title::of_file(label));
    let understood = documents.iter().filter(|document| document.root.scalar_at("kind").is_some()).count();
    let objects = applied;
    (Chart { name, version, containers, entries, conditional: Vec::new(), hooks, objects, notices }, understood)
}

/// A notice about a line of a manifest.
fn notice(file: &str, line: u32, detail: impl Into<String>) -> Notice {
    let (file, line) = (Some(file.into()), Some(line));
    Notice { kind: NoticeKind::Manifest, file, line, detail: detail.into() }
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
