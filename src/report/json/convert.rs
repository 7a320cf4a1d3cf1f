//! From the report to the types of the contract.

use super::*;
use crate::report::words::Coded;
use crate::report::{EntryRow, ReadRow};

impl<'a> From<&'a Report<'a>> for Document<'a> {
    fn from(report: &'a Report<'a>) -> Self {
        let content = &report.content;
        let summary = &report.summary;
        Document {
            schema: SCHEMA,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            command: content.command,
            incomplete: content.incomplete,
            chart: match content.charts.as_slice() {
                [] => content.chart.iter().map(|chart| chart_dto(chart, content.release)).collect(),
                charts => charts.iter().map(|chart| chart_dto(chart, content.release)).collect(),
            },
            summary: SummaryDto {
                entries: summary.entries,
                r#unsafe: summary.r#unsafe,
                review: summary.review,
                safe: summary.safe,
                suppressed: summary.suppressed,
                findings: summary.findings,
                reads: summary.reads,
                blind_spots: summary.blind_spots,
            },
            entries: report.entries.iter().map(|row| entry(report, row)).collect(),
            reads: report.reads.iter().map(|row| read(report, row)).collect(),
            conditional: report.conditional.iter().map(|it| conditional(it)).collect(),
            findings: content.findings.iter().map(finding).collect(),
            coverage: coverage(report),
        }
    }
}

fn chart_dto<'a>(chart: &'a Chart, release: Option<&'a str>) -> ChartDto<'a> {
    ChartDto { name: &chart.name, version: chart.version.as_deref(), release, environment: None }
}

fn coverage<'a>(report: &'a Report<'a>) -> Coverage<'a> {
    let scan = report.content.scan;
    let root = |(root, id): (&'a Root, &'a String)| RootDto { id, kind: root.kind.code(), path: &root.label };
    let blind_spot = |notice: &'a Notice| BlindSpotDto {
        kind: notice.kind.code(),
        file: notice.file.as_deref(),
        line: notice.line,
        detail: &notice.detail,
    };
    Coverage {
        roots: scan.sources.roots.iter().zip(&report.root_ids).map(root).collect(),
        images: scan.sources.images.iter().map(image).collect(),
        files: scan.sources.files.len(),
        outlined: scan.outlined,
        parsed: scan.parsed,
        blind_spots: report.blind_spots.iter().map(blind_spot).collect(),
    }
}

fn image(image: &Image) -> ImageDto<'_> {
    ImageDto { path: &image.label, names: &image.names, digests: &image.digests, application: &image.application }
}

fn file<'a>(report: &'a Report<'a>, file: FileId) -> &'a str {
    report.content.scan.sources.files.get(file).map_or("", |file| &file.path)
}

fn root<'a>(report: &'a Report<'a>, file: FileId) -> &'a str {
    let root = report.content.scan.sources.files.get(file).and_then(|file| report.root_ids.get(file.root));
    root.map_or("", String::as_str)
}

/// One entry.
pub fn entry<'a>(report: &'a Report<'a>, row: &'a EntryRow<'a>) -> EntryDto<'a> {
    let (entry, container) = (row.entry, row.container);
    // Of a renamed entry the name that is judged is the old one; what stands in the chart is the new one.
    let shown = row.change.and_then(|change| change.new.as_ref()).unwrap_or(entry);
    let judgement = row.judgement;
    let indexes = |list: fn(&Judgement) -> &[usize]| judgement.map_or(&[][..], list).iter();
    let mention = |mention: &'a Mention| MentionDto {
        root: root(report, mention.file),
        file: file(report, mention.file),
        line: mention.line,
    };
    EntryDto {
        id: &row.id,
        name: &shown.name,
        chart: container.chart.as_deref(),
        workload: workload(container),
        container: &container.name,
        init: container.init,
        image: container.image.as_deref(),
        source: source(report, &shown.source),
        location: place(&shown.location),
        rendered_location: shown.rendered.as_ref().map(place),
        environments: shown.environments.iter().map(String::as_str).collect(),
        conditional: row.change.is_some_and(|change| change.behind.is_some()),
        scanned: ScannedDto {
            roots: indexes(|j| &j.roots).filter_map(|id| report.root_ids.get(*id)).map(String::as_str).collect(),
            assumed: judgement.is_some_and(|judgement| judgement.assumed),
        },
        change: row.change.map(|change| change.kind.code()),
        old: row.change.and_then(|change| old(report, change)),
        value_changed: row.change.is_some_and(|change| change.value_changed),
        verdict: judgement.map(|judgement| judgement.verdict.code()),
        reasons: judgement
            .iter()
            .flat_map(|judgement| &judgement.reasons)
            .map(|reason| ReasonDto { code: reason.code.code(), text: &reason.text })
            .collect(),
        reads: indexes(|j| &j.reads).filter_map(|id| report.read_ids.get(*id)).map(String::as_str).collect(),
        covers: judgement.iter().flat_map(|judgement| &judgement.covers).map(String::as_str).collect(),
        mentions: indexes(|j| &j.mentions).filter_map(|id| report.content.mentions.get(*id)).map(mention).collect(),
        fixes: judgement.iter().flat_map(|judgement| &judgement.fixes).map(String::as_str).collect(),
        suppressed: row.suppressed(),
    }
}

