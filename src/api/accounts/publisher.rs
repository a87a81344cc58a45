//! What is known of a publisher.

use serde::{Deserialize, Serialize};

use crate::scan::RiskBand;
use crate::skill::Timestamp;

/// A request for a publisher.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ShowPublisherRequest {
    /// Handle of the account, `host/handle` where it is on no host of the ecosystem's, or the id
    /// that an answer gave.
    pub id: String,
    /// Where the account is: `github`, `git` (another host of repositories), `clawhub`, `npm` or
    /// `pypi`; wherever it is found first without.
    #[serde(default)]
    pub ecosystem: Option<String>,
}

/// A publisher.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct PublisherView {
    /// Id of the publisher.
    pub id: String,
    /// Name of the account, or of whom it belongs to where that is proved.
    pub name: String,
    /// Where the account is.
    pub ecosystem: String,
    /// Reputation from 0 to 100; 50 for whom nothing is known of.
    pub reputation_score: u32,
    /// `unknown`, `low`, `medium` or `high`; who is new is `unknown`.
    pub reputation_label: String,
    /// Skills that are listed, copies of what others wrote included.
    pub total_packages: u64,
    /// Skills of their own whose verdict is high or critical, or that are known to do harm.
    pub flagged_packages: u64,
    /// Scans of all versions of all their skills.
    pub total_scans: u64,
    /// Mean risk score of the current versions of their own skills; null where none was scanned.
    pub average_risk_score: Option<f64>,
    /// When the index first saw a skill of theirs.
    pub first_seen: Timestamp,
    /// What stands out, of which `new_account` and `mostly_copies` take nothing away.
    pub flags: Vec<String>,
    /// Their skills, the worst first, at most a hundred.
    pub packages: Vec<PublisherPackage>,
}

/// A skill of a publisher.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct PublisherPackage {
    /// Name.
    pub name: String,
    /// Commit at which it was last seen, or null.
    pub version: Option<String>,
    /// Verdict on its current files; null where they were not scanned yet.
    pub verdict: Option<RiskBand>,
    /// How often a version of it was scanned.
    pub scans: u64,
    /// Whether it is a copy of what somebody else wrote, which counts neither for nor against.
    pub is_copy: bool,
}
