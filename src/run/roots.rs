//! What the job's paths mean: its chart, its image rules, and which files are the chart's own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Job;
use crate::model::{Chart, Conditional, Failure, FileId, RootId, Sources};
use crate::verdict::{self, ImageRule};
use crate::{chart, discover};

/// The chart that was given, or the only one that is found.
///
/// # Errors
/// If none or several are found.
pub fn chart_input(job: &Job) -> Result<chart::Input, Failure> {
    if let Some(input) = &job.chart {
        return Ok(input.clone());
    }
    let found = discover::charts(&job.sources.cwd);
    match found.as_slice() {
        [chart] => Ok(chart::Input::Path(chart.clone())),
        [] => Err(Failure::new(
            "no chart found below the current folder: pass --chart PATH (a chart, rendered YAML, or - for stdin)",
        )),
        several => {
            let names: Vec<String> = several.iter().map(|chart| chart.display().to_string()).collect();
            Err(Failure::new(format!("several charts found: pass one with --chart: {}", names.join(", "))))
        }
    }
}

/// That there is an entry for every asked name.
///
/// # Errors
/// If not, with the nearest names.
pub fn require_entries(chart: &Chart, names: &[String]) -> Result<(), Failure> {
    let missing = verdict::nearest(chart, names);
    if missing.is_empty() {
        return Ok(());
    }
    let said: Vec<String> = missing
        .iter()
        .map(|(name, near)| match near.as_slice() {
            [] => name.clone(),
            near => format!("{name} (did you mean {}?)", near.join(" or ")),
        })
        .collect();
    let hint = match chart.entries.len() {
        0 => "it sets no variable at all".into(),
        _ if missing.iter().all(|(_, near)| !near.is_empty()) => String::new(),
        all => format!("`stripcheck entries` lists the {all} that it sets"),
    };
    let could = chart.conditional.iter().find(|it| missing.iter().any(|(name, _)| it.name.as_ref() == Some(name)));
    let hint = match could {
        Some(Conditional { place, condition, .. }) => {
            let (file, line) = (&place.file, place.line);
            format!("it could be set at {file}:{line}, behind `{condition}`: give values that turn it on (-f, --set)")
        }
        None => hint,
    };
    let hint = if hint.is_empty() { hint } else { format!("; {hint}") };
    Err(Failure::new(format!("no entry of {} is named {}{hint}", chart.name, said.join(", "))))
}

/// The image rules, with the scanned roots that their paths mean: a root that is the path or lies
/// in it (an environment's site-packages).
///
/// # Errors
/// If a path means no root.
pub fn image_rules(job: &Job, roots: &[PathBuf]) -> Result<Vec<ImageRule>, Failure> {
    let canonical = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let roots: Vec<PathBuf> = roots.iter().map(|root| canonical(&job.sources.cwd.join(root))).collect();
    let mut rules = Vec::new();
    for (pattern, paths) in &job.images {
        let mut meant: BTreeSet<RootId> = BTreeSet::new();
        for path in paths {
            let wanted = canonical(&job.sources.cwd.join(path));
            let exact: Vec<RootId> = (0..roots.len()).filter(|id| roots.get(*id) == Some(&wanted)).collect();
            let inside = (0..roots.len()).filter(|id| roots.get(*id).is_some_and(|root| root.starts_with(&wanted)));
            let found = if exact.is_empty() { inside.collect() } else { exact };
            if found.is_empty() {
                let path = path.display();
                return Err(Failure::new(format!(
                    "--image {pattern}={path}: {path} is not among the scanned roots: pass it with --app or --vendored too"
                )));
            }
            meant.extend(found);
        }
        rules.push(ImageRule { pattern: pattern.clone(), roots: meant.into_iter().collect() });
    }
    Ok(rules)
}

/// Whether a file of the sources belongs to a chart: that a chart names a variable is why it is
/// asked about, and no sign of a reader. Scripts inside a chart may read it and do count.
pub fn is_of_a_chart(sources: &Sources, id: FileId, input: &chart::Input, values: &[PathBuf]) -> bool {
    let Some(file) = sources.files.get(id) else { return false };
    let manifest = ["yaml", "yml", "tpl", "json", "txt", "md"];
    let extension = Path::new(&*file.path).extension().and_then(|extension| extension.to_str());
    if !extension.is_some_and(|extension| manifest.contains(&extension)) {
        return false;
    }
    let path = sources.path(id);
    let same = |given: &Path| match (std::fs::canonicalize(given), std::fs::canonicalize(&path)) {
        (Ok(given), Ok(path)) => path.starts_with(given),
        _ => false,
    };
    let given = match input {
        chart::Input::Path(given) => same(given),
        chart::Input::Stdin => false,
    };
    let mut folders = Path::new(&*file.path).ancestors().skip(1);
    given || values.iter().any(|values| same(values)) || folders.any(|folder| holds_a_chart(sources, file.root, folder))
}

fn holds_a_chart(sources: &Sources, root: RootId, folder: &Path) -> bool {
    let wanted = folder.join("Chart.yaml");
    let wanted = wanted.to_string_lossy();
    // Files are sorted by root, then path.
    let found = sources.files.binary_search_by(|file| (file.root, &*file.path).cmp(&(root, &*wanted)));
    found.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Root, RootKind, SourceFile};

    #[test]
    fn the_manifests_of_a_chart_are_no_readers() {
        let mut sources = Sources::default();
        sources.roots.push(Root { kind: RootKind::Application, path: "/none".into(), label: ".".into(), image: None });
        let paths =
            ["a/Chart.yaml", "a/files/run.sh", "a/templates/d.yaml", "a/values.yaml", "b/config.yaml", "main.py"];
        for path in paths {
            let file = SourceFile { root: 0, path: path.into(), owner: 0, python: false, size: 1 };
            sources.files.push(file);
        }
        let of_chart = |id: &usize| is_of_a_chart(&sources, *id, &chart::Input::Stdin, &[]);
        assert_eq!((0..paths.len()).filter(of_chart).collect::<Vec<_>>(), [0, 2, 3]);
    }
}
