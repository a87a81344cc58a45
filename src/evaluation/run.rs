//! Asks every query of every ranking.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::Value;

use super::{ClusterId, EvaluationError, Judged, Measure};
use crate::compute::Compute;
use crate::rank::ScoreBreakdown;
use crate::search::{Ranking, SearchAnswer, SearchError, SearchIndex, SearchRequest};
use crate::skill::{Sha256Digest, SkillId, Timestamp};
use crate::store::Store;

/// Results that are asked for: twice what is measured, since copies are skipped, and no more
/// than the candidates of an ordinary search, whose order must not change.
const OPEN_DEPTH: usize = 2 * Measure::DEPTH;
/// The same where the pool is closed, and most of what is found does not count.
const CLOSED_DEPTH: usize = 2_000;
/// Queries that are searched at once.
const BATCH: usize = 64;

/// What is asked.
#[derive(Clone)]
pub struct Asked {
    /// What knows the digests and names.
    pub store: Arc<dyn Store>,
    /// What answers.
    pub search: SearchIndex,
    /// Where it computes.
    pub compute: Compute,
    /// The time at which the questions are asked, for the factor of recency.
    pub as_of: Timestamp,
    /// The rankings that are asked.
    pub rankings: Vec<Ranking>,
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Asked").field("as_of", &self.as_of).finish_non_exhaustive()
    }
}

/// One result that counts: the first of its cluster, and inside of the pool.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedResult {
    /// The rank among the results that count, from 1.
    pub rank: u32,
    /// The cluster that was found.
    pub cluster: ClusterId,
    /// The digest of the SKILL.md that stands for it.
    pub digest: Sha256Digest,
    /// The name of the skill, which its author wrote.
    pub name: Arc<str>,
    /// The score of the ranking.
    pub score: f64,
    /// How the score came about.
    pub parts: ScoreParts,
}

/// The numbers that went into a score, in the order of [`Run::part_names`]; the sides alone
/// have none. A run may have been saved by a program whose scores had other parts.
pub type ScoreParts = Vec<Option<f64>>;

/// The results of every query by ranking.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// What the parts of a hybrid score are called.
    pub part_names: Vec<String>,
    /// By ranking and id of the query, the best result first.
    pub answers: BTreeMap<Ranking, BTreeMap<String, Vec<RankedResult>>>,
    /// Whether a part of the index was missing.
    pub is_degraded: bool,
}

impl Run {
    /// Returns the results of a query, none where it was not asked.
    pub fn results(&self, ranking: Ranking, query: &str) -> &[RankedResult] {
        self.answers.get(&ranking).and_then(|queries| queries.get(query)).map_or(&[], Vec::as_slice)
    }

    /// Returns the clusters of the results of a query, the best first.
    pub fn clusters(&self, ranking: Ranking, query: &str) -> Vec<ClusterId> {
        self.results(ranking, query).iter().map(|result| result.cluster).collect()
    }
}

/// Asks all queries of a set, and then its negatives, each in every ranking that is wanted.
///
/// # Errors
/// Fails where the store or the index does.
pub async fn evaluate(asked: &Asked, judged: &Judged) -> Result<(Run, Run), EvaluationError> {
    let mut known = HashMap::new();
    let queries = judged.queries.iter().map(|query| (query.id.as_str(), query.text.as_str())).collect();
    let negatives = judged.negatives.iter().map(|query| (query.id.as_str(), query.text.as_str())).collect();
    Ok((ask(asked, judged, queries, &mut known).await?, ask(asked, judged, negatives, &mut known).await?))
}

/// What the store says of a skill; many queries find the same.
type Known = HashMap<SkillId, (Sha256Digest, Arc<str>)>;

