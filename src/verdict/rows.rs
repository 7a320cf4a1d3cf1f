//! The verdict table: the first row that matches decides.

use std::collections::BTreeSet;

use super::evidence::{Evidence, Hit};
use super::place::Placement;
use super::runtime::Presence;
use crate::model::{Entry, NoticeKind, Outcome, Read, Reason, ReasonCode, Scan, Verdict};

/// One entry with all that is known about it.
pub struct Case<'a> {
    /// The scan.
    pub scan: &'a Scan,
    /// The entry.
    pub entry: &'a Entry,
    /// What runs in its container.
    pub placement: &'a Placement,
    /// What speaks for a reader.
    pub evidence: &'a Evidence,
}

/// A verdict with its reasons, the deciding one first.
#[derive(Debug, PartialEq, Eq)]
pub struct Ruling {
    /// The answer.
    pub verdict: Verdict,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// A row of the table: its verdict, and its reasons if it matches.
type Row = (Verdict, fn(&Case<'_>) -> Vec<Reason>);

const ROWS: &[Row] = &[
    (Verdict::Review, row_1_not_scanned),
    (Verdict::Unsafe, row_2_used_by_the_container_or_its_runtime),
    (Verdict::Review, row_3_still_arrives),
    (Verdict::Review, row_4_default_equals),
    (Verdict::Unsafe, row_5_reached_reader),
    (Verdict::Review, row_6_weak_evidence),
    (Verdict::Safe, row_7_covered),
    (Verdict::Safe, row_8_no_reader),
];

/// Decides a case. Further reasons of the same verdict follow the deciding one.
pub fn rule(case: &Case<'_>) -> Ruling {
    let mut ruling = Ruling { verdict: Verdict::Safe, reasons: Vec::new() };
    for (verdict, row) in ROWS {
        if ruling.reasons.is_empty() {
            ruling = Ruling { verdict: *verdict, reasons: row(case) };
        } else if ruling.verdict == *verdict && *verdict == Verdict::Unsafe {
            ruling.reasons.extend(row(case));
        }
    }
    ruling
}

fn reason(code: ReasonCode, text: impl Into<String>) -> Reason {
    Reason { code, text: text.into() }
}

fn row_1_not_scanned(case: &Case<'_>) -> Vec<Reason> {
    if !case.placement.roots.is_empty() {
        return Vec::new();
    }
    let mut reasons = vec![reason(ReasonCode::NotScanned, case.placement.not_scanned)];
    reasons.extend(used(case));
    reasons
}

fn used(case: &Case<'_>) -> Option<Reason> {
    let places = case.entry.uses.join(", ");
    (!case.entry.uses.is_empty())
        .then(|| reason(ReasonCode::UsedByContainer, format!("the container itself uses it: {places}")))
}

fn row_2_used_by_the_container_or_its_runtime(case: &Case<'_>) -> Vec<Reason> {
    let runtime = case.evidence.runtime.and_then(|(runtime, compiled)| {
        let text = match runtime.presence {
            Presence::Always => format!("{} reads it ({})", runtime.reader, runtime.source),
            Presence::WithLibrary if compiled => {
                format!(
                    "{} reads it, and a compiled file of the roots has the name ({})",
                    runtime.reader, runtime.source
                )
            }
            Presence::WithLibrary | Presence::Unknown => return None,
        };
        Some(reason(ReasonCode::Runtime, text))
    });
    used(case).into_iter().chain(runtime).collect()
}

fn row_3_still_arrives(case: &Case<'_>) -> Vec<Reason> {
    let others = case.entry.also.join(", ");
    let text = format!("the same name still arrives from elsewhere, so that its value changes: {others}");
    if case.entry.also.is_empty() { Vec::new() } else { vec![reason(ReasonCode::ValueChanges, text)] }
}

fn row_4_default_equals(case: &Case<'_>) -> Vec<Reason> {
    let Some(literal) = &case.entry.source.literal else { return Vec::new() };
    let equals = |hit: &Hit| case.scan.reads.get(hit.read).is_some_and(|read| falls_back_to(read, literal));
    let strong = &case.evidence.strong;
    if strong.is_empty() || !strong.iter().all(equals) {
        return Vec::new();
    }
    // The literal stays unsaid: values of entries are shown on demand only.
    let text = "every reader falls back to exactly the value that the chart sets: nothing changes today, but the \
                code's default then fills a hole of the chart";
    vec![reason(ReasonCode::DefaultEquals, text)]
}

/// Whether a read without the variable has the string that it would have with it. A default `8080`
/// is compared as `str()` writes it; `True` is not `true`.
fn falls_back_to(read: &Read, literal: &str) -> bool {
    let Some(default) = read.absent.default.as_deref().filter(|_| read.absent.outcome == Outcome::Default) else {
        return false;
    };
    match default.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(text) => unescaped(text) == literal,
        None => default == literal,
    }
}

fn unescaped(text: &str) -> String {
    let mut chars = text.chars();
    let mut plain = String::new();
    while let Some(c) = chars.next() {
        plain.extend(match c {
            '\\' => chars.next().map(|escaped| match escaped {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            }),
            c => Some(c),
        });
    }
    plain
}

fn row_5_reached_reader(case: &Case<'_>) -> Vec<Reason> {
    let uncovered: Vec<&Hit> = case.evidence.strong.iter().filter(|hit| !hit.covered).collect();
    // Of an `envFrom` with unknown names, only a reader below its prefix tells that something is needed.
    let exact = |hit: &&&Hit| hit.code != ReasonCode::AnchoredPattern;
    let wildcard = case.entry.name.ends_with('*');
    if case.entry.name == "*" || (wildcard && !uncovered.iter().any(|hit| exact(&hit))) {
        return Vec::new();
    }
    let codes: BTreeSet<ReasonCode> = uncovered.iter().map(|hit| hit.code).collect();
    let say = |code: &ReasonCode| {
        let hits: Vec<&Hit> = uncovered.iter().copied().filter(|hit| hit.code == *code).collect();
        let how = match code {
            ReasonCode::SettingsField => "has a settings field for it",
            ReasonCode::AnchoredPattern => "reads all names of a pattern it fits",
            _ if wildcard => "reads a name that it may bring",
            _ => "reads it",
        };
        reason(*code, format!("{} {how}", owners(case.scan, &hits)))
    };
    codes.iter().map(say).collect()
}

fn row_6_weak_evidence(case: &Case<'_>) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = unknown_names(case).into_iter().collect();
    let evidence = case.evidence;
    let mut said = |code: ReasonCode, say: fn(usize, &str) -> String| {
        let hits: Vec<&Hit> = evidence.weak.iter().filter(|hit| hit.code == code).collect();
        if !hits.is_empty() {
            reasons.push(reason(code, say(hits.len(), &owners(case.scan, &hits))));
        }
    };
    said(ReasonCode::NeverConstructed, |_, who| {
        format!("{who} has a settings field for it, but nothing is seen to make the settings object")
    });
    said(ReasonCode::WeakPattern, |n, who| format!("{who} reads names of a pattern it fits ({})", readers(n)));
    said(ReasonCode::UnreachedRead, |n, who| {
        format!("{who} reads it, but nothing here is seen to import that module ({})", readers(n))
    });
    said(ReasonCode::AnyRead, |n, who| {
        format!("{who} reads names that could not be resolved, and may mean it ({})", readers(n))
    });
    said(ReasonCode::TestsOnly, |n, who| format!("only tests or examples of {who} read it ({})", readers(n)));
    if let Some((runtime, false)) = evidence.runtime.filter(|(runtime, _)| runtime.presence != Presence::Always) {
        let text = match runtime.presence {
            Presence::Unknown => runtime.reader.into(),
            _ => format!("{} reads it where the image has it ({})", runtime.reader, runtime.source),
        };
        reasons.push(reason(ReasonCode::Runtime, text));
    }
    if case.placement.libraries_only {
        let text = "only libraries were scanned for its image, no application: pass that with --app";
        reasons.push(reason(ReasonCode::NotScanned, text));
    }
    if !evidence.mentions.is_empty() {
        let files = if evidence.mentions.len() == 1 { "place" } else { "places" };
        let text = format!("the name occurs where no read was recognised ({} {files})", evidence.mentions.len());
        reasons.push(reason(ReasonCode::Mentioned, text));
    }
    reasons
}

fn readers(count: usize) -> String {
    format!("{count} reader{}", if count == 1 { "" } else { "s" })
}

/// An `envFrom` whose object is not in the input is never safe.
fn unknown_names(case: &Case<'_>) -> Option<Reason> {
    let prefix = case.entry.name.strip_suffix('*')?;
    let object = case.entry.source.object.as_ref();
    let object = object.map_or("its object".into(), |object| format!("{} {}", object.kind, object.name));
    let names = if prefix.is_empty() { "Any name".into() } else { format!("Any name that begins with {prefix}") };
    let text = format!(
        "{names} may come from {object}, which is not in the input: pass it with --chart to have each name judged"
    );
    Some(reason(ReasonCode::UnknownNames, text))
}

fn row_7_covered(case: &Case<'_>) -> Vec<Reason> {
    let strong = &case.evidence.strong;
    if strong.is_empty() || !strong.iter().all(|hit| hit.covered) {
        return Vec::new();
    }
    vec![reason(ReasonCode::Covered, "every reader has another supply of the value")]
}

/// Blind spots that a `safe` names, so that a person can look.
const NAMED_BLIND_SPOTS: usize = 3;

fn row_8_no_reader(case: &Case<'_>) -> Vec<Reason> {
    let mut text = String::from("nothing found reads or mentions it");
    let hidden = &case.evidence.hidden;
    if !hidden.is_empty() {
        let places: Vec<String> =
            hidden.iter().take(NAMED_BLIND_SPOTS).filter_map(|id| place(case.scan, *id)).collect();
        let which = if hidden.len() > NAMED_BLIND_SPOTS { ", likeliest" } else { ":" };
        text += &format!(
            "; installed code has {} with unresolved names{which} {}",
            readers(hidden.len()),
            places.join(", ")
        );
    }
    let missing = case.scan.notices.iter().filter(|notice| notice.kind == NoticeKind::MissingModule).count();
    if missing > 0 {
        text += &format!("; imports that no root provides: {missing}");
    }
    vec![reason(ReasonCode::NoReader, text)]
}

fn place(scan: &Scan, read: usize) -> Option<String> {
    let place = scan.reads.get(read)?.place;
    Some(format!("{}:{}", scan.sources.files.get(place.file)?.path, place.span.line))
}

/// Owners a sentence names.
const NAMED_OWNERS: usize = 3;

/// The owners of some readers, in order of the hits.
fn owners(scan: &Scan, hits: &[&Hit]) -> String {
    let mut names: Vec<String> = Vec::new();
    for hit in hits {
        let file = scan.reads.get(hit.read).and_then(|read| scan.sources.files.get(read.place.file));
        let Some(owner) = file.and_then(|file| scan.sources.owners.get(file.owner)) else { continue };
        let name = match &owner.version {
            Some(version) => format!("{} {version}", owner.name),
            None => owner.name.clone(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(NAMED_OWNERS);
    names.truncate(NAMED_OWNERS);
    match more {
        0 => names.join(", "),
        _ => format!("{} and {more} more", names.join(", ")),
    }
}
