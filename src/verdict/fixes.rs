//! What would make the deciding reads unnecessary: arguments that calls in the application could give.

use crate::model::{Passed, Read, Scan};

/// How many calls a proposal names.
const NAMED_CALLS: usize = 3;

/// Proposals, one for each reader that asks only where an argument is missing.
pub fn propose(scan: &Scan, decisive: &[usize]) -> Vec<String> {
    let mut fixes: Vec<String> = decisive.iter().filter_map(|id| argument(scan, scan.reads.get(*id)?)).collect();
    fixes.sort();
    fixes.dedup();
    fixes
}

fn argument(scan: &Scan, read: &Read) -> Option<String> {
    let parameter = read.condition.as_deref()?;
    let missing: Vec<&Passed> = read.passed.iter().filter(|call| !call.given).collect();
    let named = missing.iter().take(NAMED_CALLS);
    let place = |call: &&Passed| format!("{}:{}", scan.sources.shown(call.place.file), call.place.span.line);
    let mut places: Vec<String> = named.map(place).collect();
    places.dedup();
    let more = missing.len().saturating_sub(NAMED_CALLS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!places.is_empty()).then(|| format!("pass {parameter} explicitly at {}{more}", places.join(", ")))
}
