//! Parses every Python file below a folder, in parallel, and prints how many: what a scan would cost
//! without outlines and demand. Used by `bench/speed.sh`.

use std::cell::RefCell;
use std::io::Write;

use rayon::prelude::*;

fn main() -> std::io::Result<()> {
    let root = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let walk = ignore::WalkBuilder::new(root).standard_filters(false).build();
    let files: Vec<_> = walk
        .filter_map(Result::ok)
        .map(ignore::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|e| e == "py"))
        .collect();
    thread_local!(static PARSER: RefCell<tree_sitter::Parser> = RefCell::new(tree_sitter::Parser::new()));
    let bytes: usize = files
        .par_iter()
        .map(|path| {
            let Ok(text) = std::fs::read(path) else { return 0 };
            PARSER.with_borrow_mut(|parser| {
                let language = tree_sitter_python::LANGUAGE.into();
                if parser.set_language(&language).is_ok() {
                    std::hint::black_box(parser.parse(&text, None));
                }
            });
            text.len()
        })
        .sum();
    writeln!(std::io::stdout(), "{} files, {bytes} bytes", files.len())
}
