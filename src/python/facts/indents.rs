//! The indentations of a text, as the scanner of the grammar measures them.

use std::collections::BTreeSet;

/// How many different indentations the lines of `text` have: at least as many as blocks can be open at
/// once, since each is deeper than the one around it. Joined lines (a backslash at an end) count as one.
pub fn count(text: &[u8]) -> usize {
    let mut seen = BTreeSet::new();
    let mut lines = memchr::memchr_iter(b'\n', text).map(|end| end + 1);
    let mut next = Some(0);
    while let Some(start) = next {
        let (mut width, mut at) = (0_usize, start);
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
        next = lines.next();
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
            (" \\\n  a\n", 3),
            (" \\\r\n  a", 2),
            (" \\x\n", 2),
            ("    \x0ca", 1),
        ] {
            assert_eq!(count(text.as_bytes()), expected, "{text:?}");
        }
    }
}
