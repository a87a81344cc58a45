//! The measures of a ranking; their formulas are in `rank`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ClusterId;
use crate::rank::{hit_at, ndcg_at, recall_at, reciprocal_rank};

/// A measure of one ranking against its judgements, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Measure {
    /// The normalised discounted cumulated gain of the first ten.
    #[serde(rename = "ndcg_at_10")]
    NdcgAt10,
    /// The share of what is relevant among the first ten.
    #[serde(rename = "recall_at_10")]
    RecallAt10,
    /// The share of what is relevant among the first hundred.
    #[serde(rename = "recall_at_100")]
    RecallAt100,
    /// One divided by the rank of the first relevant result; its mean is the MRR.
    #[serde(rename = "reciprocal_rank")]
    ReciprocalRank,
    /// Whether the first result is relevant.
    #[serde(rename = "hit_at_1")]
    HitAt1,
}

impl Measure {
    /// Every measure, the headline first.
    pub const ALL: [Self; 5] =
        [Self::NdcgAt10, Self::RecallAt10, Self::RecallAt100, Self::ReciprocalRank, Self::HitAt1];

    /// Results that a ranking must have for every measure.
    pub const DEPTH: usize = 100;

    /// Returns the usual name of its mean.
    pub fn name(self) -> &'static str {
        match self {
            Self::NdcgAt10 => "nDCG@10",
            Self::RecallAt10 => "recall@10",
            Self::RecallAt100 => "recall@100",
            Self::ReciprocalRank => "MRR",
            Self::HitAt1 => "hit@1",
        }
    }

    /// Measures one ranking.
    pub fn of(self, ranking: &[ClusterId], judgements: &BTreeMap<ClusterId, u32>) -> f64 {
        match self {
            Self::NdcgAt10 => ndcg_at(ranking, judgements, 10),
            Self::RecallAt10 => recall_at(ranking, judgements, 10),
            Self::RecallAt100 => recall_at(ranking, judgements, Self::DEPTH),
            Self::ReciprocalRank => reciprocal_rank(ranking, judgements),
            Self::HitAt1 => hit_at(ranking, judgements, 1),
        }
    }
}
