//! How well search answers judged queries: formats, runs, measures with intervals, reports.
//!
//! Judgements name clusters of equal or nearly equal SKILL.md files by content digest, never
//! by a row or an id of an index, so that they hold for every index that has these files.
//! Start at [`Judged`], which is what the files say, and [`evaluate`], which asks the index;
//! [`Report`] and [`Comparison`] are what comes of it.

mod clusters;
mod comparison;
mod error;
mod figures;
mod interval;
mod judged;
mod lines;
mod measure;
mod moved;
mod negatives;
mod report;
mod run;
mod saved;
#[cfg(test)]
mod tests;
mod weights;

pub use clusters::{ClusterId, ClusterIdError, Clusters, Pool};
pub use comparison::{Comparison, GroupChange, MeasureChange, RankingChange};
pub use error::EvaluationError;
pub use figures::{Group, GroupFigures, MeasureFigure};
pub use interval::{Estimate, bootstrap};
pub use judged::{Judged, JudgedFiles, JudgedQuery};
pub use measure::Measure;
pub use moved::{MovedQuery, MovedResult, Standing};
pub use negatives::NegativeQuery;
pub use report::{NegativeFigures, RankingReport, Report};
pub use run::{Asked, RankedResult, Run, ScoreParts, evaluate};
pub use saved::{read_run, write_run};
pub use weights::read_weights;
