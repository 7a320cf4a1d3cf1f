//! What the entry point of an image says about the application in it: the folder of the module or script that
//! it runs, or the distribution that this was installed with.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::image::Given;
use super::metadata::{commands, folder_name, header, record};
use super::{editable, installed};
use crate::command::{self, RUNNERS, Target};
use crate::files::{Files, Found};

/// Scripts that are read on the way from the entry point; a bound against those that start each other.
const SCRIPTS: usize = 16;

/// A longer script is not read.
const SCRIPT_LIMIT: u64 = 256 << 10;

/// Options of servers, and the shell's command, that name a folder which modules are taken from.
const FOLDERS: [&str; 6] = ["cd", "--chdir", "--app-dir", "--pythonpath", "--directory", "-C"];

/// What is the application, and why.
#[derive(Debug, Default)]
pub struct Entry {
    /// Folders; where only one file in it is meant, its name.
    pub folders: Vec<(PathBuf, Option<String>, String)>,
    /// Names of distributions.
    pub distributions: Vec<(String, String)>,
}

/// A search along the image's entry point.
pub struct Search<'a> {
    given: &'a Given<'a>,
    files: &'a Files,
    sites: &'a [PathBuf],
    /// Folders that modules are taken from, besides the sites.
    places: Vec<PathBuf>,
    found: Entry,
}

impl<'a> Search<'a> {
    /// Follows `ENTRYPOINT` and `CMD`.
    pub fn run(given: &'a Given<'a>, files: &'a Files, sites: &'a [PathBuf]) -> Entry {
        let whole: Vec<String> = given.config.entrypoint.iter().chain(&given.config.cmd).cloned().collect();
        let mut search = Search { given, files, sites, places: Vec::new(), found: Entry::default() };
        let work = given.working_dir();
        search.places.extend([work.clone(), work.join("src")]);
        let told_folders: Vec<PathBuf> = told(&whole).iter().map(|folder| search.at(folder)).collect();
        search.places.extend(told_folders);
        search.places.extend(given.folders("PYTHONPATH"));
        // A script that ends in `exec "$@"` starts CMD.
        let mut todo = vec![given.config.cmd.clone(), whole];
        let mut read = BTreeSet::new();
        while let Some(argv) = todo.pop() {
            for target in command::targets(&argv).named {
                let script = match target {
                    Target::Module(name) => {
                        search.module(&name);
                        None
                    }
                    Target::Path(path) => search.path(&search.at(&path)),
                    Target::Script(name) => search.script(&name),
                };
                if let Some(path) = script.filter(|path| read.len() < SCRIPTS && read.insert(path.clone())) {
                    let text = files.text(&path).unwrap_or_default();
                    let commands = command::shell::commands(&text);
                    for folder in commands.iter().flat_map(|command| told(command)) {
                        let folder = search.at(&folder);
                        search.places.push(folder);
                    }
                    todo.extend(commands.into_iter().rev());
                }
            }
        }
        search.found
    }

    /// A path as the image's processes see it.
    fn at(&self, path: &str) -> PathBuf {
        if path.starts_with('/') { self.given.at(path) } else { self.given.working_dir().join(path) }
    }

