//! All rows, the built-in ones and the user's, as they are looked up.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use super::{ALL, Argument, Dialect, Object, Reader};
use crate::model::{Access, Outcome};

/// A reader that the user tells of, of the same shape as the built-in ones: `[[reader]]` in the
/// settings file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Row {
    /// The qualified name of a callable; `acme.Env().get` is a method of what `acme.Env` makes.
    pub name: String,
    /// Which argument is the key.
    #[serde(default)]
    pub key: Position,
    /// What is read if that argument is not given: names between spaces; `*` at an end is any rest.
    #[serde(default)]
    pub usual: String,
    /// What stands before the key in the variable's name.
    #[serde(default)]
    pub prefix: String,
    /// What follows on the key, if that is only the beginning of names.
    pub rest: Option<String>,
    /// Whether the key is turned into upper case.
    #[serde(default)]
    pub upper: bool,
    /// Which argument takes over if the variable is absent.
    pub default: Option<Position>,
    /// The exception if the variable is absent and no default is given; without one it is `None`.
    pub exception: Option<String>,
}

/// An argument's position, its name, or both.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Position {
    /// `0`
    Index(usize),
    /// `"name"`
    Name(String),
    /// `[0, "name"]`
    Both(usize, String),
}

impl Default for Position {
    fn default() -> Self {
        Position::Index(0)
    }
}

impl Position {
    fn argument(&self) -> Argument<'_> {
        match self {
            Position::Index(index) => Argument { index: Some(*index), name: "" },
            Position::Name(name) => Argument { index: None, name },
            Position::Both(index, name) => Argument { index: Some(*index), name },
        }
    }
}

/// What is known of all names. Never iterated into output.
#[derive(Default)]
pub struct Libraries<'a> {
    words: Vec<&'a str>,
    mappings: FxHashSet<&'a str>,
    readers: FxHashMap<&'a str, Reader<'a>>,
    objects: FxHashMap<&'a str, &'static Object>,
    aliases: FxHashMap<&'a str, &'a str>,
    scopes: FxHashSet<&'a str>,
    narrowing: FxHashSet<&'a str>,
    keywords: FxHashSet<&'a str>,
    settings: FxHashMap<&'a str, Dialect>,
    declarations: FxHashSet<&'a str>,
    /// The last segments of readers that are methods of objects.
    methods: FxHashSet<&'a str>,
    injectors: FxHashSet<&'a str>,
    providers: FxHashSet<&'a str>,
    listers: FxHashSet<&'a str>,
    modules: Vec<&'a str>,
    /// Names that mean the same whether or not their library is scanned.
    known: FxHashSet<&'a str>,
    /// The last segments of those, to tell quickly that a name is none.
    last: FxHashSet<&'a str>,
}

impl<'a> Libraries<'a> {
    /// The built-in rows and `rows`, which win.
    pub fn new(rows: &'a [Row]) -> Libraries<'a> {
        let mut all = Libraries::default();
        for library in ALL {
            all.words.extend(library.words);
            all.mappings.extend(library.mappings);
            all.readers.extend(library.readers.iter().map(|reader| (reader.name, *reader)));
            all.objects.extend(library.objects.iter().map(|object| (object.name, object)));
            all.aliases.extend(library.aliases.iter().copied());
            all.scopes.extend(library.scopes);
            all.narrowing.extend(library.narrowing);
            all.keywords.extend(library.keywords);
            let bases = library.settings.iter();
            all.settings.extend(bases.flat_map(|base| base.names.iter().map(|name| (*name, base.dialect))));
            all.declarations.extend(library.declarations);
            all.injectors.extend(library.injectors);
            all.providers.extend(library.providers);
            all.listers.extend(library.listers);
            if !library.only_if_absent {
                all.known.extend(library.injectors.iter().chain(library.providers).chain(library.listers));
                all.modules.extend(library.modules);
                all.known.extend(library.mappings.iter().chain(library.declarations));
                all.known.extend(library.readers.iter().map(|reader| reader.name));
                all.known.extend(library.aliases.iter().map(|(name, _)| name));
                all.known.extend(library.objects.iter().map(|object| object.name));
                all.known.extend(library.settings.iter().flat_map(|base| base.names));
            }
        }
        for row in rows {
            all.add(row);
        }
        let methods = all.readers.keys().filter_map(|name| name.rsplit_once("().").map(|(_, method)| method));
        all.methods = methods.collect();
        all.last = all.known.iter().map(|name| last_segment(name)).collect();
        all.words.sort_unstable();
        all.words.dedup();
        all
    }

    fn add(&mut self, row: &'a Row) {
        let reader = Reader {
            name: &row.name,
            key: Some(row.key.argument()),
            usual: &row.usual,
            prefix: &row.prefix,
            namespace: None,
            rest: row.rest.as_deref(),
            upper: row.upper,
            default: row.default.as_ref().map(Position::argument),
            required: None,
            absent: if row.exception.is_some() { Outcome::Raises } else { Outcome::None },
            exception: row.exception.as_deref().unwrap_or(""),
            later: false,
            is_option: false,
            access: Access::Get,
        };
        self.readers.insert(&row.name, reader);
        // Of a method the class is what an import names.
        let imported = row.name.split("()").next().unwrap_or(&row.name);
        self.known.extend([row.name.as_str(), imported]);
        let module = imported.rsplit_once('.').map_or("", |(module, _)| module);
        let words = [last_segment(imported), last_segment(module)];
        self.words.extend(words.iter().filter(|word| !word.is_empty()));
    }

    /// The words that make a unit worth looking at.
    pub fn words(&self) -> &[&'a str] {
        &self.words
    }

    /// The reader of this qualified name.
    pub fn reader(&self, name: &str) -> Option<Reader<'a>> {
        let found = self.readers.get(name).copied();
        if found.is_some() || !name.contains("()") {
            return found;
        }
        let object = self.object(name)?;
        let rest = name.strip_prefix(object.name)?;
        if !object.like.is_empty() {
            return self.reader(&format!("{}{rest}", object.like));
        }
        // A method that the program has added.
        let added = object.added && rest.matches('.').count() == 1 && !self.is_scope(name);
        if added { self.readers.get(&*format!("{}().*", object.name)).copied() } else { None }
    }

