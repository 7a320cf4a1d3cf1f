//! The indentations of a text, as the scanner of the grammar measures them.

use std::collections::BTreeSet;

/// How many different indentations the lines of `text` have: at least as many as blocks can be open at
/// once, since each is deeper than the one around it. Joined lines (a backslash at an end) count as one.
pub fn count(text: &[u8]) -> usize {
    let mut seen = BTreeSet::new();
    let mut next = Some(0);
    while let Some(mut at) = next {
        let mut width = 0_usize;
        while let Some(byte) = text.get(at) {
            match byte {
                b' ' => width += 1,
                b'\t' => width += 8,
                b'\r' | b'\x0c' => width = 0,
                b'\\' if joins(text, at) => at += text[at..].iter().take_while(|b| **b != b'\n').count(),
                _ => break,
            }
            at += 1;
        }
        seen.insert(width);
        // Never back: a run of joined lines is looked at once.
        next = text.get(at..).and_then(|rest| Some(at + memchr::memchr(b'\n', rest)? + 1));
    }
    seen.len()
}

/// Whether the backslash at `at` ends its line.
fn joins(text: &[u8], at: usize) -> bool {
    text.get(at + 1).is_some_and(|b| *b == b'\n') || text.get(at + 1..at + 3) == Some(b"\r\n")
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn different_indentations_are_counted() {
        for (text, expected) in [
            ("", 1),
            ("a\nb\n", 1),
            ("a\n b\n  c\n b\n", 3),
            ("a\n\tb\n        c\n", 2),
            (" \\\n  a\n", 2),
            (" \\\r\n  a\n", 2),
            (" \\x\n", 2),
            ("    \x0ca", 1),
        ] {
            assert_eq!(count(text.as_bytes()), expected, "{text:?}");
        }
    }
}
