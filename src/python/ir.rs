//! The intermediate representation: what a unit of Python source says, in order, with spans, and
//! without any knowledge of libraries or of other units. Spans are absolute in the file.

use std::sync::Arc;

use crate::model::Span;

/// An identifier, a dotted name or a literal's text, shared because the evaluator copies it a lot.
pub type Name = Arc<str>;

/// What one unit says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnitFacts {
    /// Its statements. The module body has [`StmtKind::Unit`] where another unit stands; a function
    /// or class unit is one [`StmtKind::Function`] or [`StmtKind::Class`].
    pub body: Vec<Stmt>,
    /// Lines at which the syntax was not understood, sorted, each once.
    pub errors: Vec<u32>,
    /// Whether a part was nested too deep and is represented by [`ExprKind::Unknown`].
    pub too_deep: bool,
}

/// A statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Where it stands. For compound statements the whole of it.
    pub span: Span,
}

/// The kinds of statement. `pass` and the like leave nothing.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each variant's comment shows its fields in Python's syntax")]
pub enum StmtKind {
    /// An expression by itself.
    Expr(Expr),
    /// `a = b = value`; targets may be names, attributes, subscripts, tuples, starred.
    Assign { targets: Vec<Expr>, value: Expr },
    /// `target: annotation = value`; without a value a bare declaration (a required settings field).
    Annotated { target: Expr, annotation: Expr, value: Option<Expr> },
    /// `target += value`
    Augmented { target: Expr, operator: Operator, value: Expr },
    /// `return value`
    Return(Option<Expr>),
    /// `raise exception`
    Raise(Option<Expr>),
    /// `assert test`
    Assert(Expr),
    /// `del a, b[c]`
    Delete(Vec<Expr>),
    /// `global a` or `nonlocal a`
    Global(Vec<Name>),
    /// `import a.b as c`: (module, local name if given)
    Import(Vec<(Name, Option<Name>)>),
    /// `from ..a import b as c`: names are (name, local name if given); `*` is the name `*`.
    From { level: u8, module: Name, names: Vec<(Name, Option<Name>)> },
    /// `if`, with `elif` nested in `orelse`.
    If { test: Expr, body: Vec<Stmt>, orelse: Vec<Stmt> },
    /// `while`
    While { test: Expr, body: Vec<Stmt>, orelse: Vec<Stmt> },
    /// `for target in iter`, `async for` too.
    For { target: Expr, iter: Expr, body: Vec<Stmt>, orelse: Vec<Stmt> },
    /// `try`
    Try { body: Vec<Stmt>, handlers: Vec<Handler>, orelse: Vec<Stmt>, finally: Vec<Stmt> },
    /// `with a as b, c`: (context, target)
    With { items: Vec<(Expr, Option<Expr>)>, body: Vec<Stmt> },
    /// `match subject`
    Match { subject: Expr, cases: Vec<Case> },
    /// A function defined here.
    Function(Arc<Function>),
    /// A class defined here.
    Class(Arc<Class>),
    /// In a module body: the unit with this index in the outline stands here.
    Unit(usize),
    /// `break`: what follows in the block does not run.
    Jump,
    /// `continue`: the same, for this turn of a loop.
    Continue,
    /// Not understood (a syntax error): the expressions found in it.
    Unknown(Vec<Expr>),
}

/// An `except` clause.
#[derive(Debug, Clone, PartialEq)]
pub struct Handler {
    /// The exception or tuple of exceptions; `None` catches all.
    pub types: Option<Expr>,
    /// The name after `as`.
    pub name: Option<Name>,
    /// Its body.
    pub body: Vec<Stmt>,
}

/// A `case` clause.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Values that the pattern compares with, where it is made of literals and dotted names.
    pub values: Vec<Expr>,
    /// Names that the pattern binds.
    pub binds: Vec<Name>,
    /// The guard.
    pub guard: Option<Expr>,
    /// Its body.
    pub body: Vec<Stmt>,
}

/// A `def`, `async def` or `lambda`.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// Its name; `<lambda>` for a lambda.
    pub name: Name,
    /// Decorators from the top.
    pub decorators: Vec<Expr>,
    /// Parameters in order.
    pub parameters: Vec<Parameter>,
    /// The annotation of what it returns.
    pub returns: Option<Expr>,
    /// Its statements; a lambda's is one `return`.
    pub body: Vec<Stmt>,
    /// Whether it has a `yield` of its own.
    pub generator: bool,
    /// `async def`
    pub is_async: bool,
    /// The `def` line to the end of the header (decorators excluded).
    pub header: Span,
    /// All of it, decorators included.
    pub span: Span,
}

impl Function {
    /// Whether it is a lambda: nothing can ask for it by its name.
    pub fn is_lambda(&self) -> bool {
        &*self.name == "<lambda>"
    }

    /// Whether it does nothing but say that there is such a function: it is left to subclasses what it does.
    pub fn is_abstract(&self) -> bool {
        self.body.iter().all(|stmt| match &stmt.kind {
            StmtKind::Expr(value) => match &value.kind {
                ExprKind::Str(_) => true,
                ExprKind::Constant(text) => &**text == "...",
                _ => false,
            },
            StmtKind::Raise(Some(value)) => {
                let raised = if let ExprKind::Call(callee, _) = &value.kind { callee } else { value };
                matches!(&raised.kind, ExprKind::Name(name) if &**name == "NotImplementedError")
            }
            _ => false,
        })
    }
}

