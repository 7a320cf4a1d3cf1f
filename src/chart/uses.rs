//! Where a container itself uses the variables it is given.
//!
//! Kubernetes expands `$(NAME)` in `command`, `args`, `volumeMounts[].subPathExpr` (with the whole
//! environment), in `env[].value` (with what precedes the item) and in the commands of exec probes
//! (with the `env` items only: `ExpandContainerCommandOnlyStatic` in
//! `pkg/kubelet/container/helpers.go`); not in lifecycle hooks. A shell that is started there expands
//! `$NAME`, and so may whatever reads a file that is mounted from a ConfigMap.

use std::collections::{BTreeMap, BTreeSet};

use super::env::Supply;
use super::expansion::{references, unescaped};
use super::mounts::mounted;
use super::pods::Found;
use super::suppliers::Suppliers;
use super::{code, shell};
use crate::model::SourceKind;
use crate::yaml::Node;

/// How many uses are told of one `envFrom` whose keys are not known: each name could be any one's.
const MAX_OPEN_USES: usize = 20;

/// The uses in one container, as sentences.
pub struct Used {
    /// For each supply that wins its name, or is open, by its index.
    pub supplies: BTreeMap<usize, Vec<String>>,
    /// By name, of what nothing known supplies.
    pub unsupplied: BTreeMap<String, Vec<String>>,
}

/// Finds them.
pub fn uses(found: &Found<'_>, supplies: &[Supply], suppliers: &Suppliers<'_>) -> Used {
    let named = supplies.iter().enumerate().filter(|(_, supply)| !supply.open);
    let winners = named.map(|(index, supply)| (supply.name.as_str(), index)).collect();
    let mut uses = Uses { supplies, winners, out: BTreeMap::new(), unsupplied: BTreeMap::new() };
    uses.values();
    uses.commands(found);
    uses.execs(found);
    for (place, text) in mounted(found, suppliers) {
        uses.known(shell::variables(text), |name| format!("${name} in {place}"));
        uses.known(code::reads(text), |name| format!("{name} read in {place}"));
    }
    Used { supplies: listed(uses.out), unsupplied: listed(uses.unsupplied) }
}

fn listed<K: Ord>(uses: BTreeMap<K, BTreeSet<String>>) -> BTreeMap<K, Vec<String>> {
    uses.into_iter().map(|(of, lines)| (of, lines.into_iter().collect())).collect()
}

struct Uses<'s> {
    supplies: &'s [Supply],
    /// The index of the supply that wins a name.
    winners: BTreeMap<&'s str, usize>,
    out: BTreeMap<usize, BTreeSet<String>>,
    unsupplied: BTreeMap<String, BTreeSet<String>>,
}

impl Uses<'_> {
    /// Uses in `command` and `args`, which together make one command, and what depends on the same
    /// environment.
    fn commands(&mut self, found: &Found<'_>) {
        let container = &found.container;
        let mut words = Vec::new();
        for (field, texts) in [("command", &container.command), ("args", &container.args)] {
            for (index, text) in texts.iter().enumerate() {
                let place = format!("{field}[{index}]");
                for name in references(text) {
                    self.expansion(name, &place);
                }
                words.push((place, unescaped(text)));
            }
        }
        self.scripts(&words, container.command.is_empty());
        // Tekton steps and Argo Workflows have scripts of their own.
        for field in ["script", "source"] {
            if let Some(script) = found.node.scalar_at(field) {
                self.known(shell::variables(script), |name| format!("${name} in {field}"));
            }
        }
        let mounts = found.node.get("volumeMounts").and_then(Node::list).unwrap_or_default();
        for path in mounts.iter().filter_map(|mount| mount.scalar_at("subPathExpr")) {
            for name in references(path) {
                self.expansion(name, "the subPathExpr of a volume mount");
            }
        }
    }

    /// Uses in the commands of probes and lifecycle hooks.
    fn execs(&mut self, found: &Found<'_>) {
        for (&place, command) in found.execs.iter().zip(&found.container.execs) {
            if place.ends_with("Probe") {
                let names = command.iter().flat_map(|text| references(text));
                let items = names.filter(|name| {
                    let winner = self.winners.get(name).map(|&index| &self.supplies[index]);
                    winner.is_some_and(|supply| supply.source.kind != SourceKind::EnvFrom)
                });
                let items: Vec<_> = items.collect();
                self.known(items, |name| format!("$({name}) in {place}"));
            }
            let words: Vec<_> = command.iter().map(|text| (place.to_string(), text.clone())).collect();
            self.scripts(&words, false);
        }
    }

    /// Uses in env values: only what precedes the item is expanded there.
    fn values(&mut self) {
        let mut before: BTreeSet<&str> = BTreeSet::new();
        let supplies = self.supplies;
        for supply in supplies {
            if let (SourceKind::Value, Some(value)) = (supply.source.kind, &supply.source.literal) {
                for name in references(value) {
                    let known = self.winners.contains_key(name);
                    if name != supply.name && (before.contains(name) || !known) {
                        self.expansion(name, &format!("the value of {}", supply.name));
                    }
                }
            }
            before.insert(&supply.name);
        }
    }

    /// Shell scripts and other inline code among the words of a command, each with its place.
    fn scripts(&mut self, words: &[(String, String)], entrypoint_unknown: bool) {
        for index in shell::scripts(words.iter().map(|(_, text)| text.as_str()), entrypoint_unknown) {
            let (place, script) = &words[index];
            self.known(shell::variables(script), |name| format!("${name} in the shell script of {place}"));
        }
        for (place, text) in words {
            self.known(code::reads(text), |name| format!("{name} read by the code in {place}"));
        }
    }

    /// Notes the uses of names.
    fn known(&mut self, names: Vec<&str>, sentence: impl Fn(&str) -> String) {
        for name in names {
            match self.winners.get(name) {
                Some(&winner) => self.note(winner, sentence(name)),
                None => self.missing(name, sentence(name)),
            }
        }
    }

    /// Notes that `$(name)` stands at `place`. If nothing known supplies it, an `envFrom` whose keys
    /// are not known may.
    fn expansion(&mut self, name: &str, place: &str) {
        if let Some(&winner) = self.winners.get(name) {
            self.note(winner, format!("$({name}) in {place}"));
            return;
        }
        self.missing(name, format!("$({name}) in {place}"));
        let supplies = self.supplies.iter().enumerate();
        for (index, _) in supplies.filter(|(_, supply)| supply.open && supply.may_be(name)) {
            if self.out.get(&index).is_none_or(|known| known.len() < MAX_OPEN_USES) {
                self.note(index, format!("$({name}) in {place}, which nothing else known supplies"));
            }
        }
    }

    fn missing(&mut self, name: &str, text: String) {
        self.unsupplied.entry(name.into()).or_default().insert(text);
    }

    fn note(&mut self, index: usize, text: String) {
        self.out.entry(index).or_default().insert(text);
    }
}
