//! The `git` program.

use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::model::Failure;

/// Git in a folder.
#[derive(Debug)]
pub struct Git {
    /// The folder.
    pub folder: PathBuf,
}

impl Git {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut git = Command::new("git");
        // Messages are read; nothing is asked for, and the index is not even refreshed.
        git.args(["--no-optional-locks", "--literal-pathspecs", "-C"]).arg(&self.folder).args(arguments);
        git.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0").stdin(Stdio::null());
        git
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, Failure> {
        self.command(arguments).output().map_err(|error| cannot_run(&error))
    }

    /// The first line that it prints, or what it says if it fails.
    ///
    /// # Errors
    /// If it cannot be run.
    pub fn text(&self, arguments: &[&str]) -> Result<Result<String, String>, Failure> {
        let output = self.run(arguments)?;
        let line = |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().next().unwrap_or_default().trim().to_string();
        Ok(if output.status.success() { Ok(line(&output.stdout)) } else { Err(line(&output.stderr)) })
    }

    /// All that it prints.
    ///
    /// # Errors
    /// If it cannot be run or fails.
    pub fn bytes(&self, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
        let output = self.run(arguments)?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(failed(arguments, &output.stderr)),
        }
    }

    /// All that it prints when it is given `input`.
    ///
    /// # Errors
    /// If it cannot be run or fails.
    pub fn fed(&self, arguments: &[&str], input: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let mut git = self.command(arguments);
        git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = git.spawn().map_err(|error| cannot_run(&error))?;
        let stdin = child.stdin.take();
        // It answers while it is still asked, and neither side may wait for the other.
        let writer = std::thread::spawn(move || stdin.map_or(Ok(()), |mut stdin| stdin.write_all(&input)));
        let output = child.wait_with_output().map_err(|error| cannot_run(&error))?;
        let written = writer.join().is_ok_and(|written| written.is_ok());
        match output.status.success() && written {
            true => Ok(output.stdout),
            false => Err(failed(arguments, &output.stderr)),
        }
    }
}

/// The names in a list that git ended with NULs.
pub fn names(listed: &[u8]) -> Vec<String> {
    let names = listed.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}

fn cannot_run(error: &std::io::Error) -> Failure {
    Failure::new(match error.kind() {
        ErrorKind::NotFound => "no `git` is on the PATH, which --base needs; pass the two charts instead".into(),
        _ => format!("cannot run `git`: {error}"),
    })
}

fn failed(arguments: &[&str], stderr: &[u8]) -> Failure {
    let told = String::from_utf8_lossy(stderr);
    let told: Vec<&str> = told.lines().map(str::trim).filter(|line| !line.is_empty()).take(3).collect();
    let told = if told.is_empty() { "it gave no reason".into() } else { told.join(" ") };
    Failure::new(format!("`git {}` failed: {told}", arguments.first().copied().unwrap_or_default()))
}
