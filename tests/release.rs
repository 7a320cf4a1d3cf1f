//! One trial for each folder of `fixtures/release`: `flagged/old.yaml` → `flagged/new.yaml` has just the findings that
//! comments in them claim (`# error: RULE`, `# warning: RULE` on the line of a finding's first place, several with `; `;
//! notes may be claimed, and need not), and `repaired` has none but notes. `expected.txt` holds what is told.
//!
//! `UPDATE_EXPECT=1` writes `expected.txt` anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use stripcheck::model::{Chart, Finding, Level};
use stripcheck::release::rules;
use stripcheck::{chart, release, report};

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/release");
    let entries = std::fs::read_dir(root).expect("fixtures/release").map(|entry| entry.expect("entry").path());
    let mut folders: Vec<PathBuf> = entries.collect();
    folders.sort();
    folders
}

fn load(folder: &Path, name: &str) -> (Chart, String) {
    let text = std::fs::read_to_string(folder.join(name)).expect("manifests");
    (chart::read(&[(name.to_string(), text.clone().into_bytes())]), text)
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

fn actual(finding: &Finding) -> String {
    let place = finding.locations.first().map(|place| format!("{}:{}", place.place.file, place.place.line));
    format!("{} {}: {}", place.unwrap_or_default(), level(finding.rule.level), finding.rule.id)
}

fn told(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        writeln!(text, "{} {}: {}", level(finding.rule.level), finding.rule.id, finding.message).expect("text");
        for place in &finding.locations {
            writeln!(text, "  at {}:{}", place.place.file, place.place.line).expect("text");
        }
        for line in &finding.trace {
            writeln!(text, "  {:?}: {}", line.kind, line.text).expect("text");
        }
    }
    text
}

#[test]
fn flagged_cases_are_flagged_and_repaired_ones_silent() {
    let mut wrong = Vec::new();
    let mut rules_claimed = BTreeSet::new();
    for folder in folders() {
        let name = folder.file_name().expect("name").to_string_lossy().into_owned();
        for twin in ["flagged", "repaired"] {
            let ((old, old_text), (new, new_text)) =
                (load(&folder.join(twin), "old.yaml"), load(&folder.join(twin), "new.yaml"));
            let (findings, notices) = release::findings(&old, &new);
            assert!(notices.is_empty(), "{name}: {notices:?}");
            let mut claims = BTreeSet::new();
            for (file, text) in [("old.yaml", old_text), ("new.yaml", new_text)] {
                for (line, text) in text.lines().enumerate() {
                    let Some((_, claim)) = text.split_once("  # ") else { continue };
                    claims.extend(claim.split("; ").map(|claim| format!("{file}:{} {claim}", line + 1)));
                }
            }
            rules_claimed.extend(claims.iter().filter_map(|claim| Some(claim.rsplit_once(' ')?.1.to_string())));
            let new: Vec<&Finding> = findings.iter().filter(|finding| !finding.known).collect();
            let found: BTreeSet<String> = new.iter().map(|finding| actual(finding)).collect();
            let unclaimed = found.iter().filter(|it| !claims.contains(*it) && !it.contains(" note: "));
            wrong.extend(unclaimed.map(|it| format!("{name}/{twin} unclaimed: {it}")));
            wrong.extend(claims.difference(&found).map(|it| format!("{name}/{twin} not found: {it}")));
            if (twin == "flagged") == claims.is_empty() {
                wrong.push(format!("{name}/{twin}: {} claims", claims.len()));
            }
            if twin == "flagged" {
                let (path, text) = (folder.join("expected.txt"), told(&findings));
                if std::env::var_os("UPDATE_EXPECT").is_some() {
                    std::fs::write(&path, &text).expect("written");
                } else if std::fs::read_to_string(&path).unwrap_or_default() != text {
                    wrong.push(format!("{} differs (UPDATE_EXPECT=1 writes it):\n{text}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let ids: BTreeSet<String> =
        rules::ALL.iter().filter(|rule| !NEEDS_CODE.contains(&rule.id)).map(|rule| rule.id.to_string()).collect();
    assert_eq!(ids, rules_claimed, "each rule has a case");
}

/// Rules about what code reads; their cases have sources and are elsewhere.
const NEEDS_CODE: &[&str] = &["default-overridden", "default-fills-hole", "required-unset", "value-equals-default"];

#[test]
fn nothing_new_is_found_where_nothing_changes() {
    for folder in folders() {
        for (twin, file) in [("flagged", "old.yaml"), ("flagged", "new.yaml"), ("repaired", "new.yaml")] {
            let (chart, _) = load(&folder.join(twin), file);
            let (findings, _) = release::findings(&chart, &chart);
            assert!(findings.iter().all(|finding| finding.known), "{}/{twin}/{file}", folder.display());
        }
    }
}

#[test]
fn the_page_of_rules_is_that_of_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let text = report::page(rules::ALL);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::create_dir_all(path.parent().expect("folder")).expect("folder");
        std::fs::write(&path, &text).expect("written");
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "UPDATE_EXPECT=1 writes it");
}
