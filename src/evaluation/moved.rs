//! Queries whose answer changed, and what changed in it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{ClusterId, JudgedQuery, Measure, RankedResult, Run};
use crate::search::Ranking;

/// Results of each run that are shown beside the relevant one, from the top.
const SHOWN_ABOVE: usize = 3;

/// A query whose answer changed. Its texts are those of authors: sanitise them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MovedQuery {
    /// The query's id.
    pub query: String,
    /// What was asked.
    pub text: String,
    /// Its family.
    pub family: Option<String>,
    /// The nDCG@10 in the saved run.
    pub ndcg_before: f64,
    /// The nDCG@10 in the present run.
    pub ndcg_now: f64,
    /// The rank of the first relevant result in the saved run; absent below what was kept.
    pub rank_before: Option<u32>,
    /// The rank of the first relevant result in the present run.
    pub rank_now: Option<u32>,
    /// The first relevant result of each run, and the first of what stood above it.
    pub results: Vec<MovedResult>,
}

/// A result in both runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MovedResult {
    /// The cluster.
    pub id: ClusterId,
    /// The name of the skill.
    pub name: String,
    /// Whether it was what was asked for.
    pub is_relevant: bool,
    /// Where it stood in the saved run; absent where it was not found, or too far below.
    pub before: Option<Standing>,
    /// Where it stands in the present run.
    pub now: Option<Standing>,
}

/// The place of a result, and how it came about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// The rank, from 1.
    pub rank: u32,
    /// The score.
    pub score: f64,
    /// The parts of the score by name.
    pub parts: Vec<(String, Option<f64>)>,
}

impl MovedQuery {
    /// Returns the queries that moved most, at most `limit`; none that stayed as it was.
    pub(super) fn most(queries: &[&JudgedQuery], before: &Run, now: &Run, ranking: Ranking, limit: usize) -> Vec<Self> {
        let mut moved: Vec<(f64, f64, &JudgedQuery)> = queries
            .iter()
            .map(|query| {
                let (old, new) = (before.clusters(ranking, &query.id), now.clusters(ranking, &query.id));
                let change =
                    |measure: Measure| measure.of(&new, &query.judgements) - measure.of(&old, &query.judgements);
                (change(Measure::NdcgAt10).abs(), change(Measure::ReciprocalRank).abs(), *query)
            })
            .filter(|(ndcg, reciprocal, _)| *ndcg > 0.0 || *reciprocal > 0.0)
            .collect();
        moved.sort_by(|left, right| {
            right.0.total_cmp(&left.0).then(right.1.total_cmp(&left.1)).then(left.2.id.cmp(&right.2.id))
        });
        moved.into_iter().take(limit).map(|(_, _, query)| Self::new(query, before, now, ranking)).collect()
    }

    fn new(query: &JudgedQuery, before: &Run, now: &Run, ranking: Ranking) -> Self {
        let (old, new) = (before.results(ranking, &query.id), now.results(ranking, &query.id));
        let ndcg = |run: &Run| Measure::NdcgAt10.of(&run.clusters(ranking, &query.id), &query.judgements);
        let is_relevant =
            |result: &&RankedResult| query.judgements.get(&result.cluster).is_some_and(|score| *score > 0);
        let (first_old, first_new) = (old.iter().find(is_relevant), new.iter().find(is_relevant));
        let mut shown: BTreeMap<ClusterId, &str> = BTreeMap::new();
        for (results, first) in [(new, first_new), (old, first_old)] {
            let above = first.map_or(results.len(), |first| first.rank as usize - 1);
            for result in results.iter().take(above.min(SHOWN_ABOVE)).chain(first) {
                shown.entry(result.cluster).or_insert(&result.name);
            }
        }
        let standing = |results: &[RankedResult], run: &Run, id| {
            results.iter().find(|result| result.cluster == id).map(|result| Standing {
                rank: result.rank,
                score: result.score,
                parts: run.part_names.iter().cloned().zip(result.parts.iter().copied()).collect(),
            })
        };
        let mut results: Vec<MovedResult> = shown
            .into_iter()
            .map(|(id, name)| MovedResult {
                id,
                name: name.to_owned(),
                is_relevant: query.judgements.get(&id).is_some_and(|score| *score > 0),
                before: standing(old, before, id),
                now: standing(new, now, id),
            })
            .collect();
        let rank = |standing: &Option<Standing>| standing.as_ref().map_or(u32::MAX, |standing| standing.rank);
        results.sort_by_key(|result| (rank(&result.now), rank(&result.before), result.id));
        Self {
            query: query.id.clone(),
            text: query.text.clone(),
            family: query.family.clone(),
            ndcg_before: ndcg(before),
            ndcg_now: ndcg(now),
            rank_before: first_old.map(|result| result.rank),
            rank_now: first_new.map(|result| result.rank),
            results,
        }
    }
}
