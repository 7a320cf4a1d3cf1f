//! What accepted answers mean for answers now: they count until something gets worse.

use crate::model::{
    Acceptance, Accepted, AcceptedReader, Chart, Container, EntryChange, Judgement, Read, Scan, Verdict,
};

/// How the closed lists of effects and reasons are written.
pub struct Codes {
    /// Of an effect.
    pub effect: fn(&Read) -> &'static str,
    /// All effects, from the worst.
    pub effects: &'static [&'static str],
    /// Of a judgement's reasons.
    pub reasons: fn(&Judgement) -> Vec<&'static str>,
}

/// For each judgement, in their order, the acceptance that is about it; `today` is `2026-12-31`.
pub fn accepted(
    scan: &Scan,
    chart: &Chart,
    judgements: &[Judgement],
    changes: &[EntryChange],
    rules: &[Accepted],
    codes: &Codes,
    today: &str,
) -> Vec<Option<Acceptance>> {
    let of = |judgement: &Judgement| {
        // What needs nobody's acceptance has none.
        if judgement.verdict == Verdict::Safe {
            return None;
        }
        let entry = chart.entries.get(judgement.entry)?;
        let now = chart.containers.get(entry.container)?;
        let before = changes.get(judgement.entry).and_then(|change| change.old_container.as_ref());
        let fits = |rule: &&Accepted| {
            let of = |container: &Container| {
                let own = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|wanted| wanted == is);
                own(&rule.workload, &workload(container)) && own(&rule.container, &container.name)
            };
            let own = now.chart.as_deref().and_then(|chart| chart.split('/').next());
            let in_chart = rule.chart.is_none() || rule.chart.as_deref() == own;
            rule.var == entry.name && in_chart && (of(now) || before.is_some_and(of))
        };
        // The last one that was written counts.
        let rule = rules.iter().rev().find(fits)?;
        Some(Acceptance {
            reason: rule.reason.clone(),
            until: rule.until.clone(),
            reopened: reopened(scan, judgement, rule, codes, today),
        })
    };
    judgements.iter().map(of).collect()
}

/// `Deployment/web`
pub fn workload(container: &Container) -> String {
    format!("{}/{}", container.workload.kind, container.workload.name)
}

fn reopened(scan: &Scan, judgement: &Judgement, rule: &Accepted, codes: &Codes, today: &str) -> Option<String> {
    if let Some(until) = rule.until.as_deref().filter(|until| *until < today) {
        return Some(format!("the acceptance ended on {until}"));
    }
    let rank = |effect: &str| codes.effects.iter().position(|known| *known == effect);
    for reader in readers(scan, judgement, codes) {
        let known: Vec<&AcceptedReader> =
            rule.readers.iter().filter(|known| known.owner == reader.owner && known.name == reader.name).collect();
        if known.is_empty() {
            return Some(format!("{} reads it too now: {}", reader.owner, reader.name));
        }
        if known.iter().all(|known| rank(&reader.effect) < rank(&known.effect)) {
            let was = known.first().map_or("", |known| known.effect.as_str());
            return Some(format!("{} ({}) got worse: {} instead of {was}", reader.name, reader.owner, reader.effect));
        }
    }
    let new = (codes.reasons)(judgement).into_iter().find(|code| !rule.because.iter().any(|known| known == code));
    new.filter(|_| !rule.because.is_empty()).map(|code| format!("there is another reason now: {code}"))
}

/// The readers that a judgement rests on, by what stays the same.
pub fn readers(scan: &Scan, judgement: &Judgement, codes: &Codes) -> Vec<AcceptedReader> {
    let reads = judgement.reads.iter().take(judgement.decisive).filter_map(|read| scan.reads.get(*read));
    let reader = |read: &Read| {
        let file = scan.sources.files.get(read.place.file)?;
        let owner = scan.sources.owners.get(file.owner)?;
        Some(AcceptedReader {
            owner: owner.name.clone(),
            name: qualified(read, &file.path),
            effect: (codes.effect)(read).into(),
        })
    };
    let mut readers: Vec<AcceptedReader> = reads.filter_map(reader).collect();
    readers.sort();
    readers.dedup();
    readers
}

/// `acme.config.Settings.api_token`, or the reader and where it is called: `os.getenv in acme/client.py, Client.connect`.
fn qualified(read: &Read, file: &str) -> String {
    match (&read.settings, &read.function) {
        (Some(field), _) => format!("{}.{}", field.class, field.field),
        (None, Some(function)) => format!("{} in {file}, {function}", read.reader),
        (None, None) => format!("{} in {file}", read.reader),
    }
}
