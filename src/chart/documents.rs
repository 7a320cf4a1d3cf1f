//! From files to documents. Whatever cannot be read is a notice; the rest goes on.

use super::notice;
use crate::model::{Notice, NoticeKind};
use crate::yaml::{self, Node};

/// A document of a file.
pub struct Document<'a> {
    /// The file as a person would open it.
    pub file: &'a str,
    /// Its content.
    pub root: Node,
    /// The template that Helm says it comes from: `web/charts/redis/templates/statefulset.yaml`.
    pub source: Option<String>,
}

impl Document<'_> {
    /// The (sub)chart it comes from: `web/charts/redis`.
    pub fn chart(&self) -> Option<&str> {
        Some(self.source.as_deref()?.split_once("/templates/")?.0)
    }
}

/// What was found, and what was not understood.
#[derive(Default)]
pub struct Documents<'a> {
    /// The documents, in the order of the files.
    pub documents: Vec<Document<'a>>,
    /// The rest.
    pub notices: Vec<Notice>,
}

/// Reads all documents of all files.
pub fn documents(files: &[(String, Vec<u8>)]) -> Documents<'_> {
    let mut out = Documents::default();
    for (file, bytes) in files {
        let bytes = yaml::decode(bytes);
        // A template that begins with `---` of its own parts Helm's comment from the document.
        let mut source = None;
        for piece in yaml::pieces(&bytes) {
            let Some(lead) = lead(piece.bytes) else {
                source = source_comment(piece.bytes).or(source);
                continue;
            };
            let source = source_comment(lead).or(source.take());
            read(file, piece, source, &mut out);
        }
    }
    out
}

/// Reads one piece.
fn read<'a>(file: &'a str, piece: yaml::Piece<'_>, source: Option<String>, out: &mut Documents<'a>) {
    let unrendered = unrendered(piece);
    let (roots, problems) = match yaml::checked(piece) {
        Ok(text) => yaml::compose(&text, piece.line),
        Err(problem) => (Vec::new(), vec![problem]),
    };
    let lost = roots.is_empty() && !problems.is_empty();
    // What is lost makes the report incomplete.
    let kind = if lost { NoticeKind::Unparsable } else { NoticeKind::Manifest };
    if let Some((line, _)) = unrendered.filter(|&(_, certain)| certain || lost) {
        let detail = "holds `{{ … }}` and looks like an unrendered template: pass the output of `helm template`, or the chart's own folder";
        out.notices.push(Notice { kind, ..notice(file, line, detail) });
    }
    // Of a template the faults in its YAML say nothing.
    if !(lost && unrendered.is_some()) {
        let problems = problems.into_iter().map(|it| notice(file, it.line, it.detail));
        out.notices.extend(problems.map(|notice| Notice { kind, ..notice }));
    }
    let roots = roots.into_iter().filter(|root| !root.is_null());
    out.documents.extend(roots.map(|root| Document { file, root, source: source.clone() }));
}

/// The comments before the content; `None` if nothing but comments and directives is there.
fn lead(bytes: &[u8]) -> Option<&[u8]> {
    let mut at = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let content = line.trim_ascii_start();
        if !(content.is_empty() || content[0] == b'#' || line[0] == b'%') {
            return Some(&bytes[..at]);
        }
        at += line.len();
    }
    None
}

/// The path in a `# Source:` comment, which Helm puts before each document.
pub fn source_comment(lead: &[u8]) -> Option<String> {
    let mut lines = lead.split(|&byte| byte == b'\n');
    let path = lines.find_map(|line| line.trim_ascii().strip_prefix(b"# Source: "))?;
    Some(String::from_utf8_lossy(path.trim_ascii()).into_owned())
}

/// The first line with template code, and whether only Helm's own could look like it: charts also
/// carry templates of other programs, in strings.
fn unrendered(piece: yaml::Piece<'_>) -> Option<(u32, bool)> {
    let lines = piece.bytes.split(|&byte| byte == b'\n').zip(piece.line..);
    let mut found = lines.filter(|(line, _)| memchr::memmem::find(line, b"{{").is_some());
    let first = found.clone().next()?.1;
    let own = |line: &[u8]| {
        [".Values.", ".Release.", ".Chart.", "include \""].iter().any(|word| {
            let code = memchr::memmem::find(line, b"{{").unwrap_or(0);
            memchr::memmem::find(&line[code..], word.as_bytes()).is_some()
        })
    };
    Some(found.find(|(line, _)| own(line)).map_or((first, false), |(_, line)| (line, true)))
}
