//! Where the keys of Secrets and ConfigMaps are named.

use super::objects::Object;
use crate::helm::Places;
use crate::model::{ChartPlace, Produced};
use crate::yaml::Node;

/// A key of an object, or of the Secret that is named beside it.
struct Spot<'a> {
    object: &'a str,
    key: &'a str,
    line: u32,
    column: u32,
}

/// Fills in where a person would edit each key that is made.
pub fn fill(object: &Object<'_>, places: Option<&Places>, produced: &mut [Produced]) {
    let file = object.document.file;
    for spot in spots(object) {
        let named = |it: &&mut Produced| spot.object.is_empty() || it.object.name == spot.object;
        for made in produced.iter_mut().filter(named).filter(|made| made.keys.contains_key(spot.key)) {
            let rendered = || ChartPlace { file: file.into(), line: spot.line };
            let edited = places.and_then(|places| places.find(file, spot.line, spot.column, spot.key.len()));
            made.places.insert(spot.key.into(), edited.unwrap_or_else(rendered));
        }
    }
}

fn spots<'a>(object: &'a Object<'_>) -> Vec<Spot<'a>> {
    let node = object.node;
    let mut out = Vec::new();
    let maps: [&[&str]; 6] = [
        &["data"],
        &["binaryData"],
        &["stringData"],
        &["spec", "encryptedData"],
        &["spec", "template", "data"],
        &["spec", "target", "template", "data"],
    ];
    for pairs in maps.iter().filter_map(|path| node.at(path)?.map()) {
        out.extend(pairs.iter().map(|(key, _)| Spot {
            object: "",
            key: &key.text,
            line: key.line,
            column: key.column,
        }));
    }
    let mut items = |object: &'a str, list: Option<&'a Node>, field: &str| {
        for item in list.and_then(Node::list).unwrap_or_default() {
            let Some((named, key)) = item.get(field).and_then(|named| Some((named, named.scalar()?))) else { continue };
            out.push(Spot { object, key, line: named.line, column: named.column });
        }
    };
    items("", node.at(&["spec", "data"]), "secretKey");
    for synced in node.at(&["spec", "secretObjects"]).and_then(Node::list).unwrap_or_default() {
        items(synced.scalar_at("secretName").unwrap_or_default(), synced.get("data"), "key");
    }
    out
}
