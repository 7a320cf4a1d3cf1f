//! Several scans as one, whose parts stay apart: no code of one sees that of another.

use super::Words;
use crate::model::{Image, Place, Scan};

/// Adds `other` and its words to `scan`; the number of its first file there. With `alone`, what is in no
/// image of its own becomes one of that name.
pub fn append(scan: &mut Scan, mut other: Scan, words: &mut Words, alone: Option<&str>) -> usize {
    let (roots, owners) = (scan.sources.roots.len(), scan.sources.owners.len());
    let (files, images) = (scan.sources.files.len(), scan.sources.images.len());
    let own = other.sources.images.len();
    for root in &mut other.sources.roots {
        root.image = match (root.image, alone) {
            (Some(image), _) => Some(images + image),
            (None, Some(_)) => Some(images + own),
            (None, None) => None,
        };
    }
    scan.sources.images.append(&mut other.sources.images);
    if let Some(label) = alone
        && other.sources.roots.iter().any(|root| root.image == Some(images + own))
    {
        scan.sources.images.push(Image { label: label.into(), ..Image::default() });
    }
    for file in &mut other.sources.files {
        file.root += roots;
        file.owner += owners;
    }
    for script in &mut other.sources.scripts {
        script.root += roots;
    }
    let shift = |place: &mut Place| place.file += files;
    for read in &mut other.reads {
        shift(&mut read.place);
        read.given.iter_mut().for_each(shift);
        read.chain.iter_mut().for_each(|step| shift(&mut step.place));
        read.passed.iter_mut().for_each(|passed| shift(&mut passed.place));
        read.users.iter_mut().flatten().for_each(shift);
    }
    other.graph.imports.iter_mut().flatten().for_each(|file| *file += files);
    other.graph.modules.iter_mut().for_each(|(_, file)| *file += files);
    words.places.iter_mut().for_each(|(file, _)| *file += files);
    scan.sources.roots.append(&mut other.sources.roots);
    scan.sources.owners.append(&mut other.sources.owners);
    scan.sources.files.append(&mut other.sources.files);
    scan.sources.scripts.append(&mut other.sources.scripts);
    scan.reads.append(&mut other.reads);
    scan.graph.imports.append(&mut other.graph.imports);
    scan.graph.modules.append(&mut other.graph.modules);
    scan.notices.append(&mut other.notices);
    scan.notices.sort();
    scan.notices.dedup();
    scan.outlined += other.outlined;
    scan.parsed += other.parsed;
    files
}
