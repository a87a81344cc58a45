//! What can be looked for: the signatures of the scanner, and the digests of known threats.

use std::time::Duration;

use super::Services;
use crate::api::accounts::{
    SignatureListView, SignatureView, WithdrawnSignatureView, phase_number, severity_of_threat,
};
use crate::scan::{Confidence, Persona, Phase, Signature, SignatureKind, SignaturePack};
use crate::skill::{Sha256Digest, Timestamp};
use crate::store::StoreError;
use crate::threat::{KnownThreat, ThreatCategory, ThreatSeverity, ThreatStatus};

/// Signatures of one answer: as many as the scanner takes. What is left comes with the next one.
const SIGNATURES: usize = 10_000;
/// Threats that are read at once.
const PAGE: u32 = 1_000;
/// How far back the next answer begins: a change is timed before it is written, and another
/// process that writes may let it wait for a minute (the store's patience).
const OVERLAP: Duration = Duration::from_secs(120);

/// Which signatures are wanted.
#[derive(Debug, Clone, Default)]
pub(super) struct SignatureQuery {
    /// Those that changed after this time.
    pub since: Option<Timestamp>,
    /// Those of this phase.
    pub phase: Option<Phase>,
    /// Those this bad or worse.
    pub least_severity: Option<ThreatSeverity>,
}

/// Gives signatures, the oldest change first.
///
/// # Errors
/// Fails where the store does.
pub(super) async fn signatures(services: &Services, query: &SignatureQuery) -> Result<SignatureListView, StoreError> {
    let now = services.now();
    let overlap = i64::try_from(OVERLAP.as_millis()).unwrap_or(i64::MAX);
    let mut next = Timestamp::from_milliseconds(now.as_milliseconds().saturating_sub(overlap));
    let since = query.since.unwrap_or(Timestamp::from_milliseconds(i64::MIN));
    let builtin = SignaturePack::builtin();
    let changed = builtin.signatures().iter().filter(|signature| signature.updated_at > since);
    let mut found: Vec<SignatureView> = changed.map(of_scanner).collect();
    let mut withdrawn = Vec::new();
    // By time and number: a page ends in the middle of what changed at one time.
    let mut at = (since, u64::MAX);
    loop {
        let page = services.store().threats_changed_after(at.0, at.1, PAGE).await?;
        for known in &page {
            let digests = &known.threat.parts().digests;
            let gone = match known.status {
                ThreatStatus::Active => {
                    found.extend(of_threat(known));
                    &[]
                }
                ThreatStatus::Withdrawn => &digests[..],
            };
            if query.since.is_some() {
                // What a threat named before is no signature any more, whether or not it holds.
                let gone = gone.iter().chain(&known.dropped);
                withdrawn.extend(
                    gone.map(|digest| WithdrawnSignatureView {
                        id: id_of(known, digest),
                        withdrawn_at: known.updated_at,
                    }),
                );
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE as usize => at = (last.updated_at, last.sequence),
            _ => break,
        }
        if found.len() + withdrawn.len() > SIGNATURES {
            // Beyond the limit the next answer begins before what this one ends with.
            next = next.min(Timestamp::from_milliseconds(at.0.as_milliseconds() - 1));
            break;
        }
    }
    found.retain(|signature| {
        query.phase.is_none_or(|phase| signature.phase == u32::from(phase_number(phase)))
            && query.least_severity.is_none_or(|least| signature.severity >= severity_of_threat(least))
    });
    found.sort_by(|left, right| (left.updated_at, &left.id).cmp(&(right.updated_at, &right.id)));
    Ok(SignatureListView {
        total: found.len() as u64,
        signatures: found,
        since: query.since,
        next_sync_token: next,
        withdrawn,
    })
}

fn of_scanner(signature: &Signature) -> SignatureView {
    SignatureView {
        id: signature.id.clone(),
        phase: u32::from(phase_number(signature.phase)),
        name: signature.name.clone(),
        description: signature.description.clone(),
        kind: signature.kind.as_str().to_owned(),
        pattern: signature.pattern.clone(),
        severity: signature.severity,
        confidence: signature.confidence,
        audience: signature.persona,
        weight: signature.weight,
        ecosystem: signature.ecosystem.clone(),
        created_at: signature.created_at,
        updated_at: signature.updated_at,
    }
}

/// A threat is a signature for each of its digests.
fn of_threat(known: &KnownThreat) -> impl Iterator<Item = SignatureView> {
    let parts = known.threat.parts();
    parts.digests.iter().map(|digest| SignatureView {
        id: id_of(known, digest),
        phase: u32::from(phase_number(phase_of(parts.category))),
        name: parts.category.as_str().to_owned(),
        description: parts.description.clone(),
        kind: SignatureKind::Sha256.as_str().to_owned(),
        pattern: digest.to_hex(),
        severity: severity_of_threat(parts.severity),
        confidence: Confidence::High,
        audience: Persona::User,
        weight: weight_of(parts.severity),
        ecosystem: parts.packages.first().map_or("any", |package| package.ecosystem().as_str()).to_owned(),
        created_at: known.created_at,
        updated_at: known.updated_at,
    })
}

fn id_of(known: &KnownThreat, digest: &Sha256Digest) -> String {
    let mut digits = digest.to_hex();
    digits.truncate(16);
    format!("{}:{digits}", known.threat.id())
}

/// Returns the phase that sees what a category does.
fn phase_of(category: ThreatCategory) -> Phase {
    match category {
        ThreatCategory::InstallHookAbuse => Phase::InstallHooks,
        ThreatCategory::Backdoor | ThreatCategory::Cryptominer => Phase::CodePatterns,
        ThreatCategory::DataExfiltration => Phase::NetworkExfil,
        ThreatCategory::CredentialExfiltration => Phase::Credentials,
        ThreatCategory::ObfuscatedPayload => Phase::Obfuscation,
        ThreatCategory::Typosquat | ThreatCategory::Other => Phase::Provenance,
    }
}

/// Returns the points of the scan API, as the contract's examples give them: 10 and 5.
fn weight_of(severity: ThreatSeverity) -> u32 {
    match severity {
        ThreatSeverity::Low => 1,
        ThreatSeverity::Medium => 3,
        ThreatSeverity::High => 5,
        ThreatSeverity::Critical => 10,
    }
}
