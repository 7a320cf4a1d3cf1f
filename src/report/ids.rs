//! Ids that come from content alone, so that they stay the same between runs and machines.

use std::collections::HashMap;

use super::words::Coded;
use crate::model::{Chart, Entry, Scan};

/// FNV-1a with 64 bits: <http://www.isthe.com/chongo/tech/comp/fnv/>.
fn fnv1a(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Gives out ids; equal content gets a running number.
#[derive(Default)]
struct Ids {
    given: HashMap<u64, usize>,
}

impl Ids {
    fn id(&mut self, parts: &[&str]) -> String {
        let first = fnv1a(parts);
        let seen = self.given.entry(first).or_insert(0);
        *seen += 1;
        match *seen {
            1 => format!("{first:016x}"),
            again => format!("{:016x}", fnv1a(&[&format!("{first:016x}"), &again.to_string()])),
        }
    }
}

/// An id for each root: its label, numbered if two roots have the same.
pub fn roots(scan: &Scan) -> Vec<String> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let roots = scan.sources.roots.iter();
    roots
        .map(|root| {
            let count = seen.entry(&root.label).or_insert(0);
            *count += 1;
            if *count == 1 { root.label.clone() } else { format!("{}#{count}", root.label) }
        })
        .collect()
}

/// An id for each read: from where it stands (not its line, which moves) and what it reads.
pub fn reads(scan: &Scan) -> Vec<String> {
    let roots = roots(scan);
    let mut ids = Ids::default();
    let reads = scan.reads.iter();
    reads
        .map(|read| {
            let file = scan.sources.files.get(read.place.file);
            let root = file.and_then(|file| roots.get(file.root)).map_or("", String::as_str);
            let path = file.map_or("", |file| &file.path);
            let function = read.function.as_deref().unwrap_or("");
            ids.id(&["read", root, path, function, &read.key.text, &read.reader, read.access.code()])
        })
        .collect()
}

/// An id for each entry: from its container and its name.
pub fn entries(chart: &Chart) -> Vec<String> {
    let mut ids = Ids::default();
    let mut id = |entry: &Entry| {
        let container = chart.containers.get(entry.container);
        let parts = container.map(|container| {
            let workload = &container.workload;
            let namespace = workload.namespace.as_deref().unwrap_or("");
            let init = if container.init { "init" } else { "" };
            [workload.kind.as_str(), namespace, &workload.name, init, &container.name]
        });
        let mut all = vec!["entry", entry.name.as_str()];
        all.extend(parts.into_iter().flatten());
        ids.id(&all)
    };
    chart.entries.iter().map(&mut id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_content_gets_different_ids_and_the_same_ones_again() {
        let run = || {
            let mut ids = Ids::default();
            [&["a", "b"][..], &["ab"], &["a", "b"], &["a", "b"]].map(|parts| ids.id(parts))
        };
        let found = run();
        let distinct: std::collections::BTreeSet<&String> = found.iter().collect();
        assert_eq!((distinct.len(), run()), (4, found.clone()));
        // The published test vector of FNV-1a for "a" followed by our separator differs; the empty
        // input is the offset basis.
        assert_eq!(fnv1a(&[]), 0xcbf2_9ce4_8422_2325);
    }
}
