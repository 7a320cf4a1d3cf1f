//! `.helmignore` (Helm, `pkg/ignore`): like `.gitignore`, with less.

/// The rules of a file, after Helm's own.
#[derive(Debug, Default)]
pub struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    pattern: Vec<char>,
    negated: bool,
    folders: bool,
    /// Only the last part of a path is compared.
    name: bool,
}

impl Rules {
    /// Reads the rules.
    pub fn parse(text: &str) -> Rules {
        let lines = text.trim_start_matches('\u{feff}').lines();
        Rules(lines.chain(["templates/.?*"]).filter_map(rule).collect())
    }

    /// Whether a path is ignored: the first rule that matches decides.
    pub fn ignores(&self, path: &str, folder: bool) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        for rule in &self.0 {
            let subject: Vec<char> = if rule.name { name } else { path }.chars().collect();
            let fits = matches(&rule.pattern, &subject);
            if rule.negated {
                if rule.folders && !folder || !fits {
                    return true;
                }
                continue;
            }
            if fits && (!rule.folders || folder) {
                return true;
            }
        }
        false
    }
}

fn rule(line: &str) -> Option<Rule> {
    let line = line.trim();
    // `**` is not understood by Helm either.
    if line.is_empty() || line.starts_with('#') || line.contains("**") {
        return None;
    }
    let (line, negated) = line.strip_prefix('!').map_or((line, false), |rest| (rest, true));
    let (line, folders) = line.strip_suffix('/').map_or((line, false), |rest| (rest, true));
    let (line, rooted) = line.strip_prefix('/').map_or((line, false), |rest| (rest, true));
    let name = !rooted && !line.contains('/');
    Some(Rule { pattern: line.chars().collect(), negated, folders, name })
}

/// Go's `filepath.Match`: `*` and `?` do not match `/`.
fn matches(pattern: &[char], subject: &[char]) -> bool {
    crate::helm::files::glob(&plain(pattern), subject)
}

/// Braces mean nothing to Go's patterns.
fn plain(pattern: &[char]) -> Vec<char> {
    pattern.iter().flat_map(|&c| (c == '{').then_some('\\').into_iter().chain([c])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_helms() {
        let rules = Rules::parse("# x\n*.swp\n/ci/\ndocs/*.md\n.git/\n");
        for (path, folder, ignored) in [
            ("a/b.swp", false, true),
            ("ci", true, true),
            ("ci", false, false),
            ("x/ci", true, false),
            ("docs/a.md", false, true),
            ("x/.git", true, true),
            ("templates/.hidden", false, true),
            ("templates/a.yaml", false, false),
        ] {
            assert_eq!(rules.ignores(path, folder), ignored, "{path}");
        }
    }
}
