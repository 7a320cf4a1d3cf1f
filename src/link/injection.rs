//! Parameters that nobody in the scanned code fills: a framework does. A dependency that the default or
//! the annotation names, what a test runner's fixtures give, and what an annotation alone says.

use std::collections::BTreeMap;

use super::Linker;
use super::calls::Substitution;
use super::instance::Instance;
use super::scope::Frame;
use super::statements::last_segment;
use super::value::{Arguments, FunctionId, Symbol, Value, join};
use crate::model::Place;
use crate::python::ir::{Expr, ExprKind, Name, Operator, ParameterKind};

/// What is known of a function's parameters without its callers.
#[derive(Default)]
pub struct Injected {
    /// What calls in the annotations of parameters gave.
    pub called: BTreeMap<usize, Value>,
    /// Whether others get what it gives by naming it as a parameter.
    pub provides: bool,
    /// What decorators say of it as a command.
    pub command: super::commands::Command,
    /// Values that a decorator lists, by parameter.
    pub listed: Vec<(Name, Value)>,
}

impl Linker<'_> {
    /// What annotations say of parameters: asked for in the end, when all that they name has been evaluated.
    fn hints(&mut self, frame: &mut Frame, function: FunctionId) -> BTreeMap<usize, Value> {
        let ir = self.functions[function].ir.clone();
        let mut hints = self.functions[function].injected.called.clone();
        hints.retain(|_, value| self.gives_environment(value));
        for (index, parameter) in ir.parameters.iter().enumerate() {
            let variadic = matches!(parameter.kind, ParameterKind::Rest | ParameterKind::Keywords);
            if !variadic && !hints.contains_key(&index) {
                let hint = parameter.annotation.as_ref().and_then(|annotation| self.hint(frame, annotation));
                hints.extend(hint.map(|hint| (index, hint)));
            }
        }
        hints
    }

    /// Whether an annotation names what may be a class of objects that read.
    pub(super) fn may_hint(&self, annotation: &Expr) -> bool {
        match &annotation.kind {
            ExprKind::Name(_) | ExprKind::Attribute(..) => {
                last_segment(annotation).is_some_and(|last| self.libraries.may_know(&last) || self.interest.has(&last))
            }
            ExprKind::Str(name) => self.libraries.may_know(name) || self.interest.has(name),
            ExprKind::Binary(Operator::BitOr, parts) | ExprKind::Tuple(parts) => {
                parts.iter().any(|part| self.may_hint(part))
            }
            ExprKind::Subscript(_, index) => self.may_hint(index),
            _ => false,
        }
    }

    /// An object of the class that an annotation names, if it is one that reads.
    fn hint(&mut self, frame: &mut Frame, annotation: &Expr) -> Option<Value> {
        match &annotation.kind {
            ExprKind::Name(_) | ExprKind::Attribute(..) => {
                let last = last_segment(annotation)?;
                if !self.libraries.may_know(&last) && !self.interest.has(&last) {
                    return None;
                }
                let class = self.expression(frame, annotation);
                self.object_of(&class)
            }
            ExprKind::Str(name) if self.libraries.may_know(name) || self.interest.has(name) => {
                let class = self.name(frame, name);
                self.object_of(&class)
            }
            ExprKind::Binary(Operator::BitOr, parts) => parts.iter().find_map(|part| self.hint(frame, part)),
            ExprKind::Subscript(generic, index) => match (last_segment(generic).as_deref(), &index.kind) {
                (Some("Annotated"), ExprKind::Tuple(items)) => self.hint(frame, items.first()?),
                (Some("Optional"), _) => self.hint(frame, index),
                _ => None,
            },
            _ => None,
        }
    }

    fn object_of(&mut self, class: &Value) -> Option<Value> {
        match self.force(class) {
            Value::External(name) => {
                let object = self.libraries.object(&name)?;
                (object.name == &*name && object.shared).then(|| Value::external(format!("{name}()")))
            }
            Value::Class(class) if self.settings_dialect(class).is_none() => {
                self.evaluate_class(class);
                let reads = self.is_known_object(class) || self.class_reads_for_callers(class);
                let fields = self.typical_fields(class).iter().map(|(n, v)| (n.clone(), v.clone())).collect();
                let typical = Instance { class, fields: std::cell::RefCell::new(fields), place: None };
                reads.then(|| Value::Instance(typical.into()))
            }
            _ => None,
        }
    }

    /// What a decorator says of how a function is called: it is a fixture, or its arguments are listed.
    pub(super) fn injecting(&mut self, function: FunctionId, decorator: &Value) {
        let Some((name, arguments)) = decorator.outside() else { return };
        if self.libraries.is_provider(name) {
            self.functions[function].injected.provides = true;
        } else if self.libraries.is_lister(name)
            && let Some(arguments) = arguments
        {
            let listed = self.columns(arguments);
            self.functions[function].injected.listed.extend(listed);
        }
    }

    /// `parametrize("a,b", [(1, 2), param(3, 4)])`: each parameter with all that it may be.
    fn columns(&mut self, arguments: &Arguments) -> Vec<(Name, Value)> {
        let (Some(names), Some(rows)) = (arguments.get(0, "argnames"), arguments.get(1, "argvalues")) else {
            return Vec::new();
        };
        let names: Vec<Name> = match self.force(names) {
            Value::Sequence(names) => names.iter().filter_map(Value::known_text).collect(),
            names => {
                let text = names.known_text().unwrap_or_default();
                text.split(',').map(|name| name.trim().into()).collect()
            }
        };
        let mut columns: Vec<Vec<Value>> = vec![Vec::new(); names.len()];
        for row in self.elements(rows).unwrap_or_default() {
            let cells = match &row {
                Value::Partial(call) if matches!(&call.0, Value::External(made) if made.ends_with(".param")) => {
                    call.1.positional.clone()
                }
                Value::Sequence(cells) if names.len() > 1 => cells.to_vec(),
                _ => vec![row.clone()],
            };
            for (column, cell) in columns.iter_mut().zip(cells) {
                column.push(cell);
            }
        }
        names.into_iter().zip(columns.into_iter().map(join)).collect()
    }

    /// What a parameter of a test, or of a fixture, is.
    pub(super) fn injected(&mut self, frame: &mut Frame, function: FunctionId, name: &Name) -> Option<Value> {
        let state = &self.functions[function];
        if let Some((_, value)) = state.injected.listed.iter().find(|(listed, _)| listed == name) {
            return Some(value.clone());
        }
        let runs = state.injected.provides || state.ir.name.starts_with("test");
        if !runs || !self.interest.has(name) {
            return None;
        }
        let own = state.class.and_then(|class| self.class_member(class, name));
        let provider = |linker: &Self, value: &Value| match value {
            Value::Function(callable) => {
                let found = callable.function;
                (found != function && linker.functions[found].injected.provides).then(|| callable.clone())
            }
            _ => None,
        };
        let mut found = own.and_then(|value| provider(self, &value));
        if found.is_none() {
            let value = self.name(frame, name);
            let value = self.force(&value);
            found = provider(self, &value);
        }
        for shared in self.modules.shared_by_tests(frame.file) {
            if found.is_none() {
                let value = self.member(shared, name).unwrap_or(Value::Unknown);
                let value = self.force(&value);
                found = provider(self, &value);
            }
        }
        let callable = found?;
        let generator = self.functions[callable.function].ir.generator;
        let receiver = self.functions[callable.function].class.map(|_| Value::Unknown);
        let arguments = Arguments { positional: receiver.into_iter().collect(), ..Arguments::default() };
        let nowhere = Place { file: frame.file, span: Default::default() };
        let given = self.call(frame, &Value::Function(callable), &arguments, nowhere);
        Some(if generator { self.element(&given) } else { given })
    }

    /// The reads of functions that are only told by annotations and defaults whom they ask: with those.
    pub(super) fn told_reads(&mut self) {
        for id in 0..self.functions.len() {
            let state = &self.functions[id];
            let Some(summary) = state.summary.clone().filter(|s| !(s.calls.is_empty() && s.handing_on.is_empty()))
            else {
                continue;
            };
            let (idle, file) = (state.callers == 0, state.file);
            self.enter(file);
            let mut frame = Frame::new(file);
            let mut parameters = if idle { self.hints(&mut frame, id) } else { BTreeMap::new() };
            for (index, default) in self.functions[id].defaults.clone().into_iter().enumerate() {
                let Some(default) = default.filter(|default| !default.has_parameter()) else { continue };
                if default != Value::None || !parameters.contains_key(&index) {
                    parameters.insert(index, default);
                }
            }
            if !parameters.values().any(tells_whom_to_ask) {
                self.leave();
                continue;
            }
            let mut substitution = Substitution { function: Some(id), ..Substitution::default() };
            let parameters = parameters.into_iter().map(|(index, value)| (Symbol::Parameter(id, index), value));
            substitution.parameters.extend(parameters);
            let place = Place { file: frame.file, span: Default::default() };
            let (calls, handing_on) = (summary.calls.clone(), summary.handing_on.clone());
            let calls = super::events::Summary { calls, handing_on, ..Default::default() };
            let before = self.emitted.len();
            self.replay(&mut frame, &calls, &mut substitution, None, place);
            for (file, event) in self.emitted.split_off(before) {
                match event.key.known_text() {
                    Some(_) => self.emitted.push((file, event)),
                    None => self.generic.push((file, event, id)),
                }
            }
            self.leave();
        }
    }
}

/// Whether a default or an annotation names what can be asked.
fn tells_whom_to_ask(value: &Value) -> bool {
    matches!(value, Value::Environment | Value::External(_) | Value::Object(_) | Value::Instance(_))
}
