//! Names of a module that functions bind: `global name`.

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::collections::{BTreeMap, BTreeSet};

use super::Linker;
use super::scope::Frame;
use super::value::{FunctionId, Symbol, Value, join};
use crate::model::{FileId, Place};
use crate::python::ir::Name;

/// Of so many units that bind one name is looked at what they bind it to.
const MAX_BINDING: usize = 64;

/// A name of a module.
type Global = (FileId, Name);

/// What functions bind global names to.
#[derive(Debug, Default)]
pub struct Globals {
    /// As far as they do it themselves.
    bound: HashMap<Global, Vec<Value>>,
    /// What calls give them to bind: by the place of the call. It stays known from round to round.
    told: HashMap<Global, BTreeMap<Option<Place>, Value>>,
    /// The functions whose callers give them that.
    telling: HashMap<Global, BTreeSet<FunctionId>>,
    /// The names of which it matters what they are bound to.
    wanted: HashSet<Global>,
}

impl Globals {
    /// Forgets what the functions of some files bind.
    pub fn forget(&mut self, file: impl Fn(&FileId) -> bool) {
        self.bound.retain(|(of, _), _| !file(of));
    }

    fn values(&self, global: &Global) -> impl Iterator<Item = &Value> {
        let told = self.told.get(global).into_iter().flat_map(BTreeMap::values);
        self.bound.get(global).into_iter().flatten().chain(told)
    }

    fn bind(&mut self, global: Global, value: &Value) {
        let known = self.bound.entry(global).or_default();
        for value in value.alternatives() {
            if !known.contains(value) {
                known.push(value.clone());
            }
        }
    }
}

impl Linker<'_> {
    /// What functions bind a name of their module to, if some do: looked at when it matters. What binds it to the
    /// environment has been met, since it names that.
    pub(super) fn bound_later(&self, file: FileId, name: &Name) -> Option<Value> {
        let globals = &self.units.outline(file).globals;
        if !globals.iter().any(|(bound, _)| **bound == **name) {
            return None;
        }
        let global = (file, name.clone());
        let environment = self.globals.values(&global).any(|value| value.alternatives().contains(&Value::Environment));
        let later = Value::Symbol(Symbol::Bound(file, global.1));
        Some(join([later].into_iter().chain(environment.then_some(Value::Environment))))
    }

    /// What the functions of a module bind one of its names to.
    pub(super) fn bound_by_functions(&mut self, file: FileId, name: &Name) -> Value {
        self.looks_into(file);
        let global = (file, name.clone());
        self.globals.wanted.insert(global.clone());
        let globals = self.units.outline(file).globals.iter();
        let mut units: Vec<usize> = globals.filter(|(bound, _)| **bound == **name).map(|(_, unit)| *unit).collect();
        units.dedup();
        if units.len() > MAX_BINDING {
            self.limit_reached("too many functions bind a global name: not all were followed");
            self.globals.bind(global.clone(), &Value::Unknown);
        }
        for unit in units.into_iter().take(MAX_BINDING).filter(|unit| *unit > 0) {
            let value = self.unit_value(file, unit);
            self.for_anybody(|linker| linker.evaluate_fully(&value));
        }
        for function in self.globals.telling.get(&global).cloned().unwrap_or_default() {
            self.ask_callers(function, &global);
        }
        if self.too_deep() {
            return Value::Unknown;
        }
        // What it is bound to may come of what it was: that adds nothing.
        if !self.looking_up.insert(global.clone()) {
            return Value::None;
        }
        self.depth += 1;
        let values: Vec<Value> = self.globals.values(&global).cloned().collect();
        let values: Vec<Value> = values.iter().map(|value| self.force(value)).collect();
        self.depth -= 1;
        self.looking_up.remove(&global);
        if values.is_empty() { Value::Unknown } else { join(values) }
    }

    /// Has the callers looked at of a function that binds a global name to what they tell. Nobody knows who calls a
    /// method, or a function of a function.
    fn ask_callers(&mut self, function: FunctionId, global: &Global) {
        let state = &self.functions[function];
        if state.class.is_none() && state.inside.is_none() {
            self.found.add(state.file, &state.ir.name);
        } else {
            self.globals.bind(global.clone(), &Value::Unknown);
        }
    }

    /// A function binds a global name to what its callers tell.
    fn waits_to_be_told(&mut self, frame: &mut Frame, global: Global, value: Value) {
        if let Some(function) = frame.function {
            self.globals.telling.entry(global.clone()).or_default().insert(function);
            if self.globals.wanted.contains(&global) {
                self.ask_callers(function, &global);
            }
        }
        frame.stores.push((Value::Module(global.0), global.1, value));
    }

    /// `global names`: what is known of them here is what is known in the module.
    pub(super) fn declares_global(&mut self, frame: &mut Frame, names: &[Name]) {
        for name in names {
            // `nonlocal` names are those of a function around.
            if frame.function.is_some() && self.bound_later(frame.file, name).is_some() {
                let outside = self.name(frame, name);
                frame.globals.push(name.clone());
                frame.set(name, outside);
            }
        }
    }

    /// A function binds a name of its module.
    pub(super) fn binds_global(&mut self, frame: &mut Frame, name: &Name, value: &Value) {
        if self.gives_environment(value) {
            self.found.add(frame.file, name);
        }
        if waits_for_callers(value) {
            return self.waits_to_be_told(frame, (frame.file, name.clone()), value.clone());
        }
        self.globals.bind((frame.file, name.clone()), value);
    }

    /// A call at `place` tells a function what to bind a name of its module to.
    pub(super) fn tells_global(&mut self, frame: &mut Frame, global: Global, value: Value, place: Option<Place>) {
        if waits_for_callers(&value) {
            return self.waits_to_be_told(frame, global, value);
        }
        let gives = self.gives_environment(&value);
        if gives {
            self.found.add(global.0, &global.1);
        }
        // Reads have other names in the next round.
        let value = if value.any(&mut |v| matches!(v, Value::Read(_))) { Value::Unknown } else { value };
        let matters = gives || self.globals.wanted.contains(&global);
        let told = self.globals.told.entry(global.clone()).or_default();
        let value = match place {
            Some(_) => value,
            // Of calls that stand nowhere in particular there may be several.
            None => join(told.get(&None).cloned().into_iter().chain([value])),
        };
        if told.insert(place, value.clone()).as_ref() != Some(&value) && matters {
            self.outdated.insert(global.0);
        }
    }
}

/// Whether what a function binds a name to depends on what it is called with.
fn waits_for_callers(value: &Value) -> bool {
    value.alternatives().iter().any(|value| match value {
        Value::Instance(object) => object.fields.borrow().values().any(Value::has_parameter),
        value => value.has_parameter(),
    })
}
