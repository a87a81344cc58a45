//! `touchmark check`.

use std::path::Path;

use serde_json::{Value, json};

use super::approval_arguments::CheckArguments;
use super::approval_page::{amount, drift_page};
use super::exit::Outcome;
use super::failure::Failure;
use super::output::{self, Output};
use super::paint::{self, line, paint};
use super::review_page::drift_review_page;
use crate::approval::{RecordFileError, STORES};
use crate::operations::{CheckError, Checked, ProjectCheck, check_approval, check_project, review_drift};
use crate::scan::Ruleset;

/// Compares what is there with what was approved.
pub(super) fn run(arguments: &CheckArguments, output: &Output) -> Result<Outcome, Failure> {
    if let (Some(folder), Some(record)) = (&arguments.folder, &arguments.against) {
        return check_one(folder, record, output);
    }
    // The current folder is the project; messages name what lies below it.
    let checks = check_project(Path::new(""), arguments.folder.as_deref())?;
    if checks.is_empty() {
        return Err(Failure::NothingApproved(nothing(arguments.folder.as_deref())));
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
    let Checked { record, drift } = checked;
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
fn facts(check: &ProjectCheck) -> Value {
    let mut facts = json!({ "record": check.path.display().to_string() });
    match &check.result {
        Ok(Checked { record, drift }) => {
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
fn told(check: &ProjectCheck, error: &CheckError) -> String {
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
            format!("no approval record in {stores} is about `{}`; name one with --against", folder.display())
        }
        None => format!("there is no approval record in {stores} here; `touchmark lock FOLDER` writes one"),
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
