//! The release stage: every state that an upgrade can stop in, and what is broken there.
//!
//! ```text
//! two charts ─ cluster (what is in force) ─ steps (what Helm does) ─ explore (each may fail, × rollbacks)
//!                    └ wants (what pods need) ──────────────────────── live, fresh, changes ─ findings
//! ```
//!
//! `code` and `required` add what the code in the pods misses.
//!
//! `plan` parts a change into releases that are each safe, `split` and `lines` the files of the charts accordingly.
//!
//! Nothing here knows what a single chart or controller does wrong: a finding is a need of a pod that may
//! start and is not met in a state that can be reached. What the charts do not tell (objects they do not own,
//! keys that a controller copies from elsewhere) is unknown, and never broken.
//!
//! `steps` is what Helm does (Flux has its rules), `argo` what Argo CD does.
//!
//! Not modelled: `--no-hooks`, `--cleanup-on-fail`, `--force`, releases that Helm 3 made and whose hooks have no
//! `before-hook-creation` (there a left-over object is an error), a rollback that itself fails; of Argo CD selective syncs,
//! `Replace`, `Force` and `ApplyOutOfSyncOnly`, options of the Application, self-healing, automatic retries.

mod accepted;
mod argo;
mod changes;
pub mod cluster;
pub mod code;
pub mod explore;
mod fresh;
pub mod lines;
mod live;
pub mod plan;
mod required;
pub mod rules;
pub mod split;
pub mod steps;
mod told;
mod wants;
mod words;

use std::collections::{BTreeMap, BTreeSet};

pub use accepted::accept;

use crate::model::{Chart, ChartObject, Deployer, Finding, Notice, NoticeKind};
use cluster::World;
use code::Code;
use required::Sides;

/// The findings of an upgrade from `old` to `new`, the worst first, and what was cut. `code` is what is known of
/// the code that runs in the pods.
pub fn findings(deployer: Deployer, old: &Chart, new: &Chart, code: Option<&Code<'_>>) -> (Vec<Finding>, Vec<Notice>) {
    let sides = code.map(|code| Sides::new(old, new, code));
    let (mut found, cut) = since(deployer, &old.objects, &new.objects, sides);
    found.extend(code.iter().flat_map(|code| code::check(new, code)));
    found.sort_by_cached_key(|finding| (finding.known, finding.rule.level, finding.rule.id, finding.locations.clone()));
    let notice = cut.then(|| Notice {
        kind: NoticeKind::LimitReached,
        file: None,
        line: None,
        detail: format!("more than {} states can be reached; the rest was not looked at", explore::MAX_STATES),
    });
    (found, notice.into_iter().collect())
}

/// The findings of an upgrade, those marked that the old objects had already, and whether not all states were looked at.
fn since(
    deployer: Deployer,
    old: &[ChartObject],
    new: &[ChartObject],
    sides: Option<Sides<'_>>,
) -> (Vec<Finding>, bool) {
    let (old, new) = (steps::view(deployer, old), steps::view(deployer, new));
    let (mut found, cut) = of(&World::of(deployer, &old, &new), sides);
    let (before, _) = of(&World::of(deployer, &old, &old), sides.map(Sides::before));
    let mut known: BTreeMap<&str, BTreeSet<&String>> = BTreeMap::new();
    for finding in &before {
        known.entry(finding.rule.id).or_default().extend(&finding.subjects);
    }
    for finding in &mut found {
        let known = known.get(finding.rule.id);
        finding.known = known.is_some_and(|known| finding.subjects.iter().all(|subject| known.contains(subject)));
    }
    (found, cut)
}

/// The findings of two lists of objects that Helm releases, and whether not all states were looked at.
pub fn of_objects(old: &[ChartObject], new: &[ChartObject]) -> (Vec<Finding>, bool) {
    of(&World::new(old, new), None)
}

fn of(world: &World<'_>, sides: Option<Sides<'_>>) -> (Vec<Finding>, bool) {
    let explored = explore::explore(world);
    let (mut out, told) = live::check(world, &explored);
    fresh::check(world, &explored, &mut out);
    changes::check(world, &explored, &told, &mut out);
    if let Some(sides) = sides {
        required::check(world, &explored, sides, &mut out);
    }
    (out, explored.cut)
}
