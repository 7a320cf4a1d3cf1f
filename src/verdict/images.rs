//! Image references, and the well-known images that run no Python of ours.

use super::matching::glob;
use super::non_python::{DATABASES, KNOWN, SERVERS, SUFFIXES};

/// The repository of an image as written: without tag and digest.
pub fn repository(image: &str) -> &str {
    let named = image.split_once('@').map_or(image, |(name, _)| name);
    match named.rsplit_once(':') {
        // A colon before a slash belongs to the registry's port.
        Some((name, tag)) if !tag.contains('/') => name,
        _ => named,
    }
}

/// The last path segment of an image's repository, lower case: what people call the image.
pub fn short_name(image: &str) -> String {
    let repository = repository(image);
    repository.rsplit('/').next().unwrap_or(repository).to_ascii_lowercase()
}

/// Whether `pattern` (`*` is any run) means the image: its whole repository, or an end of it that
/// begins at a `/`, so that `acme/web` also means `registry.example/acme/web`.
pub fn means(pattern: &str, image: &str) -> bool {
    let repository = repository(image);
    let pattern = self::repository(pattern);
    let ends = repository.match_indices('/').filter_map(|(at, _)| repository.get(at + 1..));
    std::iter::once(repository).chain(ends).any(|end| glob(pattern, end, true))
}

/// Whether a container's name or program is a server's.
pub fn is_server(name: &str) -> bool {
    DATABASES.contains(&name) || SERVERS.contains(&name)
}

/// Whether `name` (an image's short name, a subchart) is that of a well-known program
/// that is not a Python application.
pub fn is_well_known(name: &str) -> bool {
    let known = |name: &str| KNOWN.contains(&name) || DATABASES.contains(&name);
    let name = name.to_ascii_lowercase().replace('_', "-");
    known(&name)
        || SUFFIXES.iter().any(|suffix| {
            name.strip_suffix(suffix).and_then(|rest| rest.strip_suffix('-')).is_some_and(known)
        })
        // `acme-postgresql`: a database by any other name, with the database's own variables.
        || DATABASES.iter().any(|base| {
            name.strip_suffix(base).is_some_and(|rest| rest.ends_with('-'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_lose_tag_and_digest() {
        for (image, repo, short) in [
            ("web", "web", "web"),
            ("acme/web:1.2", "acme/web", "web"),
            ("host:5000/acme/Web", "host:5000/acme/Web", "web"),
            ("host:5000/acme/web:1@sha256:ab", "host:5000/acme/web", "web"),
        ] {
            assert_eq!((repository(image), short_name(image).as_str()), (repo, short), "{image}");
        }
    }

    #[test]
    fn patterns_mean_repositories() {
        for (pattern, image, expected) in [
            ("acme/web", "registry.example/acme/web:1", true),
            ("acme/web", "registry.example/other-acme/web:1", false),
            ("acme/*", "acme/web", true),
            ("web", "acme/web", true),
            ("web", "acme/web-admin", false),
            ("acme/web:2", "acme/web:1", true),
            ("*", "anything", true),
        ] {
            assert_eq!(means(pattern, image), expected, "{pattern} {image}");
        }
    }

    #[test]
    fn well_known_programs_are_known() {
        for (name, expected) in [
            ("postgres", true),
            ("postgresql-repmgr", true),
            ("zulip-postgresql", true),
            ("redis-exporter", true),
            ("opentelemetry-collector-contrib", true),
            ("cloud-sql-proxy", true),
            ("busybox", true),
            ("web", false),
            ("redis-worker", false),
            ("kafka-consumer", false),
            ("mypostgres", false),
            ("label-studio", false),
            ("python", false),
        ] {
            assert_eq!(is_well_known(name), expected, "{name}");
        }
    }
}
