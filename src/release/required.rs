//! What the code in a pod requires and does not get in some state (invariant I2), although Kubernetes starts the pod:
//! variables from `optional` references and from `envFrom`. Pods of the running release run the code of before.

use std::collections::BTreeMap;

use super::cluster::{At, Cluster, Side, World};
use super::code::{self, Code, Ships};
use super::explore::{Exploration, Recovery, Stop};
use super::live;
use super::rules;
use super::steps::{self, Step};
use super::wants::{self, Want};
use super::words;
use crate::model::{Chart, DeletePolicy, Finding, Outcome, Read, Rule, Runs, Timing, TraceKind, TraceLine, Usage};

/// The two charts, and the code that runs in the pods of each.
#[derive(Clone, Copy)]
pub struct Sides<'a> {
    /// Before.
    pub old: (&'a Chart, &'a Ships<'a>),
    /// After.
    pub new: (&'a Chart, &'a Ships<'a>),
}

impl<'a> Sides<'a> {
    /// Those of an upgrade.
    pub fn new(old: &'a Chart, new: &'a Chart, code: &'a Code<'_>) -> Self {
        Sides { old: (old, &code.old), new: (new, &code.new) }
    }

    /// Those of an upgrade to what is there already.
    pub fn before(self) -> Self {
        Sides { new: self.old, ..self }
    }

    fn of(&self, side: Side) -> (&'a Chart, &'a Ships<'a>) {
        match side {
            Side::Old => self.old,
            Side::New => self.new,
        }
    }
}

/// A variable that a container takes without insisting on it, and who reads it.
struct Taken<'a> {
    owner: At,
    container: String,
    variable: String,
    /// All that may supply it.
    wants: Vec<Want<'a>>,
    scan: &'a crate::model::Scan,
    reads: Vec<&'a Read>,
}

impl Taken<'_> {
    fn is_lost(&self, world: &World<'_>, cluster: &Cluster) -> bool {
        self.wants.iter().all(|want| want.supply(world, cluster).is_breach())
    }

    /// The read that cannot do without.
    fn raises(&self) -> Option<&Read> {
        self.reads.iter().copied().find(|read| read.absent.outcome == Outcome::Raises)
    }

    fn place(&self, read: &Read) -> String {
        code::path(self.scan, read.place.file, read.place.span.line)
    }
}

/// Adds the findings.
pub fn check(world: &World<'_>, explored: &Exploration, sides: Sides<'_>, out: &mut Vec<Finding>) {
    running(world, explored, sides, out);
    let empty = Cluster::empty(world);
    let install = steps::install(world, Side::New, &empty);
    let mut told = Vec::new();
    hooks(world, &empty, &install, words::when(world, true), sides, &mut told);
    hooks(world, &explored.before, &explored.steps, words::when(world, false), sides, &mut told);
    out.extend(told);
}

/// What the containers of an object take without insisting on it, as far as code reads it.
fn taken<'a>(world: &World<'a>, owner: At, sides: Sides<'a>) -> Vec<Taken<'a>> {
    let (chart, ships) = sides.of(owner.side);
    let object = world.object(owner);
    let mut by_variable: BTreeMap<(&str, String), Vec<Want<'a>>> = BTreeMap::new();
    for want in wants::wants(world, owner).into_iter().filter(|want| want.soft) {
        if let (Some(container), Some(variable)) = (want.need.container.as_deref(), want.variable()) {
            by_variable.entry((container, variable)).or_default().push(want);
        }
    }
    let ids = object.pods.iter().flat_map(|pod| &pod.containers);
    let named: BTreeMap<&str, usize> =
        ids.filter_map(|id| Some((chart.containers.get(*id)?.name.as_str(), *id))).collect();
    let taken = by_variable.into_iter().filter_map(|((container, variable), wants)| {
        // An item that is there for sure wins over what comes from `envFrom`.
        let items = wants.iter().filter(|want| matches!(want.need.usage, Usage::Env(_))).count();
        let key = (container.to_string(), variable.clone());
        let all = object.pods.iter().filter_map(|pod| pod.env.get(&key)).map(|(count, _)| *count).sum::<usize>();
        let id = named.get(container).filter(|_| all == items)?;
        let reads: Vec<&Read> = ships.reads(*id).filter(|read| means(read, &variable)).collect();
        let taken = Taken { owner, container: container.into(), variable, wants, scan: ships.scan, reads };
        (!taken.reads.is_empty()).then_some(taken)
    });
    taken.collect()
}

/// What is lost by one object.
struct Lost<'t, 'a> {
    taken: Vec<&'t Taken<'a>>,
    state: usize,
    culprit: Step,
    lasts: bool,
}

