//! Says on a terminal what takes long: nothing before one second, and nothing that stays.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Work shorter than this is not worth a word.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows the present stage on standard error, if that is a terminal, until it is dropped.
#[derive(Debug, Default)]
pub struct Progress {
    shown: Option<(Sender<&'static str>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins to show stages.
    pub fn start() -> Self {
        if !std::io::stderr().is_terminal() {
            return Progress::default();
        }
        let (stages, receiver) = mpsc::channel::<&'static str>();
        let thread = std::thread::spawn(move || {
            let start = Instant::now();
            let mut present = "";
            let mut shown = "";
            loop {
                let wait = PATIENCE.saturating_sub(start.elapsed());
                let next = if wait.is_zero() {
                    receiver.recv().map_err(|_| RecvTimeoutError::Disconnected)
                } else {
                    receiver.recv_timeout(wait)
                };
                match next {
                    Ok(stage) => present = stage,
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break,
                }
                if start.elapsed() >= PATIENCE && present != shown {
                    say(&format!("stripcheck: {present} …"));
                    shown = present;
                }
            }
            if !shown.is_empty() {
                say("");
            }
        });
        Progress { shown: Some((stages, thread)) }
    }

    /// Names the present stage.
    pub fn stage(&self, stage: &'static str) {
        if let Some((stages, _)) = &self.shown {
            // The thread ends only with this value: if it is gone, there is nobody to tell.
            let _ = stages.send(stage);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stages, thread)) = self.shown.take() {
            drop(stages);
            let _ = thread.join();
        }
    }
}

/// Replaces the line that the cursor is on.
fn say(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = write!(out, "\r\x1b[K{text}");
    let _ = out.flush();
}
