//! Text for a terminal: styles, and lines of at most [`WIDTH`] columns.

use anstyle::{AnsiColor, Color, Style};

/// Columns that fit nearly every terminal and log viewer.
pub const WIDTH: usize = 100;

const fn coloured(color: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(color)))
}

/// What must not go.
pub const UNSAFE: Style = coloured(AnsiColor::Red).bold();
/// What a person has to look at.
pub const REVIEW: Style = coloured(AnsiColor::Yellow).bold();
/// What can go.
pub const SAFE: Style = coloured(AnsiColor::Green).bold();
/// What stands beside the point.
pub const DIM: Style = Style::new().dimmed();
/// Names.
pub const BOLD: Style = Style::new().bold();

/// `text` in a style.
pub fn styled(style: Style, text: &str) -> String {
    if text.trim().is_empty() {
        return text.into();
    }
    format!("{style}{text}{style:#}")
}

/// Breaks `text` at spaces into lines that fit beside `indent` columns. A word that is too long
/// gets a line of its own: paths stay whole, so that they can be clicked.
pub fn wrapped(text: &str, indent: usize) -> Vec<String> {
    let room = WIDTH.saturating_sub(indent).max(20);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(word) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.into()),
        }
    }
    lines
}

/// Columns of a text, near enough: one for each character outside of style sequences (`ESC [ … m`).
pub fn columns(text: &str) -> usize {
    let mut styles = text.split('\u{1b}');
    let before = styles.next().map_or(0, |text| text.chars().count());
    before + styles.map(|style| style.split_once('m').map_or(0, |(_, text)| text.chars().count())).sum::<usize>()
}

/// `text` without what could move the cursor: file names and manifests are other people's words.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Pads `text` with spaces to `width` columns; at least one follows.
pub fn padded(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(columns(text)).max(1);
    format!("{text}{}", " ".repeat(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_only() {
        let long = "x".repeat(90);
        for (text, indent, expected) in [
            ("a b c", 0, vec!["a b c"]),
            ("", 0, vec![]),
            (&format!("{long} b {long}"), 4, vec![&format!("{long} b"), long.as_str()]),
            (&format!("a {long}{long}"), 4, vec!["a", &format!("{long}{long}")]),
        ] {
            assert_eq!(wrapped(text, indent), expected);
        }
        assert_eq!(columns(&styled(UNSAFE, "abc")), 3);
        assert_eq!((padded("ab", 4), padded("abcd", 4)), ("ab  ".into(), "abcd ".into()));
        assert_eq!(plain("a\u{1b}[31m"), "a\u{fffd}[31m");
    }
}
