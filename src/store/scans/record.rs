//! What is remembered of a scan.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use crate::account::{ScanId, TeamId, UserId};
use crate::scan::RiskBand;
use crate::skill::{Sha256Digest, Timestamp};

/// The id of a scan: `scn_…`, or a UUID for an uploaded file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ScanKey(String);

/// A text that is the id of no scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a scan: expected `scn_` and 20 letters and digits, or a UUID")]
pub struct ScanKeyError;

impl ScanKey {
    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<ScanId> for ScanKey {
    fn from(id: ScanId) -> Self {
        Self(id.into())
    }
}

impl From<uuid::Uuid> for ScanKey {
    fn from(id: uuid::Uuid) -> Self {
        Self(id.to_string())
    }
}

impl FromStr for ScanKey {
    type Err = ScanKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text.parse::<ScanId>(), text.parse::<uuid::Uuid>()) {
            (Ok(id), _) => Ok(id.into()),
            // Other spellings of a UUID are none of ours.
            (_, Ok(id)) if id.to_string() == text => Ok(id.into()),
            _ => Err(ScanKeyError),
        }
    }
}

impl fmt::Display for ScanKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Where a scan came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScanKind {
    /// A command line scanned, and reported what it found.
    Reported,
    /// The service fetches what is named.
    Target,
    /// A file was uploaded.
    Upload,
}

impl ScanKind {
    /// Returns the word under which it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Target => "target",
            Self::Upload => "upload",
        }
    }

    /// Reads the word.
    pub(in crate::store) fn parse(word: &str) -> Option<Self> {
        [Self::Reported, Self::Target, Self::Upload].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Where a scan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScanStatus {
    /// It waits.
    Queued,
    /// It is fetched or unpacked.
    Extracting,
    /// Its files are scanned.
    Processing,
    /// It has a verdict.
    Completed,
    /// It could not be read: the file is damaged, or the source does not answer.
    Failed,
    /// The service failed.
    Error,
    /// It is of a kind that is not scanned.
    Unsupported,
}

/// A text that is no status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a status: expected queued, pending, extracting, processing, completed, failed, error or unsupported")]
pub struct ScanStatusError;

impl ScanStatus {
    /// Every status.
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::Extracting,
        Self::Processing,
        Self::Completed,
        Self::Failed,
        Self::Error,
        Self::Unsupported,
    ];

    /// Returns the word for it, which is also how it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Extracting => "extracting",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Error => "error",
            Self::Unsupported => "unsupported",
        }
    }

    /// Tells whether nothing will come after it.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Extracting | Self::Processing)
    }
}

impl FromStr for ScanStatus {
    type Err = ScanStatusError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(ScanStatusError)
    }
}

/// What came of a scan.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanResult {
    /// Cumulative risk.
    pub score: u32,
    /// The verdict.
    pub verdict: RiskBand,
    /// The digests by which a threat is known again.
    pub digests: Vec<Sha256Digest>,
    /// What lists show, as one JSON object.
    pub summary: Value,
    /// What else there is to show, as one JSON object.
    pub detail: Value,
}

/// A scan that is to be kept. Its texts are sanitised.
#[derive(Debug, Clone)]
pub struct NewScan {
    /// Its id.
    pub key: ScanKey,
    /// Where it came from.
    pub kind: ScanKind,
    /// Who asked for it.
    pub owner: UserId,
    /// Their team.
    pub team: Option<TeamId>,
    /// What is scanned: the target, or the name of the file.
    pub target: String,
    /// The policy that was named.
    pub policy: Option<String>,
    /// The digest of what is scanned, where it is known.
    pub digest: Option<Sha256Digest>,
    /// What came of it, where it is done.
    pub result: Option<ScanResult>,
    /// The file, where one was uploaded.
    pub file: Option<Vec<u8>>,
}

/// How much an account may scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanLimits {
    /// Scans from one midnight UTC to the next.
    pub per_day: u32,
    /// Scans that may wait or be worked on at once.
    pub waiting: u32,
    /// Scans of all accounts that may wait or be worked on.
    pub queue: u32,
}

