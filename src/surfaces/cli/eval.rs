//! `touchmark eval`.

use super::arguments::Global;
use super::eval_arguments::EvalArguments;
use super::eval_changes::show_changes;
use super::eval_page::show;
use super::exit::Outcome;
use super::failure::Failure;
use super::local;
use super::output::{self, Output};
use crate::operations::evaluate_search;

/// Measures search on judged queries, and shows what came of it.
pub(super) async fn run(global: &Global, arguments: EvalArguments, output: &Output) -> Result<Outcome, Failure> {
    let services = local::open(global).await?;
    if let Err(error) = services.follow().await {
        output::tell_note(&format!("the index does not follow the store at the moment: {error}"));
    }
    let report = evaluate_search(&services, &arguments.into()).await?;
    if output.json {
        output.pretty(&serde_json::to_string(&report)?)?;
    } else {
        output.text(&show(&report))?;
        if let Some(comparison) = &report.comparison {
            output.text(&show_changes(comparison, output.width))?;
        }
    }
    Ok(Outcome::Done)
}
