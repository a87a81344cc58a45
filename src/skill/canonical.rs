//! Which of several copies stands for all, and why: the one rule, for the store and for search.

use std::cmp::{Ordering, Reverse};

use super::{Originality, PublisherStanding, SkillId, Timestamp};

/// The first moment at which a skill can have been written, in milliseconds since 1970: SKILL.md
/// as a format is of autumn 2025. A commit says what its author wants, so no date is older than
/// 1 September: by dating back, a copy draws level with the first originals and no more.
const FORMAT_BEGINS_MS: i64 = 1_756_684_800_000;

/// What decides which of several copies stands for all; the smallest does.
///
/// The order of what counts is that of [`CanonicalReason::ALL`]. It is a total order that
/// depends on nothing but the skill, its source and what is known of both, so the smallest of a
/// cluster is the smallest of the smallest of its parts: of byte-identical copies, which the
/// store chooses from, and of nearly equal ones, which search does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CanonicalStanding {
    /// The skill.
    pub skill_id: SkillId,
    /// Whether its verdict is dangerous.
    pub is_dangerous: bool,
    /// What is known of its publisher.
    pub publisher: PublisherStanding,
    /// Whether its source looks like the place where it was written.
    pub originality: Originality,
    /// Whether its repository mostly holds copies ([`super::is_aggregator`]).
    pub is_aggregator: bool,
    /// Whether every file of it was read.
    pub is_complete: bool,
    /// Whether its verdict is worse than a caution.
    pub is_warned_of: bool,
    /// The earliest commit at which its source was seen to hold it.
    pub first_committed_at: Option<Timestamp>,
    /// The stars of its repository.
    pub stars: Option<u64>,
}

/// Why one copy stands before another, in the order in which the reasons count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CanonicalReason {
    /// The other is dangerous.
    NotDangerous,
    /// It is in a repository of the vendor, or of a publisher that is listed, and the other is
    /// not, or is the copy of a listed publisher of what a vendor has.
    Publisher,
    /// The other names an upstream, is in a fork, or in a place that by its name gathers or
    /// installs what others wrote.
    Originality,
    /// The repository of the other mostly holds copies.
    NotAggregator,
    /// The other was not read completely.
    Complete,
    /// The verdict of the other is worse than a caution.
    BetterVerdict,
    /// Its earliest known commit is earlier.
    EarlierCommit,
    /// Its repository has at least ten times the stars, or some where the other has none.
    MoreStars,
    /// Nothing else tells them apart, and its id is smaller.
    SmallerId,
}

impl CanonicalReason {
    /// All, in the order in which they count.
    pub const ALL: [Self; 9] = [
        Self::NotDangerous,
        Self::Publisher,
        Self::Originality,
        Self::NotAggregator,
        Self::Complete,
        Self::BetterVerdict,
        Self::EarlierCommit,
        Self::MoreStars,
        Self::SmallerId,
    ];
}

impl CanonicalStanding {
    /// Returns what the publisher counts for. What even a vendor says it gathered is not the
    /// vendor's.
    pub fn counted_publisher(&self) -> PublisherStanding {
        if self.originality >= Originality::Gathered { PublisherStanding::Unknown } else { self.publisher }
    }

    /// Returns the same without what the other repositories make of its own: that is how
    /// aggregators are recognised, which so does not depend on which are.
    #[must_use]
    pub fn provisional(self) -> Self {
        Self { is_aggregator: false, ..self }
    }

    /// Returns what speaks for this copy and against the other, the decisive reason first; none
    /// where the other stands before it.
    pub fn reasons_before(&self, other: &Self) -> Vec<CanonicalReason> {
        if self >= other {
            return Vec::new();
        }
        let speaks = |reason: &CanonicalReason| self.compared_by(other, *reason) == Ordering::Less;
        let mut reasons: Vec<CanonicalReason> = CanonicalReason::ALL.into_iter().filter(speaks).collect();
        // An id is a reason only where there is no other.
        if reasons.len() > 1 {
            reasons.retain(|reason| *reason != CanonicalReason::SmallerId);
        }
        reasons
    }

    fn compared_by(&self, other: &Self, reason: CanonicalReason) -> Ordering {
        match reason {
            CanonicalReason::NotDangerous => self.is_dangerous.cmp(&other.is_dangerous),
            CanonicalReason::Publisher => self.counted_publisher().cmp(&other.counted_publisher()),
            CanonicalReason::Originality => self.originality.cmp(&other.originality),
            CanonicalReason::NotAggregator => self.is_aggregator.cmp(&other.is_aggregator),
            CanonicalReason::Complete => other.is_complete.cmp(&self.is_complete),
            CanonicalReason::BetterVerdict => self.is_warned_of.cmp(&other.is_warned_of),
            CanonicalReason::EarlierCommit => self.counted_date().cmp(&other.counted_date()),
            CanonicalReason::MoreStars => self.magnitude().cmp(&other.magnitude()),
            CanonicalReason::SmallerId => self.skill_id.cmp(&other.skill_id),
        }
    }

    /// A copy without a date is younger than any with one.
    fn counted_date(&self) -> (bool, Option<Timestamp>) {
        let begins = Timestamp::from_milliseconds(FORMAT_BEGINS_MS);
        let date = self.first_committed_at.map(|date| date.max(begins));
        (date.is_none(), date)
    }

