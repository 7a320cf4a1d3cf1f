//! Options of a settings class, merged over its bases as the library does it.

use std::collections::BTreeMap;

use crate::libraries::Dialect;
use crate::link::Linker;
use crate::link::concrete::truth;
use crate::link::scope::Frame;
use crate::link::value::{Arguments, ClassId, Value, join};
use crate::python::ir::{Expr, ExprKind, Name, Stmt, StmtKind};

/// What applies to all fields of a class.
pub struct Options {
    /// Stands before names; unknown if it is not known.
    pub prefix: Value,
    /// Whether it stands before fields' names, before aliases, in each of the ways that it may be; none if that
    /// is not known.
    pub prefixes: Vec<(bool, bool)>,
    /// Names are compared with case; `None` if that is not known.
    pub case_sensitive: Option<bool>,
    /// Between a field's name and names of its parts.
    pub delimiter: Option<Value>,
    /// Whether fields go by their names although they have an alias, and by aliases at all.
    pub by: (bool, bool),
    /// Folders with a file for each field, if nothing is looked at before them.
    pub secrets: Vec<Name>,
    /// Makes aliases of names.
    pub alias_generator: Option<Value>,
}

/// Merged options. `open`: one that is not listed may have any value.
#[derive(Debug, Clone, Default)]
struct Merged {
    listed: BTreeMap<Name, Value>,
    open: bool,
}

impl Merged {
    fn get(&self, name: &str) -> Option<Value> {
        let unknown = self.open.then_some(Value::Unknown);
        self.listed.get(name).cloned().or(unknown).filter(|value| *value != Value::None)
    }

    fn forget(&mut self) {
        self.listed.clear();
        self.open = true;
    }

    fn update(&mut self, other: Merged) {
        if other.open {
            self.forget();
        }
        self.listed.extend(other.listed);
    }
}

