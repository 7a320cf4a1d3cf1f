//! The roots of a container image: Python found as the image itself would find it, and what of it is
//! the application.

use std::path::{Path, PathBuf};

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
    /// The distributions that the user says are the application.
    pub distributions: Vec<String>,
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
    /// If it has none, or not the distribution that was named.
    pub fn add(&self, files: &Files, kind: RootKind, plans: &mut Plans) -> Result<(), Failure> {
        let sites = self.sites(files);
        let mut application = None;
        if kind == RootKind::Application {
            for name in self.distributions {
                self.require(files, &sites, name)?;
            }
            application = self.application(files).filter(|_| self.distributions.is_empty());
            if let Some((path, _)) = &application {
                plans.add(Plan::new(kind, path.clone(), self.shown(path)));
            }
        }
        for path in self.folders("PYTHONPATH").filter(|path| files.is_folder(path)) {
            let within = |outer: &PathBuf| path.starts_with(outer);
            if !sites.iter().any(within) && !application.iter().any(|(root, _)| within(root)) {
                plans.add(Plan::new(RootKind::Vendored, path.clone(), self.shown(&path)));
            }
        }
        for site in &sites {
            plans.add(Plan::new(RootKind::Distribution, site.clone(), self.shown(site)));
        }
        if application.is_none() && sites.is_empty() {
            return Err(Failure::new(format!("{}: no Python found in this image", self.label)));
        }
        if kind == RootKind::Application {
            let said = application.map(|(path, why)| format!("{} ({why})", self.inner(&path)));
            plans.programs.push(self.program(said.unwrap_or_default()));
        }
        Ok(())
    }

    fn program(&self, application: String) -> Program {
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
            distributions: self.distributions.to_vec(),
        }
    }

    /// A path of the image, where that is mounted.
    fn at(&self, path: &str) -> PathBuf {
        self.mount.join(path.trim_start_matches('/'))
    }

    fn inner(&self, path: &Path) -> String {
        format!("/{}", path.strip_prefix(self.mount).unwrap_or(path).to_string_lossy())
    }

    fn shown(&self, path: &Path) -> String {
        shown(self.label, self.inner(path).trim_start_matches('/'))
    }

    fn env(&self, name: &str) -> &str {
        self.config.env.get(name).map_or("", String::as_str)
    }

    /// The folders that a variable lists.
    fn folders(&self, name: &str) -> impl Iterator<Item = PathBuf> {
        self.env(name).split(':').filter(|path| !path.trim_matches('/').is_empty()).map(|path| self.at(path))
    }

    fn working_dir(&self) -> PathBuf {
        self.at(&self.config.working_dir)
    }

    /// The site-packages of all interpreters, in the order in which the image would come upon them.
    fn sites(&self, files: &Files) -> Vec<PathBuf> {
        let path = if self.env("PATH").is_empty() { PATH } else { self.env("PATH") };
        let bins = path.split(':').filter(|bin| !bin.is_empty()).map(|bin| self.at(bin));
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

    /// The folder of the application, and why it is taken for that.
    fn application(&self, files: &Files) -> Option<(PathBuf, &'static str)> {
        let folder = |path: PathBuf, why| {
            let path = files.canonical(&path).ok()?;
            (path != self.mount && files.is_folder(&path) && holds_python(files, &path)).then_some((path, why))
        };
        let script = || {
            let argv = self.config.entrypoint.iter().chain(&self.config.cmd);
            let scripts = argv.filter(|word| word.ends_with(".py")).map(|word| match word.starts_with('/') {
                true => self.at(word),
                false => self.working_dir().join(word),
            });
            scripts.filter_map(|script| folder(script.parent()?.to_path_buf(), "its entry point is in it")).next()
        };
        folder(self.working_dir(), "its WORKDIR, which holds Python")
            .or_else(script)
            .or_else(|| self.folders("PYTHONPATH").find_map(|path| folder(path, "its PYTHONPATH")))
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
