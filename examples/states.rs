//! Every state that an upgrade from OLD to NEW can stop in, as JSON lines: `states OLD NEW`. Only kinds that real Helm
//! was asked about by `bench/states.py` are told.

use std::process::ExitCode;

use serde_json::{Map, Value, json};
use stripcheck::model::{Chart, Deployer};
use stripcheck::release::cluster::{Cluster, Side, World};
use stripcheck::release::explore::{self, Recovery, Stop};
use stripcheck::release::steps::{self, Step};
use stripcheck::{chart, release};

fn load(path: &str) -> Option<Chart> {
    let bytes = std::fs::read(path).ok()?;
    Some(chart::read(&[(path.to_string(), bytes)]))
}

/// What is in force: by kind and name, which chart's content.
fn live(world: &World<'_>, cluster: &Cluster) -> Value {
    let mut out = Map::new();
    for at in cluster.objects.iter().flatten() {
        let id = &world.object(*at).id;
        let side = if at.side == Side::Old { "old" } else { "new" };
        out.insert(format!("{}/{}", id.kind, id.name), json!(side));
    }
    Value::Object(out)
}

fn name(world: &World<'_>, step: Step) -> String {
    let object = step.at().map(|at| world.object(at).id.clone());
    let object = object.map(|id| format!(" {}/{}", id.kind, id.name)).unwrap_or_default();
    let verb = match step {
        Step::DeleteHook(..) => "delete-hook",
        Step::ApplyHook(..) => "apply-hook",
        Step::AwaitHook(..) => "await-hook",
        Step::Patch(_) => "patch",
        Step::Remove(_) => "remove",
        Step::Rollout => "rollout",
        Step::Healthy(_) => "healthy",
    };
    verb.to_string() + &object
}

#[allow(clippy::print_stdout, reason = "an example")]
fn main() -> ExitCode {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [old, new] = paths.as_slice() else { return ExitCode::from(2) };
    let (Some(old), Some(new)) = (load(old), load(new)) else { return ExitCode::from(2) };
    let world = World::new(&old.objects, &new.objects);
    let explored = explore::explore(&world);
    println!("{}", json!({"before": live(&world, &explored.before)}));
    let mut first = Cluster::empty(&world);
    steps::install(&world, Side::Old, &first.clone()).into_iter().for_each(|step| step.act(&world, &mut first));
    println!("{}", json!({"installed": live(&world, &first)}));
    for state in &explored.states {
        let stop = match state.stop {
            Stop::Failed(step) => name(&world, step),
            Stop::Done => "done".into(),
        };
        let recovery = match state.recovery {
            Recovery::Nothing => "nothing",
            Recovery::Rollback => "rollback",
            Recovery::OnFailure => "rollback-on-failure",
            Recovery::Revert => "revert",
        };
        println!("{}", json!({"stop": stop, "recovery": recovery, "live": live(&world, &state.cluster)}));
    }
    let refused: Vec<_> =
        steps::refused(&world, &explored.before).into_iter().map(|at| world.object(at).id.name.clone()).collect();
    println!("{}", json!({"refused": refused}));
    let (findings, _) = release::findings(Deployer::Helm, &old, &new, None);
    println!("{}", json!({"findings": findings.iter().map(|it| it.rule.id).collect::<Vec<_>>()}));
    ExitCode::SUCCESS
}
