//! What whoever runs an instance does with reports and threats: `touchmark reports`.

use super::Services;
use super::known_threats::affected;
use crate::account::ReportId;
use crate::package::{PackageRegistry, PackageSpec};
use crate::skill::{DigestParseError, Sha256Digest, sanitise_line};
use crate::store::{AuditEntry, ReportStatus, ReportVerdict, StoreError, ThreatReport};
use crate::threat::{
    AffectedPackage, Ecosystem, KnownThreat, PackageNameError, Threat, ThreatCategory, ThreatError, ThreatId,
    ThreatParts, ThreatSeverity, ThreatSource,
};

/// Reports of one list.
const REPORTS: u32 = 1_000;
/// Characters of a note.
const NOTE_CHARACTERS: usize = 500;

/// Why a report could not be judged, or a threat not be changed.
#[derive(Debug, thiserror::Error)]
pub enum ReportReviewError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such report.
    #[error("there is no report {0}; `touchmark reports list --all` shows what there is")]
    NoReport(String),
    /// The report was judged before.
    #[error("the report {id} was {status} before")]
    Judged {
        /// The report.
        id: ReportId,
        /// What it was: accepted or rejected.
        status: &'static str,
    },
    /// There is no such threat that holds.
    #[error("no threat {0} holds")]
    NoThreat(String),
    /// What is said of it is no threat.
    #[error(transparent)]
    Threat(#[from] ThreatError),
    /// A digest is none.
    #[error("{text:?} is {source}")]
    Digest {
        /// The text.
        text: String,
        /// What is wrong with it.
        source: DigestParseError,
    },
    /// A version is none.
    #[error("--package-version {0}")]
    Package(#[from] PackageNameError),
}

/// What the operator says beyond what was reported.
#[derive(Debug, Clone, Default)]
pub struct Acceptance {
    /// More digests by which it is recognised.
    pub hashes: Vec<String>,
    /// The version that it is in; every one where it is absent.
    pub package_version: Option<String>,
    /// Another category.
    pub category: Option<ThreatCategory>,
    /// Another severity.
    pub severity: Option<ThreatSeverity>,
    /// Another description.
    pub description: Option<String>,
    /// Where more is said.
    pub references: Vec<String>,
    /// A note to the report.
    pub note: Option<String>,
}

/// A threat that an operator names himself.
#[derive(Debug, Clone)]
pub struct OperatorThreat {
    /// Digests by which it is recognised.
    pub hashes: Vec<String>,
    /// What it does.
    pub category: ThreatCategory,
    /// How bad it is.
    pub severity: ThreatSeverity,
    /// A line for people.
    pub description: String,
    /// Where more is said.
    pub references: Vec<String>,
}

/// Lists reports, the oldest first: those that wait, or all.
///
/// # Errors
/// Fails where the store does.
pub async fn list_reports(services: &Services, all: bool) -> Result<Vec<ThreatReport>, ReportReviewError> {
    let status = (!all).then_some(ReportStatus::Submitted);
    Ok(services.store().threat_reports(status, REPORTS).await?)
}

/// Shows a report, and what is known of its digest and package already.
///
/// # Errors
/// Fails where there is none.
pub async fn show_report(services: &Services, id: &str) -> Result<(ThreatReport, Vec<KnownThreat>), ReportReviewError> {
    let found = find(services, id).await?;
    let digests: Vec<Sha256Digest> = found.report.digest.into_iter().collect();
    let known = super::known_threats(services, &digests, Some(&found.report.package)).await?;
    Ok((found, known))
}

/// Accepts a report: it becomes a threat, or adds to the one that is known of the same digest
/// or package, and lowers every verdict within seconds.
///
/// # Errors
/// Fails where there is no such report that waits, or it makes no threat.
pub async fn accept_report(
    services: &Services,
    id: &str,
    acceptance: Acceptance,
    actor: &str,
) -> Result<Threat, ReportReviewError> {
    let found = waiting(services, id).await?;
    let now = services.now();
    let report = &found.report;
    let mut digests: Vec<Sha256Digest> = report.digest.into_iter().collect();
    digests.extend(parse_digests(&acceptance.hashes)?);
    let package = &report.package;
    let package = in_version(package, acceptance.package_version.as_deref())?;
    let parts = ThreatParts {
        digests,
        packages: vec![package],
        category: acceptance.category.unwrap_or(report.category),
        severity: acceptance.severity.unwrap_or(report.severity),
        description: acceptance.description.unwrap_or_else(|| report.description.clone()),
        references: acceptance.references,
        source: ThreatSource::Reports,
        first_seen: found.created_at,
        last_seen: now,
        report_count: 1,
    };
    let threat = merged(services, Threat::new(parts)?).await?;
    let entry = entry(actor, "report.accept", report.id.as_str(), serde_json::json!({ "threat": threat.id() }));
    let note = acceptance.note.map(|note| sanitise_line(&note, NOTE_CHARACTERS));
    let verdict = ReportVerdict::Accepted(Box::new(threat.clone()));
    judge(services, &found, &verdict, note.as_deref(), &entry).await?;
    services.follow_if_free().await;
    Ok(threat)
}

/// Rejects a report.
///
/// # Errors
/// Fails where there is no such report that waits.
pub async fn reject_report(
    services: &Services,
    id: &str,
    note: Option<&str>,
    actor: &str,
) -> Result<ReportId, ReportReviewError> {
    let found = waiting(services, id).await?;
    let entry = entry(actor, "report.reject", found.report.id.as_str(), serde_json::json!({}));
    let note = note.map(|note| sanitise_line(note, NOTE_CHARACTERS));
    judge(services, &found, &ReportVerdict::Rejected, note.as_deref(), &entry).await?;
    Ok(found.report.id)
}

/// Names a threat that nobody reported.
///
/// # Errors
/// Fails where it is none.
pub async fn add_threat(services: &Services, named: OperatorThreat, actor: &str) -> Result<Threat, ReportReviewError> {
    let now = services.now();
    let threat = Threat::new(ThreatParts {
        digests: parse_digests(&named.hashes)?,
        packages: Vec::new(),
        category: named.category,
        severity: named.severity,
        description: named.description,
        references: named.references,
        source: ThreatSource::Operator,
        first_seen: now,
        last_seen: now,
        report_count: 0,
    })?;
    let threat = merged(services, threat).await?;
    let entry = entry(actor, "threat.add", threat.id().as_str(), serde_json::json!({}));
    services.store().put_threat(&threat, &entry, now).await?;
    services.follow_if_free().await;
    Ok(threat)
}

/// Withdraws a threat: verdicts are those of the scanner again.
///
/// # Errors
/// Fails where no such threat holds.
pub async fn withdraw_threat(services: &Services, id: &str, actor: &str) -> Result<ThreatId, ReportReviewError> {
    let missing = || ReportReviewError::NoThreat(sanitise_line(id, 60));
    let id: ThreatId = id.parse().map_err(|_| missing())?;
    let entry = entry(actor, "threat.withdraw", id.as_str(), serde_json::json!({}));
    if !services.store().withdraw_threat(&id, &entry, services.now()).await? {
        return Err(missing());
    }
    services.follow_if_free().await;
    Ok(id)
}

/// Names a package in a version, which is written as its registry compares versions: by that it
/// is looked for.
fn in_version(package: &AffectedPackage, version: Option<&str>) -> Result<AffectedPackage, PackageNameError> {
    let registry = match package.ecosystem() {
        Ecosystem::Npm => Some(PackageRegistry::Npm),
        Ecosystem::Pypi => Some(PackageRegistry::Pypi),
        Ecosystem::Git | Ecosystem::Url => None,
    };
    let spec = registry.and_then(|registry| PackageSpec::of_parts(registry, package.name(), version).ok());
    match spec.as_ref().and_then(affected) {
        Some(compared) => Ok(compared),
        None => AffectedPackage::new(package.ecosystem(), package.name(), version),
    }
}

/// Adds what the same source says already of the same threat.
async fn merged(services: &Services, threat: Threat) -> Result<Threat, ReportReviewError> {
    let source = threat.parts().source.clone();
    let store = services.store();
    let mut known = store.threats_of(&threat.parts().digests).await?;
    known.extend(store.threat(threat.id()).await?);
    let known = known
        .into_iter()
        .find(|known| known.threat.parts().source == source && known.status == crate::threat::ThreatStatus::Active);
    let Some(known) = known else { return Ok(threat) };
    let (id, mut parts) = known.threat.into_parts();
    let (_, new) = threat.into_parts();
    parts.digests.extend(new.digests);
    parts.packages.extend(new.packages);
    parts.references.extend(new.references);
    parts.severity = parts.severity.max(new.severity);
    parts.first_seen = parts.first_seen.min(new.first_seen);
    parts.last_seen = parts.last_seen.max(new.last_seen);
    parts.report_count += new.report_count;
    parts.references.sort_unstable();
    Ok(Threat::with_id(Some(id), parts)?)
}

async fn judge(
    services: &Services,
    found: &ThreatReport,
    verdict: &ReportVerdict,
    note: Option<&str>,
    entry: &AuditEntry,
) -> Result<(), ReportReviewError> {
    let id = &found.report.id;
    if services.store().review_report(id, verdict, note, entry, services.now()).await? {
        Ok(())
    } else {
        // Somebody else was faster.
        Err(ReportReviewError::Judged { id: id.clone(), status: "judged" })
    }
}

async fn find(services: &Services, id: &str) -> Result<ThreatReport, ReportReviewError> {
    let missing = || ReportReviewError::NoReport(sanitise_line(id, 60));
    let id: ReportId = id.parse().map_err(|_| missing())?;
    services.store().threat_report(&id).await?.ok_or_else(missing)
}

async fn waiting(services: &Services, id: &str) -> Result<ThreatReport, ReportReviewError> {
    let found = find(services, id).await?;
    match found.status {
        ReportStatus::Submitted => Ok(found),
        status => Err(ReportReviewError::Judged { id: found.report.id, status: status.as_str() }),
    }
}

fn parse_digests(texts: &[String]) -> Result<Vec<Sha256Digest>, ReportReviewError> {
    let parse = |text: &String| {
        text.parse().map_err(|source| ReportReviewError::Digest { text: sanitise_line(text, 100), source })
    };
    texts.iter().map(parse).collect()
}

fn entry(actor: &str, action: &'static str, subject: &str, detail: serde_json::Value) -> AuditEntry {
    AuditEntry { actor: sanitise_line(actor, 100), ..AuditEntry::of_operator(action, subject, detail) }
}
