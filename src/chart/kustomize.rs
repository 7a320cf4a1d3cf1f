//! Folders with a kustomization: rendered by `kustomize` or `kubectl`.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::model::Failure;

/// The names that a kustomization may have.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// What renders one, in the order in which they are tried.
const PROGRAMS: [(&str, &[&str]); 2] = [("kustomize", &["build"]), ("kubectl", &["kustomize"])];

/// Whether a folder has a kustomization.
pub fn is_one(folder: &Path) -> bool {
    NAMES.iter().any(|name| folder.join(name).is_file())
}

/// Renders the folder, as a file.
///
/// # Errors
/// If neither program is there, or it fails.
pub fn render(folder: &Path) -> Result<(String, Vec<u8>), Failure> {
    render_with(&PROGRAMS, folder)
}

fn render_with(programs: &[(&str, &[&str])], folder: &Path) -> Result<(String, Vec<u8>), Failure> {
    let label = folder.display().to_string();
    for (program, arguments) in programs {
        let output = match Command::new(program).args(*arguments).arg(folder).stdin(Stdio::null()).output() {
            Ok(output) => output,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(Failure::new(format!("{label}: cannot run `{program}`: {error}"))),
        };
        if output.status.success() {
            return Ok((format!("{} (rendered)", label.trim_end_matches('/')), output.stdout));
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said: Vec<&str> = said.split_whitespace().collect();
        return Err(Failure::new(format!("{label}: `{program}` failed: {}", said.join(" "))));
    }
    Err(Failure::new(format!(
        "{label}: is a kustomization, and neither `kustomize` nor `kubectl` is on the PATH; pass what it renders instead: kubectl kustomize {label} | stripcheck check --chart -"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_program_that_is_there_renders() {
        let nowhere: (&str, &[&str]) = ("no-such-program-as-this", &[]);
        let missing = render_with(&[nowhere], Path::new("k")).map_err(|failure| failure.message).err();
        assert!(missing.is_some_and(|message| message.contains("kubectl kustomize k | stripcheck")));
        #[cfg(unix)]
        {
            let rendered = render_with(&[nowhere, ("echo", &["build"])], Path::new("k")).ok();
            assert_eq!(rendered, Some(("k (rendered)".into(), b"build k\n".to_vec())));
            assert!(render_with(&[("false", &[])], Path::new("k")).is_err());
        }
    }
}
