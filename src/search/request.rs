//! Questions and answers.

use serde::{Deserialize, Serialize};

use super::{CopyCluster, EmptyReason, Facets};
use crate::rank::ScoreBreakdown;
use crate::skill::{Registry, SkillId, Timestamp};

/// A search.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SearchRequest {
    /// What somebody typed; any text.
    pub query: String,
    /// How many hits are wanted at most.
    pub limit: usize,
    /// Only skills with at least so many stars; unknown stars are too few.
    pub min_stars: Option<u64>,
    /// Only skills that changed at or after this time; an unknown time is too long ago.
    pub updated_after: Option<Timestamp>,
    /// Only skills of this registry.
    pub registry: Option<Registry>,
    /// Whether the candidates are counted by type, publisher, licence and verdict.
    pub wants_facets: bool,
    /// The time at which the question is asked, for the factor of recency.
    pub now: Timestamp,
    /// Which ranking answers.
    pub ranking: Ranking,
}

/// A way to order skills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ranking {
    /// Full text alone, in the order of its scores; no factors.
    Lexical,
    /// Vectors alone, in the order of their cosines; no factors.
    Semantic,
    /// Both with all factors: what users get.
    Hybrid,
}

impl Ranking {
    /// Every ranking, the parts before the whole.
    pub const ALL: [Self; 3] = [Self::Lexical, Self::Semantic, Self::Hybrid];

    /// Returns the word that names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lexical => "lexical",
            Self::Semantic => "semantic",
            Self::Hybrid => "hybrid",
        }
    }
}

/// The answer to a search.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchAnswer {
    /// The best first.
    pub hits: Vec<Hit>,
    /// Whether vectors were configured and could not be used.
    pub is_degraded: bool,
    /// Why nothing was found, where nothing was.
    pub empty_reason: Option<EmptyReason>,
    /// The candidates in numbers, where the request asks for them.
    pub facets: Option<Facets>,
}

/// One skill that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The skill.
    pub skill_id: SkillId,
    /// The final score.
    pub score: f64,
    /// How the score came about; of copies, that of the one that matches best.
    pub breakdown: ScoreBreakdown,
    /// The copies for which the skill stands, where there are any.
    pub copies: Option<CopyCluster>,
}
