//! `--format markdown`: a comment on a pull request, or a job's summary.

use std::io::{self, Write};

use super::findings::{self, Group};
use super::words::{self, count};
use super::{Block, Format, Report, changes, listing, terminal};
use crate::model::*;

/// The format.
pub const FORMAT: Format = Format { name: "markdown", summary: "a comment for a pull request", write };

/// By this line the comment of an earlier run is found again, to be replaced.
pub const MARKER: &str = "<!-- stripcheck -->";
/// Characters of a comment: GitHub takes 65,536; some room is left for what a workflow adds.
const MAX_CHARACTERS: usize = 60_000;
/// Of these, what the table may take, so that some evidence always fits.
const MAX_TABLE: usize = 16_000;
/// What findings may take, with the heading.
const MAX_FINDINGS: usize = 16_000;
/// Names of one image that was not scanned.
const SHOWN_NAMES: usize = 20;

fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let text = match report.content.command {
        "check" | "diff" => comment(report)?,
        _ => format!("{MARKER}\n{}", fenced(&listed(report)?)),
    };
    out.write_all(text.as_bytes())
}

/// The text that a terminal would show, without styles.
fn listed(report: &Report<'_>) -> io::Result<String> {
    let mut bytes = Vec::new();
    (terminal::FORMAT.write)(report, &mut bytes)?;
    Ok(unstyled(&String::from_utf8_lossy(&bytes)))
}

