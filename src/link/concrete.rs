//! Calls and tests carried out with the very arguments of one call.
//!
//! A function's summary joins what its branches give. A configuration such as
//! `f"APP_{name}_" if name else "APP_"` would then have two prefixes, of which the library sees one. What
//! decides names of fields is evaluated again instead, with known arguments and known tests.

use std::rc::Rc;

use crate::link::Linker;
use crate::link::calls::Substitution;
use crate::link::choices::{Asks, answer};
use crate::link::functions::Binding;
use crate::link::scope::{Frame, Outer};
use crate::link::value::{Arguments, Callable, ClassId, FunctionId, Symbol, Value, join};
use crate::python::ir::{Argument, Comparison, Expr, ExprKind, Stmt};

/// A function, its arguments, and what it has captured.
pub type CarriedKey = (FunctionId, Vec<Value>, Vec<(Symbol, Value)>);

impl Linker<'_> {
    /// An expression of a class body; a call of a scanned function is carried out with its arguments.
    pub(super) fn concrete(&mut self, frame: &mut Frame, expr: &Expr) -> Value {
        let ExprKind::Call(callee, arguments) = &expr.kind else {
            let value = self.expression(frame, expr);
            return self.settled(&value);
        };
        let function = self.expression(frame, callee);
        match self.settled(&function) {
            Value::Function(callable) => {
                let arguments = self.arguments(frame, arguments);
                self.carried_out(&callable, &arguments)
            }
            _ => {
                let value = self.expression(frame, expr);
                self.settled(&value)
            }
        }
    }

    /// A value with what waits for imports and definitions looked up; what waits for a parameter stays.
    pub(super) fn settled(&mut self, value: &Value) -> Value {
        if value.has_parameter() { value.clone() } else { self.force(value) }
    }

    /// What a function gives for these arguments.
    pub(super) fn carried_out(&mut self, callable: &Callable, arguments: &Arguments) -> Value {
        let id = callable.function;
        let bound = arguments.map(|v| self.settled(v));
        let values = self.bind(id, callable, &bound);
        let again = self.carrying.iter().filter(|(function, _)| *function == id).count();
        let same = self.carrying.iter().any(|(function, known)| *function == id && *known == values);
        if self.too_deep() || same || again >= MAX_RECURSION || self.spent.steps > MAX_CARRIED {
            if again >= MAX_RECURSION || self.spent.steps > MAX_CARRIED {
                self.limit_reached("a function calls itself too often: not all that it gives was followed");
            }
            return Value::Unknown;
        }
        let key = (id, values.clone(), callable.captured.clone());
        if let Some(value) = self.carried.get(&key) {
            return value.clone();
        }
        self.spent.steps += 1;
        self.looks_into(self.functions[id].file);
        self.carrying.push((id, values.clone()));
        let state = &self.functions[id];
        let (ir, outer) = (state.ir.clone(), state.outer.clone());
        let mut frame = Frame::new(state.file);
        frame.unit = state.unit;
        (frame.function, frame.class, frame.outer) = (Some(id), state.class, outer.clone());
        frame.cell = Rc::new(Outer { variables: Default::default(), outer });
        frame.concrete = true;
        for (parameter, value) in ir.parameters.iter().zip(values) {
            frame.variables.insert(parameter.name.clone(), value);
        }
        self.depth += 1;
        self.active.push(id);
        self.block(&mut frame, &ir.body);
        self.active.pop();
        self.depth -= 1;
        self.carrying.pop();
        let returns = std::mem::take(&mut frame.returns);
        let value = if ir.generator { walked(returns) } else { join(returns) };
        let parameters = callable.captured.iter().cloned().collect();
        let substitution = Substitution { parameters, ..Substitution::default() };
        let value =
            if callable.captured.is_empty() { value } else { self.substitute(&mut frame, &value, &substitution) };
        let value = self.settled(&value);
        if self.carried.len() > crate::link::bounds::MAX_REMEMBERED {
            self.carried.clear();
        }
        self.carried.insert(key, value.clone());
        value
    }

    /// What a call gives of a function whose summary cannot tell, as it calls itself or walks over what
    /// a class holds: it is carried out, if all it is given is known.
    pub(super) fn carried_call(&mut self, callable: &Callable, arguments: &Arguments) -> Option<Value> {
        if !self.functions[callable.function].recursive || arguments.may_have_more() {
            return None;
        }
        let known = |value: &Value| *value != Value::Unknown && !value.has_parameter();
        let given = arguments.values().chain(&callable.bound).all(known);
        let captured = callable.captured.iter().all(|(_, value)| known(value));
        if !given || !captured {
            return None;
        }
        Some(self.carried_out(callable, arguments))
    }

    /// A class is defined: `__new__` or `__init__` of a scanned metaclass see what it binds, and may change it.
    pub(super) fn made_by_metaclass(&mut self, class: ClassId) {
        let lineage = self.lineage(class);
        let told = lineage.0.iter().flat_map(|&c| &self.classes[c].keywords);
        let Some(metaclass) = told.filter(|(name, _)| &**name == "metaclass").map(|(_, v)| v.clone()).next() else {
            return;
        };
        let Value::Class(metaclass) = self.force(&metaclass) else { return };
        for name in ["__new__", "__init__"] {
            let Some(Value::Function(method)) = self.class_member(metaclass, name) else { continue };
            let namespace = self.members_of(&Value::Class(class), "__dict__").unwrap_or(Value::Unknown);
            let of = if name == "__new__" { Value::Class(metaclass) } else { Value::Class(class) };
            let name = Value::text(self.classes[class].ir.name.clone(), None);
            let bases = Value::sequence(self.classes[class].bases.clone());
            let arguments = Arguments { positional: vec![of, name, bases, namespace], ..Arguments::default() };
            let method = Callable { bound: None, ..(*method).clone() };
            self.making.push(class);
            // What it makes of a class must not depend on what was followed on the way to it.
            self.on_its_own(|linker| linker.carried_out(&method, &arguments));
            self.making.pop();
        }
    }

    /// `Class.method(Other)` as a statement of a module: a class method that is told another class may change what
    /// that one holds, object by object (`include` of settings classes).
    pub(super) fn carried_statement(&mut self, frame: &mut Frame, stmt: &Expr) {
        let ExprKind::Call(callee, arguments) = &stmt.kind else { return };
        let ExprKind::Attribute(of, method) = &callee.kind else { return };
        let Some(class) = self.class_of_file(frame, of) else { return };
        if !arguments.iter().any(|argument| self.class_of_file(frame, &argument.value).is_some()) {
            return;
        }
        let Some(Value::Function(callable)) = self.class_member(class, method) else { return };
        if self.functions[callable.function].binding != Binding::Class {
            return;
        }
        let bound = Callable { bound: Some(Value::Class(class)), ..(*callable).clone() };
        let arguments = self.arguments(frame, arguments);
        self.on_its_own(|linker| linker.carried_out(&bound, &arguments));
    }

    /// A class that a name means and that is defined in the same file: what is done to it is done anew whenever the
    /// file is looked at anew.
    fn class_of_file(&mut self, frame: &Frame, expr: &Expr) -> Option<ClassId> {
        let ExprKind::Name(name) = &expr.kind else { return None };
        let value = match self.name(frame, name) {
            Value::Symbol(Symbol::Unit(file, unit)) if frame.module && file == frame.file => {
                self.unit_value(file, unit)
            }
            value @ Value::Class(_) if frame.module => value,
            _ => return None,
        };
        match value {
            Value::Class(class) if self.classes[class].file == frame.file => Some(class),
            _ => None,
        }
    }

    /// Whether a test holds, where that is known in a frame whose parameters are known.
    pub(in crate::link) fn decided(&mut self, frame: &mut Frame, test: &Expr) -> Option<bool> {
        if !frame.concrete {
            return None;
        }
        match &test.kind {
            ExprKind::Not(inner) => self.decided(frame, inner).map(|holds| !holds),
            ExprKind::And(parts) => {
                let mut all = Some(true);
                for part in parts {
                    match self.decided(frame, part) {
                        Some(true) => {}
                        Some(false) => return Some(false),
                        None => all = None,
                    }
                }
                all
            }
            ExprKind::Or(parts) => {
                let mut none = Some(false);
                for part in parts {
                    match self.decided(frame, part) {
                        Some(false) => {}
                        Some(true) => return Some(true),
                        None => none = None,
                    }
                }
                none
            }
            ExprKind::Name(_) | ExprKind::Attribute(..) => {
                let value = self.expression(frame, test);
                truth(&self.settled(&value))
            }
            ExprKind::Call(callee, arguments) => self.decided_kind(frame, callee, arguments),
            ExprKind::Compare(left, rest) => {
                let [(comparison, right)] = rest.as_slice() else { return None };
                let left = self.expression(frame, left);
                let right = self.expression(frame, right);
                let (left, right) = (self.settled(&left), self.settled(&right));
                let known = |v: &Value| v.known_text().is_some() || truth(v).is_some();
                let same = || (known(&left) && known(&right)).then(|| left == right);
                match comparison {
                    Comparison::Is | Comparison::Equal => same(),
                    Comparison::IsNot | Comparison::NotEqual => same().map(|same| !same),
                    Comparison::In => self.is_in(&left, &right),
                    Comparison::NotIn => self.is_in(&left, &right).map(|is_in| !is_in),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// `isinstance(value, class)`, `issubclass(value, class)`, `inspect.isclass(value)`
    fn decided_kind(&mut self, frame: &mut Frame, callee: &Expr, arguments: &[Argument]) -> Option<bool> {
        let name = match &callee.kind {
            ExprKind::Name(name) | ExprKind::Attribute(_, name) => name.clone(),
            _ => return None,
        };
        if let (ExprKind::Attribute(of, method), [argument]) = (&callee.kind, arguments)
            && matches!(&**method, "startswith" | "endswith")
        {
            let (of, with) = (self.expression(frame, of), self.expression(frame, &argument.value));
            let with = self.settled(&with).known_text()?;
            let asks = if &**method == "endswith" { Asks::Ends(with) } else { Asks::Begins(with) };
            return answer(&self.settled(&of), &asks);
        }
        if !matches!(&*name, "isinstance" | "issubclass" | "isclass" | "is_dataclass" | "callable") {
            return None;
        }
        let mut values = Vec::new();
        for argument in arguments {
            let value = self.expression(frame, &argument.value);
            values.push(self.settled(&value));
        }
        match (&*name, values.as_slice()) {
            ("isinstance", [value, class]) => {
                let mut answers = value.alternatives().iter().map(|value| self.is_of_kind(value, class));
                let first = answers.next()??;
                answers.all(|answer| answer == Some(first)).then_some(first)
            }
            ("issubclass", [Value::Class(class), of]) => {
                let of = if let Value::Sequence(of) = of { of.to_vec() } else { vec![of.clone()] };
                let lineage = self.lineage(*class);
                let is = |of: &Value| match of {
                    Value::Class(of) => lineage.0.contains(of),
                    Value::External(of) => lineage.1.contains(of),
                    _ => false,
                };
                if of.iter().any(is) { Some(true) } else { (!of.contains(&Value::Unknown)).then_some(false) }
            }
            ("issubclass", [Value::External(_), Value::Class(_)]) => Some(false),
            ("issubclass", [Value::External(class), Value::External(of)]) => {
                let settings = |name: &str| self.libraries.settings_base(name).is_some();
                (settings(of) && !settings(class)).then_some(false)
            }
            ("isclass", [Value::Class(_)]) | ("callable", [Value::Class(_) | Value::Function(_)]) => Some(true),
            ("isclass" | "callable", [Value::None | Value::Text(_) | Value::Constant(_) | Value::Dict(_)]) => {
                Some(false)
            }
            ("isclass", [Value::Function(_) | Value::Instance(_) | Value::Sequence(_)]) => Some(false),
            _ => None,
        }
    }

    fn is_in(&mut self, value: &Value, table: &Value) -> Option<bool> {
        let text = value.known_text()?;
        let elements = self.elements(table)?;
        if elements.iter().any(|element| element.known_text().as_ref() == Some(&text)) {
            return Some(true);
        }
        elements.iter().all(|element| element.known_text().is_some()).then_some(false)
    }

    /// A loop in a frame whose parameters are known: each element by itself. Whether it was one.
    pub(super) fn unrolled(&mut self, frame: &mut Frame, target: &Expr, walked: &Value, body: &[Stmt]) -> bool {
        if !frame.concrete {
            return false;
        }
        let Some(elements) = self.elements(walked).filter(|elements| elements.len() <= MAX_TURNS) else { return false };
        // Where an element may be one of several, each of them.
        let turns: Vec<Value> = elements.iter().flat_map(|element| element.alternatives()).cloned().collect();
        if turns.len() > MAX_TURNS {
            return false;
        }
        for element in turns {
            self.assign(frame, target, &element);
            self.block(frame, body);
        }
        true
    }
}

/// What a generator has given, all its turns together.
fn walked(returns: Vec<Value>) -> Value {
    let mut items = Vec::new();
    for value in returns {
        match value {
            Value::Sequence(given) => items.extend(given.iter().cloned()),
            Value::None => {}
            _ => items.push(Value::Unknown),
        }
    }
    Value::sequence(items)
}

/// How often a function that calls itself is carried out within itself.
const MAX_RECURSION: usize = 16;
/// How many calls are carried out on behalf of one unit.
const MAX_CARRIED: usize = 2_000;
/// How many turns of a loop are carried out one by one.
const MAX_TURNS: usize = 1_024;

/// Whether a known value counts as true.
pub fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::None => Some(false),
        Value::Constant(text) => Some(!matches!(&**text, "False" | "0" | "0.0")),
        Value::Sequence(items) => Some(!items.is_empty()),
        Value::Dict(items) => Some(!items.is_empty()),
        Value::Text(_) => value.known_text().map(|text| !text.is_empty()),
        Value::Class(_) | Value::Function(_) | Value::Partial(_) => Some(true),
        _ => None,
    }
}