async fn ask(
    asked: &Asked,
    judged: &Judged,
    queries: Vec<(&str, &str)>,
    known: &mut Known,
) -> Result<Run, EvaluationError> {
    let mut run = Run::default();
    for ranking in asked.rankings.iter().copied() {
        let mut of_ranking = BTreeMap::new();
        for batch in queries.chunks(BATCH) {
            let requests: Vec<SearchRequest> =
                batch.iter().map(|(_, text)| request(asked, judged, ranking, text)).collect();
            let search = asked.search.clone();
            let answers: Result<Vec<SearchAnswer>, SearchError> =
                asked.compute.run(move || requests.par_iter().map(|request| search.search(request)).collect()).await?;
            for ((id, _), answer) in batch.iter().zip(answers?) {
                run.is_degraded |= answer.is_degraded;
                if let (true, Some(hit)) = (run.part_names.is_empty(), answer.hits.first()) {
                    run.part_names = parts_of(&hit.breakdown).into_iter().map(|(name, _)| name).collect();
                }
                learn(&asked.store, &answer, known).await?;
                of_ranking.insert((*id).to_owned(), results(judged, ranking, &answer, known));
            }
        }
        run.answers.insert(ranking, of_ranking);
    }
    Ok(run)
}

fn request(asked: &Asked, judged: &Judged, ranking: Ranking, text: &str) -> SearchRequest {
    SearchRequest {
        wants_facets: false,
        query: text.to_owned(),
        limit: if judged.pool.is_some() { CLOSED_DEPTH } else { OPEN_DEPTH },
        min_stars: None,
        updated_after: None,
        registry: None,
        now: asked.as_of,
        ranking,
    }
}

/// Asks the store for what is not known yet; a skill that is no longer listed stays unknown.
async fn learn(store: &Arc<dyn Store>, answer: &SearchAnswer, known: &mut Known) -> Result<(), EvaluationError> {
    let unknown: Vec<SkillId> =
        answer.hits.iter().map(|hit| hit.skill_id).filter(|id| !known.contains_key(id)).collect();
    for ids in unknown.chunks(OPEN_DEPTH) {
        let records = store.skills(ids).await?.into_iter().filter(|record| record.is_listed);
        known.extend(records.map(|record| (record.skill_id, (record.content_hash, record.name.into()))));
    }
    Ok(())
}

fn results(judged: &Judged, ranking: Ranking, answer: &SearchAnswer, known: &Known) -> Vec<RankedResult> {
    let found = answer.hits.iter().filter_map(|hit| {
        let (digest, name) = known.get(&hit.skill_id)?;
        let parts = if ranking == Ranking::Hybrid { parts_of(&hit.breakdown) } else { Vec::new() };
        let parts = parts.into_iter().map(|(_, value)| value).collect();
        Some((*digest, Arc::clone(name), hit.score, parts))
    });
    that_count(judged, found)
}

/// Keeps the first result of each cluster inside of the pool, as many as are measured.
pub(super) fn that_count(
    judged: &Judged,
    found: impl Iterator<Item = (Sha256Digest, Arc<str>, f64, ScoreParts)>,
) -> Vec<RankedResult> {
    let mut seen = HashSet::new();
    found
        .map(|(digest, name, score, parts)| (judged.clusters.of(digest), digest, name, score, parts))
        .filter(|(cluster, ..)| judged.pool.as_ref().is_none_or(|pool| pool.holds(*cluster)) && seen.insert(*cluster))
        .zip(1..)
        .map(|((cluster, digest, name, score, parts), rank)| RankedResult { rank, cluster, digest, name, score, parts })
        .take(Measure::DEPTH)
        .collect()
}

/// The names and values under which the breakdown of a score is shown to clients. They are
/// read off its serialised form, so that a new part is compared without a word here.
fn parts_of(breakdown: &ScoreBreakdown) -> Vec<(String, Option<f64>)> {
    match serde_json::to_value(breakdown) {
        Ok(Value::Object(fields)) => fields.into_iter().map(|(name, value)| (name, value.as_f64())).collect(),
        _ => Vec::new(),
    }
}
