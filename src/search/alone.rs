//! One list as an answer, so that each side can be measured by itself.

use super::{Hit, SearchAnswer, SearchRequest};
use crate::rank::ScoreBreakdown;
use crate::skill::SkillId;

/// A list without any factor: fused with nothing, its own score is the final one.
const NOTHING: ScoreBreakdown = ScoreBreakdown {
    rrf_score: 0.0,
    semantic_rank: None,
    semantic_score: None,
    fts_rank: None,
    fts_score: None,
    trust_factor: 1.0,
    recency_factor: 1.0,
    quality_factor: 1.0,
    safety_factor: 1.0,
    final_score: 0.0,
};

/// Answers with the list of full text, the best first.
pub(super) fn lexical_alone(
    entries: impl Iterator<Item = (SkillId, f64)>,
    request: &SearchRequest,
    is_degraded: bool,
) -> SearchAnswer {
    alone(entries, request, is_degraded, |rank, score| ScoreBreakdown {
        fts_rank: Some(rank),
        fts_score: Some(score),
        ..NOTHING
    })
}

/// Answers with the list of vectors, the best first.
pub(super) fn semantic_alone(
    entries: impl Iterator<Item = (SkillId, f64)>,
    request: &SearchRequest,
    is_degraded: bool,
) -> SearchAnswer {
    alone(entries, request, is_degraded, |rank, score| ScoreBreakdown {
        semantic_rank: Some(rank),
        semantic_score: Some(score),
        ..NOTHING
    })
}

fn alone(
    entries: impl Iterator<Item = (SkillId, f64)>,
    request: &SearchRequest,
    is_degraded: bool,
    breakdown: impl Fn(u32, f64) -> ScoreBreakdown,
) -> SearchAnswer {
    let hit = |(rank, (skill_id, score))| Hit {
        skill_id,
        score,
        breakdown: ScoreBreakdown { final_score: score, ..breakdown(rank, score) },
        copies: None,
    };
    SearchAnswer {
        hits: (1_u32..).zip(entries).map(hit).take(request.limit).collect(),
        is_degraded,
        empty_reason: None,
        facets: None,
    }
}
