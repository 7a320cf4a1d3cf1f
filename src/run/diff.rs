//! `diff`: what a change of a chart strips or alters.

use super::gather::Gathered;
use super::judged::{self, Judged};
use super::{Job, load, output, status};
use crate::model::{Chart, Failure, Notice, NoticeKind};
use crate::progress::Progress;
use crate::report::{Content, Report};
use crate::verdict::Question;
use crate::{change, chart, release};

/// Judges the change from `old` to `new`.
///
/// # Errors
/// If a chart or the sources cannot be read, or a report cannot be written.
pub fn run(job: &Job, old: &chart::Input, new: &chart::Input) -> Result<u8, Failure> {
    if (old, new) == (&chart::Input::Stdin, &chart::Input::Stdin) {
        return Err(Failure::new("diff - -: only one of the two charts can come from standard input"));
    }
    let progress = Progress::start();
    progress.stage("looking for sources");
    let gathered = Gathered::new(job)?;
    progress.stage("reading the charts");
    let mut change = change::compare(load(job, old)?, load(job, new)?);
    change.subject.notices = notices(&change.old, &change.new);
    let question = Question { changes: change.entries.clone(), ..Question::default() };
    let judged = judged::judged(job, gathered, &change.subject, question, &[old, new], &progress)?;
    let Judged { scan, mentions, judgements, notices } = &judged;
    progress.stage("exploring the release");
    let (findings, cut) = release::findings(&change.old, &change.new);
    let report = Report::new(Content {
        chart: Some(&change.subject),
        change: Some(&change),
        findings: &findings,
        release: job.values.release.as_deref(),
        mentions,
        judgements,
        incomplete: status::is_incomplete(scan, Some(&change.subject), notices),
        notices: notices.iter().cloned().chain(cut).collect(),
        named: true,
        show_values: job.show_values,
        ..Content::new("diff", scan)
    });
    drop(progress);
    output::write(&report, &job.outputs)?;
    status::exit(&report, job.fail_on)
}

/// What both charts have to say, and whether the two are of the same kind.
fn notices(old: &Chart, new: &Chart) -> Vec<Notice> {
    let mut notices: Vec<Notice> = old.notices.iter().chain(&new.notices).cloned().collect();
    let hooks = match (old.hooks, new.hooks) {
        (0, 1..) => {
            "the old chart has no Helm hook and the new one has: what the hooks set looks added; of what is \
                     deployed, pass `helm get hooks` beside `helm get manifest`"
        }
        (1.., 0) => {
            "the old chart has Helm hooks and the new one has none: what the hooks set looks gone; render the \
                     new chart with its hooks"
        }
        _ => "",
    };
    if !hooks.is_empty() {
        notices.push(Notice { kind: NoticeKind::Manifest, file: None, line: None, detail: hooks.into() });
    }
    notices
}
