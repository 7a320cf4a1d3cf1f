//! Charts and sources as they are at two revisions of the repository around the current folder.

mod pointing;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Job;
use super::judged::Judged;
use crate::chart::lexical::lexical;
use crate::git::{Exported, Repository, Revision};
use crate::model::{Chart, Failure, Notice, NoticeKind, Root, RootKind};
use crate::{chart, discover};

/// Two states of a repository.
#[derive(Debug)]
pub struct Revisions {
    repository: Repository,
    /// The current folder below the top one, with `/`; empty if it is that.
    prefix: String,
    cwd: PathBuf,
    /// The state before.
    pub base: Side,
    /// The state after.
    pub head: Side,
    /// The paths that differ, relative to the top folder.
    differing: Vec<String>,
}

/// One state: a revision, or the work tree.
#[derive(Debug)]
pub struct Side {
    /// The revision; none: the work tree.
    pub revision: Option<Revision>,
    exported: Option<Exported>,
    /// Its files, relative to the top folder; of the work tree only its charts' `Chart.yaml`.
    files: Vec<String>,
}

impl Side {
    /// `abc1234 (origin/main)`, `the work tree`.
    pub fn label(&self) -> String {
        match &self.revision {
            Some(revision) => format!("{} ({})", revision.short(), revision.label),
            None => "the work tree".into(),
        }
    }
}

impl Revisions {
    /// Looks at the repository; nothing is exported yet.
    ///
    /// # Errors
    /// If there is none, or it lacks a revision.
    pub fn new(cwd: &Path, base: Option<&str>, head: Option<&str>) -> Result<Revisions, Failure> {
        let repository = Repository::around(cwd)?;
        let cwd = std::fs::canonicalize(cwd).unwrap_or_else(|_| cwd.to_path_buf());
        let prefix = slashes(cwd.strip_prefix(&repository.root).unwrap_or(Path::new("")));
        let after = head.map(|head| repository.revision(head)).transpose()?;
        let before = match base {
            Some(base) => repository.revision(base)?,
            None => repository.merge_base(after.as_ref().map_or("HEAD", |revision| &revision.commit))?,
        };
        let differing = repository.differing(&before, after.as_ref())?;
        let of_work_tree =
            |folder: PathBuf| Some(slashes(folder.join("Chart.yaml").strip_prefix(&repository.root).ok()?));
        let head_files = match &after {
            Some(revision) => repository.files(revision)?,
            None => discover::charts(&cwd).into_iter().filter_map(of_work_tree).collect(),
        };
        let base_files = repository.files(&before)?;
        let side = |revision, files| Side { revision, exported: None, files };
        let (base, head) = (side(Some(before), base_files), side(after, head_files));
        Ok(Revisions { repository, prefix, cwd, base, head, differing })
    }

    /// The charts below the current folder that differ, relative to it: in either state, sorted.
    pub fn changed_charts(&self, values: &[PathBuf]) -> Vec<PathBuf> {
        let all: BTreeSet<String> =
            [&self.base, &self.head].iter().flat_map(|side| charts(&side.files, &self.prefix)).collect();
        let values: Vec<String> = values.iter().filter_map(|path| self.inside(path)).collect();
        let all_differ = self.differing.iter().any(|path| values.contains(path));
        let local = |path: &String| {
            // A chart beside it that it takes in by `file://` is found by loading only.
            path.ends_with("Chart.yaml") || path.contains("/templates/") || path.ends_with("values.yaml")
        };
        let others = self.differing.iter().any(local);
        let touched = |chart: &&String| self.differing.iter().any(|path| below(path, chart));
        let wanted = all.iter().filter(|chart| all_differ || touched(chart) || (others && self.takes_others(chart)));
        wanted.map(|chart| self.relative(chart)).collect()
    }

    /// Whether there is any chart below the current folder.
    pub fn has_charts(&self) -> bool {
        [&self.base, &self.head].iter().any(|side| !charts(&side.files, &self.prefix).is_empty())
    }

    /// Whether Python or what installs it differs.
    pub fn code_differs(&self) -> bool {
        let code = |path: &String| [".py", ".pyw", ".pyi", ".so"].iter().any(|ending| path.ends_with(ending));
        self.differing.iter().any(code)
    }

