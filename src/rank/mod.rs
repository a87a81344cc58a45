//! Fusion, score factors, explanations and metrics of information retrieval.
//!
//! The room is pure and generic over an id: it does not know what a skill is, nor where the
//! ranked lists come from. Start at [`Fusion`]; every constant that moves a result is in
//! `factor.rs` or `weights.rs`, with its reason.

mod breakdown;
mod explanation;
mod factor;
mod fusion;
mod metrics;
mod weights;

pub use breakdown::ScoreBreakdown;
pub use explanation::{MatchLevel, QualityLevel, RecencyLevel, TrustLevel};
pub use factor::{
    QualitySignals, SafetyStanding, TrustSignals, quality_factor, recency_factor, safety_factor, trust_factor,
};
pub use fusion::{Fusion, confidence};
pub use metrics::{hit_at, ndcg_at, recall_at, reciprocal_rank};
pub use weights::RankingWeights;
