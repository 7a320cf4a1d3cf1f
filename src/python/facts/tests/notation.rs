//! The intermediate representation in a compact notation.

use crate::python::ir::*;

fn list<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items.iter().map(show).collect::<Vec<_>>().join(", ")
}

pub(super) fn expr(e: &Expr) -> String {
    use ExprKind::*;
    let exprs = |items: &[Expr]| list(items, expr);
    match &e.kind {
        Str(s) => format!("{s:?}"),
        Constant(c) | Name(c) => c.to_string(),
        Format(parts) => format!(
            "f<{}>",
            list(parts, |part| match part {
                FormatPart::Text(text) => format!("{text:?}"),
                FormatPart::Value { value, plain: true } => expr(value),
                FormatPart::Value { value, plain: false } => format!("{}!", expr(value)),
            })
        ),
        Attribute(value, name) => format!("{}.{name}", expr(value)),
        Subscript(value, index) => format!("{}[{}]", expr(value), expr(index)),
        Slice(bounds) => bounds.iter().map(|b| b.as_ref().map_or("".into(), expr)).collect::<Vec<_>>().join(":"),
        Call(callee, arguments) => format!(
            "{}({})",
            expr(callee),
            list(arguments, |a| {
                let value = expr(&a.value);
                match &a.kind {
                    ArgumentKind::Positional => value,
                    ArgumentKind::Keyword(name) => format!("{name}={value}"),
                    ArgumentKind::Star => format!("*{value}"),
                    ArgumentKind::DoubleStar => format!("**{value}"),
                }
            })
        ),
        Tuple(items) => format!("({})", exprs(items)),
        List(items) => format!("[{}]", exprs(items)),
        Set(items) => format!("{{{}}}", exprs(items)),
        Dict(items) => format!(
            "{{{}}}",
            list(items, |(key, value)| match key {
                Some(key) => format!("{}: {}", expr(key), expr(value)),
                Option::None => format!("**{}", expr(value)),
            })
        ),
        Starred(value) => format!("*{}", expr(value)),
        And(items) => format!("and<{}>", exprs(items)),
        Or(items) => format!("or<{}>", exprs(items)),
        Not(value) => format!("not<{}>", expr(value)),
        Binary(operator, items) => format!("{operator:?}<{}>", exprs(items)),
        Compare(first, rest) => {
            format!("{}{}", expr(first), rest.iter().map(|(c, e)| format!(" {c:?} {}", expr(e))).collect::<String>())
        }
        Conditional { test, body, orelse } => {
            format!("if<{}, {}, {}>", expr(test), expr(body), expr(orelse))
        }
        Lambda(f) => format!("lambda<{}: {}>", list(&f.parameters, parameter), stmts(&f.body)),
        Comprehension { kind, element, value, clauses } => {
            let value = value.as_ref().map_or("".into(), |v| format!(": {}", expr(v)));
            format!(
                "{kind:?}<{}{value}{}>",
                expr(element),
                clauses
                    .iter()
                    .map(|c| match c {
                        Clause::For { target, iter } => format!(" for {} in {}", expr(target), expr(iter)),
                        Clause::If(test) => format!(" if {}", expr(test)),
                    })
                    .collect::<String>()
            )
        }
        Walrus(name, value) => format!("{name}:={}", expr(value)),
        Await(value) => format!("await<{}>", expr(value)),
        Yield(value) => format!("yield<{}>", value.as_ref().map_or("".into(), |v| expr(v))),
        Unknown(items) => format!("?<{}>", exprs(items)),
    }
}

fn parameter(p: &Parameter) -> String {
    let mark = match p.kind {
        ParameterKind::PositionalOnly => "/",
        ParameterKind::Normal => "",
        ParameterKind::KeywordOnly => "=",
        ParameterKind::Rest => "*",
        ParameterKind::Keywords => "**",
    };
    let annotation = p.annotation.as_ref().map_or("".into(), |a| format!(":{}", expr(a)));
    let default = p.default.as_ref().map_or("".into(), |d| format!("={}", expr(d)));
    format!("{mark}{}{annotation}{default}", p.name)
}

