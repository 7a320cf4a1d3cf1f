//! Stage 2, python: outline and facts. Only this folder sees tree-sitter.

pub mod facts;
pub mod imports;
pub mod ir;
mod lexer;
pub mod outline;
pub mod text;
pub mod words;
