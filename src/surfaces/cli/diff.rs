//! `touchmark diff`.

use super::approval_arguments::DiffArguments;
use super::approval_page::difference_page;
use super::exit::Outcome;
use super::failure::Failure;
use super::output::Output;
use crate::operations::diff_skills;

/// Compares two skills.
pub(super) fn run(arguments: &DiffArguments, output: &Output) -> Result<Outcome, Failure> {
    let difference = diff_skills(&arguments.base, &arguments.candidate)?;
    if output.json {
        output.pretty(&serde_json::to_string(&difference)?)?;
    } else {
        output.text(&difference_page(&difference))?;
    }
    Ok(if difference.is_empty() { Outcome::Done } else { Outcome::Refused })
}
