//! `accept`: writes into the settings that a person accepts an answer.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::diff::{self, Compared};
use super::gather::Gathered;
use super::judged::{Judged, judged};
use super::{Job, load, output, roots, status};
use crate::model::{Accepted, AcceptedFinding, Chart, Failure, Verdict};
use crate::progress::Progress;
use crate::release;
use crate::verdict::{self, Question};

/// What is accepted.
#[derive(Debug, Clone)]
pub struct Accepting {
    /// The variables, and rules of releases.
    pub names: Vec<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<String>,
    /// The revision with the variables, if the chart no longer has them.
    pub base: Option<String>,
    /// The settings that it is written to.
    pub config: PathBuf,
}

/// Does it; the exit status is 0.
///
/// # Errors
/// If there is nothing to accept, or the settings cannot be written.
pub fn run(job: &Job, accepting: &Accepting) -> Result<u8, Failure> {
    let progress = Progress::start();
    let (named, names): (Vec<String>, Vec<String>) =
        accepting.names.iter().cloned().partition(|name| release::rules::find(name).is_some());
    let findings = if named.is_empty() { Vec::new() } else { of_findings(job, accepting, &named, &progress)? };
    let accepting = &Accepting { names, ..accepting.clone() };
    let rules = match &accepting.base {
        _ if accepting.names.is_empty() => Vec::new(),
        Some(_) => of_change(job, accepting, &progress)?,
        None => of_chart(job, accepting, &progress)?,
    };
    drop(progress);
    let mut missing = accepting.names.iter().filter(|name| !rules.iter().any(|rule| rule.var == **name));
    if let Some(name) = missing.next() {
        return Err(Failure::new(format!("{name}: safe wherever it is set or stripped; there is nothing to accept")));
    }
    let entries = rules.iter().map(written).chain(findings.iter().map(written_finding));
    append(&accepting.config, &entries.collect::<String>())?;
    let place = |rule: &Accepted| {
        let container = rule.container.as_deref().unwrap_or("?");
        format!("accepted: {} in {}, container {container}\n", rule.var, rule.workload.as_deref().unwrap_or("?"))
    };
    let about = |rule: &AcceptedFinding| format!("accepted: {} about {}\n", rule.rule, rule.about.join(", "));
    let told: String = rules.iter().map(place).chain(findings.iter().map(about)).collect();
    output::print(&format!("{told}written to {}\n", accepting.config.display()))?;
    Ok(0)
}

/// The variables as the chart sets them now; what it no longer sets is looked for in what a change strips.
fn of_chart(job: &Job, accepting: &Accepting, progress: &Progress) -> Result<Vec<Accepted>, Failure> {
    let Ok(input) = roots::chart_input(job) else { return of_change(job, accepting, progress) };
    let chart = load(job, &input)?;
    if let Err(failure) = roots::require_entries(&chart, &accepting.names) {
        // Outside of a repository that is all there is to say.
        return of_change(job, accepting, progress).map_err(|_| failure);
    }
    let question = Question { names: accepting.names.clone(), ..Question::default() };
    let judged = judged(job, Gathered::new(job)?, &chart, question, &[&input], progress)?;
    Ok(rules(&chart, &judged, accepting))
}

fn of_change(job: &Job, accepting: &Accepting, progress: &Progress) -> Result<Vec<Accepted>, Failure> {
    let compared = Compared::Revisions { base: accepting.base.clone(), head: None };
    let (_, change, judged) = diff::compared(job, &compared, progress)?;
    Ok(rules(&change.subject, &judged, accepting))
}

/// What a change does to a release, by the rules that are named.
fn of_findings(
    job: &Job,
    accepting: &Accepting,
    rules: &[String],
    progress: &Progress,
) -> Result<Vec<AcceptedFinding>, Failure> {
    let compared = Compared::Revisions { base: accepting.base.clone(), head: None };
    let (told, change, judged) = diff::compared(job, &compared, progress)?;
    let (findings, _) = diff::explored(job, &told, &change, &judged);
    let of_rule = |rule: &String| {
        let all = findings.iter().filter(|finding| finding.rule.id == rule && !finding.known);
        let about: BTreeSet<String> = all.flat_map(|finding| finding.subjects.iter().cloned()).collect();
        if about.is_empty() {
            return Err(Failure::new(format!("{rule}: this change has no such finding; there is nothing to accept")));
        }
        Ok(AcceptedFinding {
            rule: rule.clone(),
            about: about.into_iter().collect(),
            reason: accepting.reason.clone(),
            until: accepting.until.clone(),
        })
    };
    rules.iter().map(of_rule).collect()
}

