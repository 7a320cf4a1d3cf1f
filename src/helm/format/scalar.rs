//! How a string is written in YAML: goyaml v2's choice of style, and the emitter it took over from libyaml
//! (`encode.go` `stringv`, `emitterc.go` `yaml_emitter_analyze_scalar` and the writers).

use super::super::text::Text;
use crate::yaml::{self, Kind};

/// The column from which plain and quoted scalars are folded.
const WIDTH: usize = 80;

/// The style of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// A literal block.
    Literal,
}

/// What an analysis of a string's characters says.
struct Analysis {
    plain: bool,
    single: bool,
    block: bool,
    multiline: bool,
}

/// What style a string gets; `key` if it is the key of a mapping.
pub fn style(text: &str, key: bool) -> Style {
    let resolved = yaml::resolve(text) == Kind::Text && !is_timestamp(text) && !is_base60(text) && text != "<<";
    let analysis = analyse(text);
    let mut style = match (text.contains('\n'), resolved) {
        (true, _) => Style::Literal,
        (false, true) => Style::Plain,
        (false, false) => Style::Double,
    };
    if key && analysis.multiline {
        style = Style::Double;
    }
    if style == Style::Plain && (!analysis.plain || text.is_empty() || (key && analysis.multiline)) {
        style = Style::Single;
    }
    if style == Style::Single && !analysis.single {
        style = Style::Double;
    }
    if style == Style::Literal && (!analysis.block || key) {
        style = Style::Double;
    }
    style
}

/// Numbers in base 60 of YAML 1.1 (`isBase60Float`).
fn is_base60(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut parts = digits.split(':');
    let first = parts.next().unwrap_or_default();
    let digit = |c: char| c.is_ascii_digit() || c == '_';
    if !first.starts_with(|c: char| c.is_ascii_digit()) || !first.chars().all(digit) {
        return false;
    }
    let rest: Vec<&str> = parts.collect();
    let Some((last, middle)) = rest.split_last() else { return false };
    let last =
        last.split_once('.').map_or(*last, |(whole, fraction)| if fraction.chars().all(digit) { whole } else { "?" });
    let sixty = |part: &str| {
        (1..=2).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_digit())
            && (part.len() == 1 || part.starts_with(|c| ('0'..='5').contains(&c)))
    };
    middle.iter().all(|part| sixty(part)) && sixty(last)
}

/// Dates and times as goyaml takes them (`allowedTimestampFormats` of `resolve.go`).
pub fn is_timestamp(text: &str) -> bool {
    let digits = |part: &str, range: std::ops::RangeInclusive<usize>| {
        range.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let number = |part: &str| part.parse::<u32>().unwrap_or(99);
    let lengths = digits(year, 4..=4) && digits(month, 1..=2) && digits(day, 1..=2);
    if !lengths || !(1..=12).contains(&number(month)) || !(1..=31).contains(&number(day)) {
        return false;
    }
    let Some(time) = time else { return true };
    let end = time.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(time.len());
    let (clock, zone) = time.split_at(end);
    let clock: Vec<&str> = clock.split('.').next().unwrap_or_default().split(':').collect();
    let [hour, minute, second] = clock[..] else { return false };
    let zone = zone.trim_start();
    digits(hour, 1..=2)
        && digits(minute, 1..=2)
        && digits(second, 1..=2)
        && (zone.is_empty() || zone == "Z" || zone.starts_with(['+', '-']))
}

fn analyse(text: &str) -> Analysis {
    let mut out = Analysis { plain: true, single: true, block: true, multiline: false };
    let (mut leading_space, mut leading_break) = (false, false);
    let (mut trailing_space, mut trailing_break) = (false, false);
    let (mut break_space, mut space_break, mut special) = (false, false, false);
    let (mut previous_space, mut previous_break) = (false, false);
    let mut plain = !(text.starts_with("---") || text.starts_with("..."));
    let mut after_space = true;
    let chars: Vec<char> = text.chars().collect();
    for (index, &c) in chars.iter().enumerate() {
        let (first, last) = (index == 0, index + 1 == chars.len());
        let next_blank = chars.get(index + 1).is_none_or(|&c| is_blank(c) || is_break(c));
        match c {
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' if first => {
                plain = false;
            }
            '?' | '-' | ':' if first && next_blank => plain = false,
            ':' if next_blank => plain = false,
            '#' if !first && after_space => plain = false,
            _ => {}
        }
        if !printable(c) {
            special = true;
        }
        let breaks = is_break(c);
        out.multiline |= breaks;
        if is_blank(c) && c == ' ' {
            leading_space |= first;
            trailing_space |= last;
            break_space |= previous_break;
            (previous_space, previous_break) = (true, false);
        } else if breaks {
            leading_break |= first;
            trailing_break |= last;
            space_break |= previous_space;
            (previous_space, previous_break) = (false, true);
        } else {
            (previous_space, previous_break) = (false, false);
        }
        after_space = is_blank(c) || breaks;
    }
    if leading_space || leading_break || trailing_space || trailing_break {
        plain = false;
    }
    if trailing_space {
        out.block = false;
    }
    if break_space {
        plain = false;
        out.single = false;
    }
    if space_break || special {
        plain = false;
        out.single = false;
        out.block = false;
    }
    out.plain = plain && !out.multiline;
    out
}

fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t'
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What goyaml's emitter writes without an escape (`is_printable`; a tab is not).
fn printable(c: char) -> bool {
    c == '\n'
        || matches!(c, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
}

/// Writes a scalar at `column`; its further lines are indented by `indent`. Gives the column after it.
pub fn write(text: &Text, style: Style, column: usize, indent: usize, key: bool, out: &mut Text) -> usize {
    let mut writer = Writer { text, out, column, indent, folds: !key };
    match style {
        Style::Plain => writer.plain(),
        Style::Single => writer.single(),
        Style::Double => writer.double(),
        Style::Literal => writer.literal(),
    }
    writer.column
}

struct Writer<'a> {
    text: &'a Text,
    out: &'a mut Text,
    column: usize,
    indent: usize,
    folds: bool,
}

impl Writer<'_> {
    fn put(&mut self, text: &str, at: usize) {
        self.out.push(text, self.text.origin_at(at));
        self.column += text.chars().count();
    }

    fn line(&mut self, at: usize) {
        self.out.push(&format!("\n{}", " ".repeat(self.indent)), self.text.origin_at(at));
        self.column = self.indent;
    }

    /// Copies the text, and folds it at single spaces beyond the width. In single quotes (`quoted`) a
    /// quote is doubled, and spaces at both ends stay.
    fn folding(&mut self, quoted: bool) {
        let text = self.text.as_str();
        let (mut from, mut spaces) = (0, false);
        for (at, c) in text.char_indices() {
            self.column += 1;
            if c != ' ' {
                spaces = false;
                if quoted && c == '\'' {
                    // The slice ends with the quote, and the next begins with it again.
                    self.out.push_slice(self.text, from..at + 1);
                    self.column += 1;
                    from = at;
                }
                continue;
            }
            let next = text[at + 1..].chars().next();
            let inner = !quoted || at > 0;
            if self.folds && !spaces && inner && self.column > WIDTH + 1 && next.is_some_and(|c| c != ' ') {
                self.out.push_slice(self.text, from..at);
                self.line(at);
                from = at + 1;
            }
            spaces = true;
        }
        self.out.push_slice(self.text, from..text.len());
    }

    fn plain(&mut self) {
        self.folding(false);
    }

    fn single(&mut self) {
        self.put("'", 0);
        self.folding(true);
        self.put("'", 0);
    }

    fn double(&mut self) {
        self.put("\"", 0);
        let text = self.text.as_str();
        let mut spaces = false;
        let mut from = 0;
        for (at, c) in text.char_indices() {
            let after = at + c.len_utf8();
            let escape = match c {
                '\0' => Some("\\0".into()),
                '\u{7}' => Some("\\a".into()),
                '\u{8}' => Some("\\b".into()),
                '\t' => Some("\\t".into()),
                '\n' => Some("\\n".into()),
                '\u{b}' => Some("\\v".into()),
                '\u{c}' => Some("\\f".into()),
                '\r' => Some("\\r".into()),
                '\u{1b}' => Some("\\e".into()),
                '"' => Some("\\\"".into()),
                '\\' => Some("\\\\".into()),
                '\u{85}' => Some("\\N".into()),
                '\u{a0}' if !printable(c) => Some("\\_".into()),
                '\u{2028}' => Some("\\L".into()),
                '\u{2029}' => Some("\\P".into()),
                c if !printable(c) && u32::from(c) <= 0xff => Some(format!("\\x{:02X}", u32::from(c))),
                c if !printable(c) && u32::from(c) <= 0xffff => Some(format!("\\u{:04X}", u32::from(c))),
                c if !printable(c) => Some(format!("\\U{:08X}", u32::from(c))),
                _ => None,
            };
            if let Some(escape) = escape {
                self.out.push_slice(self.text, from..at);
                self.put(&escape, at);
                from = after;
                spaces = false;
            } else if c == ' ' {
                let fold = self.folds && !spaces && self.column > WIDTH && at > 0 && after < text.len();
                if fold {
                    self.out.push_slice(self.text, from..at);
                    self.line(at);
                    if text[after..].starts_with(' ') {
                        self.put("\\", at);
                    }
                    from = after;
                } else {
                    self.column += 1;
                }
                spaces = true;
            } else {
                self.column += 1;
                spaces = false;
            }
        }
        self.out.push_slice(self.text, from..text.len());
        self.put("\"", 0);
    }

    fn literal(&mut self) {
        let text = self.text.as_str();
        self.put("|", 0);
        if text.starts_with([' ', '\n', '\r']) {
            self.put("2", 0);
        }
        let trimmed = text.trim_end_matches('\n');
        match text.len() - trimmed.len() {
            0 => self.put("-", 0),
            1 if !trimmed.is_empty() => {}
            _ => self.put("+", 0),
        }
        let mut at = 0;
        let body = text.strip_suffix('\n').unwrap_or(text);
        for line in body.split('\n') {
            if line.is_empty() {
                self.out.push("\n", self.text.origin_at(at));
            } else {
                self.line(at);
                self.out.push_slice(self.text, at..at + line.len());
            }
            at += line.len() + 1;
        }
    }
}