fn comment(report: &Report<'_>) -> io::Result<String> {
    let mut text = format!("{MARKER}\n### stripcheck: {}\n\n", headline(report));
    findings(report, &mut text);
    let told: Vec<&Block> = report
        .blocks
        .iter()
        .filter(|block| block.verdict != Verdict::Safe && !terminal::is_not_scanned(report, block))
        .collect();
    table(report, &told, &mut text);
    let mut end = String::new();
    for image in &report.not_scanned {
        let names: Vec<String> = image.names.iter().take(SHOWN_NAMES).map(|name| code(name)).collect();
        let more = image.names.len().saturating_sub(names.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        end +=
            &format!("- not scanned: {}: {}{more} ({})\n", code(&image.image), names.join(", "), escaped(&image.why));
    }
    let safe: Vec<String> = report
        .blocks
        .iter()
        .filter(|block| block.verdict == Verdict::Safe)
        .filter_map(|block| {
            let (row, _) = terminal::first(report, block)?;
            let change = row.change.map(|change| format!(" ({})", escaped(&changes::words(change, false))));
            let names: Vec<String> = block.names.iter().map(|name| code(name)).collect();
            Some(format!("- {}{}\n", names.join(", "), change.unwrap_or_default()))
        })
        .collect();
    if !safe.is_empty() {
        let lines: String = safe.concat();
        end += &format!("\n<details><summary>{} safe</summary>\n\n{lines}\n</details>\n", report.summary.safe);
    }
    for remark in &report.content.remarks {
        end += &format!("\n{}\n", escaped(remark));
    }
    let closing: Vec<String> = listing::closing(report).iter().map(|line| unstyled(line)).collect();
    end += &format!("\n<sub>{}</sub>\n", escaped(&closing.join(" ")));
    let end = cut(&end, MAX_CHARACTERS / 3);
    let mut left_out = 0;
    for block in &told {
        let evidence = evidence(report, block)?;
        if text.chars().count() + evidence.chars().count() + end.chars().count() > MAX_CHARACTERS - 100 {
            left_out += 1;
        } else {
            text += &evidence;
        }
    }
    if left_out > 0 {
        text +=
            &format!("\nThe evidence of {} is left out here: it is in the full report.\n", count(left_out, "answer"));
    }
    Ok(text + "\n" + &end)
}

fn headline(report: &Report<'_>) -> String {
    let summary = &report.summary;
    if summary.entries == 0 && summary.findings == 0 {
        return "no environment variable of any container changes".into();
    }
    let mut parts = Vec::new();
    for (number, word) in [(summary.r#unsafe, "unsafe"), (summary.review, "for review"), (summary.safe, "safe")] {
        if number > 0 {
            parts.push(format!("{number} {word}"));
        }
    }
    if summary.suppressed > 0 {
        parts.push(format!("{} of them accepted", summary.suppressed));
    }
    if summary.findings > 0 {
        parts.push(count(summary.findings, "finding"));
    }
    parts.join(", ")
}

fn findings(report: &Report<'_>, text: &mut String) {
    let mut left_out = 0;
    for Group { rule, told, named } in findings::groups(report) {
        let mark = match rule.level {
            Level::Error => "\u{274c}",
            Level::Warning => "\u{26a0}\u{fe0f}",
            Level::Note => "\u{2139}\u{fe0f}",
        };
        for (at, finding) in told.iter().enumerate() {
            let said = format!("{}{}", finding.message, findings::place(finding));
            let mut item = format!("- {mark} **{}**: {}\n", escaped(rule.id), escaped(&said));
            if at == 0 && rule.level != Level::Note {
                item += &format!("\n  **next**: {}\n", escaped(rule.remedy));
            }
            if !finding.trace.is_empty() {
                let trace = trace(&finding.trace);
                item += &format!("\n  <details><summary>how it comes about</summary>\n\n{trace}\n  </details>\n");
            }
            if text.chars().count() + item.chars().count() > MAX_FINDINGS {
                left_out += 1;
            } else {
                *text += &item;
            }
        }
        if !named.is_empty() {
            let line = |finding: &&Finding| {
                format!("  - {}\n", escaped(&format!("{}{}", finding.message, findings::place(finding))))
            };
            let lines = cut(&named.iter().map(line).collect::<String>(), MAX_FINDINGS / 4);
            let more = format!("{mark} <b>{}</b>: {}", escaped(rule.id), count(named.len(), "more finding"));
            *text += &format!("- <details><summary>{more}</summary>\n\n{lines}\n  </details>\n");
        }
    }
    if left_out > 0 {
        *text += &format!("\nand {} that the full report has\n", count(left_out, "more finding"));
    }
    for (finding, reason) in findings::accepted(report) {
        let said = format!("{}: {}", finding.rule.id, finding.message);
        *text += &format!("- \u{26aa} accepted: {} ({})\n", escaped(&said), escaped(reason));
    }
    let known = |finding: &&Finding| finding.known && finding.rule.level != Level::Note;
    let known = report.content.findings.iter().filter(known).count();
    if known > 0 {
        *text += &format!("\n{} that the old chart had already\n", count(known, "finding"));
    }
    if !report.content.findings.is_empty() {
        text.push('\n');
    }
}

/// The steps as a numbered list; what comes of them with its label; commands as they are typed.
fn trace(trace: &[TraceLine]) -> String {
    let mut text = String::new();
    let mut steps = true;
    for line in trace {
        if steps && line.kind != TraceKind::Step {
            steps = false;
            text.push('\n');
        }
        text += &match line.kind {
            TraceKind::Step => format!("  1. {}\n", escaped(&line.text)),
            TraceKind::Command => format!("  - **command**:\n\n{}", indented(&fenced(&line.text), "    ")),
            kind => format!("  - **{}**: {}\n", words::told(kind), escaped(&line.text)),
        };
    }
    text
}

fn indented(text: &str, by: &str) -> String {
    text.lines().map(|line| format!("{by}{line}\n")).collect()
}

fn table(report: &Report<'_>, told: &[&Block], text: &mut String) {
    if told.is_empty() {
        return;
    }
    let change = if report.content.change.is_some() { " change |" } else { "" };
    *text += &format!(
        "| | variable |{change} container | why |\n|---|---|{}---|---|\n",
        if change.is_empty() { "" } else { "---|" }
    );
    let mut left_out = 0;
    let before = text.chars().count();
    for block in told {
        let row = row(report, block);
        if text.chars().count() - before + row.chars().count() > MAX_TABLE {
            left_out += 1;
        } else {
            *text += &row;
        }
    }
    if left_out > 0 {
        *text += &format!("\nand {} that the full report has\n", count(left_out, "more answer"));
    }
    text.push('\n');
}

fn row(report: &Report<'_>, block: &Block) -> String {
    let Some((row, judgement)) = terminal::first(report, block) else { return String::new() };
    let mark = match (row.suppressed(), block.verdict) {
        (Some(_), _) => "\u{26aa} accepted",
        (None, Verdict::Unsafe) => "\u{274c} unsafe",
        (None, Verdict::Review) => "\u{26a0}\u{fe0f} review",
        (None, Verdict::Safe) => "\u{2705} safe",
    };
    let names: Vec<String> = block.names.iter().take(SHOWN_NAMES).map(|name| code(name)).collect();
    let change = row.change.map(|change| format!(" {} |", escaped(&changes::words(change, false)))).unwrap_or_default();
    let others = block.entries.len().saturating_sub(1);
    let others = if others > 0 { format!(" and {others} more") } else { String::new() };
    let mut container = escaped(&words::container(row.container));
    if let [_, _, ..] = block.charts.as_slice() {
        container = format!("{}<br>{container}", escaped(&block.charts.join(", ")));
    }
    let mut why: Vec<String> = judgement.reasons.iter().map(|reason| escaped(&reason.text)).collect();
    let read =
        judgement.reads.iter().take(judgement.decisive.min(1)).filter_map(|id| report.content.scan.reads.get(*id));
    why.extend(read.map(|read| format!("without it: {}", escaped(&words::without(read)))));
    why.extend(row.suppressed().map(|reason| format!("accepted: {}", escaped(reason))));
    format!("| {mark} | {} |{change} {container}{others} | {} |\n", names.join(", "), why.join("<br>"))
}

/// What a terminal would show of a block, folded.
fn evidence(report: &Report<'_>, block: &Block) -> io::Result<String> {
    let mut bytes = Vec::new();
    terminal::write_block(report, block, &mut bytes)?;
    let names: Vec<String> = block.names.iter().take(SHOWN_NAMES).map(|name| html(name)).collect();
    let text = unstyled(&String::from_utf8_lossy(&bytes));
    let summary = names.join(", ");
    Ok(format!(
        "<details><summary><code>{summary}</code>: evidence</summary>\n\n{}\n</details>\n",
        fenced(text.trim_end())
    ))
}

/// A block of text as it is.
fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '~').map(str::len).max().unwrap_or(0);
    let fence = "~".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n", text.trim_end())
}

