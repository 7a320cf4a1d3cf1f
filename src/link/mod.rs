//! Stage 3, link: facts → reads with provenance.
//!
//! One abstract evaluator. Module bodies are evaluated in order; a function once, with its parameters
//! as symbols, into a [`events::Summary`]; call sites substitute into the summary. A consultation of
//! the environment becomes a read where its key is fixed.
//!
//! The evaluator asks for units ([`Units`]) only when a name's value matters: names are bound lazily
//! ([`value::Symbol`]) and looked up when they are a key, a mapping, or callees whose name is among the
//! *interesting* ones, those that reads, wrappers and settings classes are known by ([`Interest`]).

#![allow(
    clippy::mutable_key_type,
    reason = "an instance is hashed and compared by its class and place, never by its fields"
)]

mod absence;
mod builtins;
mod calls;
mod classes;
mod collections;
mod environment;
mod events;
mod expressions;
mod functions;
mod interest;
pub mod modules;
mod names;
mod objects;
mod operations;
mod output;
mod scope;
mod settings;
mod statements;
mod substitution;
mod texts;
mod value;

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

pub use interest::Interest;

use crate::model::{FileId, Notice, NoticeKind, Place, Read, Sources};
use crate::python::ir::{Name, UnitFacts};
use crate::python::outline::Outline;
use classes::{ClassState, Lineage};
use events::{Absent, Event, Summary};
use functions::FunctionState;
use modules::Modules;
use names::ModuleState;
use value::{ClassId, EventId, FunctionId, Value};

/// Gives outlines and facts. Facts depend on the unit's bytes alone, so they may be computed when
/// first asked for, in any order.
pub trait Units {
    /// The outline of a Python file.
    fn outline(&self, file: FileId) -> &Outline;
    /// The facts of one of its units.
    fn facts(&self, file: FileId, unit: usize) -> Arc<UnitFacts>;
}

/// What a round of linking says.
#[derive(Debug, Default)]
pub struct Linked {
    /// The reads, sorted.
    pub reads: Vec<Read>,
    /// The names that callers and subclasses of what was found would use.
    pub interest: Interest,
    /// Bounds that were hit.
    pub notices: Vec<Notice>,
}

/// Evaluates the demanded units.
pub fn link(
    sources: &Sources,
    modules: &Modules<'_>,
    units: &dyn Units,
    demanded: &BTreeMap<FileId, Vec<usize>>,
    interest: &Interest,
) -> Linked {
    let mut linker = Linker::new(sources, modules, units, interest);
    for (&file, wanted) in demanded {
        linker.evaluate(file, wanted);
    }
    linker.finish()
}

/// The evaluator's state.
struct Linker<'a> {
    sources: &'a Sources,
    modules: &'a Modules<'a>,
    units: &'a dyn Units,
    interest: &'a Interest,
    functions: Vec<FunctionState>,
    function_at: HashMap<(FileId, u32, u32), FunctionId>,
    classes: Vec<ClassState>,
    class_at: HashMap<(FileId, u32, u32), ClassId>,
    states: HashMap<FileId, ModuleState>,
    unit_values: HashMap<(FileId, usize), Value>,
    looking_up: HashSet<(FileId, Name)>,
    next_event: EventId,
    refined: HashMap<EventId, Absent>,
    emitted: Vec<Event>,
    /// Root events that were emitted with nothing known of their parameters → the functions whose
    /// callers would fix them.
    generic: Vec<(Event, FunctionId)>,
    /// Root events → functions that pass a dependence on to their own callers.
    carriers: HashMap<EventId, HashSet<FunctionId>>,
    /// Iterations over the environment that a filter explains.
    filtered: HashSet<EventId>,
    /// Fields of settings classes, by the event that reads them: class, field, case rule.
    settings_fields: HashMap<EventId, (ClassId, Name, bool)>,
    /// The (first) event that reads a field of a settings class, with its outcome.
    settings_events: HashMap<(ClassId, Name), (EventId, Absent)>,
    /// Where objects are made whose methods read what the constructor was told.
    object_places: HashSet<Place>,
    found: Interest,
    notices: Vec<Notice>,
    /// [`Linker::typical_fields`] by class, with how many methods had been evaluated.
    fields: HashMap<ClassId, (usize, Rc<HashMap<Name, Value>>)>,
    /// What calls that were followed gave.
    calls: HashMap<calls::CallKey, Value>,
    /// [`Linker::own_parts`] by class.
    parts: HashMap<ClassId, Rc<Vec<(FunctionId, Summary)>>>,
    /// [`Linker::lineage`] by class.
    lineages: std::cell::RefCell<HashMap<ClassId, Rc<Lineage>>>,
    depth: usize,
    /// Calls followed on behalf of the current unit.
    steps: usize,
    /// Through how many callers the call that is being repeated has come.
    handed_on: usize,
    /// Values substituted on behalf of the current unit.
    substitutions: usize,
    /// Functions whose calls are being followed.
    active: Vec<FunctionId>,
}

/// How deep evaluations may nest (a call evaluating its callee first, and so on) before a callee is
/// taken as unknown.
const MAX_DEPTH: usize = 120;

impl<'a> Linker<'a> {
    fn new(sources: &'a Sources, modules: &'a Modules<'a>, units: &'a dyn Units, interest: &'a Interest) -> Self {
        Linker {
            sources,
            modules,
            units,
            interest,
            functions: Vec::new(),
            function_at: HashMap::default(),
            classes: Vec::new(),
            class_at: HashMap::default(),
            states: HashMap::default(),
            unit_values: HashMap::default(),
            looking_up: HashSet::default(),
            next_event: 0,
            refined: HashMap::default(),
            emitted: Vec::new(),
            generic: Vec::new(),
            carriers: HashMap::default(),
            filtered: HashSet::default(),
            settings_fields: HashMap::default(),
            settings_events: HashMap::default(),
            object_places: HashSet::default(),
            found: Interest::default(),
            notices: Vec::new(),
            fields: HashMap::default(),
            calls: HashMap::default(),
            parts: HashMap::default(),
            lineages: Default::default(),
            depth: 0,
            steps: 0,
            handed_on: 0,
            substitutions: 0,
            active: Vec::new(),
        }
    }

    /// Evaluates a module's body and the wanted units of it.
    fn evaluate(&mut self, file: FileId, wanted: &[usize]) {
        self.start();
        self.module(file);
        for &unit in wanted.iter().filter(|&&unit| unit > 0) {
            self.start();
            let value = self.unit_value(file, unit);
            self.evaluate_fully(&value);
        }
    }

    /// A new unit has its bounds to itself.
    fn start(&mut self) {
        self.steps = 0;
        self.substitutions = 0;
    }

    /// Evaluates the body behind a definition.
    fn evaluate_fully(&mut self, value: &Value) {
        match value {
            Value::Function(callable) => {
                self.summary(callable.function);
            }
            Value::Class(class) => self.evaluate_class(*class),
            _ => {}
        }
    }

    /// Notes that a unit's calls were not all followed.
    fn too_long(&mut self, file: FileId) {
        self.notices.push(Notice {
            kind: NoticeKind::LimitReached,
            file: Some(self.sources.files[file].path.to_string()),
            line: None,
            detail: "too many calls to follow: some were not".into(),
        });
    }
}
