//! What a verification looks like to whoever asks.

use super::super::super::Services;
use super::super::super::known_threats::{affected, known_threats};
use super::judge::Judgement;
use super::request::{Target, target};
use crate::api::accounts::{VerificationStatus, VerificationView};
use crate::package::PackageSpec;
use crate::skill::Timestamp;
use crate::store::{StoreError, VerificationRecord, WebhookMessage, WebhookState};
use crate::threat::AffectedPackage;

/// What is written of a judgement.
pub(super) fn stored(judgement: &Judgement) -> Result<serde_json::Value, StoreError> {
    serde_json::to_value(judgement)
        .map_err(|error| StoreError::Corrupt { what: "outcome of a verification", detail: error.to_string() })
}

/// Reads what was written of a judgement; none while the verification is under way.
pub(super) fn judgement(record: &VerificationRecord) -> Result<Option<Judgement>, StoreError> {
    let Some(ended) = &record.ended else { return Ok(None) };
    let judgement = serde_json::from_value(ended.outcome.clone());
    judgement
        .map(Some)
        .map_err(|error| StoreError::Corrupt { what: "outcome of a verification", detail: error.to_string() })
}

/// Says how a verification stands at this moment: what was verified may have expired, been
/// withdrawn, or turned out to do harm.
pub(super) async fn status_now(
    services: &Services,
    record: &VerificationRecord,
    judgement: &Judgement,
) -> Result<(VerificationStatus, Option<String>), StoreError> {
    if judgement.status != VerificationStatus::Verified {
        return Ok((judgement.status, judgement.reason.clone()));
    }
    let revoked = |reason: &str| Ok((VerificationStatus::Revoked, Some(reason.to_owned())));
    if record.revoked_at.is_some() {
        return revoked("it was withdrawn by whoever asked for it");
    }
    let package = package_of(services, record, judgement);
    if !known_threats(services, &judgement.digests, package.as_ref()).await?.is_empty() {
        return revoked("what was verified is known to do harm since");
    }
    if record.ended.as_ref().is_none_or(|ended| ended.expires_at <= services.now()) {
        return Ok((VerificationStatus::Expired, Some("the time for which it held is over".to_owned())));
    }
    Ok((VerificationStatus::Verified, None))
}

/// Returns the release of a package that was verified.
fn package_of(services: &Services, record: &VerificationRecord, judgement: &Judgement) -> Option<AffectedPackage> {
    match target(&record.begun.source, services.reach()).ok()? {
        Target::Package(spec) => {
            let version = judgement.version.as_deref();
            PackageSpec::of_parts(spec.registry, spec.name.as_str(), version).ok().as_ref().and_then(affected)
        }
        Target::Git(_) | Target::Url(_) => None,
    }
}

/// Shows a verification as it stands at this moment.
pub(super) async fn view(services: &Services, record: &VerificationRecord) -> Result<VerificationView, StoreError> {
    let Some(judgement) = judgement(record)? else { return Ok(shown(services, record, None)) };
    let (status, reason) = status_now(services, record, &judgement).await?;
    Ok(shown(services, record, Some(Judgement { status, reason, ..judgement })))
}

/// Writes the message that tells of an end, where somebody wants to hear of it. Its id follows
/// from the verification, so that a receiver that hears of it twice knows.
pub(super) fn message_of(
    services: &Services,
    record: &VerificationRecord,
    now: Timestamp,
) -> Result<Option<WebhookMessage>, StoreError> {
    let Some(url) = &record.begun.callback_url else { return Ok(None) };
    let data = shown(services, record, judgement(record)?);
    let body = serde_json::json!({ "type": "verification.completed", "timestamp": now, "data": data });
    Ok(Some(WebhookMessage {
        id: format!("msg_{}", record.begun.id.as_str().trim_start_matches("ver_")),
        user: record.begun.user.clone(),
        verification: record.begun.id.clone(),
        url: url.clone(),
        body: body.to_string(),
        state: WebhookState::Pending,
        attempt: 0,
        due_at: now,
        last_answer: None,
        created_at: now,
    }))
}

fn shown(services: &Services, record: &VerificationRecord, judgement: Option<Judgement>) -> VerificationView {
    let source = &record.begun.source;
    let has_badge = judgement.as_ref().is_some_and(|judgement| {
        use VerificationStatus::{Expired, Revoked, Verified};
        matches!(judgement.status, Verified | Expired | Revoked)
    });
    let asked = source.version.clone();
    let (status, version, score, verdict, reason, details) = match judgement {
        Some(it) => (it.status, it.version.or(asked), it.score, it.verdict, it.reason, it.details),
        None => (VerificationStatus::Pending, asked, None, None, None, None),
    };
    VerificationView {
        verification_id: record.begun.id.clone(),
        status,
        source_type: source.kind.clone(),
        source_ref: source.reference.clone(),
        source_version: version,
        score,
        verdict,
        badge_url: has_badge.then(|| badge_url(services, record, "svg")),
        verified_at: record.ended.as_ref().map(|ended| ended.at),
        expires_at: record.ended.as_ref().map(|ended| ended.expires_at),
        reason,
        details,
    }
}

/// Returns where the badge of a verification is.
pub(super) fn badge_url(services: &Services, record: &VerificationRecord, ending: &str) -> String {
    format!("{}/badge/{}.{ending}", services.public_url(), record.begun.id)
}
