//! The chart stage: manifests → Kubernetes objects → entries.
