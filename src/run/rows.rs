//! The reads of bundles as flat rows: for `who-reads`, and for other people's engines (`scan --export`).

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use crate::bundle::{self, dto};
use crate::model::Failure;

/// Bundles whose rows are in memory at once, at most.
const AT_ONCE: usize = 64;

/// One read in one service; codes and fields are those of the report.
#[derive(Debug, Serialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The image's name, or that of the bundle.
    pub service: String,
    /// The bundle.
    pub scan: String,
    /// The image's first digest.
    pub digest: Option<String>,
    /// What is read; `*` is an unknown part.
    pub key: String,
    /// exact, pattern, any
    pub kind: String,
    /// Whether case matters.
    pub case_sensitive: bool,
    /// The application, distribution or vendored package whose code it is.
    pub owner: String,
    /// Its version.
    pub version: Option<String>,
    /// application, vendored, distribution, stdlib
    pub owner_kind: String,
    /// Relative to its root.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// The function around it.
    pub function: Option<String>,
    /// What reads.
    pub reader: String,
    /// How.
    pub access: String,
    /// What a person would notice if the variable went.
    pub effect: String,
    /// What happens without it.
    pub outcome: String,
    /// The default, as Python source.
    pub default: Option<String>,
    /// The exception.
    pub exception: Option<String>,
    /// import, construction, call
    pub timing: String,
    /// The settings class whose field it is.
    pub settings_class: Option<String>,
    /// The field.
    pub settings_field: Option<String>,
}

/// The JSON Schema of a row, as pretty JSON.
pub fn schema() -> String {
    let schema = schemars::generate::SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Row>();
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}

/// Which rows are wanted.
pub type Wanted<'a> = dyn Fn(&dto::ReadDto<'_>, &dto::OwnerDto) -> bool + Sync + 'a;

/// The bundles that paths mean: files, and what folders hold; sorted.
///
/// # Errors
/// If there is none, or a folder cannot be read.
pub fn bundles(scans: &[PathBuf], cwd: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = BTreeSet::new();
    for path in scans {
        let fail = |error: io::Error| Failure::new(format!("{}: {error}", path.display()));
        if !cwd.join(path).is_dir() {
            found.insert(path.clone());
            continue;
        }
        let listed = std::fs::read_dir(cwd.join(path)).map_err(fail)?;
        let names = listed.filter_map(|entry| Some(path.join(entry.ok()?.file_name())));
        found.extend(names.filter(|path| path.extension().is_some_and(|extension| extension == "scan")));
    }
    match found.is_empty() {
        true => Err(Failure::new("no bundle (*.scan) there: pass files, or folders that hold some, with --scan")),
        false => Ok(found.into_iter().collect()),
    }
}

/// The rows of a bundle on disk, of which only the first part is read.
///
/// # Errors
/// If it cannot be read.
pub fn of_file(cwd: &Path, path: &Path, wanted: &Wanted<'_>) -> Result<Vec<Row>, Failure> {
    let fail = |why: String| Failure::new(format!("{}: {why}", path.display()));
    let file = File::open(cwd.join(path)).map_err(|error| fail(error.to_string()))?;
    let line = bundle::first(&mut BufReader::new(file)).map_err(fail)?;
    of_line(&line, path, wanted).map_err(fail)
}

/// The rows that the first line of a bundle holds.
///
/// # Errors
/// If it is damaged.
pub fn of_line(line: &[u8], path: &Path, wanted: &Wanted<'_>) -> Result<Vec<Row>, String> {
    let head: dto::Head<'_> = bundle::head(line)?;
    let own = path.file_stem().unwrap_or_default().to_string_lossy();
    let mut rows = Vec::new();
    for read in head.reads.iter().filter(|read| !read.explained) {
        let Some(file) = head.read_files.get(read.place.0 as usize) else { continue };
        let (Some(owner), Some(root)) = (head.owners.get(file.owner as usize), head.roots.get(file.root as usize))
        else {
            continue;
        };
        if !wanted(read, owner) {
            continue;
        }
        let image = root.image.and_then(|image| head.images.get(image as usize));
        let text = |text: &Option<dto::Text<'_>>| text.as_ref().map(|text| text.0.to_string());
        rows.push(Row {
            service: image.and_then(|image| image.names.first()).map_or_else(|| own.to_string(), Clone::clone),
            scan: path.display().to_string(),
            digest: image.and_then(|image| image.digests.first()).cloned(),
            key: read.key.to_string(),
            kind: read.kind.to_string(),
            case_sensitive: read.case_sensitive,
            owner: owner.name.clone(),
            version: owner.version.clone(),
            owner_kind: owner.kind.clone(),
            file: file.path.clone(),
            line: read.place.1,
            function: text(&read.function),
            reader: read.reader.to_string(),
            access: read.access.to_string(),
            effect: read.effect.to_string(),
            outcome: read.outcome.to_string(),
            default: text(&read.default),
            exception: text(&read.exception),
            timing: read.timing.to_string(),
            settings_class: read.settings.as_ref().map(|(class, ..)| class.0.to_string()),
            settings_field: read.settings.as_ref().map(|(_, field, ..)| field.0.to_string()),
        });
    }
    Ok(rows)
}

/// Writes rows, one JSON object a line.
///
/// # Errors
/// If they cannot be written.
pub fn write(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    for row in rows {
        serde_json::to_writer(&mut *out, row)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Writes all rows of bundles, of which only some are in memory at a time.
///
/// # Errors
/// If one cannot be read, or the rows cannot be written.
pub fn export(scans: &[PathBuf], cwd: &Path, target: &Path) -> Result<u8, Failure> {
    let bundles = bundles(scans, cwd)?;
    let mut failed = None;
    super::output::stream(target, |out| {
        for some in bundles.chunks(AT_ONCE) {
            let all: Vec<Result<Vec<Row>, Failure>> =
                some.par_iter().map(|path| of_file(cwd, path, &|_, _| true)).collect();
            for rows in all {
                match rows {
                    Ok(rows) => write(&rows, out)?,
                    Err(failure) => {
                        let error = io::Error::other(failure.message.clone());
                        failed = Some(failure);
                        return Err(error);
                    }
                }
            }
        }
        Ok(())
    })
    .map_err(|failure| failed.unwrap_or(failure))?;
    Ok(0)
}
