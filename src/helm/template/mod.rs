//! Go's template language.

mod ast;
mod exec;
mod fields;
mod lexer;
mod parser;
mod syntax;

pub use exec::{Engine, Fault, MAX_TEXT};
pub use syntax::integer;
