//! `--format sarif`: [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), for code
//! scanning services.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::points::{Point, points};
use super::words::Coded;
use super::{Format, Report};

/// The format.
pub const FORMAT: Format = Format { name: "sarif", summary: "SARIF 2.1.0, for code scanning", write };

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let points = points(report);
    let mut rules: BTreeMap<&str, &str> = BTreeMap::new();
    for point in &points {
        rules.entry(&point.rule).or_insert(&point.title);
    }
    let ids: Vec<&str> = rules.keys().copied().collect();
    let described: Vec<Value> = ids.iter().map(|id| described(id, report)).collect();
    let results: Vec<Value> = points.iter().map(|point| result(point, &ids)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": described,
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{ "executionSuccessful": !report.content.incomplete }],
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn described(id: &str, report: &Report<'_>) -> Value {
    let mut findings = report.content.findings.iter().map(|finding| finding.rule);
    match findings.find(|rule| rule.id == id) {
        Some(rule) => json!({
            "id": id,
            "name": id,
            "shortDescription": { "text": rule.summary },
            "fullDescription": { "text": rule.why },
            "help": { "text": rule.remedy },
        }),
        None => {
            let text = format!("An environment variable of a chart: {}", id.replace('-', " "));
            json!({ "id": id, "name": id, "shortDescription": { "text": text } })
        }
    }
}

fn result(point: &Point, ids: &[&str]) -> Value {
    let locations: Vec<Value> = point.places.iter().map(|(file, line)| location(file, *line, None)).collect();
    let reads: Vec<Value> =
        point.reads.iter().map(|(file, line, what)| location(file, Some(*line), Some(what))).collect();
    let mut result = json!({
        "ruleId": point.rule,
        "ruleIndex": ids.iter().position(|id| *id == point.rule),
        "level": point.level.code(),
        "message": { "text": format!("{}: {}", point.title, point.message) },
        "locations": locations,
        "relatedLocations": reads,
        "partialFingerprints": { "stripcheck/v1": point.id },
    });
    if let (Some(reason), Some(fields)) = (&point.suppressed, result.as_object_mut()) {
        let suppression = json!([{ "kind": "external", "status": "accepted", "justification": reason }]);
        fields.insert("suppressions".into(), suppression);
    }
    result
}

fn location(file: &str, line: Option<u32>, message: Option<&str>) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(file) } });
    if let (Some(line), Some(fields)) = (line, physical.as_object_mut()) {
        fields.insert("region".into(), json!({ "startLine": line }));
    }
    let mut location = json!({ "physicalLocation": physical });
    if let (Some(message), Some(fields)) = (message, location.as_object_mut()) {
        fields.insert("message".into(), json!({ "text": message }));
    }
    location
}

/// A path as a relative reference ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-4.2)).
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=@".contains(&byte);
    let path = path.strip_prefix("./").unwrap_or(path);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_become_references() {
        for (path, expected) in
            [("./a b/c.yaml", "a%20b/c.yaml"), ("<stdin>", "%3Cstdin%3E"), ("a:b/ü", "a%3Ab/%C3%BC")]
        {
            assert_eq!(super::uri(path), expected);
        }
    }
}
