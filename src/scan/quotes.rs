//! The source lines that a person is shown beside places.

use std::collections::{BTreeMap, BTreeSet};

use crate::files::Files;
use crate::model::{FileId, Quotes, Read, Sources};
use crate::python::{outline::outline, text};

/// The lines at which the reads and the imports on the way to them stand.
pub fn quotes(sources: &Sources, files: &Files, reads: &[Read], reached: &[Option<Vec<FileId>>]) -> Quotes {
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
        // What cannot be read any more is not quoted.
        let bytes = files.read(&sources.path(file)).unwrap_or_default();
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
