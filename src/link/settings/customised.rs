//! Whether a settings class asks the environment at all: `settings_customise_sources` (pydantic-settings
//! `main.py`) and `Config.customise_sources` (pydantic 1 `env_settings.py`) may leave that source out, or replace it
//! by one that takes names out of the variables it looks at (`EnvSettingsSource.env_vars`, `sources/providers/env.py`).

use crate::libraries::Dialect;
use crate::link::Linker;
use crate::link::value::{Arguments, Callable, ClassId, Delayed, FunctionId, Symbol, Value};
use crate::python::ir::{Expr, ExprKind, Name, ParameterKind, Stmt, StmtKind};

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

    /// The names that a class's own source of the environment takes out of it, if there is no other.
    pub(super) fn left_out(&mut self, class: ClassId, dialect: Dialect) -> Vec<Value> {
        let Some(Value::Function(method)) = self.customising(class, dialect) else { return Vec::new() };
        let bound = Callable { bound: Some(Value::Class(class)), ..(*method).clone() };
        let environment = Value::external("pydantic_settings.EnvSettingsSource()");
        let mut keywords = vec![("settings_cls".into(), Value::Class(class)), ("env_settings".into(), environment)];
        let others = ["init_settings", "dotenv_settings", "file_secret_settings"];
        keywords.extend(others.map(|other| (other.into(), Value::None)));
        let sources = self.carried_out(&bound, &Arguments { keywords, ..Arguments::default() });
        let Some(sources) = self.elements(&sources) else { return Vec::new() };
        let mut left_out: Option<Vec<Value>> = None;
        for source in &sources {
            let named = match source {
                Value::Instance(instance) if self.is_environment_source(instance.class) => {
                    match instance.fields.borrow().get(TAKEN_OUT) {
                        Some(Value::Sequence(names)) => names.to_vec(),
                        _ => Vec::new(),
                    }
                }
                source if self.may_ask(source, method.function, None, 0) => Vec::new(),
                _ => continue,
            };
            left_out = Some(match left_out {
                Some(before) => before.into_iter().filter(|name| named.contains(name)).collect(),
                None => named,
            });
        }
        left_out.unwrap_or_default()
    }

    /// What the constructor of a source takes out of the variables that it looks at:
    /// `for name in names: self.env_vars.pop(name, None)`.
    pub(in crate::link) fn takes_out(&mut self, object: &Value, init: &Callable, arguments: &Arguments) {
        let ir = self.functions[init.function].ir.clone();
        let Some(from) = ir.parameters.first().and_then(|own| taken_out(&ir.body, &own.name)) else { return };
        let Value::Instance(instance) = object else { return };
        if !self.is_environment_source(instance.class) {
            return;
        }
        let values = self.bind(init.function, init, arguments);
        let given = ir.parameters.iter().zip(values).find(|(parameter, _)| parameter.name == *from);
        let names = given.and_then(|(_, value)| self.elements(&value)).unwrap_or_default();
        let names = names.iter().filter_map(Value::known_text).map(|name| Value::text(name, None)).collect();
        instance.fields.borrow_mut().insert(TAKEN_OUT.into(), Value::sequence(names));
    }

    fn is_environment_source(&self, class: ClassId) -> bool {
        let lineage = self.lineage(class);
        let unknown = lineage.0.iter().flat_map(|&c| &self.classes[c].bases).any(|base| *base == Value::Unknown);
        let scanned = lineage.0.iter().map(|&c| &self.classes[c].ir.name);
        let names: Vec<_> = lineage.1.iter().chain(scanned).collect();
        let of_files = names.iter().any(|name| name.ends_with("DotEnvSettingsSource"));
        !of_files && (unknown || names.iter().any(|name| asks(name)))
    }
}

/// What a body walks over to take names out of `self.env_vars`.
fn taken_out<'a>(body: &'a [Stmt], own: &Name) -> Option<&'a Name> {
    body.iter().find_map(|stmt| match &stmt.kind {
        StmtKind::If { body, orelse, .. } => taken_out(body, own).or_else(|| taken_out(orelse, own)),
        StmtKind::For { target, iter, body, .. } => match (&target.kind, &iter.kind, body.as_slice()) {
            (ExprKind::Name(name), ExprKind::Name(from), [stmt]) if pops(stmt, own, name) => Some(from),
            _ => None,
        },
        _ => None,
    })
}

/// `self.env_vars.pop(name, …)`
fn pops(stmt: &Stmt, own: &Name, name: &Name) -> bool {
    let is = |expr: &Expr, name: &Name| matches!(&expr.kind, ExprKind::Name(n) if n == name);
    let StmtKind::Expr(Expr { kind: ExprKind::Call(callee, arguments), .. }) = &stmt.kind else { return false };
    let ExprKind::Attribute(variables, pop) = &callee.kind else { return false };
    let ExprKind::Attribute(object, variables) = &variables.kind else { return false };
    let told = arguments.first().is_some_and(|argument| is(&argument.value, name));
    (&**pop, &**variables) == ("pop", "env_vars") && is(object, own) && told
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

/// What a source takes out of its variables, among its fields.
const TAKEN_OUT: &str = "env_vars.pop()";

/// How deep a list of sources is nested.
const MAX_NESTING: usize = 12;
