//! Where chart names occur although no read was recognised: native libraries, shell scripts,
//! configuration, strings in Python. A mention proves nothing, but it keeps a name from being called
//! safe without a look.

mod python;
mod reader;
mod tokens;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _};

use rayon::prelude::*;

use crate::discover;
use crate::files::Files;
use crate::model::{FileId, KeyKind, Mention, Notice, NoticeKind, OwnerId, Place, Read, Sources};
use reader::Reader;
use tokens::Tokens;
pub use tokens::is_token;
use words::{Hit, Vocabulary, Window, Words};

/// Mentions of one name kept for one owner: a report shows a few of them, and more add nothing.
pub const MENTIONS_PER_OWNER: usize = 20;

/// Read at once of a file that is not Python; native libraries can be a gigabyte.
const CHUNK: u64 = 8 << 20;

/// The start of a file, which tells what it is if its name does not.
const HEAD: usize = 8 << 10;

/// Finds `names` in all files of `sources` where one of `reads` does not explain them: in Python as
/// the whole of a string, elsewhere as a whole word. At most [`MENTIONS_PER_OWNER`], the first ones.
/// Sorted; the notices are about files that could not be read.
pub fn find(sources: &Sources, files: &Files, names: &BTreeSet<String>, reads: &[Read]) -> (Vec<Mention>, Vec<Notice>) {
    let words = match Words::new(names) {
        Ok(Some(words)) => words,
        Ok(None) => return (vec![], vec![]),
        Err(detail) => {
            let kind = NoticeKind::LimitReached;
            let (file, line) = (None, None);
            return (vec![], vec![Notice { kind, file, line, detail }]);
        }
    };
    search(sources, files, &words, reads)
}

/// What there is to be asked of a scan later.
#[derive(Debug, Default)]
pub struct Kept {
    /// Every word that looks like a variable ([`is_token`]), sorted.
    pub words: Vec<Mention>,
    /// Every string in Python that looks like the path of a file, sorted.
    pub literal_paths: Vec<Mention>,
    /// Files that could not be read.
    pub notices: Vec<Notice>,
}

/// Finds as [`find`] does, but whatever may be asked for.
pub fn all(sources: &Sources, files: &Files, reads: &[Read]) -> Kept {
    let (found, notices) = search(sources, files, &Tokens, reads);
    let (literal_paths, words) = found.into_iter().partition(|mention| mention.name.starts_with(['/', '~']));
    Kept { words, literal_paths, notices }
}

fn search<V: Vocabulary>(sources: &Sources, files: &Files, words: &V, reads: &[Read]) -> (Vec<Mention>, Vec<Notice>) {
    let search = Search { sources, files, words, charts: charts(sources), explained: explained(reads) };
    let hits: Vec<io::Result<Vec<Hit<V::Word>>>> =
        (0..sources.files.len()).into_par_iter().map_init(Vec::new, |buffer, file| search.file(file, buffer)).collect();
    let mut mentions = Vec::new();
    let mut notices = Vec::new();
    let mut kept: BTreeMap<(V::Word, OwnerId), usize> = BTreeMap::new();
    for (file, hits) in hits.into_iter().enumerate() {
        let source = &sources.files[file];
        match hits {
            Ok(hits) => {
                for Hit { line, word } in hits {
                    let count = kept.entry((word.clone(), source.owner)).or_default();
                    *count += 1;
                    if *count <= MENTIONS_PER_OWNER {
                        let name = words.text(&word).to_string();
                        mentions.push(Mention { name, file, line });
                    }
                }
            }
            Err(error) => {
                let label = &sources.roots[source.root].label;
                notices.push(Notice {
                    kind: NoticeKind::Unreadable,
                    file: Some(discover::shown(label, &source.path)),
                    line: None,
                    detail: format!("not readable, so not searched: {error}"),
                });
            }
        }
    }
    mentions.sort();
    (mentions, notices)
}

struct Search<'a, V> {
    sources: &'a Sources,
    files: &'a Files,
    words: &'a V,
    charts: BTreeSet<(usize, &'a str)>,
    explained: BTreeMap<FileId, Vec<Explained<'a>>>,
}

