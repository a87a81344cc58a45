//! One answer from full text and vectors.

use std::collections::HashMap;

use tantivy::{DocAddress, DocId, SegmentOrdinal};

use super::alone::{lexical_alone, semantic_alone};
use super::diversity::{Trait, diversify};
use super::lexical::{LexicalQuery, Row};
use super::semantic::QuantisedVector;
use super::snapshot::Snapshot;
use super::{CopyCluster, EmptyReason, Facets, Hit, SearchAnswer, SearchError, SearchRequest};
use crate::rank::{
    Fusion, QualitySignals, RankingWeights, SafetyStanding, ScoreBreakdown, TrustSignals, confidence, quality_factor,
    recency_factor, safety_factor, trust_factor,
};
use crate::scan::SafetyStatus;
use crate::skill::SkillId;

/// Candidates of full text; what is further down does not come to the top any more.
const LEXICAL_CANDIDATES: usize = 200;
/// Candidates of the vectors alone: they find what is said in other words, and what is so is
/// among the first of them.
const SEMANTIC_CANDIDATES: usize = 60;
/// The least cosine of a candidate that full text does not find: below, it is chance.
const COSINE_LEAST: f32 = 0.2;
/// The least cosine where the vectors are asked alone, to be measured.
const COSINE_LEAST_ALONE: f32 = 0.1;
/// Below this confidence nothing is worth reading: the best skill says a twentieth of what was
/// asked for, and none is near in meaning.
const CONFIDENCE_LEAST: f64 = 0.12;

/// A ranked list of skills with the rows that they were found in.
type Ranking = Vec<(SkillId, f64, Row)>;

/// A skill that may come into the answer.
struct Candidate {
    row: Row,
    /// Rank and score in full text.
    lexical: Option<(u32, f64)>,
    /// Rank among the nearest vectors.
    semantic_rank: Option<u32>,
    cosine: Option<f64>,
}

/// Answers a request from one snapshot.
pub(super) fn answer(
    snapshot: &Snapshot,
    weights: &RankingWeights,
    request: &SearchRequest,
) -> Result<SearchAnswer, SearchError> {
    let vector = || snapshot.query_vector(&request.query);
    match request.ranking {
        super::Ranking::Hybrid => {}
        super::Ranking::Lexical => {
            let found = lexical_ranking(snapshot, weights, request, request.limit)?.found.into_iter();
            return Ok(lexical_alone(
                found.map(|(row, score, _)| (row.skill_id, score)),
                request,
                snapshot.is_degraded,
            ));
        }
        super::Ranking::Semantic => {
            let found = vector()
                .map(|vector| semantic_ranking(snapshot, request, &vector, request.limit, COSINE_LEAST_ALONE))
                .unwrap_or_default();
            return Ok(semantic_alone(found.iter().map(|(id, score, _)| (*id, *score)), request, snapshot.is_degraded));
        }
    }
    let (candidates, fusion) = candidates(snapshot, weights, request)?;
    let mut hits: Vec<Hit> = candidates
        .values()
        .map(|candidate| hit(candidate, &fusion, snapshot.copies.of(candidate.row.skill_id), request))
        .collect();
    hits.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.skill_id.cmp(&right.skill_id)));
    let mut empty_reason = None;
    if hits.is_empty() {
        empty_reason = Some(EmptyReason::find(snapshot.record_count(), request, |unfiltered| {
            answer(snapshot, weights, unfiltered).map(|answer| !answer.hits.is_empty())
        })?);
    } else if fusion.confidence < CONFIDENCE_LEAST {
        hits.clear();
        empty_reason = Some(EmptyReason::TooWeak);
    }
    let row = |id: SkillId| candidates.get(&id).map(|candidate| &candidate.row);
    let mut hits = diversify(hits, &snapshot.copies, |id| row(id).map(trait_of));
    let facets = request.wants_facets.then(|| Facets::of(hits.iter().filter_map(|hit| row(hit.skill_id))));
    hits.truncate(request.limit);
    Ok(SearchAnswer { hits, is_degraded: snapshot.is_degraded, empty_reason, facets })
}

