//! Dependencies that are not the ones in `charts/`: those that stand beside the chart, and those that somebody
//! who asks puts in their place.

use std::path::{Component, Path, PathBuf};

use super::super::functions::{Constraint, Version};
use super::load::{Chart, Names};
use super::metadata::Dependency;
use super::source;
use crate::model::Failure;

/// Charts beside charts beside charts.
const MAX_DEPTH: usize = 8;
/// Charts that one takes in in this way, all of theirs included.
const MAX_TAKEN: usize = 200;

impl Dependency {
    /// The folder that it is taken from by `repository: file://…`, relative to the chart. One that is absolute, or
    /// leads nowhere, is none.
    pub fn beside(&self) -> Option<PathBuf> {
        let path = Path::new(self.repository.strip_prefix("file://")?);
        let relative = |part| matches!(part, Component::Normal(_) | Component::CurDir | Component::ParentDir);
        (path.components().next().is_some() && path.components().all(relative)).then(|| path.to_path_buf())
    }
}

impl Chart {
    /// Takes in the charts beside this folder that are not in `charts/`, as `helm dependency build` would put them
    /// there.
    ///
    /// # Errors
    /// If one of them is there and cannot be read.
    pub fn take_in(&mut self, names: &mut Names, notes: &mut Vec<String>) -> Result<(), Failure> {
        self.within_reach(names, notes, 0, &mut 0)
    }

    fn within_reach(
        &mut self,
        names: &mut Names,
        notes: &mut Vec<String>,
        depth: usize,
        taken: &mut usize,
    ) -> Result<(), Failure> {
        let missing: Vec<(String, PathBuf)> = (self.metadata.dependencies.iter())
            .filter(|dependency| !self.dependencies.iter().any(|inner| inner.metadata.name == dependency.name))
            .filter_map(|dependency| Some((dependency.name.clone(), dependency.beside()?)))
            .collect();
        for (name, path) in missing {
            let folder = Path::new(&self.label).join(path);
            if depth >= MAX_DEPTH || *taken >= MAX_TAKEN || !folder.join("Chart.yaml").is_file() {
                continue;
            }
            *taken += 1;
            let mut chart = Chart::load(source::folder(&folder)?, names)?;
            if chart.metadata.name != name || self.dependencies.iter().any(|inner| inner.metadata.name == name) {
                continue;
            }
            chart.within_reach(names, notes, depth + 1, taken)?;
            notes.push(format!(
                "the dependency `{name}` of {} is not in its charts/: taken from {}, as `helm dependency build` does",
                self.label,
                folder.display()
            ));
            self.dependencies.push(chart);
        }
        Ok(())
    }

    /// Whether it depends on a chart of that name, at any depth.
    pub fn takes(&self, name: &str) -> bool {
        self.metadata.dependencies.iter().any(|dependency| dependency.name == name)
            || self.dependencies.iter().any(|inner| inner.metadata.name == name || inner.takes(name))
    }

    /// Whether it depends on a chart of that name and version, and does not hold it.
    pub fn lacks(&self, other: &Chart) -> bool {
        let version = Version::parse(&other.metadata.version);
        let asked = |dependency: &Dependency| {
            let range = Constraint::parse(&dependency.version).zip(version.as_ref());
            dependency.name == other.metadata.name
                && (dependency.version.is_empty() || range.is_some_and(|(range, version)| range.allows(version)))
        };
        let held = self.dependencies.iter().any(|inner| inner.metadata.name == other.metadata.name);
        !held && self.metadata.dependencies.iter().any(asked)
    }

    /// Puts `other` where it and what it holds depend on a chart of that name, whatever versions they ask for.
    pub fn replace(&mut self, name: &str, other: &Chart, notes: &mut Vec<String>) {
        let given = Version::parse(&other.metadata.version);
        for dependency in self.metadata.dependencies.iter_mut().filter(|dependency| dependency.name == name) {
            let range = Constraint::parse(&dependency.version).zip(given.as_ref());
            if range.is_some_and(|(range, given)| !range.allows(given)) {
                notes.push(format!(
                    "{} asks for version {} of `{name}`, and {} is put there ({})",
                    self.label, dependency.version, other.metadata.version, other.label
                ));
            }
            dependency.version.clone_from(&other.metadata.version);
        }
        let asked = self.metadata.dependencies.iter().any(|dependency| dependency.name == name);
        let before = self.dependencies.len();
        self.dependencies.retain(|inner| inner.metadata.name != name);
        let held = self.dependencies.len() < before;
        for inner in &mut self.dependencies {
            inner.replace(name, other, notes);
        }
        if asked || held {
            self.dependencies.push(other.renamed(name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_beside_is_named_by_a_relative_path() {
        for (repository, path) in [
            ("file://../lib", Some("../lib")),
            ("file://./lib", Some("./lib")),
            ("file:///srv/lib", None),
            ("file://", None),
            ("https://charts.example/lib", None),
        ] {
            let dependency = Dependency { repository: repository.into(), ..Dependency::default() };
            assert_eq!(dependency.beside().as_deref(), path.map(Path::new), "{repository}");
        }
    }
}
