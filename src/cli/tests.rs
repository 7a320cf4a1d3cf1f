use super::*;
use crate::model::Effect;

fn job(line: &str) -> Result<Job, Failure> {
    let cli = Cli::try_parse_from(line.split(' ')).map_err(|error| Failure::new(error.to_string()))?;
    resolve(cli, "/nowhere".into(), None)
}

#[test]
fn the_definition_is_consistent() {
    <Cli as clap::CommandFactory>::command().debug_assert();
}

#[test]
fn names_make_unsafe_a_failure() {
    for (line, expected) in [
        ("stripcheck check", FailOn::Never),
        ("stripcheck check A", FailOn::Unsafe),
        ("stripcheck check --fail-on unsafe", FailOn::Unsafe),
        ("stripcheck check A --fail-on never", FailOn::Never),
        ("stripcheck check A --strict", FailOn::Review),
        ("stripcheck check --strict", FailOn::Review),
        ("stripcheck check A --strict --fail-on unsafe", FailOn::Review),
        ("stripcheck check A --strict --fail-on fails-on-use", FailOn::EffectOrReview(Effect::FailsOnUse)),
        ("stripcheck reads", FailOn::Never),
    ] {
        assert_eq!(job(line).map(|job| job.fail_on), Ok(expected), "{line}");
    }
    assert!(job("stripcheck check --fail-on sometimes").is_err());
    assert!(job("stripcheck check A --strict --fail-on never").is_err(), "a contradiction");
}

#[test]
fn flags_win_over_settings_about_the_exit_status() {
    let told =
        |fail_on: Option<&str>, strict| Settings { fail_on: fail_on.map(String::from), strict, ..Settings::default() };
    for (fail_on, strict, settings, expected) in [
        (None, false, told(Some("never"), false), Some(FailOn::Never)),
        (None, true, told(Some("never"), false), Some(FailOn::Review)),
        (Some("never"), false, told(None, true), Some(FailOn::Never)),
        (Some("unsafe"), false, told(Some("never"), true), Some(FailOn::Unsafe)),
        (None, false, told(Some("unsafe"), true), Some(FailOn::Review)),
        (None, false, told(Some("never"), true), None),
    ] {
        let flags = Threshold { fail_on: fail_on.map(String::from), strict, named: true };
        assert_eq!(flags.resolve(&settings).ok(), expected, "{fail_on:?} {strict} {settings:?}");
    }
}

#[test]
fn outputs_know_their_formats() {
    for (flag, format, path) in [
        ("a.json", "json", "a.json"),
        ("a.txt", "terminal", "a.txt"),
        ("a.md", "markdown", "a.md"),
        ("a.sarif", "sarif", "a.sarif"),
        ("jsonl=a.json", "jsonl", "a.json"),
        ("./x=a.json", "json", "./x=a.json"),
    ] {
        let job = job(&format!("stripcheck check -o {flag}")).expect(flag);
        let found = job.outputs.get(1).map(|output| (output.format.name, output.target.clone()));
        let Some((name, Target::File(file))) = found else { panic!("{flag}") };
        assert_eq!((name, file.as_path()), (format, Path::new(path)), "{flag}");
    }
    assert!(job("stripcheck check -o json=").is_err());
    assert!(job("stripcheck check -o yaml=x.json").is_err(), "no such format");
}

#[test]
fn image_rules_are_pattern_and_roots() {
    let rules = |flag: &str| job(&format!("stripcheck check --image {flag}")).map(|job| job.images);
    assert_eq!(rules("acme/*=a,b"), Ok(vec![("acme/*".into(), vec!["a".into(), "b".into()])]));
    assert_eq!(rules("redis="), Ok(vec![("redis".into(), vec![])]));
    assert!(rules("acme/web").is_err() && rules("=a").is_err());
}

#[test]
fn a_dash_is_standard_input() {
    let chart = |line: &str| job(line).map(|job| job.chart.map(|chart| matches!(chart, chart::Input::Stdin)));
    assert_eq!(chart("stripcheck entries --chart -"), Ok(Some(true)));
    assert_eq!(chart("stripcheck entries --chart x"), Ok(Some(false)));
    assert_eq!(chart("stripcheck entries"), Ok(None));
}
