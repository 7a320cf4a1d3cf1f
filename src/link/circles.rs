//! Functions that call each other in a circle: the one that was looked at first is not done when the others ask what it
//! does. They are looked at again when it is; so are modules and classes whose bodies ask for it.

use std::rc::Rc;

use super::Linker;
use super::events::Summary;
use super::value::FunctionId;
use crate::model::FileId;

/// Something that is evaluated once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Body {
    /// A function's.
    Function(FunctionId),
    /// A module's own.
    Module(FileId),
    /// A definition in the first column: what its decorators, defaults and class body say.
    Unit(FileId, usize),
}

/// Why a body is looked at more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// It is to be looked at again when this function is done.
    OnceMore(FunctionId),
    /// It has been looked at again.
    Again,
}

impl Linker<'_> {
    /// Notes that a function is asked for that is being evaluated: what lies between does not see what it does.
    pub(super) fn met_in_a_circle(&mut self, id: FunctionId) {
        self.functions[id].recursive = true;
        let at = self.place_in_evaluation(id);
        for between in at..self.evaluating.len() {
            let body = self.evaluating[between];
            match self.looks.get(&body).copied() {
                None => {
                    self.looks.insert(body, Looks::OnceMore(id));
                    self.circles.entry(id).or_default().push(body);
                }
                Some(Looks::OnceMore(other)) if other != id && !matches!(body, Body::Function(_)) => {
                    // Nobody asks for it that has to wait: it is looked at after all others, when the outermost is done.
                    let outer = if self.place_in_evaluation(other) < at { other } else { id };
                    self.circles.entry(other).or_default().retain(|listed| *listed != body);
                    self.looks.insert(body, Looks::OnceMore(outer));
                    self.circles.entry(outer).or_default().insert(0, body);
                }
                _ => {}
            }
        }
    }

    /// Where what is asked for by a function that is being evaluated begins.
    fn place_in_evaluation(&self, id: FunctionId) -> usize {
        self.evaluating.iter().rposition(|body| *body == Body::Function(id)).map_or(0, |at| at + 1)
    }

    /// Whether what is being evaluated has been before.
    pub(super) fn is_second_look(&self) -> bool {
        self.evaluating.last().is_some_and(|body| self.looks.get(body) == Some(&Looks::Again))
    }

    /// Looks again at those that asked for a function before it was done, the innermost first. Once is enough for what
    /// it reads itself, and for what it was seen to read through them.
    pub(super) fn close_circles(&mut self, id: FunctionId) {
        let Some(between) = self.circles.remove(&id) else { return };
        // What reads nothing by itself or for others is missed by nobody.
        let reads = |summary: &Rc<Summary>| !(summary.events.is_empty() && summary.calls.is_empty());
        if !self.functions[id].summary.as_ref().is_some_and(reads) {
            return;
        }
        self.on_its_own(|linker| {
            for body in between.into_iter().rev() {
                linker.looks.insert(body, Looks::Again);
                match body {
                    Body::Function(function) => linker.function_again(function),
                    Body::Module(file) => linker.module_body(file),
                    Body::Unit(file, unit) => linker.unit_again(file, unit),
                }
            }
        });
    }

    fn function_again(&mut self, function: FunctionId) {
        let Some(before) = self.functions[function].summary.take() else { return };
        let now = self.summary(function);
        for event in &now.events {
            let same = before.events.iter().find(|e| e.place == event.place && e.key == event.key);
            if let Some(same) = same.filter(|same| same.root != event.root) {
                // Who calls with a known name explains both.
                self.stood_for.insert(event.root, same.root);
                self.stood_for.insert(same.root, event.root);
            }
        }
    }
}