/// Without styles (`ESC [ … m`).
fn unstyled(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}

/// A name, as code, also in a table.
fn code(text: &str) -> String {
    let text: String = text.chars().map(|c| if c == '`' || c.is_control() { '\'' } else { c }).collect();
    format!("`{}`", text.replace('|', "\\|"))
}

/// Text in which nothing is markup, and nobody is mentioned.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '&' => out += "&amp;",
            '@' => out += "&#64;",
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// At most so many characters, in whole lines.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.into();
    }
    let mut out = String::new();
    for line in text.lines() {
        if out.chars().count() + line.chars().count() > most {
            break;
        }
        out.push_str(line);
        out.push('\n');
    }
    // What was opened is closed.
    let open = out.matches("<details>").count() > out.matches("</details>").count();
    out + if open { "\n</details>\n" } else { "" } + "\nand more that the full report has\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(escaped("a|b_c <d> @e"), "a\\|b\\_c &lt;d&gt; &#64;e");
        assert_eq!(code("a`|b"), "`a'\\|b`");
        assert_eq!(unstyled("\u{1b}[1mA\u{1b}[0m b"), "A b");
        assert!(fenced("~~~~\nx").starts_with("~~~~~text\n"));
    }

    #[test]
    fn what_is_cut_is_closed() {
        let text = format!("<details>\n{}</details>\n", "line\n".repeat(100));
        let cut = cut(&text, 100);
        assert!(cut.chars().count() < 200 && cut.contains("</details>"), "{cut}");
        assert_eq!(super::cut("a\n", 10), "a\n");
    }
}
