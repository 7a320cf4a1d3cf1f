//! What a change means for the code that runs in the pods (invariant I2), as far as no entry tells it.

use std::rc::Rc;

use super::rules;
use crate::model::{
    Access, Aspect, ChangeKind, Chart, ContainerId, EntryChange, Finding, FindingPlace, Judgement, Outcome, OwnerId,
    Read, ReasonCode, RootKind, Rule, Scan, Timing,
};

/// Code that runs in the containers of a chart.
#[derive(Debug)]
pub struct Ships<'a> {
    /// Its scan.
    pub scan: &'a Scan,
    /// The scanned containers, each with its reads of just one name that are made for sure.
    pub made: Vec<(ContainerId, Rc<[usize]>)>,
    /// Of them those that the chart supplies nowhere, each with a container in which it is made.
    pub unset: Vec<(usize, ContainerId)>,
}

impl Ships<'_> {
    /// The reads that are made for sure in a container.
    pub fn reads(&self, container: ContainerId) -> impl Iterator<Item = &Read> {
        let of_it = self.made.iter().filter(move |(id, _)| *id == container);
        of_it.flat_map(|(_, reads)| reads.iter()).filter_map(|read| self.scan.reads.get(*read))
    }
}

/// What is known of the code beside the two charts.
#[derive(Debug)]
pub struct Code<'a> {
    /// The code of before, in the old chart's containers; where nothing else is known, that of today.
    pub old: Ships<'a>,
    /// The code of today, in the new chart's containers.
    pub new: Ships<'a>,
    /// What the change does to entries.
    pub changes: &'a [EntryChange],
    /// What each means; the n-th is that of the n-th change.
    pub judgements: &'a [Judgement],
    /// Whether defaults that stand in for a missing variable are wanted.
    pub holes: bool,
}

/// The findings.
pub fn check(new: &Chart, code: &Code<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for judgement in code.judgements {
        let Some(change) = code.changes.get(judgement.entry) else { continue };
        out.extend(overridden(code, change, judgement));
        out.extend(equal(change, judgement));
    }
    for (read, container) in &code.new.unset {
        out.extend(unset(new, code, *read, *container));
    }
    out
}

fn finding(rule: &'static Rule, message: String, locations: Vec<FindingPlace>, subject: String) -> Finding {
    Finding { rule, message, locations, trace: Vec::new(), subjects: vec![subject], known: false, acceptance: None }
}

/// A literal where the code rested on its own default.
fn overridden(code: &Code<'_>, change: &EntryChange, judgement: &Judgement) -> Option<Finding> {
    let entry = change.new.as_ref()?;
    let added = change.kind == ChangeKind::Added && !change.has(Aspect::ContainerNew);
    let differs = judgement.reasons.iter().any(|reason| reason.code == ReasonCode::ValueChanges);
    entry.source.literal.as_ref().filter(|_| added && differs)?;
    let scan = code.new.scan;
    let read = judgement.reads.iter().filter_map(|read| scan.reads.get(*read));
    let read = read.into_iter().find(|read| read.absent.outcome == Outcome::Default)?;
    let owner = owner(scan, read.place.file);
    let default = read.absent.default.as_deref().unwrap_or("a default");
    let message = format!(
        "{} is set now; until now {default} counted, the default of {owner} ({}), and whatever agrees with it no longer \
         does",
        entry.name,
        path(scan, read.place.file, read.place.span.line)
    );
    let place = FindingPlace { new: true, place: entry.location.clone() };
    Some(finding(rules::DEFAULT_OVERRIDDEN, message, vec![place], entry.name.clone()))
}

/// A stripped variable whose readers fall back to its value.
fn equal(change: &EntryChange, judgement: &Judgement) -> Option<Finding> {
    let entry = change.old.as_ref().filter(|_| change.kind.strips())?;
    judgement.reasons.iter().find(|reason| reason.code == ReasonCode::DefaultEquals)?;
    let message =
        format!("{} had just the value that its readers fall back to; from now on the default decides", entry.name);
    let place = FindingPlace { new: false, place: entry.location.clone() };
    Some(finding(rules::VALUE_EQUALS_DEFAULT, message, vec![place], entry.name.clone()))
}

/// A read that nothing supplies.
fn unset(new: &Chart, code: &Code<'_>, index: usize, container: ContainerId) -> Option<Finding> {
    let scan = code.new.scan;
    let read = scan.reads.get(index)?;
    let file = scan.sources.files.get(read.place.file)?;
    let kind = scan.sources.owners.get(file.owner)?.kind;
    let at_start = match read.timing {
        Timing::Import => true,
        Timing::Construction => read.settings.is_some(),
        Timing::Call => false,
    };
    let place = path(scan, read.place.file, read.place.span.line);
    let name = &read.key.text;
    // Of what the change strips the verdict tells.
    let stripped = |change: &EntryChange| {
        change.kind.strips() && change.old.as_ref().is_some_and(|entry| entry.name.eq_ignore_ascii_case(name))
    };
    if code.changes.iter().any(stripped) {
        return None;
    }
    let (rule, message) = match read.absent.outcome {
        Outcome::Raises if kind == RootKind::Application && at_start && read.access != Access::Contains => (
            rules::REQUIRED_UNSET,
            format!("{name} is set nowhere in the chart, and {place} does not start without it"),
        ),
        Outcome::Default if code.holes && kind <= RootKind::Vendored => {
            let default = read.absent.default.as_deref().unwrap_or("a default");
            (rules::DEFAULT_FILLS_HOLE, format!("{name} is set nowhere in the chart; {place} falls back to {default}"))
        }
        _ => return None,
    };
    let runs = |object: &&crate::model::ChartObject| object.pods.iter().any(|pod| pod.containers.contains(&container));
    let at = new.objects.iter().find(runs).map(|object| FindingPlace { new: true, place: object.place.clone() });
    // The code of before may be another scan.
    let same = |(before, _): &(usize, ContainerId)| {
        let (of, scan_before) = (code.old.scan.reads.get(*before), code.old.scan);
        let file = |scan: &Scan, read: &Read| scan.sources.shown(read.place.file);
        of.is_some_and(|of| of.key == read.key && file(scan_before, of) == file(scan, read))
    };
    let known = code.old.unset.iter().any(same);
    Some(Finding { known, ..finding(rule, message, at.into_iter().collect(), format!("{name} {place}")) })
}

/// Whose a file is.
fn owner(scan: &Scan, file: usize) -> String {
    let owner: Option<OwnerId> = scan.sources.files.get(file).map(|file| file.owner);
    let owner = owner.and_then(|owner| scan.sources.owners.get(owner));
    owner.map_or_else(
        || "the code".into(),
        |owner| match &owner.version {
            Some(version) => format!("{} {version}", owner.name),
            None => owner.name.clone(),
        },
    )
}

/// A line as a person would open it.
pub fn path(scan: &Scan, file: usize, line: u32) -> String {
    format!("{}:{line}", scan.sources.shown(file))
}
