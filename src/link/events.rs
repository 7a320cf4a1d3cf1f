//! Events: reads as functions of what is not known yet, and what evaluating a function leaves.

use super::value::{Arguments, EventId, FunctionId, Value};
use crate::model::{Access, Outcome, Place, Step};
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
}

impl Absent {
    /// An outcome without particulars.
    pub fn new(outcome: Outcome) -> Absent {
        Absent { outcome, exception: None, default: None }
    }

    /// The code stops with this exception.
    pub fn raises(exception: impl Into<Name>) -> Absent {
        Absent { outcome: Outcome::Raises, exception: Some(exception.into()), default: None }
    }

    /// This value takes over.
    pub fn default(value: Value) -> Absent {
        match value {
            Value::None => Absent::new(Outcome::None),
            Value::Read(_) => Absent::new(Outcome::Handled),
            value => Absent { outcome: Outcome::Default, exception: None, default: Some(value) },
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
    /// The parameter that makes it unnecessary.
    pub condition: Option<Name>,
    /// Where the key is fixed, as far as known.
    pub place: Place,
    /// The function around that place.
    pub function: Option<FunctionId>,
    /// From the place to the consulting expression.
    pub chain: Vec<Step>,
    /// Through how many callers it has come.
    pub handed_on: usize,
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
    /// Through how many callers it has come.
    pub handed_on: usize,
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
    /// Values that depend on parameters, and what it raises if they are absent.
    pub checks: Vec<(Value, Name)>,
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
