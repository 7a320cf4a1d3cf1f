//! Bounds of the analysis that are hit where no linker is at hand: kept until the linker, which knows
//! on behalf of which file, asks for them. Each thread that links has its own.

use std::cell::RefCell;
use std::collections::BTreeSet;

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
