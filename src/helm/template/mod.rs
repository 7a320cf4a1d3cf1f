//! Go's template language.

mod ast;
mod engine;
mod exec;
mod fields;
mod lexer;
mod parser;
mod skeleton;
mod syntax;
mod untaken;

pub use engine::{Engine, Fault, MAX_TEXT};
pub use syntax::integer;
pub use untaken::conditional;
