//! The compiled query over `queries/python/`: which nodes are statements, and their parts.

use std::sync::LazyLock;

use streaming_iterator::StreamingIterator;
use tree_sitter::{Node, Query, QueryCursor};

use super::kinds::{Kind, LANGUAGE};

/// The files of the query by name, in the order in which they are joined.
pub const FILES: &[(&str, &str)] = &[
    ("compound", include_str!("../../../queries/python/compound.scm")),
    ("definitions", include_str!("../../../queries/python/definitions.scm")),
    ("imports", include_str!("../../../queries/python/imports.scm")),
    ("simple", include_str!("../../../queries/python/simple.scm")),
];

fn source() -> String {
    FILES.iter().map(|file| file.1).collect()
}

/// Match states the query may hold at once. The patterns are flat and ask about one node, so they
/// need a few; a text that needs more is reported like a syntax error.
const MATCH_LIMIT: u32 = 1 << 10;

macro_rules! captures {
    ($($capture:ident $name:literal)*) => {
        /// The captures of the query: a shape has no dot in its name, its parts have one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Capture { $(#[doc = $name] $capture),* }

        impl Capture {
            /// All captures with their names in the query.
            pub const ALL: &[(&str, Capture)] = &[$(($name, Capture::$capture)),*];
        }
    };
}

captures! {
    Alias "alias"
    AliasTarget "alias.target"
    AliasValue "alias.value"
    Annotated "annotated"
    AnnotatedAnnotation "annotated.annotation"
    AnnotatedTarget "annotated.target"
    AnnotatedValue "annotated.value"
    Assert "assert"
    AssertValue "assert.value"
    Assign "assign"
    AssignTarget "assign.target"
    AssignValue "assign.value"
    Augmented "augmented"
    AugmentedOperator "augmented.operator"
    AugmentedTarget "augmented.target"
    AugmentedValue "augmented.value"
    Case "case"
    CaseBody "case.body"
    CaseGuard "case.guard"
    CasePattern "case.pattern"
    Class "class"
    ClassBases "class.bases"
    ClassBody "class.body"
    ClassColon "class.colon"
    ClassName "class.name"
    Continue "continue"
    Decorated "decorated"
    DecoratedDecorator "decorated.decorator"
    DecoratedDefinition "decorated.definition"
    Delete "delete"
    DeleteTarget "delete.target"
    Elif "elif"
    ElifBody "elif.body"
    ElifTest "elif.test"
    Else "else"
    ElseBody "else.body"
    Except "except"
    ExceptBody "except.body"
    ExceptType "except.type"
    Exec "exec"
    ExecArgument "exec.argument"
    Expression "expression"
    ExpressionValue "expression.value"
    Finally "finally"
    FinallyBody "finally.body"
    For "for"
    ForAlternative "for.alternative"
    ForBody "for.body"
    ForIter "for.iter"
    ForTarget "for.target"
    From "from"
    FromModule "from.module"
    FromName "from.name"
    Function "function"
    FunctionBody "function.body"
    FunctionColon "function.colon"
    FunctionName "function.name"
    FunctionParameters "function.parameters"
    FunctionReturns "function.returns"
    Future "future"
    FutureName "future.name"
    Global "global"
    GlobalName "global.name"
    If "if"
    IfAlternative "if.alternative"
    IfBody "if.body"
    IfTest "if.test"
    Import "import"
    ImportModule "import.module"
    Jump "jump"
    Match "match"
    MatchBody "match.body"
    MatchSubject "match.subject"
    Pass "pass"
    Print "print"
    PrintArgument "print.argument"
    Raise "raise"
    RaiseCause "raise.cause"
    RaiseException "raise.exception"
    Return "return"
    ReturnValue "return.value"
    Try "try"
    TryBody "try.body"
    TryElse "try.else"
    TryFinally "try.finally"
    TryHandler "try.handler"
    While "while"
    WhileAlternative "while.alternative"
    WhileBody "while.body"
    WhileTest "while.test"
    With "with"
    WithBody "with.body"
    WithItems "with.items"
}

struct Compiled {
    query: Query,
    /// By capture index; no dot in the name means that it is the shape itself.
    captures: Vec<Option<(Capture, bool)>>,
}

/// Compiled once a process: it takes tens of milliseconds. `None` would mean that the query does not
/// fit the grammar; a test holds that it does.
static COMPILED: LazyLock<Option<Compiled>> = LazyLock::new(|| {
    let query = Query::new(&LANGUAGE, &source()).ok()?;
    let known = |name: &&str| {
        let capture = Capture::ALL.iter().find(|known| known.0 == *name)?.1;
        Some((capture, !name.contains('.')))
    };
    let captures = query.capture_names().iter().map(known).collect();
    Some(Compiled { query, captures })
});

/// What the query says about one node.
#[derive(Debug, Clone)]
pub struct Shape<'t> {
    /// Its shape.
    pub kind: Capture,
    parts: Vec<(Capture, Node<'t>)>,
}

impl<'t> Shape<'t> {
    /// The part that is there once, if it is.
    pub fn one(&self, part: Capture) -> Option<Node<'t>> {
        self.all(part).next()
    }

    /// All parts of a name, in the order of the text.
    pub fn all(&self, part: Capture) -> impl Iterator<Item = Node<'t>> {
        self.parts.iter().filter(move |p| p.0 == part).map(|p| p.1)
    }
}

/// Runs the query on single nodes of one text.
pub struct Shapes<'t> {
    cursor: &'t mut QueryCursor,
    text: &'t str,
    /// Whether the query could not tell all it should.
    pub incomplete: bool,
}

impl<'t> Shapes<'t> {
    /// Looks at nodes of this text. No pattern starts below the node it is asked about: a walk of the
    /// query over a whole tree costs more than half of the parse, most of it spent on expressions.
    pub fn new(cursor: &'t mut QueryCursor, text: &'t str) -> Shapes<'t> {
        cursor.set_match_limit(MATCH_LIMIT);
        cursor.set_max_start_depth(Some(0));
        Shapes { cursor, text, incomplete: COMPILED.is_none() }
    }

    /// The shape of a node, if it has one.
    pub fn of(&mut self, node: Node<'t>) -> Option<Shape<'t>> {
        let compiled = COMPILED.as_ref()?;
        let mut shape: Option<Shape<'t>> = None;
        let mut matches = self.cursor.matches(&compiled.query, node, self.text.as_bytes());
        while let Some(found) = matches.next() {
            for part in found.captures() {
                let capture = compiled.captures.get(part.index as usize).copied().flatten();
                let extra = matches!(Kind::of(part.node), Kind::Comment | Kind::LineContinuation);
                match (capture, &mut shape) {
                    // The whole comes before its parts.
                    (Some((kind, true)), None) => shape = Some(Shape { kind, parts: Vec::new() }),
                    (Some((name, false)), Some(shape)) if !extra => shape.parts.push((name, part.node)),
                    _ => {}
                }
            }
        }
        drop(matches);
        self.incomplete |= self.cursor.did_exceed_match_limit();
        shape
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_fits_the_grammar_and_its_captures_are_the_enum() {
        let query = Query::new(&LANGUAGE, &source()).expect("the query fits the grammar");
        let mut names = query.capture_names().to_vec();
        names.sort_unstable();
        let known: Vec<_> = Capture::ALL.iter().map(|known| known.0).collect();
        assert_eq!(names, known);
    }
}
