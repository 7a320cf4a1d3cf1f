//! `stripcheck` tells who still reads an env var before it is stripped from a Helm chart.
//!
//! # Architecture
//!
//! The folders are the pipeline, and data flows one way:
//!
//! ```text
//! discover ─ outline ─ facts ─ link ──┐
//!  roots,    imports,   IR of   whole  │
//!  owners    spans      units   program├─ verdict ─ report
//! mentions: names elsewhere ───────────┤
//! chart: load, helm ─ objects ─ entries ┘
//!                  ├ change: of two charts
//!                  └ release: states, findings
//! ```
//!
//! # Code map
//!
//! - [`model`]: the words of the program, plain data that the stages exchange. It imports nothing else of it.
//! - [`files`]: where bytes come from: the disk, or archives and images that stand in it like folders.
//! - [`discover`]: which files there are below the roots, and whose: application, vendored, installed.
//! - [`python`]: the outline of a file (units, imports: one pass over the bytes, no parser), and the facts
//!   of a unit (its statements in an intermediate representation, by tree-sitter).
//! - [`libraries`]: what libraries mean by their names, as data: mappings, readers, settings classes.
//! - [`link`]: one abstract evaluator of the whole program; facts become reads with key, default, outcome
//!   and the chain of calls that led there.
//! - [`scan`]: runs outline, facts and link in rounds of demand, so that few units are parsed.
//! - [`mentions`]: where a chart's names occur although no read was recognised: native libraries, scripts,
//!   configuration, strings.
//! - [`yaml`]: YAML as Helm and Kubernetes read it, with lines.
//! - [`helm`]: renders charts in process: Go's templates, Sprig's functions, Helm's values; texts know the line
//!   of the template or values file that they come from.
//! - [`chart`]: manifests, given or rendered, become containers and their entries.
//! - [`change`]: two charts become what differs: containers paired, then their entries.
//! - [`command`]: what command lines name: modules, files, commands; of containers and of images.
//! - [`git`]: revisions of the repository, by the `git` program, without touching the work tree.
//! - [`verdict`]: reads × entries. `verdict/rows.rs` is the table: the first row that matches decides.
//! - [`release`]: every state that an upgrade can stop in, what is broken there: findings. `release/rules.rs` is the
//!   table of rules.
//! - [`report`]: one value, many renderers: text, JSON, JSON lines, the schema.
//! - [`bundle`]: a scan as a file, and back; several scans as one.
//! - [`run`]: what the commands do, the stages in order; output files and the exit status.
//! - [`cli`], [`settings`], [`progress`]: flags, `stripcheck.toml`, and what a terminal shows meanwhile.
//!
//! # Invariants
//!
//! Most are absences. `tests/tidy.rs` checks which part imports which, who knows a crate, and how long
//! files are; `tests/properties` checks what has to hold for every input.
//!
//! - Bytes of sources are read through [`files::Files`] alone. Besides it only `discover`,
//!   `chart` (`input`, `helm`, `kustomize`, `rendered`), `helm` (a chart's own files), `git` (a temporary folder),
//!   `settings`, and `run` and `cli` at the edge touch the disk or the surroundings. All else is a function of values.
//! - Only `python` sees tree-sitter, only `cli` sees clap, only `yaml` its parser, only `files` archives.
//! - An archive is an index; nothing is unpacked to disk, and its links lead nowhere outside it.
//! - What is in an image sees nothing outside it, and a bundle gives the reads and verdicts of its sources.
//! - `python` knows no library, and `libraries` no syntax; they meet in `link`.
//! - `verdict` sees reads and entries, never code or YAML; `report` decides nothing.
//! - The core neither fails nor panics: it returns values and [`model::Notice`]s of what it could not see.
//!   A [`model::Failure`] arises where the outside is touched or the question makes no sense: exit status 2.
//! - What is not known is never dropped: a key that cannot be resolved is a read of any name or of a pattern.
//! - The facts of a unit depend on its bytes alone: not on the question, the other files or the order.
//! - Output is the same for any number of threads: everything is sorted, no hash map is iterated into it.
//! - No secret value is in any output; no package or fixture is a special case.
//!
//! # Why parsing on demand is sound
//!
//! A unit can matter in two ways only. Either it holds a library's word, as nothing is read without naming a
//! library; the first round asks for these. Or it uses a name that an earlier round found to matter (a
//! wrapper, a settings class, an alias) in a file that can see it through its imports; the further rounds ask
//! for these, until one finds no new name. Methods are called on objects that no name leads to: where a round
//! finds one that reads, what has been looked at so far and calls a method of that name is looked at again.
//! Where a function turns out to be given the environment, or what reads can be made through, after it was evaluated
//! without, its file is looked at again too.
//! What a unit needs to be understood, `link` asks for itself through [`link::Units`]. As facts depend on bytes alone,
//! asking later or for more changes no answer:
//! [`scan::Demand::Everything`] computes all units, and a test compares the reads. A last round that still
//! found something is a notice.
//!
//! # Bounds
//!
//! Programs can be built to blow any analysis up. Every bound is a named constant beside the code that
//! it bounds. Where one is hit, values become less precise, a key at worst any name, or a notice says
//! what was not followed; it never becomes an error.
//!
//! # To add a library
//!
//! 1. `src/libraries/NAME.rs` with a `LIBRARY`: its words, mappings, readers, objects and settings classes, with the
//!    source of each fact. `typer.rs` is a small one; `link/library.rs` says what a row does.
//! 2. A `mod` line and a place in `libraries::ALL`.
//! 3. A folder in `fixtures/cases` whose Python says in `# reads: KEY` comments what is read;
//!    `UPDATE_EXPECT=1 cargo test --test cases` writes its `expected.txt`. Read that before committing.
//!
//! Code is only needed for a new kind of behaviour, as new rules for fields (`libraries::Dialect`).

pub mod bundle;
pub mod change;
pub mod chart;
pub mod cli;
pub mod command;
pub mod discover;
pub mod files;
pub mod git;
pub mod helm;
pub mod libraries;
pub mod link;
pub mod mentions;
pub mod model;
pub mod progress;
pub mod python;
pub mod release;
pub mod report;
pub mod run;
pub mod scan;
pub mod settings;
pub mod verdict;
pub mod yaml;
