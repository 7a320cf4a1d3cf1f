//! `stripcheck` tells who still reads an env var before it is stripped from a Helm chart.
//!
//! # Architecture
//!
//! The folders are the pipeline, and data flows one way:
//!
//! ```text
//! discover ─ outline ─ facts ─ link ─┐
//!  roots,    imports,   IR of   whole │
//!  owners    spans,     units   program├─ verdict ─ report
//!            words                    │
//! chart: load ─ objects ─ entries ────┘
//! ```

pub mod chart;
pub mod cli;
pub mod discover;
pub mod libraries;
pub mod link;
pub mod mentions;
pub mod model;
pub mod progress;
pub mod python;
pub mod report;
pub mod run;
pub mod scan;
pub mod settings;
pub mod verdict;
