//! Expressions → values.

use std::rc::Rc;

use super::Linker;
use super::absence::Side;
use super::comparisons::{takes_from, tells_of_its_text};
use super::events::Absent;
use super::guards::Question;
use super::scope::Frame;
use super::templates;
use super::value::{Arguments, Value, join};
use crate::python::ir::{Argument, ArgumentKind, Comparison, Expr, ExprKind, FormatPart, Function, Operator};

impl Linker<'_> {
    /// Evaluates an expression.
    pub(super) fn expression(&mut self, frame: &mut Frame, expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::Str(text) => Value::text(text.clone(), Some(frame.place(expr.span))),
            ExprKind::Constant(text) if &**text == "None" => Value::None,
            ExprKind::Constant(text) => Value::Constant(text.clone()),
            ExprKind::Format(parts) => {
                let parts: Vec<Value> = parts
                    .iter()
                    .map(|part| match part {
                        FormatPart::Text(text) => Value::text(text.clone(), Some(frame.place(expr.span))),
                        FormatPart::Value { value, plain } => {
                            let value = self.expression(frame, value);
                            if *plain { value } else { Value::Unknown }
                        }
                    })
                    .collect();
                self.concat(&parts)
            }
            ExprKind::Name(name) => {
                let value = self.name(frame, name);
                self.mentioned(&value);
                value
            }
            ExprKind::Attribute(object, name) => {
                let object = self.expression(frame, object);
                let value = self.attribute(frame, &object, name, frame.place(expr.span));
                self.mentioned(&value);
                value
            }
            ExprKind::Subscript(object, index) => {
                let object = self.expression(frame, object);
                let index = self.index(frame, index);
                self.item(frame, &object, &index, frame.place(expr.span))
            }
            ExprKind::Call(callee, arguments) => self.call_expression(frame, expr, callee, arguments),
            ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    match &item.kind {
                        ExprKind::Starred(inner) => {
                            let inner = self.expression(frame, inner);
                            match self.elements(&inner) {
                                Some(elements) => values.extend(elements),
                                None => values.push(self.element(&inner)),
                            }
                        }
                        _ => values.push(self.expression(frame, item)),
                    }
                }
                Value::sequence(values)
            }
            ExprKind::Dict(items) => self.dict(frame, items),
            ExprKind::Starred(inner) => self.expression(frame, inner),
            ExprKind::And(parts) => {
                let present = frame.present.len();
                let mut last = Value::Unknown;
                let mut before = Vec::new();
                for part in parts {
                    let tested = if is_test(part) {
                        last = Value::Unknown;
                        self.test(frame, part)
                    } else {
                        last = self.expression(frame, part);
                        self.asked(frame, &last, Question::Truth)
                    };
                    frame.are_present(&tested.holds.present);
                    before.extend(self.narrow_texts(frame, part, true));
                }
                frame.present.truncate(present);
                frame.rebind(before);
                last
            }
            ExprKind::Or(parts) => self.alternatives(frame, parts),
            ExprKind::Not(_) => {
                self.test(frame, expr);
                Value::Unknown
            }
            ExprKind::Binary(operator, parts) => {
                let values: Vec<Value> = parts.iter().map(|part| self.expression(frame, part)).collect();
                match operator {
                    Operator::Add => self.add(&values),
                    Operator::Modulo => {
                        if let [template, Value::Environment] = values.as_slice()
                            && let Some(text) = self.force(template).known_text()
                        {
                            let place = frame.place(expr.span);
                            let how = ("str % os.environ", place);
                            self.fills(frame, &templates::percents(&text), Absent::raises("KeyError"), how);
                        }
                        self.percent(&values)
                    }
                    Operator::BitOr => {
                        let mut values = values.into_iter();
                        let first = values.next().unwrap_or(Value::Unknown);
                        values.fold(first, |a, b| self.merge_mappings(&a, &b))
                    }
                    _ => Value::Unknown,
                }
            }
            ExprKind::Compare(left, rest) => match rest.as_slice() {
                [(comparison, right)] => {
                    let (left, _) = self.comparison(frame, expr, left, *comparison, right);
                    match comparison {
                        Comparison::In => left,
                        _ => Value::Unknown,
                    }
                }
                _ => {
                    self.expression(frame, left);
                    for (_, right) in rest {
                        self.expression(frame, right);
                    }
                    Value::Unknown
                }
            },
            ExprKind::Conditional { test, body, orelse } => {
                if let Some(holds) = self.decided(frame, test) {
                    return self.expression(frame, if holds { body } else { orelse });
                }
                let new = self.next_event;
                let tested = self.test(frame, test);
                let asked = self.choosing(frame, test);
                let first = self.on_side(frame, &tested.holds, body);
                let second = self.on_side(frame, &tested.fails, orelse);
                for (side, value, other) in [(&tested.holds, &first, orelse), (&tested.fails, &second, body)] {
                    // `"A" if value is None else "B"`: nothing takes the value's place.
                    let told = takes_from(other, test);
                    for (event, guards) in side.absent.iter().filter(|(event, _)| told || *event >= new) {
                        let guards = guards.iter().cloned().chain(side.guards_of(*event)).collect();
                        self.refine_instead(frame, *event, guards, value);
                    }
                }
                self.chosen(asked.as_ref(), first, second)
            }
            ExprKind::Lambda(function) => self.define_function(frame, function),
            ExprKind::Comprehension { kind, element, value, clauses } => {
                self.comprehension(frame, *kind, element, value.as_deref(), clauses)
            }
            ExprKind::Walrus(name, value) => {
                let value = self.expression(frame, value);
                frame.set(name, value.clone());
                value
            }
            ExprKind::Await(value) => self.expression(frame, value),
            ExprKind::Yield(value) => {
                if let Some(value) = value {
                    let value = self.expression(frame, value);
                    frame.returns.push(Value::sequence(vec![value]));
                }
                Value::Unknown
            }
            ExprKind::Slice(parts) => {
                for part in parts.iter().flatten() {
                    self.expression(frame, part);
                }
                Value::Unknown
            }
            ExprKind::Unknown(parts) => {
                for part in parts {
                    self.expression(frame, part);
                }
                Value::Unknown
            }
        }
    }

    /// A value that counts on one side of a condition.
    fn on_side(&mut self, frame: &mut Frame, side: &Side, value: &Expr) -> Value {
        let (present, conditions, reached) = (frame.present.len(), frame.conditions.len(), frame.reached.len());
        frame.are_present(&side.present);
        frame.has_taken(side);
        frame.conditions.extend(side.missing.iter().cloned());
        let value = self.expression(frame, value);
        frame.present.truncate(present);
        frame.conditions.truncate(conditions);
        frame.reached.truncate(reached);
        value
    }

    /// A subscript's index; a slice is kept as its bounds.
    fn index(&mut self, frame: &mut Frame, index: &Expr) -> Value {
        match &index.kind {
            ExprKind::Slice(parts) => {
                let bounds: Vec<Value> = parts
                    .iter()
                    .map(|part| part.as_ref().map_or(Value::None, |part| self.expression(frame, part)))
                    .collect();
                let slice = Arguments { positional: bounds, ..Arguments::default() };
                Value::Partial(Rc::new((Value::external("builtins.slice"), slice)))
            }
            _ => self.expression(frame, index),
        }
    }

    fn call_expression(&mut self, frame: &mut Frame, expr: &Expr, callee: &Expr, arguments: &[Argument]) -> Value {
        let keeps = frame.keeps;
        if !tells_of_its_text(callee) {
            frame.keeps = None;
        }
        let value = self.called(frame, expr, callee, arguments);
        frame.keeps = keeps;
        value
    }

    fn called(&mut self, frame: &mut Frame, expr: &Expr, callee: &Expr, arguments: &[Argument]) -> Value {
        let place = frame.place(expr.span);
        let callee_value = match &callee.kind {
            ExprKind::Attribute(object, name) => {
                let above = match &object.kind {
                    ExprKind::Call(c, of) if matches!(&c.kind, ExprKind::Name(n) if &**n == "super") => {
                        self.super_attribute(frame, of, name)
                    }
                    _ => None,
                };
                if let Some(value) = above {
                    value
                } else {
                    let object_value = self.expression(frame, object);
                    if self.mutates(frame, object, &object_value, name, arguments) {
                        return Value::None;
                    }
                    self.attribute(frame, &object_value, name, frame.place(callee.span))
                }
            }
            ExprKind::Name(name) => self.name(frame, name),
            _ => self.expression(frame, callee),
        };
        if let Value::Method(method) = &callee_value
            && let ("format", Some(text)) = (&*method.1, method.0.known_text())
            && let [Argument { kind: ArgumentKind::DoubleStar, value }] = arguments
            && self.expression(frame, value) == Value::Environment
        {
            let how = ("str.format", place);
            self.fills(frame, &templates::braces(&text), Absent::raises("KeyError"), how);
            return Value::Unknown;
        }
        if let Some(class) = self.created(frame, &callee_value, arguments, expr) {
            return class;
        }
        let arguments = self.arguments(frame, arguments);
        if let ExprKind::Attribute(of, name) = &callee.kind {
            match &**name {
                "add_command" => {
                    let group = self.expression(frame, of);
                    self.command_added(&group, &arguments);
                }
                "add_argument" => self.argument_added(frame, &arguments, place),
                _ => {}
            }
        }
        self.call(frame, &callee_value, &arguments, place)
    }

    /// A value is named other than to call it: functions may be called from wherever it goes.
    fn mentioned(&mut self, value: &Value) {
        match value {
            Value::Function(callable) => self.functions[callable.function].referenced = true,
            Value::Class(class) => self.classes[*class].referenced = true,
            Value::Union(values) => values.iter().for_each(|value| self.mentioned(value)),
            // Looked up in the end.
            Value::Symbol(_) | Value::Delayed(_) if !value.has_parameter() && self.names_something(value) => {
                self.mentions.insert((self.behalf(), value.clone()));
            }
            _ => {}
        }
    }

    /// The arguments of a call.
    pub(super) fn arguments(&mut self, frame: &mut Frame, arguments: &[Argument]) -> Arguments {
        let mut out = Arguments::default();
        for argument in arguments {
            let value = self.expression(frame, &argument.value);
            match &argument.kind {
                ArgumentKind::Positional => out.push(value),
                ArgumentKind::Keyword(name) => out.keywords.push((name.clone(), value)),
                ArgumentKind::Star => {
                    let elements = self.elements(&value);
                    out.spread(elements.map_or(value, Value::sequence));
                }
                ArgumentKind::DoubleStar => {
                    if value == Value::Environment {
                        self.iterated(frame, frame.place(argument.value.span), "**environ");
                    }
                    out.spread_named(value);
                }
            }
        }
        out
    }

    /// `a or b or c`: each is one of the values; what follows a read takes over if it is absent.
    fn alternatives(&mut self, frame: &mut Frame, parts: &[Expr]) -> Value {
        let conditions = frame.conditions.len();
        let mut values: Vec<Value> = Vec::new();
        for part in parts {
            let value = if is_test(part) {
                let tested = self.test(frame, part);
                frame.conditions.extend(tested.fails.missing);
                Value::Unknown
            } else {
                self.expression(frame, part)
            };
            if let Some(before) = values.last_mut() {
                self.refine_default(frame, before, &value);
                let is_true = |value: &&Value| Question::Truth.of(value) != Some(false);
                let kept: Vec<Value> = before.alternatives().iter().filter(is_true).cloned().collect();
                *before = join(kept);
            }
            if let Value::Symbol(super::value::Symbol::Parameter(function, index)) = &value {
                frame.conditions.extend(self.parameter_name(*function, *index));
            }
            values.push(value);
        }
        frame.conditions.truncate(conditions);
        join(values)
    }

    /// What `with value as target` binds.
    pub(super) fn entered(&mut self, frame: &mut Frame, value: &Value, context: &Expr) -> Value {
        match value {
            Value::Instance(_) => {
                let enter = self.attribute(frame, value, &"__enter__".into(), frame.place(context.span));
                self.call(frame, &enter, &Arguments::default(), frame.place(context.span))
            }
            // What a generator gives.
            Value::Sequence(_) => self.element(value),
            Value::Union(values) => {
                let entered: Vec<_> = values.iter().map(|value| self.entered(frame, value, context)).collect();
                join(entered)
            }
            _ => Value::Unknown,
        }
    }

    /// The name of a parameter.
    pub(super) fn parameter_name(&self, function: usize, index: usize) -> Option<std::sync::Arc<str>> {
        let function: &Function = &self.functions[function].ir;
        function.parameters.get(index).map(|parameter| parameter.name.clone())
    }
}

/// Whether an expression is evaluated as a condition.
fn is_test(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Compare(..) | ExprKind::Not(_))
}
