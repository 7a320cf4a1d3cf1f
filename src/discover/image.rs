//! The roots of a container image: Python found as the image itself would find it, and what of it is
//! the application.

use std::path::{Path, PathBuf};

use super::entry::Search;
use super::plan::{Plan, Plans};
use super::{installed, shown};
use crate::files::{Config, Files, Found};
use crate::model::{Failure, Image, RootKind, normalized};

/// What a container's `PATH` is if the image sets none
/// ([containerd](https://github.com/containerd/containerd/blob/main/pkg/oci/spec.go)).
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Where installations are kept that no variable leads to.
const PREFIXES: [&str; 5] = ["opt/venv", "venv", "opt/conda", "usr/local", "usr"];

/// Files and folders that are looked at to see whether there is Python below a folder.
const LOOKS: usize = 50_000;

/// An image that is a program of its own.
#[derive(Debug)]
pub struct Program {
    /// Where it is mounted.
    pub mount: PathBuf,
    /// What it says of itself.
    pub image: Image,
    /// The distributions that are the application, and why.
    pub distributions: Distributions,
}

/// Which of an image's distributions are the application.
#[derive(Debug, Clone, Default)]
pub struct Distributions {
    /// Those that the user named: then no others.
    pub named: Vec<String>,
    /// Those that the entry point runs, and why that is thought.
    pub run: Vec<(String, String)>,
}

impl Distributions {
    /// Why a distribution is the application, if it is; `from_folder`: how its installation shows that it is
    /// the team's own.
    pub fn why(&self, name: &str, from_folder: Option<&str>) -> Option<String> {
        let same = |other: &str| normalized(other) == normalized(name);
        if !self.named.is_empty() {
            return self.named.iter().any(|own| same(own)).then(|| "named with --app-dist".into());
        }
        let run = self.run.iter().find(|(own, _)| same(own)).map(|(_, why)| why.clone());
        run.or_else(|| from_folder.map(String::from))
    }
}

/// That an image has nothing that could be scanned.
pub fn without_python(label: &str) -> Failure {
    Failure::new(format!("{label}: no Python found in this image"))
}

/// An image on its way into the plans.
pub struct Given<'a> {
    /// Where it is mounted.
    pub mount: &'a Path,
    /// How the user names it.
    pub label: &'a str,
    /// Its configuration.
    pub config: &'a Config,
    /// `--app-dist`
    pub distributions: &'a [String],
}