    fn in_site(&self, path: &Path) -> Option<&'a PathBuf> {
        self.sites.iter().find(|site| path.starts_with(site))
    }

    /// `python -m name`, `gunicorn name:app`.
    fn module(&mut self, name: &str) {
        if RUNNERS.iter().any(|runner| runner.name == name) {
            return;
        }
        let why = format!("its entry point runs {name}");
        let places = self.places.iter().filter_map(|place| self.files.canonical(place).ok());
        let place = places.into_iter().find(|place| holds_module(self.files, place, name));
        match place {
            Some(place) if self.in_site(&place).is_none() => self.folder(place, None, why),
            _ => self.distribution(why, |search, site| search.owner_of_module(site, name)),
        }
    }

    /// A folder; one within `WORKDIR` stands for that.
    fn folder(&mut self, folder: PathBuf, only: Option<String>, why: String) {
        let work = self.files.canonical(&self.given.working_dir()).ok();
        let work = work.filter(|work| *work != self.given.mount && folder.starts_with(work));
        let (folder, only) = match work {
            Some(work) => (work, None),
            None if folder == self.given.mount && only.is_none() => return,
            None => (folder, only),
        };
        if self.found.folders.iter().all(|(known, name, _)| (known, name) != (&folder, &only)) {
            self.found.folders.push((folder, only, why));
        }
    }

    fn distribution(&mut self, why: String, owner: impl Fn(&Self, &Path) -> Option<String>) {
        if let Some(name) = self.sites.iter().find_map(|site| owner(self, site))
            && self.found.distributions.iter().all(|(known, _)| *known != name)
        {
            self.found.distributions.push((name, why));
        }
    }

    /// A file that is run: Python, or a shell script that is to be read.
    fn path(&mut self, path: &Path) -> Option<PathBuf> {
        let path = self.files.canonical(path).ok()?;
        let Ok(Found::File(size)) = self.files.find(&path) else { return None };
        let name = path.file_name()?.to_str()?.to_string();
        let why = format!("its entry point runs {}", self.given.inner(&path));
        if let Some(site) = self.in_site(&path) {
            let inner = path.strip_prefix(site).ok()?.to_string_lossy().into_owned();
            self.distribution(why, |search, site| search.lister(site, |listed| listed == inner));
            return None;
        }
        let head = if size <= SCRIPT_LIMIT { self.files.text(&path)? } else { String::new() };
        let first = head.lines().next().unwrap_or_default();
        if name.ends_with(".py") || first.starts_with("#!") && first.contains("python") {
            let folder = path.parent()?.to_path_buf();
            let alone = folder == self.given.mount || self.given.bins().any(|bin| bin == folder);
            self.folder(folder, alone.then_some(name), why);
            return None;
        }
        (first.starts_with("#!") || name.ends_with(".sh")).then_some(path)
    }

    /// A command: what an installation made, or a file on the `PATH`.
    fn script(&mut self, name: &str) -> Option<PathBuf> {
        if RUNNERS.iter().any(|runner| runner.name == name) {
            return None;
        }
        let known = self.found.distributions.len();
        self.distribution(format!("its entry point runs its command {name}"), |search, site| {
            search.metadata(site).into_iter().find_map(|info| {
                let text = search.files.text(&info.join("entry_points.txt"))?;
                commands(&text).iter().any(|(command, _)| command == name).then(|| search.name_of(&info))
            })
        });
        if known < self.found.distributions.len() {
            return None;
        }
        let path = self.given.bins().map(|bin| bin.join(name)).find(|path| self.files.is_file(path))?;
        self.path(&path)
    }

    /// The folders of metadata in a site.
    fn metadata(&self, site: &Path) -> Vec<PathBuf> {
        let mut found = self.files.children(site);
        found.retain(|path| path.extension().is_some_and(|e| e == "dist-info" || e == "egg-info"));
        found
    }

    fn name_of(&self, info: &Path) -> String {
        let text = ["METADATA", "PKG-INFO"].iter().find_map(|name| self.files.text(&info.join(name)));
        let folder = info.file_name().unwrap_or_default().to_string_lossy();
        let name = text.as_deref().and_then(|text| header(text, "Name"));
        name.unwrap_or(folder_name(&folder).0).to_string()
    }

    /// The distribution that lists such a file.
    fn lister(&self, site: &Path, is_it: impl Fn(&str) -> bool) -> Option<String> {
        let lists = |info: &PathBuf| {
            let text = self.files.text(&info.join("RECORD")).unwrap_or_default();
            record(&text).any(|listed| is_it(&listed))
        };
        self.metadata(site).into_iter().find(lists).map(|info| self.name_of(&info))
    }

    /// The distribution in a site that a module belongs to.
    fn owner_of_module(&self, site: &Path, name: &str) -> Option<String> {
        let path = name.replace('.', "/");
        let exact = [format!("{path}.py"), format!("{path}/__init__.py"), format!("{path}.pyc")];
        let top = name.split('.').next().unwrap_or_default();
        let (below, single) = (format!("{top}/"), format!("{top}.py"));
        if holds_module(self.files, site, name) {
            let owner = self.lister(site, |listed| exact.iter().any(|own| own == listed));
            let owner = owner.or_else(|| self.lister(site, |listed| listed.starts_with(&below) || listed == single));
            let by_top_level = || {
                self.metadata(site).into_iter().find_map(|info| {
                    let text = self.files.text(&info.join("top_level.txt"))?;
                    text.lines().any(|line| line.trim() == top).then(|| self.name_of(&info))
                })
            };
            return owner.or_else(by_top_level);
        }
        let (targets, _) = editable::targets(self.files, site);
        let holds = |target: &editable::Target| match target.single {
            true => target.path.file_stem().is_some_and(|stem| stem == top),
            false => holds_module(self.files, &target.path, name),
        };
        let by = targets.into_iter().find(holds)?.by;
        self.lister(site, |listed| listed == by)
    }
}

/// The folders that options of a command name.
fn told(argv: &[String]) -> Vec<String> {
    let words: Vec<&str> = argv.iter().flat_map(|word| word.split_whitespace()).collect();
    let pairs = words.windows(2).filter(|pair| FOLDERS.contains(&pair[0])).map(|pair| pair[1]);
    let joined = words.iter().filter_map(|word| word.split_once('=')).filter(|(option, _)| FOLDERS.contains(option));
    let found = pairs.chain(joined.map(|(_, folder)| folder));
    found.map(|folder| folder.trim_matches(['"', '\'', ';', '&']).to_string()).collect()
}

/// Whether a module can be imported from a folder.
fn holds_module(files: &Files, folder: &Path, name: &str) -> bool {
    let path = folder.join(name.replace('.', "/"));
    let file = |path: &Path, end: &str| files.is_file(&PathBuf::from(format!("{}{end}", path.display())));
    let top = folder.join(name.split('.').next().unwrap_or_default());
    ["py", "pyc"].iter().any(|end| {
        file(&path, &format!(".{end}")) || file(&path, &format!("/__init__.{end}")) || file(&path, &format!("/__main__.{end}"))
    }) || file(&top, "/__init__.py")
        // `acme.web:app` where `acme.py` has an object `web`.
        || file(&top, ".py")
        || files.is_folder(&path) && !installed::is_environment(files, &path)
}
