//! What a command line names: modules, files, console scripts. Of a container's command, args and probes, and
//! of an image's entry point.

mod runners;
pub mod shell;

pub use runners::{LOAD_BY_NAME, RUNNERS, Runner};

use runners::WRAPPERS;

/// Something a command line names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// `python -m acme.web`, `gunicorn acme.web:app`: a dotted module, perhaps with an attribute.
    Module(String),
    /// `python scripts/run.py`, `/app/start.sh`: a file of the image.
    Path(String),
    /// `gunicorn`: a console script.
    Script(String),
}

/// What a container runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Targets {
    /// What is named, sorted.
    pub named: Vec<Target>,
    /// Whether a program is named that loads the application's modules by names in its
    /// configuration, as Django does.
    pub by_name: bool,
}

/// How deep wrappers and shells may hold each other; a bound against hostile input.
const NESTING: usize = 16;

/// Everything that a command line names.
pub fn targets(argv: &[String]) -> Targets {
    let mut found = Targets::default();
    read(argv, &mut found, NESTING);
    found.named.sort();
    found.named.dedup();
    found
}

/// The program a command line starts, behind its wrappers, without its folder.
pub fn program(argv: &[String]) -> Option<&str> {
    unwrapped(argv).first().map(|word| base_name(word))
}

fn read(argv: &[String], found: &mut Targets, nesting: usize) {
    let argv = unwrapped(argv);
    let (Some((command, rest)), Some(deeper)) = (argv.split_first(), nesting.checked_sub(1)) else {
        return;
    };
    let name = base_name(command);
    if is_shell(name) {
        read_shell(rest, found, deeper);
    } else if is_python(name) {
        read_python(rest, found);
    } else {
        found.named.push(Target::Script(name.into()));
        if command.contains('/') || command.contains('.') {
            found.named.push(Target::Path(command.clone()));
            // Django's convention: the file that stands at the top of a project.
            found.by_name |= name == "manage.py";
        }
        if let Some(runner) = RUNNERS.iter().find(|runner| runner.name == name) {
            read_runner(runner, rest, found);
        }
    }
}

/// `sh -ec 'script' …` or `sh script.sh`.
fn read_shell(args: &[String], found: &mut Targets, nesting: usize) {
    let mut inline = false;
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.strip_prefix(['-', '+']) {
            Some("o" | "O") => {
                args.next();
            }
            Some(options) => inline |= arg.starts_with('-') && !arg.starts_with("--") && options.contains('c'),
            None if inline => {
                for command in shell::commands(arg) {
                    read(&command, found, nesting);
                }
                return;
            }
            None => {
                found.named.push(Target::Path(arg.clone()));
                return;
            }
        }
    }
}

/// `python -m module …`, `python -c code`, `python file.py …`.
fn read_python(mut args: &[String], found: &mut Targets) {
    while let Some((arg, rest)) = args.split_first() {
        args = rest;
        match (arg.as_str(), rest.split_first()) {
            ("-m", Some((module, rest))) => return read_module(module, rest, found),
            ("-c", Some((code, _))) => return read_code(code, found),
            ("-X" | "-W" | "--check-hash-based-pycs", Some((_, rest))) => args = rest,
            _ if arg.starts_with('-') => {
                if let Some(module) = arg.strip_prefix("-m").filter(|module| !module.is_empty()) {
                    return read_module(module, rest, found);
                }
            }
            _ => {
                found.by_name |= base_name(arg) == "manage.py";
                return found.named.push(Target::Path(arg.clone()));
            }
        }
    }
}

fn read_module(module: &str, rest: &[String], found: &mut Targets) {
    found.named.push(Target::Module(module.into()));
    if let Some(runner) = RUNNERS.iter().find(|runner| runner.name == module) {
        read_runner(runner, rest, found);
    }
}

/// The modules that a line of Python imports.
fn read_code(code: &str, found: &mut Targets) {
    for statement in code.split(['\n', ';']) {
        let mut words = statement.split_whitespace();
        if let (Some("import" | "from"), Some(module)) = (words.next(), words.next())
            && is_dotted(module)
        {
            found.named.push(Target::Module(module.into()));
        }
    }
}

fn read_runner(runner: &Runner, args: &[String], found: &mut Targets) {
    found.by_name |= runner.by_name;
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let value = if let Some((option, value)) = arg.split_once('=').filter(|_| arg.starts_with("--")) {
            runner.options.contains(&option).then_some(value)
        } else if runner.options.contains(&arg.as_str()) {
            args.next().map(String::as_str)
        } else if let Some(value) = runner.options.iter().find_map(|option| {
            // `-Aacme`
            (!option.starts_with("--")).then(|| arg.strip_prefix(option)).flatten()
        }) {
            Some(value)
        } else {
            (runner.positional && !arg.starts_with('-')).then_some(arg.as_str())
        };
        let Some(value) = value else { continue };
        let module = value.split([':', '(']).next().unwrap_or(value);
        if value.ends_with(".py") {
            found.named.push(Target::Path(value.into()));
        } else if is_dotted(module) {
            // `x.wsgi` and `x.asgi` are how Django names its entry points.
            found.by_name |= module.ends_with(".wsgi") || module.ends_with(".asgi");
            found.named.push(Target::Module(module.into()));
        }
    }
}