fn rules(chart: &Chart, judged: &Judged, accepting: &Accepting) -> Vec<Accepted> {
    let codes = status::codes();
    let open = judged.judgements.iter().filter(|judgement| judgement.verdict != Verdict::Safe);
    let rule = |judgement| -> Option<Accepted> {
        let judgement: &crate::model::Judgement = judgement;
        let entry = chart.entries.get(judgement.entry).filter(|entry| accepting.names.contains(&entry.name))?;
        let container = chart.containers.get(entry.container)?;
        Some(Accepted {
            var: entry.name.clone(),
            chart: container.chart.as_deref().and_then(|chart| chart.split('/').next()).map(String::from),
            workload: Some(verdict::workload(container)),
            container: Some(container.name.clone()),
            because: (codes.reasons)(judgement).into_iter().map(String::from).collect(),
            readers: verdict::accepted_readers(&judged.scan, judgement, &codes),
            reason: accepting.reason.clone(),
            until: accepting.until.clone(),
        })
    };
    open.filter_map(rule).collect()
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.into()).to_string()
}

/// As it stands in the settings.
fn written_finding(rule: &AcceptedFinding) -> String {
    let about: String = rule.about.iter().map(|subject| format!("    {},\n", quoted(subject))).collect();
    let until = rule.until.as_ref().map(|until| format!("until = {}\n", quoted(until))).unwrap_or_default();
    format!(
        "\n[[accept-finding]]\nrule = {}\nabout = [\n{about}]\nreason = {}\n{until}",
        quoted(&rule.rule),
        quoted(&rule.reason)
    )
}

/// As it stands in the settings.
fn written(rule: &Accepted) -> String {
    let field = |name: &str, value: &Option<String>| match value {
        Some(value) => format!("{name} = {}\n", quoted(value)),
        None => String::new(),
    };
    let because: Vec<String> = rule.because.iter().map(|code| quoted(code)).collect();
    let reader = |reader: &crate::model::AcceptedReader| {
        let (owner, name, effect) = (quoted(&reader.owner), quoted(&reader.name), quoted(&reader.effect));
        format!("    {{ owner = {owner}, name = {name}, effect = {effect} }},\n")
    };
    let readers: String = rule.readers.iter().map(reader).collect();
    let readers = if readers.is_empty() { String::new() } else { format!("readers = [\n{readers}]\n") };
    format!(
        "\n[[accept]]\nvar = {}\n{}{}{}because = [{}]\n{readers}reason = {}\n{}",
        quoted(&rule.var),
        field("chart", &rule.chart),
        field("workload", &rule.workload),
        field("container", &rule.container),
        because.join(", "),
        quoted(&rule.reason),
        field("until", &rule.until),
    )
}

fn append(path: &Path, text: &str) -> Result<(), Failure> {
    let fail = |error: std::io::Error| Failure::new(format!("{}: cannot be written: {error}", path.display()));
    let before = match std::fs::read_to_string(path) {
        Ok(before) => before,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(fail(error)),
    };
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let text = if before.is_empty() { text.trim_start().to_string() } else { format!("{before}{gap}{text}") };
    output::replace(path, text.as_bytes()).map_err(fail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AcceptedReader;

    #[test]
    fn what_is_written_can_be_read() {
        let reader = AcceptedReader { owner: "acme".into(), name: "a \"b\"\n".into(), effect: "unknown".into() };
        let rule = Accepted {
            var: "A".into(),
            workload: Some("Deployment/web".into()),
            because: vec!["read".into()],
            readers: vec![reader],
            reason: "it's \\ fine".into(),
            until: Some("2026-12-31".into()),
            ..Accepted::default()
        };
        let table: toml::Table = written(&rule).parse().expect("TOML");
        let accept = &table["accept"][0];
        assert_eq!(accept["reason"].as_str(), Some("it's \\ fine"));
        assert_eq!(accept["readers"][0]["name"].as_str(), Some("a \"b\"\n"));
    }
}
