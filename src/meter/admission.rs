//! What a meter says to a call.

use super::{Bucket, ClientAddress};
use crate::skill::Timestamp;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// Whether a call is covered by what its client may use for nothing.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub enum Admission {
    /// It is, and was counted.
    Free(Draw),
    /// It is not, and nothing was counted. Here a payment may come in.
    Exhausted(Quota),
}

/// What was counted for a call. A call that fails gives it back, which can be done once.
#[derive(Debug, PartialEq, Eq)]
pub struct Draw {
    pub(super) client: ClientAddress,
    pub(super) bucket: Bucket,
    pub(super) amount: u32,
    pub(super) day: Day,
    /// What is left after it.
    pub quota: Quota,
}

/// How a bucket of a client stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Uses from one midnight UTC to the next.
    pub limit: u32,
    /// Uses that are left.
    pub remaining: u32,
    /// When all of them are there again.
    pub reset_at: Timestamp,
    /// Seconds until then, at least one.
    pub reset_seconds: u64,
}

impl Quota {
    pub(super) fn new(limit: u32, used: u32, day: Day, now: Timestamp) -> Self {
        let reset_at = day.end();
        let wait_ms = reset_at.as_milliseconds() - now.as_milliseconds();
        Self {
            limit,
            remaining: limit.saturating_sub(used),
            reset_at,
            reset_seconds: u64::try_from(wait_ms).unwrap_or(0).div_ceil(1_000).max(1),
        }
    }
}

/// A day in UTC, counted from 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(pub i64);

impl Day {
    /// Returns the day of a point in time.
    pub fn of(now: Timestamp) -> Self {
        Self(now.as_milliseconds().div_euclid(DAY_MS))
    }

    /// Returns the midnight at its end.
    fn end(self) -> Timestamp {
        Timestamp::from_milliseconds(self.0.saturating_add(1).saturating_mul(DAY_MS))
    }
}
