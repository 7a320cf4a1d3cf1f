//! What is in a bundle, as its schema describes it. Not the program's own types, which may change.
//!
//! Codes are those of the report. Numbers in `root`, `owner`, `file`, `image` are positions in the lists
//! of the same document. What there is much of is stored as columns.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The first line: everything one asks of many bundles at once.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Head<'a> {
    /// The version of stripcheck that wrote it.
    pub tool: String,
    /// Images and other sources that run as one.
    pub images: Vec<ImageDto>,
    /// The trees that were scanned.
    pub roots: Vec<RootDto>,
    /// Whose the files are.
    pub owners: Vec<OwnerDto>,
    /// The files that hold reads; `file` of a read is a position in this list.
    pub read_files: Vec<ReadFileDto>,
    /// The reads, sorted by place.
    #[serde(borrow)]
    pub reads: Vec<ReadDto<'a>>,
}

/// The second line: what is needed to judge a chart.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Body {
    /// All files, by root, then path.
    pub files: FilesDto,
    /// For each entry of `read_files`, its position in `files`.
    pub read_files: Vec<u32>,
    /// Who imports whom.
    pub imports: RowsDto,
    /// For each Python file, in order, where in its path the name begins by which it is imported (bytes).
    pub modules: Vec<u32>,
    /// Commands that an installation makes.
    pub scripts: Vec<ScriptDto>,
    /// Blind spots: what could not be seen.
    pub notices: Vec<NoticeDto>,
    /// Python files that were looked at.
    pub outlined: u64,
    /// Python files of which something was parsed.
    pub parsed: u64,
    /// Environment-looking words where no read was recognised.
    pub words: WordsDto,
    /// Texts in Python that look like paths: a value may come from a file instead.
    #[serde(deserialize_with = "passed_over")]
    #[schemars(with = "WordsDto")]
    pub literal_paths: WordsDto,
}

/// What no judgement asks for is not loaded.
fn passed_over<'de, D: serde::Deserializer<'de>, T: Default>(deserializer: D) -> Result<T, D::Error> {
    serde::de::IgnoredAny::deserialize(deserializer).map(|_| T::default())
}

/// Words, and where they stand.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct WordsDto {
    /// Sorted, with a line end behind each.
    pub list: String,
    /// For each word, the files it stands in.
    pub files: RowsDto,
    /// For each of those, its line; 0 in a binary.
    pub lines: Vec<u32>,
}

/// Rows of numbers: how many each has, and all of them.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RowsDto {
    /// How many numbers each row has.
    pub counts: Vec<u32>,
    /// The numbers, each as the difference to the one before in its row.
    pub deltas: Vec<i64>,
}

/// An image.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct ImageDto {
    /// The path as it was given.
    pub label: String,
    /// References it is known by.
    pub names: Vec<String>,
    /// Digests by which a chart may name it.
    pub digests: Vec<String>,
    /// The names of the variables it sets itself.
    pub env: Vec<String>,
    /// `ENTRYPOINT`
    pub entrypoint: Vec<String>,
    /// `CMD`
    pub cmd: Vec<String>,
    /// `WORKDIR`
    pub working_dir: String,
    /// `LABEL`
    pub labels: Vec<(String, String)>,
    /// What was taken for the application, and why.
    pub application: String,
}

/// A tree.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RootDto {
    /// application, vendored, distribution, stdlib
    pub kind: String,
    /// The path as it was given or found.
    pub label: String,
    /// Its image.
    pub image: Option<u32>,
}

/// An owner.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct OwnerDto {
    /// The kind of tree that makes it so.
    pub kind: String,
    /// The distribution or package.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
}

/// A file with reads.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReadFileDto {
    /// Its root.
    pub root: u32,
    /// Relative to that.
    pub path: String,
    /// Its owner.
    pub owner: u32,
}

/// A text that is not copied out of the line if it stands there as it is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

impl Text<'_> {
    /// The text.
    pub fn owned(self) -> String {
        self.0.into_owned()
    }
}

/// A place: file, line, column, end line, end column.
pub type PlaceDto = (u32, u32, u32, u32, u32);

/// A read; the fields are those of the report.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReadDto<'a> {
    /// exact, pattern, any
    #[serde(borrow)]
    pub kind: Cow<'a, str>,
    /// The name.
    #[serde(borrow)]
    pub key: Cow<'a, str>,
    /// Whether case matters.
    pub case_sensitive: bool,
    /// Where.
    pub place: PlaceDto,
    /// Where the name is given, if elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<PlaceDto>,
    /// The function around it.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub function: Option<Text<'a>>,
    /// What reads.
    #[serde(borrow)]
    pub reader: Cow<'a, str>,
    /// How.
    #[serde(borrow)]
    pub access: Cow<'a, str>,
    /// What happens without the variable.
    #[serde(borrow)]
    pub outcome: Cow<'a, str>,
    /// The exception.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<Text<'a>>,
    /// The default, as Python source.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Text<'a>>,
    /// The parameter that makes it unnecessary.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Text<'a>>,
    /// Calls that give that parameter, or do not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<(PlaceDto, bool)>,
    /// import, construction, call
    #[serde(borrow)]
    pub timing: Cow<'a, str>,
    /// What a person would notice if the variable went.
    #[serde(borrow)]
    pub effect: Cow<'a, str>,
    /// From the place to the expression that consults the environment.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<(PlaceDto, Text<'a>)>,
    /// The settings class: its name, the field, whether one is made, whether at import.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<(Text<'a>, Text<'a>, bool, bool)>,
    /// Files of which any has the value if the variable is gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Where the class is named whose method reads, if that tells who can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<PlaceDto>>,
    /// Whether its call sites are the reads.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub explained: bool,
}

/// Files as columns.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct FilesDto {
    /// How many files each root has.
    pub roots: Vec<u32>,
    /// Their paths, relative to the root, with a line end behind each; `\\` and `\n` within one are escaped.
    pub paths: String,
    /// Runs of the same owner: the owner, and how many files.
    pub owners: Vec<(u32, u32)>,
    /// Runs that are Python or not, by turns, beginning with not.
    pub python: Vec<u32>,
}

/// A command.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ScriptDto {
    /// The command.
    pub name: String,
    /// The module it runs.
    pub module: String,
    /// The root that says so.
    pub root: u32,
}

/// A blind spot.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct NoticeDto {
    /// Its kind.
    pub kind: String,
    /// The file.
    pub file: Option<String>,
    /// The line.
    pub line: Option<u32>,
    /// One sentence.
    pub detail: String,
}
