//! What a field's annotation says: metadata, whether it is a field at all, whether it has parts.

use crate::link::Linker;
use crate::link::scope::Frame;
use crate::link::statements::last_segment;
use crate::link::value::{Arguments, ClassId, Value};
use crate::python::ir::{Expr, ExprKind, Name, Operator};

/// What is known of a field's type.
#[derive(Default)]
pub struct Annotation {
    /// The arguments of each `Field(…)` in `Annotated[…]`, in order.
    pub declared: Vec<Arguments>,
    /// Something in `Annotated[…]` or in a quoted annotation may be a `Field(…)` that is not known.
    pub veiled: bool,
    /// Scanned classes.
    pub classes: Vec<ClassId>,
    /// Classes that are not scanned.
    pub others: Vec<Name>,
    /// A mapping.
    pub mapping: bool,
    /// A type of which nothing is known.
    pub unknown: bool,
    /// `None` is among the types, or `Any` is.
    pub optional: bool,
    /// `ClassVar[…]`
    pub class_variable: bool,
    /// `Final[…]`
    pub is_final: bool,
}

impl Linker<'_> {
    /// What an annotation says, its names looked up in `frame`.
    pub(super) fn annotation_of(&mut self, frame: &mut Frame, annotation: &Expr) -> Annotation {
        let mut found = Annotation::default();
        self.read_annotation(frame, annotation, &mut found, 0);
        found
    }

    fn read_annotation(&mut self, frame: &mut Frame, annotation: &Expr, found: &mut Annotation, depth: usize) {
        if depth > MAX_NESTING {
            return;
        }
        match &annotation.kind {
            ExprKind::Constant(text) => found.optional |= &**text == "None",
            ExprKind::Str(text) => self.quoted(frame, text, found),
            ExprKind::Binary(Operator::BitOr, parts) => {
                for part in parts {
                    self.read_annotation(frame, part, found, depth + 1);
                }
            }
            ExprKind::Subscript(generic, index) => {
                let parts: &[Expr] = match &index.kind {
                    ExprKind::Tuple(parts) => parts,
                    _ => std::slice::from_ref(index),
                };
                let name = self.type_name(frame, generic);
                match name.as_deref() {
                    Some("Annotated") => {
                        if let Some((first, metadata)) = parts.split_first() {
                            self.read_annotation(frame, first, found, depth + 1);
                            for item in metadata {
                                let value = self.concrete(frame, item);
                                self.metadata(item, &value, found);
                            }
                        }
                    }
                    Some("ClassVar") => found.class_variable = true,
                    Some(name @ ("Final" | "Optional" | "Union" | "Required")) => {
                        found.is_final |= name == "Final";
                        found.optional |= name == "Optional";
                        for part in parts {
                            self.read_annotation(frame, part, found, depth + 1);
                        }
                    }
                    // Markers of the command line (pydantic-settings `sources/types.py`).
                    Some(name) if name.starts_with("Cli") => {
                        for part in parts {
                            self.read_annotation(frame, part, found, depth + 1);
                        }
                    }
                    Some("Literal") => {}
                    Some(name) if is_collection(name) => found.mapping |= is_mapping(name),
                    _ => self.read_annotation(frame, generic, found, depth + 1),
                }
            }
            _ => {
                let value = self.expression(frame, annotation);
                let value = self.settled(&value);
                self.typed(&value, found, depth);
                // Known by its last word at least.
                self.named(last_segment(annotation).as_deref().unwrap_or_default(), found);
            }
        }
    }

    /// The last word of a generic's name.
    fn type_name(&mut self, frame: &mut Frame, generic: &Expr) -> Option<Name> {
        let value = self.expression(frame, generic);
        match self.settled(&value) {
            Value::External(name) => name.rsplit('.').next().map(Name::from),
            Value::Unknown => last_segment(generic),
            _ => None,
        }
    }

    /// A type as a value.
    fn typed(&mut self, value: &Value, found: &mut Annotation, depth: usize) {
        if depth > MAX_NESTING {
            return;
        }
        match value {
            Value::Class(class) => found.classes.push(*class),
            Value::External(name) => {
                found.others.push(name.clone());
                // `Annotated[list[str], Field(default=[]), …]` (pydantic-settings `sources/providers/cli.py`)
                if name.ends_with(".CliUnknownArgs") {
                    let default = ("default".into(), Value::sequence(Vec::new()));
                    found.declared.push(Arguments { keywords: vec![default], ..Arguments::default() });
                }
                self.named(name.rsplit('.').next().unwrap_or(name), found);
            }
            Value::None => found.optional = true,
            Value::Union(values) => values.iter().for_each(|v| self.typed(v, found, depth + 1)),
            // `Alias = Annotated[…]`, `Optional[…]`, `Union[…]`
            Value::Partial(generic) => {
                let Value::External(name) = &generic.0 else { return };
                let Some(index) = generic.1.positional.first() else { return };
                let parts = match self.settled(index) {
                    Value::Sequence(parts) => (*parts).clone(),
                    one => vec![one],
                };
                found.optional |= name.ends_with(".Optional");
                let metadata = if name.ends_with(".Annotated") { 1 } else { parts.len() };
                for part in &parts[..metadata.min(parts.len())] {
                    let part = self.settled(part);
                    self.typed(&part, found, depth + 1);
                }
                for part in &parts[metadata.min(parts.len())..] {
                    let part = self.settled(part);
                    match field_arguments(&part) {
                        Some(arguments) => found.declared.push(arguments.clone()),
                        None => found.veiled |= part == Value::Unknown,
                    }
                }
            }
            _ => found.unknown = true,
        }
    }

    fn metadata(&mut self, item: &Expr, value: &Value, found: &mut Annotation) {
        let looks = matches!(&item.kind, ExprKind::Call(callee, _) if last_segment(callee).as_deref() == Some("Field"));
        match field_arguments(value) {
            Some(arguments) => found.declared.push(arguments.clone()),
            None => found.veiled |= looks,
        }
    }

    fn named(&self, name: &str, found: &mut Annotation) {
        found.optional |= matches!(name, "Any" | "object");
        found.class_variable |= name == "ClassVar";
        found.is_final |= name == "Final";
        found.mapping |= is_mapping(name);
    }

    /// `"Optional[Model]"`: the words in it.
    fn quoted(&mut self, frame: &mut Frame, text: &str, found: &mut Annotation) {
        found.veiled |= text.contains("Field(");
        let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
        for (index, word) in words.enumerate() {
            match word {
                "None" | "Optional" => found.optional = true,
                "ClassVar" if index < 2 => found.class_variable = true,
                "Final" if index < 2 => found.is_final = true,
                "Literal" => return,
                word if is_collection(word) => {
                    found.mapping |= is_mapping(word) && index == 0;
                    if index == 0 {
                        return;
                    }
                }
                word => {
                    let value = self.name(frame, &word.into());
                    if let Value::Class(class) = self.settled(&value) {
                        found.classes.push(class);
                    }
                }
            }
        }
    }
}

/// The arguments of a `Field(…)`.
pub(super) fn field_arguments(value: &Value) -> Option<&Arguments> {
    let (name, arguments) = value.outside()?;
    arguments.filter(|_| name.rsplit('.').next() == Some("Field"))
}

fn is_mapping(name: &str) -> bool {
    matches!(
        name,
        "dict" | "Dict" | "Mapping" | "MutableMapping" | "OrderedDict" | "DefaultDict" | "defaultdict" | "Counter"
    )
}

fn is_collection(name: &str) -> bool {
    is_mapping(name)
        || matches!(
            name,
            "list"
                | "List"
                | "tuple"
                | "Tuple"
                | "set"
                | "Set"
                | "frozenset"
                | "FrozenSet"
                | "Sequence"
                | "Iterable"
                | "Collection"
                | "deque"
                | "Deque"
                | "AbstractSet"
                | "MutableSequence"
                | "MutableSet"
                | "type"
                | "Type"
                | "Callable"
                | "Secret"
        )
}

/// How deep annotations are nested.
const MAX_NESTING: usize = 12;
