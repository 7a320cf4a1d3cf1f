//! What clap is told: commands and flags, and their help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::chart;
use crate::report;
use crate::run::FailOn;

const EXAMPLES: &str = "\
Examples:
  stripcheck check                                  audit every env var of the chart in this folder
  stripcheck check API_TOKEN DB_URL                 may these two be removed together?
  stripcheck check --app src --vendored .venv --chart deploy/chart -f values-prod.yaml
  stripcheck diff deployed.yaml rendered.yaml      what does this change of the chart strip?
  stripcheck diff --base origin/main               the same for all charts of this repository
  helm template . | stripcheck check --chart -      judge what Helm renders
  stripcheck check --image 'acme/web=services/web' --image 'acme/jobs=services/jobs'
  stripcheck reads --vendored .venv --format jsonl  who reads what
  stripcheck explain API_TOKEN                      how its readers come to read it, with source lines

Exit status: 0; 1 if a named variable is unsafe to remove (see --fail-on, --strict); 2 if the job
could not be done. A check without names is an audit: 0 unless --fail-on says otherwise.";

/// Tells who still reads an env var before it is stripped from a Helm chart.
#[derive(Debug, Parser)]
#[command(name = "stripcheck", version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Cli {
    /// See there.
    #[command(subcommand)]
    pub command: Verb,
}

/// The commands.
#[derive(Debug, Subcommand)]
#[allow(clippy::large_enum_variant, reason = "there is one, once")]
pub enum Verb {
    /// Judge env vars of a chart: unsafe, review or safe to remove, with the evidence
    #[command(after_help = EXAMPLES)]
    Check {
        /// The variables, judged as removed together; none: all, each judged alone
        #[arg(value_name = "VAR")]
        names: Vec<String>,
        #[command(flatten)]
        sources: SourceFlags,
        #[command(flatten)]
        image: ImageFlags,
        #[command(flatten)]
        chart: ChartFlags,
        #[command(flatten)]
        shared: SharedFlags,
        /// What makes the exit status 1: a verdict, or the effect of an unsafe one
        /// [default: unsafe with names, never without]
        #[arg(long, value_name = "LEVEL", value_parser = FailOn::words())]
        fail_on: Option<String>,
        /// Exit with 1 also if a person has to look (review), besides what --fail-on names;
        /// --fail-on never contradicts it
        #[arg(long)]
        strict: bool,
        /// Show literal values of entries (never those of Secrets)
        #[arg(long)]
        show_values: bool,
    },
    /// Judge what a change of a chart strips or alters
    Diff {
        #[command(flatten)]
        compared: ComparedFlags,
        #[command(flatten)]
        sources: SourceFlags,
        #[command(flatten)]
        image: ImageFlags,
        #[command(flatten)]
        chart: ChartFlags,
        #[command(flatten)]
        shared: SharedFlags,
        /// What makes the exit status 1: a verdict, or the effect of an unsafe one [default: unsafe]
        #[arg(long, value_name = "LEVEL", value_parser = FailOn::words())]
        fail_on: Option<String>,
        /// Exit with 1 also if a person has to look (review), besides what --fail-on names;
        /// --fail-on never contradicts it
        #[arg(long)]
        strict: bool,
        /// Show literal values of entries (never those of Secrets)
        #[arg(long)]
        show_values: bool,
        /// Also tell variables that the chart does not set and for which a default in the code stands in
        #[arg(long)]
        holes: bool,
    },
    /// Propose releases that lead from one chart to the other, each safe in every state that it can stop in
    Plan {
        #[command(flatten)]
        compared: ComparedFlags,
        #[command(flatten)]
        sources: SourceFlags,
        #[command(flatten)]
        image: ImageFlags,
        #[command(flatten)]
        chart: ChartFlags,
        /// How to print the plan
        #[arg(long, value_name = "FORMAT", value_parser = ["text", "json"], default_value = "text", help_heading = "Output")]
        format: String,
        /// Also write each release as a patch over the one before, to this folder
        #[arg(long, value_name = "DIR", help_heading = "Output")]
        write: Option<PathBuf>,
        #[command(flatten)]
        common: CommonFlags,
    },
    /// Accept an answer: it is written to the settings, and no longer fails until something about it gets worse
    Accept {
        /// The variables, as the chart sets them, or as a change strips them; or rules of releases, for what a change
        /// does by them
        #[arg(value_name = "VAR|RULE", required = true)]
        names: Vec<String>,
        /// Why, for whoever reads it later
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The last day on which it holds: 2026-12-31
        #[arg(long, value_name = "DATE")]
        until: Option<String>,
        /// The git revision that still has the variables [default: the chart as it is, else the merge base with the
        /// default branch]
        #[arg(long, value_name = "REV")]
        base: Option<String>,
        #[command(flatten)]
        sources: SourceFlags,
        #[command(flatten)]
        image: ImageFlags,
        #[command(flatten)]
        chart: ChartFlags,
        #[command(flatten)]
        common: CommonFlags,
    },
    /// List the places in code that read environment variables
    Reads {
        #[command(flatten)]
        sources: SourceFlags,
        #[command(flatten)]
        shared: SharedFlags,
    },
    /// Tell everything about who reads one variable: wrappers, constants and imports on the way, with source lines
    Explain {
        /// The variable
        #[arg(value_name = "VAR")]
        name: String,
        #[command(flatten)]
        sources: SourceFlags,
        #[command(flatten)]
        shared: SharedFlags,
    },
    /// List the env vars that a chart gives its containers
    Entries {
        #[command(flatten)]
        chart: ChartFlags,
        #[command(flatten)]
        shared: SharedFlags,
        /// Show literal values of entries (never those of Secrets)
        #[arg(long)]
        show_values: bool,
    },
    /// Scan code or an image into one file, to judge charts against later and elsewhere
    Scan {
        /// Folders, environments, wheels, archives, images
        #[arg(value_name = "ROOT|IMAGE")]
        roots: Vec<PathBuf>,
        #[command(flatten)]
        sources: SourceFlags,
        /// Where to write the bundle
        #[arg(short, long, value_name = "FILE", help_heading = "Output")]
        output: Option<PathBuf>,
        /// Also write the reads as rows (JSON Lines; `stripcheck schema rows`), - for standard output; with
        /// --scan and without -o those of bundles, or of folders of them
        #[arg(long, value_name = "FILE", help_heading = "Output")]
        export: Option<PathBuf>,
        /// The image that this code runs in, if that is not in it: acme/web:1.2
        #[arg(long, value_name = "IMAGE", help_heading = "Output")]
        name: Option<String>,
        #[command(flatten)]
        common: CommonFlags,
    },
    /// Tell which services read a variable, over any number of bundles
    WhoReads {
        /// The variables; none: all that --dist reads
        #[arg(value_name = "NAME", required_unless_present = "dist")]
        names: Vec<String>,
        /// Bundles, and folders of them (repeatable)
        #[arg(long, value_name = "DIR|FILE", required = true, num_args = 1..)]
        scan: Vec<PathBuf>,
        /// Only what this distribution reads (repeatable)
        #[arg(long, value_name = "NAME")]
        dist: Vec<String>,
        /// How to print the answer
        #[arg(long, value_name = "FORMAT", value_parser = ["text", "jsonl"], default_value = "text")]
        format: String,
        /// Threads to use [default: one for each processor]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
        threads: Option<u16>,
    },
    /// Print the JSON Schema of --format json, of a bundle, of the rows of scan --export, or of plan --format json
    Schema {
        /// Which one
        #[arg(value_parser = ["report", "bundle", "rows", "plan"], default_value = "report")]
        of: String,
    },
}

