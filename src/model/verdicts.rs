//! Verdicts with their reasons.

use super::{FileId, RootId};

/// The answer for one entry. Ordered from the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Something still needs it.
    Unsafe,
    /// A person has to look.
    Review,
    /// Nothing found reads it.
    Safe,
}

/// Why a verdict is what it is. A closed list: the codes are part of the JSON contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonCode {
    /// Row 1: the container's image is not one the scanned code is for.
    NotScanned,
    /// Row 2: the container's own command, args or env use it.
    UsedByContainer,
    /// Row 2: the runtime itself (interpreter, libc, OpenSSL …) reads it.
    Runtime,
    /// Row 3: the same name still arrives from elsewhere.
    ValueChanges,
    /// Row 4: every reader falls back to the very literal the chart sets.
    DefaultEquals,
    /// Row 5: a reached reader with an exact key.
    Read,
    /// Row 5: a reached settings field.
    SettingsField,
    /// Row 5: a reached reader with an anchored pattern.
    AnchoredPattern,
    /// Row 6: only readers that no entry point reaches.
    UnreachedRead,
    /// Row 6: a settings class that is never constructed.
    NeverConstructed,
    /// Row 6: a pattern too weak to tell.
    WeakPattern,
    /// Row 6: an unresolved key in reached application code could mean it.
    AnyRead,
    /// Row 6: the name occurs where no read was recognised.
    Mentioned,
    /// Row 6: only tests or examples read it.
    TestsOnly,
    /// Row 6: an `envFrom` whose object is not in the input, so that its names are not known.
    UnknownNames,
    /// Row 7: every reader has another supply of the value.
    Covered,
    /// Row 8: nothing reads or mentions it.
    NoReader,
    /// Of a change: the container is gone, and what could read it with it.
    ContainerGone,
    /// Of a change: an object of the chart should have the key that feeds it, and does not.
    Unprovided,
    /// Of a change: only the code before the change reads it.
    ReadRemoved,
    /// Of a change: it became optional, and can be missing from then on.
    MayBeMissing,
    /// Of a change: it still arrives, and nothing tells that the difference can be felt.
    StillSet,
}

/// A reason, for machines and for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// For machines.
    pub code: ReasonCode,
    /// One sentence for people.
    pub text: String,
}

/// An entry with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Index into [`Chart::entries`].
    pub entry: usize,
    /// The answer.
    pub verdict: Verdict,
    /// Why, the deciding reason first.
    pub reasons: Vec<Reason>,
    /// Indexes into [`Scan::reads`]: the readers, most telling first.
    pub reads: Vec<usize>,
    /// How many of the first `reads` the verdict rests on; the others are weaker signs.
    pub decisive: usize,
    /// For the readers that do not need it: what else they take the value from.
    pub covers: Vec<String>,
    /// What would make the deciding reads unnecessary, where that is known.
    pub fixes: Vec<String>,
    /// Indexes into the mentions given to the judge.
    pub mentions: Vec<usize>,
    /// The roots whose code is taken to run in the container.
    pub roots: Vec<RootId>,
    /// Whether that is an assumption.
    pub assumed: bool,
    /// For a read of `reads` (same order): the import chain from the application to its module,
    /// `None` if nothing proves that it is reached.
    pub reached: Vec<Option<Vec<FileId>>>,
}
