//! Makes signed packs, and takes over those of others: `touchmark signatures`.

use serde_json::Value;
use url::Url;

use super::Services;
use super::signatures::{SignatureQuery, signatures};
use crate::pack::{
    PACK_BYTES, PACK_THREATS, PackDocument, PackError, PackKeyError, PackPublicKey, PackSigningKey, PackedThreat,
    SealedPack,
};
use crate::skill::{Timestamp, sanitise_line};
use crate::source::{SourceError, fetch_document};
use crate::store::{AuditEntry, PackOutcome, StoreError, TakenPack};
use crate::threat::{ThreatSource, ThreatStatus};

const DAY_MS: i64 = 86_400_000;
/// Threats that are read at once.
const PAGE: u32 = 1_000;
/// Longest name under which an issuer is pinned.
const NAME_CHARACTERS: usize = 100;

/// Why a pack was not made or not taken over.
#[derive(Debug, thiserror::Error)]
pub enum SignaturePackError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It could not be fetched.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// It is not taken.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// A key is none.
    #[error(transparent)]
    Key(#[from] PackKeyError),
    /// Nobody says whose keys are good.
    #[error("no key is pinned; name the public key of the issuer with --key")]
    NoKey,
    /// The issuer has no name.
    #[error("cannot tell a name from {0:?}; give one of letters, digits, `-`, `.` and `_` with --name")]
    Name(String),
    /// It is older than what was taken over before.
    #[error("the pack has version {version}, and version {known} was taken over before; somebody rolls it back")]
    Older {
        /// Its version.
        version: u64,
        /// The version that is known.
        known: u64,
    },
    /// It says something else than the pack of the same version.
    #[error("the pack has version {0}, as one that was taken over before and said something else")]
    Differs(u64),
    /// There are too many threats for one pack.
    #[error("there are more than {PACK_THREATS} threats, too many for one pack")]
    TooMany,
}

/// What taking over a pack did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncReport {
    /// The name under which its issuer is pinned.
    pub name: String,
    /// The version.
    pub version: u64,
    /// Until when the pack is good.
    pub expires_at: Timestamp,
    /// The key that signed it.
    pub key_id: String,
    /// Threats that are new.
    pub added: u64,
    /// Threats that say something else.
    pub changed: u64,
    /// Threats that are none any more.
    pub withdrawn: u64,
    /// Patterns in it, which a scan takes as a file.
    pub pattern_count: usize,
}

/// Signs all that this instance knows by itself: the scanner's patterns, and the threats of its
/// operator and of accepted reports. What it took over from others is theirs to say.
///
/// # Errors
/// Fails where the store does, or the pack would not be taken.
pub async fn make_signature_pack(
    services: &Services,
    key: &PackSigningKey,
    days: u32,
) -> Result<(Vec<u8>, PackDocument), SignaturePackError> {
    let now = services.now();
    let mut threats = Vec::new();
    let mut since = 0;
    loop {
        let page = services.store().threat_changes(since, PAGE).await?;
        let own = page.iter().filter(|known| {
            known.status == ThreatStatus::Active
                && !matches!(known.threat.parts().source, ThreatSource::Pack(_) | ThreatSource::Advisories)
        });
        threats.extend(own.map(|known| PackedThreat::from(&known.threat)));
        if threats.len() > PACK_THREATS {
            return Err(SignaturePackError::TooMany);
        }
        match page.last() {
            Some(last) if page.len() == PAGE as usize => since = last.sequence,
            _ => break,
        }
    }
    // The order follows from what is said, whatever was changed last.
    threats.sort_by(|left, right| (&left.digests, &left.description).cmp(&(&right.digests, &right.description)));
    let document = PackDocument {
        // Milliseconds only grow, and whoever lost all else still has a clock: a pack that is
        // made of an older copy of the store is still the later one.
        version: now.as_milliseconds().unsigned_abs(),
        issuer: services.public_url().to_owned(),
        issued_at: now,
        expires_at: Timestamp::from_milliseconds(now.as_milliseconds().saturating_add(i64::from(days) * DAY_MS)),
        signatures: patterns(services).await?,
        threats,
    };
    let pack = SealedPack::sign(&document, key)?;
    Ok((pack.to_bytes(), document))
}

