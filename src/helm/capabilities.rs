//! `.Capabilities`: what Helm takes a cluster for that it has not asked.

use super::functions::Version;
use super::value::{Class, Key, Map, Value};

/// The version of Kubernetes that Helm 4.2 is built for.
pub const KUBE_VERSION: &str = "v1.36.0";
/// The version of Helm that is rendered for.
const HELM_VERSION: &str = "v4.2.3";

/// The API versions that Helm 4.2 knows (`allKnownVersions`).
const API_VERSIONS: [&str; 55] = [
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha2",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

/// The object for a version of Kubernetes, with further API versions.
pub fn capabilities(kube: &Version, more: &[String]) -> Value {
    let versions = API_VERSIONS
        .iter()
        .copied()
        .chain(more.iter().flat_map(|list| list.split(',')).filter(|version| !version.is_empty()));
    let versions = Map::new(Class::Versions, versions.map(|version| (Key::from(version), Value::Bool(true))));
    let (major, minor) = kube.head();
    let text = |text: String| Value::str(text);
    let kube = [
        (Key::from("Version"), text(format!("v{}", kube.shown()))),
        (Key::from("Major"), text(major.to_string())),
        (Key::from("Minor"), text(minor.to_string())),
    ];
    let helm = [("Version", HELM_VERSION), ("GitCommit", ""), ("GitTreeState", ""), ("GoVersion", "go1.26.6")];
    let helm = helm.map(|(key, value)| (Key::from(key), Value::str(value)));
    Value::Map(Map::new(
        Class::Struct("*common.Capabilities"),
        [
            (Key::from("KubeVersion"), Value::Map(Map::new(Class::KubeVersion, kube))),
            (Key::from("APIVersions"), Value::Map(versions)),
            (Key::from("HelmVersion"), Value::Map(Map::new(Class::Struct("version.BuildInfo"), helm))),
        ],
    ))
}
