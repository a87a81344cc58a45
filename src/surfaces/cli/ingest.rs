//! `touchmark ingest`.

use std::ffi::OsStr;
use std::sync::Arc;

use serde_json::json;

use super::arguments::{Global, IngestArguments};
use super::exit::Outcome;
use super::failure::Failure;
use super::ingest_progress::Progress;
use super::ingest_report::{body, show};
use super::local;
use super::output::{self, Output};
use super::paint::line;
use crate::operations::{IngestReport, Services, ingest_found, ingest_source, is_finder};

/// Ingests every source in turn; one that cannot be read does not keep back the others.
pub(super) async fn run(global: &Global, arguments: IngestArguments, output: &Output) -> Result<Outcome, Failure> {
    let services = local::with_github(local::open(global).await?, arguments.config.as_deref())?;
    let mut outcome = Outcome::Done;
    for source in &arguments.sources {
        if let Some(text) = source.to_str().filter(|text| is_finder(text)) {
            let progress = Arc::new(super::crawl_page::Progress::start());
            let report = ingest_found(&services, text, local::worker_folder(global)?, progress).await?;
            let is_whole = super::crawl::tell(&report, false, output)? == Outcome::Done && report.remaining == 0;
            if !is_whole {
                outcome = Outcome::Failed;
            }
            continue;
        }
        match one(&services, source).await {
            Ok(report) => {
                if output.json {
                    output.compact(&body(&report))?;
                } else {
                    output.text(&show(&report))?;
                }
                if !report.is_finished {
                    output::tell_error(&format!(
                        "{} was not read to its end; nothing was taken as removed",
                        report.source
                    ));
                    outcome = Outcome::Failed;
                }
            }
            Err(reason) => {
                outcome = Outcome::Failed;
                let shown = line(&source.to_string_lossy(), 500);
                if output.json {
                    output.compact(&json!({ "source": shown, "error": reason }).to_string())?;
                }
                output::tell_error(&format!("cannot ingest {shown}: {reason}"));
            }
        }
    }
    Ok(outcome)
}

async fn one(services: &Services, source: &OsStr) -> Result<IngestReport, String> {
    let text = source.to_str().ok_or("its name is not UTF-8; reach it by a path that is")?;
    let progress = Arc::new(Progress::start(text));
    let result = ingest_source(services, text, progress.clone()).await;
    progress.end();
    result.map_err(|error| error.to_string())
}
