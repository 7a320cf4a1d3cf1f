//! Stage 2, python: outline and facts.
