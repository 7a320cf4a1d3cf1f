//! Scan and judgement of a chart's entries: what `check` and `diff` share.

use std::collections::BTreeSet;

use super::gather::Gathered;
use super::{Job, gather, roots, scan_here};
use crate::model::{Chart, Failure, Judgement, Mention, Notice, RootId, Scan};
use crate::progress::Progress;
use crate::release::code::Ships;
use crate::verdict::{ImageRule, Question};
use crate::{chart, mentions, verdict};

/// All that a report says about entries.
#[derive(Debug, Default)]
pub struct Judged {
    /// The scan.
    pub scan: Scan,
    /// The mentions of the asked names.
    pub mentions: Vec<Mention>,
    /// The judgements.
    pub judgements: Vec<Judgement>,
    /// What the scan and the chart do not say themselves.
    pub notices: Vec<Notice>,
    /// Which code runs in which images.
    pub images: Vec<ImageRule>,
    /// Roots from this one on are those of bundles.
    pub bundled: Option<RootId>,
    /// The same by the code of before, where that is another.
    pub before: Option<Box<Judged>>,
}

impl Judged {
    /// The code that runs in the containers of a chart.
    pub fn ships(&self, chart: &Chart) -> Ships<'_> {
        let made = verdict::insisting(&self.scan, chart, &self.images, self.bundled);
        Ships { scan: &self.scan, unset: verdict::unset(&self.scan, chart, &made), made }
    }
}

/// Scans what was gathered, and judges the entries of `chart` that `question` asks for; its image rules and
/// what bundles hold are filled in here. Files of the charts at `inputs` are no readers.
///
/// # Errors
/// If an image rule names a root that is not there.
pub fn judged(
    job: &Job,
    mut gathered: Gathered,
    chart: &Chart,
    question: Question,
    inputs: &[&chart::Input],
    progress: &Progress,
) -> Result<Judged, Failure> {
    // Whatever can be refused is refused before the long part.
    let images = roots::image_rules(job, &gathered.roots())?;
    progress.stage("scanning Python");
    let bundled = gathered.bundled();
    let scan = scan_here(job, &mut gathered);
    progress.stage("searching for mentions");
    let wanted = verdict::asked(chart, &question.names).into_iter().filter_map(|id| chart.entries.get(id));
    let wanted: BTreeSet<String> = wanted.map(|entry| entry.name.clone()).filter(|name| !name.ends_with('*')).collect();
    let (mut mentions, mut notices) = gather::mentions_here(&scan, &gathered.files, &wanted);
    gathered.files.sound()?;
    let (scan, words) = gather::merge(scan, gathered);
    mentions.extend(words.iter().flat_map(|words| words.mentions(&wanted)));
    mentions.sort();
    let of_a_chart = |mention: &Mention| {
        let of = |input: &&chart::Input| roots::is_of_a_chart(&scan.sources, mention.file, input, &job.values.files);
        inputs.iter().any(of)
    };
    mentions.retain(|mention| !of_a_chart(mention));
    progress.stage("judging");
    let unsearched = wanted.into_iter().filter(|name| !mentions::is_token(name.as_bytes())).collect();
    let question = Question { images, unsearched, bundled, ..question };
    let judgements = verdict::judge(&scan, chart, &mentions, &question);
    notices.extend(verdict::notices(&scan, chart, &judgements));
    let Question { images, bundled, .. } = question;
    Ok(Judged { scan, mentions, judgements, notices, images, bundled, before: None })
}
