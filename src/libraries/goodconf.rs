//! [goodconf](https://pypi.org/project/goodconf): a settings class on pydantic-settings; facts from
//! `goodconf/__init__.py` of 6.0.0 (`class GoodConf(BaseSettings)`).

use super::{Dialect, Library, SettingsBase};

/// Where goodconf itself is scanned, its code tells.
pub const LIBRARY: Library = Library {
    name: "goodconf",
    words: &["GoodConf"],
    settings: &[SettingsBase { names: &["goodconf.GoodConf"], dialect: Dialect::PydanticV2 }],
    only_if_absent: true,
    ..Library::EMPTY
};
