//! A small tar archive, packed or not, as a list of its files: what a packed chart is.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use tar::EntryType;

use super::tarball::Packing;

/// The files of an archive with their paths as they stand there; links and devices are left out.
///
/// # Errors
/// If it is damaged, or over one of the limits: bytes of all files, number of files.
pub fn packed(bytes: &[u8], most_bytes: u64, most_files: usize) -> Result<Vec<(String, Vec<u8>)>, String> {
    // Headers and padding come on top of the files.
    let most_read = most_bytes.saturating_add(most_files as u64 * 1_024);
    let stream: Box<dyn Read + '_> = match Packing::of(bytes) {
        Packing::Gzip => Box::new(MultiGzDecoder::new(bytes)),
        Packing::Plain => Box::new(bytes),
        _ => return Err("is packed in a way that Helm does not understand: gzip is expected".into()),
    };
    let mut archive = tar::Archive::new(stream.take(most_read));
    let damaged = |error: std::io::Error| format!("damaged, cut off or too large for a chart: {error}");
    let (mut out, mut size) = (Vec::new(), 0_u64);
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        if !matches!(entry.header().entry_type(), EntryType::Regular | EntryType::Continuous) {
            continue;
        }
        size = size.saturating_add(entry.size());
        if size > most_bytes {
            return Err(format!("unpacks to more than {} MiB, the limit for a chart (a bomb?)", most_bytes >> 20));
        }
        if out.len() >= most_files {
            return Err(format!("holds more than {most_files} files, the limit for a chart"));
        }
        let path = String::from_utf8(entry.path_bytes().into_owned());
        let path = path.map_err(|_| "holds a name that is not UTF-8".to_string())?;
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(damaged)?;
        out.push((path, content));
    }
    Ok(out)
}
