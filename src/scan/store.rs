//! Texts, outlines and facts of all files: computed in parallel, facts only when asked for.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::Demand;
use crate::files::Files;
use crate::libraries::Libraries;
use crate::link::Units;
use crate::model::{FileId, Notice, NoticeKind, RootKind, Sources};
use crate::python::facts::Parser;
use crate::python::ir::UnitFacts;
use crate::python::outline::{Outline, outline};
use crate::python::{text, words::Words};

/// Units by file.
pub type Demanded = BTreeMap<FileId, Vec<usize>>;

/// Larger Python files are not looked into: no person wrote them, and Python itself takes minutes.
const MAX_FILE: u64 = 64 << 20;

/// The files of a scan.
pub struct Store<'a> {
    sources: &'a Sources,
    files: &'a Files,
    outlines: Vec<Outline>,
    facts: Vec<Mutex<HashMap<usize, Arc<UnitFacts>>>>,
    notices: Mutex<BTreeSet<Notice>>,
    outlined: usize,
    parsed: AtomicUsize,
}

struct Loaded {
    outline: Outline,
    wanted: Vec<usize>,
    notices: Vec<Notice>,
}

impl<'a> Store<'a> {
    /// Outlines all Python files; which units of which hold a library's word.
    pub fn load(
        sources: &'a Sources,
        files: &'a Files,
        libraries: &Libraries<'_>,
        demand: Demand,
    ) -> (Store<'a>, Demanded) {
        let vocabulary = Words::new(libraries.words());
        let loaded: Vec<Loaded> = (0..sources.files.len())
            .into_par_iter()
            .map(|file| load(sources, files, &vocabulary, file, demand))
            .collect();
        let mut demanded = Demanded::new();
        let mut outlines = Vec::with_capacity(loaded.len());
        let mut notices = BTreeSet::new();
        for (file, loaded) in loaded.into_iter().enumerate() {
            if !loaded.wanted.is_empty() {
                demanded.insert(file, loaded.wanted);
            }
            notices.extend(loaded.notices);
            outlines.push(loaded.outline);
        }
        let facts = outlines.iter().map(|_| Mutex::default()).collect();
        let outlined = outlines.iter().filter(|o| !o.units.is_empty()).count();
        let store = Store {
            sources,
            files,
            outlines,
            facts,
            notices: Mutex::new(notices),
            outlined,
            parsed: AtomicUsize::new(0),
        };
        (store, demanded)
    }

    /// Parses demanded units in parallel.
    pub fn prefetch(&self, demanded: &Demanded) {
        demanded.par_iter().for_each(|(&file, units)| {
            let missing: Vec<usize> = {
                let known = self.facts[file].lock().unwrap_or_else(PoisonError::into_inner);
                units.iter().chain([&0]).copied().filter(|unit| !known.contains_key(unit)).collect()
            };
            if !missing.is_empty() {
                self.parse(file, &missing);
            }
        });
    }

    fn parse(&self, file: FileId, units: &[usize]) {
        thread_local!(static PARSER: RefCell<Parser> = RefCell::new(Parser::new()));
        let bytes = read(self.sources, self.files, file).unwrap_or_default();
        let text = text::decode(&bytes).text;
        let outline = &self.outlines[file];
        for &unit in units {
            let facts = match outline.units.get(unit) {
                Some(found) if found.end <= text.len() => {
                    PARSER.with_borrow_mut(|parser| parser.facts(&text, outline, unit))
                }
                // The file changed under our hands: nothing is known of it.
                _ => UnitFacts::default(),
            };
            self.note(file, &facts);
            let mut known = self.facts[file].lock().unwrap_or_else(PoisonError::into_inner);
            if known.is_empty() {
                self.parsed.fetch_add(1, Ordering::Relaxed);
            }
            known.insert(unit, Arc::new(facts));
        }
    }

    fn note(&self, file: FileId, facts: &UnitFacts) {
        let add = |kind, line, detail: &str| {
            let file = Some(self.sources.files[file].path.to_string());
            let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
            notices.insert(Notice { kind, file, line, detail: detail.to_string() });
        };
        if let Some(&line) = facts.errors.first() {
            add(NoticeKind::Unparsable, Some(line), "the syntax is not understood here; the rest of the file is");
        }
        if facts.too_deep {
            add(NoticeKind::LimitReached, None, "nested too deep: the innermost parts were not looked at");
        }
    }

    /// The text of a file, for a search of words.
    pub fn text(&self, file: FileId) -> String {
        let bytes = read(self.sources, self.files, file).unwrap_or_default();
        match text::decode(&bytes).text {
            Cow::Borrowed(text) => text.to_string(),
            Cow::Owned(text) => text,
        }
    }

    /// Whether a file is an application's.
    pub fn is_an_applications(&self, file: FileId) -> bool {
        self.sources.roots[self.sources.files[file].root].kind == RootKind::Application
    }

    /// The outline of a file; empty if it is not Python.
    pub fn outline_of(&self, file: FileId) -> &Outline {
        &self.outlines[file]
    }

    /// What could not be read or understood, sorted.
    pub fn notices(&self) -> Vec<Notice> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// How many files were outlined, and of how many something was parsed.
    pub fn counts(&self) -> (usize, usize) {
        (self.outlined, self.parsed.load(Ordering::Relaxed))
    }
}

impl Units for Store<'_> {
    fn outline(&self, file: FileId) -> &Outline {
        &self.outlines[file]
    }

    fn facts(&self, file: FileId, unit: usize) -> Arc<UnitFacts> {
        let get = || self.facts[file].lock().unwrap_or_else(PoisonError::into_inner).get(&unit).cloned();
        get().unwrap_or_else(|| {
            self.parse(file, &[unit]);
            get().unwrap_or_default()
        })
    }
}

fn read(sources: &Sources, files: &Files, file: FileId) -> std::io::Result<Vec<u8>> {
    files.read(&sources.path(file))
}

fn load(sources: &Sources, files: &Files, vocabulary: &Words, file: FileId, demand: Demand) -> Loaded {
    let mut loaded = Loaded { outline: Outline::default(), wanted: Vec::new(), notices: Vec::new() };
    let source = &sources.files[file];
    if !source.python {
        return loaded;
    }
    let mut notice = |kind, line, detail: String| {
        loaded.notices.push(Notice { kind, file: Some(source.path.to_string()), line, detail });
    };
    if source.size > MAX_FILE {
        let detail = format!("{} MiB of Python: not looked into", source.size >> 20);
        notice(NoticeKind::Unparsable, None, detail);
        return loaded;
    }
    let bytes = match read(sources, files, file) {
        Ok(bytes) => bytes,
        Err(error) => {
            notice(NoticeKind::Unreadable, None, error.to_string());
            return loaded;
        }
    };
    let text = text::decode(&bytes);
    if let Some(doubt) = text.doubt {
        notice(NoticeKind::Unparsable, None, doubt);
    }
    let outline = outline(&text.text);
    if let Some(line) = outline.anomaly {
        notice(NoticeKind::Unparsable, Some(line), "a string or bracket opened here is not closed".into());
    }
    let mut wanted = BTreeSet::new();
    match demand {
        Demand::Everything => wanted.extend(0..outline.units.len()),
        Demand::Needed => {
            wanted.extend(vocabulary.find(&text.text).map(|(offset, _)| outline.unit_at(offset)));
        }
    }
    loaded.wanted = wanted.into_iter().collect();
    loaded.outline = outline;
    loaded
}
