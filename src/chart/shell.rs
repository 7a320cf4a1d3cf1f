//! Shell commands inside of Kubernetes commands.

/// The shells whose scripts are looked into.
const SHELLS: [&str; 6] = ["sh", "bash", "ash", "dash", "zsh", "ksh"];

/// The indexes of the words that a shell among them runs as a script (`sh -ec SCRIPT`), also behind a
/// wrapper such as `tini --`. Where the entrypoint is not known (only `args` are given), leading
/// `-c SCRIPT` is taken for a shell's.
pub fn scripts<'a>(words: impl Iterator<Item = &'a str>, entrypoint_unknown: bool) -> Vec<usize> {
    let words: Vec<&str> = words.collect();
    let mut out = Vec::new();
    if entrypoint_unknown {
        out.extend(script_after_options(&words, 0));
    }
    let mut at = 0;
    while at < words.len() {
        at += 1;
        let program = words[at - 1].rsplit('/').next().unwrap_or_default();
        if SHELLS.contains(&program)
            && let Some(script) = script_after_options(&words, at)
        {
            out.push(script);
            at = script + 1;
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// The index of the script, if the options from `at` on hold a `-c`.
fn script_after_options(words: &[&str], mut at: usize) -> Option<usize> {
    let mut script = false;
    while let Some(option) = words.get(at).filter(|word| word.starts_with(['-', '+'])) {
        at += 1;
        if let Some(letters) = option.strip_prefix('-').filter(|rest| !rest.starts_with('-')) {
            script |= letters.contains('c');
        }
        // `-o pipefail`, `-euo pipefail`
        if !option.starts_with("--") && option.ends_with(['o', 'O']) {
            at += 1;
        }
    }
    (script && at < words.len()).then_some(at)
}

/// The variables a script expands: `$NAME`, `${NAME}`, `${NAME:-x}`, `${#NAME}`, `${!NAME}`. Quotes
/// and backslashes do not hide any: an inner shell may well expand what the outer one leaves.
pub fn variables<'s>(script: &'s str) -> Vec<&'s str> {
    let mut out = Vec::new();
    let mut rest = script;
    while let Some(at) = rest.find('$') {
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            // The shell's own process id.
            rest = after;
            continue;
        }
        // `${env:NAME}` is how the OpenTelemetry collector writes it.
        let sigil = |inner: &'s str| inner.strip_prefix(['#', '!']).or(inner.strip_prefix("env:")).unwrap_or(inner);
        let braced = rest.strip_prefix('{').map(sigil);
        let name = braced.unwrap_or(rest);
        let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
        if end > 0 && !name.as_bytes()[0].is_ascii_digit() {
            out.push(&name[..end]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_found_behind_shells() {
        let table: [(&str, bool, &[usize]); 10] = [
            ("sh -c X", false, &[2]),
            ("/bin/bash -euo pipefail -c X y", false, &[4]),
            ("bash -ceuo pipefail X", false, &[3]),
            ("tini -- bash -lc X", false, &[4]),
            ("sh run.sh X", false, &[]),
            ("bash --login -c X", false, &[3]),
            ("python -c X", false, &[]),
            ("-c X", true, &[1]),
            ("-c X", false, &[]),
            ("sh -c", false, &[]),
        ];
        for (words, unknown, expected) in table {
            assert_eq!(scripts(words.split(' '), unknown), expected, "{words}");
        }
    }

    #[test]
    fn variables_are_those_a_shell_expands() {
        let table: [(&str, &[&str]); 6] = [
            ("a $B \"${C}\" ${D:-$E} ${#F} ${!G}", &["B", "C", "D", "E", "F", "G"]),
            ("$$A $1 $@ $(cmd) $((1)) $", &[]),
            ("awk '{print $NF}' \\$H", &["NF", "H"]),
            ("${A%%.*}${B/x/y}$C_D.x", &["A", "B", "C_D"]),
            ("$é ${", &[]),
            ("A=1 ${env:B}", &["B"]),
        ];
        for (script, expected) in table {
            assert_eq!(variables(script), expected, "{script}");
        }
    }
}