/// Finds everything that may come into the answer, with both scores of each.
fn candidates(
    snapshot: &Snapshot,
    weights: &RankingWeights,
    request: &SearchRequest,
) -> Result<(HashMap<SkillId, Candidate>, Fusion), SearchError> {
    let limit = LEXICAL_CANDIDATES.max(request.limit.min(10 * LEXICAL_CANDIDATES));
    let vector = snapshot.query_vector(&request.query);
    let (lexical, semantic) = rayon::join(
        || lexical_ranking(snapshot, weights, request, limit),
        || {
            let limit = SEMANTIC_CANDIDATES.max(request.limit);
            vector
                .as_deref()
                .map(|vector| semantic_ranking(snapshot, request, vector, limit, COSINE_LEAST))
                .unwrap_or_default()
        },
    );
    let lexical = lexical?;
    let best_lexical = lexical.found.first().map_or(0.0, |(_, score, _)| *score);
    let best_cosine = semantic.first().map_or(0.0, |(_, cosine, _)| *cosine);
    let mut candidates: HashMap<SkillId, Candidate> = HashMap::with_capacity(lexical.found.len() + semantic.len());
    for (rank, (row, score, address)) in (1_u32..).zip(lexical.found) {
        let vectors = snapshot.tables[address.segment_ord as usize].vectors.as_ref();
        let cosine =
            vectors.zip(vector.as_deref()).map(|(vectors, vector)| vectors.cosine(vector, address.doc_id as usize));
        let candidate =
            Candidate { row, lexical: Some((rank, score)), semantic_rank: None, cosine: cosine.map(f64::from) };
        candidates.insert(row.skill_id, candidate);
    }
    for (rank, (id, cosine, row)) in (1_u32..).zip(semantic) {
        let new = || Candidate { row, lexical: None, semantic_rank: None, cosine: Some(cosine) };
        candidates.entry(id).or_insert_with(new).semantic_rank = Some(rank);
    }
    let embedder = snapshot.embedder.as_ref().filter(|_| vector.is_some());
    let fusion = Fusion {
        best_lexical,
        semantic_weight: embedder.map_or(0.0, |embedder| weights.meaning.unwrap_or_else(|| embedder.fusion_weight())),
        confidence: confidence(best_lexical / lexical.ideal_score, best_cosine),
    };
    Ok((candidates, fusion))
}

/// What full text finds, in its order.
struct LexicalRanking {
    found: Vec<(Row, f64, DocAddress)>,
    /// The score of a skill that is about every word of the query; above 0.
    ideal_score: f64,
}

fn lexical_ranking(
    snapshot: &Snapshot,
    weights: &RankingWeights,
    request: &SearchRequest,
    limit: usize,
) -> Result<LexicalRanking, SearchError> {
    let row = |segment: SegmentOrdinal, document: DocId| &snapshot.tables[segment as usize].rows[document as usize];
    let is_wanted = |segment, document| is_asked_for(row(segment, document), request);
    let answer = snapshot.lexical.search(&LexicalQuery::new(&request.query), weights, limit, is_wanted)?;
    let found = answer.found.into_iter();
    let mut found: Vec<(Row, f64, DocAddress)> =
        found.map(|(score, address)| (*row(address.segment_ord, address.doc_id), rounded(score), address)).collect();
    // By the id where scores are equal, so that the order in the index does not show.
    found.sort_unstable_by(|left, right| right.1.total_cmp(&left.1).then(left.0.skill_id.cmp(&right.0.skill_id)));
    Ok(LexicalRanking { found, ideal_score: f64::from(answer.ideal_score).max(f64::MIN_POSITIVE) })
}

/// Rounds a score of full text to thousandths: its last digits come from the order in which it
/// was summed up, which is that of the index, and must decide nothing.
fn rounded(score: f32) -> f64 {
    (f64::from(score) * 1_000.0).round() / 1_000.0
}

fn semantic_ranking(
    snapshot: &Snapshot,
    request: &SearchRequest,
    vector: &QuantisedVector,
    limit: usize,
    least: f32,
) -> Ranking {
    let found = snapshot.nearest(vector, limit, least, |row| is_asked_for(row, request));
    let mut ranking = ranked(found.into_iter().map(|(row, cosine)| (f64::from(cosine), row)));
    ranking.truncate(limit);
    ranking
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

fn hit(candidate: &Candidate, fusion: &Fusion, copies: Option<CopyCluster>, request: &SearchRequest) -> Hit {
    let Candidate { row, lexical, semantic_rank, cosine } = candidate;
    let near = copies.map_or(0, |cluster| u64::from(cluster.member_count.saturating_sub(1)));
    let trust = TrustSignals { stars: row.stars, holders: u64::from(row.copy_count) + near };
    let quality = QualitySignals {
        flag_count: row.quality_flag_count,
        file_count: row.file_count.saturating_add(1),
        body_bytes: row.body_bytes,
    };
    let breakdown = ScoreBreakdown {
        rrf_score: fusion.score(lexical.map(|(_, score)| score), *cosine),
        semantic_rank: *semantic_rank,
        semantic_score: *cosine,
        fts_rank: lexical.map(|(rank, _)| rank),
        fts_score: lexical.map(|(_, score)| score),
        trust_factor: trust_factor(trust),
        recency_factor: recency_factor(row.updated_at.map(|updated_at| updated_at.days_until(request.now))),
        quality_factor: quality_factor(quality),
        safety_factor: safety_factor(standing(row)),
        final_score: 0.0,
    }
    .scored();
    Hit { skill_id: row.skill_id, score: breakdown.final_score, breakdown, copies: None }
}

fn trait_of(row: &Row) -> Trait {
    Trait { name_key: row.name_key, aggregator: row.is_aggregator.then_some(row.publisher_key) }
}

fn standing(row: &Row) -> SafetyStanding {
    match row.status {
        SafetyStatus::Safe => SafetyStanding::Safe,
        SafetyStatus::Unaudited => SafetyStanding::Unaudited,
        // Files that nobody could read are no finding; that they are there is said in the verdict.
        SafetyStatus::Caution if !row.has_findings => SafetyStanding::Safe,
        SafetyStatus::Caution => SafetyStanding::Caution,
        SafetyStatus::Warning => SafetyStanding::Warning,
        SafetyStatus::Dangerous => SafetyStanding::Dangerous,
    }
}
