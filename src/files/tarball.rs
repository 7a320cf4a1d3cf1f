//! Tar archives, plain or compressed, into a tree.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use tar::{Entries, EntryType};

use super::blob::{Keeping, Section};
use super::limits::Budget;
use super::tree::{Content, Store, Tree, names};

/// How a stream is compressed, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not.
    Plain,
    /// [RFC 1952](https://www.rfc-editor.org/rfc/rfc1952#page-6).
    Gzip,
    /// [RFC 8878](https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1), and its skippable frames.
    Zstd,
    /// In a way that is not understood here.
    Other(&'static str),
}

impl Packing {
    /// By the magic number.
    pub fn of(head: &[u8]) -> Packing {
        match head {
            [0x1f, 0x8b, ..] => Packing::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Packing::Zstd,
            [b'B', b'Z', b'h', ..] => Packing::Other("bzip2"),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Packing::Other("xz"),
            _ => Packing::Plain,
        }
    }
}

/// Whether a stream that begins so is a tar archive: by POSIX's magic, or the checksum of its header.
pub fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.get(..512) else { return false };
    let said = std::str::from_utf8(&block[148..156]).ok();
    let said = said.and_then(|text| u32::from_str_radix(text.trim_matches(['\0', ' ']), 8).ok());
    let sum = |(at, byte): (usize, &u8)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) };
    block[257..262] == *b"ustar" || said.is_some_and(|said| said == block.iter().enumerate().map(sum).sum::<u32>())
}

/// A stream unpacked, and kept where it can be read from anywhere.
///
/// # Errors
/// If it is damaged, too large, or packed in a way that is not understood.
pub fn unpacked(input: Section, budget: &mut Budget) -> Result<Section, String> {
    let packing = Packing::of(&input.head::<8>().map_err(|e| e.to_string())?);
    budget.packed(input.len());
    match packing {
        Packing::Plain => {
            budget.unpacked(input.len())?;
            Ok(input)
        }
        Packing::Gzip => keep(MultiGzDecoder::new(io::BufReader::new(input)), budget),
        Packing::Zstd => keep(zstd::Decoder::new(input).map_err(|e| e.to_string())?, budget),
        Packing::Other(name) => Err(format!("compressed with {name}, which is not understood: unpack it first")),
    }
}

fn keep(stream: impl Read, budget: &mut Budget) -> Result<Section, String> {
    let metered = Metered { stream, budget, over: None };
    let kept = Keeping::new(metered).and_then(Keeping::finish);
    kept.map(|(section, _)| section).map_err(|error| format!("damaged or cut off: {error}"))
}

/// A stream of unknown length (standard input) as it is, kept.
///
/// # Errors
/// If it cannot be read, or is too large.
pub fn kept(stream: impl Read, budget: &mut Budget) -> Result<Section, String> {
    // It has no ratio: it may be as large as any archive.
    budget.packed(u64::MAX);
    keep(stream, budget)
}

struct Metered<'a, R> {
    stream: R,
    budget: &'a mut Budget,
    over: Option<String>,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if let Some(over) = &self.over {
            return Err(io::Error::other(over.clone()));
        }
        let read = self.stream.read(out)?;
        if let Err(over) = self.budget.unpacked(read as u64) {
            self.over = Some(over.clone());
            return Err(io::Error::other(over));
        }
        Ok(read)
    }
}

/// Adds what a tar archive holds to `tree`, over what is there. In a `layer` of an image, whiteouts
/// remove what lower layers brought
/// ([specification](https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts)).
///
/// # Errors
/// If it is damaged or over a limit.
pub fn add(tree: &mut Tree, input: Section, layer: Option<u32>, budget: &mut Budget) -> Result<(), String> {
    let input = unpacked(input, budget)?;
    let store = tree.store(Store::Section(input.clone()));
    let len = input.len();
    let mut archive = tar::Archive::new(io::BufReader::with_capacity(64 << 10, input));
    let entries = archive.entries_with_seek().map_err(damaged)?;
    Adding { tree, store, layer, budget }.all(entries, len)
}

fn damaged(error: io::Error) -> String {
    format!("damaged or cut off: {error}")
}

struct Adding<'a> {
    tree: &'a mut Tree,
    store: usize,
    layer: Option<u32>,
    budget: &'a mut Budget,
}

impl Adding<'_> {
    fn all<R: Read>(&mut self, entries: Entries<'_, R>, len: u64) -> Result<(), String> {
        let mut end = 0;
        for entry in entries {
            let entry = entry.map_err(damaged)?;
            self.budget.entry()?;
            end = entry.raw_file_position().saturating_add(entry.size());
            if end > len {
                let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
                return Err(format!("cut off within {path}"));
            }
            self.one(&entry);
        }
        match end > 0 && len < end.div_ceil(512) * 512 + 512 {
            true => Err("cut off: it lacks the mark that ends a tar archive".into()),
            false => Ok(()),
        }
    }

    fn one<R: Read>(&mut self, entry: &tar::Entry<'_, R>) {
        let bytes = entry.path_bytes();
        let mut note = |why: &str| {
            let path = String::from_utf8_lossy(&bytes).escape_default().to_string();
            self.tree.notices.push((path, why.to_string()));
        };
        let Ok(path) = std::str::from_utf8(&bytes) else { return note("the name is not UTF-8: not looked at") };
        let Some(names) = names(path) else { return note("leads out of the archive: not looked at") };
        let Some((name, above)) = names.split_last() else { return };
        let layer = self.layer.unwrap_or(0);
        if self.layer.is_some()
            && let Some(hidden) = name.strip_prefix(".wh.")
        {
            match hidden {
                ".wh..opq" => self.tree.clear(above, layer),
                // Others of that kind are the storage driver's own (aufs).
                hidden if hidden.starts_with(".wh.") => {}
                hidden => self.tree.remove(&[above, &[hidden]].concat(), layer),
            }
            return;
        }
        let target = entry.link_name_bytes();
        let target = target.as_deref().map(std::str::from_utf8);
        match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous => {
                let content = Content { store: self.store, at: entry.raw_file_position(), size: entry.size() };
                self.tree.file(&names, content, layer);
            }
            EntryType::Directory => self.tree.folder(&names, layer),
            EntryType::Symlink => match target {
                Some(Ok(target)) => self.tree.link(&names, target, layer),
                _ => note("a link whose target is no text: not looked at"),
            },
            EntryType::Link => {
                let target = target.and_then(Result::ok).and_then(self::names);
                if !target.is_some_and(|target| self.tree.same(&names, &target, layer)) {
                    let path = String::from_utf8_lossy(&bytes).into_owned();
                    self.tree.notices.push((path, "a hard link to what is not in the archive: not looked at".into()));
                }
            }
            EntryType::GNUSparse => note("a sparse file: not looked at"),
            // Devices and pipes hold no code; the rest are remarks about other entries.
            _ => {}
        }
    }
}
