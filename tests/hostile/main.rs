//! Inputs that nobody means well with: the program must end, say what it could not see, and read the
//! healthy files beside them. Each is made in a folder of its own below the temporary directory.

#[allow(dead_code, reason = "each harness uses a part")]
#[path = "../common/mod.rs"]
mod common;

mod calls;
mod charts;
mod helm;
mod inputs;
mod python;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

use inputs::{Hostile, pod, write};

/// When a run counts as hanging.
const LIMIT: Duration = Duration::from_secs(60);

fn main() {
    let arguments = Arguments::from_args();
    let root = std::env::temp_dir().join(format!("stripcheck-hostile-{}", std::process::id()));
    let trials = [python::TABLE, charts::TABLE, helm::TABLE, calls::TABLE].into_iter().flatten().map(|hostile| {
        let at = root.join(hostile.name);
        Trial::test(hostile.name, move || run(hostile, &at).map_err(Failed::from))
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    let _ = fs::remove_dir_all(&root);
    conclusion.exit();
}

fn run(hostile: &Hostile, at: &Path) -> Result<(), String> {
    write(at, "app/healthy.py", b"import os\n\nos.environ['HEALTHY']\n");
    write(at, "manifests/healthy.yaml", pod("env: [{name: HEALTHY, value: x}]").as_bytes());
    (hostile.make)(at);
    let (status, out, err) = limited(common::stripcheck(at).args(hostile.args).args(["--format", "json"]), at)?;
    if status != Some(hostile.exit) || err.contains("panicked") {
        return Err(format!("exit {status:?}: {err}"));
    }
    if hostile.exit == 2 {
        let line = err.trim_end();
        let missing = hostile.says.iter().find(|part| !line.contains(*part));
        return match missing {
            _ if line.contains('\n') => Err(format!("more than one line: {err}")),
            Some(part) => Err(format!("{part} is not in: {err}")),
            None => Ok(()),
        };
    }
    let report: Value = serde_json::from_str(&out).map_err(|e| format!("{e}: {out}"))?;
    let found: Vec<&str> = (report["reads"].as_array().into_iter().flatten().filter_map(|r| r["key"]["text"].as_str()))
        .chain(report["entries"].as_array().into_iter().flatten().filter_map(|e| e["name"].as_str()))
        .collect();
    if let Some(missing) = ["HEALTHY"].iter().chain(hostile.finds).find(|key| !found.contains(key)) {
        return Err(format!("{missing} is not among {found:?}: {}", report["coverage"]["blind_spots"]));
    }
    let spots: Vec<String> =
        report["coverage"]["blind_spots"].as_array().into_iter().flatten().map(Value::to_string).collect();
    let told = |spot: &String| hostile.says.iter().all(|part| spot.contains(part));
    if !hostile.says.is_empty() && !spots.iter().any(told) && !is_readable_all_the_same(hostile, at) {
        return Err(format!("no blind spot says {:?}: {spots:?}", hostile.says));
    }
    Ok(())
}

/// The superuser may read what is forbidden.
fn is_readable_all_the_same(hostile: &Hostile, at: &Path) -> bool {
    hostile.name == "a-file-that-may-not-be-read" && fs::read(at.join("app/bad.py")).is_ok()
}

/// Runs a command; one that takes too long is ended, and that is an error.
fn limited(command: &mut Command, at: &Path) -> Result<(Option<i32>, String, String), String> {
    let (out, err) = (at.join("out"), at.join("err"));
    let file = |path: &PathBuf| File::create(path).map_err(|e| e.to_string());
    command.stdin(Stdio::null()).stdout(file(&out)?).stderr(file(&err)?);
    let mut child = command.spawn().map_err(|e| e.to_string())?;
    let start = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|e| e.to_string())? {
            Some(status) => break status,
            None if start.elapsed() > LIMIT => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("still running after {LIMIT:?}"));
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let text = |path: &PathBuf| fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok((status.code(), text(&out).map_err(|e| e.to_string())?, text(&err).map_err(|e| e.to_string())?))
}
