//! What the metadata files of a source tree say about the project in it.

use std::path::Path;

use toml::{Table, Value};

use super::metadata::{assigned, command, header, is_command_group, module};
use crate::files::Files;

/// The files that say so.
pub const FILES: [&str; 3] = ["pyproject.toml", "setup.cfg", "setup.py"];

/// What one of [`FILES`] says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// The distribution's name.
    pub name: Option<String>,
    /// Its version, if it is written down.
    pub version: Option<String>,
    /// Commands that an installation would make, with the module each runs.
    pub commands: Vec<(String, String)>,
}

/// What the file at `path` says; `None` if it is only the configuration of some tool.
pub fn read(files: &Files, path: &Path) -> Option<Project> {
    let text = String::from_utf8(files.read(path).ok()?).ok()?;
    match path.file_name()?.to_str()? {
        "pyproject.toml" => pyproject(&text),
        "setup.cfg" => setup_cfg(&text),
        "setup.py" => Some(Project {
            name: assigned(&text, "name").map(str::to_string),
            version: assigned(&text, "version").map(str::to_string),
            commands: Vec::new(),
        }),
        _ => None,
    }
}

/// The name and version of the project in `dir`, if there is one.
pub fn describe(files: &Files, dir: &Path) -> Option<(String, Option<String>)> {
    let projects: Vec<_> = FILES.iter().filter_map(|file| read(files, &dir.join(file))).collect();
    let infos = files.children(dir).into_iter();
    let infos = infos.filter(|p| p.extension().is_some_and(|e| e == "egg-info"));
    let info = infos
        .map(|info| info.join("PKG-INFO"))
        .chain([dir.join("PKG-INFO"), dir.join("EGG-INFO/PKG-INFO")])
        .find_map(|path| files.text(&path));
    if projects.is_empty() && info.is_none() {
        return None;
    }
    let said = |key| {
        let info = info.as_deref().and_then(|text| header(text, key));
        info.map(str::to_string)
    };
    let name = said("Name").or_else(|| projects.iter().find_map(|p| p.name.clone()));
    let version = said("Version").or_else(|| projects.iter().find_map(|p| p.version.clone()));
    let folder = || dir.file_name().map(|n| n.to_string_lossy().into_owned());
    Some((name.or_else(folder)?, version))
}

/// [`pyproject.toml`](https://packaging.python.org/en/latest/specifications/pyproject-toml/), and
/// Poetry's own tables from before that was specified.
fn pyproject(text: &str) -> Option<Project> {
    let document: Table = text.parse().ok()?;
    let project = table(&document, "project");
    let poetry = table(&document, "tool").and_then(|tool| table(tool, "poetry"));
    if project.is_none() && poetry.is_none() && !document.contains_key("build-system") {
        return None;
    }
    let said = |key| {
        let tables = [project, poetry].into_iter().flatten();
        let mut values = tables.filter_map(|table| table.get(key)?.as_str());
        values.next().map(str::to_string)
    };
    let mut commands = Vec::new();
    for (owner, key) in [(project, "scripts"), (project, "gui-scripts"), (poetry, "scripts")] {
        for (name, target) in owner.and_then(|owner| table(owner, key)).into_iter().flatten() {
            let target = match target {
                // Poetry: `{ callable = "…" }`, `{ reference = "…", type = "console" }`.
                Value::Table(t) if t.get("type").is_some_and(|t| t.as_str() == Some("file")) => None,
                Value::Table(t) => t.get("callable").or(t.get("reference")),
                target => Some(target),
            };
            let module = target.and_then(Value::as_str).and_then(module);
            commands.extend(module.map(|module| (name.clone(), module)));
        }
    }
    Some(Project { name: said("name"), version: said("version"), commands })
}

fn table<'a>(from: &'a Table, key: &str) -> Option<&'a Table> {
    from.get(key)?.as_table()
}

/// [setuptools' declarative file](https://setuptools.pypa.io/en/latest/userguide/declarative_config.html).
fn setup_cfg(text: &str) -> Option<Project> {
    let mut project = Project::default();
    let (mut section, mut key, mut is_project) = ("", "", false);
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            section = header.split(']').next().unwrap_or_default();
            is_project |= section == "metadata" || section.starts_with("options");
            key = "";
        } else if line.starts_with([' ', '\t']) {
            if section == "options.entry_points" && is_command_group(key) {
                project.commands.extend(command(trimmed));
            }
        } else if let Some((name, value)) = line.split_once(['=', ':']) {
            key = name.trim();
            let value = value.trim();
            let written = !value.starts_with("attr:") && !value.starts_with("file:");
            match (section, key) {
                ("metadata", "name") => project.name = Some(value.to_string()),
                ("metadata", "version") if written => project.version = Some(value.to_string()),
                _ => {}
            }
        }
    }
    is_project.then_some(project)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pyproject_tells_projects_from_tool_settings() {
        assert_eq!(pyproject("[tool.black]\nline-length = 90\n"), None);
        assert!(pyproject("not toml [").is_none());
        let project = pyproject(
            "[project]\nname='a'\nversion='1'\n[project.scripts]\nrun='a.cli:main'\n\
             [tool.poetry.scripts]\nold={callable='a.old:f'}\nsh={reference='x.sh',type='file'}\n",
        )
        .expect("a project");
        let shown: Vec<_> = project.commands.iter().map(|(n, m)| format!("{n}>{m}")).collect();
        assert_eq!(shown, ["run>a.cli", "old>a.old"]);
        assert_eq!(project.version.as_deref(), Some("1"));
    }

    #[test]
    fn setup_cfg_too() {
        assert_eq!(setup_cfg("[flake8]\nmax-line-length = 90\n"), None);
        let project = setup_cfg(
            "[metadata]\nname = b\nversion = attr: b.__version__\n[options.entry_points]\n\
             console_scripts =\n    b = b.cli:main\n    # c = c:d\nother =\n    x = y:z\n",
        )
        .expect("a project");
        assert_eq!(project.version, None);
        assert_eq!(project.commands, [("b".to_string(), "b.cli".to_string())]);
    }
}
