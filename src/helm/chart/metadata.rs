//! `Chart.yaml`.

use super::super::format::read;
use super::super::text::Text;
use super::super::value::{Key, MapRef, Value};

/// What a chart says about itself.
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    /// Its name, or its alias in the chart that holds it.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether it renders nothing by itself.
    pub library: bool,
    /// Its Kubernetes versions.
    pub kube_version: String,
    /// What it depends on.
    pub dependencies: Vec<Dependency>,
    /// All of it as templates see it, less the name.
    fields: Vec<(&'static str, Value)>,
}

/// A chart that another depends on.
#[derive(Debug, Clone, Default)]
pub struct Dependency {
    /// Its name, later its alias.
    pub name: String,
    /// Which versions of it.
    pub version: String,
    /// Where it is to be had.
    pub repository: String,
    /// Paths of values that turn it on or off.
    pub condition: String,
    /// Groups that do.
    pub tags: Vec<String>,
    /// What it is called here.
    pub alias: String,
    /// What the parent takes over of its values.
    pub imports: Vec<Import>,
    /// Whether it is on.
    pub enabled: bool,
}

/// A part of a child's values that its parent takes over.
#[derive(Debug, Clone)]
pub struct Import {
    /// The path in the child's values.
    pub child: String,
    /// The path in the parent's; `.` is the top.
    pub parent: String,
}

fn text(map: &MapRef, key: &str) -> String {
    match map.get(key) {
        Some(Value::Str(text)) => text.as_str().into(),
        // An unquoted version like 1.2 is a number, which Helm takes for its text.
        Some(Value::Float(number)) => super::super::print::json(number),
        Some(Value::Bool(truth)) => truth.to_string(),
        _ => String::new(),
    }
}

fn texts(map: &MapRef, key: &str) -> Vec<Value> {
    map.get(key).and_then(|value| value.as_list().map(<[Value]>::to_vec)).unwrap_or_default()
}

/// Reads a `Chart.yaml`, and a `requirements.yaml` beside it; an error has a line.
pub fn read(bytes: &str, requirements: Option<&str>) -> Result<Metadata, (u32, String)> {
    let value = read::yaml(&Text::from(bytes)).map_err(|problem| (problem.line, problem.detail))?;
    let Value::Map(map) = &value else { return Err((1, "is no mapping".into())) };
    let name = text(map, "name");
    if name.is_empty() {
        return Err((1, "has no `name`".into()));
    }
    let version = text(map, "version");
    if version.is_empty() {
        return Err((1, "has no `version`".into()));
    }
    let mut dependencies = dependencies(map);
    if let Some(requirements) = requirements {
        let value = read::yaml(&Text::from(requirements)).map_err(|problem| (problem.line, problem.detail))?;
        if let (true, Value::Map(map)) = (dependencies.is_empty(), &value) {
            dependencies = self::dependencies(map);
        }
    }
    let string = |key: &str| Value::str(text(map, key));
    let people = texts(map, "maintainers").into_iter().map(|person| {
        let field = |key: &str| Value::str(person.as_map().map(|map| text(map, key)).unwrap_or_default());
        Value::map([("Name".into(), field("name")), ("Email".into(), field("email")), ("URL".into(), field("url"))])
    });
    let fields = vec![
        ("APIVersion", string("apiVersion")),
        ("Annotations", map.get("annotations").unwrap_or_default()),
        ("AppVersion", string("appVersion")),
        ("Condition", string("condition")),
        ("Deprecated", Value::Bool(map.get("deprecated").is_some_and(|value| value.truth()))),
        ("Description", string("description")),
        ("Home", string("home")),
        ("Icon", string("icon")),
        ("Keywords", Value::list(texts(map, "keywords"))),
        ("KubeVersion", string("kubeVersion")),
        ("Maintainers", Value::list(people.collect())),
        ("Sources", Value::list(texts(map, "sources"))),
        ("Tags", string("tags")),
        ("Type", string("type")),
        ("Version", Value::str(version.as_str())),
    ];
    Ok(Metadata {
        name,
        version,
        library: text(map, "type").eq_ignore_ascii_case("library"),
        kube_version: text(map, "kubeVersion"),
        dependencies,
        fields,
    })
}

fn dependencies(map: &MapRef) -> Vec<Dependency> {
    let read = |item: &Value| {
        let map = item.as_map()?;
        let imports = texts(map, "import-values").into_iter().filter_map(|import| match &import {
            Value::Str(name) => Some(Import { child: format!("exports.{}", name.as_str()), parent: ".".into() }),
            Value::Map(map) => Some(Import { child: text(map, "child"), parent: text(map, "parent") }),
            _ => None,
        });
        Some(Dependency {
            name: text(map, "name"),
            version: text(map, "version"),
            repository: text(map, "repository"),
            condition: text(map, "condition"),
            tags: texts(map, "tags").iter().filter_map(|tag| tag.as_str().map(Into::into)).collect(),
            alias: text(map, "alias"),
            imports: imports.collect(),
            enabled: true,
        })
    };
    texts(map, "dependencies").iter().filter_map(read).collect()
}

impl Metadata {
    /// `.Chart`
    pub fn value(&self, root: bool) -> Value {
        let dependencies = self.dependencies.iter().map(|dependency| {
            let field = |text: &str| Value::str(text);
            Value::map([
                ("Name".into(), field(&dependency.name)),
                ("Version".into(), field(&dependency.version)),
                ("Repository".into(), field(&dependency.repository)),
                ("Condition".into(), field(&dependency.condition)),
                ("Alias".into(), field(&dependency.alias)),
                ("Enabled".into(), Value::Bool(dependency.enabled)),
                ("Tags".into(), Value::list(dependency.tags.iter().map(|tag| field(tag)).collect())),
            ])
        });
        let mut entries: Vec<(Key, Value)> =
            self.fields.iter().map(|(key, value)| (Key::from(*key), value.clone())).collect();
        entries.push(("Name".into(), Value::str(self.name.as_str())));
        entries.push(("Dependencies".into(), Value::list(dependencies.collect())));
        entries.push(("IsRoot".into(), Value::Bool(root)));
        Value::map(entries)
    }
}
