//! All templates of a chart, and the bounds on what they may do.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::text::{Made, Text};
use super::super::value::Value;
use super::ast::{Source, Template};
use super::exec::run;
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
    pub(super) fn placed(&self, source: &Source, at: usize, mut fault: Fault) -> Fault {
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
    pub(super) fn run(&mut self, template: &Template, dot: Value, out: Text) -> Result<Text, Fault> {
        self.calls += 1;
        if self.calls > MAX_CALLS {
            self.calls -= 1;
            let why = format!(
                "templates include each other more than {MAX_CALLS} deep: does {:?} include itself?",
                &*template.name
            );
            return Err(Fault::ours(why));
        }
        let result = run(self, template, dot, out);
        self.calls -= 1;
        if let Ok(out) = &result {
            self.made(out.len())?;
        }
        result
    }
}
