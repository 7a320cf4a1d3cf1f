//! Bytes that can be read from anywhere in them: of a file, or of a compressed stream that is kept in
//! memory, in blocks compressed anew.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

/// Bytes of a block: the price of reading one file out of the middle.
const BLOCK: usize = 128 << 10;
/// zstd's fastest ordinary level: a stream is packed once and read a few times.
const LEVEL: i32 = 1;

/// A stretch of bytes, with a place where it is read next. A clone has a place of its own.
#[derive(Debug, Clone)]
pub struct Section {
    bytes: Bytes,
    start: u64,
    len: u64,
    at: u64,
}

#[derive(Debug, Clone)]
enum Bytes {
    File(Arc<File>),
    Packed(Arc<Packed>),
}

/// A stream in independently compressed blocks.
#[derive(Debug, Default)]
struct Packed {
    blocks: Vec<Box<[u8]>>,
    len: u64,
}

impl Section {
    /// All of a file.
    ///
    /// # Errors
    /// If its size cannot be told.
    pub fn of_file(file: File) -> io::Result<Section> {
        let len = file.metadata()?.len();
        Ok(Section { bytes: Bytes::File(Arc::new(file)), start: 0, len, at: 0 })
    }

    /// Bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// A part of it, read from its start; what lies past the end is left out.
    pub fn part(&self, start: u64, len: u64) -> Section {
        let start = start.min(self.len);
        Section { bytes: self.bytes.clone(), start: self.start + start, len: len.min(self.len - start), at: 0 }
    }

    /// The first bytes, at most `N`.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn head<const N: usize>(&self) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.part(0, N as u64).read_to_end(&mut head)?;
        Ok(head)
    }
}

impl Read for Section {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = out.len().min(left);
        if wanted == 0 {
            return Ok(0);
        }
        let position = self.start + self.at;
        let read = match &self.bytes {
            Bytes::File(file) => read_at(file, &mut out[..wanted], position)?,
            Bytes::Packed(packed) => packed.read_at(&mut out[..wanted], position)?,
        };
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Section {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(back) => self.len.checked_add_signed(back),
            SeekFrom::Current(step) => self.at.checked_add_signed(step),
        };
        self.at = at.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "before the start"))?;
        Ok(self.at)
    }
}

#[cfg(unix)]
fn read_at(file: &File, out: &mut [u8], position: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, out, position)
}

#[cfg(windows)]
fn read_at(file: &File, out: &mut [u8], position: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, out, position)
}

/// A block of a stream, by its number, unpacked.
type Block = (Arc<Packed>, usize, Vec<u8>);

impl Packed {
    fn read_at(self: &Arc<Self>, out: &mut [u8], position: u64) -> io::Result<usize> {
        thread_local!(static LAST: RefCell<Option<Block>> = const { RefCell::new(None) });
        let block = usize::try_from(position / BLOCK as u64).unwrap_or(usize::MAX);
        let Some(packed) = self.blocks.get(block) else { return Ok(0) };
        // Files are read in an order much like that of the archive, so the next is in the same block.
        LAST.with_borrow_mut(|last| {
            if !matches!(last, Some((of, at, _)) if Arc::ptr_eq(of, self) && *at == block) {
                *last = Some((self.clone(), block, zstd::bulk::decompress(packed, BLOCK)?));
            }
            let plain = last.as_ref().map_or(&[][..], |(_, _, plain)| plain);
            let from = usize::try_from(position % BLOCK as u64).unwrap_or(0).min(plain.len());
            let read = out.len().min(plain.len() - from);
            out[..read].copy_from_slice(&plain[from..from + read]);
            Ok(read)
        })
    }
}

/// Passes a stream on, and keeps it.
pub struct Keeping<R> {
    from: R,
    buffer: Vec<u8>,
    packed: Packed,
    packer: zstd::bulk::Compressor<'static>,
}

impl<R: Read> Keeping<R> {
    /// Keeps what is read from `from`.
    ///
    /// # Errors
    /// If there is no memory for the compressor.
    pub fn new(from: R) -> io::Result<Self> {
        let packer = zstd::bulk::Compressor::new(LEVEL)?;
        Ok(Keeping { from, buffer: Vec::with_capacity(BLOCK), packed: Packed::default(), packer })
    }

    /// Reads the rest; all that was read, and what it came from.
    ///
    /// # Errors
    /// If the rest cannot be read.
    pub fn finish(mut self) -> io::Result<(Section, R)> {
        io::copy(&mut self, &mut io::sink())?;
        if !self.buffer.is_empty() {
            self.pack()?;
        }
        let len = self.packed.len;
        Ok((Section { bytes: Bytes::Packed(Arc::new(self.packed)), start: 0, len, at: 0 }, self.from))
    }

    fn pack(&mut self) -> io::Result<()> {
        self.packed.blocks.push(self.packer.compress(&self.buffer)?.into_boxed_slice());
        self.buffer.clear();
        Ok(())
    }
}

impl<R: Read> Read for Keeping<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let wanted = out.len().min(BLOCK - self.buffer.len());
        let read = self.from.read(&mut out[..wanted])?;
        self.buffer.extend_from_slice(&out[..read]);
        self.packed.len += read as u64;
        if self.buffer.len() == BLOCK {
            self.pack()?;
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_streams_are_read_from_anywhere() {
        let plain: Vec<u8> = (0..3 * BLOCK as u32 + 17).map(|n| (n.wrapping_mul(n) >> 7) as u8).collect();
        let (kept, _) = Keeping::new(&plain[..]).expect("memory").finish().expect("read");
        assert_eq!(kept.len(), plain.len() as u64);
        for (start, len) in [(0, 10), (BLOCK - 3, 7), (BLOCK, 2 * BLOCK), (plain.len() - 5, 99), (plain.len() + 9, 1)] {
            let mut read = Vec::new();
            kept.part(start as u64, len as u64).read_to_end(&mut read).expect("read");
            let end = (start + len).min(plain.len());
            assert_eq!(read, plain[start.min(end)..end], "{start} {len}");
        }
    }
}
