//! Knowledge about libraries, as data.
