//! The file around a bundle: a version that can be read before anything else, then two compressed lines
//! of JSON, each with a checksum. `zstd -dc` shows them, as the version is in a skippable frame
//! ([RFC 8878 §3.1.2](https://www.rfc-editor.org/rfc/rfc8878#section-3.1.2)).

use std::io::{Read, Write};

use serde::{Deserialize, Serialize};

/// What this program writes, and the newest that it reads.
pub const VERSION: u32 = 1;
const MAGIC: [u8; 4] = [0x5c, 0x2a, 0x4d, 0x18];
const NAME: &str = "stripcheck scan ";
/// The longest version line that can be.
const LONGEST: usize = 64;
/// A bundle is written once and kept: small is worth some time.
const LEVEL: i32 = 19;
/// Bytes of one line when unpacked: a bound against bombs.
const MAX_LINE: u64 = 1 << 30;

/// Whether a file that begins so is a bundle, of whatever version.
pub fn is_bundle(head: &[u8]) -> bool {
    head.len() >= 8
        && head.starts_with(&MAGIC)
        && head[8..].starts_with(&NAME.as_bytes()[..NAME.len().min(head.len() - 8)])
}

/// The bytes of a bundle.
///
/// # Errors
/// If there is no memory for it.
pub fn write(head: &impl Serialize, body: &impl Serialize) -> std::io::Result<Vec<u8>> {
    let (head, body) = (packed(&serde_json::to_vec(head)?)?, packed(&serde_json::to_vec(body)?)?);
    let name = format!("{NAME}{VERSION} {}\n", head.len());
    let mut out = MAGIC.to_vec();
    out.extend(u32::try_from(name.len()).unwrap_or(0).to_le_bytes());
    out.extend(name.as_bytes());
    out.extend(head);
    out.extend(body);
    Ok(out)
}

fn packed(line: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packer = zstd::Encoder::new(Vec::new(), LEVEL)?;
    packer.include_checksum(true)?;
    packer.include_contentsize(true)?;
    packer.set_pledged_src_size(Some(line.len() as u64 + 1))?;
    packer.window_log(24)?;
    packer.write_all(line)?;
    packer.write_all(b"\n")?;
    packer.finish()
}

/// Reads up to a bundle's first line: how many bytes that is, packed.
fn version(from: &mut impl Read) -> Result<usize, String> {
    let mut start = [0; 8];
    let begun = from.read_exact(&mut start).is_ok() && start.starts_with(&MAGIC);
    let size = u32::from_le_bytes([start[4], start[5], start[6], start[7]]) as usize;
    if !begun || size > LONGEST {
        return Err("no scan bundle".into());
    }
    let mut name = vec![0; size];
    from.read_exact(&mut name).map_err(damaged)?;
    let name = String::from_utf8_lossy(&name);
    let mut numbers = name.strip_prefix(NAME).unwrap_or_default().trim_end().split(' ');
    let version = numbers.next().and_then(|number| number.parse::<u32>().ok());
    match (version, numbers.next().and_then(|number| number.parse().ok())) {
        (Some(VERSION), Some(length)) => Ok(length),
        (Some(version), _) if version != VERSION => Err(format!(
            "a scan bundle of version {version}, and this stripcheck reads version {VERSION}: update stripcheck, or scan again"
        )),
        _ => Err("a damaged scan bundle: scan again".into()),
    }
}

fn damaged(why: impl std::fmt::Display) -> String {
    format!("a damaged scan bundle ({why}): scan again")
}

/// A frame says how long its line is; all at once is much quicker than as a stream.
fn unpacked(frame: &[u8]) -> Result<Vec<u8>, String> {
    let length = zstd::zstd_safe::get_frame_content_size(frame).ok().flatten();
    let length = length.filter(|length| *length <= MAX_LINE).and_then(|length| usize::try_from(length).ok());
    let length = length.ok_or_else(|| damaged("its length is not told"))?;
    let line = zstd::bulk::decompress(frame, length).map_err(damaged)?;
    if line.last() == Some(&b'\n') && line.len() == length { Ok(line) } else { Err(damaged("cut off")) }
}

/// The first line, as JSON; no more than that is read.
///
/// # Errors
/// If these are not the bytes of a bundle of this version, or they are damaged: one sentence.
pub fn first(from: &mut impl Read) -> Result<Vec<u8>, String> {
    let length = version(from)?;
    let mut frame = Vec::new();
    from.take(length as u64).read_to_end(&mut frame).map_err(damaged)?;
    if frame.len() == length { unpacked(&frame) } else { Err(damaged("cut off")) }
}

/// Understands a line.
///
/// # Errors
/// If it is damaged.
pub fn line<'a, T: Deserialize<'a>>(line: &'a [u8]) -> Result<T, String> {
    serde_json::from_slice(line).map_err(damaged)
}

/// Both lines, as JSON, each understood by its own function; at the same time.
///
/// # Errors
/// As [`first`].
pub fn both<T: Send, U: Send>(
    bytes: &[u8],
    head: impl FnOnce(&[u8]) -> Result<T, String> + Send,
    body: impl FnOnce(&[u8]) -> Result<U, String> + Send,
) -> Result<(T, U), String> {
    let mut rest = bytes;
    let length = version(&mut rest)?;
    let (first, second) = rest.split_at_checked(length).ok_or_else(|| damaged("cut off"))?;
    // What follows a frame would be another one, of which nobody knows.
    let whole = |frame: &[u8]| match zstd::zstd_safe::find_frame_compressed_size(frame) {
        Ok(size) if size == frame.len() => unpacked(frame),
        _ => Err(damaged("cut off, or something follows it")),
    };
    let (head, body) = rayon::join(|| head(&whole(first)?), || body(&whole(second)?));
    Ok((head?, body?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_and_newer_versions_are_refused() {
        let bytes = write(&vec![1, 2, 3], &"x".repeat(5000)).expect("memory");
        let both = |bytes: &[u8]| both(bytes, |text| line::<Vec<u8>>(text), |text| line::<String>(text));
        assert_eq!(both(&bytes).expect("whole").0, [1, 2, 3]);
        for end in 0..bytes.len() {
            assert!(both(&bytes[..end]).is_err(), "cut at {end}");
        }
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x10;
            // The frames' headers have bits that change nothing.
            assert!(both(&flipped).is_err() || both(&flipped) == both(&bytes), "flipped at {at}");
        }
        let newer = String::from_utf8_lossy(&bytes[..26]).replace("scan 1", "scan 2");
        assert!(!newer.is_empty());
        let mut newer = bytes.clone();
        newer[8 + NAME.len()] = b'2';
        assert!(both(&newer).expect_err("newer").contains("version 2"));
        let longer = [&bytes[..], b"x"].concat();
        assert!(both(&longer).is_err());
    }
}
