//! What speaks for a reader of a name in one container.

use super::index::Index;
use super::matching::Match;
use super::reach::{Reach, Standing};
use super::runtime::{self, Runtime};
use crate::model::{Mention, Read, ReasonCode};

/// A read that can mean the name, and what it counts as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Index into the scan's reads.
    pub read: usize,
    /// What it counts as.
    pub code: ReasonCode,
    /// Whether this reader has another supply of the value that survives.
    pub covered: bool,
}

/// All of it.
#[derive(Debug, Default)]
pub struct Evidence {
    /// Reached readers, most telling first.
    pub strong: Vec<Hit>,
    /// Readers that prove nothing, grouped by what they count as.
    pub weak: Vec<Hit>,
    /// Mentions in the code that runs in the container.
    pub mentions: Vec<usize>,
    /// What of the runtime reads the name, and whether a compiled file of the roots has the name.
    pub runtime: Option<(&'static Runtime, bool)>,
    /// Unresolved reads in reached installed code, likeliest first: blind spots.
    pub hidden: Vec<usize>,
}

impl Evidence {
    /// The readers to show, most telling first: where some name it, those that might are left out.
    pub fn shown(&self) -> impl Iterator<Item = &Hit> {
        let vague = |hit: &&Hit| self.strong.is_empty() || hit.code != ReasonCode::AnyRead;
        self.strong.iter().chain(self.weak.iter().filter(vague))
    }
}

/// Collects what speaks for a reader of `name`; `reads` are those that can mean it.
pub fn collect(
    index: &Index<'_>,
    name: &str,
    reads: &[(usize, Match)],
    reach: &Reach,
    mentions: &[Mention],
) -> Evidence {
    let mut found = Evidence::default();
    for (id, how) in reads {
        let Some(read) = index.scan.reads.get(*id) else { continue };
        let hit = |code| Hit { read: *id, code, covered: false };
        match (weigh(read, *how, reach.standing(read.place.file)), how) {
            (Weight::Strong(code), _) => found.strong.push(hit(code)),
            (Weight::Weak(code), _) => found.weak.push(hit(code)),
            (Weight::Hidden, _) => found.hidden.push(*id),
            (Weight::None, _) => {}
        }
    }
    let effect = |hit: &Hit| index.scan.reads.get(hit.read).map(Read::effect);
    found.strong.sort_by_key(|hit| (effect(hit), hit.read));
    found.weak.sort_by_key(|hit| (hit.code, effect(hit), hit.read));
    found.hidden.sort_by_key(|id| (index.scan.reads.get(*id).map(|read| read.access), *id));
    let inside = |mention: &Mention| reach.standing(mention.file) != Standing::Outside;
    let named = |id: &usize| mentions.get(*id).is_some_and(inside);
    found.mentions = index.mentions(name).iter().copied().filter(named).collect();
    let compiled = |id: &usize| mentions.get(*id).is_some_and(|mention| mention.line.is_none());
    found.runtime = runtime::reader_of(name).map(|runtime| (runtime, found.mentions.iter().any(compiled)));
    found
}

enum Weight {
    Strong(ReasonCode),
    Weak(ReasonCode),
    Hidden,
    None,
}

fn weigh(read: &Read, how: Match, standing: Standing) -> Weight {
    use ReasonCode::{
        AnchoredPattern, AnyRead, NeverConstructed, SettingsField, TestsOnly, UnreachedRead, WeakPattern,
    };
    match (standing, how) {
        (Standing::Outside, _) | (Standing::TestsOnly | Standing::Unreached, Match::Any) => Weight::None,
        (Standing::TestsOnly, _) => Weight::Weak(TestsOnly),
        (Standing::Unreached, _) => Weight::Weak(UnreachedRead),
        (Standing::Application, Match::Any) => Weight::Weak(AnyRead),
        (Standing::Imported, Match::Any) => Weight::Hidden,
        (_, Match::Weak) => Weight::Weak(WeakPattern),
        (_, Match::Exact | Match::Anchored) => match &read.settings {
            Some(field) if !field.constructed => Weight::Weak(NeverConstructed),
            Some(_) => Weight::Strong(SettingsField),
            None if how == Match::Anchored => Weight::Strong(AnchoredPattern),
            None => Weight::Strong(ReasonCode::Read),
        },
    }
}
