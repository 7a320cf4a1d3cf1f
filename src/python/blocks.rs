//! When the statements of a line run: the functions and tests for type checkers around it.

use super::imports::When;

/// The blocks around a line that decide when it runs.
#[derive(Default)]
pub(super) struct Blocks(Vec<Block>);

#[derive(Clone, Copy)]
struct Block {
    column: usize,
    when: When,
    /// The same for the branches that follow, if the block is one of a test for type checkers.
    otherwise: Option<When>,
}

impl Blocks {
    /// Goes on to a logical line: when the statements in it (behind its colon, if it has one) run.
    pub(super) fn enter(&mut self, column: usize, line: &str, function: bool) -> When {
        let mut before = None;
        while let Some(block) = self.0.pop_if(|block| block.column >= column) {
            before = Some(block).filter(|block| block.column == column);
        }
        let around = self.0.last().map_or(When::Import, |block| block.when);
        let otherwise = before.and_then(|block| block.otherwise);
        let block = if function {
            Some((around.max(When::Call), None))
        } else if line.starts_with("if") {
            for_type_checkers(line).map(|body| match body {
                true => (When::Never, Some(around)),
                false => (around, Some(When::Never)),
            })
        } else if line.starts_with("elif") && for_type_checkers(line) == Some(true) {
            Some((When::Never, otherwise.or(Some(around))))
        } else if line.starts_with("elif") || line.starts_with("else") {
            otherwise.map(|when| (when, Some(when)))
        } else {
            None
        };
        let Some((when, otherwise)) = block else {
            return around;
        };
        self.0.push(Block { column, when, otherwise });
        when
    }
}

/// Whether a test holds for type checkers alone (true) or for all but them (false). A test that may
/// also hold at run time (`TYPE_CHECKING or …`) is neither.
fn for_type_checkers(line: &str) -> Option<bool> {
    let test = &line[..memchr::memchr(b':', line.as_bytes())?];
    if !test.contains("TYPE_CHECKING") {
        return None;
    }
    let mut words = test.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').filter(|w| !w.is_empty());
    let keyword = words.next();
    let words: Vec<_> = words.collect();
    let is_flag = |word: &str| word == "TYPE_CHECKING" || word.ends_with(".TYPE_CHECKING");
    if !matches!(keyword, Some("if" | "elif")) || words.contains(&"or") {
        return None;
    }
    match words[..] {
        ["not", flag] if is_flag(flag) => Some(false),
        [first, ..] if is_flag(first) => Some(true),
        _ => words.windows(2).any(|pair| pair[0] == "and" && is_flag(pair[1])).then_some(true),
    }
}
