//! The reputation of a publisher, in one number from 0 to 100.
//!
//! It begins at [`NEUTRAL`]: who is new, or of whom nothing is known, has that, since being new is
//! no fault. What was scanned clean, who a publisher provably is, and how long the index knows
//! them add to it, each up to a bound, so that no crowd of small skills makes up for a bad one.
//! What is dangerous takes away. Copies of what others wrote are left out by whoever counts.
//! docs/publishers.md holds the formula, and a test compares it with this file.

/// The score of whom nothing is known of.
pub const NEUTRAL: u32 = 50;

/// Points for a proof of who it is: an account of the list, or a domain.
const VERIFIED_POINTS: f64 = 15.0;
/// Points that clean skills can come to.
const RECORD_POINTS: f64 = 20.0;
/// Clean skills that give half of them.
const HALF_RECORD: f64 = 5.0;
/// Points that time can come to.
const AGE_POINTS: f64 = 10.0;
/// Days in the index that give all of them.
const FULL_AGE_DAYS: f64 = 730.0;
/// The scale of time: a month more counts much in the first months and little later.
const AGE_SCALE_DAYS: f64 = 30.0;
/// What the first thing of a kind takes away, and each further one.
const CRITICAL_POINTS: (f64, f64) = (30.0, 10.0);
const HIGH_POINTS: (f64, f64) = (12.0, 4.0);
const EARLIER_POINTS: (f64, f64) = (10.0, 5.0);
/// What earlier bundles can take away at most: somebody who mended a skill is not held to it.
const EARLIER_MOST: f64 = 20.0;

/// Clean skills, and days in the index, with both of which a number says something.
const LEAST_SKILLS: u64 = 3;
const LEAST_DAYS: u64 = 30;

/// What is known of a publisher. Only skills that are no copies are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReputationInputs {
    /// Whether something proves who it is.
    pub is_verified: bool,
    /// Skills whose current verdict is clean or low, and that were read completely.
    pub clean_skills: u64,
    /// Skills whose current verdict is critical, or that are a known threat.
    pub critical_skills: u64,
    /// Skills whose current verdict is high and that are not among the former.
    pub high_skills: u64,
    /// Skills that had a critical bundle within the last year and are neither now.
    pub earlier_critical_skills: u64,
    /// Whole days since the index first stored a skill of theirs.
    pub days_known: u64,
}

/// What a reputation says in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReputationLabel {
    /// Too little is known, and nothing bad.
    Unknown,
    /// Below 35.
    Low,
    /// From 35 to 64.
    Medium,
    /// 65 and above.
    High,
}

impl ReputationLabel {
    /// Every label.
    pub const ALL: [Self; 4] = [Self::Unknown, Self::Low, Self::Medium, Self::High];

    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A reputation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reputation {
    /// From 0 to 100.
    pub score: u32,
    /// What that says.
    pub label: ReputationLabel,
}

impl Reputation {
    /// The reputation of whom nothing is known of.
    pub const UNKNOWN: Self = Self { score: NEUTRAL, label: ReputationLabel::Unknown };

