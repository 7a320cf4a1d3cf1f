//! An object of Argo CD or Flux → what it renders, and with which values.

use std::path::Path;

use super::inline;
use crate::chart::lexical::lexical;
use crate::yaml::Node;

/// What an object has rendered. Paths are from the top folder of its repository.
#[derive(Debug, Clone, Default)]
pub struct Pointer {
    /// `Application web`
    pub what: String,
    /// The file that it stands in.
    pub file: String,
    /// The line of the object.
    pub line: u32,
    /// The chart's folder; empty if it is not followed.
    pub chart: String,
    /// Values files, in order.
    pub files: Vec<String>,
    /// Whether a values file may be missing.
    pub may_miss: bool,
    /// Whether the chart's own values do not count.
    pub bare: bool,
    /// Values that stand in the object: their file, and a text with its lines.
    pub inline: Vec<(String, Vec<u8>)>,
    /// As `--set`.
    pub set: Vec<String>,
    /// As `--set-string`.
    pub set_string: Vec<String>,
    /// As `--set-file`: the value's path, the file.
    pub set_file: Vec<(String, String)>,
    /// The release's name.
    pub release: Option<String>,
    /// Its namespace.
    pub namespace: Option<String>,
    /// What of it is not followed, as sentences.
    pub open: Vec<String>,
}

impl Pointer {
    /// A pointer that stands there.
    pub fn new(what: String, file: &str, line: u32) -> Pointer {
        Pointer { what, file: file.into(), line, ..Pointer::default() }
    }

    /// Adds what is not followed.
    pub fn leave(&mut self, why: impl Into<String>) {
        self.open.push(why.into());
    }
}

fn text(node: &Node, path: &[&str]) -> Option<String> {
    node.at(path).and_then(Node::scalar).map(String::from)
}

fn items<'a>(node: &'a Node, key: &str) -> impl Iterator<Item = &'a Node> {
    node.get(key).and_then(Node::list).unwrap_or_default().iter()
}

/// What an `Application` has rendered, each of its sources by itself. `node` holds `spec`; `text` is that of the file.
///
/// Sources and their order: <https://argo-cd.readthedocs.io/en/stable/user-guide/multiple_sources/> (`sources` wins over
/// `source`). Values: <https://argo-cd.readthedocs.io/en/stable/user-guide/helm/>: parameters over `valuesObject` over
/// `values` (which does not count beside it) over `valueFiles`; a path that begins with `/` is from the repository's top
/// folder, others from the chart; `$name/` is the source with that `ref`; the release is called as the application.
pub fn application(node: &Node, text_of_file: &str, base: &Pointer, name: &str) -> Vec<Pointer> {
    let sources: Vec<&Node> = match node.at(&["spec", "sources"]).and_then(Node::list) {
        Some(sources) => sources.iter().collect(),
        None => node.at(&["spec", "source"]).into_iter().collect(),
    };
    let refs: Vec<String> = sources.iter().filter_map(|source| text(source, &["ref"])).collect();
    let mut pointers = Vec::new();
    for source in sources {
        let mut pointer = base.clone();
        if source.get("chart").is_some() {
            pointer.leave("its chart is in a chart repository");
        } else if let Some(path) = text(source, &["path"]) {
            match within("", &path) {
                Some(path) => pointer.chart = if path.is_empty() { ".".into() } else { path },
                None => pointer.leave(format!("its path `{path}` leads out of the repository")),
            }
        } else if source.get("ref").is_some() {
            continue;
        }
        pointer.release = Some(name.into());
        pointer.namespace = text(node, &["spec", "destination", "namespace"]);
        if let Some(helm) = source.get("helm") {
            of_helm(helm, text_of_file, &refs, &mut pointer);
        }
        if source.get("plugin").is_some() || source.get("kustomize").is_some() {
            pointer.leave("its plugin or kustomization is not run");
        }
        pointers.push(pointer);
    }
    pointers
}

