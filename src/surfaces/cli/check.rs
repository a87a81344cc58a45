//! `touchmark check`.

use std::path::Path;

use super::approval_arguments::{CheckArguments, CheckFormat};
use super::approval_page::{amount, drift_page};
use super::arguments::Global;
use super::check_page::check_page;
use super::check_verdicts;
use super::exit::Outcome;
use super::failure::Failure;
use super::output::{self, Output};
use super::paint::{self, line, paint};
use super::review_page::drift_review_page;
use crate::approval::STORES;
use crate::config::home_folder;
use crate::operations::{
    BytesStatus, CheckOutcome, Checked, Gate, Lines, ProjectReport, ProjectRequest, SkillCheck, VerdictState,
    check_approval, check_project, github_commands, junit, read_project_policy, review_drift, sarif_log,
};
use crate::scan::Ruleset;
use crate::skill::Timestamp;

/// Compares what is there with what was recorded.
pub(super) async fn run(global: &Global, arguments: &CheckArguments, output: &Output) -> Result<Outcome, Failure> {
    match (&arguments.folder, &arguments.against) {
        (Some(folder), Some(record)) => check_one(folder, record, output),
        (Some(folder), None) => check_folder(folder, output),
        (None, _) => check_all(global, arguments, output).await,
    }
}

/// Checks everything that the project in the current folder holds.
async fn check_all(global: &Global, arguments: &CheckArguments, output: &Output) -> Result<Outcome, Failure> {
    let home = if arguments.no_global { None } else { home_folder() };
    let format = arguments.format.unwrap_or(if output.json { CheckFormat::Json } else { CheckFormat::Text });
    let lines = if format == CheckFormat::Text { Lines::LeftOut } else { Lines::Told };
    let request = ProjectRequest { project: Path::new(""), home: home.as_deref(), folder: None, lines };
    let mut report = check_project(request)?;
    let is_empty = report.checks.is_empty();
    let note = if arguments.offline || is_empty { None } else { check_verdicts::ask(global, &mut report).await };
    report.review(Ruleset::builtin());
    report.hold(read_project_policy(request.project), Timestamp::now());
    let fail_on: Vec<_> = arguments.fail_on.iter().map(|word| (*word).into()).collect();
    let gate = Gate::new(&fail_on);
    match format {
        CheckFormat::Text if is_empty => {}
        CheckFormat::Text => {
            output.text(&check_page(&report, &gate, note.is_none()))?;
            output.text(&drift_reviews(&report, output.width))?;
        }
        CheckFormat::Json => output.pretty(&report.to_json().to_string())?,
        CheckFormat::Sarif => output.bytes(sarif_log(&report, &gate).as_bytes())?,
        CheckFormat::Github => output.bytes(github_commands(&report, &gate).as_bytes())?,
        CheckFormat::Junit => output.bytes(junit(&report, &gate).as_bytes())?,
    }
    tell(&report, format, note);
    if is_empty {
        // Whoever reads a report gets one; that there was nothing to check is an error all the same.
        return Err(Failure::NothingApproved(nothing(None)));
    }
    Ok(outcome_of(gate.outcome(&report)))
}

/// Returns what drifts mean, once for each folder and what is known of it.
fn drift_reviews(report: &ProjectReport, width: Option<usize>) -> String {
    let mut shown: Vec<&SkillCheck> = Vec::new();
    let mut pages = String::new();
    for check in &report.checks {
        let Some(review) = &check.review else { continue };
        let is_told = |other: &&SkillCheck| other.real_folder == check.real_folder && other.review == check.review;
        if shown.iter().any(is_told) {
            continue;
        }
        shown.push(check);
        let page = drift_review_page(review, width);
        let name = paint(paint::STRONG, &line(&check.name, 64));
        if !page.is_empty() {
            pages.push_str(&format!("\nwhat moved in {name}\n{page}"));
        }
    }
    pages
}

