//! Emitted events → reads.

use std::collections::BTreeMap;

use super::events::{Absent, Event};
use super::value::{FunctionId, Part, Value};

use super::{Linked, Linker};
use crate::model::{Absence, Access, Key, KeyKind, Notice, NoticeKind, Outcome, Place, Read, SettingsField, Timing};

impl Linker<'_> {
    /// The reads of all that was evaluated.
    pub(super) fn finish(mut self) -> Linked {
        let emitted = std::mem::take(&mut self.emitted);
        let generic = std::mem::take(&mut self.generic);
        let filtered = std::mem::take(&mut self.filtered);
        self.find_mentioned();
        let mut known_roots = std::mem::take(&mut self.unreached);
        known_roots.extend(emitted.iter().filter(|(_, e)| matches!(e.key, Value::Text(_))).map(|(_, e)| e.root));
        // What is known of one is known of those that it stands for.
        let mut before = 0;
        while before < known_roots.len() {
            before = known_roots.len();
            for (root, by) in &self.stood_for {
                if known_roots.contains(by) {
                    known_roots.insert(*root);
                }
            }
        }
        let mut reads: BTreeMap<(Place, Key), Read> = BTreeMap::new();
        for (_, event) in &emitted {
            let filtered = event.access == Access::Whole && filtered.contains(&event.id);
            // Names that are set from somewhere unless they are there: no value is taken.
            let set = event.access == Access::SetDefault && matches!(event.key, Value::Unknown);
            self.add_read(&mut reads, event, filtered || set);
        }
        for (_, event, function) in generic {
            let filtered = event.access == Access::Whole && filtered.contains(&event.id);
            let called = self.waiting.contains(&event.root) && self.functions[function].callers > 0;
            let resolved = known_roots.contains(&event.root);
            let explained = filtered || called || self.is_explained(function, resolved);
            let first = event.chain.len() <= 1;
            let explained = match event.key.known_text() {
                // A name of a table is told where it is asked, if somebody may ask for any of them.
                Some(_) if first && self.functions[function].callers == 0 => false,
                Some(_) if first && self.listed.contains(&event.root) => false,
                Some(_) if explained => continue,
                _ => explained,
            };
            // A caller that hands a name on is worth a line of its own only if its callers are not known.
            if !explained || first {
                self.add_read(&mut reads, &event, explained);
            }
        }
        for (_, event) in std::mem::take(&mut self.unnamed) {
            self.add_read(&mut reads, &event, false);
        }
        let reads: Vec<Read> = reads.into_values().collect();
        let mut notices = Vec::new();
        for (file, details) in std::mem::take(&mut self.limits) {
            notices.extend(details.into_iter().map(|detail| Notice {
                kind: NoticeKind::LimitReached,
                file: Some(self.sources.files[file].path.to_string()),
                line: None,
                detail: detail.into(),
            }));
        }
        for read in &reads {
            if read.key.kind == KeyKind::Any && !read.explained && read.access != Access::Copy {
                notices.push(Notice {
                    kind: NoticeKind::UnresolvedKey,
                    file: Some(self.sources.files[read.place.file].path.to_string()),
                    line: Some(read.place.span.line),
                    detail: format!("{}: which variable is not known", read.reader),
                });
            }
        }
        notices.sort();
        notices.dedup();
        Linked { reads, notices }
    }

    /// Looks up what was named other than to call it.
    fn find_mentioned(&mut self) {
        let mut mentions: Vec<_> = std::mem::take(&mut self.mentions).into_iter().collect();
        mentions.sort_by_cached_key(|(file, value)| (*file, format!("{value:?}")));
        for (_, value) in mentions {
            for value in self.force(&value).alternatives() {
                match value {
                    Value::Function(callable) => self.functions[callable.function].referenced = true,
                    Value::Class(class) => self.classes[*class].referenced = true,
                    _ => {}
                }
            }
        }
    }

    /// Whether those who call a function, of which some `resolved` what it reads, are all known: each
    /// call is then a read of its own, or is made by a function for which the same is asked.
    fn is_explained(&self, function: FunctionId, resolved: bool) -> bool {
        let state = &self.functions[function];
        if state.escaped {
            return false;
        }
        if state.class.is_some() {
            return resolved;
        }
        // Called by nobody: then those who mention its name have been looked at, and none could have it called.
        let looked_for = self.found.files.get(&state.file).is_some_and(|names| names.contains(&state.ir.name));
        let named = !state.ir.name.starts_with("__") && !state.ir.is_lambda();
        let plain = state.inside.is_none() && state.ir.decorators.is_empty() && named;
        let idle = looked_for && plain && !state.referenced;
        if state.callers > 0 { resolved } else { idle }
    }

    /// Adds a read, one for each place and key.
    fn add_read(&self, reads: &mut BTreeMap<(Place, Key), Read>, event: &Event, explained: bool) {
        let field = self.settings_fields.get(&event.id);
        let case_sensitive = field.is_none_or(|read| read.case_sensitive);
        let Some(key) = key_of(&event.key, case_sensitive) else { return };
        let file = event.chain.last().map_or(event.place.file, |step| step.place.file);
        let explained = explained || (key.kind == KeyKind::Any && self.libraries.explains(&self.modules.dotted(file)));
        let absent = self.refined.get(&event.id).unwrap_or(&event.absent);
        let function = event.function.map(|f| self.functions[f].name.to_string());
        let given = match &event.key {
            Value::Text(text) => text.given.filter(|given| !within(given, &event.place)),
            _ => None,
        };
        let files = field.filter(|_| key.kind == KeyKind::Exact).map(|read| self.files_of(read, &key.text));
        let settings = field.map(|read| {
            let state = &self.classes[read.class];
            SettingsField {
                class: format!("{}.{}", self.modules.dotted(state.file), state.name),
                field: read.field.to_string(),
                constructed: state.made > 0,
                at_import: state.at_import,
            }
        });
        let timing = match (&settings, &function) {
            (Some(_), _) => Timing::Construction,
            (None, None) => Timing::Import,
            (None, Some(name)) if name.ends_with(".__init__") => Timing::Construction,
            (None, Some(_)) => Timing::Call,
        };
        let timing = match event.chain.last() {
            // Fixed while its module is imported, but read when a method is called.
            Some(last) if timing == Timing::Import && self.later(event, last.place) => Timing::Call,
            _ => timing,
        };
        let read = Read {
            key: key.clone(),
            place: event.place,
            given,
            function,
            reader: event.reader.to_string(),
            access: event.access,
            absent: absence(&absent.decided()),
            condition: event.condition.as_ref().map(|(_, parameter)| parameter.to_string()),
            passed: event.condition.as_ref().map(|key| self.passed(key)).unwrap_or_default(),
            timing,
            chain: event.chain.clone(),
            settings,
            files: files.unwrap_or_default(),
            users: None,
            explained,
        };
        match reads.get_mut(&(event.place, key.clone())) {
            None => {
                reads.insert((event.place, key), read);
            }
            Some(old) => merge(old, read),
        }
    }

    /// Whether a read's place is where an object is made whose methods read later.
    fn later(&self, event: &Event, last: Place) -> bool {
        self.deferred.contains(&event.root) || (last != event.place && self.object_places.contains(&event.place))
    }
}

