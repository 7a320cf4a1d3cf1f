//! The `stripcheck` binary.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    match stripcheck::cli::job().and_then(|job| stripcheck::run::run(&job)) {
        Ok(status) => ExitCode::from(status),
        Err(failure) => {
            // One line: what went wrong, where, and what to do. Nothing is left if that cannot be said.
            let _ = writeln!(std::io::stderr(), "stripcheck: {}", failure.message.replace('\n', " "));
            ExitCode::from(2)
        }
    }
}
