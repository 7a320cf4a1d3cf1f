//! `stripcheck.toml`: what the flags say, for a repository. Flags win.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::libraries::Row;
use crate::model::{Accepted, AcceptedFinding, AcceptedReader, Failure};

/// The name of the file that is looked for.
pub const FILE: &str = "stripcheck.toml";

/// What a `stripcheck.toml` says; paths are made absolute against its folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// Application roots, as `--app`.
    pub app: Vec<PathBuf>,
    /// Vendored and installed roots, as `--vendored`.
    pub vendored: Vec<PathBuf>,
    /// Bundles, as `--scan`.
    pub scan: Vec<PathBuf>,
    /// The chart, as `--chart`.
    pub chart: Option<PathBuf>,
    /// Values files, as `--values`.
    pub values: Vec<PathBuf>,
    /// Environments, as `--environment`.
    pub environment: Vec<Environment>,
    /// Which code runs in which images, as `--image`.
    pub source: Vec<Source>,
    /// Callables that read variables, of the same shape as the built-in rows.
    pub reader: Vec<Row>,
    /// Answers that are accepted, as `stripcheck accept` writes them.
    pub accept: Vec<Accept>,
    /// Findings that are accepted.
    pub accept_finding: Vec<AcceptFinding>,
    /// As `--deployer`.
    pub deployer: Option<String>,
    /// As `--fail-on`.
    pub fail_on: Option<String>,
    /// As `--strict`.
    pub strict: bool,
}

/// Values files that make an environment, over `values`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Its values files.
    pub values: Vec<PathBuf>,
}

/// Which code runs in an image.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The image's repository, with `*` for any run of characters.
    pub image: String,
    /// The roots; none: no scanned code.
    pub roots: Vec<PathBuf>,
}

/// An answer that is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accept {
    /// The variable.
    pub var: String,
    /// The chart; none: any.
    pub chart: Option<String>,
    /// `Deployment/web`; none: any.
    pub workload: Option<String>,
    /// The container; none: any.
    pub container: Option<String>,
    /// Codes of reasons; none: any.
    #[serde(default)]
    pub because: Vec<String>,
    /// The readers that were known.
    #[serde(default)]
    pub readers: Vec<Reader>,
    /// Why.
    pub reason: String,
    /// The last day, `2026-12-31`.
    pub until: Option<Day>,
}

/// A finding that is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptFinding {
    /// The rule's id.
    pub rule: String,
    /// What it may be about; none: anything.
    #[serde(default)]
    pub about: Vec<String>,
    /// Why.
    pub reason: String,
    /// The last day, `2026-12-31`.
    pub until: Option<Day>,
}

impl From<AcceptFinding> for AcceptedFinding {
    fn from(accept: AcceptFinding) -> AcceptedFinding {
        let AcceptFinding { rule, about, reason, until } = accept;
        AcceptedFinding { rule, about, reason, until: until.map(|day| day.0) }
    }
}

/// A reader of an accepted variable.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reader {
    /// Whose it is.
    pub owner: String,
    /// Its qualified name.
    pub name: String,
    /// What happens if the variable goes.
    pub effect: String,
}

/// A day, as `2026-12-31`: days compare as their texts do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Day(pub String);

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Day, String> {
        let shape = text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
        let part =
            |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<u8>().ok()).unwrap_or(0);
        match shape && text.len() == 10 && (1..=12).contains(&part(5..7)) && (1..=31).contains(&part(8..10)) {
            true => Ok(Day(text)),
            false => Err(format!("{text:?} is no day: write it as \"2026-12-31\"")),
        }
    }
}

impl From<Accept> for Accepted {
    fn from(accept: Accept) -> Accepted {
        let reader = |it: Reader| AcceptedReader { owner: it.owner, name: it.name, effect: it.effect };
        Accepted {
            var: accept.var,
            chart: accept.chart,
            workload: accept.workload,
            container: accept.container,
            because: accept.because,
            readers: accept.readers.into_iter().map(reader).collect(),
            reason: accept.reason,
            until: accept.until.map(|day| day.0),
        }
    }
}

/// The settings file: `given`, else the nearest from `cwd` upwards, else the one to be made there.
pub fn file(given: Option<&Path>, cwd: &Path) -> PathBuf {
    let found = || cwd.ancestors().map(|folder| folder.join(FILE)).find(|path| path.is_file());
    given.map(|path| cwd.join(path)).or_else(found).unwrap_or_else(|| cwd.join(FILE))
}

