//! Whose the files of a root are.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use rayon::prelude::*;

use super::image::Distributions;
use super::metadata::{self, commands, folder_name, header};
use super::plan::Plan;
use super::project;
use super::vendored::{self, Versions};
use super::walk::{Walked, is_vendor};
use crate::files::{self, Files};
use crate::model::{Owner, OwnerId, RootKind, normalized};

/// What there is to say of installed packages.
pub struct Installed {
    /// For each file.
    pub owners: Vec<OwnerId>,
    /// Commands, and the module each runs.
    pub commands: Vec<(String, String)>,
    /// Distributions that are the application, with the reason.
    pub applied: Vec<String>,
}

/// All owners, each once.
#[derive(Debug, Default)]
pub struct Owners {
    /// In the order of their first file.
    pub list: Vec<Owner>,
    ids: HashMap<Owner, OwnerId>,
}

impl Owners {
    /// The id of an owner.
    pub fn id(&mut self, kind: RootKind, name: String, version: Option<String>) -> OwnerId {
        let owner = Owner { kind, name, version };
        *self.ids.entry(owner.clone()).or_insert_with(|| {
            self.list.push(owner);
            self.list.len() - 1
        })
    }

    /// The application's files are all its own.
    pub fn application(&mut self, plan: &Plan, walked: &Walked) -> Vec<OwnerId> {
        let owner = self.id(RootKind::Application, plan.label.clone(), None);
        vec![owner; walked.files.len()]
    }

    /// Vendored trees hold one package a folder, unless the tree is itself a package or project.
    pub fn vendored(&mut self, files: &Files, plan: &Plan, walked: &Walked) -> Vec<OwnerId> {
        let folder = plan.path.file_name().and_then(|name| name.to_str());
        let package = walked.has("__init__.py") && !is_vendor(folder);
        let whole = (plan.only.is_none())
            .then(|| project::describe(files, &plan.path))
            .flatten()
            .or_else(|| package.then(|| (folder.unwrap_or(&plan.label).to_string(), None)));
        let whole = whole.map(|(name, version)| self.id(RootKind::Vendored, name, version));
        let mut versions = Versions::new(files, &plan.path, walked);
        let mut known = HashMap::new();
        let mut owners = Vec::with_capacity(walked.files.len());
        for file in &walked.files {
            let own = match (whole, vendored::package(&file.path)) {
                (Some(whole), _) => whole,
                (None, None) => self.id(RootKind::Vendored, plan.label.clone(), None),
                (None, Some(package)) => *known.entry(package).or_insert_with(|| {
                    let (name, version) = versions.describe("", package);
                    self.id(RootKind::Vendored, name, version)
                }),
            };
            owners.push(own);
        }
        self.copies(walked, &mut versions, &mut owners);
        owners
    }

    /// The target of an editable install belongs to the distribution that leads there, or where no
    /// metadata lists the file that does, to the project in it.
    pub fn editable(
        &mut self,
        files: &Files,
        plan: &Plan,
        walked: &Walked,
        by: Option<Owner>,
        applications: Option<&Distributions>,
    ) -> Vec<OwnerId> {
        let listed = by.filter(|owner| owner.version.is_some());
        // `setup.py develop` leaves no direct_url.json, but its own mark.
        let linked = plan.installed_by.as_ref().is_some_and(|(_, by)| by.ends_with(".egg-link"));
        let own = applications.is_some_and(|applications| applications.named.is_empty()) && linked;
        let kind = if own { RootKind::Application } else { RootKind::Distribution };
        let kind = listed.as_ref().map_or(kind, |owner| owner.kind);
        let (name, version) = match listed {
            Some(owner) => (owner.name, owner.version),
            None => project_of(files, plan),
        };
        let owner = self.id(kind, name, version);
        let mut owners = vec![owner; walked.files.len()];
        self.copies(walked, &mut Versions::new(files, &plan.path, walked), &mut owners);
        owners
    }

