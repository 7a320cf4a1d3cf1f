//! Runs templates (text/template, `exec.go`), with bounds on all of it.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::functions::{Call, Function};
use super::super::print;
use super::super::text::{Made, Origin, Text};
use super::super::value::{Key, Value};
use super::ast::{Branch, Command, Kind, Node, Operand, Pipe, Source, Template};
use super::fields;
use super::parser;
use super::syntax::Wrong;

/// Nodes and calls that one chart may execute. The largest public charts need about a million.
const MAX_STEPS: u64 = 20_000_000;
/// Bytes of text that one chart may make on the way, garbage included.
const MAX_BYTES: u64 = 2 << 30;
/// Bytes of one text.
pub const MAX_TEXT: usize = 32 << 20;
/// `include`, `template` and `tpl` within each other; Helm stops at 1000 of one name.
const MAX_CALLS: usize = 1_000;

/// What went wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A sentence.
    pub message: String,
    /// The file and line, once they are known.
    pub place: Option<(String, u32)>,
    /// Whether this is a bound of this program or what it does not support, so that Helm could do better.
    pub ours: bool,
}

impl From<String> for Fault {
    fn from(message: String) -> Fault {
        Fault { message, place: None, ours: false }
    }
}

impl From<&str> for Fault {
    fn from(message: &str) -> Fault {
        Fault::from(message.to_string())
    }
}

impl Fault {
    /// A bound or a gap of this program.
    pub fn ours(message: impl Into<String>) -> Fault {
        Fault { message: message.into(), place: None, ours: true }
    }
}

/// All templates of a chart, and what has been used up.
#[derive(Debug, Default)]
pub struct Engine {
    /// By name.
    pub templates: Rc<BTreeMap<Rc<str>, Rc<Template>>>,
    /// The files that origins number, as a person would open them.
    pub files: Vec<String>,
    steps: u64,
    bytes: u64,
    calls: usize,
}

/// How a list of nodes ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

impl Engine {
    /// With the files that origins number.
    pub fn new(files: Vec<String>) -> Engine {
        Engine { files, ..Engine::default() }
    }

    /// Adds the templates of a text; what is defined later wins, unless it is empty.
    pub fn add(&mut self, name: &str, text: Text) -> Result<(), Fault> {
        let templates = parser::parse(name, text).map_err(|(source, wrong)| self.parse_fault(&source, wrong))?;
        let all = Rc::make_mut(&mut self.templates);
        for template in templates {
            if !template.is_empty() || !all.contains_key(&template.name) {
                all.insert(template.name.clone(), Rc::new(template));
            }
        }
        Ok(())
    }

    fn parse_fault(&self, source: &Source, wrong: Wrong) -> Fault {
        let ours = wrong.why.contains("not supported") || wrong.why.starts_with("nested more than");
        self.placed(source, wrong.at, Fault { message: wrong.why, place: None, ours })
    }

    /// Adds the place, unless there is one.
    fn placed(&self, source: &Source, at: usize, mut fault: Fault) -> Fault {
        if fault.place.is_none() {
            let origin = source.origin(at);
            let file = self.files.get(usize::from(origin.file)).filter(|_| origin.made != Made::Unknown);
            fault.place = Some(match file {
                Some(file) => (file.clone(), origin.line),
                None => (source.name.to_string(), source.line(at)),
            });
        }
        fault
    }

    /// Takes note of work.
    pub fn step(&mut self, steps: usize) -> Result<(), Fault> {
        self.steps = self.steps.saturating_add(steps as u64);
        if self.steps > MAX_STEPS {
            return Err(Fault::ours(format!(
                "the chart needs more than {MAX_STEPS} steps to render: a runaway template?"
            )));
        }
        Ok(())
    }

    /// Takes note of text that was made.
    pub fn made(&mut self, bytes: usize) -> Result<(), Fault> {
        self.bytes = self.bytes.saturating_add(bytes as u64);
        if bytes > MAX_TEXT {
            return Err(Fault::ours(format!("makes a text of more than {} MiB: a runaway template?", MAX_TEXT >> 20)));
        }
        if self.bytes > MAX_BYTES {
            return Err(Fault::ours(format!(
                "the chart makes more than {} GiB of text: a runaway template?",
                MAX_BYTES >> 30
            )));
        }
        Ok(())
    }