impl<V: Vocabulary> Search<'_, V> {
    /// The hits in one file, sorted, each line once, no more than can be kept.
    fn file(&self, id: FileId, buffer: &mut Vec<u8>) -> io::Result<Vec<Hit<V::Word>>> {
        let source = &self.sources.files[id];
        let reader = reader::by_name(&source.path, source.python);
        if reader == Reader::Nobody || source.size == 0 || self.in_chart(source.root, &source.path) {
            return Ok(vec![]);
        }
        let mut hits = match self.search(id, reader, buffer)? {
            (Reader::Python, mut hits) => {
                let explained = self.explained.get(&id).map_or(&[][..], Vec::as_slice);
                hits.retain(|hit| !explained.iter().any(|e| e.explains(hit.line, self.words.text(&hit.word))));
                hits
            }
            (_, hits) => hits,
        };
        hits.sort();
        hits.dedup();
        let mut kept: BTreeMap<V::Word, usize> = BTreeMap::new();
        hits.retain(|hit| {
            let count = kept.entry(hit.word.clone()).or_default();
            *count += 1;
            *count <= MENTIONS_PER_OWNER
        });
        Ok(hits)
    }

    fn search(&self, id: FileId, mut reader: Reader, buffer: &mut Vec<u8>) -> io::Result<(Reader, Vec<Hit<V::Word>>)> {
        let path = self.sources.path(id);
        let mut input = self.files.open(&path)?;
        let mut hits = Vec::new();
        let mut window = Window::default();
        let mut first = true;
        buffer.clear();
        loop {
            // Only with all of a Python file is it clear what is a string.
            let limit = if reader == Reader::Python { u64::MAX } else { CHUNK };
            let read = input.by_ref().take(limit).read_to_end(buffer)?;
            window.last = (read as u64) < limit;
            if first {
                reader = reader::by_content(reader, &buffer[..buffer.len().min(HEAD)]);
                first = false;
                if reader == Reader::Nobody {
                    return Ok((reader, vec![]));
                }
            }
            if reader == Reader::Python {
                python::hits(self.words, buffer, &mut hits);
                return Ok((reader, hits));
            }
            let known = hits.len();
            self.words.hits(reader, buffer, &window, &mut hits);
            if known < hits.len() && reader == Reader::Text && reader::is_manifest(buffer) {
                return Ok((Reader::Nobody, vec![]));
            }
            if window.last {
                return Ok((reader, hits));
            }
            window.advance(buffer, self.words);
        }
    }

    fn in_chart(&self, root: usize, path: &str) -> bool {
        let mut slashes = path.match_indices('/').map(|(at, _)| at);
        !self.charts.is_empty()
            && (self.charts.contains(&(root, "")) || slashes.any(|at| self.charts.contains(&(root, &path[..at]))))
    }
}

/// The folders of Helm charts. A chart sets variables; what is in it is judged as a chart.
fn charts(sources: &Sources) -> BTreeSet<(usize, &str)> {
    let charts = sources.files.iter().filter_map(|file| {
        let folder = file.path.strip_suffix("Chart.yaml")?;
        match folder.strip_suffix('/') {
            Some(folder) => Some((file.root, folder)),
            None => folder.is_empty().then_some((file.root, "")),
        }
    });
    charts.collect()
}

/// Lines on which a recognised read accounts for a name.
struct Explained<'a> {
    name: &'a str,
    case_sensitive: bool,
    lines: std::ops::RangeInclusive<u32>,
}

impl Explained<'_> {
    fn explains(&self, line: Option<u32>, word: &str) -> bool {
        let same = match self.case_sensitive {
            true => self.name == word,
            false => self.name.eq_ignore_ascii_case(word),
        };
        same && line.is_some_and(|line| self.lines.contains(&line))
    }
}