impl Given<'_> {
    /// Adds the image's roots: all of it as a program, or only what is installed in it, as `kind` says.
    ///
    /// # Errors
    /// If it has not the distribution that was named, or nothing is installed in it where only that is asked for.
    pub fn add(&self, files: &Files, kind: RootKind, plans: &mut Plans) -> Result<(), Failure> {
        let sites = self.sites(files);
        let mut said = Vec::new();
        let mut roots: Vec<PathBuf> = Vec::new();
        let mut distributions = Distributions { named: self.distributions.to_vec(), ..Distributions::default() };
        if kind == RootKind::Application {
            for name in self.distributions {
                self.require(files, &sites, name)?;
            }
            if self.distributions.is_empty() {
                let entry = Search::run(self, files, &sites);
                distributions.run = entry.distributions;
                for (path, only, why) in self.folders_of_application(files, entry.folders, &distributions.run) {
                    let file = only.as_ref().map_or(path.clone(), |name| path.join(name));
                    said.push(format!("{} ({why})", self.inner(&file)));
                    let mut plan = Plan::new(kind, path.clone(), self.shown(&path));
                    plan.only = only.map(|name| [name].into());
                    plans.add(plan);
                    roots.push(path);
                }
            }
        }
        for path in self.folders("PYTHONPATH").filter(|path| files.is_folder(path)) {
            let within = |outer: &PathBuf| path.starts_with(outer);
            if !sites.iter().any(within) && !roots.iter().any(within) {
                plans.add(Plan::new(RootKind::Vendored, path.clone(), self.shown(&path)));
            }
        }
        for site in &sites {
            plans.add(Plan::new(RootKind::Distribution, site.clone(), self.shown(site)));
        }
        if roots.is_empty() && sites.is_empty() {
            if kind != RootKind::Application {
                return Err(without_python(self.label));
            }
            plans.add_without_python(self.mount, self.label);
        }
        if kind == RootKind::Application {
            plans.programs.push(self.program(said.join("; "), distributions));
        }
        Ok(())
    }

    fn program(&self, application: String, distributions: Distributions) -> Program {
        let config = self.config.clone();
        let mut digests = config.digests;
        digests.sort();
        digests.dedup();
        Program {
            mount: self.mount.to_path_buf(),
            image: Image {
                label: self.label.to_string(),
                names: config.names,
                digests,
                env: config.env.into_keys().collect(),
                entrypoint: config.entrypoint,
                cmd: config.cmd,
                working_dir: config.working_dir,
                labels: config.labels.into_iter().collect(),
                application,
            },
            distributions,
        }
    }

    /// A path of the image, where that is mounted.
    pub fn at(&self, path: &str) -> PathBuf {
        self.mount.join(path.trim_start_matches('/'))
    }

    /// As the image itself names it.
    pub fn inner(&self, path: &Path) -> String {
        format!("/{}", path.strip_prefix(self.mount).unwrap_or(path).to_string_lossy())
    }

    fn shown(&self, path: &Path) -> String {
        shown(self.label, self.inner(path).trim_start_matches('/'))
    }

    fn env(&self, name: &str) -> &str {
        self.config.env.get(name).map_or("", String::as_str)
    }

    /// The folders that a variable lists.
    pub fn folders(&self, name: &str) -> impl Iterator<Item = PathBuf> {
        self.env(name).split(':').filter(|path| !path.trim_matches('/').is_empty()).map(|path| self.at(path))
    }

    /// `WORKDIR`
    pub fn working_dir(&self) -> PathBuf {
        self.at(&self.config.working_dir)
    }

    /// The folders of the `PATH`.
    pub fn bins(&self) -> impl Iterator<Item = PathBuf> {
        let path = if self.env("PATH").is_empty() { PATH } else { self.env("PATH") };
        path.split(':').filter(|bin| !bin.is_empty()).map(|bin| self.at(bin))
    }

    /// The site-packages of all interpreters, in the order in which the image would come upon them.
    fn sites(&self, files: &Files) -> Vec<PathBuf> {
        let bins = self.bins();
        let with_python = bins.filter(|bin| {
            let named = |(child, _): &(PathBuf, Found)| {
                child.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python"))
            };
            files.canonical(bin).is_ok_and(|bin| files.list(&bin).iter().any(named))
        });
        let prefixes = with_python.filter_map(|bin| Some(bin.parent()?.to_path_buf()));
        let local = [".venv", "venv"].map(|name| self.working_dir().join(name));
        let usual = PREFIXES.map(|prefix| self.at(prefix));
        let mut sites = Vec::new();
        for prefix in self.folders("VIRTUAL_ENV").chain(prefixes).chain(local).chain(usual) {
            for site in installed::site_folders(files, &prefix) {
                if !sites.contains(&site) {
                    sites.push(site);
                }
            }
        }
        sites
    }

    /// That a distribution is installed.
    fn require(&self, files: &Files, sites: &[PathBuf], name: &str) -> Result<(), Failure> {
        use super::metadata::folder_name;
        let wanted = normalized(name);
        let is_it = |path: &PathBuf| {
            let folder = path.file_name().unwrap_or_default().to_string_lossy();
            folder.ends_with("-info") && normalized(folder_name(&folder).0) == wanted
        };
        match sites.iter().any(|site| files.children(site).iter().any(is_it)) {
            true => Ok(()),
            false => Err(Failure::new(format!("--app-dist {name}: not installed in {}", self.label))),
        }
    }

    /// The folders of the application, and why they are taken for that: those that the entry point says, and
    /// `WORKDIR` with whatever Python is in it. Only where nothing tells, `PYTHONPATH`.
    fn folders_of_application(
        &self,
        files: &Files,
        told: Vec<(PathBuf, Option<String>, String)>,
        run: &[(String, String)],
    ) -> Vec<(PathBuf, Option<String>, String)> {
        let usable = |path: &PathBuf| files.is_folder(path) && holds_python(files, path);
        let mut found: Vec<_> = told.into_iter().filter(|(path, only, _)| only.is_some() || usable(path)).collect();
        let folder = |path: PathBuf| files.canonical(&path).ok().filter(|path| path != self.mount && usable(path));
        if let Some(work) = folder(self.working_dir()) {
            match found.iter_mut().find(|(path, ..)| *path == work) {
                Some((.., why)) => *why = format!("its WORKDIR, and {why}"),
                None => found.push((work, None, "its WORKDIR, which holds Python".into())),
            }
        }
        if found.is_empty() && run.is_empty() {
            let first = self.folders("PYTHONPATH").find_map(folder);
            found.extend(first.map(|path| (path, None, "its PYTHONPATH".into())));
        }
        found
    }
}

/// Whether there is Python below a folder, other than what is installed there.
fn holds_python(files: &Files, folder: &Path) -> bool {
    let mut todo = vec![folder.to_path_buf()];
    let mut looks = 0;
    while let Some(folder) = todo.pop() {
        for (path, found) in files.list(&folder) {
            looks += 1;
            if looks > LOOKS {
                return true;
            }
            let skipped = || installed::is_site_packages(&path) || installed::is_environment(files, &path);
            match found {
                Found::Folder if !skipped() => todo.push(path),
                Found::File(_) if path.extension().is_some_and(|extension| extension == "py") => return true,
                _ => {}
            }
        }
    }
    false
}
