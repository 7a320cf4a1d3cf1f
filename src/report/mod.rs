//! The report: one value, many renderers. Renderers decide nothing.
