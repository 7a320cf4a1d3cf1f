//! Which dependencies are on, under which names, and what parents import from them (Helm,
//! `pkg/chart/v2/util/dependencies.go`).

use super::super::chart::{Chart, Dependency};
use super::super::functions::{Constraint, Version};
use super::super::value::{Key, Map, MapRef, Value};
use super::coalesce::{coalesce, copy, tables};

/// Settles all dependencies of a chart in place. Gives what a person should know.
pub fn process(chart: &mut Chart, values: &MapRef) -> Result<Vec<String>, String> {
    let mut notes = Vec::new();
    enabled(chart, values, "", &mut notes)?;
    imports(chart)?;
    Ok(notes)
}

fn fits(dependency: &Dependency, chart: &Chart) -> bool {
    let version = Version::parse(&chart.metadata.version);
    let range = Constraint::parse(&dependency.version);
    chart.metadata.name == dependency.name
        && (dependency.version.is_empty() || range.zip(version).is_some_and(|(range, version)| range.allows(&version)))
}

fn enabled(chart: &mut Chart, values: &MapRef, path: &str, notes: &mut Vec<String>) -> Result<(), String> {
    if chart.metadata.dependencies.is_empty() {
        return Ok(());
    }
    let wanted = &chart.metadata.dependencies;
    let mut charts: Vec<Chart> = Vec::new();
    for inner in &chart.dependencies {
        if !wanted.iter().any(|dependency| fits(dependency, inner)) {
            charts.push(inner.clone());
        }
    }
    let mut missing = Vec::new();
    for dependency in wanted {
        match chart.dependencies.iter().find(|inner| fits(dependency, inner)) {
            Some(inner) if dependency.alias.is_empty() => charts.push(inner.clone()),
            Some(inner) => charts.push(inner.renamed(&dependency.alias)),
            None => {
                let other = chart.dependencies.iter().find(|inner| inner.metadata.name == dependency.name);
                match other {
                    // Helm takes it all the same.
                    Some(other) => notes.push(format!(
                        "charts/ holds version {} of the dependency `{}`, and {} is asked for",
                        other.metadata.version, dependency.name, dependency.version
                    )),
                    None => missing.push(dependency.clone()),
                }
            }
        }
    }
    chart.dependencies = charts;
    for dependency in &mut chart.metadata.dependencies {
        dependency.enabled = true;
        if !dependency.alias.is_empty() {
            dependency.name = dependency.alias.clone();
        }
    }
    let all = coalesce(chart, values, false)?;
    for dependency in &mut chart.metadata.dependencies {
        switch(dependency, &all, path, notes);
    }
    let off: Vec<String> =
        chart.metadata.dependencies.iter().filter(|it| !it.enabled).map(|it| it.name.clone()).collect();
    for dependency in missing {
        let name = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
        if off.contains(name) {
            continue;
        }
        return Err(format!(
            "the dependency `{}` is missing: it is not in charts/; run `helm dependency build {}` first",
            dependency.name, chart.label
        ));
    }
    chart.dependencies.retain(|inner| !off.contains(&inner.metadata.name));
    chart.metadata.dependencies.retain(|dependency| dependency.enabled);
    for inner in &mut chart.dependencies {
        let path = format!("{path}{}.", inner.metadata.name);
        enabled(inner, &all, &path, notes)?;
    }
    Ok(())
}

/// The value at a path with dots.
fn at(values: &MapRef, path: &str) -> Option<Value> {
    let mut value = Value::Map(values.clone());
    for part in path.split('.') {
        value = value.as_map()?.get(part)?;
    }
    Some(value)
}

/// Turns a dependency on or off: first its tags, then the first condition that has a value.
fn switch(dependency: &mut Dependency, values: &MapRef, path: &str, notes: &mut Vec<String>) {
    if let Some(Value::Map(tags)) = values.get("tags") {
        let told: Vec<bool> = (dependency.tags.iter())
            .filter_map(|tag| match tags.get(tag) {
                Some(Value::Bool(on)) => Some(on),
                _ => None,
            })
            .collect();
        dependency.enabled = told.is_empty() || told.contains(&true);
    }
    for condition in dependency.condition.trim().split(',').filter(|condition| !condition.is_empty()) {
        match at(values, &format!("{path}{}", condition.trim())) {
            Some(Value::Bool(on)) => {
                dependency.enabled = on;
                break;
            }
            Some(other) if !other.is_nil() && other.as_map().is_none() => notes.push(format!(
                "the condition `{condition}` of the dependency `{}` is no boolean but a {}: Helm ignores it",
                dependency.name,
                other.kind_name()
            )),
            _ => {}
        }
    }
}

/// What parents import, from the innermost charts outwards.
fn imports(chart: &mut Chart) -> Result<(), String> {
    for inner in &mut chart.dependencies {
        imports(inner)?;
    }
    if chart.metadata.dependencies.is_empty() {
        return Ok(());
    }
    let all = coalesce(chart, &Map::plain([]), true)?;
    let taken = Map::plain([]);
    for dependency in &chart.metadata.dependencies {
        for import in &dependency.imports {
            let Some(Value::Map(found)) = at(&all, &format!("{}.{}", dependency.name, import.child)) else { continue };
            let mut under = copy(&Value::Map(found));
            if import.parent != "." {
                for part in import.parent.rsplit('.') {
                    under = Value::map([(Key::from(part), under)]);
                }
            }
            if let Value::Map(under) = under {
                tables(&taken, &under, true);
            }
        }
    }
    tables(&all, &taken, true);
    chart.values = all;
    Ok(())
}
