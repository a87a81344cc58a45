//! What is remembered: skills by their source, bundles by their content, verdicts by bundle
//! and ruleset, and who saw what when; what clients have used, and what they have paid.
//!
//! Rows are keyed by content and source identity, never by a row number; verdicts are
//! appended. The room does not know search or transports. Start at [`Store`]; [`SqliteStore`]
//! is the one that needs nothing beside it.

mod accounts;
mod advisories;
mod contract;
mod digests;
mod error;
mod freshness;
mod jobs;
mod package_uses;
mod packages;
mod payment;
mod publishers;
mod record;
mod revision;
mod scans;
mod sqlite;
#[cfg(test)]
mod suite;
mod takedowns;
mod teams;
mod threats;
mod transfer;
mod verifications;

pub use accounts::{
    Account, Accounts, ApiKeyRecord, AuditEntry, AuditRecord, Invitation, KeyHolder, Membership, NewAccount, NewApiKey,
    TeamMember,
};
pub use advisories::{Advisories, AdvisoryCounts, AdvisoryOutcome};
pub use contract::Store;
pub use digests::recipe_digests;
pub use error::StoreError;
pub use freshness::{Freshness, ListingChange, SkillStanding, SourceHistory, VisitNote};
pub use jobs::{
    EnqueueOutcome, EnqueueTerms, FailureCause, JobBacklog, JobBounds, JobEnd, JobFailure, JobKind, JobLease,
    JobOverview, JobState, Jobs, LeaseTerms, LeasedJob, NewJob, TroubledJob,
};
pub use package_uses::PackageUses;
pub use packages::{CertificateOutcome, CertificateTotals, PackageCertificates, PackageChange};
pub use packages::{DraftPreview, DraftTotals, RegistryAnswer, RegistryKnowledge};
pub use payment::{LedgerEntry, NewPayment, PaymentState, PaymentStep, Reservation};
pub use publishers::{PublishedSkill, PublisherHistories, PublisherHistory};
pub use record::{
    AggregatorCounts, BatchOutcome, BundleDetail, BundleText, ClientUse, DigestMatch, Observation, RunSummary,
    SkillChange, SkillRecord, SourceRun, StoreCounts, StoredVerdict,
};
pub use revision::{BundleKey, SkillRevision};
pub use scans::{
    LeasedScan, NewScan, ScanActivity, ScanAdmission, ScanEnd, ScanFilter, ScanKey, ScanKeyError, ScanKind, ScanLease,
    ScanLimits, ScanListing, ScanPage, ScanRecord, ScanResult, ScanSpaces, ScanStatus, ScanStatusError, Scans,
    verdict_word,
};
pub use sqlite::SqliteStore;
pub use takedowns::{
    StoredTakedown, Takedown, TakedownAct, TakedownEvent, TakedownOrigin, TakedownOutcome, TakedownReason,
    TakedownTarget, Takedowns, TargetError,
};
pub use teams::{NewPolicy, PolicyWrite, StoredPolicy, Teams};
pub use threats::{
    NewReport, PackOutcome, ReportOutcome, ReportStatus, ReportVerdict, TakenPack, ThreatFilter, ThreatPage,
    ThreatReport, Threats, VerdictThreat,
};
pub use transfer::{
    BundleRow, Declined, FollowedIndex, IndexStanding, RepositoryRow, RowKind, STARTER_SOURCE, SentState, SkillRow,
    SourceRow, TakeOver, TakeOverBatch, TakedownRow, TakenOver, ThreatRow, Transfer, TransferError, TransferRow,
    VerdictRow,
};
pub use verifications::{
    EndedVerification, NewVerification, VerificationRecord, Verifications, VerifiedSource, WebhookEnd, WebhookMessage,
    WebhookSecrets, WebhookState, Webhooks,
};
