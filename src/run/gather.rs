//! Where code comes from: roots that are scanned now, and bundles of what was scanned before.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Job, roots};
use crate::bundle::{self, Bundle, Words};
use crate::files::Files;
use crate::model::{Failure, Mention, Notice, RootId, Scan, Sources};
use crate::{chart, discover, mentions};

/// What there is to scan, and what has been scanned.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The roots that are here.
    pub sources: Sources,
    /// Their bytes.
    pub files: Files,
    /// Bundles, with the names by which the user gave them.
    bundles: Vec<(String, Bundle)>,
}

impl Gathered {
    /// Finds the sources, and loads the bundles.
    ///
    /// # Errors
    /// If there are none, or one cannot be used.
    pub fn new(job: &Job) -> Result<Gathered, Failure> {
        let request = &job.sources;
        let mut gathered = Gathered::default();
        let named = !(request.app.is_empty() && request.vendored.is_empty() && request.roots.is_empty());
        if named || job.scans.is_empty() {
            gathered.sources = discover::discover(request, &mut gathered.files)?;
        }
        for path in &job.scans {
            let label = path.display().to_string();
            let fail = |why: String| Failure::new(format!("{label}: {why}"));
            let bytes = std::fs::read(request.cwd.join(path)).map_err(|error| fail(error.to_string()))?;
            let mut bundle = bundle::load(&bytes).map_err(fail)?;
            let real = std::fs::canonicalize(request.cwd.join(path)).unwrap_or_else(|_| path.clone());
            for root in &mut bundle.scan.sources.roots {
                // Whoever names the bundle means what is in it.
                root.path = real.join(root.label.trim_start_matches('/'));
            }
            gathered.bundles.push((label, bundle));
        }
        Ok(gathered)
    }

    /// Where all roots are, in the order in which they will be numbered.
    pub fn roots(&self) -> Vec<PathBuf> {
        let bundled = self.bundles.iter().flat_map(|(_, bundle)| &bundle.scan.sources.roots);
        self.sources.roots.iter().chain(bundled).map(|root| root.path.clone()).collect()
    }

    /// The first root that is a bundle's, if any is.
    pub fn bundled(&self) -> Option<RootId> {
        (!self.bundles.is_empty()).then_some(self.sources.roots.len())
    }
}

/// Puts the scan of the roots that are here and the bundles together.
pub fn merge(mut scan: Scan, bundles: Gathered) -> (Scan, Vec<Words>) {
    let several = usize::from(!scan.sources.roots.is_empty()) + bundles.bundles.len() > 1;
    let mut all = Vec::new();
    for (label, Bundle { scan: other, mut words }) in bundles.bundles {
        bundle::append(&mut scan, other, &mut words, several.then_some(&*label));
        all.push(words);
    }
    (scan, all)
}

/// The mentions of `names` in the files that are here.
pub fn mentions_here(scan: &Scan, files: &Files, names: &BTreeSet<String>) -> (Vec<Mention>, Vec<Notice>) {
    if scan.sources.files.is_empty() {
        return (Vec::new(), Vec::new());
    }
    mentions::find(&scan.sources, files, names, &scan.reads)
}

/// Scans what is here, and writes a bundle; `name` is the image that it is.
///
/// # Errors
/// If there is nothing to scan, or the file cannot be written.
pub fn write_bundle(job: &Job, output: &Path, name: Option<&str>) -> Result<u8, Failure> {
    let mut gathered = Gathered::new(job)?;
    let mut scan = super::scan_here(job, &mut gathered);
    if let Some(name) = name {
        name_image(&mut scan, name)?;
    }
    let (mut found, notices) = mentions::all(&scan.sources, &gathered.files, &scan.reads);
    found.retain(|mention| !roots::is_of_a_chart(&scan.sources, mention.file, &chart::Input::Stdin, &[]));
    scan.notices.extend(notices);
    scan.notices.sort();
    let fail = |error: std::io::Error| Failure::new(format!("{}: cannot be written: {error}", output.display()));
    let bytes = bundle::save(&scan, &Words::new(&found)).map_err(fail)?;
    super::output::replace(&job.sources.cwd.join(output), &bytes).map_err(fail)?;
    Ok(0)
}

/// Makes what was scanned the image of that name.
fn name_image(scan: &mut Scan, name: &str) -> Result<(), Failure> {
    match scan.sources.images.as_mut_slice() {
        [] => {
            let label = scan.sources.roots.first().map_or_else(String::new, |root| root.label.clone());
            let names = vec![name.to_string()];
            scan.sources.images.push(crate::model::Image { label, names, ..Default::default() });
            scan.sources.roots.iter_mut().for_each(|root| root.image = Some(0));
        }
        [one] => one.names = vec![name.to_string()],
        _ => return Err(Failure::new("--name: several images are scanned; one is expected")),
    }
    Ok(())
}
