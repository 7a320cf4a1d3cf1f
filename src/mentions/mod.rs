//! Mentions: the entries' names in every file where no read was recognised.

use std::collections::BTreeSet;

use crate::model::{Mention, Notice, Read, Sources};

/// Searches every file of `sources` for `names`.
pub fn find(_sources: &Sources, _names: &BTreeSet<String>, _reads: &[Read]) -> (Vec<Mention>, Vec<Notice>) {
    (Vec::new(), Vec::new())
}
