//! Bounds of the analysis that are hit where no linker is at hand: kept until the linker, which knows
//! on behalf of which file, asks for them. Each thread that links has its own.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::Linker;
use super::calls::Substitution;
use super::scope::Frame;
use super::substitution::MAX_SUBSTITUTIONS;
use super::value::Value;

thread_local! {
    static HIT: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
}

/// Notes that a bound was hit: a sentence for a person.
pub fn hit(detail: &'static str) {
    HIT.with_borrow_mut(|hit| hit.insert(detail));
}

/// The bounds that were hit since this was last asked.
pub fn take() -> BTreeSet<&'static str> {
    HIT.take()
}

/// How many followed calls are remembered, lest memory grow with the program.
pub const MAX_REMEMBERED: usize = 10_000;

/// How deep evaluations may nest (a call evaluating its callee first, and so on) before a callee is
/// taken as unknown.
const MAX_DEPTH: usize = 120;

/// How many more are substituted in names alone, and how many of them in one.
const MAX_NAMES: usize = 10_000;
const MAX_NAME: usize = 50;

/// What has been spent on behalf of a unit.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    /// Calls that were followed.
    pub steps: usize,
    /// Values that were substituted.
    pub substitutions: usize,
    /// The same in names of reads, after that.
    pub names: usize,
    /// Calls that were followed since they hand the environment on.
    pub handed: usize,
}

impl Linker<'_> {
    /// Does what must not use up what finds other reads: afterwards it counts as nothing.
    pub(super) fn for_nothing<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.spent;
        let done = work(self);
        self.spent = Spent { handed: self.spent.handed, ..before };
        done
    }

    /// Does what must not depend on what was followed before: it has bounds to itself.
    pub(super) fn on_its_own<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::take(&mut self.spent);
        let done = work(self);
        self.spent = before;
        done
    }

    /// Does what must not depend on who asks for it first.
    pub(super) fn for_anybody<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let substituting = std::mem::take(&mut self.substituting);
        let done = self.on_its_own(work);
        self.substituting = substituting;
        done
    }

    /// Notes the bounds that have been hit on behalf of the current file.
    pub(super) fn take_limits(&mut self) {
        for detail in take() {
            self.limit_reached(detail);
        }
    }

    /// Notes that a bound was hit on behalf of the current file.
    pub(super) fn limit_reached(&mut self, detail: &'static str) {
        let file = self.behalf();
        self.limits.entry(file).or_default().insert(detail);
    }

    /// Whether evaluations nest too deep to go on.
    pub(super) fn too_deep(&mut self) -> bool {
        let deep = self.depth > MAX_DEPTH;
        if deep {
            self.limit_reached("calls and definitions nest too deep: some were not followed");
        }
        deep
    }

    /// A read's name with symbols replaced. What a caller names is to be known also where much else has been
    /// substituted before.
    pub(super) fn substitute_name(&mut self, frame: &mut Frame, name: &Value, with: &Substitution) -> Value {
        let spent = self.spent.substitutions;
        if spent < MAX_SUBSTITUTIONS || self.spent.names > MAX_NAMES {
            return self.substitute(frame, name, with);
        }
        self.spent.substitutions = MAX_SUBSTITUTIONS - MAX_NAME;
        let name = self.substitute(frame, name, with);
        self.spent.names += self.spent.substitutions + MAX_NAME - MAX_SUBSTITUTIONS;
        self.spent.substitutions = spent;
        name
    }
}
