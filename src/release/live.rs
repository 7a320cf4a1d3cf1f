//! What can break for the pods of the running release (invariants I1 and I3).

use std::collections::{BTreeMap, BTreeSet};

use super::cluster::{At, Cluster, Side, Supply, World};
use super::explore::{Exploration, Recovery, State, Stop};
use super::rules;
use super::steps::Step;
use super::wants::{self, Want};
use super::words;
use crate::model::{DeletePolicy, Finding, Rule, TraceKind, TraceLine};

/// What breaks by one step.
struct Group<'a> {
    wants: Vec<Want<'a>>,
    /// The state that shows it best.
    state: usize,
    /// The step that breaks it.
    culprit: Step,
    /// Whether it is still broken after a rollback.
    lasts: bool,
    /// Whether it is broken for sure.
    surely: bool,
}

/// The findings, by rule and by the object whose change breaks something, and the numbers of those of which is told
/// that a hook takes something away.
pub fn check(world: &World<'_>, explored: &Exploration) -> (Vec<Finding>, BTreeSet<usize>) {
    let before = &explored.before;
    let running = before.running(world);
    let all: Vec<Want> = running.iter().flat_map(|owner| wants::wants(world, *owner)).collect();
    let fine: Vec<Want> =
        all.into_iter().filter(|want| matches!(want.supply(world, before), Supply::Provided | Supply::Open)).collect();
    let mut known: BTreeMap<&Cluster, Vec<usize>> = BTreeMap::new();
    let mut groups: BTreeMap<(&'static str, usize), Group> = BTreeMap::new();
    for (number, state) in explored.states.iter().enumerate() {
        let broken = known.entry(&state.cluster).or_insert_with(|| broken(world, &state.cluster, &fine));
        for want in broken.iter().map(|index| fine[*index]) {
            let Some(culprit) = culprit(world, before, state, &want) else { continue };
            let Some(rule) = rule(world, state, culprit, &want) else { continue };
            let object = culprit.at().map_or(0, |at| world.number(at));
            let surely = want.supply(world, &state.cluster) == Supply::Missing;
            let group = groups.entry((rule.id, object)).or_insert_with(|| Group {
                wants: Vec::new(),
                state: number,
                culprit,
                lasts: false,
                surely,
            });
            if better(explored, number, group.state) {
                group.state = number;
            }
            group.lasts |= state.recovery == Recovery::Rollback;
            if !group.wants.contains(&want) {
                group.wants.push(want);
            }
        }
    }
    let strips = [rules::HOOK_STRIPS_LIVE_KEY.id, rules::OPTIONAL_HIDES_LOSS.id];
    let told = groups.keys().filter(|(id, _)| strips.contains(id)).map(|(_, number)| *number).collect();
    let finding = |((id, _), group): ((&str, usize), Group)| Some(finding(world, explored, rules::find(id)?, &group));
    (groups.into_iter().filter_map(finding).collect(), told)
}

/// Which of the wants are broken in a cluster, of pods that can start in it.
fn broken(world: &World<'_>, cluster: &Cluster, wants: &[Want<'_>]) -> Vec<usize> {
    let running = cluster.running(world);
    let is_broken = |want: &Want| running.contains(&want.owner) && want.supply(world, cluster).is_breach();
    wants.iter().enumerate().filter(|(_, want)| is_broken(want)).map(|(index, _)| index).collect()
}

/// The step of the path that took the supply away; if that only replaced an object, the one that made it anew.
pub fn culprit(world: &World<'_>, before: &Cluster, state: &State, want: &Want<'_>) -> Option<Step> {
    let mut cluster = before.clone();
    let (mut found, mut was) = (None, false);
    for step in &state.path {
        step.act(world, &mut cluster);
        let is = want.supply(world, &cluster).is_breach();
        let replaces = match (found, *step) {
            (Some(Step::DeleteHook(_, one, DeletePolicy::BeforeCreation)), Step::ApplyHook(_, other)) => {
                world.number(one) == world.number(other)
            }
            _ => false,
        };
        if is && (!was || replaces) {
            found = Some(*step);
        }
        was = is;
    }
    found
}

