//! One answer from two lists.

use std::collections::HashMap;

use tantivy::DocAddress;

use super::alone::{lexical_alone, semantic_alone};
use super::diversity::diversify;
use super::lexical::{Fields, LexicalQuery, Row, lexical_search};
use super::snapshot::Snapshot;
use super::{EmptyReason, Facets, Hit, SearchAnswer, SearchError, SearchRequest};
use crate::rank::{
    Fused, RankedList, SafetyStanding, ScoreBreakdown, fuse, quality_factor, recency_factor, safety_factor,
    trust_factor,
};
use crate::scan::SafetyStatus;
use crate::skill::SkillId;

/// Candidates of each list; what is further down in both does not come to the top any more.
const CANDIDATES: usize = 200;
/// A cosine below this is chance.
const COSINE_LEAST: f32 = 0.1;

/// A ranked list of skills with the rows that they were found in.
type Ranking = Vec<(SkillId, f64, Row)>;

/// Answers a request from one snapshot.
pub(super) fn answer(
    snapshot: &Snapshot,
    fields: &Fields,
    request: &SearchRequest,
) -> Result<SearchAnswer, SearchError> {
    match request.ranking {
        super::Ranking::Hybrid => {}
        super::Ranking::Lexical => {
            let found = lexical_ranking(snapshot, fields, request, request.limit)?;
            return Ok(lexical_alone(found.iter().map(|(id, score, _)| (*id, *score)), request, snapshot.is_degraded));
        }
        super::Ranking::Semantic => {
            let found = semantic_ranking(snapshot, request, request.limit).unwrap_or_default();
            return Ok(semantic_alone(found.iter().map(|(id, score, _)| (*id, *score)), request, snapshot.is_degraded));
        }
    }
    let candidates = CANDIDATES.max(request.limit.min(10 * CANDIDATES));
    let (lexical, semantic) = rayon::join(
        || lexical_ranking(snapshot, fields, request, candidates),
        || semantic_ranking(snapshot, request, candidates),
    );
    let lexical = lexical?;
    let rows: HashMap<SkillId, &Row> =
        lexical.iter().chain(semantic.iter().flatten()).map(|(id, _, row)| (*id, row)).collect();
    let entries = |ranking: &Ranking| ranking.iter().map(|(id, score, _)| (*id, *score)).collect::<Vec<_>>();
    let (lexical_entries, semantic_entries) = (entries(&lexical), semantic.as_ref().map(entries));
    // A list that could not be asked does not lower the best score.
    let semantic_weight =
        snapshot.embedder.as_ref().filter(|_| semantic.is_some()).map_or(0.0, |embedder| embedder.fusion_weight());
    let fused = fuse([
        RankedList { weight: 1.0, entries: &lexical_entries },
        RankedList { weight: semantic_weight, entries: semantic_entries.as_deref().unwrap_or_default() },
    ]);
    let mut hits: Vec<Hit> =
        fused.iter().filter_map(|fused| rows.get(&fused.id).map(|row| hit(fused, row, request))).collect();
    hits.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.skill_id.cmp(&right.skill_id)));
    let empty_reason = match hits.is_empty() {
        true => Some(EmptyReason::find(snapshot.record_count(), request, |unfiltered| {
            answer(snapshot, fields, unfiltered).map(|answer| !answer.hits.is_empty())
        })?),
        false => None,
    };
    let mut hits = diversify(hits, &snapshot.copies, |id| rows.get(&id).map(|row| row.name_key));
    let candidates = hits.iter().filter_map(|hit| rows.get(&hit.skill_id).copied());
    let facets = request.wants_facets.then(|| Facets::of(candidates));
    hits.truncate(request.limit);
    Ok(SearchAnswer { hits, is_degraded: snapshot.is_degraded, empty_reason, facets })
}

fn lexical_ranking(
    snapshot: &Snapshot,
    fields: &Fields,
    request: &SearchRequest,
    limit: usize,
) -> Result<Ranking, SearchError> {
    let query = LexicalQuery::new(&request.query);
    let found = lexical_search(&snapshot.searcher, fields, &query, request, limit)?;
    let row = |address: DocAddress| snapshot.tables[address.segment_ord as usize].rows[address.doc_id as usize];
    Ok(ranked(found.into_iter().map(|(score, address)| (f64::from(score), row(address)))))
}

/// Returns `None` where there is nothing to ask: no embedder, or no word that it knows.
fn semantic_ranking(snapshot: &Snapshot, request: &SearchRequest, limit: usize) -> Option<Ranking> {
    let query = snapshot.query_vector(&request.query)?;
    let found = snapshot.nearest(&query, limit, COSINE_LEAST, |row| is_asked_for(row, request));
    let mut ranking = ranked(found.into_iter().map(|(row, cosine)| (f64::from(cosine), row)));
    ranking.truncate(limit);
    Some(ranking)
}

/// Orders by score and then by id, so that the order in the index does not show.
fn ranked(found: impl Iterator<Item = (f64, Row)>) -> Ranking {
    let mut ranking: Ranking = found.map(|(score, row)| (row.skill_id, score, row)).collect();
    ranking.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
    ranking
}

fn is_asked_for(row: &Row, request: &SearchRequest) -> bool {
    request.min_stars.is_none_or(|least| row.stars.is_some_and(|stars| stars >= least))
        && request.updated_after.is_none_or(|after| row.updated_at.is_some_and(|updated_at| updated_at >= after))
        && request.registry.is_none_or(|registry| row.registry == registry)
}

fn hit(fused: &Fused<SkillId, 2>, row: &Row, request: &SearchRequest) -> Hit {
    let [lexical, semantic] = fused.placements;
    let breakdown = ScoreBreakdown {
        rrf_score: fused.score,
        semantic_rank: semantic.map(|placement| placement.rank),
        semantic_score: semantic.map(|placement| placement.score),
        fts_rank: lexical.map(|placement| placement.rank),
        fts_score: lexical.map(|placement| placement.score),
        trust_factor: trust_factor(row.stars),
        recency_factor: recency_factor(row.updated_at.map(|updated_at| updated_at.days_until(request.now))),
        quality_factor: quality_factor(row.quality_flag_count, row.is_complete),
        safety_factor: safety_factor(standing(row.status)),
        final_score: 0.0,
    }
    .scored();
    Hit { skill_id: fused.id, score: breakdown.final_score, breakdown, copies: None }
}

fn standing(status: SafetyStatus) -> SafetyStanding {
    match status {
        SafetyStatus::Safe => SafetyStanding::Safe,
        SafetyStatus::Unaudited => SafetyStanding::Unaudited,
        SafetyStatus::Caution => SafetyStanding::Caution,
        SafetyStatus::Warning => SafetyStanding::Warning,
        SafetyStatus::Dangerous => SafetyStanding::Dangerous,
    }
}
