//! What speaks for a reader of a name in one container.

use std::collections::{BTreeMap, BTreeSet};

use super::index::Index;
use super::matching::Match;
use super::reach::{Reach, Standing};
use super::runtime::{self, Runtime};
use crate::model::{Access, Container, Mention, Place, Read, ReasonCode, Verdict};

/// A read that can mean the name, and what it counts as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Index into the scan's reads.
    pub read: usize,
    /// What it counts as.
    pub code: ReasonCode,
    /// Whether this reader has another supply of the value that survives.
    pub covered: bool,
    /// Whether its module is reached, but nothing names the class that it is a method of.
    pub unnamed: bool,
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
    /// The readers to show, most telling first, and how many of them a verdict rests on. Where
    /// something names the variable, those that only might are left out.
    pub fn shown(&self, verdict: Verdict) -> (Vec<usize>, usize) {
        let named = |hit: &Hit| hit.code != ReasonCode::AnyRead;
        let vague = verdict == Verdict::Review && self.strong.is_empty() && !self.weak.iter().any(named);
        let weak = self.weak.iter().filter(|hit| vague || named(hit));
        let shown: Vec<usize> = self.strong.iter().chain(weak).map(|hit| hit.read).collect();
        let decisive = match verdict {
            Verdict::Review if self.strong.is_empty() => shown.len(),
            _ => self.strong.len(),
        };
        (shown, decisive)
    }
}

/// Collects what speaks for a reader of `name`; `reads` are those that can mean it.
pub fn collect(
    index: &Index<'_>,
    name: &str,
    reads: &[(usize, Match)],
    reach: &Reach,
    mentions: &[Mention],
    container: &Container,
) -> Evidence {
    let mut found = Evidence::default();
    for (id, how) in reads {
        let Some(read) = index.scan.reads.get(*id) else { continue };
        let unnamed = is_unnamed(index, read, reach, container);
        let hit = |code| Hit { read: *id, code, covered: false, unnamed };
        match (weigh(read, *how, reach.standing(read.place.file)), how) {
            (Weight::Strong(_), _) if unnamed => found.weak.push(hit(ReasonCode::UnreachedRead)),
            (Weight::Strong(code), _) => found.strong.push(hit(code)),
            (Weight::Weak(code), _) => found.weak.push(hit(code)),
            (Weight::Hidden, _) => found.hidden.push(*id),
            (Weight::None, _) => {}
        }
    }
    let effect = |hit: &Hit| index.scan.reads.get(hit.read).map(Read::effect);
    found.strong.sort_by_key(|hit| (effect(hit), hit.read));
    found.weak.sort_by_key(|hit| (hit.code, effect(hit), hit.read));
    one_for_each_way(index, &mut found.weak);
    found.hidden.sort_by_key(|id| (index.scan.reads.get(*id).map(|read| read.access), *id));
    let inside = |mention: &Mention| reach.standing(mention.file) != Standing::Outside;
    // A single word (`NAME`, `VERSION`) is the whole of some string in every second library.
    let single = !name.contains('_');
    let python = |mention: &Mention| index.scan.sources.files.get(mention.file).is_some_and(|file| file.python);
    let noise = |mention: &Mention| {
        single && python(mention) && matches!(reach.standing(mention.file), Standing::Unreached | Standing::TestsOnly)
    };
    let named = |id: &usize| mentions.get(*id).is_some_and(|mention| inside(mention) && !noise(mention));
    found.mentions = index.mentions(name).iter().copied().filter(named).collect();
    found.mentions.sort_by_key(|id| (mentions.get(*id).map(|mention| reach.standing(mention.file)), *id));
    let compiled = |id: &usize| mentions.get(*id).is_some_and(|mention| mention.line.is_none());
    found.runtime = runtime::reader_of(name).map(|runtime| (runtime, found.mentions.iter().any(compiled)));
    found
}

/// Whether a read is in a method of a class that nothing names which runs in the container, nor its command lines.
pub fn is_unnamed(index: &Index<'_>, read: &Read, reach: &Reach, container: &Container) -> bool {
    let Some(users) = &read.users else { return false };
    let runs = |place: &Place| matches!(reach.standing(place.file), Standing::Application | Standing::Imported);
    let class = read.function.as_deref().and_then(|function| function.split('.').next()).unwrap_or_default();
    let images = index.scan.sources.images.iter().flat_map(|image| image.entrypoint.iter().chain(&image.cmd));
    let of_container = container.command.iter().chain(&container.args).chain(container.execs.iter().flatten());
    !users.iter().any(runs) && !images.chain(of_container).any(|text| text.contains(class))
}

/// Of the unresolved reads, keeps one for each expression that consults the environment: that a wrapper
/// is called thirty times with unknown names is one thing to look at. The nearest to it is kept.
fn one_for_each_way(index: &Index<'_>, weak: &mut Vec<Hit>) {
    let read = |hit: &Hit| index.scan.reads.get(hit.read);
    let way = |read: &Read| read.chain.last().map_or(read.place, |step| step.place);
    let distance = |hit: &Hit| (read(hit).map(|read| (way(read) != read.place, read.chain.len())), hit.read);
    let mut nearest: BTreeMap<Place, usize> = BTreeMap::new();
    let mut vague: Vec<&Hit> = weak.iter().filter(|hit| hit.code == ReasonCode::AnyRead).collect();
    vague.sort_by_key(|hit| distance(hit));
    for hit in vague {
        if let Some(read) = read(hit) {
            nearest.entry(way(read)).or_insert(hit.read);
        }
    }
    let kept: BTreeSet<usize> = nearest.into_values().collect();
    weak.retain(|hit| hit.code != ReasonCode::AnyRead || kept.contains(&hit.read));
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
        // What is looked for there is a place to put a value.
        (Standing::Application, Match::Any) if read.access == Access::SetDefault => Weight::Hidden,
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
