//! Fusion of full text and vectors by their scores.
//!
//! S. Bruch, S. Gai, A. Ingber: *An analysis of fusion functions for hybrid retrieval*, ACM TOIS
//! 42(1), 2023: a weighted sum of scores that were brought to one scale ranks better than
//! reciprocal ranks, since a rank forgets by how far one result is ahead of the next. Here that
//! is what decides: where a product is named, the full text is far ahead, and where it is not,
//! many skills are about equal and the vectors may tell them apart.

/// How two scores of a skill become one, for one query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fusion {
    /// The best score of full text, which counts 1; 0 where full text found nothing.
    pub best_lexical: f64,
    /// How much a cosine of 1 counts beside it; 0 where there are no vectors.
    pub semantic_weight: f64,
    /// How sure it is that anything fits at all, from 0 to 1: see [`confidence`].
    pub confidence: f64,
}

impl Fusion {
    /// Returns the score of a skill: 1.0 for the best score in full text, a cosine of 1 and a
    /// query that is answered in full.
    #[must_use]
    pub fn score(&self, lexical: Option<f64>, cosine: Option<f64>) -> f64 {
        let share = match lexical {
            Some(score) if self.best_lexical > 0.0 => score / self.best_lexical,
            _ => 0.0,
        };
        let cosine = cosine.unwrap_or(0.0).max(0.0);
        self.confidence * (share + self.semantic_weight * cosine) / (1.0 + self.semantic_weight)
    }
}

/// The share of the ideal score from which a query counts as answered. Chosen by looking at the
/// development half: the scores of right skills then lie mostly between 0.69 and 0.93, those of
/// wrong ones among the first ten between 0.3 and 0.74.
const CERTAIN_SHARE: f64 = 0.45;
/// The cosine that counts as much as that share.
const CERTAIN_COSINE: f64 = 0.6;

/// Tells how sure it is that the best candidate is meant, from 0 to 1. `lexical_share` is its
/// score in full text beside the one of a skill that says every word of the query in its name,
/// its description and its body; `cosine` is the best one. Both are the same for any index, so
/// that the score falls where nothing fits.
#[must_use]
pub fn confidence(lexical_share: f64, cosine: f64) -> f64 {
    (lexical_share / CERTAIN_SHARE).max(cosine / CERTAIN_COSINE * 0.8).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FUSION: Fusion = Fusion { best_lexical: 20.0, semantic_weight: 0.5, confidence: 1.0 };

    #[test]
    fn what_is_best_in_both_is_one_and_what_is_in_neither_is_nothing() {
        assert!((FUSION.score(Some(20.0), Some(1.0)) - 1.0).abs() < 1e-12);
        assert_eq!(FUSION.score(None, None), 0.0);
        assert_eq!(FUSION.score(None, Some(-0.4)), 0.0);
        assert_eq!(Fusion { best_lexical: 0.0, ..FUSION }.score(Some(3.0), None), 0.0);
    }

    #[test]
    fn a_far_better_text_is_not_overtaken_by_a_nearer_meaning() {
        assert!(FUSION.score(Some(20.0), Some(0.1)) > FUSION.score(Some(9.0), Some(0.9)));
        assert!(FUSION.score(Some(19.0), Some(0.9)) > FUSION.score(Some(20.0), Some(0.1)));
    }

    proptest! {
        #[test]
        fn scores_stay_between_nothing_and_one_and_rise_with_each_part(text in 0.0..20.0_f64, more in 0.0..1.0_f64, cosine in -1.0..1.0_f64, sure in 0.0..1.0_f64) {
            let fusion = Fusion { confidence: sure, ..FUSION };
            let score = fusion.score(Some(text), Some(cosine));
            prop_assert!((0.0..=1.0).contains(&score));
            prop_assert!(fusion.score(Some(text + more), Some(cosine)) >= score);
            prop_assert!(fusion.score(Some(text), Some(cosine + more)) >= score);
            prop_assert!(confidence(sure, cosine) <= confidence(sure + more, cosine + more));
        }
    }
}
