//! Where reports go.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anstream::ColorChoice;

use crate::model::Failure;
use crate::report::{Format, Report};

/// A format and where it goes.
#[derive(Debug, Clone)]
pub struct Output {
    /// The format.
    pub format: &'static Format,
    /// Where.
    pub target: Target,
}

/// Where a report goes.
#[derive(Debug, Clone)]
pub enum Target {
    /// Standard output, with or without colours.
    Stdout(ColorChoice),
    /// A file, always without.
    File(PathBuf),
}

/// That each output's folder is there: nobody wants to learn that after a long scan.
///
/// # Errors
/// If one is not.
pub fn check(outputs: &[Output]) -> Result<(), Failure> {
    let missing = outputs.iter().find_map(|output| match &output.target {
        Target::File(path) => path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()),
        Target::Stdout(_) => None,
    });
    match missing {
        Some(folder) => Err(Failure::new(format!("{}: no such folder, for --output", folder.display()))),
        None => Ok(()),
    }
}

/// Writes the report to all outputs.
///
/// # Errors
/// If one cannot be written. A reader that went away (`| head`) is no error.
pub fn write(report: &Report<'_>, outputs: &[Output]) -> Result<(), Failure> {
    for output in outputs {
        match &output.target {
            Target::Stdout(choice) => {
                let out = io::BufWriter::new(anstream::AutoStream::new(io::stdout().lock(), *choice));
                finish(out, |out| (output.format.write)(report, out))?;
            }
            Target::File(path) => {
                let mut bytes = anstream::StripStream::new(Vec::new());
                let written = (output.format.write)(report, &mut bytes);
                let replaced = written.and_then(|()| replace(path, &bytes.into_inner()));
                replaced.map_err(|error| Failure::new(format!("{}: cannot be written: {error}", path.display())))?;
            }
        }
    }
    Ok(())
}

/// Prints plain text on standard output.
///
/// # Errors
/// As [`write`].
pub fn print(text: &str) -> Result<(), Failure> {
    finish(io::stdout().lock(), |out| out.write_all(text.as_bytes()))
}

fn finish<W: Write>(mut out: W, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Puts a file in place in one step, so that nobody ever sees half of it. What is no ordinary file
/// (`/dev/stderr`, a pipe) is written to as it is.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_by(path, |out| out.write_all(bytes))
}

/// Does so with what `write` writes.
pub fn replace_by(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let all = |file: fs::File| {
        let mut out = io::BufWriter::new(file);
        write(&mut out).and_then(|()| out.flush())
    };
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return all(fs::OpenOptions::new().write(true).open(path)?);
    }
    // A link stays a link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let name = path.file_name().ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "no file name"))?;
    let mut temporary = std::ffi::OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{}", std::process::id()));
    let temporary = path.with_file_name(temporary);
    let done = fs::File::create(&temporary).and_then(all).and_then(|()| fs::rename(&temporary, &path));
    if done.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    done
}

/// Writes to a file in one step, or to standard output for `-`.
///
/// # Errors
/// As [`write`].
pub fn stream(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    if path.as_os_str() == "-" {
        return finish(io::BufWriter::new(io::stdout().lock()), write);
    }
    replace_by(path, write).map_err(|error| Failure::new(format!("{}: cannot be written: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_replaced_whole() {
        let folder = std::env::temp_dir().join(format!("stripcheck-output-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("folder");
        let path = folder.join("report.json");
        for text in ["first, longer", "second"] {
            replace(&path, text.as_bytes()).expect("written");
            assert_eq!(fs::read_to_string(&path).expect("read"), text);
        }
        assert_eq!(fs::read_dir(&folder).expect("list").count(), 1, "no temporary file stays");
        assert!(replace(&folder.join("no/such/folder"), b"").is_err());
        assert!(replace(&folder, b"").is_err());
        fs::remove_dir_all(&folder).expect("cleaned");
    }
}
