//! The `stripcheck` binary.
fn main() {}
