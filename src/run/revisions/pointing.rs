//! Objects of GitOps tools in the repository that have its charts rendered, each with values of its own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Revisions, Side, below};
use crate::chart::lexical::lexical;
use crate::chart::{self, Pointed};
use crate::model::Failure;

/// How the files are found, in all that git has.
const PATTERN: &str = "^kind: *(Application|ApplicationSet|HelmRelease)[ \t\r]*$";

/// Files with such objects, and the charts that these have rendered.
#[derive(Debug, Default)]
pub struct Pointing {
    /// Where the file, or something that it points to, differs; as the user would give them.
    pub files: Vec<PathBuf>,
    /// Charts of this repository that those files have rendered, with values that are all known.
    pub charts: Vec<PathBuf>,
}

impl Revisions {
    /// Looks for them below the current folder, in both states; the files become readable there.
    ///
    /// # Errors
    /// If git fails or the temporary folder cannot be written.
    pub fn pointing(&mut self) -> Result<Pointing, Failure> {
        let mut files: BTreeSet<String> = BTreeSet::new();
        for side in [&self.base, &self.head] {
            files.extend(self.repository.grep(PATTERN, side.revision.as_ref()));
        }
        // Templates of charts are no objects.
        files.retain(|file| below(file, &self.prefix) && !file.contains("/templates/"));
        let paths: Vec<PathBuf> = files.iter().map(|file| self.relative(file)).collect();
        self.export(true, &paths)?;
        self.export(false, &paths)?;
        let mut found = Pointing::default();
        let mut doubtful: BTreeSet<PathBuf> = BTreeSet::new();
        for (file, path) in files.iter().zip(paths) {
            let places = [&self.base, &self.head].into_iter().filter_map(|side| self.place(side, &path));
            let pointed: Vec<Pointed> = places.flat_map(|place| chart::pointed(&place)).collect();
            let charts = |known: bool| {
                let of_kind = pointed.iter().filter(move |it| it.known == known);
                let charts = of_kind.filter_map(|it| lexical(it.chart.as_ref()?)).filter(|chart| self.has_chart(chart));
                charts.collect::<BTreeSet<String>>()
            };
            let (known, open) = (charts(true), charts(false));
            let paths = pointed.iter().flat_map(|it| it.chart.iter().chain(&it.files)).filter_map(|it| lexical(it));
            let targets: BTreeSet<String> = paths.collect();
            let differs = |changed: &String| changed == file || targets.iter().any(|target| below(changed, target));
            if !(known.is_empty() && open.is_empty()) && self.differing.iter().any(differs) {
                found.files.push(path);
                found.charts.extend(known.iter().map(|chart| self.relative(chart)));
                doubtful.extend(open.iter().map(|chart| self.relative(chart)));
            }
        }
        found.charts.retain(|chart| !doubtful.contains(chart));
        Ok(found)
    }

    fn has_chart(&self, folder: &str) -> bool {
        let wanted = Path::new(folder).join("Chart.yaml");
        let wanted = wanted.to_string_lossy();
        let has = |side: &Side| side.files.iter().any(|file| *file == wanted);
        [&self.base, &self.head].into_iter().any(has)
    }
}
