//! Classes and the objects made of them.

use rustc_hash::FxHashSet as HashSet;
use std::rc::Rc;
use std::sync::Arc;

use super::Linker;
use super::bounds;
use super::functions::Binding;
use super::instance::Instance;
use super::members::tells_members;
use super::scope::{Frame, Outer, Variables};
use super::value::{Arguments, Callable, ClassId, FunctionId, Value};
use crate::model::{FileId, Place};
use crate::python::ir::{Class, Name};

/// What is known of a class.
pub struct ClassState {
    /// What it says.
    pub ir: Arc<Class>,
    /// Where.
    pub file: FileId,
    /// Qualified within its module.
    pub name: Name,
    /// Its bases.
    pub bases: Vec<Value>,
    /// Keywords of its header.
    pub keywords: Vec<(Name, Value)>,
    /// What its body binds.
    pub variables: Variables,
    /// All functions that its body defines, also those that it binds to no name, or that another takes the name of.
    pub functions: Vec<FunctionId>,
    /// What encloses it.
    pub outer: Option<Rc<Outer>>,
    /// How often it is called.
    pub made: usize,
    /// Of the calls that tell it of folders with files of its fields, or of no longer any: those folders.
    pub told_folders: Vec<Vec<Name>>,
    /// Whether it is named other than to call it.
    pub referenced: bool,
    /// Whether it is called while a module is imported.
    pub at_import: bool,
    /// Its bases are known.
    pub based: bool,
    /// Its body has been evaluated.
    pub defined: bool,
    /// All its methods have been evaluated.
    pub evaluated: bool,
}

/// The classes of the scanned code that a class inherits from, itself first, and the names of others.
pub type Lineage = (Vec<ClassId>, Vec<Name>);

impl ClassState {
    /// Back to what is known before its statement is evaluated.
    pub fn forget(&mut self) {
        self.bases.clear();
        self.variables.clear();
        self.functions.clear();
        (self.based, self.defined, self.evaluated) = (false, false, false);
        (self.made, self.at_import, self.referenced) = (0, false, false);
        self.told_folders.clear();
    }
}

