//! Which entries a question is about.

use super::matching::glob;
use crate::model::{Chart, Entry};

/// The entries that `names` ask for, in the chart's order; all if no name is given. A name that no
/// entry has may still come from an `envFrom` whose keys are not known (`PREFIX*`).
pub fn asked(chart: &Chart, names: &[String]) -> Vec<usize> {
    let entries = chart.entries.iter().enumerate();
    let wanted = |entry: &Entry| {
        names.is_empty()
            || names.iter().any(|name| match chart.entries.iter().any(|e| e.name == *name) {
                true => entry.name == *name,
                false => entry.name.ends_with('*') && glob(&entry.name, name, true),
            })
    };
    entries.filter(|(_, entry)| wanted(entry)).map(|(id, _)| id).collect()
}

/// The names of `names` that no entry can be, each with the nearest names that there are.
pub fn nearest(chart: &Chart, names: &[String]) -> Vec<(String, Vec<String>)> {
    let missing = names.iter().filter(|name| asked(chart, std::slice::from_ref(name)).is_empty());
    missing.map(|name| (name.clone(), similar(chart, name))).collect()
}

/// How many suggestions a person can take in.
const SUGGESTIONS: usize = 3;

fn similar(chart: &Chart, name: &str) -> Vec<String> {
    let mut known: Vec<(usize, &str)> = chart
        .entries
        .iter()
        .map(|entry| (distance(&entry.name.to_ascii_uppercase(), &name.to_ascii_uppercase()), entry.name.as_str()))
        // A third of the letters wrong is no typing error any more; a name inside the other may be
        // a forgotten prefix.
        .filter(|(distance, known)| {
            *distance <= name.len().div_ceil(3) || known.contains(name) || (known.len() > 3 && name.contains(known))
        })
        .collect();
    known.sort();
    known.dedup();
    known.into_iter().take(SUGGESTIONS).map(|(_, known)| known.into()).collect()
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, (cb, above)) in b.iter().zip(row.windows(2)).enumerate() {
            let [diagonal, up] = above else { continue };
            let left = next.get(j).copied().unwrap_or(usize::MAX - 1);
            next.push((diagonal + usize::from(ca != *cb)).min(up + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::tests::World;

    #[test]
    fn names_ask_for_entries() {
        let chart = World::new().entries(&["A", "B", "C_*"]).chart;
        for (names, expected) in [
            (vec![], vec![0, 1, 2]),
            (vec!["B"], vec![1]),
            (vec!["C_X"], vec![2]),
            (vec!["C_*"], vec![2]),
            (vec!["D"], vec![]),
        ] {
            let names: Vec<String> = names.into_iter().map(String::from).collect();
            assert_eq!(asked(&chart, &names), expected, "{names:?}");
        }
    }

    #[test]
    fn unknown_names_get_suggestions() {
        let chart = World::new().entries(&["API_TOKEN", "API_KEY", "PORT"]).chart;
        for (name, expected) in [
            ("API_TOKN", "API_TOKEN"),
            ("api_token", "API_TOKEN"),
            ("ACME_API_KEY", "API_KEY"),
            ("TOKEN", "API_TOKEN"),
            ("ZZZZZZ", ""),
        ] {
            let found = nearest(&chart, &[name.to_string()]);
            assert_eq!(found.first().map(|(_, near)| near.first().map_or("", |name| name)), Some(expected), "{name}");
        }
        assert_eq!(nearest(&chart, &["PORT".into()]), []);
    }
}
