//! Functions of `operator`, and the tables in which Python keeps names.

use std::rc::Rc;

use super::Linker;
use super::scope::Frame;
use super::value::{Arguments, Symbol, Value, join};
use crate::model::Place;
use crate::python::ir::Name;

impl Linker<'_> {
    /// Calls a function of `operator`, or what one makes (Python's library reference, "operator"); `None` if it is
    /// none of those that get at something.
    pub(super) fn call_operator(
        &mut self,
        frame: &mut Frame,
        name: &str,
        arguments: &Arguments,
        place: Place,
    ) -> Option<Value> {
        if let Some(table) = name.strip_suffix(".get") {
            return self.named_in_table(frame, table, arguments.positional.first()?, place);
        }
        let name = name.strip_prefix("operator.")?;
        Some(match (name, arguments.positional.as_slice()) {
            ("itemgetter" | "attrgetter" | "methodcaller", [_, ..]) => {
                Value::Partial(Rc::new((Value::external(format!("operator.{name}()")), arguments.clone())))
            }
            ("itemgetter()", [keys @ .., of]) => join(keys.iter().map(|key| self.item(frame, of, key, place))),
            ("attrgetter()", [paths @ .., of]) => {
                join(paths.iter().map(|path| self.attribute_at(frame, of, path, place)))
            }
            ("methodcaller()", [method, told @ .., of]) => {
                let told = Arguments { positional: told.to_vec(), ..arguments.clone() };
                let method = self.attribute_at(frame, of, method, place);
                self.call(frame, &method, &told, place)
            }
            ("getitem" | "__getitem__", [of, key]) => self.item(frame, of, key, place),
            ("contains" | "__contains__", [of, key]) => {
                let told = Arguments { positional: vec![key.clone()], ..Arguments::default() };
                let method = self.attribute(frame, of, &"__contains__".into(), place);
                self.call(frame, &method, &told, place)
            }
            _ => return None,
        })
    }

    /// `of.a.b` for the path `"a.b"`.
    fn attribute_at(&mut self, frame: &mut Frame, of: &Value, path: &Value, place: Place) -> Value {
        let Some(path) = self.force(path).known_text() else { return Value::Unknown };
        path.split('.').fold(of.clone(), |of, name| self.attribute(frame, &of, &name.into(), place))
    }

    /// What a table in which Python keeps names gives for a name: `sys.modules`, `globals()`, `locals()`, the
    /// `__dict__` of what is not scanned; `None` if it is none.
    pub(super) fn named_in_table(
        &mut self,
        frame: &mut Frame,
        table: &str,
        name: &Value,
        place: Place,
    ) -> Option<Value> {
        let name: Name = name.known_text()?;
        match table {
            "sys.modules" => Some(Value::Symbol(Symbol::Import(frame.file, 0, name, "".into()))),
            "globals()" | "locals()" | "builtins.globals()" | "builtins.locals()" => Some(self.name(frame, &name)),
            _ => {
                let of = Value::external(table.strip_suffix(".__dict__")?);
                Some(self.attribute(frame, &of, &name, place))
            }
        }
    }
}
