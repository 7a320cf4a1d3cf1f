//! What the exit status says.

use super::Job;
use crate::model::{
    Acceptance, Chart, Effect, EntryChange, Failure, Finding, Judgement, Level, Notice, NoticeKind, ReasonCode,
    RootKind, Scan, Verdict,
};
use crate::report::Report;
use crate::report::words::Coded;
use crate::verdict::{self, Codes};

/// What makes the exit status 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// Nothing: an audit.
    Never,
    /// An unsafe entry.
    Unsafe,
    /// An entry that is not safe.
    Review,
    /// An unsafe entry with a reader of at least this effect.
    Effect(Effect),
    /// That, or an entry for review.
    EffectOrReview(Effect),
}

impl FailOn {
    /// All words for it: `never`, `unsafe`, `review` and the codes of the effects.
    pub fn words() -> Vec<&'static str> {
        let known = Effect::CODES.iter().copied().filter(|code| *code != Effect::Unknown.code());
        ["never", "unsafe", "review"].into_iter().chain(known).collect()
    }

    /// The same with entries for review counting too, as `--strict` says.
    pub fn strict(self) -> FailOn {
        match self {
            FailOn::Effect(effect) | FailOn::EffectOrReview(effect) => FailOn::EffectOrReview(effect),
            FailOn::Never | FailOn::Unsafe | FailOn::Review => FailOn::Review,
        }
    }

    /// Understands one of the words.
    pub fn parse(word: &str) -> Option<FailOn> {
        use Effect::{EmptiesSilently, FailsAtStart, FailsOnUse, FeatureOff, ValueChanges};
        match word {
            "never" => Some(FailOn::Never),
            "unsafe" => Some(FailOn::Unsafe),
            "review" => Some(FailOn::Review),
            _ => [EmptiesSilently, FailsOnUse, FailsAtStart, ValueChanges, FeatureOff]
                .into_iter()
                .find(|effect| effect.code() == word)
                .map(FailOn::Effect),
        }
    }
}

/// 1 if a judgement is what `fail_on` names, else 0.
pub fn of(scan: &Scan, judgements: &[Judgement], fail_on: FailOn) -> u8 {
    let is_unsafe = |judgement: &Judgement| judgement.verdict == Verdict::Unsafe;
    let fails = |judgement: &Judgement| match fail_on {
        FailOn::Never => false,
        FailOn::Unsafe => is_unsafe(judgement),
        FailOn::Review => judgement.verdict != Verdict::Safe,
        FailOn::EffectOrReview(_) if judgement.verdict == Verdict::Review => true,
        FailOn::Effect(effect) | FailOn::EffectOrReview(effect) => {
            is_unsafe(judgement) && has_effect(scan, judgement, effect)
        }
    };
    u8::from(judgements.iter().any(fails))
}

/// The exit status of a report.
///
/// # Errors
/// If nothing that fails was found, but a part of the input is not known.
pub fn exit(report: &Report<'_>, fail_on: FailOn) -> Result<u8, Failure> {
    let content = &report.content;
    let counts = |at: usize| {
        let acceptance = content.accepted.get(at).and_then(Option::as_ref);
        acceptance.is_none_or(|acceptance| acceptance.reopened.is_some())
    };
    let judgements =
        content.judgements.iter().enumerate().filter(|(at, _)| counts(*at)).map(|(_, judgement)| judgement);
    let judgements: Vec<Judgement> = judgements.cloned().collect();
    let fails =
        |finding: &Finding| finding.rule.level == Level::Error && !finding.known && finding.suppressed().is_none();
    let found = fail_on != FailOn::Never && content.findings.iter().any(fails);
    let status = of(content.scan, &judgements, fail_on).max(u8::from(found));
    if status == 0 && content.incomplete && fail_on != FailOn::Never {
        return Err(Failure::new(
            "a part of the chart or the application could not be read, and nothing unsafe was found in the rest: \
             see the blind spots of the report (--format json)",
        ));
    }
    Ok(status)
}

/// What the job's acceptances mean for the judgements.
pub fn accepted(
    job: &Job,
    scan: &Scan,
    chart: &Chart,
    judgements: &[Judgement],
    changes: &[EntryChange],
) -> Vec<Option<Acceptance>> {
    verdict::accepted(scan, chart, judgements, changes, &job.accepted, &codes(), &job.today)
}

