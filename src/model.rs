//! The words of the program, shared by all stages: plain data, no behaviour beyond what follows
//! from the data itself. Lines and columns are 1-based, columns count UTF-8 bytes, ends are
//! exclusive. Paths inside a root are relative to it and use `/`.

mod accepted;
mod changes;
mod chart;
mod failure;
mod findings;
mod objects;
mod plan;
mod reads;
mod sources;
mod verdicts;

pub use accepted::*;
pub use changes::*;
pub use chart::*;
pub use failure::*;
pub use findings::*;
pub use objects::*;
pub use plan::*;
pub use reads::*;
pub use sources::*;
pub use verdicts::*;
