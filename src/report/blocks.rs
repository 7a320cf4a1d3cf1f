//! What a person reads together: one block for the same answer in several containers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Content, EntryRow, changes, words};
use crate::model::*;

/// Entries that have the same answer for the same reasons.
#[derive(Debug)]
pub struct Block {
    /// The answer.
    pub verdict: Verdict,
    /// The variables: one, or in an audit all that share the evidence; sorted.
    pub names: Vec<String>,
    /// Indexes into the report's entries.
    pub entries: Vec<usize>,
    /// The charts that they are of, if several are compared, with the environments: `api (dev, prod)`; sorted.
    pub charts: Vec<String>,
    /// What to do next, unless it is safe.
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
    let mut blocks: Vec<(Effect, &Judgement, Block)> = Vec::new();
    for (index, row) in entries.iter().enumerate() {
        let Some(judgement) = row.judgement else { continue };
        let code = judgement.reasons.first().map(|reason| reason.code);
        let folds = !content.named && judgement.verdict != Verdict::Safe && code != Some(ReasonCode::NotScanned);
        let same = |other: &Judgement, block: &Block| {
            (folds || block.names.contains(&row.entry.name))
                && entries.get(block.entries.first().copied().unwrap_or(index)).map(|row| &row.acceptance)
                    == Some(&row.acceptance)
                && entries.get(block.entries.first().copied().unwrap_or(index)).map(alike) == Some(alike(row))
                && other.verdict == judgement.verdict
                && other.reads == judgement.reads
                && other.mentions == judgement.mentions
                && other.reasons == judgement.reasons
        };
        if let Some((_, _, block)) = blocks.iter_mut().find(|(_, other, block)| same(other, block)) {
            block.entries.push(index);
            if let Err(at) = block.names.binary_search(&row.entry.name) {
                block.names.insert(at, row.entry.name.clone());
            }
            continue;
        }
        let block = Block {
            verdict: judgement.verdict,
            names: vec![row.entry.name.clone()],
            entries: vec![index],
            charts: Vec::new(),
            next: match row.change.filter(|change| !change.kind.strips()) {
                Some(_) => changes::next(judgement).map(String::from),
                None => next(content, judgement),
            },
        };
        blocks.push((effect(content, judgement), judgement, block));
    }
    let code = |judgement: &Judgement| judgement.reasons.first().map(|reason| reason.code);
    blocks.sort_by(|(a, x, left), (b, y, right)| {
        (left.verdict, a, &left.names, code(x)).cmp(&(right.verdict, b, &right.names, code(y)))
    });
    let names: BTreeSet<&str> = content.charts.iter().map(|chart| chart.name.as_str()).collect();
    let whole = |block: Block| {
        let charts = if names.len() > 1 { charts(&block, entries) } else { Vec::new() };
        Block { charts, ..block }
    };
    blocks.into_iter().map(|(_, _, block)| whole(block)).collect()
}

/// Of which charts, and in which environments, the entries of a block are.
fn charts(block: &Block, entries: &[EntryRow<'_>]) -> Vec<String> {
    let mut charts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in block.entries.iter().filter_map(|index| entries.get(*index)) {
        let chart = row.container.chart.as_deref().and_then(|chart| chart.split('/').next());
        let environments = charts.entry(chart.unwrap_or("manifests")).or_default();
        environments.extend(row.entry.environments.iter().map(String::as_str));
    }
    let named = |(chart, environments): (&str, BTreeSet<&str>)| match environments.is_empty() {
        true => chart.to_string(),
        false => format!("{chart} ({})", environments.into_iter().collect::<Vec<_>>().join(", ")),
    };
    charts.into_iter().map(named).collect()
}

/// What has to be the same for two changes to be told as one.
fn alike<'a>(row: &EntryRow<'a>) -> Option<(ChangeKind, &'a [Aspect], Option<&'a str>)> {
    let change = row.change?;
    Some((change.kind, &change.aspects, change.new.as_ref().map(|entry| entry.name.as_str())))
}