/// The pods of the running release.
fn running(world: &World<'_>, explored: &Exploration, sides: Sides<'_>, out: &mut Vec<Finding>) {
    let before = &explored.before;
    let owners = before.running(world);
    let all: Vec<Taken> = owners.iter().flat_map(|owner| taken(world, *owner, sides)).collect();
    let fine: Vec<&Taken> = all.iter().filter(|taken| !taken.is_lost(world, before)).collect();
    if fine.is_empty() {
        return;
    }
    let mut lost: BTreeMap<usize, Lost> = BTreeMap::new();
    for (number, state) in explored.states.iter().enumerate() {
        let owners = state.cluster.running(world);
        for taken in fine.iter().filter(|it| owners.contains(&it.owner) && it.is_lost(world, &state.cluster)) {
            let Some(want) = taken.wants.first() else { continue };
            let Some(culprit) = live::culprit(world, before, state, want) else { continue };
            match culprit {
                Step::DeleteHook(_, _, DeletePolicy::BeforeCreation)
                | Step::AwaitHook(..)
                | Step::Rollout
                | Step::Healthy(_) => {
                    continue;
                }
                Step::DeleteHook(..) | Step::ApplyHook(..) => {}
                // What the new code needs too, the verdict of the variable tells.
                Step::Patch(_) | Step::Remove(_) => {
                    let lasting = matches!(state.stop, Stop::Failed(step) if step.is_rollout());
                    let lasting = lasting && state.recovery == Recovery::Nothing;
                    let twin = world.twin(taken.owner, Side::New);
                    if !lasting || twin.is_none_or(|twin| misses(world, twin, taken, sides)) {
                        continue;
                    }
                }
            }
            let object = culprit.at().map_or(0, |at| world.number(at));
            let found = Lost { taken: Vec::new(), state: number, culprit, lasts: false };
            let lost = lost.entry(object).or_insert(found);
            if live::better(explored, number, lost.state) {
                lost.state = number;
            }
            lost.lasts |= state.recovery == Recovery::Rollback;
            if !lost.taken.iter().any(|known| std::ptr::eq(*known, *taken)) {
                lost.taken.push(taken);
            }
        }
    }
    for lost in lost.into_values() {
        falls_back(world, &lost, out);
        let Some(found) = required(world, explored, &lost) else { continue };
        // That says it all.
        let same = |it: &Finding| it.subjects.iter().all(|subject| found.subjects.contains(subject));
        out.retain(|it| it.rule.id != rules::OPTIONAL_HIDES_LOSS.id || !same(it));
        out.push(found);
    }
}

/// Whether the new version of an object reads a variable that it does not get.
fn misses(world: &World<'_>, twin: At, taken: &Taken<'_>, sides: Sides<'_>) -> bool {
    let (chart, ships) = sides.new;
    let ids = world.object(twin).pods.iter().flat_map(|pod| &pod.containers);
    let named = |id: &&usize| chart.containers.get(**id).is_some_and(|it| it.name == taken.container);
    let supplied = |id: usize| chart.entries.iter().any(|entry| entry.container == id && entry.name == taken.variable);
    ids.filter(named).any(|id| ships.reads(*id).any(|read| means(read, &taken.variable)) && !supplied(*id))
}

fn means(read: &Read, variable: &str) -> bool {
    match read.key.case_sensitive {
        true => read.key.text == variable,
        false => read.key.text.eq_ignore_ascii_case(variable),
    }
}

/// Where a default takes over, it is told with the loss.
fn falls_back(world: &World<'_>, lost: &Lost<'_, '_>, out: &mut [Finding]) {
    for taken in lost.taken.iter().filter(|taken| taken.raises().is_none()) {
        let Some(read) = taken.reads.iter().find(|read| read.absent.outcome == Outcome::Default) else { continue };
        let subjects: Vec<String> = taken.wants.iter().map(|want| want.subject(world)).collect();
        let is_about = |finding: &&mut Finding| {
            finding.rule.id == rules::OPTIONAL_HIDES_LOSS.id && subjects.iter().any(|it| finding.subjects.contains(it))
        };
        let Some(finding) = out.iter_mut().find(is_about) else { continue };
        let default = read.absent.default.as_deref().unwrap_or("a default");
        let text = format!("without {}, {} silently falls back to {default}", taken.variable, taken.place(read));
        let at = finding.trace.iter().rposition(|line| line.kind == TraceKind::Broken).map_or(0, |at| at + 1);
        finding.trace.insert(at, TraceLine { kind: TraceKind::Broken, text });
    }
}

