//! [FastAPI's dependencies](https://fastapi.tiangolo.com/tutorial/dependencies/): a parameter whose default, or
//! annotation, is `Depends(f)` is what `f()` gives.

use super::Library;

/// Nothing of it reads: parameters become known.
pub const LIBRARY: Library = Library {
    name: "fastapi",
    injectors: &[
        "fastapi.Depends",
        "fastapi.Security",
        "fastapi.param_functions.Depends",
        "fastapi.param_functions.Security",
        "fastapi.params.Depends",
        "fastapi.params.Security",
    ],
    ..Library::EMPTY
};
