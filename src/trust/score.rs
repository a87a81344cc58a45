//! The trust score: what is known of a publisher and its repository, in one number.
//!
//! A weighted mean of values from 0 to 1. What is not known has the value [`NEUTRAL`], so that
//! it neither speaks for nor against. Stars have a small share and a logarithmic scale, since
//! they can be bought; what proves who the publisher is has the largest, since it cannot.
//! docs/trust.md holds the table, and a test compares it with this file.

/// The value of what is not known.
const NEUTRAL: f64 = 0.5;
/// The weights of what is known have to come to this for a score: with less, the number would
/// say nothing but that nothing is known.
const LEAST_KNOWN_WEIGHT: u32 = 20;

/// Age at which a repository gets no better by it: five years.
const FULL_AGE_DAYS: f64 = 1_825.0;
/// The scale of age: a month more counts much in the first months and little later.
const AGE_SCALE_DAYS: f64 = 30.0;
/// Contributors at which the value is 1.
const FULL_CONTRIBUTORS: f64 = 30.0;
/// The value of a single contributor: most honest skills have one author.
const ONE_CONTRIBUTOR: f64 = 0.3;
/// Releases at which the value is 1.
const FULL_RELEASES: f64 = 20.0;
/// The value of no release: most repositories of skills never make any.
const NO_RELEASE: f64 = 0.4;
/// Stars at which the value is 1.
const FULL_STARS: f64 = 10_000.0;

/// What the score is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrustInput {
    /// Whether something proves who the publisher is.
    Verified,
    /// The age of the repository.
    Age,
    /// How many people have committed.
    Contributors,
    /// Stars.
    Stars,
    /// How many releases there are.
    Releases,
    /// Whether the owner has archived the repository.
    Archived,
    /// Whether the repository says under which licence it is.
    License,
    /// Whether it mostly holds copies of others.
    Aggregator,
}

impl TrustInput {
    /// Every input, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Verified,
        Self::Age,
        Self::Contributors,
        Self::Stars,
        Self::Releases,
        Self::Archived,
        Self::License,
        Self::Aggregator,
    ];

    /// Returns the share of the input in the score, in hundredths; all of them come to 100.
    pub fn weight(self) -> u32 {
        match self {
            Self::Verified => 30,
            Self::Age | Self::Contributors | Self::Stars => 15,
            Self::Releases => 10,
            Self::Archived | Self::License | Self::Aggregator => 5,
        }
    }

    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Age => "repo_age_days",
            Self::Contributors => "contributor_count",
            Self::Stars => "stars",
            Self::Releases => "release_count",
            Self::Archived => "archived",
            Self::License => "license",
            Self::Aggregator => "aggregator",
        }
    }
}

/// What is known; none is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrustInputs {
    /// Whether something proves who the publisher is. That nothing does is not known to mean
    /// anything: hardly anybody is proved.
    pub is_verified: bool,
    /// Whole days since the first commit.
    pub age_days: Option<u64>,
    /// People who have committed.
    pub contributors: Option<u64>,
    /// Stars.
    pub stars: Option<u64>,
    /// Releases.
    pub releases: Option<u64>,
    /// Whether the repository is archived.
    pub is_archived: Option<bool>,
    /// Whether a licence is known, or known not to be there.
    pub has_license: Option<bool>,
    /// Whether the repository mostly holds copies of others.
    pub is_aggregator: Option<bool>,
}

/// One input of a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrustPart {
    /// Which.
    pub input: TrustInput,
    /// Whether it was known; if not, the value is the neutral one.
    pub is_known: bool,
    /// From 0 to 1.
    pub value: f64,
}

/// A score with its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct TrustScore {
    /// From 0 to 1, with three decimals.
    pub score: f64,
    /// Every input, known or not.
    pub parts: Vec<TrustPart>,
}

