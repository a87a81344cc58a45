//! How long a facilitator may take.

use std::time::Duration;

/// How long a facilitator may take, each question in all, from connecting to the last byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// To check a payment. Nothing has moved by then, so it is short: the caller is told within
    /// 5 seconds that payments are not to be had.
    pub verify: Duration,
    /// To put a payment on the chain and wait until it is there. A chain makes a block every 2
    /// to 12 seconds and may be busy. Money may have moved when it is over, so that giving up
    /// early helps nobody.
    pub settle: Duration,
    /// To look up what became of a payment. Nobody waits for it.
    pub lookup: Duration,
}

impl Timeouts {
    /// 4 seconds to check, 20 to settle, 30 to look up.
    pub const STANDARD: Self =
        Self { verify: Duration::from_secs(4), settle: Duration::from_secs(20), lookup: Duration::from_secs(30) };
}
