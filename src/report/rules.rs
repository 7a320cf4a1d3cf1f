//! The rules of releases, told from their table: one for `explain`, all for the documentation.

use super::words::Coded;
use crate::model::Rule;

/// Everything about one rule.
pub fn rule(rule: &Rule) -> String {
    let mut text = format!(
        "{} ({})\n{}\n\nWhy: {}\n\nWhat to do: {}\n",
        rule.id,
        rule.level.code(),
        rule.summary,
        rule.why,
        rule.remedy
    );
    for (at, link) in rule.docs.iter().enumerate() {
        text += if at == 0 { "\nSee:\n" } else { "" };
        text += &format!("  {link}\n");
    }
    text
}

/// The page of all rules.
pub fn page(rules: &[&Rule]) -> String {
    let mut text = String::from(
        "# Rules of releases\n\n`stripcheck diff OLD NEW` goes through every state that the upgrade can stop in and checks them. \
         An error that the old chart did not have makes the exit status 1. This page is made from the table in \
         `src/release/rules.rs`; `stripcheck explain RULE` prints one.\n",
    );
    for rule in rules {
        text += &format!(
            "\n## {}\n\n{}: {}\n\n{}\n\n**What to do.** {}\n",
            rule.id,
            rule.level.code(),
            rule.summary,
            rule.why,
            rule.remedy
        );
        let links: Vec<String> = rule.docs.iter().map(|link| format!("<{link}>")).collect();
        if !links.is_empty() {
            text += &format!("\nSee {}\n", links.join(", "));
        }
    }
    text
}
