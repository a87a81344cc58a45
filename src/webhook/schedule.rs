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

#[cfg(test)]
mod tests {
    use super::*;

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
