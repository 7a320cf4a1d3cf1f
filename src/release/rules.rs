//! The rules: one table, from which `explain RULE` and the page of documentation are made.

use crate::model::{Level, Rule};

const HOOKS: &str = "https://helm.sh/docs/topics/charts_hooks/";
const ENV: &str = "https://kubernetes.io/docs/tasks/inject-data-application/distribute-credentials-secure/";
const CSI: &str = "https://secrets-store-csi-driver.sigs.k8s.io/topics/sync-as-kubernetes-secret";

macro_rules! rules {
    ($($name:ident $level:ident $id:literal $summary:literal $why:literal $remedy:literal [$($docs:expr),*];)*) => {
        $(
            #[doc = $summary]
            pub const $name: &Rule = &Rule {
                id: $id,
                level: Level::$level,
                summary: $summary,
                why: $why,
                remedy: $remedy,
                docs: &[$($docs),*],
            };
        )*
        /// All of them, the worst first.
        pub const ALL: &[&Rule] = &[$($name),*];
    };
}

rules! {
    HOOK_STRIPS_LIVE_KEY Error "hook-strips-live-key"
        "A hook takes a key away that pods of the running release still need."
        "Hooks commit: what a pre-upgrade hook changed stays changed if the upgrade then fails, and no rollback puts it back, \
         as hooks are not part of the manifest. The old pods go on as long as none of them starts; the next one that does \
         ends in CreateContainerConfigError."
        "Release the removal of the references first. Remove the keys from the hook in a later release, in small batches, or \
         make the object part of the manifest."
        [HOOKS, "https://github.com/helm/helm/issues/13346", "https://github.com/helm/helm/issues/5825"];
    PRODUCER_GONE_BEFORE_ROLLOUT Error "producer-gone-before-rollout"
        "A key goes in the same release as the references to it, before the new pods are ready."
        "Helm changes Secrets and ConfigMaps first and then starts the rollout. Until that is through, old pods may start \
         anew, and do not find the key. If the rollout gets stuck, this lasts."
        "Release the removal of the references first, and that of the key when no old pod is left."
        [ENV];
    HOOK_DELETED_DEPENDENCY Error "hook-deleted-dependency"
        "A hook's object is deleted although pods need it."
        "With the policy hook-succeeded Helm deletes the object as soon as the hooks are through, before the pods start; with \
         hook-failed when the upgrade fails. An object that moves from the manifest into a hook is deleted too, as it is no \
         longer in the manifest."
        "Leave the policy at before-hook-creation, or make the object part of the manifest. To move one into a hook, first \
         release it with helm.sh/resource-policy: keep."
        [HOOKS, "https://github.com/helm/helm/issues/8420", "https://github.com/FairwindsOps/charts/issues/822",
         "https://github.com/projectcapsule/capsule/issues/193"];
    HOOK_NEEDS_MAIN Error "hook-needs-main"
        "A pre-install or pre-upgrade hook needs what only the manifest makes, and that comes after it."
        "Helm runs these hooks to their end before it applies anything of the manifest. The pod waits in \
         CreateContainerConfigError or is not made at all, until the time is over and the release fails."
        "Make what the hook needs a hook too, with a lower weight, or run the hook after the manifest (post-install, \
         post-upgrade)."
        [HOOKS, "https://github.com/open-metadata/openmetadata-helm-charts/issues/111",
         "https://github.com/element-hq/ess-helm/issues/1441"];
    HOOK_ORDER Error "hook-order"
        "A hook needs what a later hook makes."
        "Hooks run one after the other, by weight and then by name. The kind does not count, whatever the documentation says: \
         at equal weight the Job a-migrate runs before the Secret b-secret."
        "Give the hook that makes it a lower weight."
        [HOOKS];
    REQUIRED_LOST Error "required-lost"
        "A pod that may start does not get a variable that its code cannot do without."
        "The pod takes the variable without insisting on it (optional: true, envFrom), so that Kubernetes starts it. Its code, \
         which may be older than the release, raises an exception."
        "Release the code that no longer needs the variable first, and remove what supplies it when no pod runs the old code."
        [ENV];
    DANGLING_KEY Error "dangling-key"
        "A pod refers to a key that its producer in the chart does not make."
        "The kubelet does not start the container: CreateContainerConfigError, couldn't find key. It tries for ever."
        "Add the key to its producer, or remove the reference."
        [ENV, "https://github.com/epinio/epinio/issues/2085", "https://github.com/community-charts/helm-charts/issues/66"];
    HOOK_OWNED_DEPENDENCY Warning "hook-owned-dependency"
        "The release changes an object that a hook makes and pods need; no rollback restores it."
        "Objects of hooks are not in the manifest. An upgrade that fails, and each rollback, leave them as the last hook made \
         them, or deleted if their creation failed."
        "Make it part of the manifest. If it has to be a hook, change it in a release of its own and know the command that \
         brings the old one back."
        [HOOKS, "https://github.com/helm/helm/issues/10233", "https://github.com/kasmtech/kasm-helm/issues/35"];
    HOOK_SEES_OLD Warning "hook-sees-old"
        "A pre-upgrade hook runs with the old content of an object that the same release changes."
        "The manifest is applied after the hook, so that it sees what the last release left."
        "Make the object a hook too, with a lower weight, or change it in a release before."
        [HOOKS];
    HOOK_REFUSED Warning "hook-refused"
        "The upgrade may be refused: a hook of the running release made an object that the new manifest holds."
        "Helm only takes objects into the manifest that carry its marks of ownership, and hooks have none. If the object is \
         still there, nothing is changed and the release cannot be made. Whether it is there depends on which hooks ran, and \
         on what was deleted since."
        "Look whether the object is there (kubectl get). If it is, use helm upgrade --take-ownership, or annotate and label it \
         before."
        [HOOKS];
    BULK_UNSYNC Warning "bulk-unsync"
        "Many synced keys are removed at once."
        "What a key's removal from secretObjects leaves in the Secret is not known: some keys go at some reconcile, others \
         stay. In one real case 68 of 69 stayed. The more go at once, the less can be told afterwards."
        "Remove them in small batches, and look at the Secret after each."
        [CSI];
    OPTIONAL_HIDES_LOSS Warning "optional-hides-loss"
        "A key goes that pods take without insisting on it: the variable vanishes without an error."
        "With optional: true, and through envFrom, a pod starts without the variable. No event tells of it; only the code \
         notices, if it does."
        "Remove the reference first, and the key when no pod takes it any more."
        [ENV];
    LATENT_CHANGE Warning "latent-change"
        "A key goes and nothing replaces the pods: it takes effect when one starts next."
        "A changed ConfigMap or Secret restarts nothing. The release succeeds and --wait proves nothing; what breaks, breaks \
         at the next restart."
        "Put a checksum of the object into the pod template's annotations, so that the change takes effect with the release."
        ["https://helm.sh/docs/howto/charts_tips_and_tricks/#automatically-roll-deployments"];
    DUPLICATE_ENV Warning "duplicate-env"
        "One of two items of the same name is removed from an env list: the other may go with it."
        "Strategic merge patches know items by their name. To remove one of two removes both, until the list is applied anew."
        "Remove both, and add the wanted one in the next release; or use server-side apply."
        ["https://github.com/kubernetes/kubernetes/issues/58477", "https://github.com/kubernetes/kubernetes/issues/65106"];
    DEFAULT_OVERRIDDEN Warning "default-overridden"
        "The release sets a variable for which the code rested on its default so far, to something else."
        "A default that stood in for a missing value stops helping, and whatever agreed with it no longer does."
        "Make sure that everything that rests on the default gets the same value."
        [];
    DEFAULT_FILLS_HOLE Warning "default-fills-hole"
        "The code's default stands in for a variable that the chart does not set."
        "The value is decided far from the chart, and changes when the library does."
        "Set the value in the chart."
        [];
    REQUIRED_UNSET Warning "required-unset"
        "The application cannot start without a variable that the chart does not set."
        "The application's own code asks for it while it is imported or its settings are made, and has no default."
        "Set it, or see where else it comes from: the image, a file."
        [];
    MIXED_CONCERNS Note "mixed-concerns"
        "One release changes several things that are better released apart."
        "If it fails half-way, nobody can tell in one sentence what is broken. Stripping references, removing keys and changing \
         the identity that hooks run with are three releases."
        "Split it; stripcheck plan says how."
        [];
    SYNC_WITHOUT_MOUNT Note "sync-without-mount"
        "No pod of the chart mounts the class, so that the driver never makes its Secrets."
        "The Secrets Store CSI driver works when a pod mounts a class. References from env alone never make the Secret."
        "Mount the class in a pod that needs the Secret."
        [CSI];
    VALUE_EQUALS_DEFAULT Note "value-equals-default"
        "A removed variable had just the value that its readers fall back to."
        "Nothing changes today. It does when the default does."
        "Leave it in the chart unless the default is the team's own."
        [];
    NOT_OWNED Note "not-owned"
        "Pods refer to an object that the chart does not make."
        "Whether it is there, and has the keys, cannot be told from the chart."
        "See that it exists before the release."
        [];
}

/// The rule of an id.
pub fn find(id: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.id == id)
}