    /// Whether the chart in the work tree has dependencies beside it.
    fn takes_others(&self, chart: &str) -> bool {
        chart::about(&self.repository.root.join(chart)).is_ok_and(|about| !about.beside.is_empty())
    }

    /// Makes `paths` (as the user gives them) and what charts among them take from beside them readable in a state.
    ///
    /// # Errors
    /// If git fails or the temporary folder cannot be written.
    pub fn export(&mut self, before: bool, paths: &[PathBuf]) -> Result<(), Failure> {
        let mut wanted: Vec<String> = paths.iter().filter_map(|path| self.inside(path)).collect();
        let side = if before { &mut self.base } else { &mut self.head };
        let Some(revision) = side.revision.clone() else { return Ok(()) };
        let exported = match side.exported.take() {
            Some(exported) => side.exported.insert(exported),
            None => side.exported.insert(Exported::new()?),
        };
        let mut done: BTreeSet<String> = BTreeSet::new();
        // Each round finds charts that the one before takes in, and what links lead to.
        while !wanted.is_empty() {
            self.repository.export(&revision, &wanted, exported)?;
            done.extend(wanted.drain(..));
            let mut more: BTreeSet<String> = BTreeSet::new();
            for chart in &done {
                let beside = chart::about(&exported.folder.join(chart)).map(|about| about.beside).unwrap_or_default();
                more.extend(beside.iter().filter_map(|path| lexical(&Path::new(chart).join(path))));
                for chart::Pointed { chart, files, .. } in chart::pointed(&exported.folder.join(chart)) {
                    more.extend(chart.iter().chain(&files).filter_map(|path| lexical(path)));
                }
            }
            more.extend(exported.open_links().iter().filter_map(|path| lexical(path)));
            wanted = more.into_iter().filter(|path| !done.contains(path)).collect();
        }
        Ok(())
    }

    /// What was left out of the exported states.
    pub fn notices(&self) -> Vec<Notice> {
        let sides = [&self.base, &self.head].into_iter().filter_map(|side| side.exported.as_ref());
        sides.flat_map(|exported| exported.notices.iter().cloned()).collect()
    }

    /// Where a path, as the user gives it, is in a state; `None` if it is not there.
    pub fn place(&self, side: &Side, path: &Path) -> Option<PathBuf> {
        let exported = side.exported.as_ref().zip(self.inside(path));
        let place = match exported {
            Some((exported, inside)) => exported.folder.join(inside),
            None => self.cwd.join(path),
        };
        place.exists().then_some(place)
    }

    /// What a chart says about itself, in the later state that has it.
    pub fn about(&self, path: &Path) -> Option<chart::About> {
        let place = self.place(&self.head, path).or_else(|| self.place(&self.base, path))?;
        chart::about(&place).ok()
    }

    /// Loads a chart as it is in a state; an empty one if it is not there.
    ///
    /// # Errors
    /// If it cannot be read or rendered.
    pub fn chart(&self, job: &Job, side: &Side, path: &Path) -> Result<Vec<Chart>, Failure> {
        // The work tree is read by the path that was given, so that places in it are shown by that.
        let Some(place) = self.place(side, path) else { return Ok(vec![Chart::default()]) };
        let place = if side.exported.is_some() { place } else { path.to_path_buf() };
        let values: Vec<PathBuf> = job.values.files.iter().filter_map(|file| self.place(side, file)).collect();
        let mut request = super::request(job, &chart::Input::Path(place), values);
        let environments = &mut request.rendering.environments;
        for environment in environments.iter_mut() {
            environment.values = environment.values.iter().filter_map(|file| self.place(side, file)).collect();
        }
        let overrides = &request.rendering.overrides;
        let there = |it: &chart::Override| Some(chart::Override { path: self.place(side, &it.path)?, ..it.clone() });
        request.rendering.overrides = overrides.iter().filter_map(there).collect();
        super::consumers::settle(&mut request)?;
        if let Some(exported) = &side.exported {
            request.top = Some(exported.folder.clone());
            // What `helm dependency build` puts there is often not in git.
            let held = std::fs::read_dir(self.cwd.join(path).join("charts")).into_iter().flatten().flatten();
            request.rendering.spare = held.map(|entry| entry.path()).collect();
            request.rendering.spare.sort();
        }
        let load = |request: &chart::Request| {
            let mut chart = chart::load(request).map_err(|failure| {
                Failure::new(format!("at {}: {}", side.label(), self.relabelled(side, &failure.message)))
            })?;
            chart.notices.extend(self.without(job, side));
            self.relabel(side, &mut chart);
            Ok(chart)
        };
        chart::each_environment(&request).iter().map(load).collect()
    }

