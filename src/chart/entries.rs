//! Supplies → entries: one for each name of a container, the winning one; the others are what would
//! still arrive if it went.

use std::collections::BTreeMap;

use super::env::Supply;
use super::notice;
use super::pods::Found;
use super::suppliers::Suppliers;
use super::uses::{self, Used};
use crate::helm::Places;
use crate::model::{ChartPlace, ContainerId, Entry, Notice, SourceKind};

/// The entries of one container, in the order in which the container gets them, and what it uses although
/// nothing supplies it.
pub fn entries(
    found: &Found<'_>,
    id: ContainerId,
    supplies: Vec<Supply>,
    suppliers: &Suppliers<'_>,
    places: Option<&Places>,
    notices: &mut Vec<Notice>,
) -> (Vec<Entry>, BTreeMap<String, Vec<String>>) {
    let Used { supplies: mut uses, unsupplied } = uses::uses(found, &supplies, suppliers);
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, supply) in supplies.iter().enumerate().filter(|(_, supply)| !supply.open) {
        by_name.entry(&supply.name).or_default().push(index);
    }
    // For each winner, what it overrides.
    let mut losers: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for indexes in by_name.values() {
        let Some((&winner, beaten)) = indexes.split_last() else {
            continue;
        };
        let also = beaten.iter().map(|&index| sentence(found.file, &supplies[index])).collect();
        losers.insert(winner, also);
        let items = indexes.iter().map(|&index| &supplies[index]);
        let lines: Vec<_> = items.filter(|it| it.source.kind != SourceKind::EnvFrom).map(|it| it.line).collect();
        if let [earlier @ .., last] = &*lines
            && !earlier.is_empty()
        {
            let detail = format!(
                "{} stands {} times in one `env` list; the last item counts, and to remove one of them by a strategic merge patch (Helm 3, kubectl apply) can remove all ({})",
                supplies[winner].name,
                lines.len(),
                found.label()
            );
            notices.push(notice(found.file, *last, detail));
        }
    }
    let winners = supplies.into_iter().enumerate();
    let winners = winners.filter(|(index, supply)| supply.open || losers.contains_key(index));
    let winners: Vec<_> = winners.collect();
    if let Some(places) = places {
        let made = |(_, it): &&(usize, Supply)| places.placeholder(found.file, it.line, it.last);
        let names: Vec<&str> = winners.iter().filter(made).map(|(_, supply)| supply.name.as_str()).collect();
        if let Some((_, first)) = winners.iter().find(|winner| made(winner)) {
            let detail = format!(
                "{} ({}): depends on something random or on the time, for which a fixed placeholder stands",
                names.join(", "),
                found.label()
            );
            notices.push(notice(found.file, first.line, detail));
        }
    }
    let entry = |(index, supply): (usize, Supply)| Entry {
        container: id,
        location: places
            .and_then(|places| origin(places, found.file, &supply))
            .unwrap_or_else(|| ChartPlace { file: found.file.into(), line: supply.line }),
        rendered: places.map(|_| ChartPlace { file: found.file.into(), line: supply.line }),
        environments: Vec::new(),
        source: supply.source,
        uses: uses.remove(&index).unwrap_or_default(),
        also: losers.remove(&index).unwrap_or_default(),
        name: supply.name,
    };
    (winners.into_iter().map(entry).collect(), unsupplied)
}

/// The line of a template or of values that a supply was rendered from.
fn origin(places: &Places, file: &str, supply: &Supply) -> Option<ChartPlace> {
    let named = supply.named.as_ref().and_then(|spot| places.find(&spot.file, spot.line, spot.column, spot.len));
    named.or_else(|| places.line(file, supply.line))
}

/// A supply as a person would look for it.
fn sentence(file: &str, supply: &Supply) -> String {
    let place = format!("{file}:{}", supply.line);
    match (&supply.source.object, &supply.source.key) {
        (Some(object), Some(key)) if supply.source.kind == SourceKind::EnvFrom => {
            format!("envFrom {} {} key {key} ({place})", object.kind, object.name)
        }
        _ => format!("an earlier env item of the same name ({place})"),
    }
}