/// Where code is.
#[derive(Debug, Args, Default)]
#[command(next_help_heading = "Sources")]
pub struct SourceFlags {
    /// Code of the application, or an image with all that is in it: docker save, OCI layout, root file
    /// system, - for a tar on stdin (repeatable) [default: found below the current folder]
    #[arg(long, value_name = "PATH")]
    pub app: Vec<PathBuf>,
    /// Vendored or installed code: a virtual environment, a site-packages, a plain tree, wheels, an
    /// archive (repeatable)
    #[arg(long, value_name = "PATH")]
    pub vendored: Vec<PathBuf>,
    /// What `stripcheck scan` wrote (repeatable)
    #[arg(long, value_name = "FILE")]
    pub scan: Vec<PathBuf>,
    /// Which image of several: linux/arm64 [default: Linux on this machine's processor]
    #[arg(long, value_name = "OS/ARCH")]
    pub platform: Option<String>,
    /// Which image of several in one archive: acme/web:1.2
    #[arg(long, value_name = "IMAGE")]
    pub tag: Option<String>,
    /// Configuration of an image given as its root file system (crane config, docker inspect)
    #[arg(long, value_name = "FILE")]
    pub image_config: Option<PathBuf>,
    /// Installed distribution that is the application in an image (repeatable) [default: found by WORKDIR,
    /// entry point, PYTHONPATH, direct_url.json]
    #[arg(long, value_name = "NAME")]
    pub app_dist: Vec<String>,
    /// Lock file (uv.lock, poetry.lock, pylock.toml) that picks the versions out of uv's or poetry's cache, or a
    /// folder of wheels
    #[arg(long, value_name = "FILE")]
    pub lock: Option<PathBuf>,
    /// See there.
    #[command(flatten)]
    pub limits: LimitFlags,
}

/// What archives may cost.
#[derive(Debug, Args, Default)]
#[command(next_help_heading = "Limits of archives")]
pub struct LimitFlags {
    /// Files, folders and links of one archive, all layers counted [default: 4000000]
    #[arg(long, value_name = "N")]
    pub max_entries: Option<u64>,
    /// GiB of one archive when unpacked [default: 64]
    #[arg(long, value_name = "GIB")]
    pub max_unpacked: Option<u64>,
    /// How many bytes one packed byte may stand for, beyond the first GiB [default: 100]
    #[arg(long, value_name = "N")]
    pub max_ratio: Option<u64>,
}

