//! Which roots to scan: those that were named, or those that are there.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::image::{Given, Program};
use super::{Request, installed, lock, shown};
use crate::files::{self, Choice, Files, Platform, Shape};
use crate::model::{Failure, Notice, NoticeKind, RootKind};

/// A root to be walked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its kind.
    pub kind: RootKind,
    /// Canonical.
    pub path: PathBuf,
    /// How the user would name it.
    pub label: String,
    /// If not all of `path` is meant: the names in it that are.
    pub only: Option<BTreeSet<String>>,
    /// The installation that leads here (the path of a site-packages root) and its file that says so.
    pub installed_by: Option<(PathBuf, String)>,
    /// Nobody named it: it may turn out to hold several projects, or nothing.
    pub assumed: bool,
}

impl Plan {
    /// All of `path`.
    pub fn new(kind: RootKind, path: PathBuf, label: String) -> Plan {
        Plan { kind, path, label, only: None, installed_by: None, assumed: false }
    }

    /// Whether people work in it: then environments and other tools' folders lie about.
    pub fn working_tree(&self) -> bool {
        self.kind == RootKind::Application || self.installed_by.is_some()
    }

    /// Whether it stands for an image without Python: nothing of it is walked.
    pub fn is_empty(&self) -> bool {
        self.only.as_ref().is_some_and(BTreeSet::is_empty)
    }

    /// The paths where the walk starts.
    pub fn starts(&self) -> Vec<PathBuf> {
        match &self.only {
            Some(names) => names.iter().map(|name| self.path.join(name)).collect(),
            None => vec![self.path.clone()],
        }
    }
}

/// The roots in the order in which they are walked, and the paths that they claim.
#[derive(Debug, Default)]
pub struct Plans {
    /// The roots.
    pub list: Vec<Plan>,
    /// Where a walk of another root turns back.
    pub claimed: HashSet<PathBuf>,
    /// Images that stand by themselves.
    pub programs: Vec<Program>,
    choice: Option<Choice>,
    /// Whether one was a folder of wheels, or the like.
    wheels: bool,
    distributions: Vec<String>,
    cwd: PathBuf,
}

impl Plans {
    /// The roots that `request` names, or those found at its current folder.
    pub fn new(request: &Request, files: &mut Files, notices: &mut Vec<Notice>) -> Result<Plans, Failure> {
        let cwd = files.canonical(&request.cwd).map_err(|e| Failure::new(format!("{}: {e}", request.cwd.display())))?;
        let distributions = request.app_dist.clone();
        let mut plans = Plans { cwd, choice: Some(choice(request)?), distributions, ..Plans::default() };
        for path in &request.app {
            plans.given(files, Some(RootKind::Application), path)?;
        }
        for path in &request.vendored {
            plans.given(files, Some(RootKind::Vendored), path)?;
        }
        for path in &request.roots {
            plans.given(files, None, path)?;
        }
        if let (Some(lock), false) = (&request.lock, plans.wheels) {
            return Err(Failure::new(format!(
                "--lock {}: none of the given roots is a cache of uv or poetry, or a folder of wheels",
                lock.display()
            )));
        }
        if plans.list.is_empty() {
            plans.assume(request, files, notices);
        }
        Ok(plans)
    }

