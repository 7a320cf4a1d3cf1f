//! YAML as Helm and Kubernetes read it: nodes that know their lines, scalars of YAML 1.1.

mod compose;
mod node;
mod scalar;
mod text;

pub use compose::compose;
pub use node::{Key, Node, Value};
pub use scalar::{Kind, based, integer, resolve};

pub use text::{Piece, checked, decode, pieces};

/// Something wrong in a text, at a line of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: u32,
    /// A sentence for a person.
    pub detail: String,
}
