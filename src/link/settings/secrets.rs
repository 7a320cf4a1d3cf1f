//! Files that a field takes its value from if its variable is gone: `secrets_dir`
//! (`SecretsSettingsSource`, pydantic-settings `sources/providers/secrets.py`; pydantic 1 `env_settings.py`).

use super::options::Options;
use crate::libraries::Dialect;
use crate::link::Linker;
use crate::link::value::{Arguments, ClassId, Symbol, Value};
use crate::python::ir::Name;

/// A read of a settings class's field.
#[derive(Debug, Clone)]
pub struct FieldRead {
    /// The class.
    pub class: ClassId,
    /// The field.
    pub field: Name,
    /// Whether names are compared with case.
    pub case_sensitive: bool,
    /// The folders that have a file of the variable's name, if the field is looked for there next.
    pub folders: Vec<Name>,
}

/// The sources of a settings class, as the library names the parameters that stand for them.
const SOURCES: [&str; 4] = ["init_settings", "env_settings", "dotenv_settings", "file_secret_settings"];
/// The last of them.
const FILES: &str = "file_secret_settings";

impl Linker<'_> {
    /// The folders in which the files of a class's fields are looked for. None if something else may be asked
    /// before them: then nobody knows whose value it would be.
    pub(super) fn secrets_folders(&mut self, class: ClassId, dialect: Dialect, options: &Options) -> Vec<Name> {
        let folders = options.secrets.clone();
        if folders.is_empty() || !self.files_are_next(class, dialect) { Vec::new() } else { folders }
    }

    /// Whether the files are among a class's sources, and no source of its own is.
    fn files_are_next(&mut self, class: ClassId, dialect: Dialect) -> bool {
        let method = match self.customising(class, dialect) {
            None => return true,
            Some(Value::Function(method)) => method.function,
            Some(_) => return false,
        };
        let parameters: Vec<Name> =
            self.functions[method].ir.parameters.iter().map(|parameter| parameter.name.clone()).collect();
        let source = |value: &Value| match value {
            Value::Symbol(Symbol::Parameter(function, index)) if *function == method => parameters.get(*index),
            _ => None,
        };
        let Some(Value::Sequence(given)) = self.summary(method).returns.clone() else { return false };
        let given: Vec<Option<&Name>> = given.iter().map(source).collect();
        given.iter().all(|name| name.is_some_and(|name| SOURCES.contains(&&**name)))
            && given.iter().flatten().any(|name| &***name == FILES)
    }

    /// Notes that an object's constructor was told of other files.
    pub(super) fn note_told_files(&mut self, class: ClassId, dialect: Dialect, arguments: &Arguments) {
        if ["_secrets_dir", "_env_file"].iter().any(|name| arguments.keyword(name).is_some()) {
            let folders = self.options(class, dialect, Some(arguments)).secrets;
            let folders = if self.files_are_next(class, dialect) { folders } else { Vec::new() };
            self.classes[class].told_folders.push(folders);
        }
    }

    /// The files of a field's variable: those that every object of its class would look into, by what its class says
    /// and its constructors are told.
    pub(in crate::link) fn files_of(&self, read: &FieldRead, variable: &str) -> Vec<String> {
        let state = &self.classes[read.class];
        let mut told = state.told_folders.iter();
        let first = match told.next() {
            // Nobody else makes one.
            Some(first) if state.told_folders.len() == state.made && !state.referenced => first,
            Some(first) if *first == read.folders => first,
            Some(_) => return Vec::new(),
            None => &read.folders,
        };
        if !told.all(|folders| folders == first) {
            return Vec::new();
        }
        first.iter().map(|folder| format!("{}/{variable}", folder.trim_end_matches('/'))).collect()
    }
}

/// The folders that an option names: absolute ones alone, as nobody knows where a program is started.
pub(super) fn folders(value: &Value) -> Option<Vec<Name>> {
    let one = |value: &Value| value.known_text().filter(|path| path.starts_with('/'));
    match value {
        Value::Sequence(several) => several.iter().map(one).collect(),
        value => one(value).map(|folder| vec![folder]),
    }
}
