//! Objects: made by a class, with what their constructor was told, and the reads that follow from it.

use std::rc::Rc;

use rustc_hash::FxHashMap as HashMap;

use super::Linker;
use super::calls::Substitution;
use super::events::{Event, Summary};
use super::functions::Binding;
use super::instance::Instance;
use super::scope::Frame;
use super::value::{Arguments, Callable, ClassId, Delayed, FunctionId, Symbol, Value, join};
use crate::model::Place;
use crate::python::ir::{ExprKind, Name, StmtKind};

impl Linker<'_> {
    /// `Class(arguments)`
    pub(super) fn construct(
        &mut self,
        frame: &mut Frame,
        class: ClassId,
        arguments: &Arguments,
        place: Place,
    ) -> Value {
        self.classes[class].made += 1;
        self.classes[class].at_import |= frame.function.is_none();
        if self.is_enum(class) {
            return Value::Unknown;
        }
        let instance = Rc::new(Instance { class, fields: Default::default(), place: Some(place) });
        let value = Value::Instance(instance.clone());
        if let Some(dialect) = self.settings_dialect(class) {
            self.evaluate_class(class);
            self.settings_made(class, dialect, arguments);
            return value;
        }
        let has_init = self.class_member(class, "__init__").is_some();
        if !has_init && self.lineage(class).1.iter().any(|name| self.libraries.is_dict(name)) {
            return super::builtins::keywords(arguments);
        }
        if !has_init
            && arguments.positional.first() == Some(&Value::Environment)
            && self.lineage(class).1.iter().any(|name| is_mapping(name))
        {
            self.copied(frame, place, "dict");
            return Value::Environment;
        }
        match self.class_member(class, "__init__") {
            Some(Value::Function(init)) => {
                let init = Callable { bound: Some(value.clone()), ..(*init).clone() };
                self.call(frame, &Value::Function(Rc::new(init.clone())), arguments, place);
                self.takes_out(&value, &init, arguments);
            }
            _ => {
                let fields = self.declared_fields(class);
                for (index, (name, default)) in fields.into_iter().enumerate() {
                    let given = arguments.get(index, &name).cloned();
                    let given = given.or(default).unwrap_or(Value::Unknown);
                    instance.fields.borrow_mut().insert(name, given);
                }
            }
        }
        if instance.keeps_environment() {
            self.evaluate_class(class);
            self.note_methods(class);
            self.asked_of_object(class, &value);
        }
        frame.made.push(instance);
        value
    }

    /// What the methods of an object that keeps the environment may be told to ask it for, where not all objects of
    /// the class keep it: nothing is known of who calls them.
    fn asked_of_object(&mut self, class: ClassId, object: &Value) {
        let typical = self.typical_fields(class);
        if typical.values().any(|kept| kept.alternatives().contains(&Value::Environment)) {
            return;
        }
        for (_, function) in self.methods(class) {
            if self.functions[function].binding == Binding::Instance {
                let summary = self.summary(function);
                self.own_reads(function, &summary, Some(object));
            }
        }
    }

    /// The fields a generated constructor takes (dataclasses, named tuples, attrs), with defaults.
    fn declared_fields(&mut self, class: ClassId) -> Vec<(Name, Option<Value>)> {
        let mut fields: Vec<(Name, Option<Value>)> = Vec::new();
        for &class in self.lineage(class).0.iter().rev() {
            let ir = self.classes[class].ir.clone();
            for stmt in &ir.body {
                let name = match &stmt.kind {
                    StmtKind::Annotated { target, .. } => match &target.kind {
                        ExprKind::Name(name) => name,
                        _ => continue,
                    },
                    _ => continue,
                };
                let default = self.classes[class].variables.get(name).cloned();
                // `field(default=…)`, `Factory(…)`: not looked into.
                let default = default.map(|v| match v {
                    Value::External(_) => Value::Unknown,
                    Value::Partial(call) if matches!(call.0, Value::External(_)) => {
                        call.1.get(0, "default").cloned().unwrap_or(Value::Unknown)
                    }
                    v => v,
                });
                fields.retain(|(n, _)| n != name);
                fields.push((name.clone(), default));
            }
        }
        fields
    }

    /// The attributes that a class's methods set on `self`, with their parameters unknown (or at
    /// their defaults).
    pub(super) fn typical_fields(&mut self, class: ClassId) -> Rc<HashMap<Name, Value>> {
        let mut stores = Vec::new();
        let mut evaluated = 0;
        for &class in &self.lineage(class).0 {
            for method in self.own_functions(class) {
                if let Some(summary) = &self.functions[method].summary {
                    evaluated += 1;
                    stores.push((method, summary.clone()));
                }
            }
        }
        if let Some((known, fields)) = self.fields.get(&class)
            && *known == evaluated
        {
            return fields.clone();
        }
        // Found by itself while it is being made: what was known before.
        let before = self.fields.get(&class).map(|(_, fields)| fields.clone()).unwrap_or_default();
        self.fields.insert(class, (evaluated, before));
        let mut fields: HashMap<Name, Value> = HashMap::default();
        for (method, summary) in stores {
            for (object, name, value) in &summary.stores {
                if *object == Value::Symbol(Symbol::Parameter(method, 0)) {
                    let value = self.at_defaults(method, value);
                    let old = fields.remove(name);
                    fields.insert(name.clone(), join(old.into_iter().chain([value])));
                }
            }
        }
        let fields = Rc::new(fields);
        self.fields.insert(class, (evaluated, fields.clone()));
        fields
    }

    /// A value with a function's parameters at their defaults, or unknown.
    fn at_defaults(&mut self, function: FunctionId, value: &Value) -> Value {
        if !value.has_parameter() {
            return value.clone();
        }
        let defaults = self.functions[function].defaults.clone();
        let (class, binding) = (self.functions[function].class, self.functions[function].binding);
        let of = class.filter(|_| binding == Binding::Class).map(Value::Class);
        let parameters = defaults.into_iter().enumerate().map(|(index, default)| {
            let default = if index == 0 { of.clone().or(default) } else { default };
            let default = default.filter(|d| !d.has_parameter()).unwrap_or(Value::Unknown);
            (Symbol::Parameter(function, index), default)
        });
        let substitution = Substitution { parameters: parameters.collect(), ..Substitution::default() };
        let mut frame = Frame::new(self.functions[function].file);
        let value = self.substitute(&mut frame, value, &substitution);
        if value.has_parameter() { Value::Unknown } else { value }
    }

    /// Of each method what depends on nothing but the object, evaluated once.
    fn own_parts(&mut self, class: ClassId) -> Rc<Vec<(FunctionId, Summary)>> {
        if let Some(parts) = self.parts.get(&class) {
            return parts.clone();
        }
        let mut parts = Vec::new();
        for (_, function) in self.methods(class) {
            if self.functions[function].binding == Binding::Static {
                continue;
            }
            let summary = self.summary(function);
            let symbol = Value::Symbol(Symbol::Parameter(function, 0));
            let only_self = |value: &Value| {
                let mut depends = false;
                let other = value.any(&mut |v| {
                    depends |= *v == symbol;
                    matches!(v, Value::Symbol(Symbol::Parameter(..))) && *v != symbol
                });
                depends && !other
            };
            let fixed = |value: &Value| !value.has_parameter() || only_self(value);
            let events = summary
                .events
                .iter()
                .filter(|e| (only_self(&e.key) || only_self(&e.mapping)) && fixed(&e.key) && fixed(&e.mapping));
            let calls = summary.calls.iter().filter(|c| only_self(&c.callee) && c.arguments.values().all(fixed));
            let handing_on =
                summary.handing_on.iter().filter(|c| !only_self(&c.callee) && c.arguments.values().all(fixed));
            let checks = summary.checks.iter().filter(|check| only_self(&check.value));
            let part = Summary {
                events: events.cloned().collect(),
                calls: calls.cloned().collect(),
                handing_on: handing_on.cloned().collect(),
                checks: checks.cloned().collect(),
                ..Summary::default()
            };
            let calls = part.calls.len() + part.handing_on.len();
            if part.events.len() + calls + part.checks.len() > 0 {
                parts.push((function, part));
            }
        }
        let parts = Rc::new(parts);
        if self.classes[class].evaluated {
            self.parts.insert(class, parts.clone());
        }
        parts
    }

    /// The reads of an object that depend on nothing but the object.
    pub(super) fn instance_reads(&mut self, frame: &mut Frame, instance: &Rc<Instance>) {
        let receiver = Value::Instance(instance.clone());
        for (function, part) in self.own_parts(instance.class).iter() {
            let own_class = self.functions[*function].class == Some(instance.class);
            if self.functions[*function].binding == Binding::Class && instance.place.is_some() && own_class {
                // What a class method reads depends on no object that is made: it is the class's.
                continue;
            }
            let to = if self.functions[*function].binding == Binding::Class {
                Value::Class(instance.class)
            } else {
                receiver.clone()
            };
            let mut substitution = Substitution { function: Some(*function), ..Substitution::default() };
            substitution.parameters.insert(Symbol::Parameter(*function, 0), to);
            let place = instance.place.unwrap_or(Place { file: frame.file, span: Default::default() });
            if !part.events.is_empty() {
                self.object_places.extend(instance.place);
            }
            let before = self.emitted.len();
            let mut part = part.clone();
            if instance.place.is_none() {
                // Whoever makes an object may choose either way, whatever the defaults are.
                for event in &mut part.events {
                    event.key = self.without_choices(&event.key);
                }
            }
            let (of_class, events) = part.events.into_iter().partition(|e| self.is_of_class(instance, *function, e));
            let (of_class, part) = (Summary { events: of_class, ..Summary::default() }, Summary { events, ..part });
            self.replay(frame, &part, &mut substitution, Some(&receiver), place);
            self.keep_known(*function, before, instance.place.is_none());
            if instance.place.is_none() {
                self.replay(frame, &of_class, &mut substitution, Some(&receiver), place);
            } else if !of_class.events.is_empty() {
                self.evaluate_class(instance.class);
            }
        }
    }

    /// Whether what a method reads depends on nothing of the object but what its class says of all: then it is read
    /// where the method stands, not where the object is made.
    fn is_of_class(&self, instance: &Instance, function: FunctionId, event: &Event) -> bool {
        let object = Value::Symbol(Symbol::Parameter(function, 0));
        let (mut named, mut of_class) = (0, 0);
        for value in [&event.key, &event.mapping] {
            value.any(&mut |v| {
                named += usize::from(*v == object);
                if let Value::Delayed(delayed) = v
                    && let Delayed::Attribute(of, name) = &**delayed
                    && *of == object
                    && !instance.fields.borrow().contains_key(name)
                {
                    let said = self.class_member(instance.class, name);
                    of_class += usize::from(matches!(said, Some(Value::Text(_) | Value::Sequence(_))));
                }
                false
            });
        }
        named > 0 && named == of_class
    }

    /// Whether an object was told anything that its methods could read by.
    pub(super) fn is_telling(&self, instance: &Instance) -> bool {
        instance.fields.borrow().values().any(|value| {
            value.any(&mut |v| match v {
                Value::Text(_) | Value::Environment | Value::Function(_) | Value::Method(_) => true,
                Value::Unknown => true,
                Value::Symbol(_) | Value::Instance(_) | Value::Partial(_) | Value::Object(_) => true,
                Value::External(name) => self.libraries.hands_on(name),
                _ => false,
            })
        })
    }

    /// The reads of a class that need no particular object: keys from class attributes and defaults.
    pub(super) fn typical_reads(&mut self, class: ClassId) {
        let fields = self.typical_fields(class).iter().map(|(n, v)| (n.clone(), v.clone())).collect();
        let typical = Rc::new(Instance { class, fields: std::cell::RefCell::new(fields), place: None });
        let mut frame = Frame::new(self.classes[class].file);
        self.instance_reads(&mut frame, &typical);
        let object = Value::Instance(typical);
        for (_, function) in self.methods(class) {
            let bound = match self.functions[function].binding {
                Binding::Static => continue,
                Binding::Class => Value::Class(class),
                _ => object.clone(),
            };
            let summary = self.summary(function);
            self.own_reads(function, &summary, Some(&bound));
        }
    }

    /// Of the reads just emitted for an object, those of names that are not known are told where its method asks,
    /// once for all objects.
    fn keep_known(&mut self, function: FunctionId, from: usize, typical: bool) {
        for (file, mut event) in self.emitted.split_off(from) {
            if event.key.known_text().is_some() || (!typical && matches!(event.key, Value::Text(_))) {
                self.emitted.push((file, event));
            } else if typical {
                self.generic.push((file, event, function));
            } else if let Some(step) = event.chain.first() {
                (event.place, event.function) = (step.place, Some(function));
                self.unnamed.push((file, event));
            }
        }
    }
}

/// Classes of the standard library whose objects hold what they are made with.
fn is_mapping(name: &str) -> bool {
    matches!(name, "builtins.dict" | "collections.UserDict" | "collections.OrderedDict" | "collections.ChainMap")
}
