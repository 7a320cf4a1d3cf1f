//! `--format jsonl`: one object a line: the reads for `reads`, else the entries; as in `json`.

use std::io::{self, Write};

use super::{Format, Report, json};

/// The format.
pub const FORMAT: Format = Format { name: "jsonl", summary: "one JSON object a line, as in json", write };

fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    if matches!(report.content.command, "reads" | "explain") {
        for row in &report.reads {
            serde_json::to_writer(&mut *out, &json::read(report, row))?;
            writeln!(out)?;
        }
    } else {
        for row in &report.entries {
            serde_json::to_writer(&mut *out, &json::entry(report, row))?;
            writeln!(out)?;
        }
    }
    Ok(())
}
