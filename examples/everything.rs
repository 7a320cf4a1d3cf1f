//! Compares the reads of demand with those of computing every unit, on any tree:
//! `cargo run --release --example everything -- SITE_PACKAGES…`. Exit status 1 if they differ.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use stripcheck::discover::{self, Request};
use stripcheck::scan::{self, Demand};

fn main() -> ExitCode {
    let vendored: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    let reads = |demand| {
        let request = Request { app: vec![], vendored: vendored.clone(), cwd: ".".into(), ..Request::default() };
        let mut files = stripcheck::files::Files::default();
        let sources = discover::discover(&request, &mut files).map_err(|failure| failure.to_string())?;
        let scan = scan::scan_with(sources, &files, &stripcheck::libraries::Libraries::new(&[]), demand);
        let shown = scan.reads.iter().map(|read| {
            let file = &scan.sources.files[read.place.file].path;
            format!("{file}:{} {} {:?}", read.place.span.line, read.key.text, read.absent)
        });
        Ok::<BTreeSet<String>, String>(shown.collect())
    };
    let mut out = std::io::stdout();
    let compared = reads(Demand::Needed).and_then(|needed| Ok((needed, reads(Demand::Everything)?)));
    let (needed, everything) = match compared {
        Ok(both) => both,
        Err(message) => {
            let _ = writeln!(out, "{message}");
            return ExitCode::from(2);
        }
    };
    for read in needed.symmetric_difference(&everything) {
        let _ = writeln!(
            out,
            "{} {read}",
            if needed.contains(read) { "only with demand:" } else { "only with everything:" }
        );
    }
    let _ = writeln!(out, "{} reads with demand, {} with everything", needed.len(), everything.len());
    ExitCode::from(u8::from(needed != everything))
}
