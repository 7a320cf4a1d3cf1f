//! Reads of variables that a chart sets nowhere.

use std::collections::BTreeMap;

use super::evidence::is_unnamed;
use super::index::Index;
use super::reach::Reach;
use super::{ImageRule, Question, place};
use crate::model::{Access, Chart, ContainerId, KeyKind, Read, RootId, Scan};

/// Variables that the runtime, the container engine or Kubernetes itself set.
const ALWAYS: [&str; 8] = ["PATH", "HOME", "HOSTNAME", "PWD", "USER", "LANG", "TERM", "SHELL"];
/// Of services Kubernetes tells host and port.
const SERVICE: [&str; 3] = ["_SERVICE_HOST", "_SERVICE_PORT", "_PORT"];

/// The reads that are reached in a scanned container and ask for just one name which no scanned container of
/// the chart gets, with the first such container. Nothing if some container may get any name.
pub fn unset(scan: &Scan, chart: &Chart, images: &[ImageRule], bundled: Option<RootId>) -> Vec<(usize, ContainerId)> {
    let question = Question { images: images.to_vec(), bundled, ..Question::default() };
    let index = Index::new(scan, &[]);
    let placements = place::place(&index, chart, &question);
    let is_scanned = |id: ContainerId| {
        placements.get(id).is_some_and(|placement| !placement.roots.is_empty() && !placement.libraries_only)
    };
    let supplied: Vec<&str> =
        chart.entries.iter().filter(|entry| is_scanned(entry.container)).map(|entry| entry.name.as_str()).collect();
    let own = scan.sources.images.iter().flat_map(|image| image.env.iter().map(String::as_str));
    let supplied: Vec<&str> = supplied.into_iter().chain(own).collect();
    let mut reaches: BTreeMap<&place::Placement, Reach> = BTreeMap::new();
    let mut out: BTreeMap<usize, ContainerId> = BTreeMap::new();
    for (id, placement) in placements.iter().enumerate().filter(|(id, _)| is_scanned(*id)) {
        if reaches.contains_key(placement) {
            continue;
        }
        let reach = reaches.entry(placement).or_insert_with(|| Reach::new(&index, placement));
        let Some(container) = chart.containers.get(id) else { continue };
        for (number, read) in scan.reads.iter().enumerate() {
            let reached = || reach.chain(read.place.file).is_some() && !is_unnamed(&index, read, reach, container);
            if insists(read) && !is_supplied(read, &supplied) && reached() {
                out.entry(number).or_insert(id);
            }
        }
    }
    out.into_iter().collect()
}

/// Whether the read is made for sure, and for just one name.
fn insists(read: &Read) -> bool {
    let made = read.settings.as_ref().is_none_or(|field| field.constructed);
    let asks = matches!(read.access, Access::Item | Access::Get | Access::Field);
    read.key.kind == KeyKind::Exact && asks && made && !read.explained && read.condition.is_none()
}

fn is_supplied(read: &Read, supplied: &[&str]) -> bool {
    let name = read.key.text.as_str();
    let always = ALWAYS.contains(&name) || name.starts_with("KUBERNETES_");
    let service = SERVICE.iter().any(|end| name.ends_with(end));
    let is_name = |entry: &&str| match entry.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None if read.key.case_sensitive => *entry == name,
        None => entry.eq_ignore_ascii_case(name),
    };
    always || service || supplied.iter().any(is_name)
}
