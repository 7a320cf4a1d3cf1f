//! A chart's files → what Helm makes of them.

mod about;
mod beside;
mod ignored;
mod load;
mod metadata;
mod source;

pub use about::{About, about, takes};
pub use load::{Chart, values};
pub use metadata::Dependency;
pub use source::{ChartFile, Files, archive, folder};
