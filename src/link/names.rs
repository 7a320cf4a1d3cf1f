//! Names → values: local, enclosing, module, imported, built in; looked up only when they matter.

use rustc_hash::FxHashMap as HashMap;

use super::Linker;
use super::circles::Body;
use super::modules::Target;
use super::scope::{Frame, Variables};
use super::value::{Symbol, Value, join};
use crate::model::{FileId, Place, RootKind};
use crate::python::ir::{Name, StmtKind};

/// A module's namespace.
#[derive(Default)]
pub struct ModuleState {
    /// What its body has bound so far.
    pub variables: Variables,
    /// Modules it star-imports: (level, module), in order.
    pub stars: Vec<(u8, Name)>,
    /// Names of its other units, which are bound from the start for whoever asks in the middle of a cycle.
    pub units: HashMap<Name, usize>,
}

impl Linker<'_> {
    /// Evaluates a module's body once.
    pub(super) fn module(&mut self, file: FileId) {
        // Too deep: what asks for it first from further up evaluates it.
        if self.states.contains_key(&file) || self.too_deep() {
            return;
        }
        let outline = self.units.outline(file);
        let mut state = ModuleState::default();
        for (index, unit) in outline.units.iter().enumerate().skip(1) {
            state.units.insert(unit.name.as_ref().into(), index);
        }
        self.states.insert(file, state);
        if outline.units.is_empty() {
            return;
        }
        self.module_body(file);
    }

    /// Evaluates a module's own statements.
    pub(super) fn module_body(&mut self, file: FileId) {
        self.depth += 1;
        self.enter(file);
        self.evaluating.push(Body::Module(file));
        self.for_anybody(|linker| {
            let facts = linker.units.facts(file, 0);
            let mut frame = Frame::new(file);
            frame.module = true;
            for stmt in &facts.body {
                linker.statement(&mut frame, stmt);
                linker.publish(&mut frame);
            }
            linker.finish_frame(&mut frame);
            linker.note_variables(&frame);
        });
        self.evaluating.pop();
        self.leave();
        self.depth -= 1;
    }

    /// Makes what a module's body has bound so far visible to others.
    fn publish(&mut self, frame: &mut Frame) {
        let Some(state) = self.states.get_mut(&frame.file) else { return };
        for (name, _) in frame.log.drain(..) {
            match frame.variables.get(&name) {
                Some(value) => state.variables.insert(name, value.clone()),
                None => state.variables.remove(&name),
            };
        }
    }

    /// The value of a name in a body.
    pub(super) fn name(&mut self, frame: &Frame, name: &Name) -> Value {
        if let Some(value) = frame.variables.get(name) {
            let functions = if frame.module { self.bound_later(frame.file, name) } else { None };
            return join([value.clone()].into_iter().chain(functions));
        }
        let mut outer = frame.outer.clone();
        while let Some(scope) = outer {
            if let Some(value) = scope.variables.borrow().as_ref().and_then(|v| v.get(name)) {
                return value.clone();
            }
            outer = scope.outer.clone();
        }
        if let Some(value) = self.global(frame.file, name) {
            return value;
        }
        Value::external(format!("builtins.{name}"))
    }

    /// A name of a module, not looked up further if it is an import or an unevaluated definition.
    fn global(&mut self, file: FileId, name: &Name) -> Option<Value> {
        self.looks_into(file);
        self.module(file);
        let functions = self.bound_later(file, name);
        let state = self.states.get(&file)?;
        let value = state.variables.get(name).cloned();
        if value.is_some() || functions.is_some() {
            return Some(join(value.into_iter().chain(functions)));
        }
        if let Some(&unit) = state.units.get(name) {
            return Some(Value::Symbol(Symbol::Unit(file, unit)));
        }
        if state.stars.is_empty() || !self.looking_up.insert((file, name.clone())) {
            return None;
        }
        let stars = state.stars.clone();
        let mut found = None;
        for (level, module) in stars.iter().rev() {
            found = match self.modules.resolve(file, *level, module) {
                Target::File(target) if !name.starts_with('_') => self.global(target, name),
                Target::Outside => {
                    let qualified = format!("{module}.{name}");
                    self.libraries.knows(&qualified).then(|| self.external(&qualified))
                }
                _ => None,
            };
            if found.is_some() {
                break;
            }
        }
        self.looking_up.remove(&(file, name.clone()));
        found
    }

    /// A name of a module as its importers see it: variables, definitions, star imports, submodules.
    pub(super) fn member(&mut self, file: FileId, name: &Name) -> Option<Value> {
        let qualified = format!("{}.{name}", self.modules.dotted(file));
        if self.libraries.knows(&qualified) && !self.is_of_the_application(file) {
            return Some(self.external(&qualified));
        }
        if let Some(value) = self.global(file, name) {
            return Some(value);
        }
        if let Some(submodule) = self.modules.submodule(file, name) {
            return Some(Value::Module(submodule));
        }
        let getattr: Name = "__getattr__".into();
        if self.states.get(&file).is_some_and(|s| s.units.contains_key(&getattr)) && self.interest.has(name) {
            let function = self.global(file, &getattr)?;
            let mut frame = Frame::new(file);
            let arguments =
                super::value::Arguments { positional: vec![Value::text(name.clone(), None)], ..Default::default() };
            let place = Place { file, span: Default::default() };
            return Some(self.call(&mut frame, &function, &arguments, place));
        }
        None
    }

    /// Whether a file is the application's: a module of its own is no library of that name.
    fn is_of_the_application(&self, file: FileId) -> bool {
        self.sources.roots[self.sources.files[file].root].kind == RootKind::Application
    }

    /// What an attribute of an import that has not been looked up is, if a library's row tells.
    pub(super) fn known_attribute(&mut self, import: &Symbol, attribute: &str) -> Option<Value> {
        let Symbol::Import(from, 0, module, name) = import else { return None };
        if !self.libraries.may_know(attribute) {
            return None;
        }
        let outer = if name.is_empty() { module.to_string() } else { format!("{module}.{name}") };
        let qualified = format!("{outer}.{attribute}");
        let own =
            matches!(self.modules.resolve(*from, 0, module), Target::File(file) if self.is_of_the_application(file));
        (!own && self.libraries.knows(&qualified)).then(|| self.external(&qualified))
    }

    /// A qualified name outside the scanned code.
    pub(super) fn external(&mut self, name: &str) -> Value {
        let name = self.libraries.alias(name).unwrap_or(name);
        if self.libraries.is_environment(name) { Value::Environment } else { Value::external(name) }
    }

    /// Looks up what was left for later, until it is a value or waits for a parameter.
    pub(super) fn force(&mut self, value: &Value) -> Value {
        match value {
            Value::Symbol(Symbol::Import(file, level, module, name)) => {
                let key: Name = format!("{level} {module} {name}").into();
                if self.too_deep() || !self.looking_up.insert((*file, key.clone())) {
                    return Value::Unknown;
                }
                self.depth += 1;
                let found = self.import(*file, *level, module, name);
                let found = self.force(&found);
                self.depth -= 1;
                self.looking_up.remove(&(*file, key));
                found
            }
            Value::Symbol(Symbol::Unit(file, unit)) => self.unit_value(*file, *unit),
            Value::Symbol(Symbol::Bound(file, name)) => self.bound_by_functions(*file, name),
            Value::Union(values) if values.iter().any(Value::is_symbolic) => {
                let values: Vec<_> = values.iter().map(|v| self.force(v)).collect();
                join(values)
            }
            Value::Delayed(_) | Value::Text(_) | Value::Sequence(_) | Value::Dict(_) if value.is_symbolic() => {
                self.forcing(value)
            }
            _ => value.clone(),
        }
    }

    /// What an import statement binds: at once what is outside the scanned code or known to a library,
    /// everything else when it is looked at.
    pub(super) fn imported(&mut self, from: FileId, level: u8, module: &Name, name: &Name) -> Value {
        if level == 0 {
            let qualified = if name.is_empty() { module.to_string() } else { format!("{module}.{name}") };
            let known = self.libraries.knows(&qualified);
            let target = self.modules.resolve(from, 0, module);
            if target == Target::Outside
                || (known && !matches!(target, Target::File(file) if self.is_of_the_application(file)))
            {
                return self.external(&qualified);
            }
        }
        Value::Symbol(Symbol::Import(from, level, module.clone(), name.clone()))
    }

    fn import(&mut self, from: FileId, level: u8, module: &Name, name: &Name) -> Value {
        let qualified = if name.is_empty() { module.to_string() } else { format!("{module}.{name}") };
        let target = self.modules.resolve(from, level, module);
        let own = matches!(target, Target::File(file) if self.is_of_the_application(file));
        if level == 0 && !own && self.libraries.knows(&qualified) {
            return self.external(&qualified);
        }
        match target {
            Target::File(file) if name.is_empty() => Value::Module(file),
            Target::File(file) => self.member(file, name).unwrap_or(Value::Unknown),
            Target::Namespace if name.is_empty() => Value::Namespace(from, module.clone()),
            Target::Namespace => {
                let dotted = if module.is_empty() { name.to_string() } else { format!("{module}.{name}") };
                match self.modules.resolve(from, level, &dotted) {
                    Target::File(file) => Value::Module(file),
                    Target::Namespace => Value::Namespace(from, dotted.into()),
                    Target::Outside => Value::Unknown,
                }
            }
            Target::Outside if level == 0 => self.external(&qualified),
            Target::Outside => Value::Unknown,
        }
    }

    /// The value of a definition in the first column.
    pub(super) fn unit_value(&mut self, file: FileId, unit: usize) -> Value {
        self.looks_into(file);
        if let Some(value) = self.unit_values.get(&(file, unit)) {
            return value.clone();
        }
        if self.too_deep() {
            return Value::Unknown;
        }
        // Found by itself while it is being made (a class that its own body mentions): unknown.
        self.unit_values.insert((file, unit), Value::Unknown);
        self.module(file);
        self.depth += 1;
        self.enter(file);
        self.evaluating.push(Body::Unit(file, unit));
        let value = self.for_anybody(|linker| linker.evaluate_unit(file, unit));
        self.evaluating.pop();
        self.leave();
        self.depth -= 1;
        value
    }

    /// Evaluates a definition once more.
    pub(super) fn unit_again(&mut self, file: FileId, unit: usize) {
        let before = self.unit_values.remove(&(file, unit));
        if let Some(Value::Class(class)) = before {
            let evaluated = self.classes[class].evaluated;
            self.classes[class].forget();
            self.unit_value(file, unit);
            if evaluated {
                self.evaluate_class(class);
            }
        } else {
            self.unit_value(file, unit);
        }
    }

    fn evaluate_unit(&mut self, file: FileId, unit: usize) -> Value {
        let facts = self.units.facts(file, unit);
        let mut frame = Frame::new(file);
        frame.unit = unit;
        let mut value = Value::Unknown;
        for stmt in &facts.body {
            match &stmt.kind {
                StmtKind::Function(function) => {
                    value = self.define_function(&mut frame, function);
                    // It is evaluated if it is demanded, or when it is called; not so what a decorator makes of it.
                    if matches!(value, Value::Function(_)) {
                        frame.defined.retain(|&id| self.functions[id].ir.span != function.span);
                    }
                }
                StmtKind::Class(class) => {
                    let id = self.allocate_class(&frame, class);
                    self.unit_values.insert((file, unit), Value::Class(id));
                    value = self.define_class(&mut frame, class);
                }
                _ => {
                    self.statement(&mut frame, stmt);
                }
            }
        }
        self.unit_values.insert((file, unit), value.clone());
        self.finish_frame(&mut frame);
        value
    }
}
