//! What functions a class has: its methods, and what its body defines besides.

use std::collections::{BTreeMap, BTreeSet};

use super::Linker;
use super::functions::Binding;
use super::value::{ClassId, FunctionId, Value};
use crate::python::ir::Name;

impl Linker<'_> {
    /// Takes over what functions a class body defines.
    pub(super) fn defines(&mut self, class: ClassId, functions: Vec<FunctionId>) {
        for &function in &functions {
            // A lambda that the body binds to no name is handed to something: no object is its first argument.
            if self.functions[function].ir.is_lambda() && !self.binds(class, function) {
                self.functions[function].binding = Binding::Static;
            }
        }
        self.classes[class].functions = functions;
    }

    fn binds(&self, class: ClassId, function: FunctionId) -> bool {
        self.classes[class].variables.values().any(|value| functions_of(value).any(|id| id == function))
    }

    /// What a class itself has of functions.
    pub(super) fn own_functions(&self, class: ClassId) -> Vec<FunctionId> {
        let state = &self.classes[class];
        let bound = state.variables.values().flat_map(functions_of);
        let mut functions: Vec<FunctionId> = state.functions.iter().copied().chain(bound).collect();
        functions.sort_unstable();
        functions.dedup();
        functions
    }

    /// The methods of a class and its bases, the overriding ones only, by name: of a name that is bound more than once,
    /// all, as those that were bound before may have been put elsewhere.
    pub(super) fn methods(&self, class: ClassId) -> Vec<(Name, FunctionId)> {
        let mut methods: BTreeMap<Name, (ClassId, BTreeSet<FunctionId>)> = BTreeMap::new();
        for &class in &self.lineage(class).0 {
            let state = &self.classes[class];
            let bound = state.variables.iter().flat_map(|(name, v)| functions_of(v).map(|id| (name.clone(), id)));
            let defined = state.functions.iter().map(|&id| (self.functions[id].ir.name.clone(), id));
            for (name, function) in bound.chain(defined) {
                let (of, functions) = methods.entry(name).or_insert((class, BTreeSet::new()));
                if *of == class {
                    functions.insert(function);
                }
            }
        }
        methods
            .into_iter()
            .flat_map(|(name, (_, functions))| functions.into_iter().map(move |id| (name.clone(), id)))
            .collect()
    }
}

/// The functions that a value is.
fn functions_of(value: &Value) -> impl Iterator<Item = FunctionId> {
    value.alternatives().iter().filter_map(|value| match value {
        Value::Function(callable) => Some(callable.function),
        _ => None,
    })
}
