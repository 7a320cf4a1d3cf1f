//! A chart's files → what Helm makes of them.

mod ignored;
mod load;
mod metadata;
mod source;

pub use load::{Chart, values};
pub use metadata::Dependency;
pub use source::{ChartFile, Files, archive, folder};