    /// What a named template puts out.
    pub fn include(&mut self, name: &str, dot: Value) -> Result<Text, Fault> {
        let Some(template) = self.templates.get(name).cloned() else {
            return Err(format!("template: no template {name:?} associated with template \"gotpl\"").into());
        };
        self.run(&template, dot, Text::default())
    }

    /// What a text puts out that is itself a template.
    pub fn tpl(&mut self, name: &str, text: &Rc<Text>, dot: Value) -> Result<Rc<Text>, Fault> {
        if !text.as_str().contains("{{") {
            return Ok(text.without("<no value>").map_or_else(|| text.clone(), Rc::new));
        }
        let parsed = parser::parse(name, Text::clone(text));
        let mut templates = parsed.map_err(|(source, wrong)| self.parse_fault(&source, wrong))?;
        let main = Rc::new(templates.remove(0));
        let kept = self.templates.clone();
        if !templates.is_empty() {
            let all = Rc::make_mut(&mut self.templates);
            all.extend(templates.into_iter().map(|template| (template.name.clone(), Rc::new(template))));
        }
        let result = self.run(&main, dot, Text::default());
        self.templates = kept;
        let text = result?;
        Ok(Rc::new(text.without("<no value>").unwrap_or(text)))
    }

    /// Runs a template, which appends to `out`.
    fn run(&mut self, template: &Template, dot: Value, out: Text) -> Result<Text, Fault> {
        self.calls += 1;
        if self.calls > MAX_CALLS {
            self.calls -= 1;
            let why = format!(
                "templates include each other more than {MAX_CALLS} deep: does {:?} include itself?",
                &*template.name
            );
            return Err(Fault::ours(why));
        }
        let variables = vec![("$".into(), dot.clone())];
        let mut run = Run { engine: self, source: template.source.clone(), variables, out };
        let result = run.walk(&template.body, &dot).map(|_| run.out);
        self.calls -= 1;
        if let Ok(out) = &result {
            self.made(out.len())?;
        }
        result
    }
}

struct Run<'e> {
    engine: &'e mut Engine,
    source: Rc<Source>,
    variables: Vec<(Rc<str>, Value)>,
    out: Text,
}

