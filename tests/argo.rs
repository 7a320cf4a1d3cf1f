//! Argo CD's order: phases, waves, kinds, names; what it prunes and when; what it still does if something fails.

use stripcheck::chart;
use stripcheck::model::{ChartObject, Deployer};
use stripcheck::release::cluster::{Cluster, Side, World};
use stripcheck::release::steps::{self, Step};

fn objects(text: &str) -> Vec<ChartObject> {
    let chart = chart::read(&[("c.yaml".into(), text.as_bytes().to_vec())]);
    steps::view(Deployer::ArgoCd, &chart.objects).into_owned()
}

/// `Patch b 1`: what is done, to what, of which side.
fn told(world: &World<'_>, steps: &[Step]) -> Vec<String> {
    let told = steps.iter().map(|step| {
        let verb = format!("{step:?}");
        let verb = verb.split(['(', ' ']).next().unwrap_or_default().to_string();
        match step.at() {
            Some(at) => format!("{verb} {}", world.object(at).id.name),
            None => verb,
        }
    });
    told.collect()
}

fn object(kind: &str, name: &str, annotations: &str) -> String {
    format!("kind: {kind}\nmetadata: {{name: {name}, annotations: {{{annotations}}}}}\n---\n")
}

const HOOK: &str = "argocd.argoproj.io/hook";
const WAVE: &str = "argocd.argoproj.io/sync-wave";
const OPTIONS: &str = "argocd.argoproj.io/sync-options";

#[test]
fn a_sync_goes_by_phase_and_wave_and_kind_and_prunes_first() {
    let old =
        objects(&(object("ConfigMap", "early", "") + &object("Secret", "last", &format!("{OPTIONS}: PruneLast=true"))));
    let new = objects(
        &[
            object("Deployment", "web", &format!("{WAVE}: '1'")),
            object("ConfigMap", "z", ""),
            object("Secret", "y", ""),
            object("Job", "a", "helm.sh/hook: pre-upgrade"),
            object("Secret", "b", "helm.sh/hook: pre-install"),
            object("Job", "first", &format!("{HOOK}: PreSync, {WAVE}: '-1', helm.sh/hook: post-upgrade")),
            object("Pod", "t", "helm.sh/hook: test"),
            object("Job", "done", &format!("{HOOK}: PostSync, argocd.argoproj.io/hook-delete-policy: HookSucceeded")),
            object("Job", "never", &format!("{HOOK}: Skip")),
        ]
        .concat(),
    );
    let world = World::of(Deployer::ArgoCd, &old, &new);
    let before = steps::before(&world);
    let steps = steps::upgrade(&world, &before);
    let expected = "ApplyHook first, AwaitHook first, ApplyHook b, ApplyHook a, AwaitHook a, AwaitHook b, \
                    Remove early, Patch y, Patch z, Healthy, Patch web, Healthy, Remove last, Rollout, \
                    ApplyHook done, AwaitHook done, DeleteHook done";
    assert_eq!(told(&world, &steps).join(", "), expected);
    // A rollback runs no hooks and prunes nothing; a reverted commit is synced, and higher waves are pruned first.
    let mut after = before;
    steps.iter().for_each(|step| step.act(&world, &mut after));
    let back: Vec<String> =
        steps::recoveries(&world, &after, true).iter().map(|(_, steps)| told(&world, steps).join(", ")).collect();
    assert_eq!(
        back,
        [
            "Patch last, Patch early, Rollout",
            "Remove web, Patch last, Patch early, Healthy, Remove z, Remove y, Rollout"
        ]
    );
}

#[test]
fn what_fails_ends_the_sync_and_its_hooks_of_failure_run() {
    let new = objects(
        &[
            object("Secret", "s", ""),
            object("ConfigMap", "t", ""),
            object("Job", "j", &format!("{HOOK}: PreSync, argocd.argoproj.io/hook-delete-policy: HookFailed")),
            object("Job", "f", &format!("{HOOK}: SyncFail")),
        ]
        .concat(),
    );
    let world = World::of(Deployer::ArgoCd, &[], &new);
    let empty = Cluster::empty(&world);
    let steps = steps::install(&world, Side::New, &empty);
    assert_eq!(told(&world, &steps).join(", "), "ApplyHook j, AwaitHook j, Patch s, Patch t, Rollout");
    let after = |failed: usize| {
        let mut cluster = empty.clone();
        steps[..failed].iter().for_each(|step| step.act(&world, &mut cluster));
        told(&world, &steps::after(&world, &cluster, &steps, failed)).join(", ")
    };
    assert_eq!(after(1), "DeleteHook j, ApplyHook f, AwaitHook f");
    assert_eq!(after(2), "Patch t, DeleteHook j, ApplyHook f, AwaitHook f");
    assert_eq!(after(4), "");
}
