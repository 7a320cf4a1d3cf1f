//! Functions that call each other in a circle: the one that was looked at first is not done when the others ask what it
//! does. They are looked at again when it is.

use std::rc::Rc;

use super::Linker;
use super::events::Summary;
use super::value::FunctionId;

/// How often a function is looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Looks {
    /// Once, as most are.
    #[default]
    Once,
    /// Once so far: it is to be looked at again.
    OnceMore,
    /// It has been looked at again.
    Again,
}

impl Linker<'_> {
    /// Notes that a function is asked for that is being evaluated: what lies between does not see what it does.
    pub(super) fn met_in_a_circle(&mut self, id: FunctionId) {
        self.functions[id].recursive = true;
        let between = self.evaluating.iter().rposition(|&f| f == id).map_or(0, |at| at + 1);
        for &function in &self.evaluating[between..] {
            if self.functions[function].looks == Looks::Once {
                self.functions[function].looks = Looks::OnceMore;
                self.circles.entry(id).or_default().push(function);
            }
        }
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
            for function in between.into_iter().rev() {
                let Some(before) = linker.functions[function].summary.take() else { continue };
                linker.functions[function].looks = Looks::Again;
                let now = linker.summary(function);
                for event in &now.events {
                    let same = before.events.iter().find(|e| e.place == event.place && e.key == event.key);
                    if let Some(same) = same.filter(|same| same.root != event.root) {
                        // Who calls with a known name explains both.
                        linker.stood_for.insert(event.root, same.root);
                        linker.stood_for.insert(same.root, event.root);
                    }
                }
            }
        });
    }
}
