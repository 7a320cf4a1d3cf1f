//! The verdict table: the first row that matches decides.

use std::collections::BTreeSet;

use super::altered;
use super::evidence::{Evidence, Hit};
use super::place::Placement;
use super::runtime::Presence;
use crate::model::{
    Aspect, Container, Entry, EntryChange, NoticeKind, Outcome, Read, Reason, ReasonCode, Scan, Verdict,
};

/// One entry with all that is known about it.
pub struct Case<'a> {
    /// The scan.
    pub scan: &'a Scan,
    /// The entry.
    pub entry: &'a Entry,
    /// Its container.
    pub container: &'a Container,
    /// What runs there.
    pub placement: &'a Placement,
    /// What speaks for a reader.
    pub evidence: &'a Evidence,
    /// What covered readers take the value from, as sentences.
    pub covers: &'a [String],
    /// Whether mentions of the name could not be looked for.
    pub unsearched: bool,
    /// The change that it is about, if the question is about one.
    pub change: Option<&'a EntryChange>,
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
    (Verdict::Safe, row_0_container_gone),
    (Verdict::Review, row_1_not_scanned),
    (Verdict::Unsafe, row_2_used_by_the_container_or_its_runtime),
    (Verdict::Review, row_3_still_arrives),
    (Verdict::Review, row_4_default_equals),
    (Verdict::Unsafe, row_5_reached_reader),
    (Verdict::Review, row_6_weak_evidence),
    (Verdict::Safe, row_7_covered),
    (Verdict::Safe, row_8_no_reader),
];

/// Decides a case.
pub fn rule(case: &Case<'_>) -> Ruling {
    match case.change {
        Some(change) if !change.kind.strips() => altered::rule(case, change),
        _ => gone(case),
    }
}

/// Decides as if the entry were gone. Further reasons of the same verdict follow the deciding one.
pub fn gone(case: &Case<'_>) -> Ruling {
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

/// A reason.
pub fn reason(code: ReasonCode, text: impl Into<String>) -> Reason {
    Reason { code, text: text.into() }
}

fn row_0_container_gone(case: &Case<'_>) -> Vec<Reason> {
    let gone = case.change.is_some_and(|change| change.has(Aspect::ContainerGone));
    let text = "its container is gone in the new chart, and what could read it there with it";
    if gone { vec![reason(ReasonCode::ContainerGone, text)] } else { Vec::new() }
}

fn row_1_not_scanned(case: &Case<'_>) -> Vec<Reason> {
    if !case.placement.roots.is_empty() {
        return Vec::new();
    }
    let mut reasons = vec![reason(ReasonCode::NotScanned, format!("not scanned: {}", case.placement.not_scanned))];
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
            Presence::Always => format!("read by {} ({})", runtime.reader, runtime.source),
            Presence::WithLibrary if compiled => {
                let reader = runtime.reader;
                format!("read by {reader}, and a compiled file here has the name ({})", runtime.source)
            }
            Presence::WithLibrary | Presence::Unknown => return None,
        };
        Some(reason(ReasonCode::Runtime, text))
    });
    used(case).into_iter().chain(runtime).collect()
}

fn row_3_still_arrives(case: &Case<'_>) -> Vec<Reason> {
    let image = case.placement.image.and_then(|image| case.scan.sources.images.get(image));
    let own = image.filter(|image| image.env.contains(&case.entry.name));
    let own = own.map(|image| format!("ENV of the image ({})", image.label));
    let words = || case.container.command.iter().chain(&case.container.args);
    let injected =
        case.container.injected.contains(&case.entry.name) && words().any(|it| it.contains("/vault/secrets"));
    let injected = injected.then_some("a file of the Vault agent injector, which its command reads");
    let others: Vec<&str> = case.entry.also.iter().map(String::as_str).chain(own.as_deref()).chain(injected).collect();
    if others.is_empty() {
        return Vec::new();
    }
    let others = others.join(", ");
    let text = format!("the same name still arrives from elsewhere, so that its value changes: {others}");
    vec![reason(ReasonCode::ValueChanges, text)]
}

fn row_4_default_equals(case: &Case<'_>) -> Vec<Reason> {
    let Some(literal) = &case.entry.source.literal else { return Vec::new() };
    let equals = |hit: &Hit| case.scan.reads.get(hit.read).is_some_and(|read| falls_back_to(read, literal));
    let strong = &case.evidence.strong;
    if strong.is_empty() || !strong.iter().all(equals) {
        return Vec::new();
    }
    // The literal stays unsaid: values of entries are shown on demand only.
    let text = "every reader falls back to exactly the value that the chart sets: nothing changes today, but from \
                then on the default in the code decides";
    vec![reason(ReasonCode::DefaultEquals, text)]
}

