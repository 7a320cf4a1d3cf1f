//! Statements in order: bindings, branches joined, loops once over the union of what they walk.

use rustc_hash::FxHashMap as HashMap;

use super::Linker;
use super::scope::{Caught, Flow, Frame};
use super::value::{Symbol, Value, join};
use crate::python::ir::{Expr, ExprKind, Handler, Name, Operator, Stmt, StmtKind};

impl Linker<'_> {
    /// Evaluates a block.
    pub(super) fn block(&mut self, frame: &mut Frame, body: &[Stmt]) -> Flow {
        let mut flow = Flow::Next;
        for stmt in body {
            // What follows a `return` is evaluated all the same: no read is lost to a wrong guess.
            if self.statement(frame, stmt) == Flow::Left {
                flow = Flow::Left;
            }
        }
        flow
    }

    /// Evaluates a statement.
    pub(super) fn statement(&mut self, frame: &mut Frame, stmt: &Stmt) -> Flow {
        match &stmt.kind {
            StmtKind::Expr(value) => {
                let value = self.expression(frame, value);
                if self.never_returns(&value) {
                    return Flow::Left;
                }
            }
            StmtKind::Assign { targets, value } => {
                let value = self.expression(frame, value);
                for target in targets {
                    self.assign(frame, target, &value);
                }
            }
            StmtKind::Annotated { target, value, annotation } => {
                self.annotation(frame, annotation);
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
                let value = value.as_ref().map_or(Value::None, |value| self.expression(frame, value));
                frame.returns.push(value);
                return Flow::Left;
            }
            StmtKind::Raise(value) => {
                if let Some(value) = value {
                    self.expression(frame, value);
                }
                return Flow::Left;
            }
            StmtKind::Assert(test) => {
                let tested = self.test(frame, test);
                for event in tested.absent_if_false {
                    self.refine_raises(event, "AssertionError");
                }
            }
            StmtKind::Delete(targets) => {
                for target in targets {
                    match &target.kind {
                        ExprKind::Name(name) => frame.unset(name),
                        ExprKind::Subscript(value, index) => {
                            self.expression(frame, value);
                            self.expression(frame, index);
                        }
                        _ => {}
                    }
                }
            }
            StmtKind::Global(names) => frame.globals.extend(names.iter().cloned()),
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
            StmtKind::While { test, body, orelse } => {
                self.test(frame, test);
                self.optional(frame, body);
                self.block(frame, orelse);
            }
            StmtKind::For { target, iter, body, orelse } => {
                let iter_value = self.expression(frame, iter);
                let place = frame.place(iter.span);
                let element = self.iterate(frame, &iter_value, place);
                let mark = frame.log.len();
                self.assign(frame, target, &element);
                self.block(frame, body);
                let changed = frame.undo(mark);
                frame.merge(vec![changed, HashMap::default()]);
                self.block(frame, orelse);
            }
            StmtKind::Try { body, handlers, orelse, finally } => {
                return self.try_statement(frame, body, handlers, orelse, finally);
            }
            StmtKind::With { items, body } => {
                let outside = frame.prefixes.len();
                for (context, target) in items {
                    let value = self.expression(frame, context);
                    self.enter_scope(frame, &value);
                    if let Some(target) = target {
                        let entered = self.entered(frame, &value, context);
                        self.assign(frame, target, &entered);
                    }
                }
                let flow = self.block(frame, body);
                frame.prefixes.truncate(outside);
                return flow;
            }
            StmtKind::Match { subject, cases } => {
                let subject = self.expression(frame, subject);
                let mut branches = vec![HashMap::default()];
                for case in cases {
                    let mark = frame.log.len();
                    for value in &case.values {
                        let value = self.expression(frame, value);
                        self.compare_names(frame, &subject, &value);
                    }
                    for name in &case.binds {
                        frame.set(name, subject.clone());
                    }
                    if let Some(guard) = &case.guard {
                        self.test(frame, guard);
                    }
                    let flow = self.block(frame, &case.body);
                    let changed = frame.undo(mark);
                    if flow == Flow::Next {
                        branches.push(changed);
                    }
                }
                frame.merge(branches);
            }
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
            StmtKind::Jump => return Flow::Left,
            StmtKind::Unknown(parts) => {
                for part in parts {
                    self.expression(frame, part);
                }
            }
        }
        Flow::Next
    }

    /// A block that may not run.
    fn optional(&mut self, frame: &mut Frame, body: &[Stmt]) {
        let mark = frame.log.len();
        let flow = self.block(frame, body);
        let changed = frame.undo(mark);
        let branches = if flow == Flow::Next { vec![changed, HashMap::default()] } else { vec![HashMap::default()] };
        frame.merge(branches);
    }

    fn branch(&mut self, frame: &mut Frame, test: &Expr, body: &[Stmt], orelse: &[Stmt]) -> Flow {
        if let Some(holds) = self.decided(frame, test) {
            return self.block(frame, if holds { body } else { orelse });
        }
        let tested = self.test(frame, test);
        let (conditions, present) = (frame.conditions.len(), frame.present.len());
        let mark = frame.log.len();
        frame.conditions.extend(tested.missing_if_true.iter().cloned());
        frame.present.extend(tested.present_if_true.iter().cloned());
        let first = self.block(frame, body);
        frame.conditions.truncate(conditions);
        frame.present.truncate(present);
        let then = frame.undo(mark);
        frame.present.extend(tested.present_if_false.iter().cloned());
        frame.conditions.extend(tested.missing_if_false.iter().cloned());
        let second = self.block(frame, orelse);
        frame.conditions.truncate(conditions);
        frame.present.truncate(present);
        let other = frame.undo(mark);
        self.check_later(frame, &tested.waiting_if_true, body);
        self.check_later(frame, &tested.waiting_if_false, orelse);
        self.refine_branch(frame, &tested.absent_if_true, body, &then);
        self.refine_branch(frame, &tested.absent_if_false, orelse, &other);
        let mut branches = Vec::new();
        if first == Flow::Next {
            branches.push(then);
        }
        if second == Flow::Next {
            branches.push(other);
        }
        if branches.is_empty() {
            return Flow::Left;
        }
        if second == Flow::Left || first == Flow::Left {
            // Past `if K not in environ: raise`, K is there.
            let known = if first == Flow::Left { tested.present_if_false } else { tested.present_if_true };
            frame.present.extend(known);
        }
        frame.merge(branches);
        Flow::Next
    }

    fn try_statement(
        &mut self,
        frame: &mut Frame,
        body: &[Stmt],
        handlers: &[Handler],
        orelse: &[Stmt],
        finally: &[Stmt],
    ) -> Flow {
        let catches: Vec<Caught> = handlers.iter().map(|handler| self.caught_by(frame, handler)).collect();
        let depth = frame.handlers.len();
        // The first handler that matches is found last-to-first.
        frame.handlers.extend(catches.into_iter().rev());
        let mark = frame.log.len();
        let first = self.block(frame, body);
        frame.handlers.truncate(depth);
        let second = self.block(frame, orelse);
        let tried = frame.undo(mark);
        let mut branches = Vec::new();
        for handler in handlers {
            let mut partial = vec![HashMap::default()];
            partial.push(tried.clone());
            let mark = frame.log.len();
            frame.merge(partial);
            if let Some(name) = &handler.name {
                frame.set(name, Value::Unknown);
            }
            let flow = self.block(frame, &handler.body);
            let changed = frame.undo(mark);
            if flow == Flow::Next {
                branches.push(changed);
            }
        }
        let left = first == Flow::Left || second == Flow::Left;
        if !left {
            branches.insert(0, tried);
        }
        let ends = branches.is_empty();
        frame.merge(branches);
        let last = self.block(frame, finally);
        if ends || last == Flow::Left { Flow::Left } else { Flow::Next }
    }

    fn caught_by(&mut self, frame: &mut Frame, handler: &Handler) -> Caught {
        let mut types = Vec::new();
        match handler.types.as_ref().map(|types| &types.kind) {
            Some(ExprKind::Tuple(items)) => types.extend(items.iter().filter_map(last_segment)),
            Some(_) => types.extend(handler.types.as_ref().and_then(last_segment)),
            None => {}
        }
        if types.is_empty() && handler.types.is_some() {
            types.push("Exception".into());
        }
        let raises = self.raised_at_the_end(frame, &handler.body);
        Caught { types, raises }
    }

    /// Binds a target.
    pub(super) fn assign(&mut self, frame: &mut Frame, target: &Expr, value: &Value) {
        match &target.kind {
            ExprKind::Name(name) => {
                if frame.globals.contains(name) && frame.function.is_some() {
                    self.assign_global(frame.file, name, value);
                } else {
                    frame.set(name, value.clone());
                }
            }
            ExprKind::Tuple(targets) | ExprKind::List(targets) => {
                let values = self.unpack(frame, value, targets.len());
                let starred = targets.iter().any(|t| matches!(t.kind, ExprKind::Starred(_)));
                for (index, target) in targets.iter().enumerate() {
                    let value = if starred { Value::Unknown } else { values[index].clone() };
                    self.assign(frame, target, &value);
                }
            }
            ExprKind::Starred(target) => self.assign(frame, target, &Value::Unknown),
            ExprKind::Attribute(object, name) => {
                let object = self.expression(frame, object);
                self.store(frame, &object, name, value);
            }
            ExprKind::Subscript(object, index) => {
                let key = self.expression(frame, index);
                let object_value = self.expression(frame, object);
                if object_value == Value::Environment {
                    frame.present.push(key);
                } else if let (ExprKind::Name(name), Value::Dict(items)) = (&object.kind, &object_value) {
                    // A table that is filled item by item.
                    let mut items = (**items).clone();
                    items.push((key, value.clone()));
                    let table = Value::dict(items);
                    if items_bound(&table) {
                        frame.set(name, table);
                    }
                }
            }
            _ => {}
        }
    }

    /// Keeps a value in an attribute of an object.
    fn store(&mut self, frame: &mut Frame, object: &Value, name: &Name, value: &Value) {
        match object {
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

    fn assign_global(&mut self, file: usize, name: &Name, value: &Value) {
        if value.has_parameter() {
            return;
        }
        if let Some(state) = self.states.get_mut(&file) {
            let old = state.variables.get(name).cloned();
            state.variables.insert(name.clone(), join(old.into_iter().chain([value.clone()])));
        }
    }
}

fn items_bound(table: &Value) -> bool {
    matches!(table, Value::Dict(items) if items.len() <= super::value::MAX_ALTERNATIVES)
}

/// The last segment of a dotted name.
pub fn last_segment(expr: &Expr) -> Option<Name> {
    match &expr.kind {
        ExprKind::Name(name) | ExprKind::Attribute(_, name) => Some(name.clone()),
        ExprKind::Call(callee, _) => last_segment(callee),
        _ => None,
    }
}