/// Tells beside the answer what could not be read; a page for a person does not hold it.
fn tell(report: &ProjectReport, format: CheckFormat, note: Option<&'static str>) {
    if matches!(format, CheckFormat::Text | CheckFormat::Json) {
        for check in &report.checks {
            if let (BytesStatus::InvalidRecord | BytesStatus::Error, Some(error)) = (check.status, &check.error) {
                output::tell_error(error);
            }
        }
    }
    // Nobody answers a hundred skills for one reason; it is told once.
    let mut reasons: Vec<&str> = report.checks.iter().filter_map(unknown_because).collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons.iter().for_each(|reason| output::tell_error(&format!("the verdict is unknown: {reason}")));
    if format == CheckFormat::Text {
        report.notices.iter().for_each(|notice| output::tell_note(notice));
        note.into_iter().for_each(output::tell_note);
    }
}

fn unknown_because(check: &SkillCheck) -> Option<&str> {
    match &check.verdict {
        Some(VerdictState::Unknown { reason }) => Some(reason),
        _ => None,
    }
}

/// Checks the bytes of one folder by everything that the project, or the user, records of it.
fn check_folder(folder: &Path, output: &Output) -> Result<Outcome, Failure> {
    let home = home_folder();
    let lines = if output.json { Lines::Told } else { Lines::LeftOut };
    // The current folder is the project; messages name what lies below it.
    let request = ProjectRequest { project: Path::new(""), home: home.as_deref(), folder: Some(folder), lines };
    let mut report = check_project(request)?;
    report.review(Ruleset::builtin());
    let gate = Gate::new(&[]);
    let format = if output.json { CheckFormat::Json } else { CheckFormat::Text };
    if report.checks.is_empty() {
        return Err(Failure::NothingApproved(nothing(Some(folder))));
    }
    if output.json {
        output.pretty(&report.to_json().to_string())?;
    } else {
        output.text(&check_page(&report, &gate, false))?;
        output.text(&drift_reviews(&report, output.width))?;
    }
    tell(&report, format, None);
    Ok(outcome_of(gate.outcome(&report)))
}

/// Returns how the command ends.
fn outcome_of(outcome: CheckOutcome) -> Outcome {
    match outcome {
        CheckOutcome::Match => Outcome::Done,
        CheckOutcome::NoVerdict => Outcome::Failed,
        CheckOutcome::InvalidRecord => Outcome::InvalidRecord,
        CheckOutcome::Refused => Outcome::Refused,
    }
}

/// Answers as the tool that defined the format does: the record where it matches, and what
/// moved where it does not.
fn check_one(folder: &Path, record: &Path, output: &Output) -> Result<Outcome, Failure> {
    let checked = check_approval(folder, record)?;
    if !output.json {
        output.text(&show(&checked))?;
        if let Some(drift) = &checked.drift {
            output.text(&drift_review_page(&review_drift(folder, drift, Ruleset::builtin()), output.width))?;
        }
    } else if let Some(drift) = &checked.drift {
        output.pretty(&serde_json::to_string(drift)?)?;
    } else {
        output.pretty(&checked.record.to_json()?)?;
    }
    Ok(if checked.drift.is_none() { Outcome::Done } else { Outcome::Refused })
}

fn show(checked: &Checked) -> String {
    let Checked { record, drift, .. } = checked;
    let word = if drift.is_none() { paint(paint::GOOD.bold(), "match") } else { paint(paint::BAD, "drift") };
    let id = line(record.approval_id().as_str(), 64);
    let folder = line(record.artifact_path().as_str(), 300);
    let head = format!("{word}  {}  {folder}  ", paint(paint::STRONG, &id));
    match drift {
        None => format!("{head}{}\n", amount(record.manifest())),
        Some(drift) => format!("{head}{}", drift_page(drift)),
    }
}

fn nothing(folder: Option<&Path>) -> String {
    let stores = STORES.join(" and ");
    match folder {
        Some(folder) => {
            format!(
                "neither an approval record in {stores} nor a lockfile of the project or of the user is about `{}`; \
                 name a record with --against, or write one: `touchmark lock FOLDER`, `touchmark pin FOLDER`",
                folder.display()
            )
        }
        None => format!(
            "there is neither an approval record in {stores} nor a lockfile here; `touchmark lock FOLDER` writes \
             a record, `touchmark pin FOLDER` a lockfile"
        ),
    }
}