impl Run<'_> {
    fn walk(&mut self, nodes: &[Node], dot: &Value) -> Result<Flow, Fault> {
        for node in nodes {
            self.engine.step(1)?;
            match node {
                Node::Text(text) => self.out.push_or(text, Origin::UNKNOWN),
                Node::Action(pipe) => {
                    let value = self.pipe(dot, pipe)?;
                    if pipe.variables.is_empty() {
                        self.put(&value, pipe.at)?;
                    }
                }
                Node::If(branch) => match self.branch(branch, dot, false)? {
                    Flow::On => {}
                    flow => return Ok(flow),
                },
                Node::With(branch) => match self.branch(branch, dot, true)? {
                    Flow::On => {}
                    flow => return Ok(flow),
                },
                Node::Range(branch) => match self.range(branch, dot)? {
                    Flow::On => {}
                    flow => return Ok(flow),
                },
                Node::Template { name, pipe, at } => {
                    let dot = pipe.as_ref().map_or(Ok(Value::Nil), |pipe| self.pipe(dot, pipe))?;
                    let template = self.engine.templates.get(name).cloned();
                    let template = template
                        .ok_or_else(|| self.fault(*at, format!("template {:?} not defined", &**name).into()))?;
                    let out = std::mem::take(&mut self.out);
                    self.out = self.engine.run(&template, dot, out).map_err(|fault| self.fault(*at, fault))?;
                }
                Node::Break => return Ok(Flow::Break),
                Node::Continue => return Ok(Flow::Continue),
            }
        }
        if self.out.len() > MAX_TEXT {
            self.engine.made(self.out.len())?;
        }
        Ok(Flow::On)
    }

    fn fault(&self, at: usize, fault: Fault) -> Fault {
        self.engine.placed(&self.source, at, fault)
    }

    /// Where an action is, as the origin of what it puts out.
    fn origin(&self, at: usize) -> Origin {
        let origin = self.source.origin(at);
        if origin.made == Made::File { origin.made(Made::Literal) } else { origin }
    }

    fn put(&mut self, value: &Value, at: usize) -> Result<(), Fault> {
        let origin = self.origin(at);
        match value {
            Value::Str(text) => self.out.push_or(text, origin),
            Value::Nil | Value::Null => self.out.push("<no value>", origin),
            _ => {
                let text = print::print(value).map_err(|fault| self.fault(at, fault))?;
                self.out.push_or(&text, origin);
            }
        }
        Ok(())
    }

    fn branch(&mut self, branch: &Branch, dot: &Value, with: bool) -> Result<Flow, Fault> {
        let known = self.variables.len();
        let value = self.pipe(dot, &branch.pipe)?;
        let flow = match (value.truth(), with) {
            (true, true) => self.walk(&branch.then, &value),
            (true, false) => self.walk(&branch.then, dot),
            (false, _) => self.walk(&branch.otherwise, dot),
        };
        self.variables.truncate(known);
        flow
    }

    fn range(&mut self, branch: &Branch, dot: &Value) -> Result<Flow, Fault> {
        let at = branch.pipe.at;
        let value = self.commands(dot, &branch.pipe)?;
        let item = |value: Value| if value.is_nil() { Value::Null } else { value };
        let count = match &value {
            Value::Int(count) | Value::Int64(count) => usize::try_from(*count).unwrap_or(0),
            Value::List(list) => list.0.len(),
            Value::Map(map) => map.len(),
            Value::Nil | Value::Null => 0,
            other => {
                let shown = print::print(other).map(|text| text.as_str().to_string()).unwrap_or_default();
                return Err(self.fault(at, format!("range can't iterate over {shown}").into()));
            }
        };
        if count == 0 {
            return self.walk(&branch.otherwise, dot);
        }
        let known = self.variables.len();
        let mut entries = match &value {
            Value::Map(map) => map.entries(),
            _ => Vec::new(),
        }
        .into_iter();
        for index in 0..count {
            self.engine.step(1).map_err(|fault| self.fault(at, fault))?;
            let (key, element) = match &value {
                Value::List(list) => (Value::Int(index as i64), item(list.0.get(index).cloned().unwrap_or_default())),
                Value::Map(_) => match entries.next() {
                    Some((Key(key), element)) => (Value::Str(key), item(element)),
                    None => break,
                },
                _ => (Value::Int(index as i64), Value::Int(index as i64)),
            };
            let names = &branch.pipe.variables;
            match (names.as_slice(), branch.pipe.assigns) {
                ([], _) => {}
                ([one], false) => self.variables.push((one.clone(), element.clone())),
                ([one], true) => self.assign(one, element.clone()),
                ([first, second, ..], false) => {
                    self.variables.push((first.clone(), key));
                    self.variables.push((second.clone(), element.clone()));
                }
                ([first, second, ..], true) => {
                    self.assign(first, key);
                    self.assign(second, element.clone());
                }
            }
            let flow = self.walk(&branch.then, &element);
            self.variables.truncate(known);
            match flow? {
                Flow::Break => break,
                Flow::On | Flow::Continue => {}
            }
        }
        Ok(Flow::On)
    }

    fn assign(&mut self, name: &str, value: Value) {
        if let Some((_, known)) = self.variables.iter_mut().rev().find(|(known, _)| &**known == name) {
            *known = value;
        }
    }

    /// The value of a pipeline, whose variables get it.
    fn pipe(&mut self, dot: &Value, pipe: &Pipe) -> Result<Value, Fault> {
        let value = self.commands(dot, pipe)?;
        for name in &pipe.variables {
            if pipe.assigns {
                self.assign(name, value.clone());
            } else {
                self.variables.push((name.clone(), value.clone()));
            }
        }
        Ok(value)
    }

    fn commands(&mut self, dot: &Value, pipe: &Pipe) -> Result<Value, Fault> {
        let mut last = None;
        for command in &pipe.commands {
            let value = self.command(dot, command, last)?;
            last = Some(settled(value));
        }
        Ok(last.unwrap_or_default())
    }

    fn command(&mut self, dot: &Value, command: &Command, last: Option<Value>) -> Result<Value, Fault> {
        let Some((first, rest)) = command.operands.split_first() else { return Ok(Value::Nil) };
        let arguments = !rest.is_empty() || last.is_some();
        match &first.kind {
            Kind::Function(function) => self.call(dot, first.at, function, rest, last),
            Kind::Field(names) => self.fields(dot.clone(), names, dot, first.at, rest, last),
            Kind::Variable(name, names) if !names.is_empty() => {
                let base = self.variable(name);
                self.fields(base, names, dot, first.at, rest, last)
            }
            Kind::Chain(base, names) => {
                let base = self.operand(dot, base)?;
                self.fields(base, names, dot, first.at, rest, last)
            }
            _ if arguments => Err(self.fault(first.at, "can't give an argument to what is no function".into())),
            Kind::Nil => Err(self.fault(first.at, "nil is not a command".into())),
            Kind::Variable(name, _) => Ok(self.variable(name)),
            _ => self.operand(dot, first),
        }
    }

    fn variable(&self, name: &str) -> Value {
        let found = self.variables.iter().rev().find(|(known, _)| &**known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// The value of an argument.
    fn operand(&mut self, dot: &Value, operand: &Operand) -> Result<Value, Fault> {
        let value = match &operand.kind {
            Kind::Dot => dot.clone(),
            Kind::Nil => Value::Nil,
            Kind::Constant(value) => value.clone(),
            Kind::Field(names) => self.fields(dot.clone(), names, dot, operand.at, &[], None)?,
            Kind::Variable(name, names) => {
                let base = self.variable(name);
                self.fields(base, names, dot, operand.at, &[], None)?
            }
            Kind::Chain(base, names) => {
                let base = self.operand(dot, base)?;
                self.fields(base, names, dot, operand.at, &[], None)?
            }
            Kind::Function(function) => self.call(dot, operand.at, function, &[], None)?,
            Kind::Pipe(pipe) => self.pipe(dot, pipe)?,
        };
        Ok(settled(value))
    }

    /// Follows fields; the last may be a method with arguments.
    fn fields(
        &mut self,
        base: Value,
        names: &[Rc<str>],
        dot: &Value,
        at: usize,
        rest: &[Operand],
        last: Option<Value>,
    ) -> Result<Value, Fault> {
        let Some((method, path)) = names.split_last() else { return Ok(base) };
        let mut value = base;
        for name in path {
            value = fields::field(&value, name, Vec::new()).map_err(|fault| self.fault(at, fault))?;
        }
        let mut arguments = Vec::with_capacity(rest.len() + 1);
        for operand in rest {
            arguments.push(self.operand(dot, operand)?);
        }
        arguments.extend(last);
        fields::field(&value, method, arguments).map_err(|fault| self.fault(at, fault))
    }

    fn call(
        &mut self,
        dot: &Value,
        at: usize,
        function: &'static Function,
        rest: &[Operand],
        last: Option<Value>,
    ) -> Result<Value, Fault> {
        self.engine.step(1).map_err(|fault| self.fault(at, fault))?;
        let count = rest.len() + usize::from(last.is_some());
        if count < function.least || count > function.most {
            let why = format!("wrong number of args for {}: got {count}", function.name);
            return Err(self.fault(at, why.into()));
        }
        if let Some(stop) = function.stops_at {
            // `and` and `or` evaluate no further than they need to.
            let mut value = Value::Nil;
            for operand in rest {
                value = self.operand(dot, operand)?;
                if value.truth() == stop {
                    return Ok(value);
                }
            }
            return Ok(last.unwrap_or(value));
        }
        let mut arguments = Vec::with_capacity(count);
        for operand in rest {
            arguments.push(self.operand(dot, operand)?);
        }
        arguments.extend(last);
        let (origin, template) = (self.origin(at), self.source.name.clone());
        let mut call = Call { engine: self.engine, name: function.name, arguments, origin, template };
        let result = (function.run)(&mut call);
        result.map_err(|fault| self.fault(at, fault))
    }
}

/// A nil without its type, as the end of a pipeline has it.
fn settled(value: Value) -> Value {
    if value.is_nil() { Value::Nil } else { value }
}