/// The rule that a step breaks.
fn rule(world: &World<'_>, state: &State, culprit: Step, want: &Want<'_>) -> Option<&'static Rule> {
    let at = culprit.at()?;
    let rule = match culprit {
        // That a hook is deleted just before it is made anew is told where the release changes it.
        Step::DeleteHook(_, _, DeletePolicy::BeforeCreation)
        | Step::AwaitHook(..)
        | Step::Rollout
        | Step::Healthy(_) => {
            return None;
        }
        Step::DeleteHook(..) => rules::HOOK_DELETED_DEPENDENCY,
        Step::ApplyHook(..) => rules::HOOK_STRIPS_LIVE_KEY,
        Step::Remove(_) if world.twin(at, Side::New).is_some_and(|twin| world.object(twin).hook.is_some()) => {
            rules::HOOK_DELETED_DEPENDENCY
        }
        Step::Remove(_) | Step::Patch(_) => {
            let twin = world.twin(want.owner, Side::New);
            // Only where old pods have to last until new ones are ready; what the new pods need too is dangling.
            let lasting = matches!(state.stop, Stop::Failed(step) if step.is_rollout());
            let lasting = lasting && state.recovery == Recovery::Nothing;
            if !lasting || want.soft || twin.is_none_or(|twin| want.is_of(world, twin)) {
                return None;
            }
            rules::PRODUCER_GONE_BEFORE_ROLLOUT
        }
    };
    Some(if want.soft { rules::OPTIONAL_HIDES_LOSS } else { rule })
}

/// Whether a state tells the story better: nothing done yet, and a Job that failed.
pub fn better(explored: &Exploration, one: usize, other: usize) -> bool {
    let rank = |index: usize| {
        let state = &explored.states[index];
        let other = !matches!(state.stop, Stop::Failed(Step::AwaitHook(..) | Step::Rollout | Step::Healthy(_)));
        (state.recovery != Recovery::Nothing, other)
    };
    rank(one) < rank(other)
}

fn finding(world: &World<'_>, explored: &Exploration, rule: &'static Rule, group: &Group<'_>) -> Finding {
    let state = &explored.states[group.state];
    let things = words::things(&group.wants);
    let users = words::some(group.wants.iter().map(|want| words::object(world, want.owner)));
    let at = group.culprit.at();
    let object = at.map(|at| words::object(world, at)).unwrap_or_default();
    let message = match (rule.id, group.culprit) {
        ("optional-hides-loss", _) => {
            format!(
                "{object} stops providing {things}, taken by pods of the running release without insisting ({users})"
            )
        }
        ("hook-strips-live-key", _) => {
            format!("the hook {object} stops providing {things}, which pods of the running release need ({users})")
        }
        (_, Step::Remove(_)) if rule.id == "hook-deleted-dependency" => format!(
            "{object} moves from the manifest into a hook: {} deletes it after the hook made it; {things} is needed by {users}",
            words::who(world)
        ),
        ("hook-deleted-dependency", _) => {
            format!("the hook {object} is deleted by its policy; {things} is needed by {users}")
        }
        _ => {
            format!("{things} goes in the release that removes its use: old pods of {users} that start meanwhile fail")
        }
    };
    let first = group.wants.first();
    let mut trace = words::story(world, &explored.before, state);
    let mut say = |kind, text: String| trace.push(TraceLine { kind, text });
    if let Some(want) = first {
        if want.soft {
            let text =
                format!("{} starts without {}, and nothing says so", words::user(world, want), words::thing(want));
            say(TraceKind::Broken, text);
        } else {
            say(TraceKind::Broken, words::broken(world, want, group.surely));
        }
        say(TraceKind::Noticed, words::noticed(world, want));
    }
    trace.extend(words::recovery(world, at, group.lasts));
    let mut locations: Vec<_> = at.map(|at| words::place(world, origin(world, at))).into_iter().collect();
    locations.extend(group.wants.iter().map(words::wanted_at));
    locations.dedup();
    let subjects = group.wants.iter().map(|want| want.subject(world)).collect();
    Finding { rule, message, locations, trace, subjects, known: false, acceptance: None }
}

/// Where a person would look: the object in the new chart, if it is there.
pub fn origin(world: &World<'_>, at: At) -> At {
    world.twin(at, Side::New).unwrap_or(at)
}