impl TrustScore {
    /// Computes the score; none where too little is known.
    pub fn of(inputs: TrustInputs) -> Option<Self> {
        let part = |input| {
            let known = known_value(input, inputs);
            TrustPart { input, is_known: known.is_some(), value: known.unwrap_or(NEUTRAL) }
        };
        let parts: Vec<TrustPart> = TrustInput::ALL.into_iter().map(part).collect();
        let known: u32 = parts.iter().filter(|part| part.is_known).map(|part| part.input.weight()).sum();
        if known < LEAST_KNOWN_WEIGHT {
            return None;
        }
        let sum: f64 = parts.iter().map(|part| f64::from(part.input.weight()) * part.value).sum();
        Some(Self { score: (sum * 10.0).round() / 1_000.0, parts })
    }
}

fn known_value(input: TrustInput, inputs: TrustInputs) -> Option<f64> {
    match input {
        TrustInput::Verified => inputs.is_verified.then_some(1.0),
        TrustInput::Age => {
            inputs.age_days.map(|days| logarithmic(days as f64 / AGE_SCALE_DAYS, FULL_AGE_DAYS / AGE_SCALE_DAYS))
        }
        TrustInput::Contributors => inputs.contributors.map(|count| {
            between(ONE_CONTRIBUTOR, logarithmic(count.saturating_sub(1) as f64, FULL_CONTRIBUTORS - 1.0))
        }),
        TrustInput::Stars => inputs.stars.map(|stars| logarithmic(stars as f64, FULL_STARS)),
        TrustInput::Releases => {
            inputs.releases.map(|count| between(NO_RELEASE, logarithmic(count as f64, FULL_RELEASES)))
        }
        // What is as it should be speaks for a repository less than its opposite speaks against it.
        TrustInput::Archived => inputs.is_archived.map(|is_archived| if is_archived { 0.0 } else { 0.6 }),
        TrustInput::License => inputs.has_license.map(|has_license| if has_license { 0.8 } else { 0.2 }),
        TrustInput::Aggregator => inputs.is_aggregator.map(|is_aggregator| if is_aggregator { 0.0 } else { 0.6 }),
    }
}

/// Returns 0 for 0 and 1 from `full` on, on a logarithmic scale.
fn logarithmic(count: f64, full: f64) -> f64 {
    (count.ln_1p() / full.ln_1p()).min(1.0)
}

