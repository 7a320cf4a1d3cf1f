//! One trial for each folder of `fixtures/cases`: the program is run on it, and what it says must be
//! what the inputs claim in their comments, and the terminal report what `expected.txt` holds.
//!
//! - Python: `# reads: KEY`, or `# reads: KEY raises KeyError; OTHER default "x"`. Every read that is
//!   reported must be claimed on its line, and every claim must be reported. `*` is an unresolved key.
//! - Manifests: `# unsafe`, `# review: code`, `# safe` on the line of the env item.
//! - `case.toml`: `vars`, `args`, `exit`, `why`; all optional.
//!
//! `UPDATE_EXPECT=1` writes `expected.txt` anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Case {
    vars: Vec<String>,
    args: Vec<String>,
    exit: Option<i32>,
    #[allow(dead_code, reason = "for people")]
    why: String,
}

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases");
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(&root).expect("fixtures/cases").map(|e| e.expect("entry").path()).collect();
    folders.sort();
    let trials = folders.into_iter().map(|folder| {
        let name = folder.file_name().expect("name").to_string_lossy().into_owned();
        Trial::test(name, move || run(&folder).map_err(Failed::from))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn run(folder: &Path) -> Result<(), String> {
    let case: Case = match std::fs::read_to_string(folder.join("case.toml")) {
        Ok(text) => toml::from_str(&text).map_err(|e| e.to_string())?,
        Err(_) => Case::default(),
    };
    let reads = json(stripcheck(folder, "reads", &case, &["--format", "json"], false)?)?;
    same("reads", &claimed_reads(folder)?, &actual_reads(&reads))?;
    if !folder.join("manifests").exists() {
        return Ok(());
    }
    let check = json(stripcheck(folder, "check", &case, &["--format", "json"], true)?)?;
    let claimed = claimed_verdicts(folder, &case)?;
    same("verdicts", &claimed, &actual_verdicts(&check, &claimed))?;
    let shown = stripcheck(folder, "check", &case, &[], true)?;
    if let Some(exit) = case.exit
        && shown.status.code() != Some(exit)
    {
        return Err(format!("exit {:?}, expected {exit}", shown.status.code()));
    }
    expect(&folder.join("expected.txt"), &String::from_utf8_lossy(&shown.stdout))
}

/// Runs the program with the inputs that the case's folder has.
fn stripcheck(folder: &Path, command: &str, case: &Case, more: &[&str], chart: bool) -> Result<Output, String> {
    let mut run = Command::new(env!("CARGO_BIN_EXE_stripcheck"));
    run.current_dir(folder).env_clear().env("NO_COLOR", "1").arg(command);
    if chart {
        run.args(&case.vars).args(["--chart", "manifests"]);
    }
    for (flag, root) in [("--app", "app"), ("--vendored", "vendor"), ("--vendored", "site")] {
        if folder.join(root).exists() {
            run.args([flag, root]);
        }
    }
    if chart {
        run.args(&case.args);
    }
    run.args(more).output().map_err(|e| e.to_string())
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

fn files(folder: &Path, extension: &str, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, extension, out);
        } else if path.extension().is_some_and(|e| e == extension) {
            out.push(path);
        }
    }
}

/// `path:line KEY outcome` for each claim.
fn claimed_reads(folder: &Path) -> Result<BTreeSet<String>, String> {
    let mut claims = BTreeSet::new();
    let mut paths = Vec::new();
    for root in ["app", "vendor", "site"] {
        files(&folder.join(root), "py", &mut paths);
    }
    for path in paths {
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
    let mut paths = Vec::new();
    files(&folder.join("manifests"), "yaml", &mut paths);
    for path in paths {
        let text = std::fs::read_to_string(&path).map_err(|e| e.to_string())?;
        for (index, line) in text.lines().enumerate() {
            let Some((before, claim)) = line.split_once(" # ") else { continue };
            let verdict = claim.split([':', ' ']).next().unwrap_or("");
            let named = case.vars.is_empty() || case.vars.iter().any(|v| before.trim_end().ends_with(v.as_str()));
            if matches!(verdict, "unsafe" | "review" | "safe") && named {
                let shown = path.strip_prefix(folder).map_err(|e| e.to_string())?.display().to_string();
                claims.insert(format!("{shown}:{} {}", index + 1, claim.replace(':', "").trim()));
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
