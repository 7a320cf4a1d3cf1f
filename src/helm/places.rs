//! Rendered lines → the lines of templates and values files that a person would edit.

use std::collections::BTreeMap;

use super::manifest::Manifest;
use super::text::{Made, Origin, Text};
use crate::model::ChartPlace;

/// Where the lines of rendered files are from.
#[derive(Debug, Default)]
pub struct Places {
    /// Files that origins number.
    names: Vec<String>,
    /// The rendered files, by name.
    texts: BTreeMap<String, Rendered>,
}

#[derive(Debug)]
struct Rendered {
    text: Text,
    starts: Vec<usize>,
}

impl Places {
    /// Puts the documents of each template together, in the order of the first of each.
    pub fn gather(
        label: &str,
        chart: &str,
        manifests: Vec<Manifest>,
        names: Vec<String>,
    ) -> (Vec<(String, Vec<u8>)>, Places) {
        let mut files: Vec<(String, Text)> = Vec::new();
        for manifest in manifests {
            let inner = manifest.template.strip_prefix(chart).unwrap_or(&manifest.template);
            let name = format!("{}{inner} (rendered)", label.trim_end_matches('/'));
            let at = files.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
                files.push((name, Text::default()));
                files.len() - 1
            });
            let text = &mut files[at].1;
            text.push(&format!("---\n# Source: {}\n", manifest.template), Origin::UNKNOWN);
            text.push_or(&manifest.text, Origin::UNKNOWN);
            // One more would count in a block that keeps its last lines.
            if !manifest.text.as_str().ends_with('\n') {
                text.push("\n", Origin::UNKNOWN);
            }
        }
        let out = files.iter().map(|(name, text)| (name.clone(), text.as_str().as_bytes().to_vec())).collect();
        let texts = files.into_iter().map(|(name, text)| {
            let breaks = memchr::memchr_iter(b'\n', text.as_str().as_bytes()).map(|at| at + 1);
            let starts = std::iter::once(0).chain(breaks).collect();
            (name, Rendered { text, starts })
        });
        (out, Places { names, texts: texts.collect() })
    }

    fn place(&self, origin: Origin) -> Option<ChartPlace> {
        let file = self.names.get(usize::from(origin.file)).filter(|_| origin.made != Made::Unknown)?;
        Some(ChartPlace { file: file.clone(), line: origin.line })
    }

    /// Where the text of `len` bytes at a rendered line and column is from: where it was named, if that was
    /// as a key of values, in values or in the call of a template; else where it stands.
    pub fn find(&self, file: &str, line: u32, column: u32, len: usize) -> Option<ChartPlace> {
        let rendered = self.texts.get(file)?;
        let start = *rendered.starts.get(usize::try_from(line).ok()?.checked_sub(1)?)?;
        let start = start + usize::try_from(column).ok()?.saturating_sub(1);
        let origins: Vec<Origin> = rendered.text.origins(start..start + len.max(1)).collect();
        let by = |made: Made| origins.iter().copied().find(|origin| origin.made == made);
        // A name that is partly written in the template is edited there, unless its other part is a key.
        let best = by(Made::Key).or(by(Made::File)).or(by(Made::Value)).or(by(Made::Literal)).or(by(Made::Placeholder));
        self.place(best?)
    }

    /// Where the text that a rendered line begins with is from.
    pub fn line(&self, file: &str, line: u32) -> Option<ChartPlace> {
        let rendered = self.texts.get(file)?;
        let start = *rendered.starts.get(usize::try_from(line).ok()?.checked_sub(1)?)?;
        let indent = rendered.text.as_str().get(start..)?;
        let blank = indent.len() - indent.trim_start_matches(' ').len();
        self.place(rendered.text.origin_at(start + blank))
    }

    /// Whether something between two rendered lines is a placeholder for what is random or the time.
    pub fn placeholder(&self, file: &str, first: u32, last: u32) -> bool {
        let Some(rendered) = self.texts.get(file) else { return false };
        let start = |line: u32| rendered.starts.get(usize::try_from(line).unwrap_or(1).saturating_sub(1)).copied();
        let from = start(first).unwrap_or(0);
        let to = start(last.saturating_add(1)).unwrap_or(rendered.text.len());
        rendered.text.origins(from..to).any(|origin| origin.made == Made::Placeholder)
    }
}
