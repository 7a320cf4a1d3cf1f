//! Frames: what is known while one body is evaluated.

use rustc_hash::FxHashMap as HashMap;
use std::cell::RefCell;
use std::rc::Rc;

use super::absence::Side;
use super::events::{Absent, Check, Event, PendingCall};
use super::guards::Guard;
use super::instance::Instance;
use super::value::{Arguments, ClassId, EventId, FunctionId, Value, join};
use crate::model::{FileId, Place, Span};
use crate::python::ir::Name;

/// Local names and their values.
pub type Variables = HashMap<Name, Value>;
/// What a branch has bound; nothing for what it unbound.
pub type Bindings = HashMap<Name, Option<Value>>;

/// The variables of an enclosing function, known once it has been evaluated (or when an inner
/// function is first called).
#[derive(Debug, Default)]
pub struct Outer {
    /// Its variables.
    pub variables: RefCell<Option<Rc<Variables>>>,
    /// What encloses it.
    pub outer: Option<Rc<Outer>>,
}

/// What one body's evaluation knows and collects.
pub struct Frame {
    /// The file the body stands in.
    pub file: FileId,
    /// Within `Annotated[…]`: what is declared there stands apart from its default.
    pub annotating: bool,
    /// The unit of the file.
    pub unit: usize,
    /// The function, if it is one's body.
    pub function: Option<FunctionId>,
    /// The function around the call that is being repeated for a caller, where that stays in its place.
    pub around: Option<FunctionId>,
    /// The class whose body it is, or whose method.
    pub class: Option<ClassId>,
    /// Whether it is a module's body.
    pub module: bool,
    /// Whether its parameters are known, so that tests of them are decided.
    pub concrete: bool,
    /// Whether what is read by what is being carried out is told elsewhere.
    pub quiet: bool,
    /// Local names.
    pub variables: Variables,
    /// Enclosing functions.
    pub outer: Option<Rc<Outer>>,
    /// What functions defined here see of it.
    pub cell: Rc<Outer>,
    /// Changes of `variables`, to undo a branch.
    pub log: Vec<(Name, Option<Value>)>,
    /// Names declared `global`.
    pub globals: Vec<Name>,
    /// Prefixes that hold inside the current `with` statements: of which object, and which.
    pub prefixes: Vec<(Name, Value)>,
    /// What these statements enter, where it depends on parameters and may be such a prefix.
    pub scopes: Vec<Value>,
    /// Exceptions that are caught around the current statement, innermost last.
    pub handlers: Vec<Caught>,
    /// In a filter of names: whether those that pass the test are kept, or left out.
    pub keeps: Option<bool>,
    /// Parameters that are known to be absent around the current expression.
    pub conditions: Vec<Name>,
    /// Keys that are known to be present around the current statement, with the value that the program
    /// itself has given them.
    pub present: Vec<(Value, Option<Value>)>,
    /// What has been asked, of anything but reads, to get to the current statement.
    pub guards: Vec<Guard>,
    /// What has been asked of parameters to get there, also by conditions that were left behind.
    pub reached: Vec<Guard>,
    /// Reads whose variable is absent if the code gets to the current statement.
    pub pending: Vec<Pending>,
    /// The same for the code after the current loop.
    pub jumped: Vec<Pending>,
    /// Reads that depend on parameters.
    pub events: Vec<Event>,
    /// Calls that depend on parameters.
    pub calls: Vec<PendingCall>,
    /// Calls that hand a parameter on.
    pub handing_on: Vec<PendingCall>,
    /// Values that depend on parameters, and what is raised if they are absent.
    pub checks: Vec<Check>,
    /// What is stored in attributes of parameters.
    pub stores: Vec<(Value, Name, Value)>,
    /// What is returned.
    pub returns: Vec<Value>,
    /// Objects made here.
    pub made: Vec<Rc<Instance>>,
    /// Functions handed to code that is not followed, and what they are told.
    pub handed: Vec<(Value, Arguments, Place)>,
    /// Functions defined here.
    pub defined: Vec<FunctionId>,
}

/// What a `try` around a statement catches.
#[derive(Debug, Clone)]
pub struct Caught {
    /// Last segments of the exceptions' names; empty catches all.
    pub types: Vec<Name>,
    /// The reads whose exceptions it catches.
    pub reads: Vec<(EventId, Name)>,
    /// Whether it always raises again: another exception by name, or the same.
    pub again: Option<Option<Name>>,
    /// How many handlers are around its `try`.
    pub outside: usize,
}

impl Caught {
    /// One that goes on.
    pub fn of(types: Vec<Name>) -> Caught {
        Caught { types, reads: Vec::new(), again: None, outside: 0 }
    }

    /// Whether it catches an exception of this name.
    fn covers(&self, exception: &str) -> bool {
        self.types.is_empty()
            || self.types.iter().any(|t| {
                **t == *exception
                    || matches!(&**t, "Exception" | "BaseException")
                    || (&**t == "LookupError" && exception == "KeyError")
            })
    }
}

/// A read whose variable is absent if the code gets here.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The read.
    pub event: EventId,
    /// What must hold besides.
    pub guards: Vec<Guard>,
    /// How many of the frame's guards it has been under from the start.
    pub depth: usize,
    /// The exception that is being handled because of it.
    pub exception: Option<Name>,
    /// Whether something else may have led to a `return` on the way.
    pub detour: bool,
    /// What happens on the ways that have left already.
    pub instead: Vec<(Vec<Guard>, Absent)>,
}

