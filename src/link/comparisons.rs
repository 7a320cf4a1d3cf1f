//! Comparisons, and what a filter of names asks for by them.

use super::Linker;
use super::scope::Frame;
use super::value::Value;
use crate::python::ir::{Comparison, Expr, ExprKind, Stmt, StmtKind};

impl Linker<'_> {
    /// A single comparison: what `in` found and the key it asked for, or the value in question and the
    /// one it is compared with.
    pub(super) fn comparison(
        &mut self,
        frame: &mut Frame,
        expr: &Expr,
        left: &Expr,
        comparison: Comparison,
        right: &Expr,
    ) -> (Value, Value) {
        let left_value = self.expression(frame, left);
        let right_value = self.expression(frame, right);
        let keeps = frame.keeps;
        if matches!(comparison, Comparison::NotIn | Comparison::NotEqual) {
            frame.keeps = keeps.map(|keeps| !keeps);
        }
        let compared = self.compared(frame, expr, left_value, comparison, right_value);
        frame.keeps = keeps;
        compared
    }

    fn compared(
        &mut self,
        frame: &mut Frame,
        expr: &Expr,
        left_value: Value,
        comparison: Comparison,
        right_value: Value,
    ) -> (Value, Value) {
        match comparison {
            Comparison::In | Comparison::NotIn => {
                self.compare_names(frame, &left_value, &right_value);
                let found = self.contains(frame, &right_value, &left_value, frame.place(expr.span));
                (found, left_value)
            }
            Comparison::Equal | Comparison::NotEqual => {
                self.compare_names(frame, &left_value, &right_value);
                self.compare_names(frame, &right_value, &left_value);
                self.in_question(left_value, right_value)
            }
            Comparison::Is | Comparison::IsNot => {
                let (value, with) = self.in_question(left_value, right_value);
                // The object that stands for nothing given.
                let with = if value.is_symbolic() && !with.has_parameter() { self.force(&with) } else { with };
                (value, with)
            }
            _ => (left_value, Value::Unknown),
        }
    }

    /// Of two values that are compared first the one that is not known.
    fn in_question(&self, left: Value, right: Value) -> (Value, Value) {
        let open = |value: &Value| value.has_parameter() || value.any(&mut |v| matches!(v, Value::Read(_)));
        if open(&left) || !open(&right) { (left, right) } else { (right, left) }
    }
}

/// Whether a condition only leaves names out of a loop: `if name in KNOWN: continue`.
pub fn leaves_out(body: &[Stmt], orelse: &[Stmt]) -> bool {
    orelse.is_empty() && matches!(body, [Stmt { kind: StmtKind::Continue, .. }])
}

/// Whether what a call gives holds if what it is told of a text does: `name.startswith("A")`, `any(…)`.
pub fn tells_of_its_text(callee: &Expr) -> bool {
    match &callee.kind {
        ExprKind::Name(name) => matches!(&**name, "any" | "all" | "bool"),
        ExprKind::Attribute(_, name) => matches!(
            &**name,
            "startswith" | "endswith" | "match" | "fullmatch" | "search" | "upper" | "lower" | "casefold" | "strip"
        ),
        _ => false,
    }
}

/// Whether what one side of a condition gives is made of what the test asks about: `int(value) if value else 5`. A name
/// that is only asked about once more is not.
pub fn takes_from(side: &Expr, test: &Expr) -> bool {
    let mut names = Vec::new();
    names_in(test, &mut names);
    names.is_empty() || uses(side, &names)
}

fn names_in<'a>(test: &'a Expr, names: &mut Vec<&'a str>) {
    match &test.kind {
        ExprKind::Name(name) => names.push(name),
        ExprKind::Attribute(value, _) | ExprKind::Not(value) => names_in(value, names),
        ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().for_each(|part| names_in(part, names)),
        ExprKind::Compare(left, _) => names_in(left, names),
        ExprKind::Call(_, arguments) => arguments.iter().for_each(|argument| names_in(&argument.value, names)),
        _ => {}
    }
}

fn uses(value: &Expr, names: &[&str]) -> bool {
    let any = |values: &[Expr]| values.iter().any(|value| uses(value, names));
    match &value.kind {
        ExprKind::Str(_) | ExprKind::Constant(_) | ExprKind::Compare(..) | ExprKind::Not(_) => false,
        ExprKind::Name(name) => names.contains(&&**name),
        ExprKind::Attribute(value, _) => uses(value, names),
        ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => any(items),
        ExprKind::Dict(items) => items.iter().any(|(_, value)| uses(value, names)),
        ExprKind::Conditional { body, orelse, .. } => uses(body, names) || uses(orelse, names),
        _ => true,
    }
}
