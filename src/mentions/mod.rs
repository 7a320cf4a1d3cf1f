//! Where chart names occur although no read was recognised: native libraries, shell scripts,
//! configuration, strings in Python. A mention proves nothing, but it keeps a name from being called
//! safe without a look.

mod python;
mod reader;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _};

use rayon::prelude::*;

use crate::discover;
use crate::model::{FileId, KeyKind, Mention, Notice, NoticeKind, OwnerId, Place, Read, Sources};
use reader::Reader;
use words::{Hit, Window, Words};

/// Mentions of one name kept for one owner: a report shows a few of them, and more add nothing.
pub const MENTIONS_PER_OWNER: usize = 20;

/// Read at once of a file that is not Python; native libraries can be a gigabyte.
const CHUNK: u64 = 8 << 20;

/// The start of a file, which tells what it is if its name does not.
const HEAD: usize = 8 << 10;

/// Finds `names` in all files of `sources` where one of `reads` does not explain them: in Python as
/// the whole of a string, elsewhere as a whole word. At most [`MENTIONS_PER_OWNER`], the first ones.
/// Sorted; the notices are about files that could not be read.
pub fn find(
    sources: &Sources,
    names: &BTreeSet<String>,
    reads: &[Read],
) -> (Vec<Mention>, Vec<Notice>) {
    let words = match Words::new(names) {
        Ok(Some(words)) => words,
        Ok(None) => return (vec![], vec![]),
        Err(detail) => {
            let kind = NoticeKind::LimitReached;
            let (file, line) = (None, None);
            return (
                vec![],
                vec![Notice {
                    kind,
                    file,
                    line,
                    detail,
                }],
            );
        }
    };
    let search = Search {
        sources,
        words: &words,
        charts: charts(sources),
        explained: explained(reads),
    };
    let hits: Vec<io::Result<Vec<Hit>>> = (0..sources.files.len())
        .into_par_iter()
        .map_init(Vec::new, |buffer, file| search.file(file, buffer))
        .collect();
    let mut mentions = Vec::new();
    let mut notices = Vec::new();
    let mut kept: BTreeMap<(usize, OwnerId), usize> = BTreeMap::new();
    for (file, hits) in hits.into_iter().enumerate() {
        let source = &sources.files[file];
        match hits {
            Ok(hits) => {
                for Hit { line, word } in hits {
                    let count = kept.entry((word, source.owner)).or_default();
                    *count += 1;
                    if *count <= MENTIONS_PER_OWNER {
                        let name = words.list[word].to_string();
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

struct Search<'a> {
    sources: &'a Sources,
    words: &'a Words<'a>,
    charts: BTreeSet<(usize, &'a str)>,
    explained: BTreeMap<FileId, Vec<Explained<'a>>>,
}

impl Search<'_> {
    /// The hits in one file, sorted, each line once, no more than can be kept.
    fn file(&self, id: FileId, buffer: &mut Vec<u8>) -> io::Result<Vec<Hit>> {
        let source = &self.sources.files[id];
        let reader = reader::by_name(&source.path, source.python);
        if reader == Reader::Nobody || source.size == 0 || self.in_chart(source.root, &source.path)
        {
            return Ok(vec![]);
        }
        let mut hits = match self.search(id, reader, buffer)? {
            (Reader::Python, mut hits) => {
                let explained = self.explained.get(&id).map_or(&[][..], Vec::as_slice);
                hits.retain(|hit| !explained.iter().any(|e| e.explains(hit, self.words)));
                hits
            }
            (_, hits) => hits,
        };
        hits.sort();
        hits.dedup();
        let mut kept: BTreeMap<usize, usize> = BTreeMap::new();
        hits.retain(|hit| {
            let count = kept.entry(hit.word).or_default();
            *count += 1;
            *count <= MENTIONS_PER_OWNER
        });
        Ok(hits)
    }

    fn search(
        &self,
        id: FileId,
        mut reader: Reader,
        buffer: &mut Vec<u8>,
    ) -> io::Result<(Reader, Vec<Hit>)> {
        let mut input = File::open(discover::path_of(self.sources, id))?;
        let mut hits = Vec::new();
        let mut window = Window::default();
        let mut first = true;
        buffer.clear();
        loop {
            // Only with all of a Python file is it clear what is a string.
            let limit = if reader == Reader::Python {
                u64::MAX
            } else {
                CHUNK
            };
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
            && (self.charts.contains(&(root, ""))
                || slashes.any(|at| self.charts.contains(&(root, &path[..at]))))
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
    fn explains(&self, hit: &Hit, words: &Words<'_>) -> bool {
        let word = words.list[hit.word];
        let same = match self.case_sensitive {
            true => self.name == word,
            false => self.name.eq_ignore_ascii_case(word),
        };
        same && hit.line.is_some_and(|line| self.lines.contains(&line))
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
