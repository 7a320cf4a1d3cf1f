//! The JSON Schema of `--format json`, generated from its types.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};

use super::json::Document;
use super::words::Coded;

/// The schema, as pretty JSON.
pub fn schema() -> String {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<Document<'static>>();
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}

/// A code of a closed list.
pub fn code<T: Coded>(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": T::CODES })
}

/// A code of a closed list, or null.
pub fn maybe_code<T: Coded>(_: &mut SchemaGenerator) -> Schema {
    let codes: Vec<Option<&str>> = T::CODES.iter().copied().map(Some).chain([None]).collect();
    json_schema!({ "type": ["string", "null"], "enum": codes })
}
