//! How the entries of two charts differ.

use super::{Chart, ChartPlace, Conditional, Container, Entry};

/// How an entry differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// It is gone.
    Removed,
    /// The same source has another name.
    Renamed,
    /// It is the same name from another source, or with another value.
    Changed,
    /// It went from `env` to `envFrom`, or back.
    Moved,
    /// It is new.
    Added,
    /// It is in both, and the same.
    Kept,
}

impl ChangeKind {
    /// Whether the name that is judged no longer arrives.
    pub fn strips(self) -> bool {
        matches!(self, ChangeKind::Removed | ChangeKind::Renamed)
    }
}

/// A particular of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    /// The workload, and so the container, is gone.
    ContainerGone,
    /// The workload or container is new.
    ContainerNew,
    /// The object of its `envFrom` is still used, but no longer has the key.
    KeyVanished,
    /// Kind, object or key of the source differ.
    Source,
    /// The literal value differs.
    Literal,
    /// `optional: true` was added.
    BecameOptional,
    /// `optional: true` was taken away.
    BecameRequired,
    /// The object is in the new chart, and does not have the key.
    Unprovided,
    /// The object was in the old chart, and is not in the new one.
    ObjectGone,
}

/// An entry that differs. What it was and is stands in full, so that it can be told without the charts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryChange {
    /// How.
    pub kind: ChangeKind,
    /// In the old chart; `None` if added.
    pub old: Option<Entry>,
    /// In the new chart; `None` if removed.
    pub new: Option<Entry>,
    /// The container in the old chart; `None` if it is new.
    pub old_container: Option<Container>,
    /// The particulars, sorted.
    pub aspects: Vec<Aspect>,
    /// Whether another value arrives, as far as that can be told: literals or sources differ.
    pub value_changed: bool,
    /// Of what is stripped: where the new chart still has the name, behind a condition that is not met.
    pub behind: Option<Conditional>,
    /// Where in the new chart a person would look: the entry, else the place from which it was taken. `None` if
    /// the container is gone too.
    pub anchor: Option<ChartPlace>,
}

impl EntryChange {
    /// Whether it has a particular.
    pub fn has(&self, aspect: Aspect) -> bool {
        self.aspects.contains(&aspect)
    }
}

/// A workload or container that has another name, is new, or gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerChange {
    /// Added, removed or renamed.
    pub kind: ChangeKind,
    /// In the old chart.
    pub old: Option<Container>,
    /// In the new chart.
    pub new: Option<Container>,
}

/// A change of a chart: both sides with all their entries and containers, and what differs.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The chart before.
    pub old: Chart,
    /// The chart after.
    pub new: Chart,
    /// Containers that are not on both sides by the same name, in the order of the charts.
    pub containers: Vec<ContainerChange>,
    /// The entries that differ: by container, in the order of the charts.
    pub entries: Vec<EntryChange>,
    /// What the old chart could set with other values, and the new one cannot.
    pub conditional: Vec<Conditional>,
    /// What is judged: the n-th entry is that of the n-th change, in the container as it will run. An entry that
    /// is stripped stands there as it was, with what still uses its name and may still bring it.
    pub subject: Chart,
}
