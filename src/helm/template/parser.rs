//! From tokens to templates (text/template/parse, `parse.go`).

use std::rc::Rc;

use super::super::functions;
use super::super::text::{Made, Text};
use super::super::value::Value;
use super::ast::{Branch, Command, Kind, Node, Operand, Pipe, Source, Template};
use super::lexer::{Placed, Token, tokens};
use super::syntax::{self, Wrong};

/// How deep blocks and parentheses may nest.
const MAX_NESTING: usize = 100;

/// The templates of a text: its own, then those that it defines.
pub fn parse(name: &str, text: Text) -> Result<Vec<Template>, (Rc<Source>, Wrong)> {
    let source = Rc::new(Source { name: name.into(), text });
    templates(&source).map_err(|wrong| (source, wrong))
}

fn templates(source: &Rc<Source>) -> Result<Vec<Template>, Wrong> {
    let tokens = tokens(source.text.as_str())?;
    let mut parser = Parser {
        source: source.clone(),
        tokens,
        next: 0,
        variables: vec!["$".into()],
        defined: Vec::new(),
        depth: 0,
        loops: 0,
    };
    let (body, end) = parser.list()?;
    if let Some((word, at)) = end {
        return Err(Wrong { at, why: format!("unexpected {{{{{word}}}}}") });
    }
    let mut all = vec![Template { name: source.name.clone(), source: source.clone(), body }];
    all.append(&mut parser.defined);
    Ok(all)
}

struct Parser {
    source: Rc<Source>,
    tokens: Vec<Placed>,
    next: usize,
    variables: Vec<Rc<str>>,
    defined: Vec<Template>,
    depth: usize,
    loops: usize,
}

