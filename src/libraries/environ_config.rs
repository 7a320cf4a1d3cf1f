//! [environ-config](https://environ-config.readthedocs.io/en/stable/): classes decorated with `environ.config`, whose
//! fields `environ.var()` are `PREFIX_GROUP_FIELD`; facts from `environ/_environ_config.py` of 26.1.0 (`config`,
//! `_default_getter`, `_to_config_recurse`). `link/declared.rs` does it.

use super::Library;

/// The word is the module's, and django-environ's too.
pub const LIBRARY: Library = Library {
    name: "environ_config",
    words: &["environ"],
    declarations: &["environ.bool_var", "environ.config", "environ.group", "environ.var"],
    modules: &["environ._environ_config"],
    ..Library::EMPTY
};
