//! The codes of the JSON contract, and the words for people.

use std::collections::BTreeSet;

use crate::model::*;

/// A closed list with a code for each member.
pub trait Coded: Sized + 'static {
    /// All codes, in the order of the list.
    const CODES: &'static [&'static str];
    /// The code of one.
    fn code(&self) -> &'static str;
    /// The member that has a code.
    fn of(code: &str) -> Option<Self>;
}

macro_rules! codes {
    ($($list:ident { $($member:ident = $code:literal,)* })*) => {$(
        impl Coded for $list {
            const CODES: &'static [&'static str] = &[$($code),*];
            fn code(&self) -> &'static str {
                match self { $($list::$member => $code,)* }
            }
            fn of(code: &str) -> Option<Self> {
                match code { $($code => Some($list::$member),)* _ => None }
            }
        }
    )*};
}

codes! {
    Verdict { Unsafe = "unsafe", Review = "review", Safe = "safe", }
    ReasonCode {
        NotScanned = "not-scanned",
        UsedByContainer = "used-by-container",
        Runtime = "runtime",
        ValueChanges = "value-changes",
        DefaultEquals = "default-equals",
        Read = "read",
        SettingsField = "settings-field",
        AnchoredPattern = "anchored-pattern",
        UnreachedRead = "unreached-read",
        NeverConstructed = "never-constructed",
        WeakPattern = "weak-pattern",
        AnyRead = "any-read",
        Mentioned = "mentioned",
        TestsOnly = "tests-only",
        UnknownNames = "unknown-names",
        Covered = "covered",
        NoReader = "no-reader",
        ContainerGone = "container-gone",
        Unprovided = "unprovided",
        ReadRemoved = "read-removed",
        MayBeMissing = "may-be-missing",
        StillSet = "still-set",
    }
    NoticeKind {
        UnresolvedKey = "unresolved-key",
        Unparsable = "unparsable",
        Unreadable = "unreadable",
        LimitReached = "limit-reached",
        MissingModule = "missing-module",
        NotScanned = "not-scanned",
        NativeCode = "native-code",
        Manifest = "manifest",
    }
    KeyKind { Exact = "exact", Pattern = "pattern", Any = "any", }
    Outcome { Raises = "raises", Default = "default", None = "none", Handled = "handled", Unknown = "unknown", }
    Timing { Import = "import", Construction = "construction", Call = "call", }
    Effect {
        EmptiesSilently = "empties-silently",
        FailsOnUse = "fails-on-use",
        FailsAtStart = "fails-at-start",
        ValueChanges = "value-changes",
        FeatureOff = "feature-off",
        Unknown = "unknown",
    }
    Access {
        Item = "item",
        Get = "get",
        Pop = "pop",
        SetDefault = "setdefault",
        Contains = "contains",
        Whole = "whole",
        Copy = "copy",
        Field = "field",
    }
    SourceKind {
        Value = "value",
        SecretKeyRef = "secretKeyRef",
        ConfigMapKeyRef = "configMapKeyRef",
        FieldRef = "fieldRef",
        ResourceFieldRef = "resourceFieldRef",
        FileKeyRef = "fileKeyRef",
        EnvFrom = "envFrom",
    }
    ChangeKind {
        Removed = "removed",
        Renamed = "renamed",
        Changed = "changed",
        Moved = "moved",
        Added = "added",
        Kept = "kept",
    }
    Level { Error = "error", Warning = "warning", Note = "note", }
    TraceKind {
        Step = "step",
        Broken = "broken",
        Noticed = "noticed",
        Rollback = "rollback",
        Command = "command",
    }
    RootKind {
        Application = "application",
        Vendored = "vendored",
        Distribution = "distribution",
        Stdlib = "stdlib",
    }
}

impl Coded for Concern {
    const CODES: &'static [&'static str] = &["keep", "add-keys", "references", "identity", "remove-keys"];

    fn code(&self) -> &'static str {
        match self {
            Concern::Keep => "keep",
            Concern::AddKeys => "add-keys",
            Concern::References => "references",
            Concern::Identity => "identity",
            Concern::RemoveKeys(_) => "remove-keys",
        }
    }

    fn of(code: &str) -> Option<Self> {
        let all = [Concern::Keep, Concern::AddKeys, Concern::References, Concern::Identity, Concern::RemoveKeys(1)];
        all.into_iter().find(|concern| concern.code() == code)
    }
}

/// What a line of a trace tells, where it is no step.
pub fn told(kind: TraceKind) -> &'static str {
    match kind {
        TraceKind::Noticed => "noticed by",
        kind => kind.code(),
    }
}

/// What so many notices are about: `2 reads of unknown names`.
pub fn notices(kind: NoticeKind, number: usize) -> String {
    let (noun, rest) = match kind {
        NoticeKind::UnresolvedKey => ("read", " of unknown names"),
        NoticeKind::Unparsable => ("unparsable file", ""),
        NoticeKind::Unreadable => ("unreadable file", ""),
        NoticeKind::LimitReached => ("place", " too large to follow"),
        NoticeKind::MissingModule => ("missing import", ""),
        NoticeKind::NotScanned => ("image", " not scanned"),
        NoticeKind::NativeCode => ("place", " with compiled code"),
        NoticeKind::Manifest => ("remark", " on the chart"),
    };
    count(number, noun) + rest
}