    /// By power of ten, so that a star more or less changes nothing.
    fn magnitude(&self) -> Reverse<u32> {
        Reverse(self.stars.and_then(u64::checked_ilog10).map_or(0, |power| power + 1))
    }
}

impl Ord for CanonicalStanding {
    fn cmp(&self, other: &Self) -> Ordering {
        CanonicalReason::ALL
            .into_iter()
            .map(|reason| self.compared_by(other, reason))
            .find(|ordering| ordering.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for CanonicalStanding {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::skill::SourceIdentity;

    fn standing(number: usize) -> CanonicalStanding {
        CanonicalStanding {
            skill_id: SkillId::of(&SourceIdentity::new("example.com", "owner", "skills", &number.to_string())),
            is_dangerous: false,
            publisher: PublisherStanding::Unknown,
            originality: Originality::Own,
            is_aggregator: false,
            is_complete: true,
            is_warned_of: false,
            first_committed_at: None,
            stars: None,
        }
    }

    fn date(text: &str) -> Option<Timestamp> {
        Some(text.parse().expect("a time"))
    }

    #[test]
    fn each_reason_counts_before_all_that_follow() {
        use Originality::{Gathered, Installed, Mirror};
        use PublisherStanding::{Listed, Vendor};
        let plain = standing(0);
        let early = CanonicalStanding { first_committed_at: date("2025-11-01"), stars: Some(9_999), ..standing(1) };
        // The better one of each pair first.
        let rows = [
            (
                CanonicalStanding { originality: Mirror, ..plain },
                CanonicalStanding { is_dangerous: true, publisher: Vendor, ..early },
                CanonicalReason::NotDangerous,
            ),
            (
                CanonicalStanding { publisher: Vendor, originality: Installed, ..plain },
                CanonicalStanding { publisher: Listed, ..early },
                CanonicalReason::Publisher,
            ),
            (CanonicalStanding { publisher: Listed, ..plain }, early, CanonicalReason::Publisher),
            (
                plain,
                CanonicalStanding { originality: Gathered, publisher: Vendor, ..early },
                CanonicalReason::Originality,
            ),
            (
                CanonicalStanding { originality: Gathered, is_aggregator: true, ..plain },
                CanonicalStanding { originality: Mirror, ..early },
                CanonicalReason::Originality,
            ),
            (plain, CanonicalStanding { is_aggregator: true, ..early }, CanonicalReason::NotAggregator),
            (plain, CanonicalStanding { is_complete: false, ..early }, CanonicalReason::Complete),
            (plain, CanonicalStanding { is_warned_of: true, ..early }, CanonicalReason::BetterVerdict),
            (
                CanonicalStanding { first_committed_at: date("2025-10-01"), ..plain },
                early,
                CanonicalReason::EarlierCommit,
            ),
            (
                CanonicalStanding { first_committed_at: date("2026-01-01"), ..plain },
                standing(1),
                CanonicalReason::EarlierCommit,
            ),
            (
                CanonicalStanding { stars: Some(100), ..plain },
                CanonicalStanding { stars: Some(99), ..standing(1) },
                CanonicalReason::MoreStars,
            ),
            // Dates before there were skills are equal.
            (
                CanonicalStanding { first_committed_at: date("2025-08-01"), stars: Some(10), ..plain },
                CanonicalStanding { first_committed_at: date("1970-01-01"), ..standing(1) },
                CanonicalReason::MoreStars,
            ),
        ];
        for (better, worse, reason) in rows {
            assert_eq!(better.reasons_before(&worse).first(), Some(&reason), "{better:?} {worse:?}");
            assert!(worse.reasons_before(&better).is_empty(), "{better:?} {worse:?}");
        }
        let (one, other) = (plain.min(standing(1)), plain.max(standing(1)));
        assert_eq!(one.reasons_before(&other), [CanonicalReason::SmallerId]);
    }

    fn any_standing() -> impl Strategy<Value = CanonicalStanding> {
        let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
        let date = prop::option::of(1_750_000_000_000_i64..1_770_000_000_000);
        (0_usize..50, flags, 0_usize..3, 0_usize..4, date, prop::option::of(0_u64..2_000)).prop_map(
            |(
                number,
                (is_dangerous, is_complete, is_warned_of, is_aggregator),
                publisher,
                originality,
                date,
                stars,
            )| CanonicalStanding {
                is_dangerous,
                is_complete,
                is_warned_of,
                is_aggregator,
                publisher: PublisherStanding::ALL[publisher],
                originality: Originality::ALL[originality],
                first_committed_at: date.map(Timestamp::from_milliseconds),
                stars,
                ..standing(number)
            },
        )
    }

    proptest! {
        #[test]
        fn the_order_is_total_and_always_has_a_reason(mut all in prop::collection::vec(any_standing(), 3)) {
            all.sort_unstable();
            prop_assert!(all[0] <= all[1] && all[1] <= all[2] && all[0] <= all[2]);
            for pair in all.windows(2).filter(|pair| pair[0] < pair[1]) {
                prop_assert!(!pair[0].reasons_before(&pair[1]).is_empty());
            }
        }
    }
}
