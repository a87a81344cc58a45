//! How long a job waits after a failure.

use std::time::Duration;

use sha2::{Digest, Sha256};

/// How long a job waits after a failure: twice as long after each, up to a limit, and between
/// half and all of that, so that many jobs that failed at once do not come back at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The longest wait after the first failure.
    pub first: Duration,
    /// The longest wait after any failure.
    pub longest: Duration,
    /// Attempts after which a job is given up.
    pub attempts: u32,
}

impl Backoff {
    /// Returns how long a job waits after its attempt of this number, from 1; `None` where it
    /// is given up. What lies between the bounds follows from the key, so that it is the same
    /// in every run.
    pub fn after(&self, key: &str, attempt: u32) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let doubled = 2_u32.checked_pow(attempt.saturating_sub(1)).and_then(|factor| self.first.checked_mul(factor));
        let whole = doubled.map_or(self.longest, |wait| wait.min(self.longest));
        let digest = Sha256::new().chain_update(key).chain_update(attempt.to_le_bytes()).finalize();
        let share = f64::from(u16::from_le_bytes([digest[0], digest[1]])) / f64::from(u16::MAX);
        Some(whole.mul_f64(0.5 + share / 2.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit_and_end() {
        let backoff = Backoff { first: Duration::from_secs(4), longest: Duration::from_secs(20), attempts: 6 };
        let rows = [(1, Some(4)), (2, Some(8)), (3, Some(16)), (4, Some(20)), (5, Some(20)), (6, None), (7, None)];
        for (attempt, longest) in rows {
            for key in ["a", "b", "c"] {
                let wait = backoff.after(key, attempt);
                assert_eq!(wait, backoff.after(key, attempt), "the same in every run");
                let Some(longest) = longest else {
                    assert_eq!(wait, None, "{attempt}");
                    continue;
                };
                let wait = wait.expect("it is tried again");
                let longest = Duration::from_secs(longest);
                assert!(wait >= longest / 2 && wait <= longest, "{attempt}: {wait:?}");
            }
        }
        let waits: std::collections::HashSet<_> = (0..20).map(|job| backoff.after(&job.to_string(), 1)).collect();
        assert!(waits.len() > 15, "jobs that failed at once do not come back at once");
    }

    #[test]
    fn no_number_of_attempts_is_too_many_to_count() {
        let backoff = Backoff { first: Duration::MAX, longest: Duration::from_secs(9), attempts: u32::MAX };
        assert!(backoff.after("a", u32::MAX - 1).is_some_and(|wait| wait <= Duration::from_secs(9)));
    }
}
