//! Factors that reorder near-ties: trust, recency, quality and safety.
//!
//! A factor multiplies the fused score, in which the best full text is 1; what stands second is
//! often at 0.9 and lower. So the lower end of a band says how much worse a skill may match
//! and still come first by it. The bands are narrow on purpose: popularity and dates are weak
//! hints and must not bury the skill that was asked for. A warning may cost more, since
//! somebody will have to review what stands there. The weights were chosen on the development
//! half (docs/relevance.md) from few values, and with the closed pool beside the open one,
//! where no other skill serves as well.

/// The trust of a source nobody has starred.
const TRUST_LOWEST: f64 = 0.98;
/// The trust where stars are not known, as for folders and most mirrors: in the middle.
const TRUST_UNKNOWN: f64 = 0.99;
/// Stars at which the factor is 1.0; the scale is logarithmic, since stars are.
const TRUST_FULL_STARS: f64 = 10_000.0;
/// What a skill costs that nobody else holds: copies are people who took it over.
const UNCOPIED_COST: f64 = 0.05;
/// Holders at which that cost is gone; the scale is logarithmic as well.
const FULL_HOLDERS: f64 = 5.0;

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

/// What one quality flag costs.
const QUALITY_FLAG_COST: f64 = 0.005;
/// The most that all quality flags cost.
const QUALITY_FLAGS_COST: f64 = 0.02;
/// What a skill costs that is a single file: scripts, references and evaluations beside the
/// instructions are work that somebody put into it.
const SINGLE_FILE_COST: f64 = 0.08;
/// Files at which that cost is gone, the instructions included; on a logarithmic scale.
const FULL_FILES: f64 = 8.0;
/// What instructions cost that say next to nothing.
const EMPTY_BODY_COST: f64 = 0.06;
/// Bytes of a body between which that cost falls to nothing, on a logarithmic scale.
const EMPTY_BODY_BYTES: f64 = 150.0;
const FULL_BODY_BYTES: f64 = 22_000.0;

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

/// What says how many people rely on a skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustSignals {
    /// The stars of its repository, where they are known.
    pub stars: Option<u64>,
    /// How many sources hold it or a near copy, itself included.
    pub holders: u64,
}

/// What says how much care went into a skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QualitySignals {
    /// How many things a reader would complain about.
    pub flag_count: u32,
    /// How many files it has, the instructions included.
    pub file_count: u32,
    /// The length of its instructions, in bytes.
    pub body_bytes: u32,
}

/// Returns the factor for how many people rely on a skill.
pub fn trust_factor(signals: TrustSignals) -> f64 {
    let popularity = match signals.stars {
        None => TRUST_UNKNOWN,
        Some(stars) => {
            let share = (stars as f64).ln_1p() / TRUST_FULL_STARS.ln_1p();
            TRUST_LOWEST + (1.0 - TRUST_LOWEST) * share.min(1.0)
        }
    };
    let held = ((signals.holders.max(1) as f64).ln() / FULL_HOLDERS.ln()).min(1.0);
    popularity * (1.0 - UNCOPIED_COST * (1.0 - held))
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

/// Returns the factor for the care that went into a skill.
pub fn quality_factor(signals: QualitySignals) -> f64 {
    let flags = (f64::from(signals.flag_count) * QUALITY_FLAG_COST).min(QUALITY_FLAGS_COST);
    let files = (f64::from(signals.file_count.max(1)).ln() / FULL_FILES.ln()).min(1.0);
    let bytes = f64::from(signals.body_bytes).max(1.0);
    let body = ((bytes / EMPTY_BODY_BYTES).ln() / (FULL_BODY_BYTES / EMPTY_BODY_BYTES).ln()).clamp(0.0, 1.0);
    (1.0 - flags) * (1.0 - SINGLE_FILE_COST * (1.0 - files)) * (1.0 - EMPTY_BODY_COST * (1.0 - body))
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
    use proptest::prelude::*;

    use super::*;

    const WORST_TRUST: TrustSignals = TrustSignals { stars: Some(0), holders: 0 };
    const WORST_QUALITY: QualitySignals = QualitySignals { flag_count: u32::MAX, file_count: 0, body_bytes: 0 };

    #[test]
    fn nothing_costs_what_is_known_and_looked_after() {
        let trust = trust_factor(TrustSignals { stars: Some(u64::MAX), holders: u64::MAX });
        let quality = quality_factor(QualitySignals { flag_count: 0, file_count: u32::MAX, body_bytes: u32::MAX });
        for factor in [trust, quality, recency_factor(Some(0.0)), safety_factor(SafetyStanding::Safe)] {
            assert!((factor - 1.0).abs() < 1e-12, "{factor}");
        }
    }

    proptest! {
        #[test]
        fn more_is_never_worse(stars in any::<u64>(), holders in any::<u64>(), files in any::<u32>(), bytes in any::<u32>(), flags in any::<u32>(), less in 0_u32..100) {
            let trust = |stars, holders| trust_factor(TrustSignals { stars: Some(stars), holders });
            prop_assert!(trust(stars.saturating_sub(u64::from(less)), holders) <= trust(stars, holders));
            prop_assert!(trust(stars, holders.saturating_sub(u64::from(less))) <= trust(stars, holders));
            let quality = |flag_count, file_count, body_bytes| quality_factor(QualitySignals { flag_count, file_count, body_bytes });
            prop_assert!(quality(flags, files.saturating_sub(less), bytes) <= quality(flags, files, bytes));
            prop_assert!(quality(flags, files, bytes.saturating_sub(less)) <= quality(flags, files, bytes));
            prop_assert!(quality(flags, files, bytes) <= quality(flags.saturating_sub(less), files, bytes));
        }
    }

    #[test]
    fn what_is_older_is_never_better() {
        for pair in [-5.0, 0.0, 100.0, 400.0, 900.0, f64::INFINITY].windows(2) {
            assert!(recency_factor(Some(pair[0])) >= recency_factor(Some(pair[1])), "{pair:?}");
        }
        assert!((recency_factor(Some(1e9)) - RECENCY_LOWEST).abs() < 1e-12);
    }

    #[test]
    fn the_worst_honest_skill_is_not_buried() {
        let product = trust_factor(WORST_TRUST)
            * recency_factor(Some(1e9))
            * quality_factor(WORST_QUALITY)
            * safety_factor(SafetyStanding::Caution);
        // What matches by a fourth less, and has every advantage, stays behind it.
        assert!(product > 0.75, "{product}");
    }
}
