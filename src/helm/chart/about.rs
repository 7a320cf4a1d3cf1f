//! What a chart says about itself, without rendering it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::load::Chart;
use super::metadata::{self, Metadata};
use super::source;
use crate::model::Failure;

/// What a chart says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Its name.
    pub name: String,
    /// Whether it renders nothing by itself.
    pub library: bool,
    /// The charts beside it that it takes in (`repository: file://…`), relative to it.
    pub beside: Vec<PathBuf>,
}

/// Reads what the chart at `path`, a folder or packed, says about itself.
///
/// # Errors
/// If it is none, or cannot be read.
pub fn about(path: &Path) -> Result<About, Failure> {
    let label = path.display();
    let fail = |file: &str, why: &dyn std::fmt::Display| Failure::new(format!("{label}{file}: {why}"));
    let metadata = if path.is_dir() {
        let text = |file: &str| std::fs::read_to_string(path.join(file));
        let description = text("Chart.yaml").map_err(|error| fail("/Chart.yaml", &error))?;
        metadata::read(&description, text("requirements.yaml").ok().as_deref())
            .map_err(|(line, why)| fail("/Chart.yaml", &format!("line {line}: {why}")))?
    } else {
        let bytes = std::fs::read(path).map_err(|error| fail("", &error))?;
        Chart::load(source::archive(&label.to_string(), &bytes)?, &mut Vec::new())?.metadata
    };
    Ok(About { beside: beside(&metadata), library: metadata.library, name: metadata.name })
}

/// Whether the chart at `path` depends on a chart of that name, at any depth.
///
/// # Errors
/// If it is none, or cannot be read.
pub fn takes(path: &Path, name: &str) -> Result<bool, Failure> {
    let label = path.display().to_string();
    let files = match path.is_dir() {
        true => source::folder(path)?,
        false => {
            let bytes = std::fs::read(path).map_err(|error| Failure::new(format!("{label}: {error}")))?;
            source::archive(&label, &bytes)?
        }
    };
    let mut chart = Chart::load(files, &mut Vec::new())?;
    chart.take_in(&mut Vec::new(), &mut Vec::new())?;
    Ok(chart.takes(name))
}

fn beside(metadata: &Metadata) -> Vec<PathBuf> {
    let paths = metadata.dependencies.iter().filter_map(|dependency| dependency.beside());
    paths.collect::<BTreeSet<_>>().into_iter().collect()
}
