//! Texts line by line: how two differ, and a part of that as a patch.

use std::fmt::Write as _;
use std::ops::Range;

/// Lines that a patch shows around a change.
const CONTEXT: usize = 3;
/// Pairs of lines that are compared; beyond, all of the differing part counts as one change.
const MAX_PAIRS: usize = 16_000_000;

/// Lines that are replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// In the old text; empty: nothing is removed.
    pub old: Range<usize>,
    /// In the new text; empty: nothing is put there.
    pub new: Range<usize>,
}

/// The lines of a text, each with its end.
pub fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// How two lists differ, by the longest common subsequence.
pub fn edits<T: PartialEq>(old: &[T], new: &[T]) -> Vec<Edit> {
    let start = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(one, other)| one == other).count();
    let (n, m) = (old_rest.len() - end, new_rest.len() - end);
    if n == 0 && m == 0 {
        return Vec::new();
    }
    if n.saturating_mul(m) > MAX_PAIRS {
        return vec![Edit { old: start..start + n, new: start..start + m }];
    }
    // By pair, the longest common part of what follows.
    let mut longest = vec![vec![0u32; m + 1]; n + 1];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            longest[i][j] = match old_rest[i] == new_rest[j] {
                true => longest[i + 1][j + 1] + 1,
                false => longest[i + 1][j].max(longest[i][j + 1]),
            };
        }
    }
    let mut out: Vec<Edit> = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < n || j < m {
        if i < n && j < m && old_rest[i] == new_rest[j] {
            (i, j) = (i + 1, j + 1);
            continue;
        }
        let removes = j == m || (i < n && longest[i + 1][j] >= longest[i][j + 1]);
        let (old_at, new_at) = (start + i, start + j);
        let edit = match removes {
            true => Edit { old: old_at..old_at + 1, new: new_at..new_at },
            false => Edit { old: old_at..old_at, new: new_at..new_at + 1 },
        };
        (i, j) = if removes { (i + 1, j) } else { (i, j + 1) };
        match out.last_mut() {
            Some(last) if last.old.end == edit.old.start && last.new.end == edit.new.start => {
                last.old.end = edit.old.end;
                last.new.end = edit.new.end;
            }
            _ => out.push(edit),
        }
    }
    out
}

/// The old lines with some edits made; they are sorted.
pub fn applied<'t>(old: &[&'t str], new: &[&'t str], edits: &[&Edit]) -> Vec<&'t str> {
    let mut out = Vec::new();
    let mut at = 0;
    for edit in edits {
        out.extend_from_slice(old.get(at..edit.old.start).unwrap_or_default());
        out.extend_from_slice(new.get(edit.new.clone()).unwrap_or_default());
        at = edit.old.end;
    }
    out.extend_from_slice(old.get(at..).unwrap_or_default());
    out
}

/// A unified diff of one file, as `git apply` and `patch -p1` take it; a text that is `None` is a file that is not
/// there. Nothing if they are the same.
pub fn patch(name: &str, old: Option<&str>, new: Option<&str>) -> String {
    if old == new {
        return String::new();
    }
    let (before, after) = (lines(old.unwrap_or_default()), lines(new.unwrap_or_default()));
    let mut out = format!("diff --git a/{name} b/{name}\n");
    match (old, new) {
        (None, _) => out += "new file mode 100644\n",
        (_, None) => out += "deleted file mode 100644\n",
        _ => {}
    }
    let label = |there: bool, side: &str| if there { format!("{side}/{name}") } else { "/dev/null".into() };
    let _ = writeln!(out, "--- {}\n+++ {}", label(old.is_some(), "a"), label(new.is_some(), "b"));
    let edits = edits(&before, &after);
    let mut rest = edits.as_slice();
    while let Some(first) = rest.first() {
        // Edits whose surroundings meet are told together.
        let near = rest.windows(2).take_while(|pair| pair[1].old.start - pair[0].old.end <= 2 * CONTEXT).count() + 1;
        let (group, others) = rest.split_at(near);
        rest = others;
        let last = group.last().unwrap_or(first);
        let lead = first.old.start.min(CONTEXT);
        let trail = (before.len() - last.old.end).min(CONTEXT);
        let (old_range, new_range) =
            (first.old.start - lead..last.old.end + trail, first.new.start - lead..last.new.end + trail);
        let _ = writeln!(out, "@@ -{} +{} @@", range(&old_range), range(&new_range));
        let mut at = old_range.start;
        for edit in group {
            before[at..edit.old.start].iter().for_each(|line| put(&mut out, ' ', line));
            before[edit.old.clone()].iter().for_each(|line| put(&mut out, '-', line));
            after[edit.new.clone()].iter().for_each(|line| put(&mut out, '+', line));
            at = edit.old.end;
        }
        before[at..old_range.end].iter().for_each(|line| put(&mut out, ' ', line));
    }
    out
}

/// A range as a hunk's head has it: an empty one is named by the line before it.
fn range(range: &Range<usize>) -> String {
    let first = if range.is_empty() { range.start } else { range.start + 1 };
    format!("{first},{}", range.len())
}

fn put(out: &mut String, mark: char, line: &str) {
    out.push(mark);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_lead_from_one_text_to_the_other() {
        for (old, new) in [("", "a\n"), ("a\nb\nc\n", "a\nc\nd\n"), ("x\n", ""), ("a\na\nb", "a\nb\n"), ("s\n", "s\n")]
        {
            let (before, after) = (lines(old), lines(new));
            let edits = edits(&before, &after);
            assert_eq!(applied(&before, &after, &edits.iter().collect::<Vec<_>>()).concat(), new);
            assert_eq!(applied(&before, &after, &[]).concat(), old);
        }
    }

    #[test]
    fn a_patch_is_a_unified_diff() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n";
        let new = "1\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\nend";
        let expected = "diff --git a/v.yaml b/v.yaml\n--- a/v.yaml\n+++ b/v.yaml\n@@ -1,5 +1,4 @@\n 1\n-2\n 3\n 4\n 5\n\
                        @@ -10,3 +9,4 @@\n 10\n 11\n 12\n+end\n\\ No newline at end of file\n";
        assert_eq!(patch("v.yaml", Some(old), Some(new)), expected);
        assert!(patch("n", None, Some("a\n")).contains("--- /dev/null\n+++ b/n\n@@ -0,0 +1,1 @@\n+a\n"));
        assert_eq!(patch("n", Some("a"), Some("a")), "");
    }
}
