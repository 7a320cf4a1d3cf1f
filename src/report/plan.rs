//! What `plan` says: releases in their order, or what is in the way; as text, and as JSON.

use std::fmt::Write as _;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use super::schema::code;
use super::words::Coded;
use super::{Report, terminal};
use crate::model::*;

/// Readers that are named.
const SHOWN_READERS: usize = 3;
/// Version of the contract of `plan --format json`.
const SCHEMA: &str = "stripcheck-plan/1";

/// A plan, as it is told. New keys may be added; none changes its meaning.
#[derive(Serialize, JsonSchema)]
pub struct Planned<'a> {
    /// Version of this contract.
    schema: &'static str,
    /// Whether nothing is in the way.
    free: bool,
    /// Code that needs what is stripped, to be changed and released first.
    needed: Vec<Needed>,
    /// The charts, each with its releases.
    charts: Vec<ChartPlan<'a>>,
}

/// Variables that code still needs although they are stripped.
#[derive(Serialize, JsonSchema)]
struct Needed {
    names: Vec<String>,
    why: String,
    readers: Vec<Reader>,
}

#[derive(Serialize, JsonSchema)]
struct Reader {
    file: String,
    line: u32,
    /// The argument that makes the read unnecessary, if there is one.
    argument: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct ChartPlan<'a> {
    name: &'a str,
    /// In order; none if nothing differs or nothing is safe.
    releases: Vec<Release<'a>>,
    /// What breaks in each order that was tried, if there is no way.
    blocked: &'a [String],
}

#[derive(Serialize, JsonSchema)]
struct Release<'a> {
    /// From 1 on.
    number: usize,
    #[schemars(schema_with = "code::<Concern>")]
    concern: &'static str,
    about: String,
    changes: Vec<ChangeDto<'a>>,
    /// Commands that show that it arrived.
    verify: &'a [String],
    /// What to do if it stops half-way.
    if_it_stops: &'a [String],
    /// With `--write`: the file.
    patch: Option<&'a str>,
    /// With `--write`: why there is no patch.
    unwritten: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct ChangeDto<'a> {
    /// `Deployment web`
    object: &'a str,
    file: Option<&'a str>,
    line: Option<u32>,
    what: &'a str,
}

/// The JSON Schema of `plan --format json`.
pub fn schema() -> String {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<Planned<'static>>();
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}

impl<'a> Planned<'a> {
    /// What is to be told of the plans of some charts.
    pub fn new(report: &Report<'_>, plans: &'a [(String, Plan)]) -> Self {
        let needed = needed(report);
        let free = needed.is_empty() && plans.iter().all(|(_, plan)| plan.blocked.is_empty());
        let charts = plans.iter().map(|(name, plan)| ChartPlan {
            name,
            releases: plan.releases.iter().enumerate().map(|(at, release)| Release::new(at, release)).collect(),
            blocked: &plan.blocked,
        });
        Planned { schema: SCHEMA, free, needed, charts: charts.collect() }
    }

    /// Whether nothing is in the way.
    pub fn is_free(&self) -> bool {
        self.free
    }

    /// As one JSON object.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// For a person.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if !self.needed.is_empty() {
            text += "FIRST: code still needs what is stripped. Change it, release that, and only then strip the variable.\n";
        }
        for needed in &self.needed {
            let _ = writeln!(text, "  {}: {}", needed.names.join(", "), needed.why);
            for reader in &needed.readers {
                let argument = reader.argument.as_ref();
                let argument = argument.map(|name| format!(", not read if the argument `{name}` is passed"));
                let _ = writeln!(text, "      {}:{}{}", reader.file, reader.line, argument.unwrap_or_default());
            }
        }
        if !self.needed.is_empty() {
            text.push('\n');
        }
        for chart in &self.charts {
            if self.charts.len() > 1 {
                let _ = writeln!(text, "Chart {}", chart.name);
            }
            chart.text(&mut text);
        }
        text
    }
}

