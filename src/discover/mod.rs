//! Stage 1, discover: which files there are, and whose they are.

use std::path::{Path, PathBuf};

use crate::model::{Failure, Sources};

/// What to look at.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Application roots; empty: find them.
    pub app: Vec<PathBuf>,
    /// Vendored and installed roots; empty: find them.
    pub vendored: Vec<PathBuf>,
    /// The current folder.
    pub cwd: PathBuf,
    /// `VIRTUAL_ENV`
    pub virtual_env: Option<PathBuf>,
}

/// Finds all files.
pub fn discover(_request: &Request) -> Result<Sources, Failure> {
    Ok(Sources::default())
}

/// Finds the charts below the current folder.
pub fn charts(_cwd: &Path) -> Vec<PathBuf> {
    Vec::new()
}