/// Whether a read without the variable has the string that it would have with it. A default `8080`
/// is compared as `str()` writes it; `True` is not `true`.
pub fn falls_back_to(read: &Read, literal: &str) -> bool {
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
            ReasonCode::SettingsField => ("has a settings field for it", "have settings fields for it"),
            ReasonCode::AnchoredPattern => ("reads names of a pattern it fits", "read names of a pattern it fits"),
            _ if wildcard => ("reads a name that it may bring", "read names that it may bring"),
            _ => ("reads it", "read it"),
        };
        reason(*code, owners(case.scan, &hits).does(how))
    };
    codes.iter().map(say).collect()
}

fn row_6_weak_evidence(case: &Case<'_>) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = unknown_names(case).into_iter().collect();
    let evidence = case.evidence;
    let mut said = |code: ReasonCode, say: fn(Owners) -> String| {
        let hits: Vec<&Hit> = evidence.weak.iter().filter(|hit| hit.code == code).collect();
        if !hits.is_empty() {
            let text = format!("{} ({})", say(owners(case.scan, &hits)), readers(hits.len()));
            reasons.push(reason(code, text));
        }
    };
    said(ReasonCode::NeverConstructed, |who| {
        let text = who.does(("has a settings field for it", "have settings fields for it"));
        text + ", but nothing is seen to make the settings object"
    });
    said(ReasonCode::WeakPattern, |who| {
        who.does(("reads names of a loose pattern it fits", "read names of a loose pattern it fits"))
    });
    let unreached = || evidence.weak.iter().filter(|hit| hit.code == ReasonCode::UnreachedRead);
    if unreached().any(|hit| !hit.unnamed) {
        said(ReasonCode::UnreachedRead, |who| {
            who.does(("reads it", "read it")) + ", but nothing here is seen to import that module"
        });
    } else {
        said(ReasonCode::UnreachedRead, |who| {
            who.does(("reads it", "read it")) + ", in a method of a class that nothing here names"
        });
    }
    said(ReasonCode::AnyRead, |who| {
        who.does(("reads names that are not known", "read names that are not known")) + " and could be it"
    });
    said(ReasonCode::TestsOnly, |who| format!("only tests or examples of {} read it", who.names));
    if let Some((runtime, false)) = evidence.runtime.filter(|(runtime, _)| runtime.presence != Presence::Always) {
        let text = match runtime.presence {
            Presence::Unknown => runtime.reader.into(),
            _ => format!("read by {} where the image has it ({})", runtime.reader, runtime.source),
        };
        reasons.push(reason(ReasonCode::Runtime, text));
    }
    if case.placement.libraries_only {
        let text = "not scanned: only libraries were given for its image, no application; pass that with --app";
        reasons.push(reason(ReasonCode::NotScanned, text));
    }
    if case.unsearched {
        let text = "not scanned: a bundle holds only names in capitals, so that mentions of this one are not known";
        reasons.push(reason(ReasonCode::NotScanned, text));
    }
    if !evidence.mentions.is_empty() {
        let places = if evidence.mentions.len() == 1 { "place" } else { "places" };
        let text = format!("the name occurs where no read was recognised ({} {places})", evidence.mentions.len());
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
    let covers = case.covers.join("; ");
    vec![reason(ReasonCode::Covered, format!("every reader has another supply of the value: {covers}"))]
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
    let compiled = case.scan.notices.iter().filter(|notice| notice.kind == NoticeKind::NativeCode).count();
    if compiled > 0 {
        text += &format!("; compiled code that was only searched for the name: {compiled}");
    }
    // Often a shell script.
    if case.container.command.is_empty() && (case.placement.image.is_none() || case.placement.entries.is_empty()) {
        text += "; the image's own entry point was not looked at";
    }
    vec![reason(ReasonCode::NoReader, text)]
}

fn place(scan: &Scan, read: usize) -> Option<String> {
    let place = scan.reads.get(read)?.place;
    Some(format!("{}:{}", scan.sources.files.get(place.file)?.path, place.span.line))
}

/// Owners a sentence names.
const NAMED_OWNERS: usize = 3;

/// Whose some readers are.
struct Owners {
    names: String,
    several: bool,
}

impl Owners {
    /// A sentence: what one does, what several do.
    fn does(&self, (one, several): (&str, &str)) -> String {
        format!("{} {}", self.names, if self.several { several } else { one })
    }
}

/// The owners of some readers, in order of the hits.
fn owners(scan: &Scan, hits: &[&Hit]) -> Owners {
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
    let (all, several) = (names.len(), names.len() > 1);
    names.truncate(NAMED_OWNERS);
    let last = match all - names.len() {
        0 => names.pop().unwrap_or_default(),
        more => format!("{more} more"),
    };
    names = if names.is_empty() { vec![last] } else { vec![names.join(", "), last] };
    Owners { names: names.join(" and "), several }
}
