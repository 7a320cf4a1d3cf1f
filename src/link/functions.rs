//! Functions: defined where they stand, evaluated once, with their parameters as symbols.

use std::rc::Rc;
use std::sync::Arc;

use super::Linker;
use super::circles::Body;
use super::events::Summary;
use super::injection::Injected;
use super::outcomes::Ending;
use super::scope::{Flow, Frame, Outer};
use super::value::{Arguments, Callable, ClassId, FunctionId, Symbol, Value, join};
use crate::model::FileId;
use crate::python::ir::{Expr, ExprKind, Function, Name};

/// How a function is reached through a class or instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// Bound to the instance.
    Instance,
    /// `@classmethod`
    Class,
    /// `@staticmethod`
    Static,
    /// `@property`, `@cached_property`: called when it is asked for.
    Property,
}

/// What is known of a function.
pub struct FunctionState {
    /// What it says.
    pub ir: Arc<Function>,
    /// Where.
    pub file: FileId,
    /// In which unit of it.
    pub unit: usize,
    /// Qualified within its module.
    pub name: Name,
    /// The class it is a method of.
    pub class: Option<ClassId>,
    /// The function it is defined in.
    pub inside: Option<FunctionId>,
    /// The variables of what encloses it.
    pub outer: Option<Rc<Outer>>,
    /// Values of its defaults.
    pub defaults: Vec<Option<Value>>,
    /// How it is bound.
    pub binding: Binding,
    /// What it does, once evaluated.
    pub summary: Option<Rc<Summary>>,
    /// Being evaluated.
    pub busy: bool,
    /// How many calls of it were followed.
    pub callers: usize,
    /// Handed to code that was not followed.
    pub escaped: bool,
    /// Named other than to call it.
    pub referenced: bool,
    /// Calls itself: what it gives is only known where it is carried out.
    pub recursive: bool,
    /// What is known of its parameters without callers.
    pub injected: Injected,
}

