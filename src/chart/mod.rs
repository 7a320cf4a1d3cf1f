//! The chart stage: manifests → Kubernetes objects → entries.

use std::path::PathBuf;

use crate::model::{Chart, Failure};

/// Where a chart comes from.
#[derive(Debug, Clone)]
pub enum Input {
    /// Rendered manifests on standard input.
    Stdin,
    /// A file or folder.
    Path(PathBuf),
}

/// What to load and how to render it.
#[derive(Debug, Clone)]
pub struct Request {
    /// Where from.
    pub input: Input,
    /// `-f`
    pub values: Vec<PathBuf>,
    /// `--set`
    pub set: Vec<String>,
    /// `--set-string`
    pub set_string: Vec<String>,
    /// `--namespace`
    pub namespace: Option<String>,
    /// The release name.
    pub release: Option<String>,
}

/// Loads a chart.
pub fn load(_request: &Request) -> Result<Chart, Failure> {
    Ok(Chart::default())
}