/// Returns `lowest` for 0 and 1 for 1.
fn between(lowest: f64, share: f64) -> f64 {
    lowest + (1.0 - lowest) * share
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A repository of which everything is known, and nothing speaks for it.
    const WORST: TrustInputs = TrustInputs {
        is_verified: false,
        age_days: Some(0),
        contributors: Some(0),
        stars: Some(0),
        releases: Some(0),
        is_archived: Some(true),
        has_license: Some(false),
        is_aggregator: Some(true),
    };
    /// A repository for which everything speaks but a proof of who it is.
    const BEST_UNVERIFIED: TrustInputs = TrustInputs {
        is_verified: false,
        age_days: Some(u64::MAX),
        contributors: Some(u64::MAX),
        stars: Some(u64::MAX),
        releases: Some(u64::MAX),
        is_archived: Some(false),
        has_license: Some(true),
        is_aggregator: Some(false),
    };

    fn score(inputs: TrustInputs) -> f64 {
        TrustScore::of(inputs).map_or(NEUTRAL, |score| score.score)
    }

    fn inputs() -> impl Strategy<Value = TrustInputs> {
        let count = || proptest::option::of(prop_oneof![0_u64..100_000, any::<u64>()]);
        let flag = || proptest::option::of(any::<bool>());
        (any::<bool>(), count(), count(), count(), count(), flag(), flag(), flag()).prop_map(
            |(is_verified, age_days, contributors, stars, releases, is_archived, has_license, is_aggregator)| {
                TrustInputs {
                    is_verified,
                    age_days,
                    contributors,
                    stars,
                    releases,
                    is_archived,
                    has_license,
                    is_aggregator,
                }
            },
        )
    }

    proptest! {
        #[test]
        fn more_of_anything_good_is_never_worse(inputs in inputs(), more in 0_u64..1_000) {
            let raised = |count: Option<u64>| count.map(|count| count.saturating_add(more));
            let before = score(inputs);
            for better in [
                TrustInputs { is_verified: true, ..inputs },
                TrustInputs { age_days: raised(inputs.age_days), ..inputs },
                TrustInputs { contributors: raised(inputs.contributors), ..inputs },
                TrustInputs { stars: raised(inputs.stars), ..inputs },
                TrustInputs { releases: raised(inputs.releases), ..inputs },
                TrustInputs { is_archived: inputs.is_archived.map(|_| false), ..inputs },
                TrustInputs { has_license: inputs.has_license.map(|_| true), ..inputs },
                TrustInputs { is_aggregator: inputs.is_aggregator.map(|_| false), ..inputs },
            ] {
                prop_assert!(TrustScore::of(inputs).is_none() || score(better) >= before, "{better:?}");
            }
        }

        #[test]
        fn a_score_lies_between_nothing_and_one_and_is_the_mean_of_its_parts(inputs in inputs()) {
            if let Some(TrustScore { score, parts }) = TrustScore::of(inputs) {
                prop_assert!((0.0..=1.0).contains(&score));
                let mean: f64 = parts.iter().map(|part| f64::from(part.input.weight()) / 100.0 * part.value).sum();
                prop_assert!((mean - score).abs() <= 0.000_501);
                prop_assert!(parts.iter().all(|part| part.is_known || part.value == NEUTRAL));
            }
        }

        #[test]
        fn nobody_without_a_proof_comes_near_a_verified_publisher(inputs in inputs()) {
            let unproved = TrustInputs { is_verified: false, ..inputs };
            prop_assert!(score(unproved) <= 0.8);
        }
    }

    #[test]
    fn stars_alone_buy_little() {
        let bought = |inputs| {
            score(TrustInputs { stars: Some(u64::MAX), ..inputs }) - score(TrustInputs { stars: Some(0), ..inputs })
        };
        assert!(bought(WORST) <= 0.151, "{}", bought(WORST));
        assert!(score(TrustInputs { stars: Some(1_000_000), has_license: Some(true), ..TrustInputs::default() }) < 0.6);
        assert!(score(TrustInputs { stars: Some(u64::MAX), ..WORST }) < 0.5);
    }

    #[test]
    fn what_is_not_known_speaks_neither_for_nor_against() {
        assert_eq!(TrustScore::of(TrustInputs::default()), None);
        assert_eq!(TrustScore::of(TrustInputs { has_license: Some(true), ..TrustInputs::default() }), None);
        let verified = TrustScore::of(TrustInputs { is_verified: true, ..TrustInputs::default() }).expect("a score");
        assert!((verified.score - 0.65).abs() < 1e-9, "{}", verified.score);
        assert!((score(BEST_UNVERIFIED) - 0.8).abs() < 1e-9, "{}", score(BEST_UNVERIFIED));
        assert!(score(TrustInputs { is_verified: true, ..BEST_UNVERIFIED }) > 0.94);
        assert!(score(WORST) < 0.27, "{}", score(WORST));
    }

    #[test]
    fn the_page_holds_the_weights_of_this_file() {
        let page = include_str!("../../docs/trust.md");
        let rows: String = TrustInput::ALL
            .iter()
            .map(|input| format!("| `{}` | {:.2} |", input.as_str(), f64::from(input.weight()) / 100.0))
            .inspect(|row| assert!(page.contains(row.as_str()), "docs/trust.md lacks {row}"))
            .collect();
        assert!(!rows.is_empty() && TrustInput::ALL.iter().map(|input| input.weight()).sum::<u32>() == 100);
        let formulas = [
            format!("ln(1 + days / {AGE_SCALE_DAYS}) / ln(1 + {FULL_AGE_DAYS} / {AGE_SCALE_DAYS})"),
            format!("{ONE_CONTRIBUTOR} + {} × ln(n) / ln({FULL_CONTRIBUTORS})", 1.0 - ONE_CONTRIBUTOR),
            format!("ln(1 + n) / ln(1 + {FULL_STARS})"),
            format!("{NO_RELEASE} + {} × ln(1 + n) / ln(1 + {FULL_RELEASES})", 1.0 - NO_RELEASE),
        ];
        for formula in formulas {
            assert!(page.contains(&formula), "docs/trust.md lacks {formula}");
        }
    }
}
