//! Classes whose fields a decorator turns into variables ([environ-config](https://environ-config.readthedocs.io/)):
//! `@environ.config(prefix="APP")`, `environ.var()`, `environ.group()`.

use std::rc::Rc;

use super::Linker;
use super::events::Absent;
use super::scope::Frame;
use super::texts;
use super::value::{Arguments, ClassId, Value};
use crate::model::{Access, Place};
use crate::python::ir::{Expr, ExprKind, Name, StmtKind};

/// A class with that decorator.
#[derive(Debug, Clone)]
pub struct Declared {
    /// Its prefix, if it is told.
    pub prefix: Option<Value>,
    /// Whether it is part of another.
    pub grouped: bool,
}

/// How deep groups are followed.
const MAX_GROUPS: usize = 8;

impl Linker<'_> {
    /// Notes what a decorator says of a class.
    pub(super) fn decorated_class(&mut self, class: ClassId, decorator: &Value) {
        let Some((name, arguments)) = decorator.outside() else { return };
        if &**name == "environ.config" {
            let prefix = arguments.and_then(|arguments| arguments.keyword("prefix")).cloned();
            let grouped = self.declared.get(&class).is_some_and(|declared| declared.grouped);
            self.declared.insert(class, Declared { prefix, grouped });
        }
    }

    /// The reads of all such classes that are not part of another.
    pub(super) fn declared_reads(&mut self) {
        let mut classes: Vec<ClassId> = self.declared.keys().copied().collect();
        classes.sort_unstable();
        let fields: Vec<(ClassId, Vec<Field>)> = classes.iter().map(|&class| (class, self.fields_of(class))).collect();
        for (_, fields) in &fields {
            for group in fields.iter().filter_map(|field| field.group) {
                if let Some(declared) = self.declared.get_mut(&group) {
                    declared.grouped = true;
                }
            }
        }
        for (class, _) in fields {
            let Some(declared) = self.declared.get(&class).filter(|declared| !declared.grouped) else { continue };
            // `PREFIX_NOT_SET` is `APP` at the top; an empty one is none.
            let prefix = declared.prefix.clone().unwrap_or(Value::text("APP", None));
            self.enter(self.classes[class].file);
            self.declared_reads_of(class, &prefix, 0);
            self.leave();
        }
    }

    fn declared_reads_of(&mut self, class: ClassId, prefix: &Value, depth: usize) {
        if depth > MAX_GROUPS {
            self.limit_reached("groups of configuration classes nest too deep: some were not followed");
            return;
        }
        let joined = |prefix: &Value, name: Value| match prefix.known_text().as_deref() {
            Some("") => vec![name],
            _ => vec![prefix.clone(), Value::text("_", None), name],
        };
        for field in self.fields_of(class) {
            let name = Value::text(field.name.clone(), None);
            if let Some(group) = field.group {
                let own = self.declared.get(&group).and_then(|declared| declared.prefix.clone());
                let own = own.filter(|prefix| prefix.known_text().as_deref() != Some("")).unwrap_or(name);
                let prefix = self.concat(&joined(prefix, own));
                self.declared_reads_of(group, &prefix, depth + 1);
                continue;
            }
            let key = match field.arguments.get(2, "name").filter(|name| **name != Value::None) {
                Some(told) => told.clone(),
                None => {
                    let key = self.concat(&joined(prefix, name));
                    texts::map_literals(&key, &|text| text.to_uppercase().into())
                }
            };
            let absent = match field.arguments.get(0, "default") {
                Some(default) => Absent::default(default.clone()),
                None => Absent::raises("MissingEnvValueError"),
            };
            let mut frame = Frame::new(field.place.file);
            let how = (Access::Field, "environ.var");
            self.consultation(&mut frame, (&Value::Environment, &key), how, absent, field.place);
        }
    }

    /// The declarations in a class body and those of its bases.
    fn fields_of(&mut self, class: ClassId) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        for &class in self.lineage(class).0.iter().rev() {
            let (ir, file) = (self.classes[class].ir.clone(), self.classes[class].file);
            for stmt in &ir.body {
                let target = match &stmt.kind {
                    StmtKind::Assign { targets, .. } => targets.first(),
                    StmtKind::Annotated { target, .. } => Some(target),
                    _ => None,
                };
                let Some(Expr { kind: ExprKind::Name(name), .. }) = target else { continue };
                let value = self.classes[class].variables.get(name).cloned();
                let Some(Value::Partial(call)) = value else { continue };
                let Value::External(kind) = &call.0 else { continue };
                let arguments = call.1.clone();
                let group = match &**kind {
                    "environ.var" => None,
                    // `bool_var(default, name, help)`
                    "environ.bool_var" => None,
                    "environ.group" => match arguments.get(0, "cls").map(|class| self.force(class)) {
                        Some(Value::Class(group)) => Some(group),
                        _ => continue,
                    },
                    _ => continue,
                };
                let arguments = if &**kind == "environ.bool_var" { of_bool(&arguments) } else { Rc::new(arguments) };
                let place = Place { file, span: stmt.span };
                fields.retain(|field| field.name != *name);
                fields.push(Field { name: name.clone(), arguments, group, place });
            }
        }
        fields
    }
}

struct Field {
    name: Name,
    arguments: Rc<Arguments>,
    group: Option<ClassId>,
    place: Place,
}

/// The arguments of `bool_var` as those of `var`.
fn of_bool(arguments: &Arguments) -> Rc<Arguments> {
    let mut keywords = arguments.keywords.clone();
    if let Some(name) = arguments.positional.get(1) {
        keywords.push(("name".into(), name.clone()));
    }
    let positional = arguments.positional.iter().take(1).cloned().collect();
    Rc::new(Arguments { positional, keywords, open: arguments.may_have_more(), ..Arguments::default() })
}
