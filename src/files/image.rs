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
pub struct Platform(String);

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
        Platform(given.map_or_else(|| format!("linux/{own}"), str::to_ascii_lowercase))
    }

    /// A variant that was not asked for does not matter.
    fn means(&self, other: &str) -> bool {
        other == self.0 || other.strip_prefix(&*self.0).is_some_and(|rest| rest.starts_with('/'))
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

/// Puts the layers of the image in `outer` together.
///
/// # Errors
/// If it is damaged, over a limit, or holds several images of which none or more than one is meant.
pub fn assemble(outer: &Tree, platform: &Platform, budget: &mut Budget) -> Result<(Tree, Config), String> {
    let (mut config, layers) = match outer.find("index.json") {
        Ok(_) => layout(outer, platform)?,
        Err(_) => saved(outer)?,
    };
    // docker save tells tags only here.
    if let Ok(Some(saved)) = json::<Vec<Saved>>(outer, "manifest.json").map(|mut all| all.pop()) {
        config.names.extend(saved.repo_tags.unwrap_or_default());
    }
    config.names.sort();
    config.names.dedup();
    let mut tree = Tree::default();
    for (number, layer) in (0..).zip(&layers) {
        let input = outer.section(layer).map_err(|error| format!("layer {layer}: {error}"))?;
        tarball::add(&mut tree, input, Some(number), budget).map_err(|why| format!("layer {layer}: {why}"))?;
    }
    Ok((tree, config))
}

fn saved(outer: &Tree) -> Result<(Config, Vec<String>), String> {
    let mut all: Vec<Saved> = json(outer, "manifest.json")?;
    let Some(saved) = all.pop().filter(|_| all.is_empty()) else {
        let tags = all.iter().flat_map(|saved| saved.repo_tags.iter().flatten());
        let tags: Vec<&str> = tags.map(String::as_str).collect();
        return Err(format!("it does not hold one image (but {}): save one", tags.join(", ")));
    };
    let mut config = config(&read(outer, &saved.config)?)?;
    let id = saved.config.rsplit('/').next().unwrap_or_default().trim_end_matches(".json");
    config.digests.push(format!("sha256:{id}"));
    Ok((config, saved.layers))
}

/// An index of indexes is as deep as anything needs to be.
const NESTING: usize = 4;

fn layout(outer: &Tree, platform: &Platform) -> Result<(Config, Vec<String>), String> {
    let mut manifest: Manifest = json(outer, "index.json")?;
    let (mut names, mut digests) = (Vec::new(), Vec::new());
    for _ in 0..NESTING {
        let Some(listed) = manifest.manifests else { break };
        let chosen = choose(listed, platform)?;
        for key in ["io.containerd.image.name", "org.opencontainers.image.ref.name"] {
            // The latter may be a tag alone.
            names.extend(chosen.annotations.get(key).filter(|name| name.contains([':', '/'])).cloned());
        }
        manifest = json(outer, &blob(&chosen.digest)?)?;
        digests.push(chosen.digest);
    }
    let Some(described) = manifest.config else { return Err("the index leads to no image".into()) };
    digests.push(described.digest.clone());
    let config = config(&read(outer, &blob(&described.digest)?)?)?;
    let layers: Result<Vec<String>, String> = manifest.layers.iter().map(|layer| blob(&layer.digest)).collect();
    Ok((Config { names, digests, ..config }, layers?))
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
        [one] if shown(one).is_none_or(|own| platform.means(&own) || images.len() == 1) => Ok(one.clone()),
        several => {
            let meant = |image: &&Descriptor| shown(image).is_some_and(|own| platform.means(&own));
            let mut matching = several.iter().filter(meant);
            match (matching.next(), matching.next()) {
                (Some(one), None) => Ok(one.clone()),
                (Some(_), Some(_)) => Err(format!("several images for {}: save one", platform.0)),
                _ => {
                    let known: Vec<String> = several.iter().filter_map(shown).collect();
                    Err(format!("no image for {}, but for {}: pass --platform", platform.0, known.join(", ")))
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
        let only = choose(vec![image("linux", "s390x", None)], &Platform::new(Some("linux/amd64")));
        assert!(only.is_ok(), "there is nothing to choose");
    }
}
