//! Stage 3, link: facts → reads with provenance.
