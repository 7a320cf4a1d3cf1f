//! Stage 1, discover: which files there are, and whose they are.