/// `spec.source.helm`
fn of_helm(helm: &Node, text_of_file: &str, refs: &[String], pointer: &mut Pointer) {
    pointer.release = text(helm, &["releaseName"]).or(pointer.release.take());
    pointer.namespace = text(helm, &["namespace"]).or(pointer.namespace.take());
    pointer.may_miss = helm.truth_at("ignoreMissingValueFiles");
    for file in items(helm, "valueFiles").filter_map(Node::scalar) {
        let of_ref = file.strip_prefix('$').and_then(|rest| rest.split_once('/'));
        let path = match of_ref {
            Some((name, rest)) if refs.iter().any(|known| known == name) => within("", rest),
            _ if file.contains("://") || file.contains('$') => None,
            _ => match file.strip_prefix('/') {
                Some(rest) => within("", rest),
                None => within(&pointer.chart, file),
            },
        };
        match path.filter(|path| !path.contains(['*', '?', '['])) {
            Some(path) => pointer.files.push(path),
            None => pointer.leave(format!("its values file `{file}` is not looked for")),
        }
    }
    let given = helm.get("valuesObject").or(helm.get("values"));
    if let Some(values) = given.and_then(|node| inline::values(text_of_file, node)) {
        pointer.inline.push((pointer.file.clone(), values));
    }
    for parameter in items(helm, "parameters") {
        let (Some(name), Some(value)) = (text(parameter, &["name"]), text(parameter, &["value"])) else { continue };
        // A comma is none of Helm's there.
        let set = format!("{name}={}", value.replace("\\,", ",").replace(',', "\\,"));
        match parameter.truth_at("forceString") {
            true => pointer.set_string.push(set),
            false => pointer.set.push(set),
        }
    }
    for parameter in items(helm, "fileParameters") {
        let (Some(name), Some(path)) = (text(parameter, &["name"]), text(parameter, &["path"])) else { continue };
        match within(&pointer.chart, &path) {
            Some(path) => pointer.set_file.push((name, path)),
            None => pointer.leave(format!("its file `{path}` leads out of the repository")),
        }
    }
}

/// What a `HelmRelease` has rendered.
///
/// <https://fluxcd.io/flux/components/helm/helmreleases/>: the chart of a `GitRepository` is a path in it; `values` go
/// over what `valuesFrom` gives; the release is called `[TARGETNAMESPACE-]NAME`.
/// <https://fluxcd.io/flux/components/source/helmcharts/>: `valuesFiles` are paths in the source and take the place of the
/// chart's own values.
pub fn helm_release(node: &Node, text_of_file: &str, base: &Pointer, name: &str) -> Pointer {
    let mut pointer = base.clone();
    let spec = |path: &[&str]| text(node, &[&["spec", "chart", "spec"], path].concat());
    match (spec(&["chart"]), spec(&["sourceRef", "kind"]).as_deref()) {
        (Some(path), Some("GitRepository")) => match within("", &path) {
            Some(path) => pointer.chart = if path.is_empty() { ".".into() } else { path },
            None => pointer.leave(format!("its path `{path}` leads out of the repository")),
        },
        (Some(_), _) => pointer.leave("its chart is in a chart repository"),
        (None, _) => pointer.leave("it refers to another object for its chart"),
    }
    let target = text(node, &["spec", "targetNamespace"]);
    let composed = target.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join("-");
    pointer.release = Some(text(node, &["spec", "releaseName"]).unwrap_or(composed));
    pointer.namespace = target.or(text(node, &["metadata", "namespace"]));
    if let Some(chart) = node.at(&["spec", "chart", "spec"]) {
        pointer.may_miss = chart.truth_at("ignoreMissingValuesFiles");
        for file in items(chart, "valuesFiles").filter_map(Node::scalar) {
            pointer.bare = true;
            match within("", file) {
                Some(path) => pointer.files.push(path),
                None => pointer.leave(format!("its values file `{file}` leads out of the repository")),
            }
        }
    }
    for from in node.get("spec").into_iter().flat_map(|spec| items(spec, "valuesFrom")) {
        let [kind, name] = ["kind", "name"].map(|key| from.scalar_at(key).unwrap_or("?"));
        pointer.leave(format!("the values that it takes from {kind} {name} (valuesFrom) are not known here"));
    }
    if node.at(&["spec", "postRenderers"]).is_some() {
        pointer.leave("its postRenderers are not run");
    }
    if let Some(values) = node.at(&["spec", "values"]).and_then(|node| inline::values(text_of_file, node)) {
        pointer.inline.push((pointer.file.clone(), values));
    }
    pointer
}

/// A path from the top folder, of one from a folder in it; `None` if it leads out.
fn within(folder: &str, path: &str) -> Option<String> {
    lexical(&Path::new(folder).join(path))
}