impl Linker<'_> {
    /// The options of a class; `told` are those its constructor gets, as `_env_prefix=…`
    /// (`BaseSettings.__init__`, pydantic-settings `main.py`; pydantic 1 `env_settings.py`).
    pub(super) fn options(&mut self, class: ClassId, dialect: Dialect, told: Option<&Arguments>) -> Options {
        let mut merged = match dialect {
            Dialect::PydanticV1 => self.options_of_v1(class),
            Dialect::PydanticV2 => self.options_of_v2(class, 0),
        };
        for (name, value) in told.iter().flat_map(|told| &told.keywords) {
            let value = self.settled(value);
            if let Some(option) = name.strip_prefix('_').filter(|_| value != Value::None) {
                merged.listed.insert(option.into(), value);
            }
        }
        let set = |name: &str| merged.get(name).map(|value| truth(&value));
        let target = merged.get("env_prefix_target").filter(|_| !merged.is_guess("env_prefix_target"));
        let before = |target: &Value| match target {
            Value::None => Some((true, false)),
            target => target.known_text().map(|target| (&*target != "alias", &*target != "variable")),
        };
        let prefix = match merged.get("env_prefix") {
            None => Value::text("", None),
            Some(value) => only_texts(value),
        };
        // `_validate_by_name_enabled`, `_validate_by_alias_enabled` (pydantic-settings `sources/utils.py`)
        let by_alias = set("validate_by_alias") != Some(Some(false));
        let by_name = set("validate_by_name").or_else(|| set("populate_by_name"));
        Options {
            prefix,
            prefixes: match target {
                Some(target) => {
                    target.alternatives().iter().map(before).collect::<Option<Vec<_>>>().unwrap_or_default()
                }
                None => vec![(true, false)],
            },
            case_sensitive: set("case_sensitive").unwrap_or(Some(false)),
            delimiter: merged
                .get("env_nested_delimiter")
                .filter(|_| !merged.is_guess("env_nested_delimiter"))
                .map(|v| v.alternatives().iter().filter(|v| !is_empty(v)).cloned().collect::<Vec<_>>())
                .filter(|delimiters| !delimiters.is_empty())
                .map(join),
            by: (by_name.map_or(!by_alias, |by_name| by_name != Some(false)), by_alias),
            secrets: match (merged.get("secrets_dir"), merged.get("env_file"), set("case_sensitive")) {
                (_, _, Some(None)) => Vec::new(),
                (Some(folders), None, _) => super::secrets::folders(&folders).unwrap_or_default(),
                _ => Vec::new(),
            },
            alias_generator: merged.get("alias_generator").filter(|_| !merged.is_guess("alias_generator")),
        }
    }

    /// pydantic 2 updates the options of each direct base in order, then those of the class, then the
    /// keywords of its header (`ConfigWrapper.for_model`, pydantic `_internal/_config.py`). `BaseSettings`
    /// itself sets all of its own, so it resets what bases before it said.
    fn options_of_v2(&mut self, class: ClassId, depth: usize) -> Merged {
        let mut merged = Merged::default();
        if depth > MAX_BASES {
            return merged;
        }
        let bases: Vec<Value> = self.classes[class].bases.iter().flat_map(Value::alternatives).cloned().collect();
        for base in bases {
            match base {
                Value::Class(base) => {
                    let inherited = self.options_of_v2(base, depth + 1);
                    merged.update(inherited);
                }
                Value::External(name) if self.libraries.settings_base(&name).is_some() => merged = Merged::default(),
                _ => {}
            }
        }
        let own = self.own_options(class);
        merged.update(own);
        self.header_options(class, &mut merged);
        merged
    }

    /// The keywords of a class's header.
    fn header_options(&mut self, class: ClassId, merged: &mut Merged) {
        for (name, value) in self.classes[class].keywords.clone() {
            let value = self.settled(&value);
            if &*name == "**" {
                let more = self.listed(&value);
                merged.update(more);
            } else {
                merged.listed.insert(name, value);
            }
        }
    }

    fn own_options(&mut self, class: ClassId) -> Merged {
        let mut frame = self.class_frame(class);
        let ir = self.classes[class].ir.clone();
        let said: Vec<&Expr> = ir
            .body
            .iter()
            .filter_map(|stmt| match &stmt.kind {
                StmtKind::Assign { targets, value } => Some((targets.first()?, value)),
                StmtKind::Annotated { target, value, .. } => Some((target, value.as_ref()?)),
                _ => None,
            })
            .filter(|(target, _)| matches!(&target.kind, ExprKind::Name(name) if &**name == "model_config"))
            .map(|(_, value)| value)
            .collect();
        let config = match said.as_slice() {
            [.., last] => Some(self.concrete(&mut frame, last)),
            [] => self.classes[class].variables.get("model_config").cloned().map(|v| self.settled(&v)),
        };
        match config {
            Some(config) => {
                let mut merged = self.listed(&config);
                self.stored_options(&mut frame, &ir.body, false, &mut merged);
                merged
            }
            None => match self.classes[class].variables.get("Config").cloned() {
                Some(config) => self.listed_in_class(&config),
                None => Merged::default(),
            },
        }
    }

    /// `model_config["option"] = value` in a class body, perhaps only `sometimes`.
    fn stored_options(&mut self, frame: &mut Frame, body: &[Stmt], sometimes: bool, merged: &mut Merged) {
        for stmt in body {
            match &stmt.kind {
                StmtKind::If { body, orelse, .. } => {
                    self.stored_options(frame, body, true, merged);
                    self.stored_options(frame, orelse, true, merged);
                }
                StmtKind::Assign { targets, value } => {
                    let Some(ExprKind::Subscript(object, index)) = targets.first().map(|target| &target.kind) else {
                        continue;
                    };
                    let is_config = matches!(&object.kind, ExprKind::Name(name) if &**name == "model_config");
                    let (ExprKind::Str(option), true) = (&index.kind, is_config) else { continue };
                    let value = self.concrete(frame, value);
                    let before = sometimes.then(|| merged.listed.get(option).cloned().unwrap_or(Value::None));
                    merged.listed.insert(option.clone(), join(before.into_iter().chain([value])));
                }
                _ => {}
            }
        }
    }

    /// The options that a `model_config` lists.
    fn listed(&mut self, config: &Value) -> Merged {
        let mut all: Vec<Merged> = Vec::new();
        for config in config.alternatives() {
            let mut merged = Merged::default();
            match config {
                Value::Dict(items) => {
                    for (key, value) in items.iter() {
                        match key.known_text() {
                            Some(name) => drop(merged.listed.insert(name, self.settled(value))),
                            None => merged.forget(),
                        }
                    }
                }
                Value::None => {}
                _ => merged.forget(),
            }
            all.push(merged);
        }
        let Some(first) = all.first().cloned().filter(|_| all.len() > 1) else {
            return all.pop().unwrap_or_default();
        };
        // One of several: each option has one of the values.
        let names: Vec<Name> = all.iter().flat_map(|merged| merged.listed.keys().cloned()).collect();
        let mut merged = Merged { open: all.iter().any(|merged| merged.open), ..first };
        for name in names {
            let values = all.iter().map(|merged| merged.get(&name).unwrap_or(Value::None));
            let values = join(values.collect::<Vec<_>>());
            merged.listed.insert(name, values);
        }
        merged
    }

    /// The options that a nested `class Config` and its bases bind.
    fn listed_in_class(&mut self, config: &Value) -> Merged {
        let mut merged = Merged::default();
        let Value::Class(config) = self.settled(config) else {
            merged.forget();
            return merged;
        };
        for &class in self.lineage(config).0.iter().rev() {
            let mut bound: Vec<(Name, Value)> =
                self.classes[class].variables.iter().map(|(n, v)| (n.clone(), v.clone())).collect();
            bound.sort_by(|a, b| a.0.cmp(&b.0));
            for (name, value) in bound {
                let value = self.settled(&value);
                merged.listed.insert(name, value);
            }
        }
        merged
    }

    /// pydantic 1: the nearest class that says so, its header's keywords before its `Config`
    /// (`inherit_config`, pydantic 1 `config.py`).
    fn options_of_v1(&mut self, class: ClassId) -> Merged {
        let mut merged = Merged::default();
        for &class in self.lineage(class).0.iter().rev() {
            if let Some(config) = self.classes[class].variables.get("Config").cloned() {
                let own = self.listed_in_class(&config);
                merged.update(own);
            }
            self.header_options(class, &mut merged);
        }
        merged
    }

    /// An option of pydantic 1 that belongs to one field: `Config.fields["name"]["env"]`, if there is one.
    pub(super) fn field_option_of_v1(&mut self, class: ClassId, field: &Name) -> Option<Value> {
        let Some(Value::Dict(fields)) = self.options_of_v1(class).get("fields") else { return None };
        let entry = fields.iter().find(|(k, _)| k.known_text().as_ref() == Some(field));
        let Value::Dict(entry) = self.settled(&entry?.1) else { return None };
        let env = entry.iter().rev().find(|(k, _)| k.known_text().as_deref() == Some("env"))?;
        Some(self.settled(&env.1))
    }

    /// A frame in which a class body's expressions are evaluated again.
    pub(super) fn class_frame(&self, class: ClassId) -> Frame {
        let state = &self.classes[class];
        let mut frame = Frame::new(state.file);
        frame.class = Some(class);
        frame.outer = state.outer.clone();
        frame.variables = state.variables.clone();
        frame
    }
}

impl Merged {
    /// Whether an option only may have been set, by something that could not be read.
    fn is_guess(&self, name: &str) -> bool {
        self.open && !self.listed.contains_key(name)
    }
}

fn is_empty(value: &Value) -> bool {
    *value == Value::None || value.known_text().as_deref() == Some("")
}

/// The texts a value may be; unknown where it is none.
fn only_texts(value: Value) -> Value {
    join(value.alternatives().iter().map(|v| match v {
        Value::Text(_) => v.clone(),
        Value::None => Value::text("", None),
        _ => Value::Unknown,
    }))
}

/// How deep inheritance is followed.
const MAX_BASES: usize = 40;
