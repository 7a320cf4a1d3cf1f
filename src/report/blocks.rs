//! What a person reads together: one block for the same answer in several containers.

use std::collections::BTreeMap;

use super::words;
use super::{Content, EntryRow};
use crate::model::*;

/// Entries of one variable that have the same answer for the same reasons.
#[derive(Debug)]
pub struct Block {
    /// The answer.
    pub verdict: Verdict,
    /// The variable.
    pub name: String,
    /// Indexes into the report's entries.
    pub entries: Vec<usize>,
    /// What to do next, for an unsafe one.
    pub next: Option<String>,
}

/// An image of which no code was scanned.
#[derive(Debug, PartialEq, Eq)]
pub struct ImageLine {
    /// The image as written; the container's name if it has none.
    pub image: String,
    /// Why it was not scanned.
    pub why: String,
    /// The variables set in its containers, sorted.
    pub names: Vec<String>,
}

/// Folds the judged entries; worst answer and effect first, then by name.
pub fn fold(content: &Content<'_>, entries: &[EntryRow<'_>]) -> Vec<Block> {
    let mut blocks: Vec<(Option<Effect>, &Judgement, Block)> = Vec::new();
    for (index, row) in entries.iter().enumerate() {
        let Some(judgement) = row.judgement else { continue };
        let same = |other: &Judgement, block: &Block| {
            block.name == row.entry.name
                && other.verdict == judgement.verdict
                && other.reads == judgement.reads
                && other.mentions == judgement.mentions
                && other.reasons == judgement.reasons
        };
        if let Some((_, _, block)) = blocks.iter_mut().find(|(_, other, block)| same(other, block)) {
            block.entries.push(index);
            continue;
        }
        let effect = judgement.reads.first().and_then(|read| content.scan.reads.get(*read)).map(Read::effect);
        let block = Block {
            verdict: judgement.verdict,
            name: row.entry.name.clone(),
            entries: vec![index],
            next: next(content, judgement),
        };
        blocks.push((effect, judgement, block));
    }
    let code = |judgement: &Judgement| judgement.reasons.first().map(|reason| reason.code);
    blocks.sort_by(|(a, x, left), (b, y, right)| {
        let key = |effect: &Option<Effect>, block: &Block| (block.verdict, effect.unwrap_or(Effect::Unknown));
        (key(a, left), &left.name, code(x)).cmp(&(key(b, right), &right.name, code(y)))
    });
    blocks.into_iter().map(|(_, _, block)| block).collect()
}

/// One line on what to do before the entry can go.
fn next(content: &Content<'_>, judgement: &Judgement) -> Option<String> {
    let code = judgement.reasons.first().map(|reason| reason.code)?;
    if judgement.verdict != Verdict::Unsafe {
        return None;
    }
    let scan = content.scan;
    let file = judgement.reads.first().and_then(|read| scan.sources.files.get(scan.reads.get(*read)?.place.file));
    let owner = file.and_then(|file| scan.sources.owners.get(file.owner));
    Some(match (code, owner) {
        (ReasonCode::UsedByContainer, _) => {
            "keep it, or take it out of the command, args and env that use it first".into()
        }
        (ReasonCode::Runtime, _) => "keep it, unless the change of the runtime's behaviour is meant".into(),
        (_, Some(owner)) if owner.kind != RootKind::Application => {
            format!(
                "keep it, or first give {} the value in another way: as an argument or in its configuration",
                owner.name
            )
        }
        _ => "keep it, or first release code that no longer reads it".into(),
    })
}

/// The images without scanned code, by reason and name.
pub fn not_scanned(entries: &[EntryRow<'_>]) -> Vec<ImageLine> {
    // By reason, then image.
    let mut images: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for row in entries {
        let reasons = row.judgement.map_or(&[][..], |judgement| &judgement.reasons);
        if let Some(reason) = reasons.first().filter(|reason| reason.code == ReasonCode::NotScanned) {
            let key = (reason.text.clone(), image(row.container));
            images.entry(key).or_default().push(row.entry.name.clone());
        }
    }
    let line = |((why, image), mut names): ((String, String), Vec<String>)| {
        names.sort();
        names.dedup();
        ImageLine { image, why, names }
    };
    images.into_iter().map(line).collect()
}

/// The images that are assumed to run the given sources, by name.
pub fn assumed(entries: &[EntryRow<'_>]) -> Vec<String> {
    let scanned = |judgement: &Judgement| judgement.reasons.first().is_none_or(|r| r.code != ReasonCode::NotScanned);
    let assumed = entries.iter().filter(|row| row.judgement.is_some_and(|j| j.assumed && scanned(j)));
    let mut images: Vec<String> = assumed.map(|row| image(row.container)).collect();
    images.sort();
    images.dedup();
    images
}

fn image(container: &Container) -> String {
    container.image.clone().unwrap_or_else(|| words::container(container))
}
