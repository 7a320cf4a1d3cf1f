//! `explain`: the readers of one name, with the source lines that show how.

use std::collections::{BTreeMap, BTreeSet};

use super::{Job, output, status};
use crate::libraries::Libraries;
use crate::model::{Failure, FileId, Read, Scan, Sources};
use crate::progress::Progress;
use crate::python::{outline::outline, text};
use crate::report::{Content, Quotes, Report};
use crate::{discover, scan, verdict};

/// Does it; the exit status is 0.
pub fn run(job: &Job, name: &str) -> Result<u8, Failure> {
    let progress = Progress::start();
    progress.stage("looking for sources");
    let sources = discover::discover(&job.sources)?;
    progress.stage("scanning Python");
    let mut scan = scan::scan(sources, &Libraries::new(&job.readers));
    let (readers, unresolved) = verdict::readers(&scan, name);
    let mut reached = verdict::reached(&scan);
    let mut pick = |index: &usize| Some((scan.reads.get(*index)?.clone(), reached.get_mut(*index)?.take()));
    let (reads, reached): (Vec<Read>, Vec<Option<Vec<FileId>>>) = readers.iter().filter_map(&mut pick).unzip();
    let quotes = Quotes { name: name.into(), unresolved, ..quotes(&scan.sources, &reads, &reached) };
    scan = Scan { reads, ..scan };
    let report = Report::new(Content {
        command: "explain",
        scan: &scan,
        chart: None,
        release: None,
        mentions: &[],
        reached,
        judgements: &[],
        incomplete: status::is_incomplete(&scan, None, &[]),
        notices: Vec::new(),
        named: true,
        show_values: job.show_values,
        quotes,
    });
    drop(progress);
    output::write(&report, &job.outputs)?;
    Ok(0)
}

/// The lines at which the reads and the imports on the way to them stand.
fn quotes(sources: &Sources, reads: &[Read], reached: &[Option<Vec<FileId>>]) -> Quotes {
    let mut wanted: BTreeMap<FileId, BTreeSet<u32>> = BTreeMap::new();
    for read in reads {
        let steps = read.chain.iter().map(|step| &step.place);
        for place in [&read.place].into_iter().chain(&read.given).chain(steps) {
            wanted.entry(place.file).or_default().insert(place.span.line);
        }
    }
    let mut pairs: BTreeMap<FileId, BTreeSet<FileId>> = BTreeMap::new();
    for pair in reached.iter().flatten().flat_map(|chain| chain.windows(2)) {
        if let [from, to] = pair {
            pairs.entry(*from).or_default().insert(*to);
            wanted.entry(*from).or_default();
        }
    }
    let mut quotes = Quotes::default();
    for (file, mut lines) in wanted {
        let Some(source) = sources.files.get(file) else { continue };
        let Some(root) = sources.roots.get(source.root) else { continue };
        // What cannot be read any more is not quoted.
        let bytes = std::fs::read(root.path.join(&*source.path)).unwrap_or_default();
        let text = text::decode(&bytes).text;
        for to in pairs.get(&file).into_iter().flatten() {
            if let Some(line) = import_line(&text, sources.files.get(*to).map_or("", |to| &to.path)) {
                quotes.imports.insert((file, *to), line);
                lines.insert(line);
            }
        }
        for (number, line) in (1..).zip(text.lines()) {
            if lines.contains(&number) {
                quotes.lines.insert((file, number), line.trim().chars().take(MAX_QUOTE).collect());
            }
        }
    }
    quotes
}

/// Characters of a line that are quoted.
const MAX_QUOTE: usize = 200;

/// The line of the first import in `text` that means the module at `path`, as far as its last name tells.
fn import_line(text: &str, path: &str) -> Option<u32> {
    let module = path.trim_end_matches(".py").trim_end_matches("/__init__");
    let last = module.rsplit('/').next()?;
    let imports = outline(text).imports;
    let ends = |dotted: &str| dotted.rsplit('.').next() == Some(last);
    let of_module = imports.iter().find(|i| ends(&i.module) || i.more.iter().any(|more| ends(&more.name)));
    let of_name = || imports.iter().find(|i| i.names.iter().any(|name| &*name.name == last));
    // A package that something below it is imported from.
    let below = || imports.iter().find(|i| i.module.split('.').any(|part| part == last));
    of_module.or_else(of_name).or_else(below).map(|import| import.line)
}

#[cfg(test)]
mod tests {
    use super::import_line;

    #[test]
    fn imports_are_found_by_the_last_name_of_the_module() {
        let text = "import os\nfrom . import env\nfrom acme.deep import thing\nimport a.b, c.d as e\n";
        for (path, expected) in [
            ("acme/env.py", Some(2)),
            ("acme/deep.py", Some(3)),
            ("acme/deep/__init__.py", Some(3)),
            ("acme/deep/thing.py", Some(3)),
            ("acme/__init__.py", Some(3)),
            ("c/d.py", Some(4)),
            ("a/x.py", None),
        ] {
            assert_eq!(import_line(text, path), expected, "{path}");
        }
    }
}
