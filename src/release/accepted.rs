//! What accepted findings mean for findings now: they count until there is more to them.

use crate::model::{Acceptance, AcceptedFinding, Finding};

/// Marks the findings that acceptances are about; `today` is `2026-12-31`.
pub fn accept(findings: &mut [Finding], rules: &[AcceptedFinding], today: &str) {
    for finding in findings.iter_mut().filter(|finding| !finding.known) {
        let fits = |rule: &&AcceptedFinding| {
            let about = rule.about.is_empty() || finding.subjects.iter().any(|subject| rule.about.contains(subject));
            rule.rule == finding.rule.id && about
        };
        // The last one that was written counts.
        let Some(rule) = rules.iter().rev().find(fits) else { continue };
        let more = finding.subjects.iter().find(|subject| !rule.about.is_empty() && !rule.about.contains(*subject));
        let ended = rule.until.as_deref().filter(|until| *until < today);
        let reopened = ended.map(|until| format!("the acceptance ended on {until}"));
        let reopened = reopened.or(more.map(|subject| format!("it is about {subject} too now")));
        let (reason, until) = (rule.reason.clone(), rule.until.clone());
        finding.acceptance = Some(Acceptance { reason, until, reopened });
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules;
    use super::*;

    #[test]
    fn an_acceptance_counts_until_there_is_more() {
        let rule = AcceptedFinding {
            rule: "not-owned".into(),
            about: vec!["Secret a".into(), "Secret b".into()],
            reason: "made by hand".into(),
            until: Some("2026-12-31".into()),
        };
        let state = |rule: &AcceptedFinding, subjects: &[&str], today: &str| {
            let subjects = subjects.iter().map(|subject| subject.to_string()).collect();
            let (locations, trace) = (Vec::new(), Vec::new());
            let mut all = [Finding {
                rule: rules::NOT_OWNED,
                message: String::new(),
                locations,
                trace,
                subjects,
                known: false,
                acceptance: None,
            }];
            accept(&mut all, std::slice::from_ref(rule), today);
            let told = all[0].acceptance.clone().map(|it| it.reopened.unwrap_or_default());
            (all[0].suppressed().map(String::from), told.unwrap_or_default())
        };
        let accepted = (Some("made by hand".into()), String::new());
        assert_eq!(state(&rule, &["Secret a"], "2026-12-31"), accepted);
        assert_eq!(state(&rule, &["Secret c"], "2026-12-31"), (None, String::new()));
        assert_eq!(
            state(&rule, &["Secret a", "Secret c"], "2026-01-01"),
            (None, "it is about Secret c too now".into())
        );
        assert_eq!(state(&rule, &["Secret a"], "2027-01-01"), (None, "the acceptance ended on 2026-12-31".into()));
        let any = AcceptedFinding { about: vec![], ..rule };
        assert_eq!(state(&any, &["Secret c"], "2026-01-01"), accepted);
    }
}