/// Keeps the more telling of two reads of one key at one place, and both ways to the consulting expressions.
fn merge(old: &mut Read, mut new: Read) {
    // What only takes a variable away, or looks at all of them, tells least of what its absence does.
    let rank = |read: &Read| {
        let access = match read.access {
            Access::Item | Access::Field => 0,
            Access::Get => 1,
            Access::SetDefault => 2,
            Access::Contains => 3,
            Access::Pop => 4,
            Access::Whole | Access::Copy => 5,
        };
        let absent = match read.absent.outcome {
            Outcome::Raises => 0,
            Outcome::Default => 1,
            Outcome::None => 2,
            Outcome::Handled => 3,
            Outcome::Unknown => 4,
        };
        (access >= 4, absent, access, read.chain.clone())
    };
    let explained = old.explained && new.explained;
    if rank(&new) < rank(old) {
        std::mem::swap(old, &mut new);
    }
    old.explained = explained;
    if old.files != new.files {
        old.files.clear();
    }
    let at = old.chain.len().saturating_sub(1);
    for step in new.chain.into_iter().rev() {
        if !old.chain.iter().any(|s| s.place == step.place) && old.chain.len() < MAX_CHAIN {
            old.chain.insert(at, step);
        }
    }
}

/// How many steps a chain shows.
pub const MAX_CHAIN: usize = 12;

fn within(inner: &Place, outer: &Place) -> bool {
    let start = |p: &Place| (p.span.line, p.span.column);
    let end = |p: &Place| (p.span.end_line, p.span.end_column);
    inner.file == outer.file && start(inner) >= start(outer) && end(inner) <= end(outer)
}

fn key_of(value: &Value, case_sensitive: bool) -> Option<Key> {
    let any = || Key { kind: KeyKind::Any, text: "*".into(), case_sensitive };
    let Value::Text(text) = value else { return Some(any()) };
    let mut out = String::new();
    let mut exact = true;
    let mut known = 0;
    for part in &text.parts {
        match part {
            Part::Literal(literal) => {
                known += literal.len();
                out.push_str(literal);
            }
            _ => {
                exact = false;
                if !out.ends_with('\u{1}') {
                    out.push('\u{1}');
                }
            }
        }
    }
    if known == 0 {
        // `environ[""]` asks for nothing that a chart can set.
        return (!exact).then(any);
    }
    if out.contains(['=', '\0', '\n']) {
        return None;
    }
    if exact {
        return Some(Key { kind: KeyKind::Exact, text: out, case_sensitive });
    }
    let mut pattern = String::with_capacity(out.len());
    for c in out.chars() {
        match c {
            '\u{1}' => pattern.push('*'),
            '*' | '?' | '[' => pattern.extend(['[', c, ']']),
            c => pattern.push(c),
        }
    }
    Some(Key { kind: KeyKind::Pattern, text: pattern, case_sensitive })
}

fn absence(absent: &Absent) -> Absence {
    let default = absent.default.as_ref().and_then(|value| match value {
        Value::Text(_) => value.known_text().map(|text| quoted(&text)),
        Value::Constant(text) => Some(text.to_string()),
        Value::Sequence(items) if items.is_empty() => Some("[]".into()),
        Value::Dict(items) if items.is_empty() => Some("{}".into()),
        _ => None,
    });
    Absence {
        outcome: absent.outcome,
        exception: absent.exception.as_ref().map(|e| e.to_string()),
        default: if absent.outcome == Outcome::Default { default } else { None },
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
