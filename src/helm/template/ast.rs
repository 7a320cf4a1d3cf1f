//! What a template is once it has been read.

use std::cell::Cell;
use std::rc::Rc;

use super::super::functions::Function;
use super::super::text::{Origin, Text};
use super::super::value::Value;

/// A text with templates in it: a file, or a string that `tpl` was given.
#[derive(Debug)]
pub struct Source {
    /// As Helm names it: `web/templates/deployment.yaml`.
    pub name: Rc<str>,
    /// Its text.
    pub text: Text,
}

impl Source {
    /// Where `offset` is, for a person: the place in its file, else the line of this text.
    pub fn origin(&self, offset: usize) -> Origin {
        self.text.origin_at(offset)
    }

    /// The line of `offset` in this text.
    pub fn line(&self, offset: usize) -> u32 {
        let before = self.text.as_str().as_bytes().get(..offset).unwrap_or_default();
        u32::try_from(memchr::memchr_iter(b'\n', before).count() + 1).unwrap_or(u32::MAX)
    }
}

/// A named template.
#[derive(Debug)]
pub struct Template {
    /// Its name.
    pub name: Rc<str>,
    /// Where it stands.
    pub source: Rc<Source>,
    /// What it does.
    pub body: Vec<Node>,
}

impl Template {
    /// Whether it puts out nothing but space; such a definition does not replace another
    /// (text/template/parse, `IsEmptyTree`).
    pub fn is_empty(&self) -> bool {
        self.body.iter().all(|node| matches!(node, Node::Text(text) if text.as_str().trim().is_empty()))
    }
}

/// A piece of a template.
#[derive(Debug)]
pub enum Node {
    /// Text as it is.
    Text(Text),
    /// `{{ pipeline }}`
    Action(Pipe),
    /// `{{ if }}`
    If(Branch),
    /// `{{ with }}`
    With(Branch),
    /// `{{ range }}`
    Range(Branch),
    /// `{{ template "name" pipeline }}`
    Template {
        /// Which.
        name: Rc<str>,
        /// Its dot.
        pipe: Option<Pipe>,
        /// Offset.
        at: usize,
    },
    /// `{{ break }}`
    Break,
    /// `{{ continue }}`
    Continue,
}

/// A pipeline with what depends on it.
#[derive(Debug)]
pub struct Branch {
    /// The pipeline.
    pub pipe: Pipe,
    /// Where it ends: an offset.
    pub upto: usize,
    /// Whether `then` and `otherwise` have ever been what counted.
    pub taken: Cell<[bool; 2]>,
    /// If it is true.
    pub then: Vec<Node>,
    /// If not.
    pub otherwise: Vec<Node>,
}

impl Branch {
    /// Takes note of which one counts.
    pub fn take(&self, then: bool) {
        let [was, was_not] = self.taken.get();
        self.taken.set([was || then, was_not || !then]);
    }
}

/// Commands, each of which gets the value of the one before as its last argument.
#[derive(Debug)]
pub struct Pipe {
    /// Offset.
    pub at: usize,
    /// Variables that get the value.
    pub variables: Vec<Rc<str>>,
    /// `=` rather than `:=`.
    pub assigns: bool,
    /// The commands, at least one.
    pub commands: Vec<Command>,
}

/// Operands, the first of which may be a function.
#[derive(Debug)]
pub struct Command {
    /// At least one.
    pub operands: Vec<Operand>,
}

/// An operand.
#[derive(Debug)]
pub struct Operand {
    /// Offset.
    pub at: usize,
    /// What it is.
    pub kind: Kind,
}

/// What an operand is.
#[derive(Debug)]
pub enum Kind {
    /// `.`
    Dot,
    /// `nil`
    Nil,
    /// A boolean, number or string.
    Constant(Value),
    /// `.a.b`
    Field(Vec<Rc<str>>),
    /// `$x.a.b`
    Variable(Rc<str>, Vec<Rc<str>>),
    /// `printf`
    Function(&'static Function),
    /// `(pipeline).a.b`
    Chain(Box<Operand>, Vec<Rc<str>>),
    /// `(pipeline)`
    Pipe(Box<Pipe>),
}
