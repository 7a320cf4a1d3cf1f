//! Archives and images, made of plain files.

use std::io::{Cursor, Write};
use std::path::Path;

use zip::write::SimpleFileOptions;

/// One entry of a tar archive: a path, and what is there.
pub enum Entry<'a> {
    File(&'a str),
    Folder,
    Link(&'a str),
    HardLink(&'a str),
    Device,
}

/// A tar archive; paths are written as they are, whatever they lead to.
pub fn tar(entries: &[(&str, Entry<'_>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, entry) in entries {
        let mut header = tar::Header::new_gnu();
        let (kind, data, target) = match entry {
            Entry::File(text) => (tar::EntryType::Regular, *text, ""),
            Entry::Folder => (tar::EntryType::Directory, "", ""),
            Entry::Link(target) => (tar::EntryType::Symlink, "", *target),
            Entry::HardLink(target) => (tar::EntryType::Link, "", *target),
            Entry::Device => (tar::EntryType::Char, "", ""),
        };
        header.set_entry_type(kind);
        header.set_mode(0o755);
        header.set_size(data.len() as u64);
        let old = header.as_old_mut();
        old.name[..path.len()].copy_from_slice(path.as_bytes());
        old.linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_cksum();
        builder.append(&header, data.as_bytes()).expect("in memory");
    }
    builder.into_inner().expect("in memory")
}

/// A tar archive of ordinary files.
pub fn tar_of(files: &[(String, String)], prefix: &str) -> Vec<u8> {
    let paths: Vec<String> = files.iter().map(|(path, _)| format!("{prefix}{path}")).collect();
    let entries = paths.iter().zip(files).map(|(path, (_, text))| (path.as_str(), Entry::File(text)));
    tar(&entries.collect::<Vec<_>>())
}

/// A zip archive.
pub fn zip(files: &[(String, String)], prefix: &str) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (path, text) in files {
        writer.start_file(format!("{prefix}{path}"), options).expect("in memory");
        writer.write_all(text.as_bytes()).expect("in memory");
    }
    writer.finish().expect("in memory").into_inner()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).expect("in memory");
    writer.finish().expect("in memory")
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).expect("in memory")
}

/// Writes a file, with the folders above it.
pub fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("folder");
    std::fs::write(path, bytes).expect("file");
}