    /// Installed packages: as the metadata of the distributions says. Also their commands. In an image,
    /// `applications` says which are the application. Third, why each of those is.
    pub fn installed(
        &mut self,
        files: &Files,
        plan: &Plan,
        walked: &Walked,
        applications: Option<&Distributions>,
    ) -> Installed {
        let folders: BTreeSet<&str> = (walked.files.iter())
            .map(|file| file.path.split('/').next().unwrap_or_default())
            .filter(|name| name.ends_with(".dist-info") || name.ends_with(".egg-info"))
            .collect();
        let folders: Vec<_> = folders.into_iter().collect();
        let distributions: Vec<_> =
            folders.par_iter().map(|folder| Distribution::read(files, &plan.path, walked, folder)).collect();
        let mut owners: Vec<Option<OwnerId>> = vec![None; walked.files.len()];
        let (mut commands, mut applied) = (Vec::new(), Vec::new());
        let mut ids = Vec::new();
        for distribution in &distributions {
            let (name, version) = (distribution.name.clone(), distribution.version.clone());
            let from_folder = distribution.from_folder.then_some("installed from a folder: direct_url.json");
            let why = applications.and_then(|applications| applications.why(&name, from_folder));
            let kind = if why.is_some() { RootKind::Application } else { RootKind::Distribution };
            applied.extend(why.map(|why| format!("{name} ({why})")));
            let id = self.id(kind, name, version);
            for &file in &distribution.files {
                owners[file].get_or_insert(id);
            }
            ids.push(id);
        }
        // Top-level names tell less than lists of files do, so they come second.
        for (distribution, &id) in distributions.iter().zip(&ids) {
            for file in distribution.by_top_level(walked) {
                owners[file].get_or_insert(id);
            }
        }
        for distribution in distributions {
            commands.extend(distribution.commands);
        }
        let mut owners = self.rest(walked, &owners);
        self.copies(walked, &mut Versions::new(files, &plan.path, walked), &mut owners);
        Installed { owners, commands, applied }
    }

    /// Files that no metadata lists go with the rest of their top-level folder, if that has one owner.
    fn rest(&mut self, walked: &Walked, listed: &[Option<OwnerId>]) -> Vec<OwnerId> {
        let top = |path: &str| path.split(['/', '.']).next().unwrap_or_default().to_string();
        let mut tops: BTreeMap<String, BTreeSet<OwnerId>> = BTreeMap::new();
        for (file, owner) in walked.files.iter().zip(listed) {
            if let Some(owner) = owner {
                tops.entry(top(&file.path)).or_default().insert(*owner);
            }
        }
        let owner = |(file, listed): (&super::walk::Found, &Option<OwnerId>)| {
            let top = top(&file.path);
            match (listed, tops.get(&top)) {
                (Some(owner), _) => *owner,
                (None, Some(one)) if one.len() == 1 => one.first().copied().unwrap_or_default(),
                _ => self.id(RootKind::Distribution, top, None),
            }
        };
        walked.files.iter().zip(listed).map(owner).collect()
    }

    /// Packages that a package brings copies of: `urllib3 (in pip)`.
    fn copies(&mut self, walked: &Walked, versions: &mut Versions<'_>, owners: &mut [OwnerId]) {
        let mut known: HashMap<(&str, &str, OwnerId), OwnerId> = HashMap::new();
        for (file, owner) in walked.files.iter().zip(owners) {
            if file.path.split('/').next().is_some_and(|f| f.ends_with("-info")) {
                continue;
            }
            let Some((folder, package)) = vendored::inside(&file.path) else {
                continue;
            };
            let outer = *owner;
            *owner = *known.entry((folder, package, outer)).or_insert_with(|| {
                let (name, version) = versions.describe(folder, package);
                let name = format!("{name} (in {})", self.list[outer].name);
                self.id(RootKind::Vendored, name, version)
            });
        }
    }
}

