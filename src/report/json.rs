//! `--format json`: the contract for machines, with types of its own. New keys may be added; none
//! changes its meaning.

mod convert;

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

pub use convert::{entry, read};

use super::schema::{code, maybe_code};
use super::{Format, Report};
use crate::model::*;

/// The format.
pub const FORMAT: Format = Format { name: "json", summary: "one JSON object (see `stripcheck schema`)", write };

/// Version of the contract.
pub const SCHEMA: &str = "stripcheck/1";

fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Document::from(report))?;
    writeln!(out)
}

/// A report of stripcheck.
#[derive(Serialize, JsonSchema)]
pub struct Document<'a> {
    /// Version of this contract.
    schema: &'static str,
    /// What wrote it.
    tool: Tool,
    /// `check`, `diff`, `reads`, `entries` or `explain`.
    command: &'static str,
    /// Whether a part of the input failed.
    incomplete: bool,
    /// The charts.
    chart: Vec<ChartDto<'a>>,
    /// How many there are.
    summary: SummaryDto,
    /// The entries asked for.
    pub entries: Vec<EntryDto<'a>>,
    /// `reads`: all; otherwise those that an entry points to.
    pub reads: Vec<ReadDto<'a>>,
    /// What templates could set with other values than those given: items of `env` in branches that were not
    /// taken. For `diff`: what the old chart could set and the new one cannot.
    conditional: Vec<ConditionalDto<'a>>,
    /// Breaches of release rules.
    findings: Vec<FindingDto<'a>>,
    /// What was looked at.
    coverage: Coverage<'a>,
}

#[derive(Serialize, JsonSchema)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// A chart as it was rendered.
#[derive(Serialize, JsonSchema)]
struct ChartDto<'a> {
    name: &'a str,
    version: Option<&'a str>,
    release: Option<&'a str>,
    environment: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct SummaryDto {
    entries: usize,
    r#unsafe: usize,
    review: usize,
    safe: usize,
    /// Of those that are not safe, the accepted ones.
    suppressed: usize,
    findings: usize,
    /// Reads that the scan found, also those that no entry points to.
    reads: usize,
    blind_spots: usize,
}

/// An env var that a chart gives one container.
#[derive(Serialize, JsonSchema)]
pub struct EntryDto<'a> {
    id: &'a str,
    /// The variable; `PREFIX*` for an `envFrom` whose object is not in the input.
    name: &'a str,
    /// The chart that the container is of, and the one in it: `web/charts/redis`.
    chart: Option<&'a str>,
    workload: WorkloadDto<'a>,
    container: &'a str,
    init: bool,
    image: Option<&'a str>,
    source: SourceDto<'a>,
    location: ChartPlaceDto<'a>,
    rendered_location: Option<ChartPlaceDto<'a>>,
    environments: Vec<&'a str>,
    /// Of what is stripped: whether the new chart still has it behind a condition that the given values do not meet.
    conditional: bool,
    scanned: ScannedDto<'a>,
    /// For `diff`: how it differs.
    #[schemars(schema_with = "maybe_code::<ChangeKind>")]
    change: Option<&'static str>,
    /// What it was, unless it is new.
    old: Option<OldDto<'a>>,
    /// Whether another value arrives, as far as that can be told.
    value_changed: bool,
    #[schemars(schema_with = "maybe_code::<Verdict>")]
    verdict: Option<&'static str>,
    /// The deciding one first.
    reasons: Vec<ReasonDto<'a>>,
    /// Ids of `reads`, most telling first.
    reads: Vec<&'a str>,
    covers: Vec<&'a str>,
    mentions: Vec<MentionDto<'a>>,
    fixes: Vec<&'a str>,
    /// Why the answer is accepted, if it is.
    suppressed: Option<&'a str>,
}

/// An item of `env` in a branch of a template that was not taken.
#[derive(Serialize, JsonSchema)]
struct ConditionalDto<'a> {
    /// The variable, if its name is spelled out there.
    name: Option<&'a str>,
    location: ChartPlaceDto<'a>,
    /// As it stands in the template.
    condition: &'a str,
}

/// An entry of the old chart.
#[derive(Serialize, JsonSchema)]
struct OldDto<'a> {
    name: &'a str,
    workload: Option<WorkloadDto<'a>>,
    container: Option<&'a str>,
    source: SourceDto<'a>,
    location: ChartPlaceDto<'a>,
}

#[derive(Serialize, JsonSchema)]
struct WorkloadDto<'a> {
    kind: &'a str,
    name: &'a str,
    namespace: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct SourceDto<'a> {
    #[schemars(schema_with = "code::<SourceKind>")]
    kind: &'static str,
    object: Option<ObjectDto<'a>>,
    key: Option<&'a str>,
    optional: bool,
    /// The literal value, only with `--show-values`, never of a Secret.
    value: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct ObjectDto<'a> {
    kind: &'a str,
    name: &'a str,
}

#[derive(Serialize, JsonSchema)]
struct ChartPlaceDto<'a> {
    file: &'a str,
    line: u32,
}

