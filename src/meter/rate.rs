//! How often somebody may do something within a while.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::sync::Cache;

use crate::skill::Timestamp;

/// Windows that are remembered, some 150 bytes each. Those that are used least go first, so
/// that who asks all the time is not forgotten for those who come once.
const WINDOWS: u64 = 262_144;

/// Counts within windows of time, in memory: after a restart everybody begins anew.
#[derive(Debug, Clone)]
pub struct RateLimiter {
    windows: Cache<Vec<u8>, Arc<Mutex<Window>>>,
}

#[derive(Debug, Default)]
struct Window {
    number: i64,
    used: u32,
}

/// How somebody stands within a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How often within a window.
    pub limit: u32,
    /// How often still within this one.
    pub remaining: u32,
    /// When the next one begins.
    pub reset_at: Timestamp,
    /// Whether this time was within the limit.
    pub is_admitted: bool,
}

impl Rate {
    /// Returns after how many seconds to try again, at least one.
    pub fn retry_after_seconds(&self, now: Timestamp) -> u64 {
        let left = self.reset_at.as_milliseconds() - now.as_milliseconds();
        u64::try_from(left).unwrap_or(0).div_ceil(1_000).max(1)
    }
}

impl RateLimiter {
    /// Makes a limiter that remembers nobody.
    pub fn new() -> Self {
        Self { windows: Cache::new(WINDOWS) }
    }

    /// Counts one time of `key`, and tells whether it was within `limit` in the window of this
    /// length that `now` lies in. What is refused is not counted.
    pub fn take(&self, key: &[u8], limit: u32, window: Duration, now: Timestamp) -> Rate {
        let length = i64::try_from(window.as_millis()).unwrap_or(i64::MAX).max(1);
        let number = now.as_milliseconds().div_euclid(length);
        let entry = self.windows.get_with_by_ref(key, Arc::default);
        let mut entry = entry.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that is set back must not give anybody a new window.
        if entry.number < number {
            *entry = Window { number, used: 0 };
        }
        let is_admitted = entry.used < limit;
        entry.used += u32::from(is_admitted);
        let reset_at = Timestamp::from_milliseconds(entry.number.saturating_add(1).saturating_mul(length));
        Rate { limit, remaining: limit.saturating_sub(entry.used), reset_at, is_admitted }
    }
}

impl Default for RateLimiter {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_milliseconds(seconds * 1_000)
    }

    #[test]
    fn each_has_as_many_as_the_limit_in_a_window_and_the_clock_cannot_be_set_back() {
        let limiter = RateLimiter::new();
        let take = |key: &str, seconds| {
            let rate = limiter.take(key.as_bytes(), 2, MINUTE, at(seconds));
            (rate.is_admitted, rate.remaining, rate.retry_after_seconds(at(seconds)))
        };
        assert_eq!(take("a", 120), (true, 1, 60));
        assert_eq!(take("a", 150), (true, 0, 30));
        assert_eq!(take("a", 179), (false, 0, 1));
        assert_eq!(take("b", 179), (true, 1, 1), "somebody else");
        assert_eq!(take("a", 60), (false, 0, 120), "a clock that was set back");
        assert_eq!(take("a", 180), (true, 1, 60));
    }

    #[test]
    fn of_many_at_once_as_many_pass_as_the_limit() {
        let limiter = RateLimiter::new();
        let passed: usize = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| (0..50).filter(|_| limiter.take(b"a", 120, MINUTE, at(0)).is_admitted).count()))
                .collect();
            workers.into_iter().map(|worker| worker.join().expect("a thread")).sum()
        });
        assert_eq!(passed, 120);
    }
}