/// The name and version of the project that a root is (the sources of), from its own metadata, or
/// that of the project whose `src` it is, or its name.
fn project_of(files: &Files, plan: &Plan) -> (String, Option<String>) {
    let single = (plan.only.iter().flatten().next()).map(|name| (name.trim_end_matches(".py").to_string(), None));
    let above = (plan.path.ends_with("src")).then(|| plan.path.parent()).flatten();
    let described = [Some(plan.path.as_path()), above].into_iter().flatten();
    let folder = || plan.path.file_name().map(|n| n.to_string_lossy().into_owned());
    (described.filter_map(|path| project::describe(files, path)).next())
        .or(single)
        .unwrap_or_else(|| (folder().unwrap_or_else(|| plan.label.clone()), None))
}

/// What one `*.dist-info` or `*.egg-info` says.
struct Distribution {
    name: String,
    version: Option<String>,
    /// The files it lists that are there.
    files: Vec<usize>,
    /// Where it lists none: its top-level modules and packages.
    top_level: Vec<String>,
    commands: Vec<(String, String)>,
    /// Whether it was installed from a folder, as one does with one's own code
    /// ([PEP 610](https://peps.python.org/pep-0610/)).
    from_folder: bool,
}

impl Distribution {
    fn read(sources: &Files, site: &Path, walked: &Walked, folder: &str) -> Distribution {
        let text = |name: &str| {
            // As join makes `folder/` of an empty name, which no file is.
            let path = if name.is_empty() { site.join(folder) } else { site.join(folder).join(name) };
            sources.text(&path)
        };
        // A distutils `.egg-info` is one file, which is PKG-INFO itself.
        let info = text("METADATA").or_else(|| text("PKG-INFO")).or_else(|| text(""));
        let info = info.unwrap_or_default();
        let (name, version) = folder_name(folder);
        let name = header(&info, "Name").unwrap_or(name);
        let version = header(&info, "Version").or(version);
        let mut files = Vec::new();
        let mut list = |path: &str| files.extend(walked.position(path));
        if let Some(text) = text("RECORD") {
            for path in metadata::record(&text) {
                // `pip install --target` moves `../../bin/x` into the target after writing this.
                let path = path.trim_start_matches("../");
                // A wheel that is not installed lists where its files are in itself.
                list(&files::installed_path(path).unwrap_or_default());
            }
        } else if let Some(text) = text("installed-files.txt") {
            text.lines().for_each(|path| list(path.trim_start_matches("../")));
        } else if let Some(text) = text("SOURCES.txt") {
            for path in text.lines() {
                list(path);
                list(path.strip_prefix("src/").unwrap_or(path));
            }
        }
        let mut top_level = Vec::new();
        if !files.iter().any(|&file| walked.files[file].python) {
            let listed = text("top_level.txt").unwrap_or_default();
            top_level.extend(listed.lines().map(|line| line.trim().to_string()));
            top_level.retain(|name| !name.is_empty());
            if top_level.is_empty() {
                top_level.push(normalized(name).replace('-', "_"));
            }
        }
        let prefix = format!("{folder}/");
        let own = walked.files.partition_point(|f| f.path < prefix);
        files.extend(own..own + walked.below(folder).len());
        files.extend(walked.position(folder));
        Distribution {
            name: name.to_string(),
            version: version.map(str::to_string),
            files,
            top_level,
            commands: commands(&text("entry_points.txt").unwrap_or_default()),
            from_folder: text("direct_url.json").is_some_and(|text| text.contains("\"dir_info\"")),
        }
    }

    /// The files of its top-level packages and modules; names are compared without regard to case,
    /// as `PyYAML` may have to do for `pyyaml`.
    fn by_top_level(&self, walked: &Walked) -> Vec<usize> {
        if self.top_level.is_empty() {
            return Vec::new();
        }
        let is_ours = |path: &str| {
            let first = path.split(['/', '.']).next().unwrap_or_default();
            (self.top_level.iter()).any(|top| top.eq_ignore_ascii_case(first))
        };
        let files = walked.files.iter().enumerate();
        files.filter(|(_, f)| is_ours(&f.path)).map(|(i, _)| i).collect()
    }
}
