//! What is told of stored advisories.

use crate::skill::Timestamp;

/// What taking advisories over changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AdvisoryOutcome {
    /// Advisories that are new.
    pub added: u64,
    /// Advisories that say something newer than before.
    pub changed: u64,
    /// Advisories that are stored as new as they came, or newer.
    pub unchanged: u64,
}

impl std::ops::AddAssign for AdvisoryOutcome {
    fn add_assign(&mut self, other: Self) {
        self.added += other.added;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
    }
}

/// What is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AdvisoryCounts {
    /// Advisories that were not taken back.
    pub advisories: u64,
    /// Those of them that name a malicious package.
    pub malicious: u64,
    /// Packages that they concern.
    pub packages: u64,
    /// When the newest of them was changed.
    pub newest: Option<Timestamp>,
    /// When advisories were taken over last.
    pub taken_over_at: Option<Timestamp>,
}
