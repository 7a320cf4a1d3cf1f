//! Compound statements: branches joined, loops once over the union of what they walk, and what each way
//! through them says of reads whose variable is absent.

use rustc_hash::FxHashMap as HashMap;

use super::Linker;
use super::absence::Side;
use super::choices::Asked;
use super::comparisons::leaves_out;
use super::guards::{Guard, Question};
use super::narrow::Told;
use super::reached::is_told;
use super::scope::{Bindings, Caught, Flow, Frame, Pending};
use super::statements::{CAUGHT, exception_named, last_segment};
use super::value::{Delayed, Value};
use crate::python::ir::{Case, Expr, ExprKind, Handler, Name, Stmt, StmtKind};

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
        let reached = frame.reached.len();
        frame.has_taken(side);
        frame.are_absent(side);
        let own: Vec<_> = side.absent.iter().map(|(event, _)| *event).collect();
        let flow = self.block(frame, body);
        frame.reached.truncate(reached);
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
        let keeps = frame.keeps;
        if leaves_out(body, orelse) {
            frame.keeps = Some(false);
        }
        let tested = self.test(frame, test);
        frame.keeps = keeps;
        let (holds, fails) = self.kinds_told(frame, test);
        let asked = self.choosing(frame, test);
        let then = self.told_side(frame, &tested.holds, &holds, body);
        let other = self.told_side(frame, &tested.fails, &fails, orelse);
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
                    (Flow::Next, Flow::Next) => {
                        self.goes_on(frame, read.clone(), &branch.bound, &none, &opposite.bound)
                    }
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
        match branches.as_mut_slice() {
            [] => return Flow::Left,
            [then, other] => {
                if let Some(asked) = &asked {
                    self.choose(frame, asked, then, other);
                }
            }
            _ => {}
        }
        frame.merge(branches);
        match ends {
            [Flow::Left, Flow::Next] => {
                frame.has_taken(&tested.fails);
                self.narrow(frame, &fails);
            }
            [Flow::Next, Flow::Left] => {
                frame.has_taken(&tested.holds);
                self.narrow(frame, &holds);
            }
            _ => {}
        }
        Flow::Next
    }

    /// A side on which the kinds of names are known.
    fn told_side(&mut self, frame: &mut Frame, side: &Side, told: &[Told], body: &[Stmt]) -> Branch {
        let mark = frame.log.len();
        self.narrow(frame, told);
        let branch = self.side(frame, side, body);
        frame.undo(mark);
        branch
    }

    /// Names that both ways bind are one or the other by what was asked.
    fn choose(&mut self, frame: &Frame, asked: &Asked, then: &mut Bindings, other: &mut Bindings) {
        let mut names: Vec<Name> = then.keys().chain(other.keys()).cloned().collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let value = |bound: &Bindings| match bound.get(&name) {
                Some(value) => value.clone(),
                None => frame.variables.get(&name).cloned(),
            };
            if let (Some(first), Some(second)) = (value(then), value(other)) {
                let chosen = Some(self.chosen(Some(asked), first, second));
                then.insert(name.clone(), chosen.clone());
                other.insert(name, chosen);
            }
        }
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
        // What digs itself deeper (`table = table[key]`) is afterwards what it has come to.
        let dug = |name: &Name, new: &Option<Value>| {
            let (new, old) = (new.as_ref()?, frame.variables.get(name)?);
            dug_out_of(new, old).then(|| (name.clone(), Some(new.clone())))
        };
        let before = branch.bound.iter().filter_map(|(name, new)| dug(name, new)).collect();
        frame.merge(vec![branch.bound, before]);
    }

    pub(super) fn while_loop(&mut self, frame: &mut Frame, test: &Expr, body: &[Stmt], orelse: &[Stmt]) {
        let tested = self.test(frame, test);
        let length = |frame: &Frame| match &test.kind {
            ExprKind::Name(name) => frame.variables.get(name).map(|value| value.size(MAX_WORK)),
            _ => None,
        };
        let before = length(frame);
        self.repeated(frame, &tested.holds, body);
        // `while work:` with a body that adds to it: once more, with what was added.
        if let (Some(before), Some(after)) = (before, length(frame))
            && after > before
        {
            self.repeated(frame, &tested.holds, body);
        }
        self.block(frame, orelse);
    }

    pub(super) fn for_loop(&mut self, frame: &mut Frame, target: &Expr, iter: &Expr, body: &[Stmt], orelse: &[Stmt]) {
        let walked = self.expression(frame, iter);
        if self.unrolled(frame, target, &walked, body) {
            self.block(frame, orelse);
            return;
        }
        let element = self.iterate(frame, &walked, frame.place(iter.span));
        self.assign(frame, target, &element);
        // Where there is nothing to walk, nothing in the loop happens.
        let reached = if is_told(&walked) { vec![Guard::Asks(walked, Question::Truth, true)] } else { Vec::new() };
        self.repeated(frame, &Side { reached, ..Side::default() }, body);
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
        let depth = frame.handlers.len();
        let catches: Vec<Caught> = handlers.iter().map(|handler| self.caught_by(frame, handler)).collect();
        let catches = catches.into_iter().map(|caught| Caught { outside: depth, ..caught });
        // The first handler that matches is found last-to-first.
        frame.handlers.extend(catches.rev());
        let mark = frame.log.len();
        let reached = frame.reached.len();
        let (first, caught) = self.guarded(frame, body, depth);
        // A handler is entered from anywhere in between.
        frame.reached.truncate(reached);
        let second = self.block(frame, orelse);
        let tried = frame.undo(mark);
        let left = first == Flow::Left || second == Flow::Left;
        let mut branches = Vec::new();
        for (handler, caught) in handlers.iter().zip(caught.into_iter().rev()) {
            let mark = frame.log.len();
            frame.merge(vec![HashMap::default(), tried.clone()]);
            if let Some(name) = &handler.name {
                frame.set(name, Value::external(CAUGHT));
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
                    Flow::Next if own && !left => self.goes_on(frame, read, &changed, &tried, &Bindings::default()),
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
        Caught { again: raises_again(handler), ..Caught::of(types) }
    }

    pub(super) fn with_statement(&mut self, frame: &mut Frame, items: &[(Expr, Option<Expr>)], body: &[Stmt]) -> Flow {
        let depth = frame.handlers.len();
        let (prefixes, scopes) = (frame.prefixes.len(), frame.scopes.len());
        let reached = frame.reached.len();
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
                frame.handlers.push(Caught::of(types));
            }
        }
        let suppresses = frame.handlers.len() > depth;
        let (flow, _) = self.guarded(frame, body, depth);
        frame.prefixes.truncate(prefixes);
        frame.scopes.truncate(scopes);
        if suppresses {
            frame.reached.truncate(reached);
        }
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

/// Whether a handler always raises, and what: another exception, or the one it has caught.
fn raises_again(handler: &Handler) -> Option<Option<Name>> {
    let (last, before) = handler.body.split_last()?;
    let plain = |stmt: &Stmt| matches!(stmt.kind, StmtKind::Expr(_) | StmtKind::Assign { .. });
    match &last.kind {
        StmtKind::Raise(exception) if before.iter().all(plain) => {
            let caught =
                |raised: &&Expr| matches!(&raised.kind, ExprKind::Name(name) if Some(name) == handler.name.as_ref());
            Some(exception.as_ref().filter(|raised| !caught(raised)).map(exception_named))
        }
        _ => None,
    }
}

/// How large a list of work may be to be walked once more when it has grown.
const MAX_WORK: usize = 64;

/// Whether a value is an item, or an item of an item, of another.
fn dug_out_of(new: &Value, old: &Value) -> bool {
    match new {
        Value::Union(values) => values.iter().all(|value| dug_out_of(value, old)),
        Value::Delayed(delayed) => match &**delayed {
            Delayed::Item(of, _) => of == old || dug_out_of(of, old),
            Delayed::Call(Value::Delayed(callee), ..) => match &**callee {
                Delayed::Attribute(of, name) => &**name == "get" && (of == old || dug_out_of(of, old)),
                _ => false,
            },
            _ => false,
        },
        Value::Read(_) => *old == Value::Environment,
        _ => false,
    }
}
