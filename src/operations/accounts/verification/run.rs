//! One verification from its source to its end.

use super::super::super::Services;
use super::super::super::known_threats::known_threats;
use super::super::publisher::reputation_of_account;
use super::fetch::{FetchError, fetch};
use super::judge::{Evidence, Judgement, digests_of, judge};
use super::scan::{ScanError, scan};
use super::view::message_of;
use super::{request, view};
use crate::api::accounts::{Refusal, RefusalCode};
use crate::recipe::HeldDigest;
use crate::skill::Timestamp;
use crate::store::{EndedVerification, StoreError, VerificationRecord};

/// How long a result holds.
const VALID_MS: i64 = 28 * 86_400_000;

/// Why a verification came to nothing, for whoever still waits for it.
pub(super) type Trouble = Option<Refusal>;

/// Runs a verification, and keeps how it ended.
///
/// # Errors
/// Fails where the store does; the verification is then taken up again when its lease ends.
pub(super) async fn run(
    services: &Services,
    mut record: VerificationRecord,
) -> Result<(VerificationRecord, Trouble), StoreError> {
    let (judgement, trouble) = match look(services, &record).await {
        Ok(judgement) => (judgement, None),
        Err(Stop::Store(error)) => return Err(error),
        Err(Stop::Said(refusal)) => (Judgement::error(refusal.message.clone()), Some(refusal)),
    };
    let at = services.now();
    let expires_at = Timestamp::from_milliseconds(at.as_milliseconds() + VALID_MS);
    let ended = EndedVerification { at, expires_at, outcome: view::stored(&judgement)? };
    record.ended = Some(ended.clone());
    let message = message_of(services, &record, at)?;
    let id = &record.begun.id;
    let is_first = services.store().end_verification(id, record.attempt, &ended, message.as_ref()).await?;
    if !is_first {
        // Somebody else took it over and ended it: what they found is what counts.
        let kept = services.store().verification(id).await?;
        return Ok((kept.unwrap_or(record), trouble));
    }
    Ok((record, trouble))
}

/// Ends a verification that was begun too often without coming to its end.
pub(super) async fn give_up(services: &Services, mut record: VerificationRecord) -> Result<(), StoreError> {
    let reason = "it was begun several times and never came to its end; ask for another";
    let at = services.now();
    let ended = EndedVerification { at, expires_at: at, outcome: view::stored(&Judgement::error(reason.to_owned()))? };
    record.ended = Some(ended.clone());
    let message = message_of(services, &record, at)?;
    services.store().end_verification(&record.begun.id, record.attempt, &ended, message.as_ref()).await?;
    Ok(())
}

enum Stop {
    Store(StoreError),
    Said(Refusal),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

async fn look(services: &Services, record: &VerificationRecord) -> Result<Judgement, Stop> {
    let source = &record.begun.source;
    let target = request::target(source, services.reach()).map_err(Stop::Said)?;
    let expected = source.hash.as_deref().and_then(|hash| HeldDigest::parse(hash).ok());
    let fetched = fetch(services, &target, expected).await.map_err(|error| Stop::Said(refusal(error)))?;
    let mut parts = Vec::with_capacity(fetched.parts.len());
    for part in fetched.parts {
        parts.push(scan(services, part).await.map_err(|error| match error {
            ScanError::Store(error) => Stop::Store(error),
            ScanError::Compute(error) => {
                tracing::error!(%error, "a verification could not be scanned");
                Stop::Said(Refusal::internal())
            }
        })?);
    }
    let digests = digests_of(&parts, fetched.distribution);
    let threats = known_threats(services, &digests, fetched.package.as_ref()).await?.len() as u32;
    let evidence = Evidence {
        parts,
        unread: fetched.unread,
        distribution: fetched.distribution,
        expected,
        threats,
        reputation: reputation_of_account(services, &fetched.account).await?,
        not_looked_at: fetched.not_looked_at,
    };
    let version = fetched.version.or_else(|| source.version.clone());
    Ok(judge(evidence, version))
}

fn refusal(error: FetchError) -> Refusal {
    let code = match &error {
        FetchError::NotThere(_) => RefusalCode::NotFound,
        FetchError::Refused(_) => RefusalCode::BadRequest,
        FetchError::NoAnswer(_) => RefusalCode::Unavailable,
    };
    Refusal::new(code, error.to_string())
}