    fn given(&mut self, files: &mut Files, kind: Option<RootKind>, path: &Path) -> Result<(), Failure> {
        let label = slashes(path);
        let fail = |why: String| Failure::new(format!("{label}: {why}"));
        let Some(choice) = &self.choice else { return Ok(()) };
        if label == "-" {
            let opened = files::stream(std::io::stdin().lock(), choice)?;
            return self.given_archive(files, kind, (self.cwd.join("-"), label), opened);
        }
        let real = files.canonical(&self.cwd.join(path)).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => fail("no such file or folder".into()),
            _ => fail(e.to_string()),
        })?;
        if let Some(opened) = files::open(&real, choice).map_err(|failure| named(&failure, &real, &label))? {
            return self.given_archive(files, kind, (real, label), opened);
        }
        if real.is_file() {
            return self.given_file(kind.unwrap_or(RootKind::Application), path, &real);
        }
        // A pex as a folder, whose wheels are still packed (`--layout packed`).
        let wheels = path.join(".deps");
        if files.is_file(&real.join("PEX-INFO")) && files::holds_wheels(&self.cwd.join(&wheels)) {
            self.given(files, Some(RootKind::Vendored), &wheels)?;
        }
        let kind = kind.unwrap_or_else(|| by_content(files, &real));
        if kind == RootKind::Application {
            self.add(Plan::new(kind, real, label));
        } else if self.installed(files, &real, &label) == 0 {
            if installed::is_environment(files, &real) {
                return Err(fail("an environment without a site-packages folder".into()));
            }
            self.add(Plan::new(kind, real, label));
        }
        Ok(())
    }

    fn given_file(&mut self, kind: RootKind, path: &Path, real: &Path) -> Result<(), Failure> {
        let label = slashes(path);
        let fail = |why: &str| Failure::new(format!("{label}: {why}"));
        let (Some(folder), Some(name)) = (real.parent(), real.file_name().and_then(|n| n.to_str())) else {
            return Err(fail("not a file name that can be shown"));
        };
        let same = |plan: &&mut Plan| plan.kind == kind && plan.path == folder;
        if let Some(plan) = self.list.iter_mut().find(same) {
            if let Some(names) = &mut plan.only {
                names.insert(name.to_string());
                self.claimed.insert(real.to_path_buf());
            }
            return Ok(());
        }
        let above = path.parent().map(slashes).filter(|label| !label.is_empty());
        let mut plan = Plan::new(kind, folder.to_path_buf(), above.unwrap_or(".".into()));
        plan.only = Some(BTreeSet::from([name.to_string()]));
        self.add(plan);
        Ok(())
    }

    /// Adds the roots of an archive, from then on found at its path.
    fn given_archive(
        &mut self,
        files: &mut Files,
        kind: Option<RootKind>,
        (path, label): (PathBuf, String),
        opened: files::Opened,
    ) -> Result<(), Failure> {
        files.mount(path.clone(), opened.tree);
        match opened.shape {
            Shape::Wheels => {
                self.wheels = true;
                let kind = kind.filter(|kind| *kind == RootKind::Application).unwrap_or(RootKind::Distribution);
                self.add(Plan::new(kind, path.clone(), label.clone()));
            }
            Shape::Image(config) => {
                let distributions = self.distributions.clone();
                let given = Given { mount: &path, label: &label, config: &config, distributions: &distributions };
                given.add(files, kind.unwrap_or(RootKind::Application), self)?;
            }
            Shape::Tree(top) => {
                let (path, label) = (path.join(&top), shown(&label, &top));
                let kind = kind.unwrap_or_else(|| by_content(files, &path));
                if kind == RootKind::Application || self.installed(files, &path, &label) == 0 {
                    self.add(Plan::new(kind, path, label));
                }
            }
        }
        for more in opened.more {
            let name = more.file_name().unwrap_or_default().to_string_lossy().into_owned();
            self.given(files, kind, &PathBuf::from(shown(&label, &name)))?;
        }
        Ok(())
    }

    /// Adds the places where `dir` keeps installed packages; how many there are.
    fn installed(&mut self, files: &Files, dir: &Path, label: &str) -> usize {
        if installed::holds_distributions(files, dir) {
            self.add(Plan::new(RootKind::Distribution, dir.to_path_buf(), label.into()));
            return 1;
        }
        let sites = installed::site_folders(files, dir);
        for site in &sites {
            let label = match site.strip_prefix(dir) {
                Ok(rest) => shown(label, &slashes(rest)),
                Err(_) => self.label(site),
            };
            self.add(Plan::new(RootKind::Distribution, site.clone(), label));
        }
        sites.len()
    }

    fn assume(&mut self, request: &Request, files: &Files, notices: &mut Vec<Notice>) {
        let mut plan = Plan::new(RootKind::Application, self.cwd.clone(), ".".into());
        plan.assumed = true;
        self.add(plan);
        if let Some(active) = &request.virtual_env {
            let label = slashes(active);
            match files.canonical(&self.cwd.join(active)) {
                Ok(real) if self.installed(files, &real, &label) > 0 => return,
                _ => notices.push(Notice {
                    kind: NoticeKind::Unreadable,
                    file: Some(label),
                    line: None,
                    detail: "VIRTUAL_ENV names it, but no packages are installed there".into(),
                }),
            }
        }
        self.local_environments(files, &request.cwd);
    }

    /// Adds the virtual environments that people keep in a project's folder.
    pub fn local_environments(&mut self, files: &Files, project: &Path) {
        for name in [".venv", "venv"] {
            if let Ok(dir) = files.canonical(&project.join(name))
                && installed::is_environment(files, &dir)
            {
                let label = self.label(&dir);
                self.installed(files, &dir, &label);
            }
        }
    }

    /// Adds a folder that the walk of another root came upon: vendored code, or installed packages.
    pub fn nested(&mut self, files: &Files, parent: &Plan, dir: &Path) {
        let Ok(real) = files.canonical(dir) else {
            return;
        };
        if self.claimed.contains(&real) {
            return;
        }
        let label = match dir.strip_prefix(&parent.path) {
            Ok(rest) => shown(&parent.label, &slashes(rest)),
            Err(_) => self.label(&real),
        };
        if self.installed(files, &real, &label) == 0 {
            self.add(Plan::new(RootKind::Vendored, real, label));
        }
    }

    /// Adds the target of an editable install; see [`Plan::installed_by`] and [`Plan::only`].
    pub fn editable(&mut self, dir: PathBuf, only: Option<String>, by: (PathBuf, String)) {
        let label = self.label(&dir);
        let mut plan = Plan::new(RootKind::Distribution, dir, label);
        plan.only = only.map(|name| BTreeSet::from([name]));
        plan.installed_by = Some(by);
        self.add(plan);
    }

    /// Adds a project found inside an assumed root; it has been walked with that.
    pub fn project(&mut self, files: &Files, parent: &Plan, folder: &str) -> Plan {
        let path = parent.path.join(folder);
        self.local_environments(files, &path);
        Plan::new(RootKind::Application, path, shown(&parent.label, folder))
    }

    /// The first to claim a path has it.
    pub fn add(&mut self, plan: Plan) {
        let starts = plan.starts();
        if starts.iter().all(|start| self.claimed.contains(start)) {
            return;
        }
        self.claimed.extend(starts);
        self.list.push(plan);
    }

    /// Adds an image that holds no Python: its containers are then known to be no question of this scan.
    pub fn add_without_python(&mut self, mount: &Path, label: &str) {
        let mut plan = Plan::new(RootKind::Application, mount.to_path_buf(), label.to_string());
        plan.only = Some(BTreeSet::new());
        self.list.push(plan);
    }

    /// The path as seen from the current folder, if it is below that.
    pub fn label(&self, path: &Path) -> String {
        match path.strip_prefix(&self.cwd) {
            Ok(rest) if rest.as_os_str().is_empty() => ".".into(),
            Ok(rest) => slashes(rest),
            Err(_) => slashes(path),
        }
    }
}

