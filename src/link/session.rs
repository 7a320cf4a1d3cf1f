//! Rounds of evaluation: what changes is evaluated again, all else is kept.

use std::collections::{BTreeMap, BTreeSet};

use super::circles::Body;
use super::modules::Modules;
use super::{Linked, Linker, Units};
use crate::libraries::Libraries;
use crate::link::interest::Interest;
use crate::model::{FileId, Sources};

/// A whole-program evaluation in rounds. What a round evaluated is kept in the next, but for files that
/// changed (new units are demanded of them, or a name in them has come to matter) and those that
/// looked something up in such files.
pub struct Session<'a>(Linker<'a>);

impl<'a> Session<'a> {
    /// Nothing is evaluated yet.
    pub fn new(
        sources: &'a Sources,
        modules: &'a Modules<'a>,
        units: &'a dyn Units,
        libraries: &'a Libraries<'a>,
    ) -> Session<'a> {
        Session(Linker::new(sources, modules, units, libraries))
    }

    /// Evaluates the demanded units of the changed files and of those that depend on them; the names
    /// that have been found to matter so far.
    pub fn round(&mut self, demanded: &BTreeMap<FileId, Vec<usize>>, changed: &BTreeSet<FileId>) -> &Interest {
        let linker = &mut self.0;
        linker.interest = linker.found.clone();
        linker.outdated.clear();
        let again = linker.forget(changed);
        for &file in &again {
            if let Some(wanted) = demanded.get(&file) {
                linker.evaluate(file, wanted);
            }
        }
        linker.note_renamed(&again);
        &linker.found
    }

    /// The files of which something was evaluated in the last round before all that matters to it was known.
    pub fn outdated(&self) -> &BTreeSet<FileId> {
        &self.0.outdated
    }

    /// The files of which something has been evaluated, demanded or looked up.
    pub fn evaluated(&self) -> BTreeSet<FileId> {
        self.0.states.keys().copied().collect()
    }

    /// The reads of all rounds.
    pub fn finish(mut self) -> Linked {
        self.0.told_reads();
        self.0.declared_reads();
        self.0.command_reads();
        self.0.finish()
    }
}

impl Linker<'_> {
    /// Forgets what was evaluated of the changed files and of all that depends on them; those files.
    fn forget(&mut self, changed: &BTreeSet<FileId>) -> BTreeSet<FileId> {
        let mut again = changed.clone();
        let mut queue: Vec<FileId> = changed.iter().copied().collect();
        while let Some(file) = queue.pop() {
            for &dependent in self.dependents.get(&file).into_iter().flatten() {
                if again.insert(dependent) {
                    queue.push(dependent);
                }
            }
        }
        self.states.retain(|file, _| !again.contains(file));
        self.unit_values.retain(|(file, _), _| !again.contains(file));
        self.emitted.retain(|(file, _)| !again.contains(file));
        self.generic.retain(|(file, ..)| !again.contains(file));
        self.unnamed.retain(|(file, _)| !again.contains(file));
        self.prefixed.retain(|(file, _)| !again.contains(file));
        self.limits.retain(|file, _| !again.contains(file));
        self.recorded.retain(|_, recorded| !again.contains(&recorded.unit.0));
        self.mentions.retain(|(file, _)| !again.contains(file));
        self.globals.forget(|file| again.contains(file));
        for state in self.functions.iter_mut().filter(|f| again.contains(&f.file)) {
            (state.summary, state.callers, state.escaped, state.referenced) = (None, 0, false, false);
        }
        let functions = &self.functions;
        self.looks.retain(|body, _| match body {
            Body::Function(function) => !again.contains(&functions[*function].file),
            Body::Module(file) | Body::Unit(file, _) => !again.contains(file),
        });
        for state in self.classes.iter_mut().filter(|c| again.contains(&c.file)) {
            state.forget();
        }
        let classes = &self.classes;
        self.settings_events.retain(|(class, _), _| !again.contains(&classes[*class].file));
        for dependents in self.dependents.values_mut() {
            dependents.retain(|file| !again.contains(file));
        }
        self.calls.clear();
        self.carried.clear();
        self.iterations.clear();
        self.parts.clear();
        self.fields.clear();
        self.lineages.borrow_mut().clear();
        again
    }
}