impl Linker<'_> {
    /// Defines a function in a frame; its value with decorators applied.
    pub(super) fn define_function(&mut self, frame: &mut Frame, ir: &Arc<Function>) -> Value {
        let defaults: Vec<Option<Value>> = ir
            .parameters
            .iter()
            .map(|parameter| parameter.default.as_ref().map(|default| self.expression(frame, default)))
            .collect();
        let mut injected = Injected::default();
        for (index, (parameter, default)) in ir.parameters.iter().zip(&defaults).enumerate() {
            let called = self.annotated(frame, parameter.annotation.as_ref(), default.as_ref());
            injected.called.extend(called.into_iter().map(|value| (index, value)));
        }
        let key = (frame.file, ir.span.line, ir.span.column);
        let id = match self.function_at.get(&key) {
            Some(&id) => id,
            None => {
                let around = match (frame.function, frame.class) {
                    (Some(function), _) => Some(self.functions[function].name.clone()),
                    (None, Some(class)) => Some(self.classes[class].name.clone()),
                    _ => None,
                };
                let name = around.map_or_else(|| ir.name.to_string(), |around| format!("{around}.{}", ir.name));
                let is_method = frame.function.is_none();
                self.functions.push(FunctionState {
                    ir: ir.clone(),
                    file: frame.file,
                    unit: frame.unit,
                    name: name.into(),
                    class: frame.class.filter(|_| is_method),
                    inside: frame.function,
                    outer: frame.function.map(|_| frame.cell.clone()).or_else(|| frame.outer.clone()),
                    defaults: Vec::new(),
                    binding: Binding::Instance,
                    summary: None,
                    busy: false,
                    callers: 0,
                    escaped: false,
                    referenced: false,
                    recursive: false,
                    injected: Injected::default(),
                });
                self.function_at.insert(key, self.functions.len() - 1);
                self.functions.len() - 1
            }
        };
        self.note_known(id, ir, &defaults, &injected);
        self.functions[id].defaults = defaults;
        self.functions[id].injected = injected;
        frame.defined.push(id);
        let plain = Value::Function(Rc::new(Callable { function: id, bound: None, captured: Vec::new() }));
        let mut value = plain;
        for decorator in ir.decorators.iter().rev() {
            value = self.decorated(frame, id, value, decorator);
        }
        value
    }

    /// What a decorator makes of a function. One that is not followed is taken to leave it as it is.
    fn decorated(&mut self, frame: &mut Frame, id: FunctionId, value: Value, decorator: &Expr) -> Value {
        let place = frame.place(decorator.span);
        let with = self.expression(frame, decorator);
        self.injecting(id, &with);
        self.commanding(frame, id, decorator);
        let name = super::statements::last_segment(decorator);
        match name.as_deref() {
            Some("staticmethod") => self.functions[id].binding = Binding::Static,
            Some("classmethod") => self.functions[id].binding = Binding::Class,
            Some(
                "property" | "cached_property" | "cachedproperty" | "lazy_property" | "reify" | "memoized_property"
                | "abstractproperty" | "classproperty",
            ) => self.functions[id].binding = Binding::Property,
            // `@name.setter`: the name stands for the property as before.
            Some("setter" | "deleter") => {
                if let ExprKind::Attribute(property, _) = &decorator.kind
                    && let property @ Value::Function(_) = self.expression(frame, property)
                {
                    return property;
                }
            }
            Some("getter") => self.functions[id].binding = Binding::Property,
            _ => {
                let arguments = Arguments { positional: vec![value.clone()], ..Arguments::default() };
                if matches!(
                    with,
                    Value::Function(_)
                        | Value::Class(_)
                        | Value::Instance(_)
                        | Value::Partial(_)
                        | Value::Symbol(_)
                        | Value::Delayed(_)
                ) {
                    let made = self.call(frame, &with, &arguments, place);
                    if matches!(made, Value::Instance(_)) {
                        return made;
                    }
                }
            }
        }
        value
    }

    /// What a function does, evaluated when first asked for. While it is being evaluated (recursion)
    /// it does nothing; who asked then is looked at again.
    pub(super) fn summary(&mut self, id: FunctionId) -> Rc<Summary> {
        self.looks_into(self.functions[id].file);
        let state = &self.functions[id];
        if let Some(summary) = &state.summary {
            return summary.clone();
        }
        if state.busy {
            self.met_in_a_circle(id);
            return Rc::default();
        }
        if self.too_deep() {
            return Rc::default();
        }
        let state = &self.functions[id];
        let (ir, file, class, outer) = (state.ir.clone(), state.file, state.class, state.outer.clone());
        self.functions[id].busy = true;
        self.evaluating.push(Body::Function(id));
        self.depth += 1;
        let substituting = std::mem::take(&mut self.substituting);
        self.enter(file);
        let mut frame = Frame::new(file);
        frame.unit = self.functions[id].unit;
        frame.function = Some(id);
        frame.class = class;
        frame.outer = outer.clone();
        frame.cell = Rc::new(Outer { variables: Default::default(), outer });
        for (index, parameter) in ir.parameters.iter().enumerate() {
            let injected = self.injected(&mut frame, id, &parameter.name);
            let symbol = injected.unwrap_or(Value::Symbol(Symbol::Parameter(id, index)));
            frame.variables.insert(parameter.name.clone(), symbol);
        }
        if self.block(&mut frame, &ir.body) == Flow::Next {
            self.leaves(&mut frame, &Ending::Quietly);
        }
        self.finish_frame(&mut frame);
        let returns = (!frame.returns.is_empty()).then(|| {
            let all = std::mem::take(&mut frame.returns);
            join(all)
        });
        for event in &mut frame.events {
            if let Some(absent) = self.refined.get(&event.id) {
                event.absent = absent.clone();
            }
        }
        if self.functions[id].recursive {
            // What one call does not get to, the next may: its own calls of itself are not followed.
            frame.events.iter_mut().for_each(|event| event.reached.clear());
            frame.calls.iter_mut().chain(&mut frame.handing_on).for_each(|call| call.reached.clear());
        }
        let made = frame
            .made
            .iter()
            .filter(|i| i.fields.borrow().values().any(Value::has_parameter) && self.class_reads(i.class));
        let summary = Rc::new(Summary {
            returns,
            events: std::mem::take(&mut frame.events),
            calls: std::mem::take(&mut frame.calls),
            handing_on: std::mem::take(&mut frame.handing_on),
            checks: std::mem::take(&mut frame.checks),
            stores: std::mem::take(&mut frame.stores),
            made: made.cloned().map(Value::Instance).collect(),
        });
        self.functions[id].summary = Some(summary.clone());
        self.functions[id].busy = false;
        self.evaluating.pop();
        self.own_reads(id, &summary, None);
        self.own_walks(id, &summary);
        self.own_handing_on(id, &summary);
        self.note_function(id, &summary);
        self.substituting = substituting;
        self.close_circles(id);
        self.leave();
        self.depth -= 1;
        summary
    }

    /// What a frame leaves when its body is done: its variables for inner functions, their reads (those that
    /// depend on its own parameters wait for callers), and the reads of the objects it made.
    pub(super) fn finish_frame(&mut self, frame: &mut Frame) {
        if frame.function.is_some() {
            *frame.cell.variables.borrow_mut() = Some(Rc::new(frame.own_variables()));
        }
        let mut defined = std::mem::take(&mut frame.defined);
        if let (None, Some(class)) = (frame.function, frame.class) {
            // Evaluated with the class.
            self.defines(class, std::mem::take(&mut defined));
        }
        for inner in defined {
            let summary = self.summary(inner);
            for event in &summary.events {
                let own = event.key.has_parameter_of(inner) || event.mapping.has_parameter_of(inner);
                if !own && frame.function.is_some() {
                    self.keep(frame, event.clone());
                }
            }
        }
        for (way, told, place) in std::mem::take(&mut frame.handed) {
            self.asked_with(frame, &way, &told, place);
        }
        for read in std::mem::take(&mut frame.pending).into_iter().chain(std::mem::take(&mut frame.jumped)) {
            self.conclude(read);
        }
        let made = std::mem::take(&mut frame.made);
        for instance in &made {
            if self.is_telling(instance) {
                self.instance_reads(frame, instance);
            }
        }
        frame.made = made;
    }

    /// The variables of an enclosing function, for an inner one that is called before the outer is done.
    pub(super) fn enter_outer(&mut self, frame: &Frame, id: FunctionId) {
        if let Some(outer) = &self.functions[id].outer
            && Rc::ptr_eq(outer, &frame.cell)
            && outer.variables.borrow().is_none()
        {
            *outer.variables.borrow_mut() = Some(Rc::new(frame.own_variables()));
        }
    }

    /// Whether `inner` is defined inside `outer`, at any depth.
    pub(super) fn is_inside(&self, inner: FunctionId, outer: Option<FunctionId>) -> bool {
        let mut at = self.functions[inner].inside;
        while let Some(function) = at {
            if Some(function) == outer {
                return true;
            }
            at = self.functions[function].inside;
        }
        false
    }
}