impl Linker<'_> {
    /// The id of a class.
    pub(super) fn allocate_class(&mut self, frame: &Frame, ir: &Arc<Class>) -> ClassId {
        let key = (frame.file, ir.span.line, ir.span.column);
        if let Some(&id) = self.class_at.get(&key) {
            return id;
        }
        let around = match (frame.function, frame.class) {
            (Some(function), _) => Some(&self.functions[function].name),
            (None, Some(class)) => Some(&self.classes[class].name),
            _ => None,
        };
        let name: Name = around.map_or_else(|| ir.name.clone(), |around| format!("{around}.{}", ir.name).into());
        self.classes.push(ClassState {
            ir: ir.clone(),
            file: frame.file,
            name,
            bases: Vec::new(),
            keywords: Vec::new(),
            variables: Variables::default(),
            functions: Vec::new(),
            outer: None,
            made: 0,
            told_folders: Vec::new(),
            referenced: false,
            at_import: false,
            based: false,
            defined: false,
            evaluated: false,
        });
        self.class_at.insert(key, self.classes.len() - 1);
        self.classes.len() - 1
    }

    /// Evaluates a class statement.
    pub(super) fn define_class(&mut self, frame: &mut Frame, ir: &Arc<Class>) -> Value {
        let id = self.allocate_class(frame, ir);
        if self.classes[id].defined {
            return Value::Class(id);
        }
        self.classes[id].defined = true;
        let mut bases = Vec::new();
        for base in &ir.bases {
            let base = self.expression(frame, base);
            bases.push(if base.has_parameter() { base } else { self.force(&base) });
        }
        self.classes[id].bases = bases;
        self.classes[id].based = true;
        let keywords = ir.keywords.iter().map(|(n, v)| (n.clone(), self.expression(frame, v))).collect();
        self.classes[id].keywords = keywords;
        let mut body = Frame::new(frame.file);
        body.unit = frame.unit;
        body.class = Some(id);
        body.outer = match frame.function {
            Some(_) => Some(Rc::new(Outer {
                variables: std::cell::RefCell::new(Some(Rc::new(frame.variables.clone()))),
                outer: frame.outer.clone(),
            })),
            None => frame.outer.clone(),
        };
        self.classes[id].outer = body.outer.clone();
        self.block(&mut body, &ir.body);
        self.classes[id].variables = body.variables.clone();
        self.set_names(&mut body, id);
        self.made_by_metaclass(id);
        self.finish_frame(&mut body);
        for decorator in &ir.decorators {
            let with = self.expression(frame, decorator);
            self.decorated_class(id, &with);
        }
        // A class of the first column waits until it is asked for; others belong to what is evaluated now.
        if frame.class.is_some() && frame.function.is_none() {
            // With the class around it, whose metaclass may change what this one holds.
            return Value::Class(id);
        }
        self.evaluate_inner_classes(id);
        if frame.function.is_some() || frame.module {
            self.evaluate_class(id);
        }
        Value::Class(id)
    }

    fn evaluate_inner_classes(&mut self, class: ClassId) {
        let inner = |&other: &ClassId| {
            let name = &self.classes[other].name;
            name.strip_prefix(&*self.classes[class].name).is_some_and(|rest| rest.starts_with('.'))
                && self.classes[other].file == self.classes[class].file
        };
        let values = self.classes[class].variables.values().flat_map(Value::alternatives);
        let classes = values.filter_map(|value| if let Value::Class(class) = value { Some(*class) } else { None });
        let mut classes: Vec<ClassId> = classes.filter(inner).collect();
        classes.sort_unstable();
        classes.dedup();
        for class in classes {
            self.evaluate_inner_classes(class);
            self.evaluate_class(class);
        }
    }

    /// `__set_name__` of descriptors in a class body.
    fn set_names(&mut self, body: &mut Frame, class: ClassId) {
        let mut names: Vec<(Name, Value)> = body.variables.iter().map(|(n, v)| (n.clone(), v.clone())).collect();
        names.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, value) in names {
            let Value::Instance(instance) = &value else { continue };
            let Some(Value::Function(callable)) = self.class_member(instance.class, "__set_name__") else { continue };
            let bound = Callable { bound: Some(value.clone()), ..(*callable).clone() };
            let place = instance.place.unwrap_or(body.place(Default::default()));
            let arguments =
                Arguments { positional: vec![Value::Class(class), Value::text(name, None)], ..Arguments::default() };
            self.call(body, &Value::Function(Rc::new(bound)), &arguments, place);
        }
    }

    /// Evaluates all methods, and the reads the class makes whoever makes objects of it.
    pub(super) fn evaluate_class(&mut self, class: ClassId) {
        if std::mem::replace(&mut self.classes[class].evaluated, true) {
            return;
        }
        self.enter(self.classes[class].file);
        self.evaluate_methods(class);
        self.leave();
    }

    fn evaluate_methods(&mut self, class: ClassId) {
        let mut own: Vec<(Name, Value)> =
            self.classes[class].variables.iter().map(|(n, v)| (n.clone(), v.clone())).collect();
        own.sort_by(|a, b| a.0.cmp(&b.0));
        for function in self.own_functions(class) {
            self.summary(function);
        }
        if let Some(dialect) = self.settings_dialect(class) {
            self.settings_reads(class, dialect, None);
            self.typical_reads(class);
            self.note_class(class);
            return;
        }
        self.typical_reads(class);
        let keeps_environment = own.iter().any(|(_, v)| self.gives_environment(v))
            || self.typical_fields(class).values().any(|v| self.gives_environment(v));
        if keeps_environment {
            self.note_methods(class);
        }
        if keeps_environment || self.class_offers(class) || self.is_known_object(class) {
            self.note_class(class);
        }
    }

    pub(super) fn note_class(&mut self, class: ClassId) {
        let name: Name = {
            let name = &self.classes[class].name;
            name.split('.').next().unwrap_or(name).into()
        };
        let file = self.classes[class].file;
        self.found.add(file, &name);
    }

    /// The classes that attributes are looked up in, in order: (scanned classes, names of others).
    pub(super) fn lineage(&self, class: ClassId) -> Rc<Lineage> {
        if let Some(known) = self.lineages.borrow().get(&class) {
            return known.clone();
        }
        let (mut classes, mut others, mut seen) = (Vec::new(), Vec::new(), HashSet::default());
        self.collect_lineage(class, &mut classes, &mut others, &mut seen, 0);
        let complete = classes.iter().all(|&c| self.classes[c].based);
        let lineage = Rc::new((classes, others));
        if complete {
            self.lineages.borrow_mut().insert(class, lineage.clone());
        }
        lineage
    }

    fn collect_lineage(
        &self,
        class: ClassId,
        classes: &mut Vec<ClassId>,
        others: &mut Vec<Name>,
        seen: &mut HashSet<ClassId>,
        depth: usize,
    ) {
        if !seen.insert(class) {
            return;
        }
        if depth > MAX_LINEAGE {
            bounds::hit("a class has too many bases above each other: not all were followed");
            return;
        }
        classes.push(class);
        for base in self.classes[class].bases.iter().flat_map(|b| b.alternatives()) {
            match base {
                Value::Class(base) => self.collect_lineage(*base, classes, others, seen, depth + 1),
                Value::External(name) => others.push(name.clone()),
                _ => {}
            }
        }
    }

    /// What a class or its bases bind a name to.
    pub(super) fn class_member(&self, class: ClassId, name: &str) -> Option<Value> {
        self.lineage(class).0.iter().find_map(|&c| self.classes[c].variables.get(name).cloned())
    }

    pub(super) fn bind_member(
        &mut self,
        frame: &mut Frame,
        member: Value,
        receiver: &Value,
        class: &Value,
        place: Place,
    ) -> Value {
        match &member {
            Value::Function(callable) if callable.bound.is_none() => {
                let bound =
                    |to: &Value| Value::Function(Rc::new(Callable { bound: Some(to.clone()), ..(**callable).clone() }));
                match self.functions[callable.function].binding {
                    Binding::Static => member,
                    Binding::Class => bound(class),
                    Binding::Instance => bound(receiver),
                    Binding::Property => self.call(frame, &bound(receiver), &Arguments::default(), place),
                }
            }
            Value::Instance(descriptor) => match self.class_member(descriptor.class, "__get__") {
                Some(Value::Function(get)) => {
                    let get = Callable { bound: Some(member.clone()), ..(*get).clone() };
                    let arguments =
                        Arguments { positional: vec![receiver.clone(), class.clone()], ..Arguments::default() };
                    self.call(frame, &Value::Function(Rc::new(get)), &arguments, place)
                }
                _ => member,
            },
            _ => member,
        }
    }

    /// `instance.name`
    pub(super) fn instance_attribute(
        &mut self,
        frame: &mut Frame,
        instance: &Rc<Instance>,
        name: &Name,
        place: Place,
    ) -> Value {
        let field = instance.fields.borrow().get(name).cloned();
        let receiver = Value::Instance(instance.clone());
        if let Some(value) = field {
            // `if given is not None: self.name = given`: else the class's own counts.
            let own = if value == Value::None { self.class_member(instance.class, name) } else { None };
            return match own {
                Some(own) if !matches!(own, Value::Function(_)) => super::value::join([value, own]),
                _ => value,
            };
        }
        if &**name == "__class__" {
            return Value::Class(instance.class);
        }
        if tells_members(name)
            && let Some(told) = self.members_of(&receiver, name)
        {
            return told;
        }
        if let Some((event, _)) = self.settings_events.get(&(instance.class, name.clone())) {
            return Value::Read(*event);
        }
        if let Some(member) = self.class_member(instance.class, name) {
            let class = Value::Class(instance.class);
            return self.bind_member(frame, member, &receiver, &class, place);
        }
        if let Some(value) = self.typical_fields(instance.class).get(name) {
            return value.clone();
        }
        let mixin = matches!(&**name, "get" | "pop" | "setdefault" | "__contains__");
        if mixin && self.class_member(instance.class, "__getitem__").is_some() {
            return Value::Method(Rc::new((receiver, name.clone())));
        }
        if let Some(value) = self.inherited_from_outside(instance.class, name) {
            return value;
        }
        if !name.starts_with("__")
            && let Some(Value::Function(getattr)) = self.class_member(instance.class, "__getattr__")
        {
            let bound = Callable { bound: Some(receiver), ..(*getattr).clone() };
            let arguments = Arguments { positional: vec![Value::text(name.clone(), None)], ..Arguments::default() };
            return self.call(frame, &Value::Function(Rc::new(bound)), &arguments, place);
        }
        Value::Unknown
    }

    /// `Class.name`
    pub(super) fn class_attribute(&mut self, frame: &mut Frame, class: ClassId, name: &Name, place: Place) -> Value {
        if matches!(&**name, "__name__" | "__qualname__") {
            return Value::text(self.classes[class].ir.name.clone(), None);
        }
        if tells_members(name)
            && let Some(told) = self.members_of(&Value::Class(class), name)
        {
            return told;
        }
        if &**name == "__class__" {
            return Value::Class(class);
        }
        let Some(member) = self.class_member(class, name) else { return Value::Unknown };
        if self.is_enum(class) && !matches!(member, Value::Function(_)) {
            return self.enum_member(class, name, member, place);
        }
        match &member {
            Value::Function(callable) if self.functions[callable.function].binding == Binding::Class => {
                let receiver = Value::Class(class);
                self.bind_member(frame, member, &receiver, &receiver, place)
            }
            _ => member,
        }
    }
}

/// How deep inheritance is followed.
const MAX_LINEAGE: usize = 40;
