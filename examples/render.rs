//! Prints what a chart renders to in process: `render CHART [-f VALUES]… [--set KEY=VALUE]…`.
//! `bench/render.py` compares it with real Helm.

use std::io::Write;
use std::path::Path;

use stripcheck::helm::{Options, SetKind, open, render};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut options = Options { release: "release-name".into(), namespace: "default".into(), ..Options::default() };
    let mut chart = String::new();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_default();
        match argument.as_str() {
            "-f" => {
                let path = value();
                let bytes = std::fs::read(&path).unwrap_or_default();
                options.values.push((path, bytes));
            }
            "--set" => options.set.push((SetKind::Plain, value())),
            _ => chart = argument,
        }
    }
    let rendered = open(Path::new(&chart)).and_then(|files| render(files, &options));
    match rendered {
        Ok(rendered) => {
            for (_, bytes) in rendered.files {
                std::io::stdout().write_all(&bytes).ok();
            }
        }
        Err(refused) => {
            writeln!(std::io::stderr(), "{}", refused.message).ok();
            std::process::exit(2);
        }
    }
}
