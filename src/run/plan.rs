//! `plan`: releases that lead from one chart to another, each safe by itself.

use super::diff::{Compared, compared};
use super::judged::Judged;
use super::{Job, output};
use crate::model::{Failure, Plan};
use crate::progress::Progress;
use crate::release::plan;
use crate::report::{self, Content, Report};

/// Tells the releases; the exit status is 1 if there is no way, or if code still needs what is stripped.
///
/// # Errors
/// If a chart, a revision or the sources cannot be read.
pub fn run(job: &Job, asked: &Compared) -> Result<u8, Failure> {
    let progress = Progress::start();
    let (told, change, judged) = compared(job, asked, &progress)?;
    if let Some(failure) = told.lost.first() {
        return Err(failure.clone());
    }
    progress.stage("looking for a way");
    let plans: Vec<(String, Plan)> = told
        .changes
        .iter()
        .map(|change| (change.new.name.clone(), plan::plan(&change.old.objects, &change.new.objects)))
        .collect();
    let Judged { scan, mentions, judgements, .. } = &judged;
    let report = Report::new(Content {
        chart: Some(&change.subject),
        change: Some(&change),
        mentions,
        judgements,
        ..Content::new("plan", scan)
    });
    drop(progress);
    let (text, free) = report::plan(&report, &plans);
    output::print(&text)?;
    Ok(u8::from(!free))
}
