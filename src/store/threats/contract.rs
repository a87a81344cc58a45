//! The contract of every store of threats.

use async_trait::async_trait;

use super::{
    NewReport, PackOutcome, ReportOutcome, ReportStatus, ReportVerdict, TakenPack, ThreatFilter, ThreatPage,
    ThreatReport,
};
use crate::account::ReportId;
use crate::skill::{Sha256Digest, Timestamp};
use crate::store::{AuditEntry, StoreError};
use crate::threat::{AffectedPackage, KnownThreat, Threat, ThreatId};

/// What is known to do harm. Every method either happens as a whole, with its entry in the audit
/// log, or not at all.
///
/// While a threat holds, every verdict that the store reads on a bundle with one of its digests
/// (of the bundle, of SKILL.md or of any file) is dangerous and names the threat; what was
/// stored of the scanner's verdict stays as it is, and is what is read once the threat is
/// withdrawn. A change counts as one of the store ([`crate::store::Store::sequence`]), so that
/// answers which were made before are not given any more.
#[async_trait]
pub trait Threats: Send + Sync {
    /// Puts a threat that holds from now on, in the place of what was known under its id.
    /// `false` where just this was known.
    async fn put_threat(&self, threat: &Threat, by: &AuditEntry, now: Timestamp) -> Result<bool, StoreError>;

    /// Withdraws a threat; `false` where none holds under this id.
    async fn withdraw_threat(&self, id: &ThreatId, by: &AuditEntry, now: Timestamp) -> Result<bool, StoreError>;

    /// Returns a threat, also one that was withdrawn.
    async fn threat(&self, id: &ThreatId) -> Result<Option<KnownThreat>, StoreError>;

    /// Returns the threats that hold and name any of `digests`, the worst first.
    async fn threats_of(&self, digests: &[Sha256Digest]) -> Result<Vec<KnownThreat>, StoreError>;

    /// Returns the threats that hold and name any of `packages`, in its version or in every one,
    /// the worst first.
    async fn threats_of_packages(&self, packages: &[AffectedPackage]) -> Result<Vec<KnownThreat>, StoreError>;

    /// Returns threats that hold, the latest change first.
    async fn threats(&self, filter: &ThreatFilter, offset: u64, limit: u32) -> Result<ThreatPage, StoreError>;

    /// Returns threats that changed after `sequence`, withdrawn ones as well, the oldest change
    /// first, at most `limit`.
    async fn threat_changes(&self, sequence: u64, limit: u32) -> Result<Vec<KnownThreat>, StoreError>;

    /// Returns threats that changed after this time, or at it with a number beyond `sequence`:
    /// withdrawn ones as well, the oldest change first, at most `limit`.
    async fn threats_changed_after(
        &self,
        at: Timestamp,
        sequence: u64,
        limit: u32,
    ) -> Result<Vec<KnownThreat>, StoreError>;

    /// Returns the number of the latest change of any threat, and when that was.
    async fn threat_sequence(&self) -> Result<(u64, Option<Timestamp>), StoreError>;

    /// Keeps a report, unless its account has reported the same before, or `limit` reports since
    /// `since`.
    async fn report_threat(
        &self,
        report: &NewReport,
        limit: u32,
        since: Timestamp,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<ReportOutcome, StoreError>;

    /// Returns a report.
    async fn threat_report(&self, id: &ReportId) -> Result<Option<ThreatReport>, StoreError>;

    /// Returns reports, of one status or all, the oldest first, at most `limit`.
    async fn threat_reports(&self, status: Option<ReportStatus>, limit: u32) -> Result<Vec<ThreatReport>, StoreError>;

    /// Judges a report, and puts the threat that it became; `false` where there is none that
    /// was not judged.
    async fn review_report(
        &self,
        id: &ReportId,
        verdict: &ReportVerdict,
        note: Option<&str>,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Makes `threats` all that the issuer of a pack says, unless a later pack of it was taken
    /// over before.
    async fn take_over_pack(
        &self,
        pack: &TakenPack,
        threats: &[Threat],
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<PackOutcome, StoreError>;

    /// Returns how far the packs of each issuer were taken over.
    async fn taken_packs(&self) -> Result<Vec<TakenPack>, StoreError>;
}
