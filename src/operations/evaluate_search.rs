//! Measure search on judged queries.

use std::path::PathBuf;

use super::Services;
use crate::evaluation::{self, Asked, Judged, Run, read_run, read_weights, write_run};
pub use crate::evaluation::{
    Comparison, Estimate, EvaluationError, Group, GroupChange, GroupFigures, JudgedFiles, Measure, MovedQuery,
    MovedResult, RankingChange, RankingReport, Report, Standing,
};
pub use crate::search::Ranking;
use crate::skill::Timestamp;

/// What is measured, and with what it is compared.
#[derive(Debug, Clone)]
pub struct EvaluationPlan {
    /// The judged queries.
    pub files: JudgedFiles,
    /// The families of the mean over families; all where none is named.
    pub macro_families: Vec<String>,
    /// The time at which the questions are asked, for the factor of recency; else the present.
    pub as_of: Option<Timestamp>,
    /// Weights to rank with, as TOML, instead of those that users get.
    pub weights: Option<PathBuf>,
    /// Where the run is kept.
    pub save: Option<PathBuf>,
    /// The saved run with which this one is compared.
    pub compare: Option<PathBuf>,
    /// How many queries that moved are shown of each ranking.
    pub moved_limit: usize,
}

/// Asks the index every judged query in every ranking, and measures the answers. All files are
/// read before the first query is asked.
///
/// # Errors
/// Fails where a file is not of its form or cannot be read or written, and where the store or
/// the index fails.
pub async fn evaluate_search(services: &Services, plan: &EvaluationPlan) -> Result<Report, EvaluationError> {
    let judged = Judged::read(&plan.files)?;
    let compared: Option<(Run, String)> = match &plan.compare {
        Some(path) => Some((read_run(path, &judged)?, path.display().to_string())),
        None => None,
    };
    let search = match &plan.weights {
        Some(path) => services.search().with_weights(read_weights(path)?),
        None => services.search().clone(),
    };
    let asked = Asked {
        store: services.store().clone(),
        search,
        compute: services.compute().clone(),
        as_of: plan.as_of.unwrap_or_else(|| services.now()),
        rankings: Ranking::ALL.to_vec(),
    };
    let runs = evaluation::evaluate(&asked, &judged).await?;
    if let Some(path) = &plan.save {
        write_run(&runs.0, path)?;
    }
    let plan = plan.clone();
    let skill_count = services.search().record_count();
    // Thousands of resamples are work for a core.
    services
        .compute()
        .run(move || {
            let mut report = Report::new(&judged, &runs, &plan.macro_families, skill_count)?;
            if let Some((before, file)) = &compared {
                let (families, limit) = (&plan.macro_families, plan.moved_limit);
                report.comparison = Some(Comparison::new(&judged, before, &runs.0, families, limit, file)?);
            }
            Ok(report)
        })
        .await?
}
