//! The standard library's [`os`](https://docs.python.org/3/library/os.html#os.environ).

use super::{Library, Reader};
use crate::model::{Access, Outcome};

const fn getenv(name: &'static str) -> Reader {
    Reader {
        name,
        key: (0, "key"),
        default: Some((1, "default")),
        absent: Outcome::None,
        exception: "",
        access: Access::Get,
    }
}

/// `os.environ` and the functions beside it. The mapping's methods are the evaluator's own.
pub const LIBRARY: Library = Library {
    name: "os",
    words: &["environ", "environb", "getenv", "getenvb", "expandvars"],
    mappings: &["os.environ", "os.environb", "posix.environ", "nt.environ"],
    readers: &[getenv("os.getenv"), getenv("os.getenvb")],
    settings: &[],
    declarations: &[],
};
