//! Objects of the scanned classes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::value::{ClassId, Value};
use crate::model::Place;
use crate::python::ir::Name;

/// An object made at a known place.
#[derive(Clone)]
pub struct Instance {
    /// Its class.
    pub class: ClassId,
    /// Its attributes; filled while its constructor is evaluated.
    pub fields: RefCell<BTreeMap<Name, Value>>,
    /// The call that made it; `None` for the typical instance of a class (its `self`).
    pub place: Option<Place>,
}

impl Instance {
    /// Whether the environment is, or may be, what one of its attributes holds.
    pub fn keeps_environment(&self) -> bool {
        self.fields.borrow().values().any(|kept| kept.alternatives().contains(&Value::Environment))
    }
}

/// As it is compared: its fields may lead back to it.
impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").field("class", &self.class).field("place", &self.place).finish_non_exhaustive()
    }
}

impl PartialEq for Instance {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || (self.class == other.class && self.place == other.place)
    }
}
impl Eq for Instance {}
impl Hash for Instance {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.class, self.place).hash(state);
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    #[test]
    fn an_object_that_holds_itself_can_be_compared_and_written() {
        let object = Rc::new(Instance { class: 7, fields: RefCell::default(), place: None });
        object.fields.borrow_mut().insert("itself".into(), Value::Instance(object.clone()));
        let value = Value::Instance(object.clone());
        assert_eq!(value, Value::Instance(object.clone()));
        assert_eq!(format!("{value:?}"), "Instance(Instance { class: 7, place: None, .. })");
        object.fields.borrow_mut().clear();
    }
}
