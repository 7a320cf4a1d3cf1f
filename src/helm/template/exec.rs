//! Runs templates (text/template, `exec.go`).

use std::rc::Rc;

use super::super::functions::{Call, Function};
use super::super::print;
use super::super::text::{Made, Origin, Text};
use super::super::value::{Key, Value};
use super::ast::{Branch, Command, Kind, Node, Operand, Pipe, Source, Template};
use super::engine::{Engine, Fault, MAX_TEXT};
use super::fields;

/// Runs a template, which appends to `out`.
pub fn run(engine: &mut Engine, template: &Template, dot: Value, out: Text) -> Result<Text, Fault> {
    let variables = vec![("$".into(), dot.clone())];
    let mut run = Run { engine, source: template.source.clone(), variables, out };
    run.walk(&template.body, &dot).map(|_| run.out)
}

/// How a list of nodes ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
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
        branch.take(value.truth());
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
        branch.take(count > 0);
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
