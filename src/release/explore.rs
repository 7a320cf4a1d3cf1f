//! Every state that an upgrade can stop in: each step may fail, and then nothing is done, or Helm rolls back.

use super::cluster::{Cluster, World};
use super::steps::{self, Step};

/// The most states that are looked at.
pub const MAX_STATES: usize = 10_000;

/// How it came to a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stop {
    /// This step failed, or Helm was stopped before it.
    Failed(Step),
    /// Everything succeeded.
    Done,
}

/// What was done then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recovery {
    /// Nothing.
    Nothing,
    /// `helm rollback`, `argocd app rollback`
    Rollback,
    /// `--rollback-on-failure`, once `--atomic`: the same steps, with no one asked.
    OnFailure,
    /// With Argo CD: the commit is reverted and synced.
    Revert,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The steps that led there, those of the recovery included.
    pub path: Vec<Step>,
    /// How many of them belong to the upgrade.
    pub upgrade: usize,
    /// Why the upgrade ended.
    pub stop: Stop,
    /// What was done about it.
    pub recovery: Recovery,
    /// What is in force.
    pub cluster: Cluster,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exploration {
    /// What is in force before.
    pub before: Cluster,
    /// The steps of the upgrade that succeeds.
    pub steps: Vec<Step>,
    /// The states, in the order in which they can come.
    pub states: Vec<State>,
    /// Whether there were more than [`MAX_STATES`].
    pub cut: bool,
}

/// All states between the old chart and the new.
pub fn explore(world: &World<'_>) -> Exploration {
    let before = steps::before(world);
    let steps = steps::upgrade(world, &before);
    let mut out = Exploration { before, steps, states: Vec::new(), cut: false };
    for at in 0..out.steps.len() {
        // Nothing is waited for that does not run to an end.
        if let Step::AwaitHook(_, hook) = out.steps[at]
            && !steps::runs_to_its_end(world, hook)
        {
            continue;
        }
        let (path, cluster) = failed(world, &out, at);
        out.add(world, path, Stop::Failed(out.steps[at]), cluster);
    }
    let mut cluster = out.before.clone();
    out.steps.iter().for_each(|step| step.act(world, &mut cluster));
    out.add(world, out.steps.clone(), Stop::Done, cluster);
    out
}

/// The steps taken when the one at `at` fails, and what is then in force.
fn failed(world: &World<'_>, explored: &Exploration, at: usize) -> (Vec<Step>, Cluster) {
    let (mut path, mut cluster) = (explored.steps[..at].to_vec(), explored.before.clone());
    path.iter().for_each(|step| step.act(world, &mut cluster));
    let more = steps::after(world, &cluster, &explored.steps, at);
    for step in more {
        step.act(world, &mut cluster);
        path.push(step);
    }
    (path, cluster)
}

impl Exploration {
    /// The state, and what recovery makes of it.
    fn add(&mut self, world: &World<'_>, path: Vec<Step>, stop: Stop, cluster: Cluster) {
        let upgrade = path.len();
        let state = State { path, upgrade, stop, recovery: Recovery::Nothing, cluster };
        let mut states = vec![state.clone()];
        for (recovery, steps) in steps::recoveries(world, &state.cluster, stop == Stop::Done) {
            let mut state = State { recovery, ..state.clone() };
            for step in steps {
                step.act(world, &mut state.cluster);
                state.path.push(step);
            }
            states.push(state);
        }
        for state in states {
            if self.states.len() < MAX_STATES {
                self.states.push(state);
            } else {
                self.cut = true;
            }
        }
    }
}
