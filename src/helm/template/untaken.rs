//! What could stand in the env of containers with other values: items in branches that were never taken.
//!
//! Nothing is rendered for that. The text of a template is laid out as it would stand with all of its branches
//! ([`super::skeleton`]); an item counts where the list that it is in is called `env`, or, in a template that others
//! include, where it has a `value` or `valueFrom`. A name that is not spelled out is not guessed.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::ast::{Branch, Kind, Node, Pipe, Template};
use super::engine::Engine;
use super::skeleton::{Item, Lines};
use crate::helm::value::Value;
use crate::model::{ChartPlace, Conditional};

/// Characters of a condition that are told.
const MAX_CONDITION: usize = 100;
/// Items that are told of one chart; a bound against hostile input.
const MAX_ITEMS: usize = 10_000;

/// A branch, and whether it could only count with other values.
#[derive(Debug, Clone)]
struct Arm {
    outer: usize,
    /// The same number for what is done and what is done else.
    branch: usize,
    /// The condition, if it was never taken.
    dead: Option<String>,
}

/// All items in branches that were never taken, by place.
pub fn conditional(engine: &Engine) -> Vec<Conditional> {
    let mut walk = Walk { engine, arms: Vec::new(), branches: 0, open: Vec::new(), seen: BTreeSet::new() };
    walk.arms.push(Arm { outer: 0, branch: 0, dead: None });
    let mut found = BTreeSet::new();
    for template in engine.templates.values().filter(|template| !template.name.ends_with("NOTES.txt")) {
        walk.template(template, 0, &mut found);
    }
    // What is included where a branch was never taken.
    while let Some((name, arm)) = walk.open.pop() {
        if let (true, Some(template)) = (walk.seen.insert(name.clone()), engine.templates.get(&name)) {
            walk.template(template, arm, &mut found);
        }
    }
    found.into_iter().collect()
}

struct Walk<'e> {
    engine: &'e Engine,
    /// The first is what always counts.
    arms: Vec<Arm>,
    branches: usize,
    /// Templates that are included, and where.
    open: Vec<(Rc<str>, usize)>,
    seen: BTreeSet<Rc<str>>,
}

impl Walk<'_> {
    fn template(&mut self, template: &Template, arm: usize, found: &mut BTreeSet<Conditional>) {
        if found.len() >= MAX_ITEMS {
            return;
        }
        let mut lines = Lines::default();
        self.nodes(template, &template.body, arm, &mut lines);
        let items = lines.items();
        let mut live: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for (item, name) in items.iter().filter_map(|item| Some((item, item.name.as_deref()?))) {
            if self.dead(item.arm).is_empty() {
                live.entry(name).or_default().extend(self.path(item.arm));
            }
        }
        for item in &items {
            let dead = self.dead(item.arm);
            // What is set in the other branch is set.
            let others = item.name.as_deref().and_then(|name| live.get(name));
            let set = others.is_some_and(|others| self.path(item.arm).iter().any(|branch| others.contains(branch)));
            if let (false, false, Some(place)) = (dead.is_empty(), set, self.place(item)) {
                found.insert(Conditional { place, name: item.name.clone(), condition: dead.join(" and ") });
            }
        }
    }

    fn place(&self, item: &Item) -> Option<ChartPlace> {
        let file = self.engine.files.get(usize::from(item.place?.file))?;
        Some(ChartPlace { file: file.clone(), line: item.place?.line })
    }

    /// The branches around an arm.
    fn path(&self, mut arm: usize) -> Vec<usize> {
        let mut path = Vec::new();
        while let Some(inner) = self.arms.get(arm).filter(|_| arm != 0) {
            path.push(inner.branch);
            arm = inner.outer;
        }
        path
    }

    /// The conditions around an arm that were never met, outermost first.
    fn dead(&self, mut arm: usize) -> Vec<&str> {
        let mut dead = Vec::new();
        while let Some(inner) = self.arms.get(arm).filter(|_| arm != 0) {
            dead.extend(inner.dead.as_deref());
            arm = inner.outer;
        }
        dead.reverse();
        dead
    }

    fn nodes(&mut self, template: &Template, nodes: &[Node], arm: usize, lines: &mut Lines) {
        for node in nodes {
            match node {
                Node::Text(text) => lines.text(text, arm),
                Node::Action(pipe) if pipe.variables.is_empty() => self.action(template, pipe, arm, lines),
                Node::If(branch) => self.branch(template, "", branch, arm, lines),
                Node::With(branch) => self.branch(template, "with ", branch, arm, lines),
                Node::Range(branch) => self.branch(template, "range ", branch, arm, lines),
                Node::Template { name, .. } => self.include(name.clone(), arm),
                Node::Action(_) | Node::Break | Node::Continue => {}
            }
        }
    }

    fn include(&mut self, name: Rc<str>, arm: usize) {
        if !self.dead(arm).is_empty() {
            self.open.push((name, arm));
        }
    }

    fn branch(&mut self, template: &Template, word: &str, branch: &Branch, outer: usize, lines: &mut Lines) {
        let below_dead = !self.dead(outer).is_empty();
        let [then, otherwise] = branch.taken.get();
        if !below_dead && !then && !otherwise {
            // Nobody came here: nothing tells whether anybody could.
            return;
        }
        let text = template.source.text.as_str().get(branch.pipe.at..branch.upto).unwrap_or_default();
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut condition = words.join(" ");
        if let Some((at, _)) = condition.char_indices().nth(MAX_CONDITION) {
            condition.truncate(at);
            condition.push('…');
        }
        self.branches += 1;
        let number = self.branches;
        for (taken, nodes, condition) in [
            (then, &branch.then, format!("{word}{condition}")),
            (otherwise, &branch.otherwise, format!("not {word}{condition}")),
        ] {
            if nodes.is_empty() {
                continue;
            }
            let dead = (below_dead || !taken).then_some(condition);
            self.arms.push(Arm { outer, branch: number, dead });
            self.nodes(template, nodes, self.arms.len() - 1, lines);
        }
    }

    fn action(&mut self, template: &Template, pipe: &Pipe, arm: usize, lines: &mut Lines) {
        let mut known = false;
        for command in &pipe.commands {
            let [first, rest @ ..] = command.operands.as_slice() else { continue };
            if let (Kind::Function(function), Some(Kind::Constant(Value::Str(name)))) =
                (&first.kind, rest.first().map(|operand| &operand.kind))
                && function.name == "include"
                && self.engine.templates.contains_key(name.as_str())
            {
                known = true;
                self.include(name.as_str().into(), arm);
            }
        }
        lines.action(template.source.origin(pipe.at), indentation(pipe), known, arm);
    }
}

/// By how much the output is indented, and whether it begins on a line of its own.
fn indentation(pipe: &Pipe) -> Option<(usize, bool)> {
    let [first, rest @ ..] = pipe.commands.last()?.operands.as_slice() else { return None };
    match (&first.kind, rest.first().map(|operand| &operand.kind)) {
        (Kind::Function(function), Some(Kind::Constant(Value::Int(by))))
            if matches!(function.name, "nindent" | "indent") =>
        {
            Some((usize::try_from(*by).ok()?.min(1_000), function.name == "nindent"))
        }
        _ => None,
    }
}
