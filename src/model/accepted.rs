//! Answers that a person has accepted.

/// An answer that is accepted for one variable of one container, as long as nothing about it gets worse.
/// Versions and lines are left out of it: they change without anything being different.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The variable.
    pub var: String,
    /// The chart; none: any.
    pub chart: Option<String>,
    /// `Deployment/web`; none: any.
    pub workload: Option<String>,
    /// The container; none: any.
    pub container: Option<String>,
    /// The codes of the reasons that were accepted; none: any.
    pub because: Vec<String>,
    /// The readers that were accepted.
    pub readers: Vec<AcceptedReader>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, `2026-12-31`.
    pub until: Option<String>,
}

/// A reader, by what stays the same when code moves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AcceptedReader {
    /// Whose it is, without a version.
    pub owner: String,
    /// Its qualified name.
    pub name: String,
    /// The code of what happens if the variable goes.
    pub effect: String,
}

/// What an acceptance means for an answer now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// Why it was accepted.
    pub reason: String,
    /// The last day.
    pub until: Option<String>,
    /// Why it no longer counts; none: it does.
    pub reopened: Option<String>,
}
