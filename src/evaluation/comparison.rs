//! Two runs over the same queries.

use std::collections::HashSet;

use serde::Serialize;

use super::figures::Grouping;
use super::report::values;
use super::{Estimate, EvaluationError, Group, Judged, JudgedQuery, Measure, MovedQuery, Run};
use crate::search::Ranking;

/// What is different between a saved run and the present one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// How many queries both runs hold; only these are compared.
    pub query_count: usize,
    /// How many queries of the present run the saved one does not hold.
    pub missing_count: usize,
    /// What is different in each ranking that both runs hold.
    pub rankings: Vec<RankingChange>,
}

/// What is different in one ranking.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankingChange {
    /// The ranking.
    pub ranking: Ranking,
    /// How many queries have a higher nDCG@10 than before.
    pub better_count: usize,
    /// How many queries have a lower nDCG@10 than before.
    pub worse_count: usize,
    /// The differences of all queries, the mean over families, and each family.
    pub groups: Vec<GroupChange>,
    /// The queries that moved most, by nDCG@10 and then by reciprocal rank.
    pub moved: Vec<MovedQuery>,
}

/// The differences of one group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupChange {
    /// The group.
    #[serde(flatten)]
    pub group: Group,
    /// How many queries it has.
    pub query_count: usize,
    /// Its differences, in the order of [`Measure::ALL`].
    pub measures: Vec<MeasureChange>,
}

/// One difference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MeasureChange {
    /// What was measured.
    pub measure: Measure,
    /// The mean in the saved run.
    pub before: f64,
    /// The mean in the present run.
    pub now: f64,
    /// The mean of the differences of each query, with the interval of paired samples: where
    /// it does not hold 0, chance alone is an unlikely reason.
    pub difference: Estimate,
}

impl Comparison {
    /// Compares the present run with one that was read from `file`, and lists at most
    /// `moved_limit` queries of each ranking that moved.
    ///
    /// # Errors
    /// Fails where the runs have no query and ranking in common, or in what they have none is
    /// of a family that is named.
    pub fn new(
        judged: &Judged,
        before: &Run,
        now: &Run,
        macro_families: &[String],
        moved_limit: usize,
        file: &str,
    ) -> Result<Self, EvaluationError> {
        let nothing = || EvaluationError::NothingToCompare { file: file.to_owned() };
        let rankings: Vec<Ranking> =
            now.answers.keys().copied().filter(|ranking| before.answers.contains_key(ranking)).collect();
        let held: HashSet<&str> = rankings
            .first()
            .into_iter()
            .flat_map(|first| before.answers[first].keys().map(String::as_str))
            .filter(|query| rankings.iter().all(|ranking| before.answers[ranking].contains_key(*query)))
            .collect();
        let queries: Vec<&JudgedQuery> =
            judged.queries.iter().filter(|query| held.contains(query.id.as_str())).collect();
        if queries.is_empty() {
            return Err(nothing());
        }
        let grouping = Grouping::new(&queries, macro_families)?;
        let change = |ranking: Ranking| {
            let measured = Measure::ALL
                .map(|measure| (values(&queries, before, ranking, measure), values(&queries, now, ranking, measure)));
            let groups = grouping.map(|group, query_count, estimate| GroupChange {
                group: group.clone(),
                query_count,
                measures: (Measure::ALL.iter().zip(&measured))
                    .map(|(measure, (before, now))| measure_change(*measure, before, now, estimate))
                    .collect(),
            });
            let (before_ndcg, now_ndcg) = &measured[0];
            let count = |is_counted: fn(&f64, &f64) -> bool| {
                before_ndcg.iter().zip(now_ndcg).filter(|(before, now)| is_counted(before, now)).count()
            };
            RankingChange {
                ranking,
                better_count: count(|before, now| now > before),
                worse_count: count(|before, now| now < before),
                groups,
                moved: MovedQuery::most(&queries, before, now, ranking, moved_limit),
            }
        };
        Ok(Self {
            query_count: queries.len(),
            missing_count: judged.queries.len() - queries.len(),
            rankings: rankings.into_iter().map(change).collect(),
        })
    }
}

fn measure_change(
    measure: Measure,
    before: &[f64],
    now: &[f64],
    estimate: &dyn Fn(&[f64]) -> Estimate,
) -> MeasureChange {
    let differences: Vec<f64> = before.iter().zip(now).map(|(before, now)| now - before).collect();
    MeasureChange {
        measure,
        before: estimate(before).mean,
        now: estimate(now).mean,
        difference: estimate(&differences),
    }
}
