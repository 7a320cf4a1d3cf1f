//! Reads of variables that a chart sets nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::covers;
use super::evidence::is_unnamed;
use super::index::Index;
use super::reach::Reach;
use super::{ImageRule, Question, place};
use crate::model::{Access, Chart, ContainerId, KeyKind, Read, RootId, Scan};

/// Variables that the runtime, the container engine or Kubernetes itself set.
const ALWAYS: [&str; 8] = ["PATH", "HOME", "HOSTNAME", "PWD", "USER", "LANG", "TERM", "SHELL"];
/// Of services Kubernetes tells host and port.
const SERVICE: [&str; 3] = ["_SERVICE_HOST", "_SERVICE_PORT", "_PORT"];

/// Reads in containers: see [`insisting`].
pub type Made = Vec<(ContainerId, Rc<[usize]>)>;

/// Of the reads that are `made`, those which ask for a name that no scanned container of the chart gets, with the
/// first container in which they are. Nothing if some container may get any name.
pub fn unset(scan: &Scan, chart: &Chart, made: &Made) -> Vec<(usize, ContainerId)> {
    let scanned: BTreeSet<ContainerId> = made.iter().map(|(id, _)| *id).collect();
    let supplied = chart.entries.iter().filter(|entry| scanned.contains(&entry.container));
    let own = scan.sources.images.iter().flat_map(|image| image.env.iter().map(String::as_str));
    let injected = chart.containers.iter().flat_map(|container| container.injected.iter().map(String::as_str));
    let supplied: Vec<&str> = supplied.map(|entry| entry.name.as_str()).chain(own).chain(injected).collect();
    let mut out: BTreeMap<usize, ContainerId> = BTreeMap::new();
    for (id, reads) in made {
        let asked = |number: &usize| scan.reads.get(*number).is_some_and(|read| !is_supplied(read, &supplied));
        for number in reads.iter().copied().filter(asked) {
            out.entry(number).or_insert(*id);
        }
    }
    out.into_iter().collect()
}

/// The scanned containers of a chart, each with the reads of just one name that are reached in it and made for sure.
pub fn insisting(scan: &Scan, chart: &Chart, images: &[ImageRule], bundled: Option<RootId>) -> Made {
    let question = Question { images: images.to_vec(), bundled, ..Question::default() };
    let index = Index::new(scan, &[]);
    let placements = place::place(&index, chart, &question);
    let is_scanned = |placement: &&place::Placement| !placement.roots.is_empty() && !placement.libraries_only;
    let mut known: BTreeMap<&place::Placement, (Reach, Vec<usize>)> = BTreeMap::new();
    let scanned = placements.iter().zip(&chart.containers).enumerate();
    let scanned = scanned.filter(|(_, (placement, _))| is_scanned(placement));
    let made = scanned.map(|(id, (placement, container))| {
        let (reach, reads) = known.entry(placement).or_insert_with(|| {
            let reach = Reach::new(&index, placement);
            let reads = scan.reads.iter().enumerate();
            let made = reads.filter(|(_, read)| insists(read) && reach.chain(read.place.file).is_some());
            let made = made.map(|(number, _)| number).collect();
            (reach, made)
        });
        let named =
            |number: &&usize| scan.reads.get(**number).is_some_and(|read| !is_unnamed(&index, read, reach, container));
        let from_file = |read: &Read| covers::has_a_file(read, container);
        let named = |number: &&usize| named(number) && !scan.reads.get(**number).is_some_and(from_file);
        (id, reads.iter().filter(named).copied().collect())
    });
    made.collect()
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
