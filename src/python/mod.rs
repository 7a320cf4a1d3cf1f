//! Stage 2, python: outline and facts. Only this folder sees tree-sitter.

mod blocks;
pub mod facts;
pub mod imports;
pub mod ir;
mod lexer;
pub mod outline;
pub mod text;
pub mod words;