/// The worst that is known to happen without it.
fn effect(content: &Content<'_>, judgement: &Judgement) -> Effect {
    let read = judgement.reads.iter().take(judgement.decisive).filter_map(|read| content.scan.reads.get(*read));
    let of_reason = |reason: &Reason| match reason.code {
        ReasonCode::UsedByContainer => Effect::FailsAtStart,
        ReasonCode::Runtime => Effect::ValueChanges,
        _ => Effect::Unknown,
    };
    read.map(Read::effect).chain(judgement.reasons.iter().map(of_reason)).min().unwrap_or(Effect::Unknown)
}

/// One line on what to do before the entry can go.
fn next(content: &Content<'_>, judgement: &Judgement) -> Option<String> {
    let code = judgement.reasons.first().map(|reason| reason.code)?;
    if judgement.verdict != Verdict::Unsafe {
        return review(code).map(String::from);
    }
    let scan = content.scan;
    if let Some(fixes) = fixes(scan, judgement) {
        return Some(fixes);
    }
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

/// What is proposed, and whether that does for all readers.
fn fixes(scan: &Scan, judgement: &Judgement) -> Option<String> {
    let fixes = judgement.fixes.join(" and ");
    let deciding = judgement.reads.iter().take(judgement.decisive).filter_map(|read| scan.reads.get(*read));
    let others = deciding.filter(|read| read.passed.iter().all(|call| call.given)).count();
    let others = if others > 0 { ", and see to the other readers" } else { "" };
    (!fixes.is_empty()).then(|| format!("keep it, or first {fixes}{others}"))
}

/// What a person has to find out.
fn review(code: ReasonCode) -> Option<&'static str> {
    Some(match code {
        ReasonCode::NotScanned => "ask who owns that image, or scan its code: --app or --vendored, and --image",
        ReasonCode::ValueChanges => "compare the two values; it can go if the other one will do",
        ReasonCode::DefaultEquals => "keep it, unless the code is meant to own the value from now on",
        ReasonCode::Runtime => "keep it if the image has that library",
        ReasonCode::ReadRemoved => {
            "release the image with the new code first, or make sure that this release brings it"
        }
        ReasonCode::UnknownNames => "pass the object too, so that each of its names is judged",
        ReasonCode::UnreachedRead
        | ReasonCode::NeverConstructed
        | ReasonCode::WeakPattern
        | ReasonCode::AnyRead
        | ReasonCode::Mentioned
        | ReasonCode::TestsOnly => "look at these places; it can go if none of them needs it in this container",
        _ => return None,
    })
}

/// The images without scanned code, by reason and name.
pub fn not_scanned(entries: &[EntryRow<'_>]) -> Vec<ImageLine> {
    let scanned: BTreeSet<String> =
        entries.iter().filter(|row| !is_not_scanned(row)).map(|r| image(r.container)).collect();
    // By reason, then image.
    let mut images: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for row in entries {
        let reasons = row.judgement.map_or(&[][..], |judgement| &judgement.reasons);
        if let Some(reason) = reasons.first().filter(|reason| reason.code == ReasonCode::NotScanned) {
            let mut image = image(row.container);
            // The same image runs scanned code elsewhere.
            if scanned.contains(&image) {
                image += &format!(" as {}", words::container(row.container));
            }
            let key = (reason.text.clone(), image);
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
    let assumed = entries.iter().filter(|row| row.judgement.is_some_and(|j| j.assumed) && !is_not_scanned(row));
    let mut images: Vec<String> = assumed.map(|row| image(row.container)).collect();
    images.sort();
    images.dedup();
    images
}

fn is_not_scanned(row: &EntryRow<'_>) -> bool {
    let reason = row.judgement.and_then(|judgement| judgement.reasons.first());
    reason.is_some_and(|reason| reason.code == ReasonCode::NotScanned)
}

fn image(container: &Container) -> String {
    container.image.clone().unwrap_or_else(|| words::container(container))
}
