//! The best results read again, together with the query.

use super::semantic::DocumentText;
use super::{EmbedError, Hit};

/// Results that are read again; what is further down does not come to the top any more, and
/// every one costs a run of the model.
pub(super) const RERANKED: usize = 30;

/// Says how well texts answer a query, reading both together.
pub(super) trait Reranker: Send + Sync {
    /// Returns a number for each text, in their order: the higher, the better.
    ///
    /// # Errors
    /// Fails where the model cannot be run.
    fn scores(&self, query: &str, documents: &[DocumentText]) -> Result<Vec<f32>, EmbedError>;
}

/// Deals the relevance of the hits out anew: the one that the reranker likes best takes the
/// highest. The factors of each hit stay its own, so that a warning still weighs what it
/// weighed, and scores stay on their scale.
pub(super) fn rerank(hits: &mut [Hit], scores: &[f32]) {
    if hits.len() != scores.len() || scores.iter().any(|score| score.is_nan()) {
        return;
    }
    let mut relevances: Vec<f64> = hits.iter().map(|hit| hit.breakdown.rrf_score).collect();
    relevances.sort_by(|left, right| right.total_cmp(left));
    let mut order: Vec<usize> = (0..hits.len()).collect();
    order.sort_by(|left, right| {
        scores[*right].total_cmp(&scores[*left]).then(hits[*left].skill_id.cmp(&hits[*right].skill_id))
    });
    for (place, relevance) in order.into_iter().zip(relevances) {
        let hit = &mut hits[place];
        hit.breakdown.rrf_score = relevance;
        hit.breakdown = hit.breakdown.scored();
        hit.score = hit.breakdown.final_score;
    }
    hits.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.skill_id.cmp(&right.skill_id)));
}
