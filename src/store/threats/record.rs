//! What is remembered of threats and reports.

use crate::account::{ReportId, TeamId, UserId};
use crate::skill::{Sha256Digest, Timestamp};
use crate::threat::{AffectedPackage, Ecosystem, KnownThreat, Threat, ThreatCategory, ThreatId, ThreatSeverity};

/// The threat that lowers a verdict, as far as an answer tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictThreat {
    /// Its id.
    pub id: ThreatId,
    /// What it does.
    pub category: ThreatCategory,
    /// How bad it is.
    pub severity: ThreatSeverity,
    /// A line for people, sanitised.
    pub description: String,
    /// Since when it is known here.
    pub since: Timestamp,
}

impl From<&KnownThreat> for VerdictThreat {
    fn from(known: &KnownThreat) -> Self {
        let parts = known.threat.parts();
        Self {
            id: known.threat.id().clone(),
            category: parts.category,
            severity: parts.severity,
            description: parts.description.clone(),
            since: known.created_at,
        }
    }
}

/// Which threats are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ThreatFilter {
    /// Of this category.
    pub category: Option<ThreatCategory>,
    /// This bad or worse.
    pub least_severity: Option<ThreatSeverity>,
    /// In packages of this ecosystem.
    pub ecosystem: Option<Ecosystem>,
    /// In packages whose name has this in it, or of a description that has.
    pub search: Option<String>,
}

/// Some threats of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreatPage {
    /// The threats, the latest change first.
    pub threats: Vec<KnownThreat>,
    /// How many the list has.
    pub total: u64,
}

/// Where a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportStatus {
    /// Nobody has looked at it.
    Submitted,
    /// It became a threat.
    Accepted,
    /// It did not.
    Rejected,
}

impl ReportStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Submitted, Self::Accepted, Self::Rejected];

    /// Returns the word for it, which is also how it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// A report that is to be kept. Its texts are sanitised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReport {
    /// Its id.
    pub id: ReportId,
    /// Who reports.
    pub user: UserId,
    /// Their team.
    pub team: Option<TeamId>,
    /// What is reported: a package, a repository or a URL.
    pub package: AffectedPackage,
    /// Digest of its content.
    pub digest: Option<Sha256Digest>,
    /// What it does.
    pub category: ThreatCategory,
    /// How bad it is.
    pub severity: ThreatSeverity,
    /// What it does, in the words of whoever reports.
    pub description: String,
    /// What shows it.
    pub evidence: Vec<String>,
    /// The scan that it comes from.
    pub scan_id: Option<String>,
}

/// A report as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreatReport {
    /// What was reported.
    pub report: NewReport,
    /// Where it stands.
    pub status: ReportStatus,
    /// The threat that it became.
    pub threat: Option<ThreatId>,
    /// What the operator said of it, sanitised.
    pub note: Option<String>,
    /// When it came.
    pub created_at: Timestamp,
    /// When it was judged.
    pub reviewed_at: Option<Timestamp>,
}

/// What became of a new report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportOutcome {
    /// It is kept.
    Kept,
    /// This account has said the same before.
    Known(Box<ThreatReport>),
    /// This account has reported too much: until when.
    TooMany(Timestamp),
}

/// What the operator says of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportVerdict {
    /// It is this threat, which is put as by [`super::Threats::put_threat`].
    Accepted(Box<Threat>),
    /// It is none.
    Rejected,
}

/// How far the packs of an issuer were taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenPack {
    /// The name under which the issuer's key was pinned.
    pub issuer: String,
    /// The version of the pack.
    pub version: u64,
    /// Digest of its bytes.
    pub digest: Sha256Digest,
    /// The key that signed it.
    pub key_id: String,
    /// When it was made.
    pub issued_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// When it was taken over.
    pub taken_at: Timestamp,
}

/// What taking over a pack did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackOutcome {
    /// Its threats are known now.
    Taken {
        /// Threats that are new or hold again.
        added: u64,
        /// Threats that say something else.
        changed: u64,
        /// Threats that it does not hold any more.
        withdrawn: u64,
    },
    /// A later one was taken over before: its version.
    Older(u64),
    /// The same version was taken over before, with other bytes.
    Differs,
}
