//! Stage 1, discover: which files there are, and whose they are.
//!
//! [`plan`] decides which roots to scan, [`walk`] lists the files of one, [`owners`] says whose they
//! are. Walking one root can lead to others: vendor folders, installed packages, the targets of
//! editable installs. No file is listed twice: what is inside another root belongs to that one.

mod charts;
mod compiled;
mod editable;
mod entry;
mod image;
mod installed;
mod lock;
mod metadata;
mod owners;
mod plan;
mod project;
#[cfg(test)]
mod tests;
mod vendored;
mod walk;

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

pub use crate::files::limits::Limits;
pub use charts::charts;
use image::Program;
use owners::Owners;
use plan::{Plan, Plans};
use walk::{Found, Walked};

use crate::files::Files;
use crate::model::{Failure, Notice, NoticeKind, Root, RootKind, Script, SourceFile, Sources};

/// What to scan.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Roots of the team's own code: folders or single files.
    pub app: Vec<PathBuf>,
    /// Roots of other people's code: environments, site-packages, plain trees, single files.
    pub vendored: Vec<PathBuf>,
    /// Roots of either kind, as what is there says: installed packages are other people's, the rest is the team's.
    pub roots: Vec<PathBuf>,
    /// The current folder: relative paths start here, and without any root it is searched for some.
    pub cwd: PathBuf,
    /// The active virtual environment (`VIRTUAL_ENV`), used only when no root is given.
    pub virtual_env: Option<PathBuf>,
    /// Which image of several is meant: `linux/arm64`; none: Linux on this machine's processor.
    pub platform: Option<String>,
    /// Which image of several in one archive is meant, by its name.
    pub tag: Option<String>,
    /// A lock file, which picks versions from a cache or a folder of wheels.
    pub lock: Option<PathBuf>,
    /// What an archive may cost.
    pub limits: Limits,
    /// A file with the configuration of an image whose root file system is given.
    pub image_config: Option<PathBuf>,
    /// Distributions that are the application in an image.
    pub app_dist: Vec<String>,
}

/// Finds the files of all roots, with their owners; roots that are archives are opened in `files`. What
/// cannot be looked at is a notice.
///
/// # Errors
/// If a root that was named is missing, unreadable or no tree, or if there is nothing to scan.
pub fn discover(request: &Request, files: &mut Files) -> Result<Sources, Failure> {
    let mut sources = Sources::default();
    let mut plans = Plans::new(request, files, &mut sources.notices)?;
    let mut scanned: Vec<(Plan, Walked)> = Vec::new();
    let mut next = 0;
    while let Some(plan) = plans.list.get(next).cloned() {
        next += 1;
        if plan.kind == RootKind::Distribution && plan.installed_by.is_none() {
            follow(files, &plan, &mut plans, &scanned, &mut sources.notices);
        }
        let mut walked = walk::walk(files, &plan, &plans.claimed);
        for folder in std::mem::take(&mut walked.nested) {
            plans.nested(files, &plan, &folder);
        }
        sources.notices.append(&mut walked.notices);
        if plan.assumed {
            scanned.extend(split(files, plan, walked, &mut plans));
        } else {
            scanned.push((plan, walked));
        }
    }
    if scanned.is_empty() {
        return Err(Failure::new(format!(
            "{}: no Python project, vendor folder or virtual environment here; pass --app PATH or --vendored PATH",
            request.cwd.display()
        )));
    }
    let empty: Vec<&Plan> = scanned.iter().map(|(plan, _)| plan).filter(|plan| plan.is_empty()).collect();
    if let (Some(plan), true) = (empty.first(), empty.len() == scanned.len()) {
        return Err(image::without_python(&plan.label));
    }
    sources.notices.extend(empty.into_iter().map(|plan| Notice {
        kind: NoticeKind::NotScanned,
        file: Some(plan.label.clone()),
        line: None,
        detail: "no Python found in this image".into(),
    }));
    scanned.sort_by_key(|(plan, _)| plan.kind);
    drop_duplicates(&mut scanned);
    unopened(files, &plans, &mut sources.notices);
    assemble(files, scanned, &plans.programs, &mut sources);
    Ok(sources)
}

/// How to show a path of a root to a person: so that it can be opened from the current folder.
pub fn shown(label: &str, path: &str) -> String {
    match (label.trim_end_matches('/'), path) {
        (label, "") => label.to_string(),
        (".", path) => path.to_string(),
        (label, path) => format!("{label}/{path}"),
    }
}

