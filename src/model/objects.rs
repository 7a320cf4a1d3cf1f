//! The Kubernetes objects of a chart, as far as a release has to know them.

use std::collections::BTreeMap;

use super::{ChartPlace, ContainerId, ObjectRef};

/// What makes an object the same object in two versions of a chart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    /// `Deployment`, `SecretProviderClass` …
    pub kind: String,
    /// `metadata.name`
    pub name: String,
    /// `metadata.namespace`; none: that of the release.
    pub namespace: Option<String>,
}

/// An object of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartObject {
    /// Its names.
    pub id: ObjectId,
    /// Where it begins.
    pub place: ChartPlace,
    /// The template that it comes from, where Helm says so.
    pub template: Option<String>,
    /// If it is a hook.
    pub hook: Option<Hook>,
    /// What Argo CD takes it for.
    pub sync: Sync,
    /// Whether it is not deleted when it is no longer wanted: `helm.sh/resource-policy: keep`.
    pub kept: bool,
    /// Stands for its content without `metadata`: equal if nothing that takes effect differs.
    pub content: u64,
    /// The same without what `produces` tells.
    pub rest: u64,
    /// The keys of Secrets and ConfigMaps that it makes.
    pub produces: Vec<Produced>,
    /// The pod templates in it.
    pub pods: Vec<PodTemplate>,
    /// When its pods start.
    pub runs: Runs,
    /// Whether old pods stay beside new ones until those are ready.
    pub overlaps: bool,
    /// The workload that it scales: pods of it start unasked.
    pub scales: Option<ObjectRef>,
}

/// An event of a release at which hooks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HookEvent {
    /// `pre-install`
    PreInstall,
    /// `post-install`
    PostInstall,
    /// `pre-upgrade`
    PreUpgrade,
    /// `post-upgrade`
    PostUpgrade,
    /// `pre-rollback`
    PreRollback,
    /// `post-rollback`
    PostRollback,
    /// `pre-delete`
    PreDelete,
    /// `post-delete`
    PostDelete,
    /// `test`
    Test,
    /// `PreSync` of Argo CD.
    PreSync,
    /// `Sync` of Argo CD.
    Sync,
    /// `PostSync` of Argo CD.
    PostSync,
    /// `SyncFail` of Argo CD.
    SyncFail,
}

/// Who releases a chart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deployer {
    /// Helm, or what uses it, as Flux.
    #[default]
    Helm,
    /// Argo CD, which renders charts and syncs what comes out.
    ArgoCd,
}

/// What annotations tell Argo CD about an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sync {
    /// `argocd.argoproj.io/hook`
    pub phases: Vec<HookEvent>,
    /// Whether that is just `Skip`.
    pub skipped: bool,
    /// `argocd.argoproj.io/sync-wave`
    pub wave: Option<i64>,
    /// `argocd.argoproj.io/hook-delete-policy`
    pub policies: Vec<DeletePolicy>,
    /// No `Prune=false` in `argocd.argoproj.io/sync-options`.
    pub pruned: bool,
    /// `PruneLast=true` in them.
    pub pruned_last: bool,
}

impl Default for Sync {
    fn default() -> Self {
        let (phases, policies) = (Vec::new(), Vec::new());
        Sync { phases, skipped: false, wave: None, policies, pruned: true, pruned_last: false }
    }
}

/// When Helm deletes a hook's object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeletePolicy {
    /// `before-hook-creation`
    BeforeCreation,
    /// `hook-succeeded`
    Succeeded,
    /// `hook-failed`
    Failed,
}

/// What makes an object a hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// `helm.sh/hook`
    pub events: Vec<HookEvent>,
    /// `helm.sh/hook-weight`
    pub weight: i64,
    /// `helm.sh/hook-delete-policy`, as Helm fills it in.
    pub policies: Vec<DeletePolicy>,
}

/// Who makes the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Maker {
    /// The object is itself the Secret or ConfigMap.
    Itself,
    /// The Secrets Store CSI driver, as long as a pod mounts the class.
    CsiDriver,
    /// Another controller: External Secrets, Sealed Secrets, Vault Secrets Operator …
    Controller,
}

/// What is left of a key when its producer no longer makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leftover {
    /// Nothing.
    Gone,
    /// It may be there or not.
    Unknown,
}

/// Keys of one Secret or ConfigMap that an object makes, in its own namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Produced {
    /// The Secret or ConfigMap.
    pub object: ObjectRef,
    /// The keys; a number that stands for what each is made from.
    pub keys: BTreeMap<String, u64>,
    /// Whether there may be more keys, which the chart does not tell.
    pub open: bool,
    /// Who makes them.
    pub maker: Maker,
    /// What is left of a key that is taken from the list.
    pub unlisted: Leftover,
    /// What is left when the whole producer is deleted.
    pub deleted: Leftover,
}

/// When pods start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runs {
    /// At any time: a Deployment and the like.
    Always,
    /// By this schedule.
    Schedule(String),
    /// Once, when it is created: a Job.
    Once,
    /// Never: it is suspended, or no workload.
    Never,
}

/// The template of pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodTemplate {
    /// Its containers: indexes into [`super::Chart::containers`].
    pub containers: Vec<ContainerId>,
    /// Stands for the whole template: if it differs, pods are replaced.
    pub content: u64,
    /// What its pods need to start.
    pub needs: Vec<Need>,
    /// By container and name, how often the name stands in its `env` list, and where last.
    pub env: BTreeMap<(String, String), (usize, ChartPlace)>,
    /// Whether an operator restarts the pods when what they refer to changes.
    pub reloaded: bool,
}

/// How a pod uses an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Usage {
    /// `valueFrom`, for this variable.
    Env(String),
    /// `envFrom`
    EnvFrom,
    /// A volume.
    Volume,
    /// `serviceAccountName`
    Account,
}

/// What a pod needs to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// A Secret, ConfigMap, ServiceAccount, SecretProviderClass, PersistentVolumeClaim.
    pub object: ObjectRef,
    /// The key in it; none: the object as such.
    pub key: Option<String>,
    /// Whether the pod starts without it.
    pub optional: bool,
    /// How it is used.
    pub usage: Usage,
    /// What stands before the names of an `envFrom`.
    pub prefix: String,
    /// The container, if it is one's.
    pub container: Option<String>,
    /// Where it is asked for.
    pub place: ChartPlace,
}

/// In which order Helm 4 installs kinds (`InstallOrder` in `pkg/release/v1/util/kind_sorter.go`); others come last, by
/// name of the kind.
pub const INSTALL_ORDER: [&str; 38] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];
