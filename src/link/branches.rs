//! Compound statements: branches joined, loops once over the union of what they walk, and what each way
//! through them says of reads whose variable is absent.

use rustc_hash::FxHashMap as HashMap;

use super::Linker;
use super::absence::Side;
use super::guards::Guard;
use super::scope::{Bindings, Caught, Flow, Frame, Pending};
use super::statements::last_segment;
use super::value::Value;
use crate::python::ir::{Case, Expr, ExprKind, Handler, Stmt};

/// What a branch leaves.
struct Branch {
    flow: Flow,
    bound: Bindings,
    /// Keys that are there at its end, with what the program gave them.
    present: Vec<(Value, Option<Value>)>,
    /// Reads whose variable is absent at its end: those it was entered for, and those from inside.
    own: Vec<Pending>,
    inner: Vec<Pending>,
}

impl Linker<'_> {
    /// Evaluates a block that runs on one side of a condition; its bindings are taken back.
    fn side(&mut self, frame: &mut Frame, side: &Side, body: &[Stmt]) -> Branch {
        let (conditions, present) = (frame.conditions.len(), frame.present.len());
        let (guards, pending, mark) = (frame.guards.len(), frame.pending.len(), frame.log.len());
        frame.conditions.extend(side.missing.iter().cloned());
        frame.are_present(&side.present);
        frame.guards.extend(side.guards.iter().cloned());
        frame.are_absent(side);
        let own: Vec<_> = side.absent.iter().map(|(event, _)| *event).collect();
        let flow = self.block(frame, body);
        frame.back_to(guards);
        frame.conditions.truncate(conditions);
        let pending = frame.pending.split_off(pending.min(frame.pending.len()));
        let (own, inner) = pending.into_iter().partition(|read| own.contains(&read.event));
        let present = frame.present.split_off(present.min(frame.present.len()));
        Branch { flow, bound: frame.undo(mark), present, own, inner }
    }

    pub(super) fn branch(&mut self, frame: &mut Frame, test: &Expr, body: &[Stmt], orelse: &[Stmt]) -> Flow {
        if let Some(holds) = self.decided(frame, test) {
            return self.block(frame, if holds { body } else { orelse });
        }
        let tested = self.test(frame, test);
        let then = self.side(frame, &tested.holds, body);
        let other = self.side(frame, &tested.fails, orelse);
        self.check_later(frame, &tested.holds.waiting, body);
        self.check_later(frame, &tested.fails.waiting, orelse);
        let ends = [then.flow, other.flow];
        if ends == [Flow::Next, Flow::Next] {
            // What both ways know.
            let both = then.present.iter().filter(|(key, _)| other.present.iter().any(|(k, _)| k == key));
            let given = |key: &Value| {
                let mut all = then.present.iter().chain(&other.present).filter(|(k, _)| k == key);
                all.find_map(|(_, value)| value.clone())
            };
            let both: Vec<_> = both.map(|(key, _)| (key.clone(), given(key))).collect();
            frame.present.extend(both);
        }
        let mut branches = Vec::new();
        let none = Bindings::default();
        for (branch, opposite) in [(&then, &other), (&other, &then)] {
            frame.pending.extend(branch.inner.iter().filter(|_| branch.flow == Flow::Next).cloned());
            for read in &branch.own {
                match (branch.flow, opposite.flow) {
                    // Only an absent variable leads past here.
                    (Flow::Next, Flow::Left) if self.has_default(read.event) => {}
                    (Flow::Next, Flow::Left) if read.guards.iter().any(Guard::is_other) => self.conclude(read.clone()),
                    (Flow::Next, Flow::Left) => frame.pending.push(read.clone()),
                    (Flow::Next, Flow::Next) => self.goes_on(frame, read.clone(), &branch.bound, &none),
                    (Flow::Left, _) => self.jumps(frame, read.clone()),
                }
            }
            for read in branch.inner.iter().filter(|_| branch.flow == Flow::Left) {
                self.jumps(frame, read.clone());
            }
        }
        for (branch, opposite) in [(then, other.flow), (other, ends[0])] {
            if branch.flow == Flow::Next {
                if opposite == Flow::Left {
                    // Past `if K not in environ: raise`, K is there.
                    frame.present.extend(branch.present);
                }
                branches.push(branch.bound);
            }
        }
        if branches.is_empty() {
            return Flow::Left;
        }
        frame.merge(branches);
        Flow::Next
    }

    /// A block that runs any number of times. Reads whose variable is absent when it is jumped out of
    /// are that for what follows.
    fn repeated(&mut self, frame: &mut Frame, side: &Side, body: &[Stmt]) {
        let jumped = std::mem::take(&mut frame.jumped);
        let mut side = side.clone();
        side.guards.push(Guard::other());
        let branch = self.side(frame, &side, body);
        frame.pending.extend(branch.inner);
        let after = std::mem::replace(&mut frame.jumped, jumped);
        for read in after {
            if !frame.pending.iter().any(|pending| pending.event == read.event) {
                frame.pending.push(read);
            }
        }
        for read in branch.own {
            self.conclude(read);
        }
        frame.merge(vec![branch.bound, HashMap::default()]);
    }

    pub(super) fn while_loop(&mut self, frame: &mut Frame, test: &Expr, body: &[Stmt], orelse: &[Stmt]) {
        let tested = self.test(frame, test);
        self.repeated(frame, &tested.holds, body);
        self.block(frame, orelse);
    }

    pub(super) fn for_loop(&mut self, frame: &mut Frame, target: &Expr, iter: &Expr, body: &[Stmt], orelse: &[Stmt]) {
        let walked = self.expression(frame, iter);
        let element = self.iterate(frame, &walked, frame.place(iter.span));
        self.assign(frame, target, &element);
        self.repeated(frame, &Side::default(), body);
        self.block(frame, orelse);
    }

    pub(super) fn try_statement(
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
        let (first, caught) = self.guarded(frame, body, depth);
        let second = self.block(frame, orelse);
        let tried = frame.undo(mark);
        let left = first == Flow::Left || second == Flow::Left;
        let mut branches = Vec::new();
        for (handler, caught) in handlers.iter().zip(caught.into_iter().rev()) {
            let mark = frame.log.len();
            frame.merge(vec![HashMap::default(), tried.clone()]);
            if let Some(name) = &handler.name {
                frame.set(name, Value::Unknown);
            }
            // The first read that is caught comes before the others: all are absent here.
            let before = frame.pending.len();
            let guards = frame.guards.len();
            frame.guards.push(Guard::Absence(caught.reads.iter().map(|(event, _)| *event).collect()));
            for (event, exception) in &caught.reads {
                let exception = Some(exception.clone());
                frame.pending.push(Pending { depth: guards + 1, exception, ..Pending::new(*event) });
            }
            let flow = self.block(frame, &handler.body);
            frame.back_to(guards);
            let rest = frame.pending.split_off(before.min(frame.pending.len()));
            let changed = frame.undo(mark);
            for read in rest {
                let own = caught.reads.iter().any(|(event, _)| *event == read.event);
                match flow {
                    Flow::Left => self.jumps(frame, read),
                    Flow::Next if own && !left => self.goes_on(frame, read, &changed, &tried),
                    Flow::Next => frame.pending.push(read),
                }
            }
            if flow == Flow::Next {
                branches.push(changed);
            }
        }
        if !left {
            branches.insert(0, tried);
        }
        let ends = branches.is_empty();
        frame.merge(branches);
        let last = self.block(frame, finally);
        if ends || last == Flow::Left { Flow::Left } else { Flow::Next }
    }

    /// Evaluates a block inside the handlers beyond `depth`; those handlers, with what they caught.
    fn guarded(&mut self, frame: &mut Frame, body: &[Stmt], depth: usize) -> (Flow, Vec<Caught>) {
        let flow = self.block(frame, body);
        (flow, frame.handlers.split_off(depth))
    }

    fn caught_by(&mut self, frame: &mut Frame, handler: &Handler) -> Caught {
        let mut types = Vec::new();
        match handler.types.as_ref().map(|types| &types.kind) {
            Some(ExprKind::Tuple(items)) => types.extend(items.iter().filter_map(last_segment)),
            Some(ExprKind::Name(name)) => match self.name(frame, name) {
                // A tuple of exceptions by a name: any of them.
                Value::Sequence(_) => types.push("Exception".into()),
                _ => types.push(name.clone()),
            },
            Some(_) => types.extend(handler.types.as_ref().and_then(last_segment)),
            None => {}
        }
        if types.is_empty() && handler.types.is_some() {
            types.push("Exception".into());
        }
        Caught { types, reads: Vec::new() }
    }

    pub(super) fn with_statement(&mut self, frame: &mut Frame, items: &[(Expr, Option<Expr>)], body: &[Stmt]) -> Flow {
        let (depth, outside) = (frame.handlers.len(), frame.prefixes.len());
        for (context, target) in items {
            let value = self.expression(frame, context);
            self.enter_scope(frame, &value);
            if let Some(target) = target {
                let entered = self.entered(frame, &value, context);
                self.assign(frame, target, &entered);
            }
            // `contextlib.suppress(KeyError)` is a handler that does nothing.
            if let ExprKind::Call(callee, arguments) = &context.kind
                && last_segment(callee).as_deref() == Some("suppress")
            {
                let types = arguments.iter().filter_map(|argument| last_segment(&argument.value)).collect();
                frame.handlers.push(Caught { types, reads: Vec::new() });
            }
        }
        let suppresses = frame.handlers.len() > depth;
        let (flow, _) = self.guarded(frame, body, depth);
        frame.prefixes.truncate(outside);
        if suppresses { Flow::Next } else { flow }
    }

    pub(super) fn match_statement(&mut self, frame: &mut Frame, subject: &Expr, cases: &[Case]) {
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
            let asked = Side { guards: vec![Guard::other()], ..Side::default() };
            let branch = self.side(frame, &asked, &case.body);
            let before = frame.undo(mark);
            match branch.flow {
                Flow::Next => {
                    frame.pending.extend(branch.inner);
                    branches.push(before.into_iter().chain(branch.bound).collect());
                }
                Flow::Left => branch.inner.into_iter().for_each(|read| self.jumps(frame, read)),
            }
        }
        frame.merge(branches);
    }
}