/// How effects and reasons are written.
pub fn codes() -> Codes {
    Codes {
        effect: |read| read.effect().code(),
        effects: Effect::CODES,
        reasons: |judgement| judgement.reasons.iter().map(|reason| reason.code.code()).collect(),
    }
}

/// Effects are ordered from the worst. What the container or its runtime does is not known, so that
/// it counts as the worst.
fn has_effect(scan: &Scan, judgement: &Judgement, effect: Effect) -> bool {
    let not_code = |code| matches!(code, ReasonCode::UsedByContainer | ReasonCode::Runtime);
    judgement.reasons.iter().any(|reason| not_code(reason.code))
        || judgement.reads.iter().filter_map(|read| scan.reads.get(*read)).any(|read| read.effect() <= effect)
}

/// Whether a part of the input failed: a document of the chart that does not parse, or a file of the
/// chart or the application that could not be read. Installed files are blind spots.
pub fn is_incomplete(scan: &Scan, chart: Option<&Chart>, notices: &[Notice]) -> bool {
    let lost = |notice: &Notice| matches!(notice.kind, NoticeKind::Unparsable | NoticeKind::Unreadable);
    let unread = |notice: &&Notice| notice.kind == NoticeKind::Unreadable;
    let of_application = |notice: &Notice| notice.file.as_deref().is_some_and(|file| is_of_application(scan, file));
    chart.is_some_and(|chart| chart.notices.iter().any(lost))
        || scan.notices.iter().chain(notices).filter(unread).any(of_application)
}

fn is_of_application(scan: &Scan, file: &str) -> bool {
    let roots = || scan.sources.roots.iter().filter(|root| root.kind == RootKind::Application);
    let inside = |label: &str| {
        let rest = file.strip_prefix(label.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    // A notice names a file as a person would open it, or relative to its root.
    let kind = |root: usize| scan.sources.roots.get(root).map(|root| root.kind);
    let mut files = scan.sources.files.iter();
    roots().any(|root| inside(&root.label) || inside(&root.path.to_string_lossy()))
        || files.any(|source| *source.path == *file && kind(source.root) == Some(RootKind::Application))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Reason, Root};

    fn judged(verdict: Verdict, code: ReasonCode) -> Vec<Judgement> {
        vec![Judgement {
            entry: 0,
            verdict,
            reasons: vec![Reason { code, text: String::new() }],
            covers: vec![],
            reads: vec![],
            decisive: 0,
            fixes: vec![],
            mentions: vec![],
            roots: vec![],
            assumed: false,
            reached: vec![],
        }]
    }

    #[test]
    fn thresholds_decide() {
        for (verdict, word, expected) in [
            (Verdict::Unsafe, "never", 0),
            (Verdict::Unsafe, "unsafe", 1),
            (Verdict::Unsafe, "review", 1),
            (Verdict::Unsafe, "fails-on-use", 0),
            (Verdict::Review, "unsafe", 0),
            (Verdict::Review, "review", 1),
            (Verdict::Safe, "review", 0),
        ] {
            let fail_on = FailOn::parse(word).expect(word);
            assert_eq!(
                of(&Scan::default(), &judged(verdict, ReasonCode::Read), fail_on),
                expected,
                "{verdict:?} {word}"
            );
        }
        let runtime = judged(Verdict::Unsafe, ReasonCode::Runtime);
        assert_eq!(of(&Scan::default(), &runtime, FailOn::Effect(Effect::EmptiesSilently)), 1);
        assert!(FailOn::words().into_iter().all(|word| FailOn::parse(word).is_some()));
        assert_eq!(FailOn::parse("unknown"), None);
    }

    #[test]
    fn what_is_lost_makes_it_incomplete() {
        let root =
            |kind, label: &str| Root { kind, path: format!("/w/{label}").into(), label: label.into(), image: None };
        let mut scan = Scan::default();
        scan.sources.roots = vec![root(RootKind::Application, "app"), root(RootKind::Distribution, "site")];
        for (kind, file, expected) in [
            (NoticeKind::Unreadable, "app/a.py", true),
            (NoticeKind::Unreadable, "apps/a.py", false),
            (NoticeKind::Unreadable, "/w/app/a.py", true),
            (NoticeKind::Unreadable, "site/a.py", false),
            (NoticeKind::Unparsable, "app/a.py", false),
        ] {
            let notice = Notice { kind, file: Some(file.into()), line: None, detail: String::new() };
            assert_eq!(is_incomplete(&scan, None, &[notice]), expected, "{kind:?} {file}");
        }
    }
}
