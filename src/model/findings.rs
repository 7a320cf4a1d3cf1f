//! Breaches of release rules.

use super::{Acceptance, ChartPlace};

/// How bad a finding is. Ordered from the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// A release can break something.
    Error,
    /// It may.
    Warning,
    /// Worth knowing.
    Note,
}

/// A rule of releases.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id, in words.
    pub id: &'static str,
    /// How bad a breach is.
    pub level: Level,
    /// What it says, in one line.
    pub summary: &'static str,
    /// Why that is bad.
    pub why: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// Where it is told: documentation, source, reports of the failure.
    pub docs: &'static [&'static str],
}

/// What a line of a trace tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TraceKind {
    /// A step that Helm takes.
    Step,
    /// What is broken then.
    Broken,
    /// Who notices first.
    Noticed,
    /// What a rollback does about it.
    Rollback,
    /// The command that brings it back.
    Command,
}

/// A line of a trace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceLine {
    /// What it tells.
    pub kind: TraceKind,
    /// One sentence, or a command.
    pub text: String,
}

/// A place in one of the two charts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingPlace {
    /// Whether it is in the new chart.
    pub new: bool,
    /// Where.
    pub place: ChartPlace,
}

/// A breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where, the most telling first.
    pub locations: Vec<FindingPlace>,
    /// How it comes to it.
    pub trace: Vec<TraceLine>,
    /// What it is about, for the comparison with what the old chart had already.
    pub subjects: Vec<String>,
    /// Whether the old chart had it already: it does not fail a `diff`.
    pub known: bool,
    /// The acceptance that is about it.
    pub acceptance: Option<Acceptance>,
}

impl Finding {
    /// Why it is accepted, if it is.
    pub fn suppressed(&self) -> Option<&str> {
        self.acceptance.as_ref().filter(|it| it.reopened.is_none()).map(|it| it.reason.as_str())
    }
}

/// A finding that a person accepts, as long as it is about nothing more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AcceptedFinding {
    /// The rule's id.
    pub rule: String,
    /// What it may be about; none: anything.
    pub about: Vec<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, `2026-12-31`.
    pub until: Option<String>,
}
