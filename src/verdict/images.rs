//! Image references, and the well-known images that run no Python of ours.

use super::matching::glob;
use super::non_python::{DATABASES, KNOWN, SERVERS, SUFFIXES};
use crate::model::Image;
pub use crate::model::repository;

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

/// How well a scanned image fits what a container names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// The same repository; tag or digest differ, or one is missing.
    Repository,
    /// The same tag.
    Tag,
    /// The same digest.
    Digest,
}

/// Whether `image` is what a container means by `wanted`.
pub fn fit(image: &Image, wanted: &str) -> Option<Fit> {
    let (name, digest) = wanted.split_once('@').map_or((wanted, None), |(name, digest)| (name, Some(digest)));
    if digest.is_some_and(|digest| image.digests.iter().any(|own| own == digest)) {
        return Some(Fit::Digest);
    }
    let plain = |name: &str| {
        let name = name.split_once('@').map_or(name, |(name, _)| name);
        let name = name.strip_prefix("index.").unwrap_or(name);
        let name = name.strip_prefix("docker.io/").unwrap_or(name);
        name.strip_prefix("library/").unwrap_or(name).to_string()
    };
    let wanted = plain(name);
    let tag = |name: &str| name.strip_prefix(repository(name)).map(|tag| tag.trim_start_matches(':').to_string());
    let fits = image.names.iter().map(|name| plain(name)).filter(|name| repository(name) == repository(&wanted));
    let same_tag = |name: &String| {
        let tags = (tag(name).filter(|tag| !tag.is_empty()), tag(&wanted).filter(|tag| !tag.is_empty()));
        let latest = |tag: Option<String>| tag.unwrap_or_else(|| "latest".into());
        digest.is_none() && latest(tags.0) == latest(tags.1)
    };
    fits.map(|name| if same_tag(&name) { Fit::Tag } else { Fit::Repository }).max()
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
    fn scanned_images_fit_what_containers_name() {
        let image = Image {
            names: vec!["docker.io/acme/web:1.2".into()],
            digests: vec!["sha256:aa".into()],
            ..Image::default()
        };
        for (wanted, expected) in [
            ("acme/web:1.2", Some(Fit::Tag)),
            ("acme/web:1.3", Some(Fit::Repository)),
            ("acme/web", Some(Fit::Repository)),
            ("mirror.example/acme/web@sha256:aa", Some(Fit::Digest)),
            ("acme/web:1.2@sha256:bb", Some(Fit::Repository)),
            ("acme/webs:1.2", None),
            ("mirror.example/acme/web:1.2", None),
        ] {
            assert_eq!(fit(&image, wanted), expected, "{wanted}");
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
