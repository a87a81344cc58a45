//! When a message that was not taken is sent again.

use std::time::Duration;

/// Seconds between an attempt and the next. They are those that the Standard Webhooks
/// specification recommends ("Retry schedule"), up to the eighth attempt: a restart is over
/// after seconds, an outage that somebody has to mend after hours, and what is not mended after
/// about a day waits for a person (`touchmark webhooks retry`).
const DELAYS_SECONDS: [u64; 7] = [5, 5 * 60, 30 * 60, 2 * 3_600, 5 * 3_600, 8 * 3_600, 10 * 3_600];
/// How far a delay is moved at most, as a share of it: receivers that were down together must
/// not be asked again together.
const JITTER: f64 = 0.2;

/// How long a receiver may put an attempt off at most.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(12 * 3_600);

/// How often a message is sent before it is left to a person.
pub const ATTEMPTS: u32 = DELAYS_SECONDS.len() as u32 + 1;

/// Returns how long to wait after attempt number `attempt` (the first is 1) has failed; none
/// where it was the last. `random` is from 0 to 1, and moves the delay by a fifth at most.
pub fn next_attempt_after(attempt: u32, random: f64) -> Option<Duration> {
    let index = usize::try_from(attempt.checked_sub(1)?).ok()?;
    let seconds = *DELAYS_SECONDS.get(index)?;
    let moved = 1.0 + JITTER * (2.0 * random.clamp(0.0, 1.0) - 1.0);
    Some(Duration::from_secs(seconds).mul_f64(moved))
}

/// Returns `delay`, or as long as the receiver wants to be left alone where that is longer
/// (`Retry-After`): half a day at most, so that no receiver keeps a message for ever.
pub fn delay_with_retry_after(delay: Duration, retry_after_seconds: Option<u64>) -> Duration {
    let wanted = Duration::from_secs(retry_after_seconds.unwrap_or_default());
    delay.max(wanted.min(LONGEST_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_is_left_alone_as_long_as_it_asks_within_bounds() {
        let seconds = Duration::from_secs;
        for (delay, wanted, expected) in [
            (5, None, 5),
            (5, Some(0), 5),
            (5, Some(120), 120),
            (300, Some(120), 300),
            (5, Some(u64::MAX), 12 * 3_600),
            (13 * 3_600, Some(u64::MAX), 13 * 3_600),
        ] {
            assert_eq!(delay_with_retry_after(seconds(delay), wanted), seconds(expected), "{delay} {wanted:?}");
        }
    }

    #[test]
    fn delays_grow_are_moved_by_a_fifth_and_end() {
        let rows = [
            (0, 0.5, None),
            (1, 0.5, Some(5_000)),
            (1, 0.0, Some(4_000)),
            (1, 1.0, Some(6_000)),
            (1, 7.0, Some(6_000)),
            (2, 0.5, Some(300_000)),
            (7, 1.0, Some(43_200_000)),
            (8, 0.5, None),
            (u32::MAX, 0.5, None),
        ];
        for (attempt, random, expected) in rows {
            let delay = next_attempt_after(attempt, random).map(|delay| delay.as_millis());
            assert_eq!(delay, expected, "{attempt} {random}");
        }
        let delays: Vec<Duration> = (1..ATTEMPTS).filter_map(|attempt| next_attempt_after(attempt, 0.5)).collect();
        assert!(delays.is_sorted() && delays.len() == 7);
    }
}
