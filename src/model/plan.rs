//! From one chart to another in several releases.

use super::ChartPlace;

/// What a release is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Concern {
    /// Objects that shall become hooks are marked to be kept.
    Keep,
    /// Keys are added or changed.
    AddKeys,
    /// What pods refer to changes, and all that has no other concern.
    References,
    /// The identity that hooks run with changes.
    Identity,
    /// Keys that nothing refers to are removed; the number of the batch.
    RemoveKeys(usize),
}

/// What a release changes in an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedChange {
    /// `Deployment web`
    pub object: String,
    /// Where it is made: in the new chart if it is there.
    pub place: Option<ChartPlace>,
    /// What changes.
    pub what: String,
}

/// One release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRelease {
    /// What it is about.
    pub concern: Concern,
    /// The objects that it changes, and what changes in them.
    pub changes: Vec<PlannedChange>,
    /// Commands that show that it arrived.
    pub verify: Vec<String>,
    /// What to do if it stops half-way.
    pub stopped: Vec<String>,
    /// If patches were asked for: the file with this one, or why there is none.
    pub patch: Option<Result<String, String>>,
}

/// A sequence of releases, or what is in the way of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The releases, in order; none if nothing differs or nothing is safe.
    pub releases: Vec<PlannedRelease>,
    /// What breaks in each order that was tried: the errors of the releases that were not safe.
    pub blocked: Vec<String>,
}
