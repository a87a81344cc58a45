//! The figures of a run.

use serde::Serialize;

use super::figures::Grouping;
use super::{
    Comparison, Estimate, EvaluationError, GroupFigures, Judged, JudgedQuery, Measure, MeasureFigure, Run, bootstrap,
};
use crate::search::Ranking;

/// The figures of a run, as programs read them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// How many skills the index holds.
    pub skill_count: u64,
    /// Whether a part of the index was missing.
    pub is_degraded: bool,
    /// Whether only the skills of a pool counted.
    pub is_pool_closed: bool,
    /// The figures of each ranking.
    pub rankings: Vec<RankingReport>,
    /// What is different from a run before, where one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
}

/// The figures of one ranking.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankingReport {
    /// The ranking.
    pub ranking: Ranking,
    /// All queries, the mean over families, and each family.
    pub groups: Vec<GroupFigures>,
    /// What came first that must not, where negatives were asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negatives: Option<NegativeFigures>,
}

/// How often a skill came first that must not.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct NegativeFigures {
    /// How many requests were asked.
    pub query_count: usize,
    /// For how many of them a skill came first that must not.
    pub wrong_count: usize,
    /// The share of these.
    pub share: Estimate,
}

impl Report {
    /// Measures a run. `macro_families` are those of the mean over families; where none is
    /// named, all are.
    ///
    /// # Errors
    /// Fails where no query is of a family that is named.
    pub fn new(
        judged: &Judged,
        (run, negatives): &(Run, Run),
        macro_families: &[String],
        skill_count: u64,
    ) -> Result<Self, EvaluationError> {
        let queries: Vec<&JudgedQuery> = judged.queries.iter().collect();
        let grouping = Grouping::new(&queries, macro_families)?;
        let of_ranking = |ranking: &Ranking| {
            let values = Measure::ALL.map(|measure| values(&queries, run, *ranking, measure));
            let groups = grouping.map(|group, query_count, estimate| GroupFigures {
                group: group.clone(),
                query_count,
                measures: (Measure::ALL.iter().zip(&values))
                    .map(|(measure, values)| MeasureFigure { measure: *measure, estimate: estimate(values) })
                    .collect(),
            });
            RankingReport { ranking: *ranking, groups, negatives: negative_figures(judged, negatives, *ranking) }
        };
        Ok(Self {
            skill_count,
            is_degraded: run.is_degraded,
            is_pool_closed: judged.pool.is_some(),
            rankings: run.answers.keys().map(of_ranking).collect(),
            comparison: None,
        })
    }
}

/// Measures every query in one ranking.
pub(super) fn values(queries: &[&JudgedQuery], run: &Run, ranking: Ranking, measure: Measure) -> Vec<f64> {
    queries.iter().map(|query| measure.of(&run.clusters(ranking, &query.id), &query.judgements)).collect()
}

fn negative_figures(judged: &Judged, run: &Run, ranking: Ranking) -> Option<NegativeFigures> {
    if judged.negatives.is_empty() {
        return None;
    }
    let is_wrong = |first: Option<&super::RankedResult>, query: &super::NegativeQuery| {
        first.is_some_and(|first| query.forbidden.contains(&first.cluster))
    };
    let values: Vec<f64> = judged
        .negatives
        .iter()
        .map(|query| f64::from(u8::from(is_wrong(run.results(ranking, &query.id).first(), query))))
        .collect();
    let wrong_count = values.iter().filter(|value| **value > 0.0).count();
    Some(NegativeFigures { query_count: values.len(), wrong_count, share: bootstrap(&[values]) })
}
