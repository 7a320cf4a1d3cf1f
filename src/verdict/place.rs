//! Row 1: which scanned code runs in which container.

use std::collections::BTreeSet;

use super::Question;
use super::images;
use super::index::Index;
use crate::command::{self, Target, Targets};
use crate::model::{Chart, Container, FileId, Image, ImageId, OwnerId, RootId, RootKind, normalized};

/// What runs in one container.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Placement {
    /// The roots whose code runs there; empty: not scanned.
    pub roots: BTreeSet<RootId>,
    /// The image (or bundle) that stands by itself and is that container's.
    pub image: Option<ImageId>,
    /// Whether that is an assumption.
    pub assumed: bool,
    /// The files that run first, sorted; empty if the container does not tell.
    pub entries: Vec<FileId>,
    /// Whether its program loads application modules by names in its configuration.
    pub by_name: bool,
    /// Installed distributions that are the application here, where there is no application root.
    pub applications: BTreeSet<OwnerId>,
    /// Whether the scanned code holds no application for it: libraries alone cannot make a `safe`.
    pub libraries_only: bool,
    /// Why nothing scanned runs there.
    pub not_scanned: &'static str,
}

const OTHER_CODE: &str = "--image says that no scanned code runs there";
const WELL_KNOWN: &str = "a well-known program that is no Python application";
const SERVER: &str =
    "its container or command is called like a well-known server; tell with --image if your code runs there";
const UNMATCHED: &str = "nothing says which of the application roots runs there; tell with --image";
const NOT_THE_APPLICATION: &str = "another image of the chart is the installed application; tell with --image";
const OTHER_IMAGE: &str = "no scanned image or bundle is for it; tell with --image";
const NO_PYTHON: &str = "the sources given for it hold no Python";

/// One placement for each container of the chart, in order.
pub fn place(index: &Index<'_>, chart: &Chart, question: &Question) -> Vec<Placement> {
    let files = index.scan.sources.files.iter();
    let place = Place {
        index,
        question,
        shared: shared(index),
        applications: application_roots(index),
        python: files.filter(|file| file.python).map(|file| file.root).collect(),
    };
    let mut placements: Vec<Placement> = chart.containers.iter().map(|c| place.container(c)).collect();
    if place.applications.is_empty() || !index.scan.sources.images.is_empty() {
        place.installed(&chart.containers, &mut placements);
    }
    placements
}

struct Place<'a> {
    index: &'a Index<'a>,
    question: &'a Question,
    /// Roots that belong to every application: vendored, installed, the standard library.
    shared: BTreeSet<RootId>,
    applications: Vec<RootId>,
    /// Roots that hold any Python.
    python: BTreeSet<RootId>,
}

fn application_roots(index: &Index<'_>) -> Vec<RootId> {
    let roots = index.scan.sources.roots.iter().enumerate();
    roots.filter(|(_, root)| root.kind == RootKind::Application && root.image.is_none()).map(|(id, _)| id).collect()
}

fn shared(index: &Index<'_>) -> BTreeSet<RootId> {
    let roots = index.scan.sources.roots.iter().enumerate();
    roots.filter(|(_, root)| root.kind != RootKind::Application && root.image.is_none()).map(|(id, _)| id).collect()
}