/// Adds the roots that a site-packages folder leads to, unless they have been scanned already.
fn follow(files: &Files, plan: &Plan, plans: &mut Plans, done: &[(Plan, Walked)], notices: &mut Vec<Notice>) {
    let (targets, wrong) = editable::targets(files, &plan.path);
    for (file, line, detail) in wrong {
        notices.push(Notice { line: (line > 0).then_some(line), ..plan.unreadable(&file, detail) });
    }
    for target in targets {
        let Ok(real) = files.canonical(&target.path) else {
            continue;
        };
        let known = done.iter().any(|(plan, walked)| {
            let Some(rel) = real.strip_prefix(&plan.path).ok().and_then(Path::to_str) else {
                return false;
            };
            let rel = rel.replace('\\', "/");
            walked.has(&rel) || walked.below(&rel).iter().any(|file| file.python)
        });
        if known {
            continue;
        }
        let by = (plan.path.clone(), target.by);
        match (real.parent(), real.file_name().and_then(|n| n.to_str())) {
            (Some(folder), Some(name)) if target.single => {
                plans.editable(folder.to_path_buf(), Some(name.to_string()), by);
            }
            _ => plans.editable(real, None, by),
        }
    }
}

/// Takes an assumed root apart: each folder with project metadata is an application of its own, the
/// rest stays together. Nothing remains of a root without Python and without projects.
fn split(files: &Files, plan: Plan, mut walked: Walked, plans: &mut Plans) -> Vec<(Plan, Walked)> {
    let mut folders = BTreeSet::new();
    let mut is_project = false;
    for file in &walked.files {
        let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
        if project::FILES.contains(&name) && project::read(files, &plan.path.join(&file.path)).is_some() {
            is_project |= folder.is_empty();
            if !folder.is_empty() {
                folders.insert(folder.to_string());
            }
        }
    }
    let is_application = is_project || !folders.is_empty() || walked.files.iter().any(|file| file.python);
    if !is_application {
        return Vec::new();
    }
    let mut split: Vec<(Plan, Walked)> = Vec::new();
    // The deepest first, so that each file goes to the nearest project above it.
    for folder in folders.iter().rev() {
        let prefix = format!("{folder}/");
        let (mut own, rest): (Vec<Found>, Vec<Found>) =
            (walked.files.into_iter()).partition(|file| file.path.starts_with(&prefix));
        walked.files = rest;
        for file in &mut own {
            file.path.drain(..prefix.len());
        }
        let own = Walked { files: own, ..Walked::default() };
        split.push((plans.project(files, &plan, folder), own));
    }
    if !walked.files.is_empty() {
        split.push((plan, walked));
    }
    split.reverse();
    split
}

/// Drops files reached through a symbolic link that are listed under their own name as well, or were
/// reached through an earlier link.
fn drop_duplicates(scanned: &mut [(Plan, Walked)]) {
    let mut seen = HashSet::new();
    let mut kept: Vec<Vec<bool>> = Vec::new();
    for (_, walked) in scanned.iter() {
        let keep = |file: &Found| match &file.real {
            None => true,
            Some(real) => !is_direct(scanned, real) && seen.insert(real.clone()),
        };
        kept.push(walked.files.iter().map(keep).collect());
    }
    for ((_, walked), kept) in scanned.iter_mut().zip(kept) {
        let mut kept = kept.into_iter();
        walked.files.retain(|_| kept.next().unwrap_or(true));
    }
}

fn is_direct(scanned: &[(Plan, Walked)], real: &Path) -> bool {
    scanned.iter().any(|(plan, walked)| {
        let rel = real.strip_prefix(&plan.path).ok().and_then(Path::to_str);
        let position = rel.and_then(|rel| walked.position(&rel.replace('\\', "/")));
        position.is_some_and(|at| walked.files[at].real.is_none())
    })
}

/// What could not be taken into the archives.
fn unopened(files: &Files, plans: &Plans, notices: &mut Vec<Notice>) {
    for (archive, path, why) in files.notices() {
        let file = Some(shown(&plans.label(archive), path));
        notices.push(Notice { kind: NoticeKind::Unreadable, file, line: None, detail: why.to_string() });
    }
}

