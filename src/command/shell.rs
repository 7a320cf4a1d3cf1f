//! The simple commands of a shell script, near enough to find out what programs it runs.

/// Words that stand before a command without being one.
const KEYWORDS: &[&str] = &[
    "if", "then", "elif", "else", "fi", "while", "until", "do", "done", "for", "case", "esac", "in", "!", "{", "}",
    "function", "select", "[[", "]]",
];

/// Splits a script into simple commands, each a list of words without quotes, redirections,
/// keywords and leading assignments. Expansions stay as they are written.
pub fn commands(script: &str) -> Vec<Vec<String>> {
    let mut lexer = Lexer::default();
    let mut chars = script.chars().peekable();
    while let Some(c) = chars.next() {
        match (lexer.quote, c) {
            (Some('\''), '\'') | (Some('"'), '"') => lexer.quote = None,
            (Some('"'), '\\') | (None, '\\') => match chars.next() {
                Some('\n') | None => {}
                Some(escaped) => lexer.push(escaped),
            },
            (Some(_), _) => lexer.push(c),
            (None, '\'' | '"') => {
                lexer.quote = Some(c);
                lexer.open = true;
            }
            (None, '#') if !lexer.open => while chars.next_if(|c| *c != '\n').is_some() {},
            (None, '\n' | ';' | '|' | '(' | ')') => lexer.end_command(),
            // `2>&1` is a redirection, `a & b` are two commands.
            (None, '&') if !lexer.word.ends_with(['>', '<']) => lexer.end_command(),
            (None, _) if c.is_whitespace() => lexer.end_word(),
            (None, _) => lexer.push(c),
        }
    }
    lexer.end_command();
    lexer.commands
}

#[derive(Default)]
struct Lexer {
    commands: Vec<Vec<String>>,
    words: Vec<String>,
    word: String,
    /// Whether a word has begun: `''` is a word too.
    open: bool,
    quote: Option<char>,
    /// Whether the next word is the file of a redirection.
    redirected: bool,
}

impl Lexer {
    fn push(&mut self, c: char) {
        self.word.push(c);
        self.open = true;
    }

    fn end_word(&mut self) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        let word = std::mem::take(&mut self.word);
        if std::mem::take(&mut self.redirected) {
            return;
        }
        let operator = word.trim_start_matches(|c: char| c.is_ascii_digit());
        if operator.starts_with(['>', '<']) {
            self.redirected = operator.trim_start_matches(['>', '<', '&']).is_empty();
            return;
        }
        let leads = self.words.is_empty();
        if !(leads && (KEYWORDS.contains(&word.as_str()) || is_assignment(&word))) {
            self.words.push(word);
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        self.redirected = false;
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }
}

/// Whether a word is `NAME=value`.
pub fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_fall_into_commands() {
        for (script, expected) in [
            ("a b", "a b"),
            ("set -e && exec gunicorn 'x y' # c\n", "set -e|exec gunicorn x y"),
            ("if [ -n \"$A\" ]; then\n python m.py\nfi", "[ -n $A ]|python m.py"),
            ("A=1 B='2 3' python -m m > /dev/null 2>&1", "python -m m"),
            ("python \\\n -m m; wait", "python -m m|wait"),
            ("(a & b) | c", "a|b|c"),
            ("while ! nc -z db 1; do sleep 1; done", "nc -z db 1|sleep 1"),
            ("echo '#' a#b", "echo # a#b"),
            ("\"unclosed", "unclosed"),
            ("", ""),
        ] {
            let found: Vec<String> = commands(script).iter().map(|words| words.join(" ")).collect();
            assert_eq!(found.join("|"), expected, "{script}");
        }
    }
}
