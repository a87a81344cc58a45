//! `GET /badge/{id}`: what everybody may know of a verification.

use super::super::super::Services;
use super::super::refusals::store_failure;
use super::view::{badge_url, judgement, status_now};
use crate::account::VerificationId;
use crate::api::accounts::{BadgeView, Refusal, VerificationStatus};
use crate::scan::RiskBand;

/// How long a badge may be kept at most: after that it has to be asked for again, since it may
/// have been revoked.
const KEPT_SECONDS: u64 = 60;

/// What a badge is not.
const NOTICE: &str = "This is no certificate of safety: it says what a static analysis of these bytes found on that \
    day, and nothing of other bytes, of dependencies, or of what runs.";

/// A badge, and how long it may be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Badge {
    /// What it says.
    pub view: BadgeView,
    /// Seconds for which it may be kept; never beyond the end of the verification.
    pub kept_seconds: u64,
}

/// Reads the badge of a verification that was verified once, whoever asks: its id is known to
/// those whom its owner showed it.
///
/// # Errors
/// Fails where there is none.
pub async fn read_badge(services: &Services, id: &str) -> Result<Badge, Refusal> {
    let missing = || Refusal::not_found("badge");
    let id: VerificationId = id.parse().map_err(|_| missing())?;
    let failure = |error| store_failure(&error);
    let record = services.store().verification(&id).await.map_err(failure)?.ok_or_else(missing)?;
    let judgement = judgement(&record).map_err(failure)?.ok_or_else(missing)?;
    if judgement.status != VerificationStatus::Verified {
        return Err(missing());
    }
    let ended = record.ended.as_ref().ok_or_else(missing)?;
    let (status, _) = status_now(services, &record, &judgement).await.map_err(failure)?;
    let left = (ended.expires_at.as_milliseconds() - services.now().as_milliseconds()).max(0) as u64 / 1_000;
    let is_valid = status == VerificationStatus::Verified;
    let details = judgement.details.as_ref();
    let view = BadgeView {
        verification_id: id,
        status,
        is_valid,
        source_type: record.begun.source.kind.clone(),
        source_ref: record.begun.source.reference.clone(),
        source_version: judgement.version.clone(),
        package_hashes: details
            .map(|details| details.subjects.iter().map(|subject| subject.package_hash).collect())
            .unwrap_or_default(),
        verdict: judgement.verdict.unwrap_or(RiskBand::Critical),
        verified_at: ended.at,
        expires_at: ended.expires_at,
        notice: NOTICE.to_owned(),
        badge_url: badge_url(services, &record, "svg"),
    };
    Ok(Badge { view, kept_seconds: if is_valid { left.min(KEPT_SECONDS) } else { KEPT_SECONDS } })
}
