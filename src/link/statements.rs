//! Statements in order: bindings, branches joined, loops once over the union of what they walk.

use super::Linker;
use super::events::Absent;
use super::operations::class_of;
use super::outcomes::Ending;
use super::scope::{Flow, Frame, Pending};
use super::value::{Symbol, Value, join};
use crate::python::ir::{Argument, Expr, ExprKind, Name, Operator, Stmt, StmtKind};

impl Linker<'_> {
    /// Evaluates a block.
    pub(super) fn block(&mut self, frame: &mut Frame, body: &[Stmt]) -> Flow {
        let mut flow = Flow::Next;
        for stmt in body {
            // What follows a `return` is evaluated all the same: no read is lost to a wrong guess.
            if self.statement(frame, stmt) == Flow::Left {
                flow = Flow::Left;
                if frame.concrete {
                    break;
                }
            }
        }
        flow
    }

    /// Evaluates a statement.
    pub(super) fn statement(&mut self, frame: &mut Frame, stmt: &Stmt) -> Flow {
        match &stmt.kind {
            StmtKind::Expr(value) => {
                self.carried_statement(frame, value);
                let value = self.expression(frame, value);
                if self.never_returns(&value) {
                    self.leaves(frame, &Ending::Raises("SystemExit".into()));
                    return Flow::Left;
                }
            }
            StmtKind::Assign { targets, value } => {
                let value = match self.still(frame, targets, value) {
                    Some(value) => value,
                    None => self.expression(frame, value),
                };
                for target in targets {
                    self.assign(frame, target, &value);
                }
            }
            StmtKind::Annotated { target, value, .. } => {
                if let Some(value) = value {
                    let value = self.expression(frame, value);
                    self.assign(frame, target, &value);
                }
            }
            StmtKind::Augmented { target, operator, value } => {
                let before = self.expression(frame, target);
                let value = self.expression(frame, value);
                let after = match operator {
                    Operator::Add => self.add(&[before, value]),
                    Operator::BitOr => self.merge_mappings(&before, &value),
                    _ => Value::Unknown,
                };
                self.assign(frame, target, &after);
            }
            StmtKind::Return(value) => {
                let ending = match value {
                    Some(value) => Ending::Returns(self.expression(frame, value)),
                    None => Ending::Quietly,
                };
                self.leaves(frame, &ending);
                frame.returns.push(if let Ending::Returns(value) = ending { value } else { Value::None });
                return Flow::Left;
            }
            StmtKind::Raise(value) => {
                let ending = match value {
                    Some(value) => self.raising(frame, value),
                    None => Ending::RaisesAgain,
                };
                self.leaves(frame, &ending);
                return Flow::Left;
            }
            StmtKind::Assert(test) => {
                let tested = self.test(frame, test);
                let absent = Absent::raises("AssertionError");
                for (event, guards) in &tested.fails.absent {
                    let guards = guards.iter().cloned().chain(tested.fails.guards_of(*event)).collect();
                    self.conclude(Pending { instead: vec![(guards, absent.clone())], ..Pending::new(*event) });
                }
                frame.are_present(&tested.holds.present);
            }
            StmtKind::Delete(targets) => {
                for target in targets {
                    match &target.kind {
                        ExprKind::Name(name) => frame.unset(name),
                        ExprKind::Subscript(value, index) => {
                            let value = self.expression(frame, value);
                            let key = self.expression(frame, index);
                            if value == Value::Environment {
                                frame.present.retain(|(present, _)| *present != key);
                            }
                        }
                        _ => {}
                    }
                }
            }
            StmtKind::Global(names) => self.declares_global(frame, names),
            StmtKind::Import(names) => {
                for (module, local) in names {
                    let (bound, name) = match local {
                        Some(local) => (local.clone(), module.clone()),
                        None => {
                            let first: Name = module.split('.').next().unwrap_or(module).into();
                            (first.clone(), first)
                        }
                    };
                    let value = self.imported(frame.file, 0, &name, &"".into());
                    frame.set(&bound, value);
                }
            }
            StmtKind::From { level, module, names } => {
                for (name, local) in names {
                    if &**name == "*" {
                        if let Some(state) = self.states.get_mut(&frame.file) {
                            state.stars.push((*level, module.clone()));
                        }
                        continue;
                    }
                    let value = self.imported(frame.file, *level, module, name);
                    frame.set(local.as_ref().unwrap_or(name), value);
                }
            }
            StmtKind::If { test, body, orelse } => return self.branch(frame, test, body, orelse),
            StmtKind::While { test, body, orelse } => self.while_loop(frame, test, body, orelse),
            StmtKind::For { target, iter, body, orelse } => self.for_loop(frame, target, iter, body, orelse),
            StmtKind::Try { body, handlers, orelse, finally } => {
                return self.try_statement(frame, body, handlers, orelse, finally);
            }
            StmtKind::With { items, body } => return self.with_statement(frame, items, body),
            StmtKind::Match { subject, cases } => self.match_statement(frame, subject, cases),
            StmtKind::Function(function) => {
                let value = self.define_function(frame, function);
                frame.set(&function.name, value);
            }
            StmtKind::Class(class) => {
                let value = self.define_class(frame, class);
                frame.set(&class.name, value);
            }
            StmtKind::Unit(unit) => {
                let name: Name = self.units.outline(frame.file).units[*unit].name.as_ref().into();
                frame.set(&name, Value::Symbol(Symbol::Unit(frame.file, *unit)));
            }
            StmtKind::Jump | StmtKind::Continue => return Flow::Left,
            StmtKind::Unknown(parts) => {
                for part in parts {
                    self.expression(frame, part);
                }
            }
        }
        Flow::Next
    }

    /// `raise value`
    fn raising(&mut self, frame: &mut Frame, raised: &Expr) -> Ending {
        let value = self.expression(frame, raised);
        let named = exception_named(raised);
        let class = match if &*named == UNNAMED { self.force(&value) } else { value } {
            Value::External(name) if &*name == CAUGHT => return Ending::RaisesAgain,
            Value::External(made) if &*named == UNNAMED && made.ends_with("()") => {
                let class = made.trim_end_matches("()");
                return Ending::Raises(class.rsplit('.').next().unwrap_or(class).into());
            }
            Value::Instance(made) => made.class,
            _ => return Ending::Raises(named),
        };
        Ending::Raises(self.classes[class].ir.name.clone())
    }

    /// `os = wrapped(os)`, of which it is not known what it makes: the name stands for the same as before.
    fn still(&mut self, frame: &mut Frame, targets: &[Expr], made: &Expr) -> Option<Value> {
        let ([Expr { kind: ExprKind::Name(name), .. }], ExprKind::Call(_, arguments)) = (targets, &made.kind) else {
            return None;
        };
        let itself = |argument: &Argument| matches!(&argument.value.kind, ExprKind::Name(given) if given == name);
        if !arguments.iter().any(itself) {
            return None;
        }
        let before = self.name(frame, name);
        let known = self.force(&before);
        let asks = match &known {
            Value::External(module) => matches!(&**module, "os" | "os.getenv"),
            Value::Method(method) => method.0 == Value::Environment,
            other => *other == Value::Environment,
        };
        if !asks {
            return None;
        }
        let value = self.expression(frame, made);
        let opaque = matches!(value, Value::Unknown | Value::External(_) | Value::Delayed(_));
        Some(if opaque { known } else { value })
    }

    /// Binds a target.
    pub(super) fn assign(&mut self, frame: &mut Frame, target: &Expr, value: &Value) {
        match &target.kind {
            ExprKind::Name(name) => {
                if frame.globals.contains(name) {
                    self.binds_global(frame, name, value);
                }
                frame.set(name, value.clone());
            }
            ExprKind::Tuple(targets) | ExprKind::List(targets) => {
                let starred = targets.iter().position(|t| matches!(t.kind, ExprKind::Starred(_)));
                let values = match starred {
                    Some(at) => self.unpack_around(value, targets.len(), at),
                    None => self.unpack(frame, value, targets.len()),
                };
                for (target, value) in targets.iter().zip(values) {
                    self.assign(frame, target, &value);
                }
            }
            ExprKind::Starred(target) => self.assign(frame, target, value),
            ExprKind::Attribute(object, name) => {
                let object = self.expression(frame, object);
                if matches!(object, Value::External(_) | Value::Unknown) {
                    self.put_elsewhere(frame, value, target.span);
                }
                self.store(frame, &object, name, value);
            }
            ExprKind::Subscript(object, index) => {
                let key = self.expression(frame, index);
                let object_value = self.expression(frame, object);
                if object_value == Value::Environment {
                    frame.present.push((key, Some(value.clone())));
                } else if let (ExprKind::Name(name), Value::Dict(items)) = (&object.kind, &object_value) {
                    // A table that is filled item by item.
                    let mut items = (**items).clone();
                    items.push((key, value.clone()));
                    self.grows(frame, name, Value::dict(items));
                } else {
                    self.put_elsewhere(frame, value, target.span);
                }
            }
            _ => {}
        }
    }

    /// Keeps a value in an attribute of an object.
    pub(super) fn store(&mut self, frame: &mut Frame, object: &Value, name: &Name, value: &Value) {
        match object {
            Value::Delayed(delayed) if class_of(delayed).is_some() => {
                let object = class_of(delayed).cloned().unwrap_or(Value::Unknown);
                self.store(frame, &object, name, value);
            }
            Value::Union(values) => {
                for object in values.iter().filter(|v| matches!(v, Value::Instance(_))) {
                    self.store(frame, object, name, value);
                }
            }
            Value::Instance(instance) => {
                let mut fields = instance.fields.borrow_mut();
                let joined = match fields.get(name) {
                    Some(old) if frame.function.is_none() => join([old.clone(), value.clone()]),
                    _ => value.clone(),
                };
                fields.insert(name.clone(), joined);
            }
            Value::Class(class) => self.store_in_class(*class, name, value),
            Value::Symbol(Symbol::Parameter(..)) => {
                frame.stores.push((object.clone(), name.clone(), value.clone()));
            }
            _ => {}
        }
    }
}

/// What `except … as name` binds.
pub const CAUGHT: &str = "except()";

/// What an exception is called of which no more is known.
const UNNAMED: &str = "Exception";

/// The class of an exception that is raised, as far as the expression tells: a variable does not.
pub fn exception_named(raised: &Expr) -> Name {
    let callee = if let ExprKind::Call(callee, _) = &raised.kind { callee } else { raised };
    let variable = matches!(&callee.kind, ExprKind::Name(name) if name.starts_with(|c: char| c.is_lowercase()));
    last_segment(raised).filter(|_| !variable).unwrap_or_else(|| UNNAMED.into())
}

/// The last segment of a dotted name.
pub fn last_segment(expr: &Expr) -> Option<Name> {
    match &expr.kind {
        ExprKind::Name(name) | ExprKind::Attribute(_, name) => Some(name.clone()),
        ExprKind::Call(callee, _) => last_segment(callee),
        _ => None,
    }
}
