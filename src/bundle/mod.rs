//! Scan bundles: what a scan says, in one file, to judge charts against later and elsewhere.
//!
//! A bundle has no source text and no value of an image's environment. The same scan gives the same bytes.

pub mod dto;
mod frames;
mod load;
mod merge;
mod save;

pub use frames::line as head;
pub use frames::{VERSION, first, is_bundle};
pub use load::load;
pub use merge::append;
pub use save::save;

use std::collections::BTreeSet;

use crate::model::{FileId, Mention, Scan};

/// The two lines of a bundle. `zstd -dc` shows them.
#[derive(schemars::JsonSchema)]
#[allow(dead_code, reason = "describes the lines, which are read and written one by one")]
struct Lines {
    /// The first line.
    head: dto::Head<'static>,
    /// The second line.
    body: dto::Body,
}

/// The JSON Schema of a bundle's lines, as pretty JSON.
pub fn schema() -> String {
    let schema = schemars::generate::SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Lines>();
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}

/// A bundle's scan, and the words that may be asked for.
#[derive(Debug, Default)]
pub struct Bundle {
    /// The scan.
    pub scan: Scan,
    /// The words.
    pub words: Words,
}

/// Environment-looking words where no read was recognised, with where they stand.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Words {
    /// Sorted, with a line end behind each.
    text: String,
    /// For each word, where in that it ends: before its line end.
    ends: Vec<usize>,
    /// For each word, where its places begin.
    starts: Vec<usize>,
    /// File and line; no line in a binary.
    places: Vec<(FileId, Option<u32>)>,
}

impl Words {
    /// Of mentions, sorted.
    pub fn new(mentions: &[Mention]) -> Words {
        let mut words = Words::default();
        for mention in mentions {
            if words.ends.len().checked_sub(1).is_none_or(|last| words.word(last) != mention.name) {
                words.text.push_str(&mention.name);
                words.ends.push(words.text.len());
                words.text.push('\n');
                words.starts.push(words.places.len());
            }
            words.places.push((mention.file, mention.line));
        }
        words
    }

    /// The word at a position; none is empty.
    fn word(&self, at: usize) -> &str {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| end + 1);
        self.ends.get(at).and_then(|end| self.text.get(start..*end)).unwrap_or_default()
    }

    /// Where it stands.
    fn places_of(&self, at: usize) -> &[(FileId, Option<u32>)] {
        let start = self.starts.get(at).copied().unwrap_or_default();
        let end = self.starts.get(at + 1).copied().unwrap_or(self.places.len());
        self.places.get(start..end).unwrap_or_default()
    }

    /// The mentions of `names`, sorted.
    pub fn mentions(&self, names: &BTreeSet<String>) -> Vec<Mention> {
        let mut found = Vec::new();
        for name in names {
            let (mut at, mut end) = (0, self.ends.len());
            while at < end {
                let middle = at + (end - at) / 2;
                if self.word(middle) < name.as_str() { at = middle + 1 } else { end = middle }
            }
            let places = if self.word(at) == name { self.places_of(at) } else { &[] };
            found.extend(places.iter().map(|&(file, line)| Mention { name: name.clone(), file, line }));
        }
        found
    }
}
