//! One trial for each folder of `fixtures/release`: `flagged/old.yaml` → `flagged/new.yaml` has just the findings that
//! comments in them claim (`# error: RULE`, `# warning: RULE` on the line of a finding's first place, several with `; `;
//! notes may be claimed, and need not), and `repaired` has none but notes. `expected.txt` holds what is told.
//!
//! `UPDATE_EXPECT=1` writes `expected.txt` anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use stripcheck::model::{Chart, Concern, Deployer, Finding, Level};
use stripcheck::release::{plan, rules};
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

/// Who releases the case: Helm, unless its `case.toml` says otherwise.
fn deployer(folder: &Path) -> Deployer {
    let text = std::fs::read_to_string(folder.join("case.toml")).expect("case.toml");
    let table: toml::Table = text.parse().expect("TOML");
    match table.get("deployer").and_then(|name| name.as_str()) {
        Some("argocd") => Deployer::ArgoCd,
        _ => Deployer::Helm,
    }
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
            let (findings, notices) = release::findings(deployer(&folder), &old, &new, None);
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

/// Rules about what code reads; their cases have sources and are in `fixtures/cases`.
const NEEDS_CODE: &[&str] =
    &["default-overridden", "default-fills-hole", "required-lost", "required-unset", "value-equals-default"];

#[test]
fn rules_about_code_have_a_case() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases");
    let folders = std::fs::read_dir(root).expect("fixtures/cases").map(|entry| entry.expect("entry").path());
    let told: String = folders.filter_map(|it| std::fs::read_to_string(it.join("expected.txt")).ok()).collect();
    let missing: Vec<_> = NEEDS_CODE.iter().filter(|id| !told.contains(&format!(" {id}: "))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn nothing_new_is_found_where_nothing_changes() {
    for folder in folders() {
        for (twin, file) in [("flagged", "old.yaml"), ("flagged", "new.yaml"), ("repaired", "new.yaml")] {
            let (chart, _) = load(&folder.join(twin), file);
            let (findings, _) = release::findings(deployer(&folder), &chart, &chart, None);
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

/// A chart of manifests in one text.
fn objects(text: &str) -> Vec<stripcheck::model::ChartObject> {
    chart::read(&[("c.yaml".to_string(), text.as_bytes().to_vec())]).objects
}

#[test]
fn every_plan_of_a_flagged_change_is_safe_in_all_its_releases() {
    let mut wrong = Vec::new();
    let mut planned = 0;
    for folder in folders() {
        let ((old, _), (new, _)) =
            (load(&folder.join("flagged"), "old.yaml"), load(&folder.join("flagged"), "new.yaml"));
        let plan = plan::plan(deployer(&folder), &old.objects, &new.objects);
        let name = folder.file_name().expect("name").to_string_lossy().into_owned();
        // Where the new chart itself is broken, no order helps.
        let (itself, _) = release::findings(deployer(&folder), &new, &new, None);
        let (change, _) = release::findings(deployer(&folder), &old, &new, None);
        let broken = itself.iter().any(|finding| finding.rule.level == Level::Error);
        let differs =
            old.objects.iter().zip(&new.objects).any(|(old, new)| old.content != new.content || old.id != new.id);
        if broken || change.iter().any(|it| it.rule.id == "dangling-key") {
            if plan.blocked.is_empty() {
                wrong.push(format!("{name}: a plan where none can be: {plan:?}"));
            }
        } else if differs && (!plan.blocked.is_empty() || plan.releases.is_empty()) {
            wrong.push(format!("{name}: no plan: {:?}", plan.blocked));
        }
        planned += usize::from(plan.releases.len() > 1);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(planned > 3, "{planned}");
}

#[test]
fn the_incident_is_planned_in_stages() {
    let folder = folders().into_iter().find(|it| it.ends_with("a-hook-strips-a-key-that-the-running-pods-still-need"));
    let folder = folder.expect("case").join("flagged");
    let ((old, _), (new, _)) = (load(&folder, "old.yaml"), load(&folder, "new.yaml"));
    let plan = plan::plan(Deployer::Helm, &old.objects, &new.objects);
    let concerns: Vec<_> = plan.releases.iter().map(|release| release.concern).collect();
    assert_eq!(concerns, [Concern::References, Concern::RemoveKeys(1)], "{plan:#?}");
}

#[test]
fn synced_keys_are_removed_in_batches() {
    let class = |keys: usize| {
        let keys: String = (0..keys).map(|n| format!("        - {{objectName: K{n}, key: K{n}}}\n")).collect();
        format!(
            "kind: SecretProviderClass\nmetadata: {{name: c}}\nspec:\n  secretObjects:\n    - secretName: s\n      data:\n{keys}"
        )
    };
    let plan = plan::plan(Deployer::Helm, &objects(&class(13)), &objects(&class(1)));
    let concerns: Vec<_> = plan.releases.iter().map(|release| release.concern).collect();
    let batch = Concern::RemoveKeys;
    assert_eq!(concerns, [batch(1), batch(2), batch(3)], "{plan:#?}");
}
