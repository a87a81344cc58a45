//! `touchmark crawl`.

use std::sync::Arc;

use super::arguments::Global;
use super::crawl_arguments::{CrawlArguments, CrawlCommand, CrawlRunArguments};
use super::crawl_page::{Progress, report_body, show_report, show_status, status_body};
use super::exit::Outcome;
use super::failure::Failure;
use super::local;
use super::output::{self, Output};
use crate::operations::{CrawlReport, CrawlRequest, crawl_sources, crawl_status};

/// Visits sources, or tells how that stands.
pub(super) async fn run(global: &Global, arguments: CrawlArguments, output: &Output) -> Result<Outcome, Failure> {
    match arguments.command {
        CrawlCommand::Run(arguments) => visit(global, arguments, output).await,
        CrawlCommand::Status => status(global, output).await,
    }
}

async fn visit(global: &Global, arguments: CrawlRunArguments, output: &Output) -> Result<Outcome, Failure> {
    // A copy lives until the command ends.
    let (copy, services) = if arguments.dry_run {
        let (folder, services) = local::open_copy(global).await?;
        (Some(folder), services)
    } else {
        (None, local::open(global).await?)
    };
    let services = local::with_github(services, arguments.config.as_deref())?;
    let worker_folder = match &copy {
        Some(folder) => folder.path().join("crawl"),
        None => local::worker_folder(global)?,
    };
    let request = CrawlRequest {
        sources: arguments.sources,
        since: arguments.since,
        max_repositories: arguments.max_repos,
        takes_up_poisoned: arguments.retry,
        is_dry_run: arguments.dry_run,
        worker_folder,
    };
    let report = crawl_sources(&services, request, Arc::new(Progress::start())).await?;
    tell(&report, arguments.dry_run, output)
}

/// Tells what a crawl did, and whether that was all.
pub(super) fn tell(report: &CrawlReport, is_dry_run: bool, output: &Output) -> Result<Outcome, Failure> {
    if output.json {
        output.pretty(&report_body(report, is_dry_run))?;
    } else {
        output.text(&show_report(report, is_dry_run))?;
    }
    for refused in &report.refused {
        output::tell_error(&format!("the list names `{}`: {}", refused.source, refused.reason));
    }
    if let Some(reason) = &report.index_failure {
        output::tell_note(&format!(
            "the search index does not follow at the moment, the next run takes it up: {reason}"
        ));
    }
    if let Some(until) = report.github_limited_until {
        output::tell_note(&format!("GitHub answers nothing more until {until}; a run after that goes on"));
    }
    if report.cut > 0 {
        output::tell_note("there are more repositories than GitHub tells of");
    }
    let is_good = report.troubles.is_empty() && report.refused.is_empty();
    Ok(if is_good { Outcome::Done } else { Outcome::Failed })
}

async fn status(global: &Global, output: &Output) -> Result<Outcome, Failure> {
    let services = local::open(global).await?;
    let status = crawl_status(&services).await?;
    if output.json {
        output.pretty(&status_body(&status))?;
    } else {
        output.text(&show_status(&status, services.now()))?;
    }
    Ok(Outcome::Done)
}
