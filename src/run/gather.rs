//! Where code comes from: roots that are scanned now, and bundles of what was scanned before.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Job, roots, rows};
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
    for (label, Bundle { scan: other, mut words, .. }) in bundles.bundles {
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

/// What `scan` makes.
#[derive(Debug, Default, Clone)]
pub struct Made {
    /// The bundle.
    pub bundle: Option<PathBuf>,
    /// Rows of its reads, as JSON Lines.
    pub rows: Option<PathBuf>,
    /// The image that it is.
    pub name: Option<String>,
}

/// Scans what is here, and writes a bundle and rows; or the rows of bundles.
///
/// # Errors
/// If there is nothing to scan, or a file cannot be written.
pub fn scan(job: &Job, made: &Made) -> Result<u8, Failure> {
    let cwd = &job.sources.cwd;
    let target = |path: &Path| if path.as_os_str() == "-" { path.to_path_buf() } else { cwd.join(path) };
    match (&made.bundle, &made.rows) {
        (None, None) => {
            return Err(Failure::new("scan: nothing to write: pass -o FILE for a bundle, --export FILE for rows"));
        }
        (None, Some(rows)) if !job.scans.is_empty() => return rows::export(&job.scans, cwd, &target(rows)),
        (Some(_), _) if !job.scans.is_empty() => {
            return Err(Failure::new(
                "scan: a bundle is made of roots and images, not of bundles: leave out --scan, or -o",
            ));
        }
        _ => {}
    }
    let mut gathered = Gathered::new(job)?;
    let mut scan = super::scan_here(job, &mut gathered);
    if let Some(name) = &made.name {
        name_image(&mut scan, name)?;
    }
    let mut kept = mentions::all(&scan.sources, &gathered.files, &scan.reads);
    gathered.files.sound()?;
    kept.words.retain(|mention| !roots::is_of_a_chart(&scan.sources, mention.file, &chart::Input::Stdin, &[]));
    scan.notices.extend(kept.notices);
    scan.notices.sort();
    let output = made.bundle.clone().unwrap_or_else(|| {
        let first = scan.sources.roots.first();
        PathBuf::from(first.map_or_else(String::new, |root| root.label.clone()))
    });
    let fail = |error: std::io::Error| Failure::new(format!("{}: cannot be written: {error}", output.display()));
    let bytes = bundle::save(&scan, &Words::new(&kept.words), &Words::new(&kept.literal_paths)).map_err(fail)?;
    if let Some(path) = &made.bundle {
        super::output::replace(&cwd.join(path), &bytes).map_err(fail)?;
    }
    if let Some(path) = &made.rows {
        let line = bundle::first(&mut &bytes[..]).map_err(Failure::new)?;
        let rows = rows::of_line(&line, &output, &|_, _| true).map_err(Failure::new)?;
        super::output::stream(&target(path), |out| rows::write(&rows, out))?;
    }
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
