//! `plan`: releases that lead from one chart to another, each safe by itself.

use std::path::PathBuf;

use super::diff::{Compared, compared};
use super::judged::Judged;
use super::{Job, output, patches};
use crate::model::{Failure, Plan};
use crate::progress::Progress;
use crate::release::plan;
use crate::report::{self, Content, Report};

/// What is wanted of a plan.
#[derive(Debug, Clone)]
pub struct Planning {
    /// What is compared.
    pub compared: Compared,
    /// Whether it is told as JSON.
    pub json: bool,
    /// Where patches are written.
    pub write: Option<PathBuf>,
}

/// Tells the releases; the exit status is 1 if there is no way, or if code still needs what is stripped.
///
/// # Errors
/// If a chart, a revision or the sources cannot be read, or a patch cannot be written.
pub fn run(job: &Job, planning: &Planning) -> Result<u8, Failure> {
    let progress = Progress::start();
    let (told, change, judged) = compared(job, &planning.compared, &progress)?;
    if let Some(failure) = told.lost.first() {
        return Err(failure.clone());
    }
    progress.stage("looking for a way");
    let mut plans: Vec<(String, Plan)> = told
        .changes
        .iter()
        .map(|change| (change.new.name.clone(), plan::plan(job.deployer, &change.old.objects, &change.new.objects)))
        .collect();
    if let Some(folder) = &planning.write {
        progress.stage("parting the files");
        for (change, (_, plan)) in told.changes.iter().zip(&mut plans) {
            patches::write(job, &planning.compared, change, plan, folder)?;
        }
    }
    let Judged { scan, mentions, judgements, .. } = &judged;
    let report = Report::new(Content {
        chart: Some(&change.subject),
        change: Some(&change),
        mentions,
        judgements,
        ..Content::new("plan", scan)
    });
    drop(progress);
    let told = report::Planned::new(&report, &plans);
    output::print(&if planning.json { told.json() } else { told.text() })?;
    Ok(u8::from(!told.is_free()))
}
