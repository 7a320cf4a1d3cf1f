//! [pydantic 1](https://docs.pydantic.dev/1.10/usage/settings/) `BaseSettings` and
//! [pydantic-settings 2](https://docs.pydantic.dev/latest/concepts/pydantic_settings/).

use super::{Dialect, Library, SettingsBase};

/// Fields of subclasses are variables.
pub const LIBRARY: Library = Library {
    name: "pydantic",
    words: &["BaseSettings"],
    settings: &[
        SettingsBase {
            names: &[
                "pydantic.BaseSettings",
                "pydantic.env_settings.BaseSettings",
                "pydantic.v1.BaseSettings",
                "pydantic.v1.env_settings.BaseSettings",
            ],
            dialect: Dialect::PydanticV1,
        },
        SettingsBase {
            names: &["pydantic_settings.BaseSettings", "pydantic_settings.main.BaseSettings"],
            dialect: Dialect::PydanticV2,
        },
    ],
    declarations: &[
        "pydantic.AliasChoices",
        "pydantic.AliasGenerator",
        "pydantic.AliasPath",
        "pydantic.BaseModel",
        "pydantic.ConfigDict",
        "pydantic.Field",
        "pydantic.aliases.AliasChoices",
        "pydantic.aliases.AliasGenerator",
        "pydantic.aliases.AliasPath",
        "pydantic.config.ConfigDict",
        "pydantic.create_model",
        "pydantic.fields.Field",
        "pydantic.main.BaseModel",
        "pydantic.main.create_model",
        "pydantic.v1.BaseModel",
        "pydantic.v1.Field",
        "pydantic.v1.create_model",
        "pydantic.v1.fields.Field",
        "pydantic.v1.main.BaseModel",
        "pydantic.v1.main.create_model",
        "pydantic_settings.SettingsConfigDict",
        "pydantic_settings.main.SettingsConfigDict",
    ],
    ..Library::EMPTY
};