    /// Whether whoever gets what has this name can read a variable by naming it.
    pub fn hands_on(&self, name: &str) -> bool {
        let by_position = |reader: Reader<'_>| reader.key.is_some_and(|key| key.index.is_some());
        let shared = |class: &str| self.objects.get(class).is_some_and(|object| object.shared);
        self.reader(name).is_some_and(by_position) || shared(name.strip_suffix("()").unwrap_or(name))
    }

    /// The class of this qualified name, or of which `name` is an instance or something below it.
    pub fn object(&self, name: &str) -> Option<&'static Object> {
        self.objects.get(name.split("()").next()?).copied()
    }

    /// The name that this one is another for.
    pub fn alias(&self, name: &str) -> Option<&'a str> {
        self.aliases.get(name).copied()
    }

    /// Whether this is a method that gives a context manager which puts a prefix before names.
    pub fn is_scope(&self, name: &str) -> bool {
        let plain = || {
            self.object(name)
                .filter(|object| !object.like.is_empty())
                .and_then(|object| Some(self.is_scope(&format!("{}{}", object.like, name.strip_prefix(object.name)?))))
        };
        self.scopes.contains(name) || plain().unwrap_or(false)
    }

    /// Whether a method of this name may be one of those, of an object that is not known yet.
    pub fn is_scope_method(&self, method: &str) -> bool {
        self.scopes.iter().any(|name| last_segment(name) == method)
    }

    /// Whether this is a method that gives its object again, with a longer prefix.
    pub fn is_narrowing(&self, name: &str) -> bool {
        self.narrowing.contains(name)
    }

    /// Whether this keyword gives a prefix of names.
    pub fn is_prefix_keyword(&self, name: &str) -> bool {
        self.keywords.contains(name)
    }

    /// Whether this qualified name is the environment mapping.
    pub fn is_environment(&self, name: &str) -> bool {
        self.mappings.contains(name)
    }

    /// The settings base class of this qualified name.
    pub fn settings_base(&self, name: &str) -> Option<Dialect> {
        self.settings.get(name).copied()
    }

    /// Whether a reader is a method of this name.
    pub fn is_method(&self, name: &str) -> bool {
        self.methods.contains(name)
    }

    /// Whether a call of this qualified name stands for what its argument gives when a framework calls that.
    pub fn is_injector(&self, name: &str) -> bool {
        self.injectors.contains(name)
    }

    /// Whether what a function with this decorator gives is what parameters of its name are.
    pub fn is_provider(&self, name: &str) -> bool {
        self.providers.contains(name)
    }

    /// Whether this decorator lists the arguments that a function is called with.
    pub fn is_lister(&self, name: &str) -> bool {
        self.listers.contains(name)
    }

    /// Whether calls of this qualified name are kept with their arguments.
    pub fn is_declaration(&self, name: &str) -> bool {
        self.declarations.contains(name) || self.is_provider(name) || self.is_lister(name)
    }

    /// Whether this qualified name is a `TypedDict`, or what makes one: called with keywords, it is a dict of them.
    pub fn is_dict(&self, name: &str) -> bool {
        matches!(name, "typing.TypedDict" | "typing_extensions.TypedDict")
            || (self.is_declaration(name) && name.ends_with("Dict"))
    }

    /// Whether a row gives a meaning to this qualified name that its own code need not be asked for.
    pub fn knows(&self, name: &str) -> bool {
        self.known.contains(name)
    }

    /// Whether [`Libraries::knows`] may hold for a name with this last segment.
    pub fn may_know(&self, last: &str) -> bool {
        self.last.contains(last)
    }

    /// Whether what a module reads by unknown names is what the rows describe.
    pub fn explains(&self, module: &str) -> bool {
        let inside = |known: &&str| module.strip_prefix(*known).is_some_and(|r| r.is_empty() || r.starts_with('.'));
        self.modules.iter().any(inside)
    }
}

fn last_segment(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
