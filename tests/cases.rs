//! One trial for each folder of `fixtures/cases`: the program is run on it, and what it says must be
//! what the inputs claim in their comments, and the terminal report what `expected.txt` holds.
//!
//! - Python: `# reads: KEY`, or `# reads: KEY raises KeyError; OTHER default "x"`. Every read that is
//!   reported must be claimed on its line, and every claim must be reported. `*` is an unresolved key.
//! - Manifests: `# unsafe`, `# review: code`, `# safe` on the line of the env item; of an `envFrom`
//!   item the verdicts of all its entries, as `# unsafe: read; safe`. For a change there are the folders
//!   `old` and `new`: an entry that is gone is claimed where it was, one that is renamed where it is now.
//! - `case.toml`: see `common::Case`. A case with a `plan.txt` says in it what `plan` proposes.
//!
//! A further trial says that every code a verdict can have is claimed by some case.
//!
//! `UPDATE_EXPECT=1` writes `expected.txt`, `explained.txt` and `plan.txt` anew.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use stripcheck::model::ReasonCode;
use stripcheck::report::words::Coded;

#[allow(dead_code, reason = "each harness uses a part")]
mod common;

use common::Case;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = Vec::new();
    for folder in common::cases() {
        let name = folder.file_name().expect("name").to_string_lossy().into_owned();
        trials.push(Trial::test(name, move || run(&folder).map_err(Failed::from)));
    }
    trials.push(Trial::test("every-code-has-a-case", || every_code_has_a_case().map_err(Failed::from)));
    libtest_mimic::run(&arguments, trials).exit();
}

fn run(folder: &Path) -> Result<(), String> {
    let case = common::case(folder)?;
    let reads = json(common::run(folder, "reads", &case, &["--format", "json"])?)?;
    same("reads", &claimed_reads(folder)?, &actual_reads(&reads))?;
    if let Some(name) = &case.explain {
        let shown = common::run(folder, "explain", &case, &[name.as_str()])?;
        expect(&folder.join("explained.txt"), &String::from_utf8_lossy(&shown.stdout))?;
    }
    // A change has the two folders `old` and `new`, and is judged by `diff`.
    let verb = match () {
        () if folder.join("manifests").exists() => "check",
        () if folder.join("new").exists() => "diff",
        () => return Ok(()),
    };
    let shown = common::run(folder, verb, &case, &[])?;
    let said = String::from_utf8_lossy(&shown.stderr);
    if let Some(exit) = case.exit
        && shown.status.code() != Some(exit)
    {
        return Err(format!("exit {:?}, expected {exit}: {said}", shown.status.code()));
    }
    let expected = case.stderr.as_deref().unwrap_or("");
    if !said.contains(expected) || said.is_empty() != expected.is_empty() {
        return Err(format!("standard error: {said}\n  expected: {expected}"));
    }
    if case.exit == Some(2) {
        return Ok(());
    }
    let plan = folder.join("plan.txt");
    if plan.exists() {
        let shown = common::run(folder, "plan", &case, &[])?;
        expect(&plan, &String::from_utf8_lossy(&shown.stdout))?;
    }
    let check = json(common::run(folder, verb, &case, &["--format", "json"])?)?;
    let claimed = claimed_verdicts(folder, &case)?;
    same("verdicts", &claimed, &actual_verdicts(&check, &claimed))?;
    for format in &case.formats {
        let shown = common::run(folder, verb, &case, &["--format", format])?;
        expect(&folder.join(format!("expected.{format}")), &String::from_utf8_lossy(&shown.stdout))?;
    }
    expect(&folder.join("expected.txt"), &String::from_utf8_lossy(&shown.stdout))
}

/// What a change of code takes away needs revisions: `tests/revisions`.
const ELSEWHERE: &[&str] = &["read-removed"];

fn every_code_has_a_case() -> Result<(), String> {
    let mut claimed: BTreeSet<String> = BTreeSet::new();
    for folder in common::cases() {
        for claim in claimed_verdicts(&folder, &common::case(&folder)?)? {
            claimed.extend(claim.split(' ').nth(2).map(String::from));
        }
    }
    let codes = ReasonCode::CODES.iter().filter(|code| !ELSEWHERE.contains(code));
    same("codes", &codes.map(|code| code.to_string()).collect(), &claimed)
}