/// Gives every file its root and owner.
fn assemble(disk: &Files, scanned: Vec<(Plan, Walked)>, programs: &[Program], sources: &mut Sources) {
    let mut owners = Owners::default();
    let mut scripts = BTreeSet::new();
    let mut applied = BTreeSet::new();
    for (root, (plan, walked)) in scanned.iter().enumerate() {
        let mut commands = Vec::new();
        let start = sources.files.len();
        let image = programs.iter().position(|program| plan.path.starts_with(&program.mount));
        let applications = image.and_then(|image| programs.get(image)).map(|program| &program.distributions);
        let own = match (plan.kind, &plan.installed_by) {
            (RootKind::Application, _) => {
                commands = project_commands(disk, plan, walked);
                owners.application(plan, walked)
            }
            (RootKind::Vendored, _) => owners.vendored(disk, plan, walked),
            (_, Some((site, by))) => {
                let linked = by.ends_with(".egg-link");
                let by = owner_of(&scanned[..root], sources, site, by);
                let own = owners.editable(disk, plan, walked, by.map(|id| owners.list[id].clone()), applications);
                let owner = own.first().and_then(|id| owners.list.get(*id)).filter(|o| o.kind == RootKind::Application);
                if let (Some(image), Some(owner), true) = (image, owner, linked) {
                    applied.insert((image, format!("{} (installed as editable: .egg-link)", owner.name)));
                }
                own
            }
            (_, None) => {
                let found = owners.installed(disk, plan, walked, applications);
                commands = found.commands;
                if let Some(image) = image {
                    applied.extend(found.applied.into_iter().map(|said| (image, said)));
                }
                found.owners
            }
        };
        for (name, module) in commands {
            scripts.insert(Script { name, module, root });
        }
        for (file, owner) in walked.files.iter().zip(own) {
            sources.files.push(SourceFile {
                root,
                path: file.path.as_str().into(),
                owner,
                python: file.python,
                size: file.size,
            });
        }
        if walked.files.is_empty() {
            let detail = "nothing to scan: empty, or all of it ignored by git".to_string();
            sources.notices.push(plan.unreadable("", detail));
        }
        sources.notices.extend(compiled::bytecode(plan, walked));
        sources.notices.extend(compiled::extensions(plan, walked, &sources.files[start..], &owners.list));
        sources.roots.push(Root { kind: plan.kind, path: plan.path.clone(), label: plan.label.clone(), image });
    }
    sources.owners = owners.list;
    sources.images = programs.iter().map(|program| program.image.clone()).collect();
    for image in 0..sources.images.len() {
        let own: Vec<String> = applied.iter().filter(|(of, _)| *of == image).map(|(_, said)| said.clone()).collect();
        say_application(sources, image, own);
    }
    sources.scripts = scripts.into_iter().collect();
    sources.notices.sort();
    sources.notices.dedup();
}

/// Says which distributions too are the application of an image; if there is none at all, a notice.
fn say_application(sources: &mut Sources, image: usize, applied: Vec<String>) {
    let inside = |file: &SourceFile| sources.roots[file.root].image == Some(image);
    let is_own = |file: &SourceFile| sources.owners[file.owner].kind == RootKind::Application;
    let none = !sources.files.iter().any(|file| inside(file) && is_own(file));
    let said = &mut sources.images[image].application;
    let folders = (!said.is_empty()).then(|| std::mem::take(said));
    *said = folders.into_iter().chain(applied).collect::<Vec<_>>().join("; ");
    if none {
        let detail = "no application was found in this image: neither by its entry point nor in its WORKDIR and \
                      PYTHONPATH, and nothing is installed from a folder; tell with --app-dist NAME";
        sources.notices.push(Notice {
            kind: NoticeKind::NotScanned,
            file: Some(sources.images[image].label.clone()),
            line: None,
            detail: detail.into(),
        });
    }
}

/// The owner of the file `by` in the root at `site`, which comes before the roots it leads to.
fn owner_of(before: &[(Plan, Walked)], sources: &Sources, site: &Path, by: &str) -> Option<usize> {
    let root = before.iter().position(|(plan, _)| plan.path == site)?;
    let start = sources.files.partition_point(|file| file.root < root);
    let at = before[root].1.position(by)?;
    sources.files.get(start + at).map(|file| file.owner)
}

fn project_commands(disk: &Files, plan: &Plan, walked: &Walked) -> Vec<(String, String)> {
    let files = walked.files.iter().filter(|file| {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        project::FILES.contains(&name)
    });
    let projects = files.filter_map(|file| project::read(disk, &plan.path.join(&file.path)));
    projects.flat_map(|project| project.commands).collect()
}