/// Whether a scan was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanAdmission {
    /// It is.
    Created,
    /// The account has made its scans of the day.
    TooManyToday,
    /// Too many scans of the account wait.
    TooManyWaiting,
    /// Too many scans of all accounts wait.
    QueueFull,
}

/// A scan.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanRecord {
    /// Its number; later scans have higher ones.
    pub number: i64,
    /// Its id.
    pub key: ScanKey,
    /// Where it came from.
    pub kind: ScanKind,
    /// Who asked for it.
    pub owner: UserId,
    /// The address of that account.
    pub owner_email: String,
    /// Their team at that time.
    pub team: Option<TeamId>,
    /// What is scanned.
    pub target: String,
    /// The policy that was named.
    pub policy: Option<String>,
    /// The digest of what is scanned.
    pub digest: Option<Sha256Digest>,
    /// Where it stands.
    pub status: ScanStatus,
    /// Why it has no verdict, in our own words.
    pub reason: Option<String>,
    /// What came of it; without its detail in a list.
    pub result: Option<ScanResult>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
    /// Milliseconds from the beginning of the work to its end.
    pub duration_ms: Option<u64>,
}

/// Whose lists are looked at: what an account has of its own, and what its team has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanSpaces {
    /// The account.
    pub user: UserId,
    /// Its team.
    pub team: Option<TeamId>,
}

/// Which scans are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanFilter {
    /// Uploaded files, or everything else.
    pub is_upload: bool,
    /// With this status.
    pub status: Option<ScanStatus>,
    /// With this verdict.
    pub verdict: Option<RiskBand>,
    /// With this in the target, in any case of its ASCII letters.
    pub search: Option<String>,
    /// Asked for at this time or later.
    pub since: Option<Timestamp>,
    /// Asked for before this time.
    pub until: Option<Timestamp>,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanPage {
    /// What comes after a scan, by its time and number; from the beginning where there is none.
    After {
        /// The last one that was seen.
        last: Option<(Timestamp, i64)>,
        /// At most so many.
        limit: u32,
    },
    /// So many after so many, with the number of all.
    Offset {
        /// How many are left out.
        offset: u64,
        /// At most so many.
        limit: u32,
    },
}

/// Part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanListing {
    /// The scans.
    pub scans: Vec<ScanRecord>,
    /// How many the whole list has, where that was asked for.
    pub total: Option<u64>,
}

/// The right to work on a scan until the lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanLease {
    pub(in crate::store) number: i64,
    pub(in crate::store) lease_number: i64,
}

/// A scan that somebody works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeasedScan {
    /// The right to work on it.
    pub lease: ScanLease,
    /// Where it came from.
    pub kind: ScanKind,
    /// What is scanned.
    pub target: String,
    /// The file, where one was uploaded.
    pub file: Option<Vec<u8>>,
}

/// How work on a scan ended.
#[derive(Debug, Clone, PartialEq)]
pub enum ScanEnd {
    /// With a verdict.
    Done(Box<ScanResult>),
    /// Without one.
    Without {
        /// The status, a final one.
        status: ScanStatus,
        /// Why, in our own words.
        reason: String,
    },
}

/// What an account has scanned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScanActivity {
    /// How many scans it has.
    pub count: u64,
    /// When it made the last one.
    pub last_at: Option<Timestamp>,
}

/// Returns the word for a verdict, which is also how it is stored.
pub fn verdict_word(verdict: RiskBand) -> &'static str {
    match verdict {
        RiskBand::Clean => "clean",
        RiskBand::Low => "low",
        RiskBand::Medium => "medium",
        RiskBand::High => "high",
        RiskBand::Critical => "critical",
    }
}

/// Reads the word for a verdict.
pub(in crate::store) fn parse_verdict(word: &str) -> Option<RiskBand> {
    [RiskBand::Clean, RiskBand::Low, RiskBand::Medium, RiskBand::High, RiskBand::Critical]
        .into_iter()
        .find(|verdict| verdict_word(*verdict) == word)
}
