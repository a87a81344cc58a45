//! Factors that reorder near-ties: trust, recency, quality and safety.
//!
//! One rank more in both lists costs a result about 1.6 % of its fused score (61/62), so the
//! lower end of a band says by how many ranks its factor can move a result at most: 0.98 is
//! one, 0.95 three. The bands are narrow on purpose: popularity and dates are weak hints and
//! must not bury the skill that was asked for. A warning may cost more, since somebody will
//! have to review what stands there.

/// The trust of a source nobody has starred: one rank below a well-known one.
const TRUST_LOWEST: f64 = 0.98;
/// The trust where stars are not known, as for folders and most mirrors: in the middle.
const TRUST_UNKNOWN: f64 = 0.99;
/// Stars at which the factor is 1.0; the scale is logarithmic, since stars are.
const TRUST_FULL_STARS: f64 = 10_000.0;

/// The factor of a skill that has not changed for [`RECENCY_STALE_DAYS`].
const RECENCY_LOWEST: f64 = 0.99;
/// The factor where the date is not known.
const RECENCY_UNKNOWN: f64 = 0.995;
/// Skills change with the tools that they describe; within a quarter nothing has aged.
pub(super) const RECENCY_CURRENT_DAYS: f64 = 90.0;
/// The time after which something is still recent.
pub(super) const RECENCY_RECENT_DAYS: f64 = 365.0;
/// The time after which a skill does not get any older.
const RECENCY_STALE_DAYS: f64 = 730.0;

/// What one quality flag costs: a third of a rank.
const QUALITY_FLAG_COST: f64 = 0.005;
/// The lowest quality factor.
const QUALITY_LOWEST: f64 = 0.98;
/// What a skill costs of which not every file could be read.
const INCOMPLETE_COST: f64 = 0.005;

/// The verdict's weight, in the words of this room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SafetyStanding {
    /// No known concern.
    Safe,
    /// Never analysed.
    Unaudited,
    /// Deserves review.
    Caution,
    /// A stronger concern.
    Warning,
    /// Must not be shown.
    Dangerous,
}

/// Returns the factor for the popularity of a source.
pub fn trust_factor(stars: Option<u64>) -> f64 {
    match stars {
        None => TRUST_UNKNOWN,
        Some(stars) => {
            let share = (stars as f64).ln_1p() / TRUST_FULL_STARS.ln_1p();
            TRUST_LOWEST + (1.0 - TRUST_LOWEST) * share.min(1.0)
        }
    }
}

/// Returns the factor for the days since the last change: falls in a straight line between
/// current and stale.
pub fn recency_factor(days_since_update: Option<f64>) -> f64 {
    match days_since_update {
        None => RECENCY_UNKNOWN,
        Some(days) => {
            let share = ((days - RECENCY_CURRENT_DAYS) / (RECENCY_STALE_DAYS - RECENCY_CURRENT_DAYS)).clamp(0.0, 1.0);
            1.0 - (1.0 - RECENCY_LOWEST) * share
        }
    }
}

/// Returns the factor for what a reader would complain about.
pub fn quality_factor(flag_count: u32, is_complete: bool) -> f64 {
    let cost = f64::from(flag_count) * QUALITY_FLAG_COST + if is_complete { 0.0 } else { INCOMPLETE_COST };
    (1.0 - cost).max(QUALITY_LOWEST)
}

/// Returns the factor for the verdict; zero for what must not be shown.
pub fn safety_factor(standing: SafetyStanding) -> f64 {
    match standing {
        SafetyStanding::Safe => 1.0,
        // Not having been looked at is not a fault of the skill.
        SafetyStanding::Unaudited => 0.99,
        SafetyStanding::Caution => 0.985,
        SafetyStanding::Warning => 0.95,
        SafetyStanding::Dangerous => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_stay_in_their_bands_and_fall_with_what_is_worse() {
        for pair in [None, Some(0), Some(3), Some(500), Some(20_000), Some(u64::MAX)].windows(2).skip(1) {
            assert!(trust_factor(pair[0]) <= trust_factor(pair[1]), "{pair:?}");
        }
        for pair in [-5.0, 0.0, 100.0, 400.0, 900.0, f64::INFINITY].windows(2) {
            assert!(recency_factor(Some(pair[0])) >= recency_factor(Some(pair[1])), "{pair:?}");
        }
        for (factor, lowest) in [
            (trust_factor(Some(0)), TRUST_LOWEST),
            (recency_factor(Some(1e9)), RECENCY_LOWEST),
            (quality_factor(u32::MAX, false), QUALITY_LOWEST),
        ] {
            assert!((factor - lowest).abs() < 1e-12);
        }
        assert_eq!((trust_factor(Some(u64::MAX)), recency_factor(Some(0.0)), quality_factor(0, true)), (1.0, 1.0, 1.0));
    }

    #[test]
    fn the_worst_honest_skill_is_not_buried() {
        let product = trust_factor(Some(0))
            * recency_factor(Some(1e9))
            * quality_factor(99, false)
            * safety_factor(SafetyStanding::Caution);
        // First in both lists, it still beats what is sixth in both and perfect.
        assert!(product > 61.0 / 66.0, "{product}");
    }
}
