//! A chart that is deployed several times, with values files of each environment: rendered for each, and one
//! row for what is the same.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Environment, Request, rendered};
use crate::model::{Chart, Conditional, Entry, Failure, Notice};

/// Renders the chart at `path` once, or for each of the environments.
///
/// # Errors
/// If it cannot be rendered for one of them.
pub fn load(path: &Path, request: &Request) -> Result<Chart, Failure> {
    let environments = &request.rendering.environments;
    let mut all: Option<Chart> = None;
    for environment in environments {
        let chart = rendered::load(path, &within(request, environment))
            .map_err(|failure| Failure::new(format!("environment {}: {}", environment.name, failure.message)))?;
        all = Some(joined(all.unwrap_or_default(), chart, &environment.name));
    }
    match all {
        Some(chart) => Ok(chart),
        None => rendered::load(path, request),
    }
}

/// The same request for each of its environments alone; itself if it names none.
pub fn each(request: &Request) -> Vec<Request> {
    let environments = &request.rendering.environments;
    if environments.is_empty() {
        return vec![request.clone()];
    }
    let alone = |environment: &Environment| {
        let mut request = request.clone();
        request.rendering.environments = vec![environment.clone()];
        request
    };
    environments.iter().map(alone).collect()
}

/// What an environment is rendered with.
fn within(request: &Request, environment: &Environment) -> Request {
    let mut request = request.clone();
    request.values.extend(environment.values.iter().cloned());
    request
}

/// Adds what a chart is in one environment to what it is in others.
fn joined(mut all: Chart, one: Chart, environment: &str) -> Chart {
    let mut numbers = Vec::new();
    for container in one.containers {
        let known = all.containers.iter().position(|known| *known == container);
        numbers.push(known.unwrap_or_else(|| {
            all.containers.push(container);
            all.containers.len() - 1
        }));
    }
    for entry in one.entries {
        let container = numbers.get(entry.container).copied().unwrap_or(entry.container);
        let entry = Entry { container, ..entry };
        match all.entries.iter_mut().find(|known| same(known, &entry)) {
            Some(known) => known.environments.push(environment.into()),
            None => all.entries.push(Entry { environments: vec![environment.into()], ..entry }),
        }
    }
    for object in one.objects {
        if !all.objects.contains(&object) {
            all.objects.push(object);
        }
    }
    // In the order of the containers; within one as they came.
    all.entries.sort_by_key(|entry| entry.container);
    let known: BTreeSet<Notice> = all.notices.iter().cloned().collect();
    all.notices.extend(one.notices.into_iter().filter(|notice| !known.contains(notice)));
    // What one environment turns on, is there.
    let first = all.name.is_empty();
    let there = |it: &Conditional| one.conditional.iter().any(|own| own.is_same(it));
    all.conditional.retain(there);
    all.conditional.extend(one.conditional.into_iter().filter(|_| first));
    Chart { name: one.name, version: one.version, hooks: all.hooks.max(one.hooks), ..all }
}

/// Whether two entries are one, wherever they stand.
fn same(a: &Entry, b: &Entry) -> bool {
    (a.container, &a.name, &a.source, &a.uses, &a.also) == (b.container, &b.name, &b.source, &b.uses, &b.also)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_is_one_row() {
        let pod = |env: &str| {
            let text = format!("kind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c, env: [{env}]}}]}}\n");
            super::super::read(&[("p.yaml".into(), text.into_bytes())])
        };
        let all = joined(Chart::default(), pod("{name: A, value: x}, {name: B, value: y}"), "dev");
        let all = joined(all, pod("{name: A, value: x}, {name: B, value: z}, {name: C}"), "prod");
        let rows: Vec<_> = all.entries.iter().map(|it| format!("{} {}", it.name, it.environments.join(","))).collect();
        assert_eq!(rows, ["A dev,prod", "B dev", "B prod", "C prod"]);
        assert_eq!(all.containers.len(), 1);
    }

    #[test]
    fn what_one_environment_turns_on_is_not_conditional() {
        let chart = |lines: &[u32]| {
            let it = |line: &u32| Conditional {
                place: crate::model::ChartPlace { file: "t.yaml".into(), line: *line },
                name: Some("A".into()),
                condition: ".Values.a".into(),
            };
            Chart { name: "c".into(), conditional: lines.iter().map(it).collect(), ..Chart::default() }
        };
        let all = [&[1, 2][..], &[2, 3], &[2]].iter().fold(Chart::default(), |all, one| joined(all, chart(one), "e"));
        assert_eq!(all.conditional.iter().map(|it| it.place.line).collect::<Vec<_>>(), [2]);
    }
}
