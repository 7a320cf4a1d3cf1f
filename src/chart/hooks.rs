//! Helm's annotations (`pkg/release/v1/util/manifest_sorter.go`), and those of Argo CD (argoproj/gitops-engine
//! `pkg/sync/common/types.go`).

use super::objects::Object;
use crate::model::{DeletePolicy, Hook, HookEvent, Sync};
use crate::yaml::Node;

/// Whether an object is a hook.
pub enum Role {
    /// Part of the manifest.
    Main,
    /// A hook.
    Hook(Hook),
    /// An event that Helm does not know makes it drop the document.
    Dropped(String),
}

/// The role of an object.
pub fn role(object: &Object<'_>) -> Role {
    let annotation = |name| object.node.at(&["metadata", "annotations", name]).and_then(Node::scalar);
    let Some(events) = annotation("helm.sh/hook") else { return Role::Main };
    let mut known = Vec::new();
    for word in events.split(',').map(|word| word.trim().to_ascii_lowercase()) {
        match event(&word) {
            Some(event) => known.push(event),
            None => return Role::Dropped(word),
        }
    }
    // As `strconv.Atoi`; what is not a number is 0.
    let weight = annotation("helm.sh/hook-weight").and_then(|text| text.parse().ok()).unwrap_or(0);
    let policies = annotation("helm.sh/hook-delete-policy").unwrap_or_default();
    let mut policies: Vec<_> =
        policies.split(',').filter_map(|word| policy(&word.trim().to_ascii_lowercase())).collect();
    if policies.is_empty() {
        policies.push(DeletePolicy::BeforeCreation);
    }
    Role::Hook(Hook { events: known, weight, policies })
}

fn event(word: &str) -> Option<HookEvent> {
    Some(match word {
        "pre-install" => HookEvent::PreInstall,
        "post-install" => HookEvent::PostInstall,
        "pre-upgrade" => HookEvent::PreUpgrade,
        "post-upgrade" => HookEvent::PostUpgrade,
        "pre-rollback" => HookEvent::PreRollback,
        "post-rollback" => HookEvent::PostRollback,
        "pre-delete" => HookEvent::PreDelete,
        "post-delete" => HookEvent::PostDelete,
        "test" | "test-success" => HookEvent::Test,
        _ => return None,
    })
}

fn policy(word: &str) -> Option<DeletePolicy> {
    Some(match word {
        "before-hook-creation" => DeletePolicy::BeforeCreation,
        "hook-succeeded" => DeletePolicy::Succeeded,
        "hook-failed" => DeletePolicy::Failed,
        _ => return None,
    })
}

/// What annotations tell Argo CD.
pub fn sync(object: &Object<'_>) -> Sync {
    let annotation = |name: &str| {
        let name = format!("argocd.argoproj.io/{name}");
        object.node.at(&["metadata", "annotations", &name]).and_then(Node::scalar).unwrap_or_default()
    };
    let words = |name| annotation(name).split(',').map(str::trim).filter(|word| !word.is_empty());
    let phase = |word: &str| match word {
        "PreSync" => Some(HookEvent::PreSync),
        "Sync" => Some(HookEvent::Sync),
        "PostSync" => Some(HookEvent::PostSync),
        "SyncFail" => Some(HookEvent::SyncFail),
        _ => None,
    };
    let policy = |word: &str| match word {
        "BeforeHookCreation" => Some(DeletePolicy::BeforeCreation),
        "HookSucceeded" => Some(DeletePolicy::Succeeded),
        "HookFailed" => Some(DeletePolicy::Failed),
        _ => None,
    };
    Sync {
        phases: words("hook").filter_map(phase).collect(),
        skipped: words("hook").eq(["Skip"]),
        wave: annotation("sync-wave").parse().ok(),
        policies: words("hook-delete-policy").filter_map(policy).collect(),
        pruned: !words("sync-options").any(|option| option == "Prune=false"),
        pruned_last: words("sync-options").any(|option| option == "PruneLast=true"),
    }
}
