//! The standard library's [`os`](https://docs.python.org/3/library/os.html#os.environ).

use super::{Library, Reader, argument};

const fn getenv(name: &'static str) -> Reader<'static> {
    Reader { name, default: Some(argument(1, "default")), ..Reader::PLAIN }
}

/// `os.environ` and the functions beside it. The mapping's methods are the evaluator's own.
pub const LIBRARY: Library = Library {
    name: "os",
    words: &["environ", "environb", "getenv", "getenvb", "expandvars"],
    mappings: &["os.environ", "os.environb", "posix.environ", "nt.environ"],
    readers: &[getenv("os.getenv"), getenv("os.getenvb")],
    ..Library::EMPTY
};
