//! Whether a settings class asks the environment at all: `settings_customise_sources` (pydantic-settings
//! `main.py`) and `Config.customise_sources` (pydantic 1 `env_settings.py`) may leave that source out.

use crate::libraries::Dialect;
use crate::link::Linker;
use crate::link::value::{ClassId, Delayed, FunctionId, Symbol, Value};
use crate::python::ir::ParameterKind;

impl Linker<'_> {
    /// Whether the environment is among a class's sources, as far as is known.
    pub(super) fn asks_environment(&mut self, class: ClassId, dialect: Dialect) -> bool {
        let Some(Value::Function(method)) = self.customising(class, dialect) else { return true };
        let function = method.function;
        let parameters = &self.functions[function].ir.parameters;
        // The library passes the sources by name.
        let named = parameters.iter().position(|parameter| &*parameter.name == "env_settings");
        let source =
            named.or_else(|| parameters.iter().position(|parameter| parameter.kind == ParameterKind::Keywords));
        match self.summary(function).returns.clone() {
            Some(sources) => self.may_ask(&sources, function, source, 0),
            None => true,
        }
    }

    /// The method of a class that says what its sources are.
    pub(super) fn customising(&mut self, class: ClassId, dialect: Dialect) -> Option<Value> {
        match dialect {
            Dialect::PydanticV2 => self.class_member(class, "settings_customise_sources"),
            Dialect::PydanticV1 => match self.class_member(class, "Config").map(|config| self.settled(&config)) {
                Some(Value::Class(config)) => self.class_member(config, "customise_sources"),
                _ => None,
            },
        }
    }

    fn may_ask(&mut self, value: &Value, function: FunctionId, source: Option<usize>, depth: usize) -> bool {
        if depth > MAX_NESTING {
            return true;
        }
        match value {
            Value::Symbol(Symbol::Parameter(f, index)) => *f != function || Some(*index) == source,
            Value::Symbol(_) => {
                let value = self.force(value);
                matches!(value, Value::Symbol(_)) || self.may_ask(&value, function, source, depth + 1)
            }
            Value::Sequence(values) | Value::Union(values) => {
                values.iter().any(|v| self.may_ask(v, function, source, depth + 1))
            }
            Value::None | Value::Constant(_) | Value::Text(_) | Value::Dict(_) | Value::Function(_) => false,
            // A source may ask another one that it was given.
            Value::Instance(instance) => {
                let given: Vec<Value> = instance.fields.borrow().values().cloned().collect();
                self.is_environment_source(instance.class) || given.iter().any(|v| holds(v, function, source))
            }
            Value::Class(class) => self.is_environment_source(*class),
            Value::External(name) => asks(name),
            Value::Delayed(delayed) => match &**delayed {
                Delayed::Call(_, arguments, _) if arguments.values().any(|v| holds(v, function, source)) => true,
                Delayed::Call(callee, ..) => match self.settled(callee) {
                    callee @ (Value::Class(_) | Value::External(_)) => {
                        self.may_ask(&callee, function, source, depth + 1)
                    }
                    _ => true,
                },
                _ => true,
            },
            _ => true,
        }
    }

    fn is_environment_source(&self, class: ClassId) -> bool {
        let lineage = self.lineage(class);
        let unknown = lineage.0.iter().flat_map(|&c| &self.classes[c].bases).any(|base| *base == Value::Unknown);
        unknown || lineage.1.iter().any(|name| asks(name)) || lineage.0.iter().any(|&c| asks(&self.classes[c].ir.name))
    }
}

/// Whether a value has the environment's source in it.
fn holds(value: &Value, function: FunctionId, source: Option<usize>) -> bool {
    value.any(
        &mut |v| matches!(v, Value::Symbol(Symbol::Parameter(f, index)) if *f == function && Some(*index) == source),
    )
}

/// Whether a class of the library, or what calling it gives, asks the environment. `DotEnvSettingsSource`
/// is a subclass that looks into files alone, `CliSettingsSource` one that looks into arguments.
fn asks(name: &str) -> bool {
    name.split(['.', '(', ')'])
        .any(|part| part.ends_with("EnvSettingsSource") && !part.ends_with("DotEnvSettingsSource"))
}

/// How deep a list of sources is nested.
const MAX_NESTING: usize = 12;
