//! `touchmark diff`.

use std::path::Path;

use serde_json::{Value, json};

use super::approval_arguments::DiffArguments;
use super::approval_page::difference_page;
use super::arguments::Global;
use super::diff_upstream;
use super::exit::Outcome;
use super::failure::Failure;
use super::output::{self, Output};
use super::review_page::review_page;
use crate::approval::Difference;
use crate::operations::{ReviewError, diff_skills, review_change};
use crate::scan::Ruleset;

/// Compares two skills, or a pin with what the index holds.
pub(super) async fn run(global: &Global, arguments: &DiffArguments, output: &Output) -> Result<Outcome, Failure> {
    match &arguments.candidate {
        Some(candidate) => compare(&arguments.base, candidate, arguments.review, output),
        None => diff_upstream::run(global, arguments, output).await,
    }
}

/// The digests decide; the review says what a difference means, and never changes the outcome.
fn compare(base: &Path, candidate: &Path, with_review: bool, output: &Output) -> Result<Outcome, Failure> {
    let difference = diff_skills(base, candidate)?;
    let outcome = if difference.is_empty() { Outcome::Done } else { Outcome::Refused };
    if output.json && !with_review {
        output.pretty(&serde_json::to_string(&difference)?)?;
        return Ok(outcome);
    }
    let review = match outcome {
        Outcome::Refused => Some(review_change(base, candidate, &difference, Ruleset::builtin())),
        _ => None,
    };
    if output.json {
        output.pretty(&with_key(&difference, review.as_ref())?)?;
    } else {
        output.text(&match &review {
            Some(Ok(review)) => review_page(&difference, review, output.width),
            _ => difference_page(&difference),
        })?;
    }
    if let Some(Err(error)) = &review {
        output::tell_error(&format!("the difference was not reviewed: {error}"));
    }
    Ok(outcome)
}

/// Adds the review to the document of the open specification, which has no such key: it is
/// there only where it was asked for. It is null where both hold the same, or there is none.
fn with_key(
    difference: &Difference,
    review: Option<&Result<crate::change::ChangeReview, ReviewError>>,
) -> Result<String, Failure> {
    let mut document = serde_json::to_value(difference)?;
    document["review"] = match review {
        Some(Ok(review)) => json!(review),
        _ => Value::Null,
    };
    Ok(document.to_string())
}