fn old<'a>(report: &'a Report<'a>, change: &'a EntryChange) -> Option<OldDto<'a>> {
    let entry = change.old.as_ref()?;
    Some(OldDto {
        name: &entry.name,
        workload: change.old_container.as_ref().map(workload),
        container: change.old_container.as_ref().map(|container| container.name.as_str()),
        source: source(report, &entry.source),
        location: place(&entry.location),
    })
}

fn workload(container: &Container) -> WorkloadDto<'_> {
    let workload = &container.workload;
    WorkloadDto { kind: &workload.kind, name: &workload.name, namespace: workload.namespace.as_deref() }
}

fn source<'a>(report: &'a Report<'a>, source: &'a EntrySource) -> SourceDto<'a> {
    SourceDto {
        kind: source.kind.code(),
        object: source.object.as_ref().map(|object| ObjectDto { kind: &object.kind, name: &object.name }),
        key: source.key.as_deref(),
        optional: source.optional,
        value: source.literal.as_deref().filter(|_| report.content.show_values),
    }
}

fn place(place: &ChartPlace) -> ChartPlaceDto<'_> {
    ChartPlaceDto { file: &place.file, line: place.line }
}

fn conditional(it: &Conditional) -> ConditionalDto<'_> {
    ConditionalDto { name: it.name.as_deref(), location: place(&it.place), condition: &it.condition }
}

fn finding(finding: &Finding) -> FindingDto<'_> {
    FindingDto {
        rule: finding.rule.id,
        level: finding.rule.level.code(),
        message: &finding.message,
        locations: finding.locations.iter().map(finding_place).collect(),
        trace: finding.trace.iter().map(|line| TraceDto { kind: line.kind.code(), text: &line.text }).collect(),
        known: finding.known,
        suppressed: finding.suppressed(),
    }
}

fn finding_place(at: &FindingPlace) -> FindingPlaceDto<'_> {
    FindingPlaceDto { chart: if at.new { "new" } else { "old" }, file: &at.place.file, line: at.place.line }
}

/// One read.
pub fn read<'a>(report: &'a Report<'a>, row: &'a ReadRow<'a>) -> ReadDto<'a> {
    let read = row.read;
    let span = read.place.span;
    let owner = report.owner(read.place.file);
    let step = |step: &'a Step| StepDto {
        file: file(report, step.place.file),
        line: step.place.span.line,
        end_line: step.place.span.end_line,
        what: &step.what,
    };
    let call =
        |call: &Passed| CallDto { file: file(report, call.place.file), line: call.place.span.line, given: call.given };
    ReadDto {
        id: report.read_ids.get(row.index).map_or("", String::as_str),
        key: KeyDto { kind: read.key.kind.code(), text: &read.key.text, case_sensitive: read.key.case_sensitive },
        root: root(report, read.place.file),
        file: file(report, read.place.file),
        line: span.line,
        column: span.column,
        end_line: span.end_line,
        end_column: span.end_column,
        given: read.given.map(|given| GivenDto { file: file(report, given.file), line: given.span.line }),
        function: read.function.as_deref(),
        reader: &read.reader,
        access: read.access.code(),
        absent: AbsentDto {
            outcome: read.absent.outcome.code(),
            exception: read.absent.exception.as_deref(),
            default: read.absent.default.as_deref(),
        },
        condition: read
            .condition
            .as_deref()
            .map(|parameter| ConditionDto { parameter, calls: read.passed.iter().map(call).collect() }),
        timing: read.timing.code(),
        effect: read.effect().code(),
        owner: OwnerDto {
            kind: owner.map_or(RootKind::Application, |owner| owner.kind).code(),
            name: owner.map_or("", |owner| &owner.name),
            version: owner.and_then(|owner| owner.version.as_deref()),
        },
        chain: read.chain.iter().map(step).collect(),
        reachable: row.reached.as_ref().and_then(|chain| {
            let path: Vec<&str> = chain.iter().map(|id| file(report, *id)).collect();
            Some(ReachableDto { from: path.first()?, path })
        }),
        explained: read.explained,
    }
}
