//! The patterns of `queries/python`: each fires for the sample above it and in its fixture, and the
//! comments of `fixtures/shapes/*.py` say what begins on a line.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};
use streaming_iterator::StreamingIterator;
use stripcheck::python::facts::shapes::FILES;
use tree_sitter::{Language, Parser, Query, QueryCursor};

fn main() {
    let mut trials = vec![Trial::test("folders", folders)];
    for (name, source) in FILES {
        trials.push(Trial::test(format!("{name} samples"), move || samples(source)));
        trials.push(Trial::test(format!("{name} fixture"), move || fixture(name, source)));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// Each query file is joined and has a fixture.
fn folders() -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names: BTreeSet<_> = FILES.iter().map(|file| file.0.to_string()).collect();
    for folder in ["queries/python", "fixtures/shapes"] {
        let stem = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let found: BTreeSet<_> =
            fs::read_dir(root.join(folder))?.filter_map(|entry| stem(&entry.ok()?.path())).collect();
        if found != names {
            return Err(format!("{folder} holds {found:?}, the query {names:?}").into());
        }
    }
    Ok(())
}

/// A capture: the pattern it belongs to, its name, its row, its text.
type Captured = (usize, String, usize, String);

fn run(query: &str, text: &str) -> Result<Vec<Captured>, Failed> {
    let language: Language = tree_sitter_python::LANGUAGE.into();
    let query = Query::new(&language, query)?;
    let mut parser = Parser::new();
    parser.set_language(&language)?;
    let tree = parser.parse(text, None).ok_or("no tree")?;
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches(&query, tree.root_node(), text.as_bytes());
    let mut captured = Vec::new();
    while let Some(found) = matches.next() {
        for capture in found.captures() {
            let name = query.capture_names()[capture.index as usize].to_string();
            let row = capture.node.start_position().row;
            captured.push((found.pattern_index, name, row, text[capture.node.byte_range()].into()));
        }
    }
    Ok(captured)
}

/// Each pattern with the lines of the comment right above it.
fn patterns(source: &str) -> Vec<(String, String)> {
    let mut patterns = Vec::new();
    for paragraph in source.split("\n\n").filter(|p| p.lines().any(|line| !line.starts_with(';'))) {
        let (comment, pattern): (Vec<_>, Vec<_>) = paragraph.lines().partition(|line| line.starts_with(';'));
        let comment: Vec<_> =
            comment.iter().map(|line| line.trim_start_matches("; ").trim_start_matches(';')).collect();
        patterns.push((comment.join("\n") + "\n", pattern.join("\n")));
    }
    patterns
}

fn samples(source: &str) -> Result<(), Failed> {
    for (sample, pattern) in patterns(source) {
        if run(&pattern, &sample)?.is_empty() {
            return Err(format!("the sample does not make its pattern fire:\n{sample}{pattern}").into());
        }
    }
    Ok(())
}

fn fixture(name: &str, source: &str) -> Result<(), Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/shapes/{name}.py"));
    let text = fs::read_to_string(path)?;
    let captured = run(source, &text)?;
    let fired: BTreeSet<_> = captured.iter().map(|captured| captured.0).collect();
    if fired.len() != patterns(source).len() {
        return Err(format!("of {} patterns only {fired:?} fire", patterns(source).len()).into());
    }
    let mut wrong = String::new();
    for (row, line) in text.lines().enumerate().skip(1) {
        let here: BTreeSet<_> = captured.iter().filter(|c| c.2 == row).map(|c| (&*c.1, first_line(&c.3))).collect();
        let whole: BTreeSet<_> = here.iter().map(|c| c.0).filter(|name| !name.contains('.')).collect();
        let claims: Vec<&str> = line.rsplit_once("  # ").ok_or("a line claims nothing")?.1.split("; ").collect();
        let (parts, shapes): (Vec<&str>, Vec<&str>) = claims.into_iter().partition(|claim| claim.contains(": "));
        let shapes: BTreeSet<_> = shapes.into_iter().filter(|claim| *claim != "nothing").collect();
        let missing: Vec<_> =
            parts.into_iter().filter(|part| part.split_once(": ").is_none_or(|part| !here.contains(&part))).collect();
        if shapes != whole || !missing.is_empty() {
            wrong += &format!("\n{line}\n  begins {here:?}");
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

/// The first line of a text without its comment (a block takes in a comment behind it).
fn first_line(text: &str) -> &str {
    let line = text.lines().next().unwrap_or("");
    line.split("  # ").next().unwrap_or("").trim_end()
}