fn required(world: &World<'_>, explored: &Exploration, lost: &Lost<'_, '_>) -> Option<Finding> {
    let taken: Vec<&Taken> = lost.taken.iter().copied().filter(|taken| taken.raises().is_some()).collect();
    let first = taken.first()?;
    let wants: Vec<Want> = taken.iter().flat_map(|taken| &taken.wants).copied().collect();
    let at = lost.culprit.at();
    let object = at.map(|at| words::object(world, at)).unwrap_or_default();
    let users = words::some(taken.iter().map(|taken| words::object(world, taken.owner)));
    let hook = matches!(lost.culprit, Step::ApplyHook(..) | Step::DeleteHook(..));
    let who = if hook { format!("the hook {object} takes") } else { format!("{object} takes") };
    let message = format!(
        "{who} {} away, which the code in running pods cannot do without ({users})",
        words::some(taken.iter().map(|taken| taken.variable.clone()))
    );
    let mut trace = words::story(world, &explored.before, explored.states.get(lost.state)?);
    for taken in &taken {
        let Some(read) = taken.raises() else { continue };
        let text =
            format!("{}, container {}: {}", words::object(world, taken.owner), taken.container, raising(taken, read));
        trace.push(TraceLine { kind: TraceKind::Broken, text });
    }
    let noticed = first.wants.first().map(|want| words::noticed(world, want)).unwrap_or_default();
    trace.push(TraceLine { kind: TraceKind::Noticed, text: noticed });
    trace.extend(words::recovery(world, at, lost.lasts));
    Some(finding(world, rules::REQUIRED_LOST, message, at, &wants, trace))
}

/// `app/main.py:3 raises KeyError without API_TOKEN, at import`
fn raising(taken: &Taken<'_>, read: &Read) -> String {
    let when = match read.timing {
        Timing::Import => "when it is imported",
        Timing::Construction => "when its object is made",
        Timing::Call => "when it is called",
    };
    let exception = read.absent.exception.as_deref().unwrap_or("an exception");
    format!("{} raises {exception} without {}, {when}", taken.place(read), taken.variable)
}

fn finding(
    world: &World<'_>,
    rule: &'static Rule,
    message: String,
    maker: Option<At>,
    wants: &[Want<'_>],
    trace: Vec<TraceLine>,
) -> Finding {
    let mut locations: Vec<_> = maker.map(|at| words::place(world, live::origin(world, at))).into_iter().collect();
    locations.extend(wants.iter().map(words::wanted_at));
    locations.dedup();
    let subjects = wants.iter().map(|want| want.subject(world)).collect();
    Finding { rule, message, locations, trace, subjects, known: false, acceptance: None }
}

/// The pods of hooks, when their turn comes: what only the manifest after them supplies.
fn hooks(world: &World<'_>, before: &Cluster, steps: &[Step], when: &str, sides: Sides<'_>, told: &mut Vec<Finding>) {
    let mut cluster = before.clone();
    for step in steps {
        step.act(world, &mut cluster);
        let Step::AwaitHook(event, hook) = *step else { continue };
        if !steps::comes_first(event) || world.object(hook).runs == Runs::Never {
            continue;
        }
        for taken in taken(world, hook, sides) {
            let (Some(read), true) = (taken.raises(), taken.is_lost(world, &cluster)) else { continue };
            let makes = |at: &At| {
                let object = world.object(*at);
                let all = object.produces.iter();
                let makes = |want: &Want| {
                    let mut all = all.clone().filter(|produced| produced.object == want.need.object);
                    all.any(|produced| want.key.is_some_and(|key| produced.keys.contains_key(key)))
                };
                object.hook.is_none() && taken.wants.iter().any(makes)
            };
            let Some(maker) = world.all(Side::New).map(|(at, _)| at).find(makes) else { continue };
            let owner = words::object(world, hook);
            let message = format!(
                "the hook {owner} needs {}, which {} of the manifest supplies only after it ({when})",
                taken.variable,
                words::object(world, maker)
            );
            let line = |kind, text: &str| TraceLine { kind, text: text.into() };
            let trace = vec![
                line(TraceKind::Step, &format!("{owner} starts {when}")),
                line(TraceKind::Broken, &format!("container {}: {}", taken.container, raising(&taken, read))),
                line(
                    TraceKind::Noticed,
                    &format!("{}, when the hook has failed: the release fails", words::who(world)),
                ),
            ];
            let found = finding(world, rules::HOOK_NEEDS_MAIN, message, Some(maker), &taken.wants, trace);
            // What is so at the first installation need not be told again for the upgrade.
            if !told.iter().any(|known: &Finding| known.subjects == found.subjects) {
                told.push(found);
            }
        }
    }
}
