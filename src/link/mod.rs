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
mod arguments;
mod bounds;
mod branches;
mod builtins;
mod callbacks;
mod calls;
mod choices;
mod circles;
mod classes;
mod collections;
mod commands;
mod comparisons;
mod concrete;
mod declared;
mod enums;
mod environment;
mod events;
mod exports;
mod expressions;
mod functions;
mod given;
mod globals;
mod guards;
mod injection;
mod instance;
mod interest;
mod library;
mod mappings;
mod members;
mod methods;
pub mod modules;
mod names;
mod narrow;
mod objects;
mod operations;
mod operators;
mod outcomes;
mod output;
mod own_reads;
mod passing;
mod patterns;
mod pending;
mod reached;
mod receivers;
mod records;
mod relevance;
mod replay;
mod scope;
mod session;
mod settings;
mod statements;
mod substitution;
mod templates;
mod texts;
mod value;
mod walks;

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

pub use interest::Interest;

use crate::libraries::Libraries;
use crate::model::{FileId, Notice, Place, Read, Sources};
use crate::python::ir::{Name, UnitFacts};
use crate::python::outline::Outline;
use bounds::Spent;
use circles::{Body, Looks};
use classes::{ClassState, Lineage};
use events::{Absent, Event, Recorded, Summary};
use functions::FunctionState;
use globals::Globals;
use modules::Modules;
use names::ModuleState;
pub use session::Session;
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
    /// Bounds that were hit.
    pub notices: Vec<Notice>,
}

/// The evaluator's state.
struct Linker<'a> {
    sources: &'a Sources,
    modules: &'a Modules<'a>,
    units: &'a dyn Units,
    libraries: &'a Libraries<'a>,
    /// The names known to matter in this round.
    interest: Interest,
    /// The files on whose behalf something is evaluated, innermost last.
    current: Vec<FileId>,
    /// File → files that looked something up in it.
    dependents: HashMap<FileId, BTreeSet<FileId>>,
    functions: Vec<FunctionState>,
    function_at: HashMap<(FileId, u32, u32), FunctionId>,
    classes: Vec<ClassState>,
    class_at: HashMap<(FileId, u32, u32), ClassId>,
    states: HashMap<FileId, ModuleState>,
    unit_values: HashMap<(FileId, usize), Value>,
    looking_up: HashSet<(FileId, Name)>,
    next_event: EventId,
    refined: HashMap<EventId, Absent>,
    /// Root events that ask for a name of a table that nobody names.
    listed: HashSet<EventId>,
    /// Roots of reads that one of the same name and place stands for, and its root.
    stood_for: HashMap<EventId, EventId>,
    /// What conditions need to know of the reads recorded so far.
    recorded: HashMap<EventId, Recorded>,
    /// Reads, with the file on whose behalf they were found.
    emitted: Vec<(FileId, Event)>,
    /// Root events that were emitted with nothing known of their parameters → the functions whose
    /// callers would fix them.
    generic: Vec<(FileId, Event, FunctionId)>,
    /// Reads of methods whose objects are made with names that are not known.
    unnamed: Vec<(FileId, Event)>,
    /// Root events that a caller does not get to.
    unreached: HashSet<EventId>,
    /// Iterations over the environment that a filter explains.
    filtered: HashSet<EventId>,
    /// Root events of what unknown objects are handed in functions, which matters if nobody calls these.
    waiting: HashSet<EventId>,
    /// What functions bind global names to.
    globals: Globals,
    /// Walks over what turned out to be the environment, by the place of the walk.
    iterations: HashMap<Place, EventId>,
    /// Fields of settings classes, by the event that reads them.
    settings_fields: HashMap<EventId, settings::FieldRead>,
    /// The (first) event that reads a field of a settings class, with its outcome.
    settings_events: HashMap<(ClassId, Name), (EventId, Absent)>,
    /// Names of functions, perhaps, that are used other than to call them, and on behalf of which file.
    mentions: HashSet<(FileId, Value)>,
    /// Parameters that make reads unnecessary, and which calls give them.
    passing: HashMap<(FunctionId, Name), passing::Passing>,
    /// Classes whose fields a decorator makes variables.
    declared: HashMap<ClassId, declared::Declared>,
    /// The option that was declared last.
    option_seen: Option<commands::CommandOption>,
    /// Prefixes that calls give to commands, and on behalf of which file.
    prefixed: Vec<(FileId, commands::Prefixed)>,
    /// Where objects are made whose methods read what the constructor was told.
    object_places: HashSet<Place>,
    /// Root events of reads that happen when the program calls something later.
    deferred: HashSet<EventId>,
    found: Interest,
    /// Bounds that were hit, by the file on whose behalf.
    limits: BTreeMap<FileId, BTreeSet<&'static str>>,
    /// [`Linker::typical_fields`] by class, with how many methods had been evaluated.
    fields: HashMap<ClassId, (usize, Rc<HashMap<Name, Value>>)>,
    /// What calls that were followed gave.
    calls: HashMap<calls::CallKey, Value>,
    /// [`Linker::own_parts`] by class.
    parts: HashMap<ClassId, Rc<Vec<(FunctionId, Summary)>>>,
    /// [`Linker::lineage`] by class.
    lineages: std::cell::RefCell<HashMap<ClassId, Rc<Lineage>>>,
    /// Parameters that are given what reads can be made through: (function, index). What is known of that stays
    /// known from round to round.
    given: HashSet<(FunctionId, usize)>,
    /// Files of functions that were evaluated before it was known what they are given.
    outdated: BTreeSet<FileId>,
    depth: usize,
    /// What has been spent on what is being evaluated.
    spent: Spent,
    /// Whether (how deep) what waited for a call's arguments is carried out.
    substituting: usize,
    /// What is being evaluated, innermost last.
    evaluating: Vec<Body>,
    /// Function that is being evaluated → what was being evaluated when it was asked for.
    circles: HashMap<FunctionId, Vec<Body>>,
    /// What is evaluated more than once.
    looks: HashMap<Body, Looks>,
    /// Functions whose calls are being followed.
    active: Vec<FunctionId>,
    /// Classes that their metaclasses are making.
    making: Vec<ClassId>,
    /// Calls that are being carried out.
    carrying: Vec<(FunctionId, Vec<Value>)>,
    /// What calls that were carried out gave.
    carried: HashMap<concrete::CarriedKey, Value>,
}