    /// The values files that are not there in a state.
    fn without(&self, job: &Job, side: &Side) -> Vec<Notice> {
        let own = job.values.rendering.environments.iter().flat_map(|environment| &environment.values);
        let missing = job.values.files.iter().chain(own).filter(|file| self.place(side, file).is_none());
        let notice = |file: &PathBuf| {
            let detail = format!("not there at {}: the chart is rendered without it", side.label());
            Notice { kind: NoticeKind::Manifest, file: Some(file.display().to_string()), line: None, detail }
        };
        missing.map(notice).collect()
    }

    /// Lets places in an exported chart be as the user would write them.
    fn relabel(&self, side: &Side, chart: &mut Chart) {
        let fix = |text: &mut String| *text = self.relabelled(side, text);
        for entry in &mut chart.entries {
            fix(&mut entry.location.file);
            entry.rendered.iter_mut().for_each(|place| fix(&mut place.file));
            entry.also.iter_mut().chain(&mut entry.uses).for_each(fix);
        }
        for place in chart.objects.iter_mut().flat_map(chart::places_of) {
            fix(&mut place.file);
        }
        for notice in &mut chart.notices {
            notice.file.iter_mut().for_each(fix);
            fix(&mut notice.detail);
        }
    }

    /// A failure in either state, with places as the user would write them.
    pub fn told(&self, failure: &Failure) -> Failure {
        Failure::new(self.relabelled(&self.base, &self.relabelled(&self.head, &failure.message)))
    }

    fn relabelled(&self, side: &Side, text: &str) -> String {
        let Some(exported) = &side.exported else { return text.into() };
        let top = slashes(&exported.folder);
        let here = if self.prefix.is_empty() { top.clone() } else { format!("{top}/{}", self.prefix) };
        text.replace(&format!("{here}/"), "").replace(&here, ".").replace(&format!("{top}/"), "")
    }

    /// The job with its sources as they are in a state; `roots` are those of the work tree. What git does not
    /// know, as an environment, stays as it is; what git knows and does not have there is left out.
    pub fn job(&self, side: &Side, job: &Job, roots: &[Root]) -> Job {
        let map = |path: &Path| match self.place_tracked(side, path) {
            None if side.exported.is_some() && self.is_tracked(path) => None,
            place => Some(place.unwrap_or_else(|| self.cwd.join(path))),
        };
        let of = |application: bool| {
            let wanted = move |root: &&Root| {
                root.image.is_none()
                    && (root.kind == RootKind::Application) == application
                    && root.kind != RootKind::Stdlib
            };
            roots.iter().filter(wanted).filter_map(|root| map(&root.path)).collect()
        };
        let sources =
            discover::Request { app: of(true), vendored: of(false), roots: Vec::new(), ..job.sources.clone() };
        let rules = job.images.iter().filter_map(|(pattern, paths)| {
            let there: Vec<PathBuf> = paths.iter().filter_map(|path| map(path)).collect();
            // A rule without roots says that no scanned code runs there.
            (paths.is_empty() || !there.is_empty()).then(|| (pattern.clone(), there))
        });
        Job { sources, images: rules.collect(), ..job.clone() }
    }

    /// Whether git has a path in any of the states that are compared, or in the work tree.
    fn is_tracked(&self, path: &Path) -> bool {
        let Some(inside) = self.inside(path) else { return false };
        let listed = [&self.base, &self.head].iter().any(|side| side.files.iter().any(|file| below(file, &inside)));
        listed || self.repository.is_tracked(&inside)
    }

