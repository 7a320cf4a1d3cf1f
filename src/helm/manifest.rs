//! What templates put out → manifests in Helm's order (`pkg/release/v1/util`): resources by kind, then hooks.

use super::text::Text;
use crate::model::INSTALL_ORDER;
use crate::yaml::{self, Piece};

/// The events that a hook may name (`hook.go`).
const EVENTS: [&str; 10] = [
    "pre-install",
    "post-install",
    "pre-delete",
    "post-delete",
    "pre-upgrade",
    "post-upgrade",
    "pre-rollback",
    "post-rollback",
    "test",
    "test-success",
];

/// A document that a template put out.
#[derive(Debug)]
pub struct Manifest {
    /// The template: `web/templates/a.yaml`.
    pub template: String,
    /// Its text.
    pub text: Text,
    kind: String,
    hook: bool,
}

/// A template whose output is no YAML.
#[derive(Debug)]
pub struct Broken {
    /// The template.
    pub template: String,
    /// Its whole output.
    pub text: Text,
    /// The offset of the fault in it.
    pub at: usize,
    /// What is wrong.
    pub detail: String,
}

/// Sorts what templates put out.
pub fn manifests(mut outputs: Vec<(String, Text)>) -> Result<Vec<Manifest>, Broken> {
    outputs.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut all = Vec::new();
    for (template, text) in outputs {
        for range in split(text.as_str()) {
            let part = text.slice(range.clone());
            match head(part.as_str()) {
                Ok(Some((kind, hook))) => all.push(Manifest { template: template.clone(), text: part, kind, hook }),
                Ok(None) => {}
                Err((line, detail)) => {
                    let offset = line_start(part.as_str(), line);
                    return Err(Broken { template, text, at: range.start + offset, detail });
                }
            }
        }
    }
    let rank = |manifest: &Manifest| {
        let known = INSTALL_ORDER.iter().position(|kind| *kind == manifest.kind);
        (
            manifest.hook,
            known.unwrap_or(INSTALL_ORDER.len()),
            if known.is_none() { manifest.kind.clone() } else { String::new() },
        )
    };
    all.sort_by_cached_key(rank);
    Ok(all)
}

fn line_start(text: &str, line: u32) -> usize {
    let mut starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
    starts.nth(usize::try_from(line).unwrap_or(1).saturating_sub(1)).unwrap_or(0)
}

/// The documents between lines that begin with `---` (`(?:^|\s*\n)---\s*`), without the space before them and
/// before the separators; what the last one ends with stays.
fn split(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut out = Vec::new();
    let mut push = |start: usize, end: usize| {
        let inner = text[start..end].trim_start();
        let inner = if end == text.len() { inner } else { inner.trim_end() };
        if !inner.is_empty() {
            let from = inner.as_ptr() as usize - text.as_ptr() as usize;
            out.push(from..from + inner.len());
        }
    };
    let (mut start, mut at) = (0, 0);
    // The first separator may stand after space, as the pattern is anchored to the trimmed text.
    let lead = text.len() - text.trim_start().len();
    for line in text.split_inclusive('\n') {
        if line.starts_with("---") || at <= lead && at + line.len() > lead && text[lead..].starts_with("---") {
            let marker = at.max(if at <= lead { lead } else { at });
            push(start, at.max(start));
            start = marker + 3;
        }
        at += line.len();
    }
    push(start, text.len());
    out
}

/// The kind of a document and whether it is a hook; nothing if Helm drops it.
fn head(text: &str) -> Result<Option<(String, bool)>, (u32, String)> {
    let checked =
        yaml::checked(Piece { bytes: text.as_bytes(), line: 1 }).map_err(|problem| (problem.line, problem.detail))?;
    let (roots, problems) = yaml::compose(&checked, 1);
    let Some(root) = roots.first() else {
        return match problems.into_iter().next() {
            Some(problem) => Err((problem.line, problem.detail)),
            None => Ok(None),
        };
    };
    let kind = root.scalar_at("kind").unwrap_or_default().to_string();
    let hook = root.at(&["metadata", "annotations", "helm.sh/hook"]).and_then(yaml::Node::scalar);
    let known = hook.is_none_or(|events| {
        events.split(',').all(|event| EVENTS.contains(&event.trim().to_ascii_lowercase().as_str()))
    });
    Ok(known.then_some((kind, hook.is_some())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_are_split_and_sorted_as_helm_does() {
        let texts = |text: &'static str| -> Vec<&str> { split(text).into_iter().map(|range| &text[range]).collect() };
        assert_eq!(texts("\n---\na: 1\n--- \n\nb: 2\n---c: 3\n x: ---\n"), ["a: 1", "b: 2", "c: 3\n x: ---\n"]);
        let job = "kind: Job\nmetadata: {annotations: {helm.sh/hook: pre-install}}";
        let bad = "kind: Job\nmetadata: {annotations: {helm.sh/hook: nonsense}}";
        let outputs = [
            ("b", "kind: Deployment\n---\nkind: Secret"),
            ("a", job),
            ("c", bad),
            ("d", "kind: Zed\n---\nkind: Service"),
        ];
        let outputs = outputs.map(|(name, text)| (name.to_string(), Text::from(text))).into();
        let kinds: Vec<_> = manifests(outputs).unwrap_or_default().into_iter().map(|it| it.kind).collect();
        assert_eq!(kinds, ["Secret", "Service", "Deployment", "Zed", "Job"]);
        assert!(
            manifests(vec![("a".into(), Text::from("a: [1\n"))]).is_err_and(|broken| broken.detail.contains("YAML"))
        );
    }
}