/// Two charts, or two states of the repository.
#[derive(Debug, Args)]
pub struct ComparedFlags {
    /// The chart before: anything that --chart takes, or what is deployed (helm get manifest and hooks); without
    /// OLD and NEW, --chart or every chart here is compared with what it is at --base
    #[arg(requires = "new", conflicts_with_all = ["base", "head", "chart"])]
    pub old: Option<PathBuf>,
    /// The chart after
    pub new: Option<PathBuf>,
    /// Take the chart and the application before from this git revision [default: the merge base with the
    /// default branch]
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// Take the chart and the application after from this git revision [default: the work tree]
    #[arg(long, value_name = "REV")]
    pub head: Option<String>,
    /// Who releases the chart: its order of steps, hooks and rollbacks is gone through [default: helm]
    #[arg(long, value_name = "NAME", value_parser = ["helm", "argocd"])]
    pub deployer: Option<String>,
    /// The chart that is compared is one that these depend on, as a library: they are rendered with it as it was and
    /// as it is
    #[arg(long, value_name = "CHART", num_args = 1.., help_heading = "Chart")]
    pub consumer: Vec<PathBuf>,
}

/// Which code runs in which image.
#[derive(Debug, Args)]
pub struct ImageFlags {
    /// Which roots run in an image: 'acme/web=src', several with commas, none: not scanned (repeatable)
    #[arg(long, value_name = "PATTERN=ROOT…", help_heading = "Sources")]
    pub image: Vec<String>,
}

/// The chart.
#[derive(Debug, Args, Default)]
#[command(next_help_heading = "Chart")]
pub struct ChartFlags {
    /// Chart directory or .tgz, rendered YAML file or folder, or - for stdin [default: the chart found here]
    #[arg(long, value_name = "PATH")]
    pub chart: Option<PathBuf>,
    /// Values file, as Helm's (repeatable)
    #[arg(short = 'f', long, value_name = "FILE")]
    pub values: Vec<PathBuf>,
    /// Set a value, as Helm's (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Set a string value, as Helm's (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    pub set_string: Vec<String>,
    /// Set a value to JSON, as Helm's (repeatable)
    #[arg(long, value_name = "KEY=JSON")]
    pub set_json: Vec<String>,
    /// Set a value to a file's text, as Helm's (repeatable)
    #[arg(long, value_name = "KEY=FILE")]
    pub set_file: Vec<String>,
    /// An environment: values files over those of --values; entries say in which they exist (repeatable)
    #[arg(long, value_name = "NAME=FILE,…")]
    pub environment: Vec<String>,
    /// Put another chart in the place of a dependency, whatever is in charts/ (repeatable)
    #[arg(long, value_name = "NAME=PATH")]
    pub override_dependency: Vec<String>,
    /// Namespace to render with, as Helm's
    #[arg(short, long)]
    pub namespace: Option<String>,
    /// Release name to render with
    #[arg(long, value_name = "NAME")]
    pub release: Option<String>,
    /// Kubernetes version to render for, as Helm's
    #[arg(long, value_name = "VERSION")]
    pub kube_version: Option<String>,
    /// API versions that the cluster has besides Kubernetes' own, as Helm's (repeatable)
    #[arg(long, value_name = "VERSION,…")]
    pub api_versions: Vec<String>,
    /// Who renders a chart: this program, the helm on the PATH, or both, telling differences; auto is this
    /// program, and helm if it cannot
    #[arg(long, value_name = "WHO", value_parser = renderers())]
    pub renderer: Option<String>,
}

/// What commands with a report share.
#[derive(Debug, Args, Default)]
#[command(next_help_heading = "Output")]
pub struct SharedFlags {
    /// How to print the report
    #[arg(long, value_name = "FORMAT", value_parser = formats(), default_value = report::ALL[0].name)]
    pub format: String,
    /// Also write the report to a file (- is standard output), in the format told or that of the
    /// extension (repeatable)
    #[arg(long, short, value_name = "[FORMAT=]PATH")]
    pub output: Vec<String>,
    /// When to use colours
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    pub color: Color,
    /// See there.
    #[command(flatten)]
    pub common: CommonFlags,
}

/// What commands that scan share.
#[derive(Debug, Args, Default)]
pub struct CommonFlags {
    /// Settings file [default: the nearest stripcheck.toml from here upwards]
    #[arg(long, value_name = "PATH")]
    pub config: Option<PathBuf>,
    /// Threads to use [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The names of all renderers.
fn renderers() -> Vec<&'static str> {
    chart::Renderer::ALL.iter().map(|(name, _)| *name).collect()
}

/// The names of all formats.
pub fn formats() -> Vec<&'static str> {
    report::ALL.iter().map(|format| format.name).collect()
}
