//! `--format github`: [workflow commands][1] that put remarks beside the lines of a pull request.
//!
//! [1]: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands

use std::io::{self, Write};

use super::layout::plain;
use super::points::{Point, points};
use super::{Format, Report, listing};
use crate::model::Level;

/// The format.
pub const FORMAT: Format = Format { name: "github", summary: "annotations for GitHub Actions", write };

fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for point in points(report) {
        write_point(&point, out)?;
    }
    for image in &report.not_scanned {
        let names = image.names.join(", ");
        writeln!(out, "::notice title=not scanned::{}", data(&format!("{}: {names} ({})", image.image, image.why)))?;
    }
    // The log is read by people; nothing in it may be taken for a command.
    for line in listing::closing(report) {
        writeln!(out, "stripcheck: {line}")?;
    }
    Ok(())
}

fn write_point(point: &Point, out: &mut dyn Write) -> io::Result<()> {
    let command = match point.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some((file, line)) = point.places.first() {
        properties.push(format!("file={}", property(file)));
        properties.extend(line.map(|line| format!("line={line}")));
    }
    properties.push(format!("title={}", property(&point.title)));
    let accepted = point.suppressed.as_ref().map(|reason| format!("accepted: {reason}. ")).unwrap_or_default();
    let message = data(&format!("{accepted}{}", point.message));
    writeln!(out, "::{command} {}::{message}", properties.join(","))
}

/// The text of a command, as the runner's own library writes it (`escapeData` of @actions/core).
fn data(text: &str) -> String {
    let text: String = text.chars().filter(|c| matches!(c, '\n' | '\r') || !c.is_control()).collect();
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command (`escapeProperty`).
fn property(text: &str) -> String {
    plain(&data(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_cannot_be_broken() {
        let point = Point {
            rule: "read".into(),
            level: Level::Error,
            title: "A, B: 100 %".into(),
            message: "first\n::error::second 50%\u{1b}[0m".into(),
            places: vec![("a,b:c.yaml".into(), Some(3))],
            reads: vec![],
            id: String::new(),
            suppressed: None,
        };
        let mut out = Vec::new();
        assert!(write_point(&point, &mut out).is_ok());
        let expected = "::error file=a%2Cb%3Ac.yaml,line=3,title=A%2C B%3A 100 %25::first%0A::error::second 50%25[0m\n";
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }
}