    /// The paths of `roots` that git has, as the user would give them: what has to be exported.
    pub fn tracked(&self, roots: &[Root]) -> Vec<PathBuf> {
        let inside = roots.iter().filter(|root| root.image.is_none() && self.inside(&root.path).is_some());
        inside.map(|root| root.path.clone()).collect()
    }

    fn place_tracked(&self, side: &Side, path: &Path) -> Option<PathBuf> {
        side.exported.as_ref()?;
        self.inside(path)?;
        self.place(side, path)
    }

    /// Lets what was found in an exported state be called as in the work tree.
    pub fn relabel_judged(&self, side: &Side, judged: &mut Judged) {
        for reason in judged.judgements.iter_mut().flat_map(|judgement| &mut judgement.reasons) {
            reason.text = self.relabelled(side, &reason.text);
        }
        for notice in &mut judged.notices {
            notice.file = notice.file.as_ref().map(|file| self.relabelled(side, file));
            notice.detail = self.relabelled(side, &notice.detail);
        }
        let scan = &mut judged.scan;
        for root in &mut scan.sources.roots {
            root.label = self.relabelled(side, &root.label);
        }
        for owner in &mut scan.sources.owners {
            owner.name = self.relabelled(side, &owner.name);
        }
        for notice in scan.notices.iter_mut().chain(&mut scan.sources.notices) {
            notice.file = notice.file.as_ref().map(|file| self.relabelled(side, file));
        }
    }

    /// A path relative to the top folder, of one as the user gives it; `None` if it is not below that.
    fn inside(&self, path: &Path) -> Option<String> {
        let absolute = self.cwd.join(path);
        let real = std::fs::canonicalize(&absolute).ok();
        let inside = |path: &Path| path.strip_prefix(&self.repository.root).ok().and_then(lexical);
        inside(&absolute).or_else(|| inside(&real?))
    }

    /// A path below the top folder, as the user would give it.
    fn relative(&self, path: &str) -> PathBuf {
        if self.prefix.is_empty() {
            return PathBuf::from(if path.is_empty() { "." } else { path });
        }
        match Path::new(path).strip_prefix(&self.prefix) {
            Ok(rest) if rest.as_os_str().is_empty() => PathBuf::from("."),
            Ok(rest) => rest.to_path_buf(),
            Err(_) => self.repository.root.join(path),
        }
    }
}

/// The folders of charts below `prefix`; what another chart brings along in its `charts/` is part of that one.
fn charts(files: &[String], prefix: &str) -> BTreeSet<String> {
    let folder = |file: &String| {
        let folder = file.strip_suffix("Chart.yaml")?;
        (folder.is_empty() || folder.ends_with('/')).then(|| folder.trim_end_matches('/').to_string())
    };
    let all: BTreeSet<String> = files.iter().filter_map(folder).filter(|folder| below(folder, prefix)).collect();
    let brought = |chart: &String| {
        let mut above = Path::new(chart).ancestors().skip(1);
        above.any(|outer| {
            let outer_charts = outer.join("charts");
            Path::new(chart).starts_with(&outer_charts) && all.contains(&slashes(outer))
        })
    };
    all.iter().filter(|chart| !brought(chart)).cloned().collect()
}

fn below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_are_found_without_those_they_bring() {
        let files =
            ["Chart.yaml.bak", "a/Chart.yaml", "a/charts/b/Chart.yaml", "charts/c/Chart.yaml", "d/e/Chart.yaml"];
        let files = files.map(String::from);
        let found = |prefix| charts(&files, prefix).into_iter().collect::<Vec<_>>();
        assert_eq!(found(""), ["a", "charts/c", "d/e"]);
        assert_eq!(found("d"), ["d/e"]);
        assert_eq!(
            charts(&["Chart.yaml".into(), "charts/x/Chart.yaml".into()], "").into_iter().collect::<Vec<_>>(),
            [""]
        );
    }

    #[test]
    fn paths_are_made_plain() {
        for (path, expected) in [("a/./b/../c", Some("a/c")), ("..", None), ("/a", None), ("", Some(""))] {
            assert_eq!(lexical(Path::new(path)).as_deref(), expected, "{path}");
        }
    }
}