fn explained(reads: &[Read]) -> BTreeMap<FileId, Vec<Explained<'_>>> {
    let mut explained: BTreeMap<FileId, Vec<Explained<'_>>> = BTreeMap::new();
    for read in reads.iter().filter(|read| read.key.kind == KeyKind::Exact) {
        let steps = read.chain.iter().map(|step| step.place);
        for Place { file, span } in [read.place].into_iter().chain(read.given).chain(steps) {
            explained.entry(file).or_default().push(Explained {
                name: &read.key.text,
                case_sensitive: read.key.case_sensitive,
                lines: span.line..=span.end_line,
            });
        }
    }
    explained
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::model::Span;

    /// Writes the files, finds the names in them: `NAME path line`.
    fn mentions(name: &str, files: &[(&str, &[u8])], read: Option<Read>) -> (Vec<String>, Vec<Notice>) {
        let name = format!("stripcheck-mentions-{}-{name}", std::process::id());
        let root = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&root);
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("parent")).expect("folder");
            fs::write(path, text).expect("file");
        }
        let request = discover::Request {
            vendored: vec![root.clone()],
            cwd: std::env::temp_dir(),
            ..discover::Request::default()
        };
        let sources = discover::discover(&request, &mut Files::default()).expect("sources");
        let _ = fs::remove_file(root.join("gone.yaml"));
        let names = BTreeSet::from(["API_TOKEN", "PORT"].map(String::from));
        let (found, notices) = find(&sources, &Files::default(), &names, read.as_slice());
        let _ = fs::remove_dir_all(&root);
        let show = |m: &Mention| {
            let line = m.line.map_or("-".to_string(), |line| line.to_string());
            format!("{} {} {line}", m.name, sources.files[m.file].path)
        };
        (found.iter().map(show).collect(), notices)
    }

    #[test]
    fn each_kind_of_file_is_read_its_way() {
        let manifest = b"apiVersion: v1\nkind: Pod\nenv: API_TOKEN\n";
        let (found, notices) = mentions(
            "kinds",
            &[
                ("a.py", b"x = 'API_TOKEN'\n# 'PORT'\n"),
                ("lib.so", b"\x7fELF\0\0API_TOKEN\0XPORT\0"),
                ("run.sh", b"PORT=1\necho $API_TOKEN ${PORT}\n"),
                ("conf/app.ini", b"port = %(PORT)s\n"),
                ("README.md", b"API_TOKEN"),
                ("pod.yaml", manifest),
                ("chart/Chart.yaml", b"name: x\n"),
                ("chart/templates/x.yaml", b"API_TOKEN\n"),
                ("data.bin", b"\0\x01API_TOKEN\0"),
                ("gone.yaml", b"API_TOKEN\n"),
            ],
            None,
        );
        let expected =
            ["API_TOKEN a.py 1", "API_TOKEN lib.so -", "API_TOKEN run.sh 2", "PORT conf/app.ini 1", "PORT run.sh 2"];
        assert_eq!(found, expected);
        let files: Vec<_> = notices.iter().filter_map(|n| n.file.as_deref()).collect();
        assert!(files.len() == 1 && files[0].ends_with("gone.yaml"), "{files:?}");
    }

    #[test]
    fn a_read_explains_its_own_lines_and_no_others() {
        let span = |line, end_line| Span { line, column: 1, end_line, end_column: 1 };
        let read = |name: &str, case_sensitive| {
            let mut read = Read::plain(KeyKind::Exact, name, Place { file: 0, span: span(1, 2) });
            read.key.case_sensitive = case_sensitive;
            read.given = Some(Place { file: 0, span: span(4, 4) });
            read
        };
        let text = b"getenv(\n'API_TOKEN')\n'API_TOKEN'\nK = 'API_TOKEN'\n";
        for (name, case_sensitive, expected) in [
            ("API_TOKEN", true, &["API_TOKEN a.py 3"][..]),
            ("api_token", false, &["API_TOKEN a.py 3"]),
            ("api_token", true, &["API_TOKEN a.py 2", "API_TOKEN a.py 3", "API_TOKEN a.py 4"]),
        ] {
            let (found, _) =
                mentions(&format!("{name}{case_sensitive}"), &[("a.py", text)], Some(read(name, case_sensitive)));
            assert_eq!(found, expected, "{name} {case_sensitive}");
        }
    }

    #[test]
    fn mentions_of_one_owner_are_bounded_and_the_first_are_kept() {
        let text = "API_TOKEN\n".repeat(MENTIONS_PER_OWNER + 5);
        let files = [("p/a.conf", text.as_bytes()), ("p/b.conf", b"API_TOKEN\n"), ("q/c.conf", b"API_TOKEN\n")];
        let (found, _) = mentions("bound", &files, None);
        assert_eq!(found.len(), MENTIONS_PER_OWNER + 1);
        assert_eq!(found.last().map(String::as_str), Some("API_TOKEN q/c.conf 1"));
    }
}