fn json(output: Output) -> Result<Value, String> {
    serde_json::from_slice(&output.stdout).map_err(|e| {
        format!("{e}: {}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    })
}

fn same(what: &str, claimed: &BTreeSet<String>, actual: &BTreeSet<String>) -> Result<(), String> {
    let missing: Vec<_> = claimed.difference(actual).cloned().collect();
    let extra: Vec<_> = actual.difference(claimed).cloned().collect();
    if missing.is_empty() && extra.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{what}\n  claimed, not found:\n    {}\n  found, not claimed:\n    {}",
        missing.join("\n    "),
        extra.join("\n    ")
    ))
}

/// `path:line KEY outcome` for each claim.
fn claimed_reads(folder: &Path) -> Result<BTreeSet<String>, String> {
    let mut claims = BTreeSet::new();
    let roots = ["app", "vendor", "site"];
    for path in roots.iter().flat_map(|root| common::files(&folder.join(root), "py")) {
        let bytes = std::fs::read(&path).map_err(|e| e.to_string())?;
        for (index, line) in String::from_utf8_lossy(&bytes).lines().enumerate() {
            let Some((_, claim)) = line.split_once("# reads: ") else { continue };
            for claim in claim.split("; ") {
                let shown = path.strip_prefix(folder).map_err(|e| e.to_string())?.display().to_string();
                claims.insert(format!("{shown}:{} {}", index + 1, claim.trim()));
            }
        }
    }
    Ok(claims)
}

fn actual_reads(report: &Value) -> BTreeSet<String> {
    let roots = report["coverage"]["roots"].as_array().cloned().unwrap_or_default();
    let path_of = |id: &Value| {
        let root = roots.iter().find(|root| root["id"] == *id);
        root.and_then(|root| root["path"].as_str()).unwrap_or("?").to_string()
    };
    let mut out = BTreeSet::new();
    for read in report["reads"].as_array().into_iter().flatten().filter(|r| r["explained"] != true) {
        let absent = &read["absent"];
        let outcome = match (absent["outcome"].as_str().unwrap_or("?"), &absent["exception"], &absent["default"]) {
            ("raises", Value::String(exception), _) => format!("raises {exception}"),
            ("default", _, Value::String(default)) => format!("default {default}"),
            (outcome, ..) => outcome.to_string(),
        };
        let key = read["key"]["text"].as_str().unwrap_or("?");
        let file = read["file"].as_str().unwrap_or("?");
        out.insert(format!("{}/{file}:{} {key} {outcome}", path_of(&read["root"]), read["line"]));
    }
    out
}

/// `path:line verdict code`; without a code, any.
fn claimed_verdicts(folder: &Path, case: &Case) -> Result<BTreeSet<String>, String> {
    let mut claims = BTreeSet::new();
    let charts = ["manifests", "old", "new"];
    for path in charts.iter().flat_map(|chart| common::files(&folder.join(chart), "yaml")) {
        let text = std::fs::read_to_string(&path).map_err(|e| e.to_string())?;
        for (index, line) in text.lines().enumerate() {
            let Some((before, claim)) = line.split_once(" # ") else { continue };
            if !case.vars.is_empty() && !case.vars.iter().any(|v| before.trim_end().ends_with(&format!(" {v}"))) {
                continue;
            }
            for claim in claim.split("; ") {
                let verdict = claim.split([':', ' ']).next().unwrap_or("");
                if matches!(verdict, "unsafe" | "review" | "safe") {
                    let shown = path.strip_prefix(folder).map_err(|e| e.to_string())?.display().to_string();
                    claims.insert(format!("{shown}:{} {}", index + 1, claim.replace(':', "").trim()));
                }
            }
        }
    }
    Ok(claims)
}

fn actual_verdicts(report: &Value, claimed: &BTreeSet<String>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for entry in report["entries"].as_array().into_iter().flatten() {
        let file = entry["location"]["file"].as_str().unwrap_or("?").replace('\\', "/");
        let short = format!("{file}:{} {}", entry["location"]["line"], entry["verdict"].as_str().unwrap_or("?"));
        let code = entry["reasons"][0]["code"].as_str().unwrap_or("?");
        out.insert(if claimed.contains(&short) { short } else { format!("{short} {code}") });
    }
    out
}

fn expect(path: &Path, actual: &str) -> Result<(), String> {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return std::fs::write(path, actual).map_err(|e| e.to_string());
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    if expected == actual {
        return Ok(());
    }
    Err(format!(
        "{} differs (UPDATE_EXPECT=1 writes it):\n--- expected\n{expected}\n--- actual\n{actual}",
        path.display()
    ))
}
