//! Commands whose options have variables of their own: `PREFIX_COMMAND_OPTION`, with the prefix that the
//! program is run with. The pattern stays beside them, for commands that are put together elsewhere.

use super::Linker;
use super::events::Absent;
use super::scope::Frame;
use super::texts;
use super::value::{Arguments, FunctionId, Value};
use crate::model::{Access, Place};
use crate::python::ir::{Expr, ExprKind, Name};

/// What decorators say of a function that is run from a command line.
#[derive(Debug, Clone, Default)]
pub struct Command {
    /// Its options.
    pub options: Vec<CommandOption>,
    /// The group it is in, and its name there.
    pub group: Option<(FunctionId, Name)>,
}

/// An option, as the call that declares it says.
#[derive(Debug, Clone)]
pub struct CommandOption {
    name: Name,
    absent: Absent,
    /// Where.
    pub place: Place,
}

/// A prefix that a call gives.
#[derive(Debug, Clone)]
pub struct Prefixed {
    /// The command; not known yet for a decorator.
    pub command: Option<FunctionId>,
    /// The prefix.
    pub prefix: Value,
    /// Where.
    pub place: Place,
}

/// How deep groups of commands are followed.
const MAX_GROUPS: usize = 8;

impl Linker<'_> {
    /// Notes an option that a call declares, for the function that it decorates.
    pub(super) fn option_declared(&mut self, arguments: &Arguments, absent: &Absent, place: Place) {
        let told: Vec<Name> = arguments.positional.iter().filter_map(Value::known_text).collect();
        self.option_seen = option_name(&told).map(|name| CommandOption { name, absent: absent.clone(), place });
    }

    /// Notes the prefix that a call gives to a command, its callee or first argument.
    pub(super) fn prefix_given(&mut self, callee: &Value, arguments: &Arguments, prefix: &Value, place: Place) {
        let first = arguments.positional.first();
        let command = [Some(callee), first].into_iter().flatten().find_map(|value| match self.force(value) {
            Value::Function(callable) => Some(callable.function),
            _ => None,
        });
        if let Some(command) = command {
            self.commands_matter(command);
        }
        self.prefixed.push((self.behalf(), Prefixed { command, prefix: prefix.clone(), place }));
    }

    /// Whoever adds to a group of commands matters.
    fn commands_matter(&mut self, command: FunctionId) {
        let state = &self.functions[command];
        if state.class.is_none() && state.inside.is_none() {
            let (file, name) = (state.file, state.ir.name.clone());
            self.found.add(file, &name);
        }
    }

    /// `parser.add_argument(…, action=Action, …)`: argparse makes the action with what else it is told
    /// (`_ActionsContainer.add_argument`).
    pub(super) fn argument_added(&mut self, frame: &mut Frame, arguments: &Arguments, place: Place) {
        let Some(action) = arguments.keyword("action").filter(|action| self.names_something(action)) else { return };
        if let Value::Class(action) = self.force(&action.clone()) {
            let mut told = Arguments { positional: Vec::new(), ..arguments.clone() };
            told.keywords.retain(|(name, _)| &**name != "action");
            told.keywords.push(("option_strings".into(), Value::sequence(arguments.positional.clone())));
            self.construct(frame, action, &told, place);
        }
    }

    /// What a decorator says of a function as a command.
    pub(super) fn commanding(&mut self, frame: &mut Frame, function: FunctionId, decorator: &Expr) {
        let place = frame.place(decorator.span);
        if let Some(option) = self.option_seen.take_if(|option| option.place == place) {
            let options = &mut self.functions[function].injected.command.options;
            options.retain(|known| known.place != place);
            options.push(option);
        }
        for (_, prefixed) in self.prefixed.iter_mut().filter(|(_, p)| p.place == place && p.command.is_none()) {
            prefixed.command = Some(function);
        }
        if self.prefixed.iter().any(|(_, prefixed)| prefixed.command == Some(function)) {
            self.commands_matter(function);
        }
        let (callee, arguments) = match &decorator.kind {
            ExprKind::Call(callee, arguments) => (&callee.kind, arguments.as_slice()),
            other => (other, &[][..]),
        };
        let ExprKind::Attribute(group, kind) = callee else { return };
        if !matches!(&**kind, "command" | "group") {
            return;
        }
        let group = self.expression(frame, group);
        if let Value::Function(group) = self.force(&group) {
            let told = arguments.first().and_then(|argument| match &argument.value.kind {
                ExprKind::Str(name) => Some(name.clone()),
                _ => None,
            });
            self.grouped(function, group.function, told);
        }
    }

    /// `group.add_command(command, "name")`
    pub(super) fn command_added(&mut self, group: &Value, arguments: &Arguments) {
        let Value::Function(group) = self.force(group) else { return };
        let Some(command) = arguments.get(0, "cmd") else { return };
        if let Value::Function(command) = self.force(command) {
            let name = arguments.get(1, "name").and_then(Value::known_text);
            self.grouped(command.function, group.function, name);
        }
    }

    fn grouped(&mut self, command: FunctionId, group: FunctionId, told: Option<Name>) {
        let name = told.unwrap_or_else(|| self.functions[command].ir.name.to_lowercase().replace('_', "-").into());
        self.functions[command].injected.command.group = Some((group, name));
        if self.found.files.get(&self.functions[group].file).is_some_and(|n| n.contains(&self.functions[group].ir.name))
        {
            self.commands_matter(command);
        }
    }

    /// The reads of all commands that are run with a prefix.
    pub(super) fn command_reads(&mut self) {
        for (file, prefixed) in std::mem::take(&mut self.prefixed) {
            let Some(command) = prefixed.command else { continue };
            self.enter(file);
            self.command_reads_of(command, &variable(&prefixed.prefix), 0);
            self.leave();
        }
    }

    fn command_reads_of(&mut self, command: FunctionId, prefix: &Value, depth: usize) {
        if depth > MAX_GROUPS {
            self.limit_reached("groups of commands nest too deep: some were not followed");
            return;
        }
        for option in self.functions[command].injected.command.options.clone() {
            let name = Value::text(option.name.to_uppercase(), None);
            let key = self.concat(&[prefix.clone(), Value::text("_", None), name]);
            let mut frame = Frame::new(option.place.file);
            frame.around = Some(command);
            self.deferred.insert(self.next_event);
            let how = (Access::Get, "auto_envvar_prefix");
            self.consultation(&mut frame, (&Value::Environment, &key), how, option.absent, option.place);
        }
        for child in 0..self.functions.len() {
            let Some((group, name)) = self.functions[child].injected.command.group.clone() else { continue };
            if group == command && child != command {
                let prefix = self.concat(&[prefix.clone(), Value::text("_", None), Value::text(name, None)]);
                self.command_reads_of(child, &variable(&prefix), depth + 1);
            }
        }
    }
}