impl Place<'_> {
    fn container(&self, container: &Container) -> Placement {
        let targets = targets(container, None);
        let image = container.image.as_deref().unwrap_or("");
        let rules = &self.question.images;
        if let Some(rule) = rules.iter().find(|rule| images::means(&rule.pattern, image)) {
            return match rule.roots.is_empty() {
                true => not_scanned(OTHER_CODE),
                false => match self.only_image(&rule.roots) {
                    Some(image) => self.image(image, container, false),
                    None => self.placement(self.expand(&rule.roots), false, &targets),
                },
            };
        }
        let images = || self.index.scan.sources.images.iter().enumerate();
        let fits = images().filter_map(|(id, own)| Some((images::fit(own, image)?, std::cmp::Reverse(id))));
        if let Some((_, std::cmp::Reverse(id))) = fits.max() {
            return self.image(id, container, false);
        }
        let named: Vec<RootId> = self.applications.iter().copied().filter(|root| self.names(&targets, *root)).collect();
        if let [root, others @ ..] = named.as_slice() {
            let roots = std::iter::once(*root).chain(others.iter().copied());
            return self.placement(self.with_shared(roots), !others.is_empty(), &targets);
        }
        if let Some(why) = well_known(container) {
            return not_scanned(why);
        }
        match self.applications.as_slice() {
            [] if self.shared.is_empty() => match self.index.scan.sources.images.as_slice() {
                [] => not_scanned(NO_PYTHON),
                // Nothing tells whose it is, and there is nothing else.
                [only] if only.names.is_empty() => self.image(0, container, true),
                _ => not_scanned(OTHER_IMAGE),
            },
            [] => self.placement(self.shared.clone(), true, &targets),
            [root] => self.placement(self.with_shared([*root]), true, &targets),
            _ => not_scanned(UNMATCHED),
        }
    }

    /// The image that all of `roots` are of.
    fn only_image(&self, roots: &[RootId]) -> Option<ImageId> {
        let of: BTreeSet<Option<ImageId>> =
            roots.iter().map(|root| self.index.scan.sources.roots[*root].image).collect();
        if of.len() == 1 { of.into_iter().next().flatten() } else { None }
    }

    /// The code of an image, run as the container says, else as the image itself does.
    fn image(&self, image: ImageId, container: &Container, assumed: bool) -> Placement {
        let roots = self.index.scan.sources.roots.iter().enumerate();
        let own = roots.filter(|(_, root)| root.image == Some(image)).map(|(id, _)| id).collect();
        let targets = targets(container, self.index.scan.sources.images.get(image));
        Placement { image: Some(image), ..self.placement(own, assumed, &targets) }
    }

    /// A rule that names application roots means them with all that is shared; one that also names
    /// vendored or installed roots means exactly those, and the standard library.
    fn expand(&self, roots: &[RootId]) -> BTreeSet<RootId> {
        let kind = |root: &RootId| self.index.scan.sources.roots.get(*root).map(|root| root.kind);
        if roots.iter().all(|root| kind(root) == Some(RootKind::Application)) {
            return self.with_shared(roots.iter().copied());
        }
        let stdlib = self.shared.iter().filter(|root| kind(root) == Some(RootKind::Stdlib));
        roots.iter().chain(stdlib).copied().collect()
    }

    fn with_shared(&self, roots: impl IntoIterator<Item = RootId>) -> BTreeSet<RootId> {
        self.shared.iter().copied().chain(roots).collect()
    }

    /// Whether a command names something that lies in an application root.
    fn names(&self, targets: &Targets, root: RootId) -> bool {
        let only = BTreeSet::from([root]);
        targets.named.iter().any(|target| !self.index.resolve(target, &only).is_empty())
    }

    fn placement(&self, roots: BTreeSet<RootId>, assumed: bool, targets: &Targets) -> Placement {
        let mut entries: Vec<FileId> =
            targets.named.iter().flat_map(|target| self.index.resolve(target, &roots)).collect();
        entries.sort();
        entries.dedup();
        let python = |root: &RootId| self.python.contains(root);
        if !roots.iter().any(python) {
            return not_scanned(NO_PYTHON);
        }
        Placement { roots, assumed, entries, by_name: targets.by_name, ..Placement::default() }
    }

    /// With installed code alone, the application is the distribution that an image or the chart is
    /// named after, or whose console script an image is named after or a command runs. Once an image is known to be it, other images are not.
    fn installed(&self, containers: &[Container], placements: &mut [Placement]) {
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for (container, placement) in containers.iter().zip(placements.iter_mut()) {
            let image = container.image.as_deref().unwrap_or("");
            if placement.roots.is_empty() || self.has_application(placement) {
                continue;
            }
            placement.applications = self.pictured(image, placement);
            if placement.applications.is_empty() {
                let image = placement.image.and_then(|image| self.index.scan.sources.images.get(image));
                placement.applications = self.commanded(&targets(container, image), placement);
            }
            if !placement.applications.is_empty() {
                known.insert(images::repository(image));
            }
        }
        let any_known = !known.is_empty();
        for (container, placement) in containers.iter().zip(placements.iter_mut()) {
            let repository = images::repository(container.image.as_deref().unwrap_or(""));
            if placement.roots.is_empty() || !placement.applications.is_empty() || self.has_application(placement) {
                continue;
            }
            if placement.assumed && any_known && !known.contains(repository) {
                *placement = not_scanned(NOT_THE_APPLICATION);
                continue;
            }
            let chart = container.chart.as_deref().unwrap_or("");
            // Not a console script of that name: a chart named after a command has images that do not run it.
            placement.applications = self.called(chart.rsplit('/').next().unwrap_or(chart));
            placement.libraries_only = placement.applications.is_empty();
        }
    }

    /// Whether its sources tell which code is the application.
    fn has_application(&self, placement: &Placement) -> bool {
        let sources = &self.index.scan.sources;
        let own = |owner: OwnerId| sources.owners.get(owner).is_some_and(|o| o.kind == RootKind::Application);
        sources.files.iter().any(|file| placement.roots.contains(&file.root) && own(file.owner))
    }

    /// The distribution that an image is named after, or the one whose console script it is named
    /// after.
    fn pictured(&self, image: &str, placement: &Placement) -> BTreeSet<OwnerId> {
        let name = images::short_name(image);
        let named = self.called(&name);
        if !named.is_empty() || name.is_empty() {
            return named;
        }
        self.owners(&self.index.resolve(&Target::Script(normalized(&name)), &placement.roots))
    }

    /// The distribution of that name.
    fn called(&self, name: &str) -> BTreeSet<OwnerId> {
        let name = normalized(name);
        let owners = self.index.scan.sources.owners.iter().enumerate();
        let named = owners.filter(|(_, owner)| owner.kind == RootKind::Distribution && normalized(&owner.name) == name);
        named.map(|(id, _)| id).collect()
    }

    /// The owners of the modules a command names, else of its console script.
    fn commanded(&self, targets: &Targets, placement: &Placement) -> BTreeSet<OwnerId> {
        let owners = |wanted: fn(&Target) -> bool| {
            let files = targets.named.iter().filter(|target| wanted(target));
            self.owners(&files.flat_map(|t| self.index.resolve(t, &placement.roots)).collect::<Vec<_>>())
        };
        let modules = owners(|target| matches!(target, Target::Module(_)));
        if modules.is_empty() { owners(|target| matches!(target, Target::Script(_))) } else { modules }
    }

    fn owners(&self, files: &[FileId]) -> BTreeSet<OwnerId> {
        files.iter().filter_map(|file| self.index.scan.sources.files.get(*file)).map(|file| file.owner).collect()
    }
}