impl Pending {
    /// Nothing is known but the read.
    pub fn new(event: EventId) -> Pending {
        Pending { event, guards: Vec::new(), depth: 0, exception: None, detour: false, instead: Vec::new() }
    }
}

/// How a body ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// It goes on with the next statement.
    Next,
    /// It returned, raised or jumped.
    Left,
}

impl Frame {
    /// A frame for a body in `file`.
    pub fn new(file: FileId) -> Frame {
        Frame {
            file,
            annotating: false,
            unit: 0,
            function: None,
            around: None,
            class: None,
            module: false,
            concrete: false,
            quiet: false,
            variables: Variables::default(),
            outer: None,
            cell: Rc::default(),
            log: Vec::new(),
            globals: Vec::new(),
            prefixes: Vec::new(),
            scopes: Vec::new(),
            handlers: Vec::new(),
            keeps: None,
            conditions: Vec::new(),
            present: Vec::new(),
            guards: Vec::new(),
            reached: Vec::new(),
            pending: Vec::new(),
            jumped: Vec::new(),
            events: Vec::new(),
            calls: Vec::new(),
            handing_on: Vec::new(),
            checks: Vec::new(),
            stores: Vec::new(),
            returns: Vec::new(),
            made: Vec::new(),
            handed: Vec::new(),
            defined: Vec::new(),
        }
    }

    /// The innermost parameter that is known to be absent.
    pub fn condition(&self) -> Option<(FunctionId, Name)> {
        self.function.zip(self.conditions.last().cloned())
    }

    /// A place in its file.
    pub fn place(&self, span: Span) -> Place {
        Place { file: self.file, span }
    }

    /// What functions defined here see of it: `global` names are the module's.
    pub fn own_variables(&self) -> Variables {
        let mut own = self.variables.clone();
        self.globals.iter().for_each(|name| drop(own.remove(name)));
        own
    }

    /// Binds a local name.
    pub fn set(&mut self, name: &Name, value: Value) {
        let old = self.variables.insert(name.clone(), value);
        self.log.push((name.clone(), old));
    }

    /// Binds names again to what they were.
    pub fn rebind(&mut self, before: Vec<(Name, Value)>) {
        before.into_iter().rev().for_each(|(name, value)| self.set(&name, value));
    }

    /// Unbinds a local name.
    pub fn unset(&mut self, name: &Name) {
        let old = self.variables.remove(name);
        self.log.push((name.clone(), old));
    }

    /// Takes back all bindings since `mark` (a length of the log); what they had become.
    pub fn undo(&mut self, mark: usize) -> Bindings {
        let mut changed = HashMap::default();
        while self.log.len() > mark {
            let Some((name, old)) = self.log.pop() else { break };
            let now = match old {
                Some(old) => self.variables.insert(name.clone(), old),
                None => self.variables.remove(&name),
            };
            changed.entry(name).or_insert(now);
        }
        changed
    }

    /// Continues after branches of which each that did not leave contributes its bindings.
    pub fn merge(&mut self, branches: Vec<Bindings>) {
        let mut names: Vec<&Name> = branches.iter().flat_map(|branch| branch.keys()).collect();
        names.sort_unstable();
        names.dedup();
        let mut bindings = Vec::with_capacity(names.len());
        for name in names {
            let before = self.variables.get(name);
            let values = branches.iter().filter_map(|branch| match branch.get(name) {
                Some(value) => value.as_ref(),
                None => before,
            });
            let values: Vec<Value> = values.cloned().collect();
            bindings.push((name.clone(), (!values.is_empty()).then(|| join(values))));
        }
        for (name, value) in bindings {
            match value {
                Some(value) => self.set(&name, value),
                None => self.unset(&name),
            }
        }
    }

    /// Whether an exception of this name raised here is caught; the handler is told the read it comes from.
    pub fn catches(&mut self, exception: &str, read: Option<EventId>) -> bool {
        let Some(caught) = self.handlers.iter_mut().rev().find(|caught| caught.covers(exception)) else { return false };
        caught.reads.extend(read.map(|event| (event, exception.into())));
        true
    }

    /// What an exception of this name raised here is where it leaves the body; nothing if a handler ends it.
    pub fn leaves_as(&self, exception: &Name) -> Option<Name> {
        let (mut exception, mut inside) = (exception.clone(), self.handlers.len());
        while let Some(caught) = self.handlers.iter().take(inside).rev().find(|caught| caught.covers(&exception)) {
            exception = caught.again.clone()?.unwrap_or(exception);
            inside = caught.outside;
        }
        Some(exception)
    }

    /// Notes keys that are there.
    pub fn are_present(&mut self, keys: &[Value]) {
        self.present.extend(keys.iter().map(|key| (key.clone(), None)));
    }

    /// Whether a key is there.
    pub fn is_present(&self, key: &Value) -> bool {
        self.present.iter().any(|(present, _)| present == key)
    }

    /// From here on the reads on this side of a condition have absent variables.
    pub fn are_absent(&mut self, side: &Side) {
        for (event, guards) in &side.absent {
            let mut guards = guards.clone();
            guards.extend(side.guards_of(*event));
            self.pending.push(Pending { guards, depth: self.guards.len(), ..Pending::new(*event) });
        }
    }

    /// A block is left in which more had been asked.
    pub fn back_to(&mut self, guards: usize) {
        self.guards.truncate(guards);
        for read in self.pending.iter_mut().chain(&mut self.jumped) {
            read.depth = read.depth.min(guards);
        }
    }
}