/// What a tree is that was given without saying.
fn by_content(files: &Files, path: &Path) -> RootKind {
    match installed::holds_distributions(files, path) || installed::is_environment(files, path) {
        true => RootKind::Vendored,
        false => RootKind::Application,
    }
}

/// What the request says about archives between which there is a choice.
fn choice(request: &Request) -> Result<Choice, Failure> {
    let config = request.image_config.as_ref().map(|path| {
        let fail = |why: String| Failure::new(format!("--image-config {}: {why}", path.display()));
        let text = std::fs::read(request.cwd.join(path)).map_err(|error| fail(error.to_string()))?;
        files::config(&text).map_err(fail)
    });
    Ok(Choice {
        platform: Platform::new(request.platform.as_deref()),
        tag: request.tag.clone(),
        config: config.transpose()?,
        lock: request.lock.as_ref().map(|path| lock::read(&request.cwd.join(path), path)).transpose()?,
        limits: request.limits,
    })
}

/// A failure about a file, which it names as the user did.
fn named(failure: &Failure, path: &Path, label: &str) -> Failure {
    let message = failure.message.strip_prefix(&*path.to_string_lossy());
    message.map_or_else(|| failure.clone(), |rest| Failure::new(format!("{label}{rest}")))
}

/// A path as text with `/`.
fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}
