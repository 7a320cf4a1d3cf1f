//! `plan --write`: the releases of a plan as patches of the chart's files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::diff::Compared;
use super::revisions::Revisions;
use super::{Job, output, request};
use crate::chart;
use crate::model::{Change, ChartObject, Concern, Failure, Plan};
use crate::release::split::{self, Tree};
use crate::release::{lines, plan};
use crate::report::words::Coded;

/// Bytes of a file beyond which it is no part of a chart that is written anew.
const MAX_FILE: u64 = 4 << 20;
/// Files of a chart.
const MAX_FILES: usize = 5_000;

/// The chart and its values files in both states: what a patch calls each, and where it is.
struct Part {
    /// In front of the names in a patch; empty for a chart of its own.
    label: String,
    old: Option<PathBuf>,
    new: Option<PathBuf>,
}

/// Writes the patches of a plan to `folder`, and notes in it what was written.
///
/// # Errors
/// If a file cannot be read or written.
pub fn write(job: &Job, compared: &Compared, change: &Change, plan: &mut Plan, folder: &Path) -> Result<(), Failure> {
    let stages = plan::stages(job.deployer, &change.old.objects, &change.new.objects);
    let mut revisions = None;
    let parts = match parts(job, compared, &mut revisions) {
        Ok(parts) => parts,
        Err(why) => return note(plan, |_| Err(why.message.clone())),
    };
    let read = |of: fn(&Part) -> &Option<PathBuf>| -> Result<Tree, Failure> {
        let mut tree = Tree::new();
        for (number, part) in parts.iter().enumerate() {
            if let Some(path) = of(part) {
                collect(path, &format!("{number}"), &mut tree)?;
            }
        }
        Ok(tree)
    };
    let (old, new) = (read(|part| &part.old)?, read(|part| &part.new)?);
    let scratch = Scratch::new()?;
    let mut render = |tree: &Tree| render(job, &parts, tree, &scratch.0);
    let trees = split::split(job.deployer, &old, &new, &change.old.objects, &stages, &mut render);
    fs::create_dir_all(folder).map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    let mut last = old;
    for (at, (release, tree)) in plan.releases.iter_mut().zip(trees).enumerate() {
        release.patch = Some(match tree {
            Err(why) => Err(why),
            Ok(tree) => {
                let name = format!("{}-{}.patch", at + 1, release.concern.code());
                let path = folder.join(&name);
                let written = output::replace(&path, patch(&parts, &last, &tree).as_bytes());
                written.map_err(|error| Failure::new(format!("{}: cannot be written: {error}", path.display())))?;
                last = tree;
                Ok(path.display().to_string())
            }
        });
    }
    Ok(())
}

fn note(plan: &mut Plan, of: impl Fn(Concern) -> Result<String, String>) -> Result<(), Failure> {
    plan.releases.iter_mut().for_each(|release| release.patch = Some(of(release.concern)));
    Ok(())
}

fn parts(job: &Job, compared: &Compared, revisions: &mut Option<Revisions>) -> Result<Vec<Part>, Failure> {
    let no = |what: &str| Err(Failure::new(format!("patches are not made {what}")));
    if !job.values.rendering.environments.is_empty() {
        return no("of several environments at once: plan for each, with its values files");
    }
    match compared {
        Compared::Given { old: chart::Input::Path(old), new: chart::Input::Path(new) } => {
            let cwd = &job.sources.cwd;
            let mut parts = vec![Part { label: String::new(), old: Some(cwd.join(old)), new: Some(cwd.join(new)) }];
            parts.extend(job.values.files.iter().map(|file| {
                let path = cwd.join(file);
                Part { label: shown(file), old: Some(path.clone()), new: Some(path) }
            }));
            Ok(parts)
        }
        Compared::Given { .. } => no("of what comes from standard input"),
        Compared::Revisions { base, head } => {
            let Some(chart::Input::Path(path)) = &job.chart else {
                return no("of all charts at once: name one with --chart");
            };
            let mut states = Revisions::new(&job.sources.cwd, base.as_deref(), head.as_deref())?;
            let wanted: Vec<PathBuf> = std::iter::once(path).chain(&job.values.files).cloned().collect();
            states.export(true, &wanted)?;
            states.export(false, &wanted)?;
            let part = |path: &PathBuf| Part {
                label: shown(path),
                old: states.place(&states.base, path),
                new: states.place(&states.head, path),
            };
            let parts = wanted.iter().map(part).collect();
            // What was exported lasts as long as they do.
            *revisions = Some(states);
            Ok(parts)
        }
    }
}

fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    text.trim_start_matches("./").trim_end_matches('/').into()
}

/// The files of a folder, or one file, below `name`.
fn collect(path: &Path, name: &str, out: &mut Tree) -> Result<(), Failure> {
    let fail = |what: &dyn std::fmt::Display| Failure::new(format!("{}: {what}", path.display()));
    let Ok(about) = fs::metadata(path) else { return Ok(()) };
    if about.is_dir() {
        let entries = fs::read_dir(path).map_err(|error| fail(&error))?;
        for entry in entries.flatten().filter(|entry| entry.file_name() != ".git") {
            collect(&entry.path(), &format!("{name}/{}", entry.file_name().to_string_lossy()), out)?;
        }
        return Ok(());
    }
    if about.len() > MAX_FILE || out.len() >= MAX_FILES {
        return Err(fail(&"too large for a chart that patches are made of"));
    }
    out.insert(name.into(), fs::read(path).map_err(|error| fail(&error))?);
    Ok(())
}

/// The objects of a tree.
fn render(job: &Job, parts: &[Part], tree: &Tree, scratch: &Path) -> Result<Vec<ChartObject>, String> {
    let told = |error: std::io::Error| error.to_string();
    let _ = fs::remove_dir_all(scratch);
    for (name, bytes) in tree {
        let path = scratch.join(name);
        fs::create_dir_all(path.parent().unwrap_or(scratch)).map_err(told)?;
        fs::write(&path, bytes).map_err(told)?;
    }
    let values = (1..parts.len()).map(|number| scratch.join(number.to_string())).filter(|path| path.exists());
    let input = chart::Input::Path(scratch.join("0"));
    let here = format!("{}/0/", scratch.display());
    let loaded = chart::load(&request(job, &input, values.collect()));
    loaded.map(|chart| chart.objects).map_err(|failure| failure.message.replace(&here, ""))
}

/// A release as a patch over the one before.
fn patch(parts: &[Part], old: &Tree, new: &Tree) -> String {
    let text = |tree: &Tree, file: &str| tree.get(file).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let mut names: BTreeMap<String, &String> = BTreeMap::new();
    for file in old.keys().chain(new.keys()) {
        let (number, rest) = file.split_once('/').unwrap_or((file, ""));
        let label = number.parse().ok().and_then(|number: usize| parts.get(number)).map_or("", |part| &part.label);
        let name = match (label, rest) {
            ("", "") => parts.first().and_then(file_name).unwrap_or_default(),
            ("", rest) => rest.into(),
            (label, "") => label.into(),
            (label, rest) => format!("{label}/{rest}"),
        };
        names.insert(name, file);
    }
    let patches = names.iter().map(|(name, file)| {
        let (old, new) = (text(old, file), text(new, file));
        lines::patch(name, old.as_deref(), new.as_deref())
    });
    patches.collect()
}

/// What a chart that is a single file is called.
fn file_name(part: &Part) -> Option<String> {
    let path = part.old.as_ref().or(part.new.as_ref())?;
    Some(path.file_name()?.to_string_lossy().into_owned())
}

/// A folder that is deleted at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Scratch, Failure> {
        let path = std::env::temp_dir().join(format!("stripcheck-plan-{}", std::process::id()));
        let fail = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
        // One that is there is somebody else's.
        fs::create_dir(&path).map_err(fail)?;
        Ok(Scratch(path.join("chart")))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.parent().unwrap_or(&self.0));
    }
}
