//! Events: reads as functions of what is not known yet, and what evaluating a function leaves.

use super::guards::Guard;
use super::value::{Arguments, EventId, FunctionId, Value};
use crate::model::{Access, FileId, Outcome, Place, Step};
use crate::python::ir::Name;

/// The absence outcome while it may still hold symbols.
#[derive(Debug, Clone, PartialEq)]
pub struct Absent {
    /// What happens.
    pub outcome: Outcome,
    /// The exception, for [`Outcome::Raises`].
    pub exception: Option<Name>,
    /// What takes over, for [`Outcome::Default`].
    pub default: Option<Value>,
    /// What happens instead if all these guards hold; the first of them counts.
    pub instead: Vec<(Vec<Guard>, Absent)>,
}

impl Absent {
    /// An outcome without particulars.
    pub fn new(outcome: Outcome) -> Absent {
        Absent { outcome, exception: None, default: None, instead: Vec::new() }
    }

    /// How little it tells, among several of one place: what stops the program tells most.
    pub fn tells(&self) -> u8 {
        match self.outcome {
            Outcome::Raises => 0,
            Outcome::Default => 1,
            Outcome::None => 2,
            Outcome::Handled => 3,
            Outcome::Unknown => 4,
        }
    }

    /// The code stops with this exception.
    pub fn raises(exception: impl Into<Name>) -> Absent {
        Absent { exception: Some(exception.into()), ..Absent::new(Outcome::Raises) }
    }

    /// This value takes over.
    pub fn default(value: Value) -> Absent {
        match value {
            Value::None => Absent::new(Outcome::None),
            value if value.alternatives().iter().any(|v| matches!(v, Value::Read(_))) => Absent::new(Outcome::Handled),
            value => Absent { default: Some(value), ..Absent::new(Outcome::Default) },
        }
    }
}

/// A consultation of the environment, or of a mapping that may turn out to be the environment.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its name, for refinements.
    pub id: EventId,
    /// The event it was first recorded as, at the consulting expression.
    pub root: EventId,
    /// What is consulted.
    pub mapping: Value,
    /// The name asked for.
    pub key: Value,
    /// How.
    pub access: Access,
    /// By which reader.
    pub reader: Name,
    /// What happens if it is absent.
    pub absent: Absent,
    /// The parameter that makes it unnecessary, and whose.
    pub condition: Option<(FunctionId, Name)>,
    /// Where the key is fixed, as far as known.
    pub place: Place,
    /// The function around that place.
    pub function: Option<FunctionId>,
    /// From the place to the consulting expression.
    pub chain: Vec<Step>,
    /// Through how many functions the name has been handed.
    pub levels: usize,
    /// What has been asked of parameters on the way to it.
    pub reached: Vec<Guard>,
}

/// What conditions need to know of a read.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// What happens if the variable is absent, as far as the consulting expression tells.
    pub absent: Absent,
    /// The name asked for.
    pub key: Value,
    /// How.
    pub access: Access,
    /// The file and unit whose evaluation came upon it.
    pub unit: (FileId, usize),
}

/// A call whose callee is not known yet, kept because it may turn out to be a reader.
#[derive(Debug, Clone)]
pub struct PendingCall {
    /// What is called.
    pub callee: Value,
    /// With what.
    pub arguments: Arguments,
    /// Where.
    pub place: Place,
    /// The function around that place.
    pub function: Option<FunctionId>,
    /// What the `with` statements around it enter, where that depends on parameters too.
    pub scopes: Vec<Value>,
    /// What has been asked of parameters on the way to it.
    pub reached: Vec<Guard>,
}

/// A value that depends on parameters and must not be absent.
#[derive(Debug, Clone)]
pub struct Check {
    /// The value.
    pub value: Value,
    /// What is raised if it is absent.
    pub exception: Name,
    /// What has to hold besides.
    pub guards: Vec<Guard>,
    /// The file and unit that checks it.
    pub unit: (FileId, usize),
}

/// What a function does, as far as reads are concerned, in terms of its parameters.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// What it returns.
    pub returns: Option<Value>,
    /// Its consultations that depend on parameters.
    pub events: Vec<Event>,
    /// Its calls that depend on parameters.
    pub calls: Vec<PendingCall>,
    /// Calls that hand a parameter on, which matter where it is the environment.
    pub handing_on: Vec<PendingCall>,
    /// Values that depend on parameters, and what it raises if they are absent.
    pub checks: Vec<Check>,
    /// What it stores in attributes of its parameters: (parameter, attribute, value).
    pub stores: Vec<(Value, Name, Value)>,
    /// Objects it makes from its parameters.
    pub made: Vec<Value>,
}

impl Summary {
    /// Whether calling the function can be a read, or give the environment, for its callers.
    pub fn reads_for_callers(&self) -> bool {
        !self.events.is_empty()
    }
}
