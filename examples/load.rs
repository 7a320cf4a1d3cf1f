//! How long a scan bundle takes to load: `cargo run --release --example load -- FILE…`. Prints the median and
//! the best of some rounds for each.

use std::io::Write;
use std::time::Instant;

use stripcheck::bundle;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 15;

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout();
    for path in std::env::args().skip(1) {
        let mut times = Vec::new();
        let mut reads = 0;
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let bytes = std::fs::read(&path)?;
            let bundle = bundle::load(&bytes).map_err(std::io::Error::other)?;
            times.push(start.elapsed());
            reads = bundle.scan.reads.len();
        }
        times.sort();
        let shown = |at: usize| times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e3);
        writeln!(out, "{path}: {reads} reads, median {:.1} ms, best {:.1} ms", shown(ROUNDS / 2), shown(0))?;
    }
    Ok(())
}