pub(super) fn stmts(body: &[Stmt]) -> String {
    body.iter().map(stmt).collect::<Vec<_>>().join("; ")
}

fn stmt(s: &Stmt) -> String {
    use StmtKind::*;
    let option = |e: &Option<crate::python::ir::Expr>| e.as_ref().map_or("".into(), expr);
    let names = |names: &[(Name, Option<Name>)]| {
        list(names, |(n, l)| l.as_ref().map_or(n.to_string(), |l| format!("{n} as {l}")))
    };
    let decorated = |ds: &[crate::python::ir::Expr]| ds.iter().map(|d| format!("@{} ", expr(d))).collect::<String>();
    match &s.kind {
        Expr(e) => expr(e),
        Assign { targets, value } => {
            format!("{} = {}", targets.iter().map(expr).collect::<Vec<_>>().join(" = "), expr(value))
        }
        Annotated { target, annotation, value } => {
            format!("{}: {} = {}", expr(target), expr(annotation), option(value))
        }
        Augmented { target, operator, value } => format!("{} {operator:?}= {}", expr(target), expr(value)),
        Return(value) => format!("return {}", option(value)),
        Raise(value) => format!("raise {}", option(value)),
        Assert(test) => format!("assert {}", expr(test)),
        Delete(targets) => format!("del {}", list(targets, expr)),
        Global(names) => format!("global {}", list(names, |n| n.to_string())),
        Import(modules) => format!("import {}", names(modules)),
        From { level, module, names: imported } => format!("from {level} {module} import {}", names(imported)),
        If { test, body, orelse } => format!("if {} {{{}}} else {{{}}}", expr(test), stmts(body), stmts(orelse)),
        While { test, body, orelse } => format!("while {} {{{}}} else {{{}}}", expr(test), stmts(body), stmts(orelse)),
        For { target, iter, body, orelse } => {
            format!("for {} in {} {{{}}} else {{{}}}", expr(target), expr(iter), stmts(body), stmts(orelse))
        }
        Try { body, handlers, orelse, finally } => format!(
            "try {{{}}}{} else {{{}}} finally {{{}}}",
            stmts(body),
            handlers
                .iter()
                .map(|h| format!(
                    " except {} as {} {{{}}}",
                    option(&h.types),
                    h.name.as_deref().unwrap_or(""),
                    stmts(&h.body)
                ))
                .collect::<String>(),
            stmts(orelse),
            stmts(finally)
        ),
        With { items, body } => format!(
            "with {} {{{}}}",
            list(items, |(context, target)| format!("{} as {}", expr(context), option(target))),
            stmts(body)
        ),
        Match { subject, cases } => format!(
            "match {}{}",
            expr(subject),
            cases
                .iter()
                .map(|c| {
                    format!(
                        " case [{}] [{}] if {} {{{}}}",
                        list(&c.values, expr),
                        list(&c.binds, |b| b.to_string()),
                        option(&c.guard),
                        stmts(&c.body)
                    )
                })
                .collect::<String>()
        ),
        Function(f) => format!(
            "{}{}{}def {}({}){} {{{}}}",
            decorated(&f.decorators),
            if f.is_async { "async " } else { "" },
            if f.generator { "gen " } else { "" },
            f.name,
            list(&f.parameters, parameter),
            option(&f.returns),
            stmts(&f.body)
        ),
        Class(c) => format!(
            "{}class {}({}; {}) {{{}}}",
            decorated(&c.decorators),
            c.name,
            list(&c.bases, expr),
            list(&c.keywords, |(n, v)| format!("{n}={}", expr(v))),
            stmts(&c.body)
        ),
        Unit(index) => format!("unit {index}"),
        Jump => "jump".into(),
        Continue => "continue".into(),
        Unknown(items) => format!("?{{{}}}", list(items, expr)),
    }
}
