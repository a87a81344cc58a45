//! Questions and answers.

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
    /// The time at which the question is asked, for the factor of recency.
    pub now: Timestamp,
}

/// The answer to a search.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchAnswer {
    /// The best first.
    pub hits: Vec<Hit>,
    /// Whether vectors were configured and could not be used.
    pub is_degraded: bool,
}

/// One skill that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The skill.
    pub skill_id: SkillId,
    /// The final score.
    pub score: f64,
    /// How the score came about.
    pub breakdown: ScoreBreakdown,
}
