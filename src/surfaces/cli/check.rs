//! `touchmark check`.

use std::path::Path;

use serde_json::{Value, json};

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
use crate::approval::{RecordFileError, STORES};
use crate::config::home_folder;
use crate::operations::{
    BytesStatus, CheckError, CheckOutcome, Checked, Gate, ProjectReport, ProjectRequest, RecordCheck, SkillCheck,
    VerdictState, check_approval, check_project, check_records, github_commands, junit, read_project_policy,
    review_drift, sarif_log,
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
    let request = ProjectRequest { project: Path::new(""), home: home.as_deref() };
    let mut report = check_project(request)?;
    let is_empty = report.checks.is_empty();
    let note = if arguments.offline || is_empty { None } else { check_verdicts::ask(global, &mut report).await };
    report.hold(read_project_policy(request.project), Timestamp::now());
    let fail_on: Vec<_> = arguments.fail_on.iter().map(|word| (*word).into()).collect();
    let gate = Gate::new(&fail_on);
    let format = arguments.format.unwrap_or(if output.json { CheckFormat::Json } else { CheckFormat::Text });
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
    Ok(match gate.outcome(&report) {
        CheckOutcome::Match => Outcome::Done,
        CheckOutcome::NoVerdict => Outcome::Failed,
        CheckOutcome::InvalidRecord => Outcome::InvalidRecord,
        CheckOutcome::Refused => Outcome::Refused,
    })
}

/// Returns what stands now in the files that moved since an approval, for each of them.
fn drift_reviews(report: &ProjectReport, width: Option<usize>) -> String {
    let review = |check: &SkillCheck| {
        let (drift, folder) = check.drift.as_ref().zip(check.real_folder.as_ref())?;
        let page = drift_review_page(&review_drift(folder, drift, Ruleset::builtin()), width);
        let name = paint(paint::STRONG, &line(&check.name, 64));
        (!page.is_empty()).then(|| format!("\nwhat moved in {name}\n{page}"))
    };
    report.checks.iter().filter_map(review).collect()
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

/// Checks one folder against every approval record that is about it.
fn check_folder(folder: &Path, output: &Output) -> Result<Outcome, Failure> {
    // The current folder is the project; messages name what lies below it.
    let checks = check_records(Path::new(""), Some(folder))?;
    if checks.is_empty() {
        return Err(Failure::NothingApproved(nothing(Some(folder))));
    }
    if output.json {
        let list: Vec<Value> = checks.iter().map(facts).collect();
        output.pretty(&json!({ "schema_version": 1, "checks": list }).to_string())?;
    } else {
        output.text(&checks.iter().filter_map(|check| check.result.as_ref().ok()).map(show).collect::<String>())?;
    }
    for check in &checks {
        if let Err(error) = &check.result {
            output::tell_error(&told(check, error));
        }
    }
    Ok(worst(checks.iter().map(|check| outcome(&check.result))))
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
    Ok(outcome(&Ok(checked)))
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

/// Returns what became of a record for programs.
fn facts(check: &RecordCheck) -> Value {
    let mut facts = json!({ "record": check.path.display().to_string() });
    match &check.result {
        Ok(Checked { record, drift, .. }) => {
            facts["status"] = json!(if drift.is_none() { "match" } else { "drift" });
            facts["approval_id"] = json!(record.approval_id().as_str());
            facts["artifact_path"] = json!(record.artifact_path().as_str());
            facts["root_digest"] = json!(record.root_digest());
            if let Some(drift) = drift {
                facts["drift"] = json!(drift);
            }
        }
        Err(error) => {
            facts["status"] = json!(if error.is_invalid_record() { "invalid_record" } else { "error" });
            facts["error"] = json!(line(&error.to_string(), 2_000));
        }
    }
    facts
}

/// Names the record, unless the message does.
fn told(check: &RecordCheck, error: &CheckError) -> String {
    match error {
        CheckError::Record(RecordFileError::Invalid { .. } | RecordFileError::Unreadable { .. }) => error.to_string(),
        CheckError::Walk(_) => format!("no verdict on {}: {error}", check.path.display()),
    }
}

fn outcome(result: &Result<Checked, CheckError>) -> Outcome {
    match result {
        Ok(Checked { drift: None, .. }) => Outcome::Done,
        Ok(_) => Outcome::Refused,
        Err(error) if error.is_invalid_record() => Outcome::InvalidRecord,
        Err(_) => Outcome::Failed,
    }
}

/// Drift is told even where something else failed: it is the worse news.
fn worst(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
    let rank = |outcome: &Outcome| match outcome {
        Outcome::Done => 0,
        Outcome::Failed => 1,
        Outcome::InvalidRecord => 2,
        Outcome::Refused => 3,
    };
    outcomes.into_iter().max_by_key(rank).unwrap_or(Outcome::Failed)
}

fn nothing(folder: Option<&Path>) -> String {
    let stores = STORES.join(" and ");
    match folder {
        Some(folder) => {
            format!(
                "no approval record in {stores} is about `{}`; name one with --against, or leave the folder out: \
                 then every lockfile of the project is checked",
                folder.display()
            )
        }
        None => format!(
            "there is neither an approval record in {stores} nor a lockfile here; `touchmark lock FOLDER` writes \
             a record, `touchmark pin FOLDER` a lockfile"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_outcomes_the_worst_news_is_told() {
        use Outcome::{Done, Failed, InvalidRecord, Refused};
        for (outcomes, expected) in [
            (vec![Done, Done], Done),
            (vec![Done, Failed, Done], Failed),
            (vec![Failed, InvalidRecord, Done], InvalidRecord),
            (vec![Failed, Refused, InvalidRecord, Done], Refused),
            (vec![], Failed),
        ] {
            assert_eq!(worst(outcomes.clone()), expected, "{outcomes:?}");
        }
    }
}
