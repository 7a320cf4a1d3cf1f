//! Renders charts as Helm does, in this process.
//!
//! ```text
//! chart (files → chart) ─ values (defaults, files, flags, dependencies) ─ template (language) ─ manifest ─ places
//!                                                       functions, format (YAML, JSON) ┘
//! ```
//!
//! The rules are those of Helm 4.2.3; where one is taken over, its source file is named. Texts know where they come from
//! ([`text`]), through functions and back through YAML, so that an entry is told at the line a person would edit.
//! Every loop, text and recursion has a bound; what is not supported is an error that names it.

mod capabilities;
mod chart;
mod files;
mod format;
mod functions;
mod manifest;
mod places;
mod print;
mod render;
mod template;
mod text;
mod value;
mod values;

pub use chart::{About, ChartFile, Files, about, takes};
pub use places::Places;
pub use render::{Options, Override, Refused, Rendered, open, render};
pub use values::Kind as SetKind;
