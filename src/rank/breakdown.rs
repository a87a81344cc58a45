//! How a score came about.

use serde::{Deserialize, Serialize};

/// Every number that went into the place of one result.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScoreBreakdown {
    /// The fused score before all factors: see [`Fusion`](super::Fusion). The contract names it
    /// after the way scores are fused elsewhere.
    pub rrf_score: f64,
    /// The rank by meaning, from 1.
    pub semantic_rank: Option<u32>,
    /// The cosine similarity of query and skill.
    pub semantic_score: Option<f64>,
    /// The rank in full text, from 1.
    pub fts_rank: Option<u32>,
    /// The BM25 score.
    pub fts_score: Option<f64>,
    /// The factor for how many people rely on the skill.
    pub trust_factor: f64,
    /// The factor for the last change.
    pub recency_factor: f64,
    /// The factor for the care that went into the skill.
    pub quality_factor: f64,
    /// The factor for the verdict.
    pub safety_factor: f64,
    /// The product of the fused score and all factors.
    pub final_score: f64,
}

impl ScoreBreakdown {
    /// Computes the final score from the other numbers, whatever it was before.
    #[must_use]
    pub fn scored(self) -> Self {
        let factors = self.trust_factor * self.recency_factor * self.quality_factor * self.safety_factor;
        Self { final_score: self.rrf_score * factors, ..self }
    }
}