/// Reads the settings: of `given`, else of the nearest `stripcheck.toml` from `cwd` upwards, else none.
///
/// # Errors
/// If the file is missing though given, unreadable, or not as described here: naming file and line.
pub fn load(given: Option<&Path>, cwd: &Path) -> Result<Settings, Failure> {
    let path = match given {
        Some(path) => Some(cwd.join(path)),
        None => cwd.ancestors().map(|folder| folder.join(FILE)).find(|path| path.is_file()),
    };
    let Some(path) = path else { return Ok(Settings::default()) };
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Failure::new(format!("{}: cannot be read: {error}", path.display())))?;
    let mut settings =
        parse(&text).map_err(|(line, message)| Failure::new(format!("{}:{line}: {message}", path.display())))?;
    let folder = path.parent().unwrap_or(cwd);
    let roots = settings.source.iter_mut().flat_map(|source| &mut source.roots);
    let roots = roots.chain(settings.environment.iter_mut().flat_map(|environment| &mut environment.values));
    let lists =
        settings.app.iter_mut().chain(&mut settings.vendored).chain(&mut settings.scan).chain(&mut settings.values);
    for path in lists.chain(&mut settings.chart).chain(roots) {
        *path = relative_to(cwd, &folder.join(&*path));
    }
    Ok(settings)
}

/// As the user would write it: below the current folder without that folder's path.
fn relative_to(cwd: &Path, path: &Path) -> PathBuf {
    match path.strip_prefix(cwd) {
        Ok(rest) if rest.as_os_str().is_empty() => PathBuf::from("."),
        Ok(rest) => rest.to_path_buf(),
        Err(_) => path.to_path_buf(),
    }
}

/// Parses the text of a settings file; an error has its line and one sentence.
fn parse(text: &str) -> Result<Settings, (usize, String)> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        (line, error.message().split_whitespace().collect::<Vec<_>>().join(" "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libraries::Position;

    #[test]
    fn all_keys_are_understood() {
        let text = "app = ['src']\nvendored = ['.venv']\nchart = 'chart'\nvalues = ['v.yaml']\nfail-on = 'review'\n\
                    strict = true\n[[source]]\nimage = 'acme/*'\nroots = ['src']\n\
                    [[reader]]\nname = 'acme.get'\nkey = 'name'\ndefault = [1, 'fallback']\n";
        let settings = parse(text).expect("valid");
        assert_eq!(settings.app, [PathBuf::from("src")]);
        assert_eq!(settings.fail_on.as_deref(), Some("review"));
        assert_eq!(settings.reader[0].key, Position::Name("name".into()));
        assert_eq!(settings.reader[0].default, Some(Position::Both(1, "fallback".into())));
        assert_eq!(settings.source, [Source { image: "acme/*".into(), roots: vec!["src".into()] }]);
    }

    #[test]
    fn errors_name_the_line() {
        for (text, line, part) in [
            ("app = ['a']\naps = 1\n", 2, "unknown field `aps`"),
            ("app = 'a'\n", 1, "invalid type"),
            ("[[reader]]\nkey = 0\n", 1, "missing field `name`"),
            ("[[reader]]\nname = 'a.b'\nkeys = 0\n", 3, "unknown field `keys`"),
            ("\n\n[[source]]\nimage = 'x'\n", 3, "missing field `roots`"),
            ("[[accept]]\nvar = 'A'\nreason = 'x'\nuntil = '31.12.2026'\n", 4, "is no day"),
            ("[[accept]]\nvar = 'A'\n", 1, "missing field `reason`"),
            ("app = [", 1, ""),
        ] {
            let (found, message) = parse(text).expect_err(text);
            assert!(found == line && message.contains(part), "{text}: {found}: {message}");
        }
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let cwd = Path::new("/w/repo");
        assert_eq!(relative_to(cwd, &cwd.join("src")), PathBuf::from("src"));
        assert_eq!(relative_to(cwd, &cwd.join("")), PathBuf::from("."));
        assert_eq!(relative_to(&cwd.join("deep"), &cwd.join("src")), cwd.join("src"));
    }
}