/// The command line behind `exec`, `env A=b`, `tini --`, `poetry run` and the like.
fn unwrapped(mut argv: &[String]) -> &[String] {
    'peel: while let Some((first, rest)) = argv.split_first() {
        let name = base_name(first);
        for (wrapper, subcommand, operands) in WRAPPERS {
            if name != *wrapper {
                continue;
            }
            let mut rest = rest;
            if let Some(subcommand) = subcommand {
                match rest.iter().position(|word| word == subcommand) {
                    Some(at) => rest = rest.get(at + 1..).unwrap_or(&[]),
                    None => return argv,
                }
            }
            argv = skip_options(rest, *operands);
            continue 'peel;
        }
        break;
    }
    argv
}

/// What follows options, assignments and `operands` further words; `--` ends the options.
fn skip_options(words: &[String], operands: usize) -> &[String] {
    let option = |word: &String| word.starts_with('-') || shell::is_assignment(word);
    let first = words.iter().position(|word| word == "--" || !option(word)).unwrap_or(words.len());
    let after = match words.get(first) {
        Some(dashes) if dashes == "--" => first + 1,
        _ => first + operands,
    };
    let is_program = |word: &String| {
        let name = base_name(word);
        is_shell(name) || is_python(name) || RUNNERS.iter().any(|runner| runner.name == name)
    };
    // The first plain word may still be the value of an option: `--traces_exporter otlp gunicorn`.
    let may_be_value = words.get(first) == words.get(after)
        && first.checked_sub(1).and_then(|at| words.get(at)).is_some_and(|word| word.starts_with('-'));
    let rest = words.get(after..).unwrap_or(&[]);
    match rest.iter().position(is_program) {
        Some(at) if may_be_value => rest.get(at..).unwrap_or(&[]),
        _ => rest,
    }
}

fn base_name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh")
}

fn is_python(name: &str) -> bool {
    ["python", "pypy"]
        .iter()
        .any(|stem| name.strip_prefix(stem).is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.')))
}

/// Whether a word can be a module's dotted name.
pub fn is_dotted(word: &str) -> bool {
    !word.is_empty()
        && word.split('.').all(|part| {
            part.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && part.chars().all(|c| c.is_alphanumeric() || c == '_')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(command: &str) -> String {
        let words = shell::commands(command).concat();
        let found = targets(&words);
        let named = found.named.iter().map(|target| match target {
            Target::Module(name) => format!("m:{name}"),
            Target::Path(name) => format!("p:{name}"),
            Target::Script(name) => format!("s:{name}"),
        });
        let mut named: Vec<String> = named.collect();
        named.extend(found.by_name.then(|| "by-name".into()));
        named.join(" ")
    }

    #[test]
    fn command_lines_name_their_programs() {
        for (command, expected) in [
            ("python -m acme.web --port 80", "m:acme.web"),
            ("python3.12 -u -X dev -m acme", "m:acme"),
            ("/usr/bin/python run.py x.py", "p:run.py"),
            ("python -Wignore -c 'import acme.a; from acme.b import c'", "m:acme.a m:acme.b"),
            ("python -m gunicorn -w 4 acme.web:app", "m:acme.web m:gunicorn"),
            ("gunicorn -b 0.0.0.0:80 acme.web:make()", "m:acme.web s:gunicorn"),
            ("gunicorn site.wsgi", "m:site.wsgi s:gunicorn by-name"),
            ("uvicorn --factory acme.web:app --host ::", "m:acme.web s:uvicorn"),
            ("celery -A acme.tasks worker", "m:acme.tasks m:worker s:celery by-name"),
            ("celery --app=acme:app beat", "m:acme m:beat s:celery by-name"),
            ("python manage.py migrate", "p:manage.py by-name"),
            ("./manage.py migrate", "p:./manage.py s:manage.py by-name"),
            ("label-studio start", "s:label-studio"),
            ("tini -g -- exec env A=b acme-server", "s:acme-server"),
            ("poetry run python -m acme", "m:acme"),
            ("uv run --no-sync acme-server", "s:acme-server"),
            ("opentelemetry-instrument --traces_exporter otlp gunicorn acme:app", "m:acme s:gunicorn"),
            ("gosu app:app python -m acme", "m:acme"),
            ("sh -ec 'cd /x && exec python -m acme'", "m:acme s:cd"),
            ("bash -o pipefail -c 'wait-for db; acme-server'", "s:acme-server s:wait-for"),
            ("bash start.sh", "p:start.sh"),
            ("pythonista x.py", "s:pythonista"),
            ("poetry install", "s:poetry"),
            ("sh", ""),
            ("python", ""),
            ("", ""),
        ] {
            assert_eq!(show(command), expected, "{command}");
        }
    }

    #[test]
    fn endless_wrapping_ends() {
        let deep = (0..NESTING + 2).fold("acme".to_string(), |inner, _| format!("sh -c {inner:?}"));
        assert_eq!(targets(&shell::commands(&deep).concat()).named, []);
    }
}
