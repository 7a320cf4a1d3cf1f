//! Code inside of manifests: an inline `python -c`, a settings file in a ConfigMap.

/// What programs call their environment, as far as a name in quotes or after a dot follows. In Python
/// (`os.environ`, `os.getenv`, the `env(…)` of several libraries), JavaScript, Ruby, shell.
const READERS: [&str; 6] = ["environ", "getenv", "process.env", "ENV", "env", "printenv"];
/// Methods that take the name as their first argument.
const METHODS: [&str; 4] = [".get", ".pop", ".setdefault", ".fetch"];

/// The names of variables that code in `text` seems to read. No language is parsed: it is for texts
/// of which only names known from elsewhere are asked.
pub fn reads(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for reader in READERS {
        for (at, _) in text.match_indices(reader) {
            let word = |c: char| c.is_alphanumeric() || c == '_';
            let rest = &text[at + reader.len()..];
            if !text[..at].ends_with(word) && !rest.starts_with(word) {
                out.extend(name(reader, rest));
            }
        }
    }
    out
}

/// The name that follows a reader.
fn name<'a>(reader: &str, rest: &'a str) -> Option<&'a str> {
    let rest = METHODS.iter().find_map(|method| rest.strip_prefix(method)).unwrap_or(rest);
    let quoted = |open: char| {
        let inner = rest.strip_prefix(open)?.trim_start();
        inner.strip_prefix(['"', '\''])
    };
    let name = match reader {
        "printenv" => rest.strip_prefix(' ')?.trim_start(),
        "process.env" => rest.strip_prefix('.').or_else(|| quoted('['))?,
        "getenv" | "env" => quoted('(')?,
        _ => quoted('[').or_else(|| quoted('('))?,
    };
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || "_-.".contains(c))).unwrap_or(name.len());
    let end = if reader == "process.env" { name.find(['.', '-']).unwrap_or(end).min(end) } else { end };
    (end > 0).then_some(&name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_code_reads() {
        let table: [(&str, &[&str]); 8] = [
            ("os.environ[\"A\"] + os.environ.get( 'B', '')", &["A", "B"]),
            ("os.getenv('A')\nenv(\"B\")", &["A", "B"]),
            ("process.env.A.trim() process.env['B']", &["A", "B"]),
            ("ENV['A'] ENV.fetch(\"B\")", &["A", "B"]),
            ("printenv A | cat", &["A"]),
            ("os.environ[name] environment['A'] my_env('B')", &[]),
            ("env: A\n- name: env", &[]),
            ("environ[\"", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(reads(text), expected, "{text}");
        }
    }
}
