//! Release findings between two files of manifests: `cargo run --example findings OLD NEW`.

use std::process::ExitCode;

use stripcheck::model::{Chart, Deployer, Level};
use stripcheck::{chart, release};

fn load(path: &str) -> Option<Chart> {
    let bytes = std::fs::read(path).ok()?;
    Some(chart::read(&[(path.to_string(), bytes)]))
}

#[allow(clippy::print_stdout, reason = "an example")]
fn main() -> ExitCode {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [old, new] = paths.as_slice() else { return ExitCode::from(2) };
    let (Some(old), Some(new)) = (load(old), load(new)) else { return ExitCode::from(2) };
    let (findings, _) = release::findings(Deployer::Helm, &old, &new, None);
    for finding in &findings {
        let known = if finding.known { " (known)" } else { "" };
        println!("{:?}{known} {}: {}", finding.rule.level, finding.rule.id, finding.message);
        for place in finding.locations.iter().take(3) {
            println!("    at {} {}:{}", if place.new { "new" } else { "old" }, place.place.file, place.place.line);
        }
        for line in &finding.trace {
            println!("    {:?}: {}", line.kind, line.text);
        }
    }
    let fails = findings.iter().any(|finding| finding.rule.level == Level::Error && !finding.known);
    ExitCode::from(u8::from(fails))
}