/// What the reader does when the variable is gone, and when.
pub fn without(read: &Read) -> String {
    let when = match (read.timing, &read.settings) {
        (Timing::Import, _) => "at import",
        (_, Some(field)) if field.at_import => "when its settings object is made, at import",
        (Timing::Construction, _) => "when the object is made",
        (Timing::Call, _) => "when called",
    };
    let exception = read.absent.exception.as_deref().unwrap_or("an exception");
    let default = read.absent.default.as_deref();
    let mut text = match (read.effect(), read.absent.outcome) {
        (Effect::EmptiesSilently, _) => {
            format!("silently becomes \"\" {when}; nothing stops there, what needs the value fails on first use")
        }
        (Effect::FailsAtStart, _) => format!("raises {exception} {when}: fails at start"),
        (Effect::FailsOnUse, _) => format!("raises {exception} {when}: fails on first use"),
        (Effect::ValueChanges, _) => match default {
            Some(default) => format!("falls back to {default} {when}"),
            None => format!("falls back to a default that is not a literal, {when}"),
        },
        (_, Outcome::None) => format!("becomes None {when}"),
        (_, Outcome::Handled) => format!("is handled {when}: by another variable, a branch or a caught exception"),
        _ => format!("what happens is not known; read {when}"),
    };
    if let (Outcome::Default, Some(exception)) = (read.absent.outcome, &read.absent.exception) {
        text += &format!("; a later check of the value raises {exception}");
    }
    if let Some(parameter) = &read.condition {
        text += &format!("; not read if the caller passes {parameter}");
    }
    text
}

/// The reader and where it stands: `pydantic.BaseSettings, field api_token of acme.Settings`.
pub fn reader(read: &Read) -> String {
    match (&read.settings, &read.function) {
        (Some(field), _) => format!("{}, field {} of {}", read.reader, field.field, field.class),
        (None, Some(function)) => format!("{} in {function}", read.reader),
        (None, None) => read.reader.clone(),
    }
}

/// What feeds an entry: `secretKeyRef web/API_TOKEN`; a literal only if `values` may be shown.
pub fn source(source: &EntrySource, values: bool) -> String {
    let mut text = source.kind.code().to_string();
    let object = source.object.as_ref().map(|object| match source.kind {
        SourceKind::EnvFrom => format!("{} {}", object.kind, object.name),
        _ => object.name.clone(),
    });
    let parts: Vec<&str> = object.iter().map(String::as_str).chain(source.key.as_deref()).collect();
    if !parts.is_empty() {
        text += &format!(" {}", parts.join("/"));
    }
    if let Some(literal) = source.literal.as_deref().filter(|_| values) {
        text += &format!(" = {literal:?}");
    }
    if source.optional {
        text += " (optional)";
    }
    text
}

/// `Deployment/web, container app`; namespaces are in the JSON.
pub fn container(container: &Container) -> String {
    let role = if container.init { "init container" } else { "container" };
    format!("{}/{}, {role} {}", container.workload.kind, container.workload.name, container.name)
}

/// `acme-client 1.2`; the current folder says nothing to a person.
pub fn owner(owner: &Owner) -> String {
    match &owner.version {
        None if owner.name == "." => "the application".into(),
        Some(version) => format!("{} {version}", owner.name),
        None => owner.name.clone(),
    }
}

/// `the client goes next week (until 2026-12-31)`
pub fn acceptance(acceptance: &Acceptance) -> String {
    let until = acceptance.until.as_ref().map(|until| format!(" (until {until})")).unwrap_or_default();
    match &acceptance.reopened {
        None => format!("{}{until}", acceptance.reason),
        Some(why) => format!("no longer: {why}; it was: {}", acceptance.reason),
    }
}

/// `1 reader`, `2 readers`.
pub fn count(number: usize, what: &str) -> String {
    format!("{number} {}", plural(number, what))
}

/// `reader` for one, else `readers`.
pub fn plural(number: usize, what: &str) -> String {
    match what.strip_suffix('y') {
        _ if number == 1 => what.to_string(),
        Some(stem) => format!("{stem}ies"),
        None => format!("{what}s"),
    }
}

/// Names of what could be set that are told in one line.
const SHOWN_CONDITIONAL: usize = 8;

/// `templates/web.yaml:12 behind \`.Values.token\``
pub fn behind(it: &Conditional) -> String {
    format!("{}:{} behind `{}`", it.place.file, it.place.line, it.condition)
}

/// What could be set with other values, in a line; `None` if nothing could.
pub fn conditional(all: &[&Conditional]) -> Option<String> {
    let names: BTreeSet<&str> = all.iter().filter_map(|it| it.name.as_deref()).collect();
    let open = all.iter().filter(|it| it.name.is_none()).count();
    let mut shown = names.iter().take(SHOWN_CONDITIONAL).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN_CONDITIONAL) {
        0 => {}
        more => shown += &format!(" and {more} more"),
    }
    let places = format!("{} for names that are not spelled out", count(open, "place"));
    let said = match (names.is_empty(), open) {
        (true, 0) => return None,
        (true, _) => places,
        (false, 0) => shown,
        (false, _) => format!("{shown}, and {places}"),
    };
    Some(format!("could be set with other values: {said} (`stripcheck entries` lists them)"))
}

/// In which environments an entry exists, if some were named.
pub fn environments(entry: &Entry) -> String {
    match entry.environments.as_slice() {
        [] => String::new(),
        names => format!("  in {}", names.join(", ")),
    }
}