/// A prefix as it stands in variables ([`click.core.Context.__init__`](https://github.com/pallets/click/blob/8.1.8/src/click/core.py)).
pub fn variable(prefix: &Value) -> Value {
    texts::map_literals(prefix, &|text| text.to_uppercase().replace('-', "_").into())
}

/// The name of the parameter that an option fills (`click.core.Option._parse_decls` of 8.1.8): an identifier
/// among the declarations, else the one with the most dashes before it.
fn option_name(told: &[Name]) -> Option<Name> {
    let plain = |name: &&Name| name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    if let Some(name) = told.iter().find(plain) {
        return Some(name.clone());
    }
    let dashes = |name: &str| name.len() - name.trim_start_matches('-').len();
    let first = |name: &Name| name.split('/').next().unwrap_or(name).trim().to_string();
    let mut best: Option<String> = None;
    for name in told.iter().map(first) {
        if best.as_ref().is_none_or(|best| dashes(&name) > dashes(best)) {
            best = Some(name);
        }
    }
    let name = best?.trim_start_matches('-').replace('-', "_").to_lowercase();
    (!name.is_empty()).then(|| name.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_named_as_click_names_it() {
        for (told, expected) in [
            (&["-p", "--port"][..], Some("port")),
            (&["--shout/--no-shout"], Some("shout")),
            (&["-n", "--dry-run", "dry"], Some("dry")),
            (&["--API-Key"], Some("api_key")),
            (&["-v"], Some("v")),
            (&[], None),
        ] {
            let told: Vec<Name> = told.iter().map(|name| (*name).into()).collect();
            assert_eq!(option_name(&told).as_deref(), expected, "{told:?}");
        }
    }
}
