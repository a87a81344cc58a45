//! The levels in which a score is explained to a reader.

use super::ScoreBreakdown;
use super::factor::{RECENCY_CURRENT_DAYS, RECENCY_RECENT_DAYS};

/// The fused score from which a match is strong. On the development half eight in ten right
/// results reach it, and one in ten of the others among the first ten.
const STRONG_MATCH: f64 = 0.75;
/// The fused score from which a match is acceptable: nearly every right result reaches it, and
/// half of the others.
const GOOD_MATCH: f64 = 0.5;
/// Stars from which a source counts as known; below [`LOW_TRUST_STARS`] nobody has looked.
const HIGH_TRUST_STARS: u64 = 1_000;
const LOW_TRUST_STARS: u64 = 10;

/// How well a result matches the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchLevel {
    /// The strongest matches of the query.
    Strong,
    /// An acceptable match.
    Good,
    /// A match of low confidence.
    Weak,
}

/// How much the source is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrustLevel {
    /// A source that many know.
    High,
    /// Mixed or missing signals.
    Medium,
    /// A source that hardly anybody knows.
    Low,
}

/// How long ago the skill changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecencyLevel {
    /// Within the last quarter.
    Current,
    /// Within the last year, or at an unknown time.
    Recent,
    /// Longer ago.
    Stale,
}

/// How few complaints a reader would have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QualityLevel {
    /// None.
    Good,
    /// One or two.
    Ok,
    /// More.
    Poor,
}

impl MatchLevel {
    /// Reads the level off the fused score, before any factor.
    pub fn of(breakdown: &ScoreBreakdown) -> Self {
        match breakdown.rrf_score {
            score if score >= STRONG_MATCH => Self::Strong,
            score if score >= GOOD_MATCH => Self::Good,
            _ => Self::Weak,
        }
    }

    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Good => "good",
            Self::Weak => "weak",
        }
    }
}

impl TrustLevel {
    /// Returns the level of a source with so many stars.
    pub fn of(stars: Option<u64>) -> Self {
        match stars {
            Some(stars) if stars >= HIGH_TRUST_STARS => Self::High,
            Some(stars) if stars < LOW_TRUST_STARS => Self::Low,
            _ => Self::Medium,
        }
    }

    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

impl RecencyLevel {
    /// Returns the level of a skill that changed so many days ago.
    pub fn of(days_since_update: Option<f64>) -> Self {
        match days_since_update {
            Some(days) if days <= RECENCY_CURRENT_DAYS => Self::Current,
            Some(days) if days > RECENCY_RECENT_DAYS => Self::Stale,
            _ => Self::Recent,
        }
    }

    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Recent => "recent",
            Self::Stale => "stale",
        }
    }
}

impl QualityLevel {
    /// Returns the level of a skill with so many quality flags.
    pub fn of(flag_count: u32, is_complete: bool) -> Self {
        match flag_count + u32::from(!is_complete) {
            0 => Self::Good,
            1 | 2 => Self::Ok,
            _ => Self::Poor,
        }
    }

    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Ok => "ok",
            Self::Poor => "poor",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breakdown(rrf_score: f64) -> ScoreBreakdown {
        let breakdown = ScoreBreakdown {
            rrf_score,
            semantic_rank: None,
            semantic_score: None,
            fts_rank: Some(1),
            fts_score: Some(12.0),
            trust_factor: 0.5,
            recency_factor: 1.0,
            quality_factor: 1.0,
            safety_factor: 1.0,
            final_score: 0.0,
        };
        breakdown.scored()
    }

    #[test]
    fn levels_have_the_names_of_the_contract() {
        for (score, name) in [(1.0, "strong"), (2.0 / 3.0, "good"), (1.0 / 3.0, "weak")] {
            assert_eq!(MatchLevel::of(&breakdown(score)).as_str(), name);
        }
        for (stars, name) in [(Some(5_000), "high"), (None, "medium"), (Some(50), "medium"), (Some(0), "low")] {
            assert_eq!(TrustLevel::of(stars).as_str(), name);
        }
        for (days, name) in [(Some(0.0), "current"), (Some(200.0), "recent"), (None, "recent"), (Some(800.0), "stale")]
        {
            assert_eq!(RecencyLevel::of(days).as_str(), name);
        }
        for (flags, is_complete, name) in [(0, true, "good"), (0, false, "ok"), (2, true, "ok"), (3, true, "poor")] {
            assert_eq!(QualityLevel::of(flags, is_complete).as_str(), name);
        }
    }

    #[test]
    fn the_final_score_is_the_product() {
        assert!((breakdown(0.8).final_score - 0.4).abs() < 1e-12);
    }
}
