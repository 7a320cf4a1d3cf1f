//! `self`, `cls` and `super()` inside methods: methods are bound, data waits for the object.

use super::Linker;
use super::functions::Binding;
use super::scope::Frame;
use super::statements::last_segment;
use super::value::{ClassId, Delayed, FunctionId, Symbol, Value, join};
use crate::model::Place;
use crate::python::ir::{Argument, Name};

impl Linker<'_> {
    /// `self.name` inside a method: methods are bound, data waits for the object.
    pub(super) fn self_attribute(
        &mut self,
        frame: &mut Frame,
        receiver: &Value,
        function: FunctionId,
        name: &Name,
        place: Place,
    ) -> Value {
        let state = &self.functions[function];
        if let Some(class) = state.class.filter(|_| state.binding != Binding::Static) {
            let its_class = match state.binding {
                Binding::Class => receiver.clone(),
                _ => Value::delayed(Delayed::Attribute(receiver.clone(), "__class__".into())),
            };
            if &**name == "__class__" {
                return its_class;
            }
            if let Some(stored) = stored_table(frame, receiver, name) {
                return stored;
            }
            if let Some(member) = self.class_member(class, name)
                && let Value::Function(method) = &member
                && !self.is_left_to_subclasses(method.function, name)
            {
                return self.bind_member(frame, member, receiver, &its_class, place);
            }
        }
        Value::delayed(Delayed::Attribute(receiver.clone(), name.clone()))
    }

    /// Whether what a method does is hardly what is meant where it is called: it does nothing, or it reads nothing while
    /// others of its name do.
    fn is_left_to_subclasses(&mut self, method: FunctionId, name: &Name) -> bool {
        self.functions[method].ir.is_abstract()
            || self.interest.has(name) && {
                let summary = self.summary(method);
                summary.events.is_empty() && summary.calls.is_empty() && !self.functions[method].busy
            }
    }

    /// `super().name`, or `super(Class, self).name`: what the classes above the one it stands in have.
    pub(super) fn super_attribute(&mut self, frame: &mut Frame, of: &[Argument], name: &Name) -> Option<Value> {
        let class = frame.class?;
        if let Some(of) = of.first()
            && last_segment(&of.value).is_none_or(|of| of != self.classes[class].ir.name)
        {
            return None;
        }
        let function = frame.function?;
        let receiver = Value::Symbol(Symbol::Parameter(function, 0));
        let lineage = self.lineage(class);
        let member = lineage.0.iter().skip(1).find_map(|&c| self.classes[c].variables.get(name).cloned())?;
        let place = frame.place(Default::default());
        Some(self.bind_member(frame, member, &receiver, &receiver, place))
    }

    /// Binds an attribute of a class from outside its body.
    pub(super) fn store_in_class(&mut self, class: ClassId, name: &Name, value: &Value) {
        if !value.has_parameter() {
            let old = self.classes[class].variables.get(name).cloned();
            let joined = join(old.into_iter().chain([value.clone()]));
            self.classes[class].variables.insert(name.clone(), joined);
        }
    }
}

/// A table that has been put into an attribute of a parameter before.
fn stored_table(frame: &Frame, object: &Value, name: &Name) -> Option<Value> {
    let stored = frame.stores.iter().rev().find(|(of, attribute, _)| of == object && attribute == name);
    let table = |value: &Value| value.alternatives().iter().all(|v| matches!(v, Value::Sequence(_) | Value::Dict(_)));
    stored.map(|(_, _, value)| value.clone()).filter(table)
}