/// The `end` or `else` that ended a list.
type Ending = Option<(&'static str, usize)>;

fn wrong<T>(at: usize, why: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { at, why: why.into() })
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(token, _)| token)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.source.text.len(), |&(_, at)| at)
    }

    fn skip_space(&mut self) {
        while self.peek() == Some(&Token::Space) {
            self.next += 1;
        }
    }

    fn close(&mut self, what: &str) -> Result<(), Wrong> {
        self.skip_space();
        if self.peek() != Some(&Token::Close) {
            return wrong(self.at(), format!("unexpected token in {what}"));
        }
        self.next += 1;
        Ok(())
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, Wrong>) -> Result<T, Wrong> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return wrong(self.at(), format!("nested more than {MAX_NESTING} deep"));
        }
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// Nodes up to an `end` or `else`, whose word has been read but not what follows it.
    fn list(&mut self) -> Result<(Vec<Node>, Ending), Wrong> {
        let mut nodes = Vec::new();
        while let Some((token, at)) = self.tokens.get(self.next).cloned() {
            self.next += 1;
            let Token::Open = token else {
                if let Token::Text(range) = token {
                    nodes.push(Node::Text(self.source.text.slice(range)));
                }
                continue;
            };
            self.skip_space();
            let word = match self.peek() {
                Some(Token::Word(word)) => word.clone(),
                _ => String::new(),
            };
            let block = ["if", "with", "range", "define", "block", "template", "break", "continue", "end", "else"];
            if block.contains(&word.as_str()) {
                self.next += 1;
            }
            match word.as_str() {
                "end" => {
                    self.close("end")?;
                    return Ok((nodes, Some(("end", at))));
                }
                "else" => return Ok((nodes, Some(("else", at)))),
                "if" | "with" | "range" => {
                    let node = self.deeper(|parser| parser.control(&word))?;
                    nodes.push(node);
                }
                "define" => self.deeper(|parser| parser.define(at))?,
                "block" | "template" => {
                    let node = self.deeper(|parser| parser.template(&word, at))?;
                    nodes.push(node);
                }
                "break" | "continue" => {
                    if self.loops == 0 {
                        return wrong(at, format!("{{{{{word}}}}} outside {{{{range}}}}"));
                    }
                    self.close(&word)?;
                    nodes.push(if word == "break" { Node::Break } else { Node::Continue });
                }
                _ => {
                    let pipe = self.pipe("command", false)?;
                    self.close("command")?;
                    nodes.push(Node::Action(pipe));
                }
            }
        }
        Ok((nodes, None))
    }

    /// The rest of an `if`, `with` or `range`.
    fn control(&mut self, word: &str) -> Result<Node, Wrong> {
        let at = self.at();
        let known = self.variables.len();
        let pipe = self.pipe(word, word == "range")?;
        let upto = self.at();
        self.close(word)?;
        let looping = usize::from(word == "range");
        self.loops += looping;
        let (then, ending) = self.list()?;
        self.loops -= looping;
        let mut otherwise = Vec::new();
        match ending {
            None => return wrong(at, format!("unclosed {{{{{word}}}}}: no {{{{end}}}} for it")),
            Some(("else", _)) => {
                self.skip_space();
                let chained = match self.peek() {
                    Some(Token::Word(next)) if next == "if" && word == "if" => Some("if"),
                    Some(Token::Word(next)) if next == "with" && word == "with" => Some("with"),
                    _ => None,
                };
                if let Some(chained) = chained {
                    // `else if` ends with the same `end`.
                    self.next += 1;
                    otherwise.push(self.deeper(|parser| parser.control(chained))?);
                } else {
                    self.close("else")?;
                    let (nodes, ending) = self.list()?;
                    match ending {
                        Some(("end", _)) => otherwise = nodes,
                        Some((_, at)) => return wrong(at, "expected end; found {{else}}"),
                        None => return wrong(at, format!("unclosed {{{{{word}}}}}: no {{{{end}}}} for it")),
                    }
                }
            }
            Some(_) => {}
        }
        self.variables.truncate(known);
        let branch = Branch { pipe, upto, taken: Default::default(), then, otherwise };
        Ok(match word {
            "if" => Node::If(branch),
            "with" => Node::With(branch),
            _ => Node::Range(branch),
        })
    }

    fn name(&mut self, what: &str) -> Result<Rc<str>, Wrong> {
        self.skip_space();
        match self.peek() {
            Some(Token::Quoted(name)) => {
                let name = name.as_str().into();
                self.next += 1;
                Ok(name)
            }
            _ => wrong(self.at(), format!("{what} needs the name of a template, quoted")),
        }
    }

    fn define(&mut self, at: usize) -> Result<(), Wrong> {
        let name = self.name("define")?;
        self.close("define")?;
        self.body(name, at, "define")
    }

    /// The body of a definition, whose variables and loops are its own.
    fn body(&mut self, name: Rc<str>, at: usize, what: &str) -> Result<(), Wrong> {
        let variables = std::mem::replace(&mut self.variables, vec!["$".into()]);
        let loops = std::mem::take(&mut self.loops);
        let (body, ending) = self.list()?;
        if !matches!(ending, Some(("end", _))) {
            return wrong(at, format!("unclosed {{{{{what}}}}}: no {{{{end}}}} for it"));
        }
        (self.variables, self.loops) = (variables, loops);
        self.defined.push(Template { name, source: self.source.clone(), body });
        Ok(())
    }

    fn template(&mut self, word: &str, at: usize) -> Result<Node, Wrong> {
        let name = self.name(word)?;
        self.skip_space();
        let pipe = match self.peek() {
            Some(Token::Close) => None,
            _ => Some(self.pipe(word, false)?),
        };
        self.close(word)?;
        if word == "block" {
            self.body(name.clone(), at, "block")?;
        }
        Ok(Node::Template { name, pipe, at })
    }

    fn pipe(&mut self, what: &str, ranges: bool) -> Result<Pipe, Wrong> {
        self.skip_space();
        let at = self.at();
        let (variables, assigns) = self.declaration(ranges)?;
        let mut commands = Vec::new();
        loop {
            self.skip_space();
            let command = self.command()?;
            let Some(command) = command else {
                let why = if commands.is_empty() { "missing value for" } else { "missing command in" };
                return wrong(self.at(), format!("{why} {what}"));
            };
            // Only what can be called may stand behind a `|`.
            if let (false, Some(first)) = (commands.is_empty(), command.operands.first())
                && matches!(first.kind, Kind::Constant(_) | Kind::Nil | Kind::Dot)
            {
                return wrong(first.at, "a constant or . cannot stand behind |");
            }
            commands.push(command);
            self.skip_space();
            if self.peek() != Some(&Token::Sign('|')) {
                break;
            }
            self.next += 1;
        }
        if !assigns {
            self.variables.extend(variables.iter().cloned());
        }
        Ok(Pipe { at, variables, assigns, commands })
    }

    /// `$x :=`, `$x =`, in a range `$k, $v :=`.
    fn declaration(&mut self, ranges: bool) -> Result<(Vec<Rc<str>>, bool), Wrong> {
        let start = self.next;
        let mut names: Vec<Rc<str>> = Vec::new();
        while let Some(Token::Variable(name)) = self.peek() {
            names.push(name.as_str().into());
            self.next += 1;
            self.skip_space();
            match self.peek() {
                Some(Token::Declare) => {
                    self.next += 1;
                    return Ok((names, false));
                }
                Some(Token::Assign) => {
                    let at = self.at();
                    self.next += 1;
                    if let Some(unknown) = names.iter().find(|name| !self.variables.contains(name)) {
                        return wrong(at, format!("undefined variable {unknown:?}"));
                    }
                    return Ok((names, true));
                }
                Some(Token::Sign(',')) if ranges && names.len() == 1 => {
                    self.next += 1;
                    self.skip_space();
                }
                _ => break,
            }
        }
        self.next = start;
        Ok((Vec::new(), false))
    }

    fn command(&mut self) -> Result<Option<Command>, Wrong> {
        let mut operands = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                None | Some(Token::Close | Token::Sign('|' | ')')) => break,
                _ => operands.push(self.operand()?),
            }
            match self.peek() {
                None | Some(Token::Space | Token::Close | Token::Sign('|' | ')')) => {}
                _ => return wrong(self.at(), "unexpected token in operand; a space is missing"),
            }
        }
        Ok((!operands.is_empty()).then_some(Command { operands }))
    }

    fn fields(&mut self) -> Vec<Rc<str>> {
        let mut names = Vec::new();
        while let Some(Token::Field(name)) = self.peek() {
            names.push(name.as_str().into());
            self.next += 1;
        }
        names
    }

    fn operand(&mut self) -> Result<Operand, Wrong> {
        let Some((token, at)) = self.tokens.get(self.next).cloned() else {
            return wrong(self.at(), "unexpected end");
        };
        self.next += 1;
        let kind = match token {
            Token::Dot => Kind::Dot,
            Token::Field(_) => {
                self.next -= 1;
                return Ok(Operand { at, kind: Kind::Field(self.fields()) });
            }
            Token::Variable(name) => {
                let name: Rc<str> = name.as_str().into();
                if !self.variables.contains(&name) {
                    return wrong(at, format!("undefined variable {:?}", &*name));
                }
                return Ok(Operand { at, kind: Kind::Variable(name, self.fields()) });
            }
            Token::Quoted(text) => {
                let origin = self.source.origin(at);
                let origin = if origin.made == Made::File { origin.made(Made::Literal) } else { origin };
                Kind::Constant(Value::str_of(text, origin))
            }
            Token::Char(c) => Kind::Constant(Value::Int(i64::from(u32::from(c)))),
            Token::Number(text) => match syntax::number(&text) {
                Some(number) => Kind::Constant(number),
                None => return wrong(at, format!("bad number syntax: {text:?}")),
            },
            Token::Word(word) => match word.as_str() {
                "true" | "false" => Kind::Constant(Value::Bool(word == "true")),
                "nil" => Kind::Nil,
                _ => match functions::find(&word) {
                    Some(function) => Kind::Function(function),
                    None => {
                        let why =
                            format!("function `{word}` is not supported; pass rendered manifests or install helm");
                        return wrong(at, why);
                    }
                },
            },
            Token::Sign('(') => {
                let pipe = self.deeper(|parser| parser.pipe("parenthesized pipeline", false))?;
                self.skip_space();
                if self.peek() != Some(&Token::Sign(')')) {
                    return wrong(self.at(), "unclosed left paren");
                }
                self.next += 1;
                Kind::Pipe(Box::new(pipe))
            }
            _ => return wrong(at, "unexpected token in an action"),
        };
        let fields = self.fields();
        if fields.is_empty() {
            return Ok(Operand { at, kind });
        }
        match kind {
            Kind::Dot => Ok(Operand { at, kind: Kind::Field(fields) }),
            Kind::Constant(_) | Kind::Nil => wrong(at, "unexpected . after a constant"),
            kind => Ok(Operand { at, kind: Kind::Chain(Box::new(Operand { at, kind }), fields) }),
        }
    }
}
