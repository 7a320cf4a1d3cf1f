//! Container images: what `docker save` writes, and OCI layouts
//! ([specification](https://github.com/opencontainers/image-spec/blob/main/image-layout.md)).

use std::collections::BTreeMap;
use std::io::Read;

use serde::Deserialize;

use super::limits::{Budget, MAX_JSON};
use super::tarball;
use super::tree::{Found, Tree};

/// What an image says of itself. The values of its environment are for finding things in it, and go
/// into no output.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// The references it is known by: `acme/web:1.2`.
    pub names: Vec<String>,
    /// Digests by which a chart may name it.
    pub digests: Vec<String>,
    /// `ENV`
    pub env: BTreeMap<String, String>,
    /// `ENTRYPOINT`
    pub entrypoint: Vec<String>,
    /// `CMD`
    pub cmd: Vec<String>,
    /// `WORKDIR`
    pub working_dir: String,
    /// `LABEL`
    pub labels: BTreeMap<String, String>,
}

/// Which image of several is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    name: String,
    /// Whether the user said so: then no other will do.
    asked: bool,
}

impl Platform {
    /// `linux/amd64`, `linux/arm/v7`; none: Linux on this machine's processor, by Go's name.
    pub fn new(given: Option<&str>) -> Platform {
        let own = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "x86" => "386",
            "powerpc64" => "ppc64le",
            other => other,
        };
        let name = given.map_or_else(|| format!("linux/{own}"), str::to_ascii_lowercase);
        Platform { name, asked: given.is_some() }
    }

    /// A variant that was not asked for does not matter.
    fn means(&self, other: &str) -> bool {
        other == self.name || other.strip_prefix(&*self.name).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// `manifest.json` of `docker save`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: String,
    repo_tags: Option<Vec<String>>,
    layers: Vec<String>,
}

/// An index or a manifest.
#[derive(Deserialize)]
struct Manifest {
    manifests: Option<Vec<Descriptor>>,
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
}

#[derive(Deserialize, Clone)]
struct Descriptor {
    digest: String,
    platform: Option<PlatformDto>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Deserialize, Clone)]
struct PlatformDto {
    os: String,
    architecture: String,
    variant: Option<String>,
}