impl ChartPlan<'_> {
    fn text(&self, text: &mut String) {
        if !self.blocked.is_empty() {
            *text += "NO WAY in releases of one concern each; in every order something breaks:\n";
            for line in self.blocked {
                let _ = writeln!(text, "  {line}");
            }
            return;
        }
        if self.releases.is_empty() {
            *text += "Nothing differs that a release would change.\n";
        }
        for release in &self.releases {
            let _ = writeln!(text, "RELEASE {} of {}: {}", release.number, self.releases.len(), release.about);
            let changes = release.changes.iter().map(|change| {
                let place = change.file.zip(change.line).map(|(file, line)| format!(" ({file}:{line})"));
                format!("{}{}: {}", change.object, place.unwrap_or_default(), change.what)
            });
            told(text, "change", changes);
            told(text, "patch", release.patch.iter().map(|file| file.to_string()));
            told(text, "no patch", release.unwritten.iter().map(|why| why.to_string()));
            told(text, "verify", release.verify.iter().cloned());
            told(text, "if it stops", release.if_it_stops.iter().cloned());
            text.push('\n');
        }
    }
}

impl<'a> Release<'a> {
    fn new(at: usize, release: &'a PlannedRelease) -> Self {
        let change = |change: &'a PlannedChange| ChangeDto {
            object: &change.object,
            file: change.place.as_ref().map(|place| place.file.as_str()),
            line: change.place.as_ref().map(|place| place.line),
            what: &change.what,
        };
        Release {
            number: at + 1,
            concern: release.concern.code(),
            about: about(release.concern),
            changes: release.changes.iter().map(change).collect(),
            verify: &release.verify,
            if_it_stops: &release.stopped,
            patch: release.patch.as_ref().and_then(|patch| patch.as_deref().ok()),
            unwritten: release.patch.as_ref().and_then(|patch| patch.as_ref().err()).map(String::as_str),
        }
    }
}

fn told(text: &mut String, label: &str, lines: impl Iterator<Item = String>) {
    for (at, line) in lines.enumerate() {
        let _ = writeln!(text, "  {:<12} {line}", if at == 0 { label } else { "" });
    }
}

fn about(concern: Concern) -> String {
    match concern {
        Concern::Keep => "mark what shall become a hook, so that Helm does not delete it".into(),
        Concern::AddKeys => "add and change keys".into(),
        Concern::References => "what the pods refer to, and the rest".into(),
        Concern::Identity => "the identity that hooks run with".into(),
        Concern::RemoveKeys(1) => "remove keys that nothing refers to any more".into(),
        Concern::RemoveKeys(batch) => format!("remove keys that nothing refers to any more, batch {batch}"),
    }
}

/// What still needs a variable that is stripped.
fn needed(report: &Report<'_>) -> Vec<Needed> {
    let needed = report.blocks.iter().filter(|block| block.verdict == Verdict::Unsafe).filter_map(|block| {
        let (row, judgement) = terminal::first(report, block)?;
        row.change.filter(|change| change.kind.strips())?;
        let why = judgement.reasons.first().map(|reason| reason.text.clone()).unwrap_or_default();
        let reads = judgement.reads.iter().take(judgement.decisive.min(SHOWN_READERS));
        let readers = reads.filter_map(|read| report.content.scan.reads.get(*read)).map(|read| Reader {
            file: report.path(read.place.file),
            line: read.place.span.line,
            argument: read.condition.clone(),
        });
        Some(Needed { names: block.names.clone(), why, readers: readers.collect() })
    });
    needed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_what_the_schema_says() {
        let schema: serde_json::Value = serde_json::from_str(&schema()).expect("schema is JSON");
        let validator = jsonschema::validator_for(&schema).expect("schema is a schema");
        let place = ChartPlace { file: "c.yaml".into(), line: 1 };
        let change = PlannedChange { object: "Secret a".into(), place: Some(place), what: "without K".into() };
        let release = |concern, patch| PlannedRelease {
            concern,
            changes: vec![change.clone()],
            verify: vec!["kubectl get".into()],
            stopped: vec![],
            patch,
        };
        let plan = Plan {
            releases: vec![
                release(Concern::References, Some(Ok("1.patch".into()))),
                release(Concern::RemoveKeys(2), Some(Err("why".into()))),
            ],
            blocked: vec![],
        };
        let plans = [("web".to_string(), plan)];
        let scan = Scan::default();
        let report = Report::new(super::super::Content::new("plan", &scan));
        let told = Planned::new(&report, &plans);
        let document: serde_json::Value = serde_json::from_str(&told.json()).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
        assert_eq!(document["charts"][0]["releases"][1]["concern"], "remove-keys");
        assert_eq!(document["charts"][0]["releases"][0]["patch"], "1.patch");
        assert!(told.text().contains("no patch     why"));
    }
}
