//! Texts for machines: YAML as Helm writes and reads it, JSON, TOML.

pub mod json;
pub mod read;
mod scalar;
pub mod write;