/// The configuration of an image, or what `docker inspect` prints of one.
#[derive(Deserialize)]
struct ConfigDto {
    #[serde(alias = "Config")]
    config: Option<RunDto>,
    #[serde(rename = "RepoTags")]
    tags: Option<Vec<String>>,
    #[serde(rename = "RepoDigests")]
    digests: Option<Vec<String>>,
    #[serde(rename = "Id")]
    id: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
struct RunDto {
    env: Option<Vec<String>>,
    entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
    working_dir: Option<String>,
    labels: Option<BTreeMap<String, String>>,
}

/// Understands an image's configuration: as in the image, or as `docker inspect` prints it.
///
/// # Errors
/// If it is neither.
pub fn config(text: &[u8]) -> Result<Config, String> {
    let wrong = |error: serde_json::Error| format!("no configuration of an image: {error}");
    let dto = match serde_json::from_slice::<Vec<ConfigDto>>(text) {
        Ok(mut several) if several.len() == 1 => several.remove(0),
        Ok(several) => return Err(format!("{} configurations; one is expected", several.len())),
        Err(_) => serde_json::from_slice(text).map_err(wrong)?,
    };
    let run = dto.config.unwrap_or_default();
    let pair = |text: String| text.split_once('=').map(|(name, value)| (name.to_string(), value.to_string()));
    let digests = dto.digests.unwrap_or_default();
    let names = dto.tags.unwrap_or_default().into_iter().chain(digests.iter().cloned());
    Ok(Config {
        names: names.collect(),
        digests: digests.iter().filter_map(|d| Some(d.split_once('@')?.1.to_string())).chain(dto.id).collect(),
        env: run.env.unwrap_or_default().into_iter().filter_map(pair).collect(),
        entrypoint: run.entrypoint.unwrap_or_default(),
        cmd: run.cmd.unwrap_or_default(),
        working_dir: run.working_dir.unwrap_or_default(),
        labels: run.labels.unwrap_or_default(),
    })
}

/// Whether a tree is that of a layout or a saved image.
pub fn is_image(tree: &Tree) -> bool {
    let has = |path: &str| matches!(tree.find(path), Ok(Found::File(_)));
    has("oci-layout") && has("index.json") || has("manifest.json") && !has("bin/sh")
}

/// Puts the layers of the image in `outer` together: of the one with that name, for that platform.
///
/// # Errors
/// If it is damaged, over a limit, or holds several images of which none or more than one is meant.
pub fn assemble(
    outer: &Tree,
    (tag, platform): (Option<&str>, &Platform),
    budget: &mut Budget,
) -> Result<(Tree, Config), String> {
    let (mut config, layers) = match outer.find("index.json") {
        Ok(_) => layout(outer, tag, platform)?,
        Err(_) => saved(outer, tag)?,
    };
    config.names.sort();
    config.names.dedup();
    let mut tree = Tree::default();
    for (number, layer) in (0..).zip(&layers) {
        let input = outer.section(layer).map_err(|error| format!("layer {layer}: {error}"))?;
        tarball::add(&mut tree, input, Some(number), budget).map_err(|why| format!("layer {layer}: {why}"))?;
    }
    Ok((tree, config))
}

/// Whether a reference is what a user calls `tag`: all of it, its end, or that without the tag proper.
fn is_called(name: &str, tag: &str) -> bool {
    let ends = |name: &str| name == tag || name.strip_suffix(tag).is_some_and(|before| before.ends_with(['/', ':']));
    let repository = name.rfind(':').filter(|colon| !name[*colon..].contains('/')).map_or(name, |colon| &name[..colon]);
    ends(name) || ends(repository)
}

/// Of several images, with the names of each, those that are meant: they have the same name.
fn named<T>(mut all: Vec<(T, Vec<String>)>, tag: Option<&str>) -> Result<Vec<T>, String> {
    let shown = |all: &[(T, Vec<String>)]| {
        let names: Vec<&str> = all.iter().flat_map(|(_, names)| names).map(String::as_str).collect();
        names.join(", ")
    };
    let known = shown(&all);
    all.retain(|(_, names)| tag.is_none_or(|tag| names.iter().any(|name| is_called(name, tag))));
    let mut different: Vec<&Vec<String>> = all.iter().map(|(_, names)| names).filter(|n| !n.is_empty()).collect();
    different.dedup();
    match tag {
        Some(tag) if all.is_empty() => Err(format!("no image in it is called {tag}; there are {known}")),
        Some(tag) if different.len() > 1 => Err(format!("several images in it are called {tag}: {}", shown(&all))),
        None if different.len() > 1 => Err(format!("it holds several images: tell with --tag which one: {known}")),
        _ => Ok(all.into_iter().map(|(one, _)| one).collect()),
    }
}

fn saved(outer: &Tree, tag: Option<&str>) -> Result<(Config, Vec<String>), String> {
    let all: Vec<Saved> = json(outer, "manifest.json")?;
    let all = all.into_iter().map(|saved| (saved.repo_tags.clone().unwrap_or_default(), saved));
    let mut meant = named(all.map(|(names, saved)| (saved, names)).collect(), tag)?;
    let Some(saved) = meant.pop().filter(|_| meant.is_empty()) else {
        return Err("it does not hold one image: save one".into());
    };
    let mut config = config(&read(outer, &saved.config)?)?;
    config.names.extend(saved.repo_tags.unwrap_or_default());
    let id = saved.config.rsplit('/').next().unwrap_or_default().trim_end_matches(".json");
    config.digests.push(format!("sha256:{id}"));
    Ok((config, saved.layers))
}

/// An index of indexes is as deep as anything needs to be.
const NESTING: usize = 4;

fn layout(outer: &Tree, tag: Option<&str>, platform: &Platform) -> Result<(Config, Vec<String>), String> {
    let mut manifest: Manifest = json(outer, "index.json")?;
    let (mut names, mut digests) = (Vec::new(), Vec::new());
    for level in 0..NESTING {
        let Some(mut listed) = manifest.manifests else { break };
        let all = listed.clone();
        if level == 0 {
            // The names are in the outermost index. One image may be there by several.
            listed.sort_by(|a, b| a.digest.cmp(&b.digest));
            listed.dedup_by(|a, b| a.digest == b.digest && tag.is_none());
            listed = named(listed.into_iter().map(|one| (one.clone(), one.names())).collect(), tag)?;
        }
        let chosen = choose(listed, platform)?;
        names.extend(all.iter().filter(|one| one.digest == chosen.digest).flat_map(Descriptor::names));
        manifest = json(outer, &blob(&chosen.digest)?)?;
        digests.push(chosen.digest);
    }
    let Some(described) = manifest.config else { return Err("the index leads to no image".into()) };
    digests.push(described.digest.clone());
    // docker save tells tags only here.
    let saved: Vec<Saved> = json(outer, "manifest.json").unwrap_or_default();
    let hash = described.digest.rsplit(':').next().unwrap_or_default();
    let own = saved.into_iter().filter(|saved| saved.config.trim_end_matches(".json").ends_with(hash));
    names.extend(own.flat_map(|saved| saved.repo_tags.unwrap_or_default()));
    let config = config(&read(outer, &blob(&described.digest)?)?)?;
    let layers: Result<Vec<String>, String> = manifest.layers.iter().map(|layer| blob(&layer.digest)).collect();
    Ok((Config { names, digests, ..config }, layers?))
}

impl Descriptor {
    fn names(&self) -> Vec<String> {
        let keys = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];
        let names = keys.iter().filter_map(|key| self.annotations.get(*key));
        // The latter may be a tag alone.
        names.filter(|name| name.contains([':', '/'])).cloned().collect()
    }
}

