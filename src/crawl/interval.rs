//! How often a source is visited.
//!
//! What has not changed for long will hardly change tomorrow: a source is due again after a
//! tenth of the time for which it was seen unchanged. That is how RFC 9111 (section 4.2.2)
//! suggests to tell how long an answer stays fresh whose server does not say so.

use std::time::Duration;

use crate::skill::Timestamp;
use crate::store::SourceHistory;

/// The shortest interval. A verdict should not be older than a day where a source is alive, and
/// to ask a host more often than that for a commit is impolite.
pub const SHORTEST_INTERVAL: Duration = Duration::from_secs(24 * 3_600);
/// The longest interval. Whoever takes over an abandoned repository is noticed within a month.
pub const LONGEST_INTERVAL: Duration = Duration::from_secs(30 * 24 * 3_600);
/// The part of its unchanged time after which a source is due: unchanged for ten weeks, it is
/// visited weekly; for ten months, monthly.
const UNCHANGED_SHARE: i64 = 10;

/// Returns how long after a visit a source is due that had not changed for `unchanged_ms`.
pub(super) fn interval(unchanged_ms: i64) -> Duration {
    let share = u64::try_from(unchanged_ms / UNCHANGED_SHARE).unwrap_or(0);
    Duration::from_millis(share).clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL)
}

/// Returns when a source is due again. One that was never seen, that fails, or that was seen in
/// the future of this clock, is due now; how long a failed one waits is told by its job.
pub fn due_at(history: &SourceHistory, now: Timestamp) -> Timestamp {
    let (Some(seen_at), None) = (history.seen_at, history.failing_since) else { return now };
    if seen_at > now {
        return now;
    }
    let changed_at = history.changed_at.unwrap_or(seen_at);
    let unchanged_ms = seen_at.as_milliseconds().saturating_sub(changed_at.as_milliseconds());
    let wait_ms = i64::try_from(interval(unchanged_ms).as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_milliseconds(seen_at.as_milliseconds().saturating_add(wait_ms))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: i64 = 24 * 3_600_000;

    fn history(seen: i64, changed: Option<i64>) -> SourceHistory {
        SourceHistory {
            key: "a".to_owned(),
            seen_at: Some(Timestamp::from_milliseconds(seen)),
            changed_at: changed.map(Timestamp::from_milliseconds),
            failing_since: None,
            gone_since: None,
            unlisted_at: None,
        }
    }

    #[test]
    fn what_changes_often_is_due_daily_and_what_does_not_weekly_or_monthly() {
        for (unchanged_days, days) in [(0, 1), (3, 1), (10, 1), (30, 3), (70, 7), (300, 30), (3_000, 30)] {
            let seen = 20_000 * DAY;
            let due = due_at(&history(seen, Some(seen - unchanged_days * DAY)), Timestamp::from_milliseconds(seen));
            assert_eq!(due.as_milliseconds() - seen, days * DAY, "{unchanged_days}");
        }
    }

    proptest! {
        /// Whatever a history says, also one that a wrong clock has written.
        #[test]
        fn every_source_is_due_within_the_longest_interval(
            seen in -1_i64 << 44..1_i64 << 44,
            changed in proptest::option::of(-1_i64 << 44..1_i64 << 44),
            now in -1_i64 << 44..1_i64 << 44,
        ) {
            let (history, now) = (history(seen, changed), Timestamp::from_milliseconds(now));
            let due = due_at(&history, now);
            let wait = due.as_milliseconds() - now.as_milliseconds();
            prop_assert!(wait <= LONGEST_INTERVAL.as_millis() as i64, "{wait}");
            if seen <= now.as_milliseconds() {
                prop_assert!(due.as_milliseconds() - seen >= SHORTEST_INTERVAL.as_millis() as i64);
            }
        }
    }
}