/// Returns the patterns of the scanner in the shape of `/v1/signatures`.
async fn patterns(services: &Services) -> Result<Vec<Value>, StoreError> {
    let all = signatures(services, &SignatureQuery::default()).await?;
    let own = all.signatures.into_iter().filter(|signature| !signature.id.starts_with("thr_"));
    Ok(own.filter_map(|signature| serde_json::to_value(signature).ok()).collect())
}

/// Fetches a pack, holds it against the pinned keys, and takes its threats over as all that its
/// issuer says.
///
/// # Errors
/// Fails where it cannot be fetched, is forged, changed, expired or older than what is known;
/// then nothing changes.
pub async fn sync_signatures(
    services: &Services,
    url: &str,
    name: Option<&str>,
    keys: &[PackPublicKey],
) -> Result<(SyncReport, PackDocument), SignaturePackError> {
    let name = name_of(url, name)?;
    if keys.is_empty() {
        return Err(SignaturePackError::NoKey);
    }
    let bytes = fetch_document(url, "application/json", PACK_BYTES as u64).await?;
    take_over_pack(services, &name, &bytes, keys).await
}

/// Takes over a pack that was fetched.
///
/// # Errors
/// Fails where [`sync_signatures`] does.
pub async fn take_over_pack(
    services: &Services,
    name: &str,
    bytes: &[u8],
    keys: &[PackPublicKey],
) -> Result<(SyncReport, PackDocument), SignaturePackError> {
    let now = services.now();
    let sealed = SealedPack::parse(bytes)?;
    let document = sealed.open(keys, now)?;
    let threats = document.threats_of(name).map_err(|error| PackError::Document(sanitise_line(&error, 300)))?;
    let taken = TakenPack {
        issuer: name.to_owned(),
        version: document.version,
        digest: sealed.payload_digest(),
        key_id: sealed.key_id().to_owned(),
        issued_at: document.issued_at,
        expires_at: document.expires_at,
        taken_at: now,
    };
    let detail = serde_json::json!({ "version": document.version, "key": sealed.key_id(), "threats": threats.len() });
    let entry = AuditEntry::of_operator("signatures.sync", name, detail);
    let outcome = services.store().take_over_pack(&taken, &threats, &entry, now).await?;
    let (added, changed, withdrawn) = match outcome {
        PackOutcome::Taken { added, changed, withdrawn } => (added, changed, withdrawn),
        PackOutcome::Older(known) => return Err(SignaturePackError::Older { version: document.version, known }),
        PackOutcome::Differs => return Err(SignaturePackError::Differs(document.version)),
    };
    services.follow_if_free().await;
    let report = SyncReport {
        name: name.to_owned(),
        version: document.version,
        expires_at: document.expires_at,
        key_id: taken.key_id,
        added,
        changed,
        withdrawn,
        pattern_count: document.signatures.len(),
    };
    Ok((report, document))
}

/// Tells how far the packs of each issuer were taken over.
///
/// # Errors
/// Fails where the store does.
pub async fn list_signature_packs(services: &Services) -> Result<Vec<TakenPack>, SignaturePackError> {
    Ok(services.store().taken_packs().await?)
}

/// Returns the name under which an issuer is pinned: the one that was given, or its host.
fn name_of(url: &str, name: Option<&str>) -> Result<String, SignaturePackError> {
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let name = name.map(str::to_owned).or(host).unwrap_or_default();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if name.is_empty() || name.len() > NAME_CHARACTERS || !name.bytes().all(is_plain) {
        return Err(SignaturePackError::Name(sanitise_line(&name, NAME_CHARACTERS)));
    }
    Ok(name)
}
