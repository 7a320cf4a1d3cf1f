//! Values: defaults of charts, files, `--set`, and how they are merged.

mod coalesce;
mod dependencies;
mod set;

pub use coalesce::{coalesce, overlay};
pub use dependencies::process;
pub use set::{Kind, set};