    /// Computes a reputation:
    ///
    /// ```text
    /// 50 + 15 if verified + 20 · clean / (clean + 5) + 10 · min(1, ln(1 + days/30) / ln(1 + 730/30))
    ///    − (30 for the first critical skill, 10 for each more)
    ///    − (12 for the first high one, 4 for each more)
    ///    − min(20, 10 for the first that was critical within a year, 5 for each more)
    /// ```
    ///
    /// rounded, and held within 0 and 100.
    pub fn of(inputs: ReputationInputs) -> Self {
        let clean = inputs.clean_skills as f64;
        let identity = if inputs.is_verified { VERIFIED_POINTS } else { 0.0 };
        let record = RECORD_POINTS * clean / (clean + HALF_RECORD);
        let age = |days: f64| (1.0 + days / AGE_SCALE_DAYS).ln();
        let time = AGE_POINTS * (age(inputs.days_known as f64) / age(FULL_AGE_DAYS)).min(1.0);
        let harm = taken(inputs.critical_skills, CRITICAL_POINTS)
            + taken(inputs.high_skills, HIGH_POINTS)
            + taken(inputs.earlier_critical_skills, EARLIER_POINTS).min(EARLIER_MOST);
        let score = (f64::from(NEUTRAL) + identity + record + time - harm).round().clamp(0.0, 100.0) as u32;
        let is_enough = inputs.is_verified
            || harm > 0.0
            || (inputs.clean_skills >= LEAST_SKILLS && inputs.days_known >= LEAST_DAYS);
        let label = match score {
            _ if !is_enough => ReputationLabel::Unknown,
            ..35 => ReputationLabel::Low,
            35..65 => ReputationLabel::Medium,
            _ => ReputationLabel::High,
        };
        Self { score, label }
    }
}

fn taken(count: u64, (first, further): (f64, f64)) -> f64 {
    if count == 0 { 0.0 } else { first + further * (count - 1) as f64 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::ReputationLabel::{High, Low, Medium, Unknown};
    use super::*;

    fn inputs(is_verified: bool, counts: [u64; 4], days_known: u64) -> ReputationInputs {
        let [clean_skills, critical_skills, high_skills, earlier_critical_skills] = counts;
        ReputationInputs {
            is_verified,
            clean_skills,
            critical_skills,
            high_skills,
            earlier_critical_skills,
            days_known,
        }
    }

    #[test]
    fn a_score_is_what_the_formula_says() {
        // Verified; clean, critical, high and earlier critical skills; days.
        let rows = [
            ((false, [0, 0, 0, 0], 0), (50, Unknown)),
            ((false, [1, 0, 0, 0], 0), (53, Unknown)),
            ((false, [100, 0, 0, 0], 0), (69, Unknown)),
            ((false, [3, 0, 0, 0], 30), (60, Medium)),
            ((false, [0, 0, 0, 0], 730), (60, Unknown)),
            ((false, [20, 0, 0, 0], 365), (74, High)),
            ((false, [1_000, 0, 0, 0], 10_000), (80, High)),
            ((true, [0, 0, 0, 0], 0), (65, High)),
            ((true, [1_000, 0, 0, 0], 10_000), (95, High)),
            ((false, [0, 1, 0, 0], 0), (20, Low)),
            ((false, [1, 2, 0, 0], 31), (16, Low)),
            ((false, [0, 5, 0, 0], 0), (0, Low)),
            ((false, [0, 0, 1, 0], 0), (38, Medium)),
            ((false, [0, 0, 2, 0], 0), (34, Low)),
            ((false, [0, 0, 0, 1], 0), (40, Medium)),
            ((false, [0, 0, 0, 9], 0), (30, Low)),
            ((true, [500, 1, 3, 2], 900), (30, Low)),
            ((true, [500, 0, 3, 0], 900), (75, High)),
        ];
        for ((is_verified, counts, days), (score, label)) in rows {
            let found = Reputation::of(inputs(is_verified, counts, days));
            assert_eq!((found.score, found.label), (score, label), "{is_verified} {counts:?} {days}");
        }
        assert_eq!(Reputation::of(ReputationInputs::default()), Reputation::UNKNOWN);
    }

    #[test]
    fn the_page_has_the_formula_of_the_code() {
        let page = include_str!("../../docs/publishers.md");
        let source = include_str!("reputation.rs");
        let written: Vec<&str> = source
            .lines()
            .skip_while(|line| !line.contains("```text"))
            .skip(1)
            .take_while(|line| !line.contains("```"))
            .map(|line| line.trim_start().trim_start_matches("///").trim())
            .collect();
        assert!(written.len() == 4 && written.iter().all(|line| page.contains(line)), "{written:?}");
        for label in ReputationLabel::ALL {
            assert!(page.contains(&format!("`{}`", label.as_str())), "{label:?}");
        }
    }

    proptest! {
        #[test]
        fn nobody_is_worse_off_for_being_new_and_no_good_hides_a_bad(
            verified: bool, clean in 0_u64..5_000, high in 0_u64..20, earlier in 0_u64..20, days in 0_u64..20_000,
        ) {
            let fresh = Reputation::of(inputs(verified, [clean, 0, 0, 0], 0));
            prop_assert!(fresh.score >= NEUTRAL && fresh.label != Low);
            let with = |critical| Reputation::of(inputs(verified, [clean, critical, high, earlier], days)).score;
            prop_assert!(with(1) <= with(0) && with(2) <= with(1));
            prop_assert!(with(1) <= 65);
            let more = Reputation::of(inputs(verified, [clean + 1, 0, high, earlier], days)).score;
            prop_assert!(more >= with(0));
        }
    }
}