fn choose(listed: Vec<Descriptor>, platform: &Platform) -> Result<Descriptor, String> {
    let shown = |descriptor: &Descriptor| {
        let platform = descriptor.platform.as_ref()?;
        let variant = platform.variant.iter().map(|variant| format!("/{variant}"));
        Some(format!("{}/{}{}", platform.os, platform.architecture, variant.collect::<String>()))
    };
    // Statements about how an image was built are listed like images of an unknown platform.
    let images: Vec<Descriptor> =
        listed.into_iter().filter(|image| shown(image).as_deref() != Some("unknown/unknown")).collect();
    match images.as_slice() {
        [one] if shown(one).is_none_or(|own| platform.means(&own) || !platform.asked) => Ok(one.clone()),
        several => {
            let meant = |image: &&Descriptor| shown(image).is_some_and(|own| platform.means(&own));
            let mut matching = several.iter().filter(meant);
            match (matching.next(), matching.next()) {
                (Some(one), None) => Ok(one.clone()),
                (Some(_), Some(_)) => Err(format!("several images for {}: save one", platform.name)),
                _ => {
                    let known: Vec<String> = several.iter().filter_map(shown).collect();
                    Err(format!("no image for {}, but for {}: pass --platform", platform.name, known.join(", ")))
                }
            }
        }
    }
}

/// Where the bytes with a digest are.
fn blob(digest: &str) -> Result<String, String> {
    let (algorithm, hash) = digest.split_once(':').ok_or_else(|| format!("{digest} is no digest"))?;
    Ok(format!("blobs/{algorithm}/{hash}"))
}

fn read(outer: &Tree, path: &str) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let read = outer.open(path).and_then(|file| file.take(MAX_JSON + 1).read_to_end(&mut text));
    read.map_err(|error| format!("{path}: {error}"))?;
    if text.len() as u64 > MAX_JSON { Err(format!("{path}: more than {} MiB", MAX_JSON >> 20)) } else { Ok(text) }
}

fn json<T: for<'a> Deserialize<'a>>(outer: &Tree, path: &str) -> Result<T, String> {
    serde_json::from_slice(&read(outer, path)?).map_err(|error| format!("{path}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_are_read_in_both_forms() {
        let run = r#"{"Env":["A=b=c","PATH=/x"],"Entrypoint":["/run"],"Cmd":null,"WorkingDir":"/app"}"#;
        for text in [format!("{{\"config\":{run}}}"), format!("[{{\"Config\":{run},\"RepoTags\":[]}}]")] {
            let config = config(text.as_bytes()).expect(&text);
            assert_eq!((config.env["A"].as_str(), config.working_dir.as_str()), ("b=c", "/app"));
            assert_eq!(config.entrypoint, ["/run"]);
        }
        assert!(config(b"[]").is_err() && config(b"x").is_err());
    }

    #[test]
    fn the_platform_decides() {
        let image = |os: &str, architecture: &str, variant: Option<&str>| Descriptor {
            digest: architecture.into(),
            platform: Some(PlatformDto {
                os: os.into(),
                architecture: architecture.into(),
                variant: variant.map(String::from),
            }),
            annotations: BTreeMap::new(),
        };
        let all =
            vec![image("linux", "amd64", None), image("linux", "arm64", Some("v8")), image("unknown", "unknown", None)];
        for (platform, expected) in
            [("linux/amd64", Some("amd64")), ("linux/arm64", Some("arm64")), ("windows/amd64", None)]
        {
            let found = choose(all.clone(), &Platform::new(Some(platform)));
            assert_eq!(found.ok().map(|found| found.digest).as_deref(), expected, "{platform}");
        }
        for (asked, taken) in [(None, true), (Some("linux/s390x"), true), (Some("linux/amd64"), false)] {
            let only = choose(vec![image("linux", "s390x", None)], &Platform::new(asked));
            assert_eq!(only.is_ok(), taken, "{asked:?}: there is nothing to choose, unless it was asked for");
        }
    }
}