/// Which code is taken to run in the container.
#[derive(Serialize, JsonSchema)]
struct ScannedDto<'a> {
    /// Ids of `coverage.roots`; none: not scanned.
    roots: Vec<&'a str>,
    assumed: bool,
}

#[derive(Serialize, JsonSchema)]
struct ReasonDto<'a> {
    #[schemars(schema_with = "code::<ReasonCode>")]
    code: &'static str,
    text: &'a str,
}

/// The name where no read was recognised.
#[derive(Serialize, JsonSchema)]
struct MentionDto<'a> {
    root: &'a str,
    file: &'a str,
    line: Option<u32>,
}

/// A place in code that consults the environment.
#[derive(Serialize, JsonSchema)]
pub struct ReadDto<'a> {
    id: &'a str,
    key: KeyDto<'a>,
    /// An id of `coverage.roots`.
    root: &'a str,
    /// Relative to its root.
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    /// Where the literal stands, if elsewhere.
    given: Option<GivenDto<'a>>,
    function: Option<&'a str>,
    reader: &'a str,
    #[schemars(schema_with = "code::<Access>")]
    access: &'static str,
    absent: AbsentDto<'a>,
    condition: Option<ConditionDto<'a>>,
    #[schemars(schema_with = "code::<Timing>")]
    timing: &'static str,
    #[schemars(schema_with = "code::<Effect>")]
    effect: &'static str,
    owner: OwnerDto<'a>,
    /// To the expression that consults the environment, which is last.
    chain: Vec<StepDto<'a>>,
    /// The import chain from the application, where it can be proved.
    reachable: Option<ReachableDto<'a>>,
    /// An unresolved read of a wrapper whose call sites are all known: they are the reads.
    explained: bool,
}

#[derive(Serialize, JsonSchema)]
struct KeyDto<'a> {
    #[schemars(schema_with = "code::<KeyKind>")]
    kind: &'static str,
    /// `*` is an unknown part; literal `*?[` of a pattern are escaped.
    text: &'a str,
    case_sensitive: bool,
}

#[derive(Serialize, JsonSchema)]
struct GivenDto<'a> {
    file: &'a str,
    line: u32,
}

/// What happens when the variable is gone.
#[derive(Serialize, JsonSchema)]
struct AbsentDto<'a> {
    #[schemars(schema_with = "code::<Outcome>")]
    outcome: &'static str,
    exception: Option<&'a str>,
    /// As Python source.
    default: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct ConditionDto<'a> {
    parameter: &'a str,
    /// Calls in applications that give it, or do not.
    calls: Vec<CallDto<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct CallDto<'a> {
    file: &'a str,
    line: u32,
    given: bool,
}

#[derive(Serialize, JsonSchema)]
struct OwnerDto<'a> {
    #[schemars(schema_with = "code::<RootKind>")]
    kind: &'static str,
    name: &'a str,
    version: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct StepDto<'a> {
    file: &'a str,
    line: u32,
    end_line: u32,
    what: &'a str,
}

#[derive(Serialize, JsonSchema)]
struct ReachableDto<'a> {
    from: &'a str,
    path: Vec<&'a str>,
}

/// A breach of a release rule.
#[derive(Serialize, JsonSchema)]
struct FindingDto<'a> {
    rule: &'a str,
    #[schemars(schema_with = "code::<Level>")]
    level: &'static str,
    message: &'a str,
    /// The most telling first.
    locations: Vec<FindingPlaceDto<'a>>,
    trace: Vec<TraceDto<'a>>,
    /// Whether the old chart had it already, so that it does not fail a `diff`.
    known: bool,
    suppressed: Option<&'a str>,
}

/// A place in one of the two charts.
#[derive(Serialize, JsonSchema)]
struct FindingPlaceDto<'a> {
    /// `old` or `new`.
    chart: &'static str,
    file: &'a str,
    line: u32,
}

/// How it comes to a finding, line by line.
#[derive(Serialize, JsonSchema)]
struct TraceDto<'a> {
    #[schemars(schema_with = "code::<TraceKind>")]
    kind: &'static str,
    text: &'a str,
}

#[derive(Serialize, JsonSchema)]
struct Coverage<'a> {
    roots: Vec<RootDto<'a>>,
    /// Images that were looked into, and bundles that stand by themselves.
    images: Vec<ImageDto<'a>>,
    /// Files of all roots.
    files: usize,
    /// Python files that were looked at.
    outlined: usize,
    /// Python files of which something was parsed.
    parsed: usize,
    blind_spots: Vec<BlindSpotDto<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct RootDto<'a> {
    id: &'a str,
    #[schemars(schema_with = "code::<RootKind>")]
    kind: &'static str,
    path: &'a str,
}

#[derive(Serialize, JsonSchema)]
struct ImageDto<'a> {
    path: &'a str,
    /// The references it is known by.
    names: &'a [String],
    digests: &'a [String],
    /// What in it was taken for the application, and why; empty if nothing was.
    application: &'a str,
}

/// What the scan could not see.
#[derive(Serialize, JsonSchema)]
struct BlindSpotDto<'a> {
    #[schemars(schema_with = "code::<NoticeKind>")]
    kind: &'static str,
    file: Option<&'a str>,
    line: Option<u32>,
    detail: &'a str,
}
