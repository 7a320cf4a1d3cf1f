//! What an archive may cost. Archives can be made to blow up whoever opens them; over a limit the
//! answer is an error that names it, never half a tree.

/// Files, folders and links of one archive, all layers counted.
pub const MAX_ENTRIES: u64 = 4_000_000;
/// Bytes of one archive when unpacked.
pub const MAX_UNPACKED: u64 = 64 << 30;
/// Bytes that may be unpacked whatever the ratio; source code packs to a tenth at best.
const FREE: u64 = 1 << 30;
/// Beyond [`FREE`], how many bytes one packed byte may stand for.
pub const MAX_RATIO: u64 = 100;
/// A link that leads to a link …: as many as Linux follows (`MAXSYMLINKS`).
pub const MAX_LINKS: usize = 40;
/// Bytes of a file that is read as a whole.
pub const MAX_READ: u64 = 512 << 20;
/// Bytes of a description in an image (manifest, index, configuration).
pub const MAX_JSON: u64 = 16 << 20;
/// Folders within folders.
pub const MAX_DEPTH: usize = 512;

/// The limits that a user may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// [`MAX_ENTRIES`]
    pub entries: u64,
    /// [`MAX_UNPACKED`]
    pub unpacked: u64,
    /// [`MAX_RATIO`]
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { entries: MAX_ENTRIES, unpacked: MAX_UNPACKED, ratio: MAX_RATIO }
    }
}

/// What has been used of the limits.
#[derive(Debug, Default)]
pub struct Budget {
    limits: Limits,
    entries: u64,
    packed: u64,
    unpacked: u64,
}

impl Budget {
    /// Nothing yet.
    pub fn new(limits: Limits) -> Budget {
        Budget { limits, ..Budget::default() }
    }

    /// One more entry.
    ///
    /// # Errors
    /// If that is one too many.
    pub fn entry(&mut self) -> Result<(), String> {
        self.entries += 1;
        let limit = self.limits.entries;
        match self.entries > limit {
            true => Err(format!("more than {limit} entries, the limit for an archive (--max-entries)")),
            false => Ok(()),
        }
    }

    /// Packed bytes that follow.
    pub fn packed(&mut self, bytes: u64) {
        self.packed = self.packed.saturating_add(bytes);
    }

    /// Unpacked bytes that came out.
    ///
    /// # Errors
    /// If they are too many.
    pub fn unpacked(&mut self, bytes: u64) -> Result<(), String> {
        self.unpacked = self.unpacked.saturating_add(bytes);
        let Limits { unpacked, ratio, .. } = self.limits;
        if self.unpacked > unpacked {
            return Err(format!(
                "unpacks to more than {} GiB, the limit for an archive (--max-unpacked)",
                unpacked >> 30
            ));
        }
        if self.unpacked > FREE && self.unpacked / ratio.max(1) > self.packed {
            return Err(format!(
                "unpacks to more than {ratio} times its size, the limit for an archive (a bomb? --max-ratio)"
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bombs_are_over_the_limit_and_source_is_not() {
        for (packed, unpacked, fits) in [
            (1 << 10, 1 << 20, true),
            (1 << 10, FREE + 1, false),
            (1 << 30, 10 << 30, true),
            (u64::MAX, MAX_UNPACKED + 1, false),
        ] {
            let mut budget = Budget::default();
            budget.packed(packed);
            assert_eq!(budget.unpacked(unpacked).is_ok(), fits, "{packed} {unpacked}");
        }
    }
}