impl<'a> Linker<'a> {
    fn new(sources: &'a Sources, modules: &'a Modules<'a>, units: &'a dyn Units, libraries: &'a Libraries<'a>) -> Self {
        Linker {
            sources,
            modules,
            units,
            libraries,
            interest: Interest::default(),
            current: Vec::new(),
            dependents: HashMap::default(),
            functions: Vec::new(),
            function_at: HashMap::default(),
            classes: Vec::new(),
            class_at: HashMap::default(),
            states: HashMap::default(),
            unit_values: HashMap::default(),
            looking_up: HashSet::default(),
            next_event: 0,
            refined: HashMap::default(),
            listed: HashSet::default(),
            stood_for: HashMap::default(),
            recorded: HashMap::default(),
            emitted: Vec::new(),
            generic: Vec::new(),
            unnamed: Vec::new(),
            unreached: HashSet::default(),
            filtered: HashSet::default(),
            waiting: HashSet::default(),
            globals: Globals::default(),
            iterations: HashMap::default(),
            settings_fields: HashMap::default(),
            settings_events: HashMap::default(),
            mentions: HashSet::default(),
            passing: HashMap::default(),
            declared: HashMap::default(),
            option_seen: None,
            prefixed: Vec::new(),
            object_places: HashSet::default(),
            deferred: HashSet::default(),
            found: Interest::default(),
            limits: BTreeMap::new(),
            fields: HashMap::default(),
            calls: HashMap::default(),
            parts: HashMap::default(),
            lineages: Default::default(),
            given: HashSet::default(),
            outdated: BTreeSet::new(),
            depth: 0,
            spent: Spent::default(),
            substituting: 0,
            evaluating: Vec::new(),
            circles: HashMap::default(),
            looks: HashMap::default(),
            active: Vec::new(),
            making: Vec::new(),
            carrying: Vec::new(),
            carried: HashMap::default(),
        }
    }

    /// Evaluates a module's body and the wanted units of it.
    fn evaluate(&mut self, file: FileId, wanted: &[usize]) {
        self.enter(file);
        self.module(file);
        for &unit in wanted.iter().filter(|&&unit| unit > 0) {
            self.spent = Spent::default();
            let value = self.unit_value(file, unit);
            self.evaluate_fully(&value);
        }
        self.leave();
    }

    /// Notes that the current file looks something up in another.
    fn looks_into(&mut self, file: FileId) {
        if let Some(&current) = self.current.last()
            && current != file
        {
            self.dependents.entry(file).or_default().insert(current);
        }
    }

    /// The file on whose behalf something is found.
    fn behalf(&self) -> FileId {
        self.current.last().copied().unwrap_or_default()
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

    /// From here on something is evaluated on behalf of a file.
    fn enter(&mut self, file: FileId) {
        self.take_limits();
        if self.current.is_empty() {
            self.spent = Spent::default();
        }
        self.current.push(file);
    }

    /// What was evaluated on behalf of the current file is done.
    fn leave(&mut self) {
        self.take_limits();
        self.current.pop();
    }
}
