//! The verdict stage: reads × entries → verdicts with reasons.
//!
//! One file for each concern: [`place`] says which scanned code runs in which container (row 1),
//! [`reach`] which modules its entry points reach, [`evidence`] what speaks for a reader, and
//! [`rows`] is the verdict table.

mod accepted;
mod altered;
mod before;
mod covers;
mod evidence;
mod fixes;
mod images;
mod index;
mod matching;
mod names;
mod native;
mod non_python;
mod place;
mod reach;
mod rows;
mod runtime;
#[cfg(test)]
mod tests;
mod unset;

use std::collections::{BTreeMap, BTreeSet};

pub use accepted::{Codes, accepted, readers as accepted_readers, workload};
pub use before::{depends_on_before, read_before};
pub use names::{asked, nearest};
pub use unset::{insisting, unset};

use crate::model::{
    Access, Chart, EntryChange, FileId, Judgement, Key, Mention, Notice, NoticeKind, ReasonCode, RootId, Scan, Verdict,
};
use index::Index;
use reach::Reach;
use rows::Case;

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The variables, judged as gone together; none: an audit of all entries, each judged alone.
    pub names: Vec<String>,
    /// Which code runs in which image; the first that means an image decides.
    pub images: Vec<ImageRule>,
    /// Names whose mentions could not be looked for in bundles.
    pub unsearched: BTreeSet<String>,
    /// For a change of a chart: what each entry of the chart is about.
    pub changes: Vec<EntryChange>,
    /// Roots from this one on are those of bundles.
    pub bundled: Option<RootId>,
}

/// Says which code runs in an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageRule {
    /// The image's repository, with `*` for any run of characters.
    pub pattern: String,
    /// The roots; none: no scanned code runs in it.
    pub roots: Vec<RootId>,
}

/// Judges the asked entries of `chart`, in its order.
pub fn judge(scan: &Scan, chart: &Chart, mentions: &[Mention], question: &Question) -> Vec<Judgement> {
    let index = Index::new(scan, mentions);
    let placements = place::place(&index, chart, question);
    let mut reaches: BTreeMap<&place::Placement, Reach> = BTreeMap::new();
    let mut reads = BTreeMap::new();
    let mut judgements = Vec::new();
    for id in asked(chart, &question.names) {
        let Some(entry) = chart.entries.get(id) else { continue };
        let placed = placements.get(entry.container).zip(chart.containers.get(entry.container));
        let Some((placement, container)) = placed else { continue };
        let reach = reaches.entry(placement).or_insert_with(|| Reach::new(&index, placement));
        let reads = reads.entry(&entry.name).or_insert_with(|| match entry.name.as_str() {
            // Any name at all: that something is read says nothing.
            "*" => Vec::new(),
            name => index.reads(name),
        });
        let mut evidence = evidence::collect(&index, &entry.name, reads, reach, mentions, container);
        let change = question.changes.get(id);
        let before = change.and_then(|change| change.old_container.as_ref()).unwrap_or(container);
        let covers = covers::mark(scan, entry, before, container, &mut evidence);
        let of_bundle = |root: &RootId| question.bundled.is_some_and(|first| *root >= first);
        let unsearched = placement.roots.iter().any(of_bundle) && question.unsearched.contains(&entry.name);
        let ruling = rows::rule(&Case {
            scan,
            entry,
            container,
            placement,
            evidence: &evidence,
            covers: &covers,
            unsearched,
            change,
        });
        let (shown, decisive) = evidence.shown(ruling.verdict);
        let chain = |read: &usize| reach.chain(scan.reads.get(*read)?.place.file);
        let deciding = shown.get(..decisive).unwrap_or(&shown);
        let fixes = match ruling.verdict {
            Verdict::Unsafe => fixes::propose(scan, deciding),
            _ => Vec::new(),
        };
        judgements.push(Judgement {
            entry: id,
            fixes,
            covers,
            verdict: ruling.verdict,
            reasons: ruling.reasons,
            reached: shown.iter().map(chain).collect(),
            reads: shown,
            decisive,
            mentions: evidence.mentions,
            roots: placement.roots.iter().copied().collect(),
            assumed: placement.assumed,
        });
    }
    judgements
}

/// The reads that ask for `name`, exactly or by a pattern, surest first; and how many others may, as
/// their names could not be resolved.
pub fn readers(scan: &Scan, name: &str) -> (Vec<usize>, usize) {
    let mut found = Index::new(scan, &[]).reads(name);
    found.sort_by_key(|(read, how)| (*how, *read));
    let sure: Vec<usize> =
        found.iter().filter(|(_, how)| *how != matching::Match::Any).map(|(read, _)| *read).collect();
    let unresolved = found.len() - sure.len();
    (sure, unresolved)
}

/// For each read of `scan`, the import chain from the application roots' modules to its module;
/// `None` if nothing proves that it is reached.
pub fn reached(scan: &Scan) -> Vec<Option<Vec<FileId>>> {
    let index = Index::new(scan, &[]);
    let roots = (0..scan.sources.roots.len()).collect();
    let reach = Reach::new(&index, &place::Placement { roots, ..place::Placement::default() });
    scan.reads.iter().map(|read| reach.chain(read.place.file)).collect()
}

/// Whether a read with this key can be one of the variable `name`, and is not one of any.
pub fn means(key: &Key, access: Access, name: &str) -> bool {
    matching::matches(key, access, name).is_some_and(|how| how != matching::Match::Any)
}

/// A notice for each image of which no code was scanned, or not that of the version it names, sorted.
pub fn notices(scan: &Scan, chart: &Chart, judgements: &[Judgement]) -> Vec<Notice> {
    let mut images: BTreeMap<String, (&str, usize)> = BTreeMap::new();
    for judgement in judgements {
        let reason = judgement.reasons.iter().find(|reason| reason.code == ReasonCode::NotScanned);
        let container = chart.entries.get(judgement.entry).and_then(|e| chart.containers.get(e.container));
        if let (Some(reason), Some(container)) = (reason, container) {
            let image = container.image.as_deref().map_or(container.name.as_str(), images::repository);
            images.entry(image.into()).or_insert((&reason.text, 0)).1 += 1;
        }
    }
    let notice = |(image, (why, entries)): (String, (&str, usize))| Notice {
        kind: NoticeKind::NotScanned,
        file: None,
        line: None,
        detail: format!("{image} {why} (entries: {entries})"),
    };
    let mut notices: Vec<Notice> = images.into_iter().map(notice).collect();
    notices.extend(other_versions(scan, chart, judgements));
    notices
}

/// Containers judged by the code of an image that has another tag or digest than they name.
fn other_versions(scan: &Scan, chart: &Chart, judgements: &[Judgement]) -> BTreeSet<Notice> {
    let other = |judgement: &Judgement| {
        let container = chart.containers.get(chart.entries.get(judgement.entry)?.container)?;
        let wanted = container.image.as_deref()?;
        let own = scan.sources.roots.get(*judgement.roots.first()?)?.image?;
        let own = scan.sources.images.get(own)?;
        if images::fit(own, wanted) != Some(images::Fit::Repository) {
            return None;
        }
        let scanned = own.names.join(", ");
        let detail = format!("{wanted} is judged by the code of {scanned}: another tag or digest");
        Some(Notice { kind: NoticeKind::NotScanned, file: Some(own.label.clone()), line: None, detail })
    };
    judgements.iter().filter_map(other).collect()
}