/// How a parameter takes its argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// Before a `/`.
    PositionalOnly,
    /// Either way.
    Normal,
    /// After `*` or `*args`.
    KeywordOnly,
    /// `*args`
    Rest,
    /// `**kwargs`
    Keywords,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// How it takes its argument.
    pub kind: ParameterKind,
    /// Its default.
    pub default: Option<Expr>,
    /// Its annotation.
    pub annotation: Option<Expr>,
}

/// A `class`.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// Its name.
    pub name: Name,
    /// Decorators from the top.
    pub decorators: Vec<Expr>,
    /// Bases, in order; a starred one is [`ExprKind::Starred`].
    pub bases: Vec<Expr>,
    /// `metaclass=…` and other keywords.
    pub keywords: Vec<(Name, Expr)>,
    /// Its statements.
    pub body: Vec<Stmt>,
    /// The `class` line to the end of the header (decorators excluded).
    pub header: Span,
    /// All of it, decorators included.
    pub span: Span,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it says.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expression. Parentheses leave nothing. Literals are evaluated (escapes, prefixes,
/// implicit concatenation).
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each variant's comment shows its fields in Python's syntax")]
pub enum ExprKind {
    /// A string or bytes literal (bytes as Latin-1 text).
    Str(Name),
    /// A number, `True`, `False`, `None`, `...`: its source text.
    Constant(Name),
    /// An f-string (with any plain strings concatenated to it), its parts in order.
    Format(Vec<FormatPart>),
    /// A name.
    Name(Name),
    /// `value.name`
    Attribute(Box<Expr>, Name),
    /// `value[index]`; several indices are a [`ExprKind::Tuple`].
    Subscript(Box<Expr>, Box<Expr>),
    /// `start:stop:step` as an index.
    Slice(Vec<Option<Expr>>),
    /// `callee(arguments)`
    Call(Box<Expr>, Vec<Argument>),
    /// `(a, b)`
    Tuple(Vec<Expr>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{a, b}`
    Set(Vec<Expr>),
    /// `{k: v, **d}`: no key for a `**` item.
    Dict(Vec<(Option<Expr>, Expr)>),
    /// `*value`
    Starred(Box<Expr>),
    /// `a and b and c`
    And(Vec<Expr>),
    /// `a or b or c`
    Or(Vec<Expr>),
    /// `not a`
    Not(Box<Expr>),
    /// A chain `a + b + c` of one operator; a long concatenation is flat, not deep.
    Binary(Operator, Vec<Expr>),
    /// `a < b <= c`: the first operand, then each comparison.
    Compare(Box<Expr>, Vec<(Comparison, Expr)>),
    /// `body if test else orelse`
    Conditional { test: Box<Expr>, body: Box<Expr>, orelse: Box<Expr> },
    /// A lambda.
    Lambda(Arc<Function>),
    /// A comprehension or generator expression.
    Comprehension { kind: ComprehensionKind, element: Box<Expr>, value: Option<Box<Expr>>, clauses: Vec<Clause> },
    /// `name := value`
    Walrus(Name, Box<Expr>),
    /// `await value`
    Await(Box<Expr>),
    /// `yield value`, `yield from value`
    Yield(Option<Box<Expr>>),
    /// Anything else (`-a`, `~a`, a syntax error, something nested too deep): the expressions found in it.
    Unknown(Vec<Expr>),
}

/// A part of an f-string.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each variant's comment shows its fields in Python's syntax")]
pub enum FormatPart {
    /// Text.
    Text(Name),
    /// `{value!r:spec}`; `plain` if it has neither a conversion other than `!s` nor a format spec.
    Value { value: Expr, plain: bool },
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// How it is given.
    pub kind: ArgumentKind,
    /// Its value.
    pub value: Expr,
}

/// How an argument is given.
#[derive(Debug, Clone, PartialEq)]
pub enum ArgumentKind {
    /// By position.
    Positional,
    /// `name=value`
    Keyword(Name),
    /// `*value`
    Star,
    /// `**value`
    DoubleStar,
}

/// What a comprehension makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComprehensionKind {
    /// `[…]`
    List,
    /// `{…}`
    Set,
    /// `{k: v …}`
    Dict,
    /// `(…)`
    Generator,
}

/// A clause of a comprehension.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each variant's comment shows its fields in Python's syntax")]
pub enum Clause {
    /// `for target in iter`
    For { target: Expr, iter: Expr },
    /// `if test`
    If(Expr),
}

/// A binary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `%`
    Modulo,
    /// `|`
    BitOr,
    /// `*`
    Multiply,
    /// `/` (paths)
    Divide,
    /// Any other.
    Other,
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `in`
    In,
    /// `not in`
    NotIn,
    /// `is`
    Is,
    /// `is not`
    IsNot,
    /// `<`, `<=`, `>`, `>=`
    Order,
}