/// What the command, args, probes and hooks name. `args` alone are the arguments of the image's own
/// entry point, which commonly runs them.
///
/// What the container does not say, the image does: `command` stands for `ENTRYPOINT` and `CMD`, `args` for
/// `CMD` ([Kubernetes](https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/)).
fn targets(container: &Container, image: Option<&Image>) -> Targets {
    let (mut command, mut args) = (&container.command, &container.args);
    if let Some(image) = image.filter(|_| command.is_empty()) {
        command = &image.entrypoint;
        args = if args.is_empty() { &image.cmd } else { args };
    }
    let main: Vec<String> = command.iter().chain(args).cloned().collect();
    let mut all = command::targets(&main);
    for exec in &container.execs {
        let more = command::targets(exec);
        all.named.extend(more.named);
        all.by_name |= more.by_name;
    }
    all.named.sort();
    all.named.dedup();
    all
}

/// Why a container is taken to run a well-known program: its image or subchart, its name or command.
fn well_known(container: &Container) -> Option<&'static str> {
    let image = container.image.as_deref().map(images::short_name);
    let subchart = container.chart.as_deref().and_then(|chart| chart.rsplit_once("/charts/"));
    let program = command::program(&container.command);
    let known = [image.as_deref(), subchart.map(|(_, name)| name)];
    let served = [Some(container.name.as_str()), program];
    if known.into_iter().flatten().any(images::is_well_known) {
        return Some(WELL_KNOWN);
    }
    served.into_iter().flatten().any(images::is_server).then_some(SERVER)
}

fn not_scanned(why: &'static str) -> Placement {
    Placement { not_scanned: why, ..Placement::default() }
}
