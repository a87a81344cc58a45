//! Scans as clients see them, with the threats that are known by now.

use super::super::super::Services;
use super::super::super::known_threats::{affected, known_threats_of};
use super::super::refusals::store_failure;
use super::outcome::{Detail, Summary};
use super::target::ScanTarget;
use crate::api::accounts::{
    FileScanDetailView, FileScanView, ListedScanView, Refusal, ScanPolicyView, ScanThreatView, ScanView,
    file_scan_time, severity_of_threat, verdict_of_threat,
};
use crate::scan::RiskBand;
use crate::skill::Sha256Digest;
use crate::store::{ScanKind, ScanRecord};
use crate::threat::{AffectedPackage, KnownThreat};

/// Points of the risk score that are a threat score of 1.
const FULL_SCORE: u32 = 100;

/// By what threats know what was scanned.
#[derive(Debug, Default)]
pub(super) struct Identity {
    digests: Vec<Sha256Digest>,
    package: Option<AffectedPackage>,
}

impl Identity {
    /// Puts it together of what a scan found, and of what was asked for.
    pub(super) fn of(scan: &ScanRecord) -> Self {
        let found = scan.result.iter().flat_map(|result| result.digests.iter().copied());
        let digests = scan.digest.into_iter().chain(found).collect();
        let package = match scan.kind {
            ScanKind::Upload => None,
            ScanKind::Reported | ScanKind::Target => package_of(scan).or_else(|| named_package(&scan.target)),
        };
        Self { digests, package }
    }

    /// Says by what it is known that somebody else scanned.
    pub(super) fn of_reported(target: &str, digests: Vec<Sha256Digest>) -> Self {
        Self { digests, package: named_package(target) }
    }
}

/// Returns the release that was looked at.
fn package_of(scan: &ScanRecord) -> Option<AffectedPackage> {
    summary_of(scan)?.package?.affected()
}

/// Returns the package that a target names.
fn named_package(target: &str) -> Option<AffectedPackage> {
    affected(&ScanTarget::package(target)?.ok()?)
}

fn summary_of(scan: &ScanRecord) -> Option<Summary> {
    serde_json::from_value(scan.result.as_ref()?.summary.clone()).ok()
}

/// The threats that hold and name any of some digests and packages.
#[derive(Debug, Default)]
pub(super) struct Threats(Vec<KnownThreat>);

impl Threats {
    /// Asks the store.
    pub(super) async fn of(services: &Services, identities: &[Identity]) -> Result<Self, Refusal> {
        let mut digests: Vec<Sha256Digest> = identities.iter().flat_map(|it| it.digests.iter().copied()).collect();
        digests.sort_unstable();
        digests.dedup();
        let mut packages: Vec<AffectedPackage> = identities.iter().filter_map(|it| it.package.clone()).collect();
        packages.sort_unstable();
        packages.dedup();
        let found = known_threats_of(services, &digests, &packages).await;
        found.map(Self).map_err(|error| store_failure(&error))
    }

    /// Asks for one scan.
    pub(super) async fn of_scan(services: &Services, scan: &ScanRecord) -> Result<Self, Refusal> {
        Self::of(services, &[Identity::of(scan)]).await
    }

    /// Asks for all scans of a list at once.
    pub(super) async fn of_scans(services: &Services, scans: &[ScanRecord]) -> Result<Self, Refusal> {
        Self::of(services, &scans.iter().map(Identity::of).collect::<Vec<_>>()).await
    }

    fn meeting(&self, identity: &Identity) -> impl Iterator<Item = ScanThreat<'_>> {
        self.0.iter().filter_map(move |known| {
            let parts = known.threat.parts();
            let digest = parts.digests.iter().find(|digest| identity.digests.contains(digest)).copied();
            let covers = |wide: &&AffectedPackage| identity.package.as_ref().is_some_and(|one| wide.covers(one));
            let package = parts.packages.iter().find(covers);
            (digest.is_some() || package.is_some()).then_some(ScanThreat { known, digest, package })
        })
    }

    /// Tells whether any of them is about this.
    pub(super) fn meet(&self, identity: &Identity) -> bool {
        self.meeting(identity).next().is_some()
    }

    /// Returns a verdict that is no milder than what these threats ask for.
    pub(super) fn lower(&self, verdict: RiskBand, identity: &Identity) -> RiskBand {
        self.meeting(identity).fold(verdict, |worst, met| {
            worst.max(verdict_of_threat(severity_of_threat(met.known.threat.parts().severity)))
        })
    }

    /// Shows those that are about this.
    pub(super) fn show(&self, identity: &Identity) -> Vec<ScanThreatView> {
        let show = |met: ScanThreat<'_>| {
            let parts = met.known.threat.parts();
            ScanThreatView {
                hash: met.digest.map(|digest| digest.to_string()),
                package: met.package.map(ToString::to_string),
                severity: parts.severity.as_str().to_owned(),
                description: parts.description.clone(),
                reported_at: parts.first_seen,
                reports_count: parts.report_count,
            }
        };
        self.meeting(identity).map(show).collect()
    }
}

/// A threat, and by what it is about what was scanned.
struct ScanThreat<'a> {
    known: &'a KnownThreat,
    digest: Option<Sha256Digest>,
    package: Option<&'a AffectedPackage>,
}

/// The verdict of a scan, no milder than threats ask for.
fn verdict_of(scan: &ScanRecord, threats: &Threats) -> Option<RiskBand> {
    scan.result.as_ref().map(|result| threats.lower(result.verdict, &Identity::of(scan)))
}

pub(super) fn detail_of(scan: &ScanRecord) -> Option<Detail> {
    let result = scan.result.as_ref()?;
    serde_json::from_value(result.detail.clone()).ok()
}

/// Shows a scan in full, with what came of the policy that was named.
pub(super) fn scan_view(scan: &ScanRecord, threats: &Threats, policy_evaluation: Option<ScanPolicyView>) -> ScanView {
    let identity = Identity::of(scan);
    let detail = detail_of(scan);
    ScanView {
        id: scan.key.to_string(),
        status: scan.status.as_str().to_owned(),
        target: scan.target.clone(),
        score: scan.result.as_ref().map(|result| result.score),
        verdict: verdict_of(scan, threats),
        duration_ms: scan.duration_ms,
        created_at: scan.created_at,
        updated_at: scan.updated_at,
        policy: scan.policy.clone(),
        reason: scan.reason.clone(),
        ruleset_version: detail.as_ref().and_then(|detail| detail.ruleset_version.clone()),
        is_complete: detail.as_ref().and_then(|detail| detail.is_complete),
        phases: detail.map(|detail| detail.phases),
        threats: threats.show(&identity),
        hashes: identity.digests.iter().map(Sha256Digest::to_string).collect(),
        policy_evaluation,
    }
}

/// Shows a scan in the history.
pub(super) fn listed_view(scan: &ScanRecord, threats: &Threats) -> ListedScanView {
    ListedScanView {
        id: scan.key.to_string(),
        status: scan.status.as_str().to_owned(),
        target: scan.target.clone(),
        score: scan.result.as_ref().map(|result| result.score),
        verdict: verdict_of(scan, threats),
        duration_ms: scan.duration_ms,
        created_at: scan.created_at,
    }
}

/// Shows a scan of a file.
pub(super) fn file_view(scan: &ScanRecord, threats: &Threats) -> FileScanView {
    let verdict = verdict_of(scan, threats);
    let result = scan.result.as_ref();
    let summary = summary_of(scan);
    let (severity, category) = verdict.map_or((None, None), |verdict| {
        let (severity, category) = words_of(verdict);
        (Some(severity.to_owned()), Some(category.to_owned()))
    });
    FileScanView {
        scan_id: scan.key.to_string(),
        file_name: scan.target.clone(),
        file_hash: scan.digest.map(Sha256Digest::to_hex).unwrap_or_default(),
        status: scan.status.as_str().to_owned(),
        threat_score: result.map(|result| f64::from(result.score.min(FULL_SCORE)) / f64::from(FULL_SCORE)),
        severity,
        risk_category: category,
        confidence: None,
        security_issues_count: summary.as_ref().map(|summary| summary.issues),
        sensitive_data_count: summary.as_ref().map(|summary| summary.secrets),
        detection_class: summary.map(|summary| summary.classes).unwrap_or_default(),
        uploaded_by: scan.owner_email.clone(),
        created_at: file_scan_time(scan.created_at),
        updated_at: file_scan_time(scan.updated_at),
    }
}

/// Shows a scan of a file in full.
pub(super) fn file_detail_view(scan: &ScanRecord, threats: &Threats) -> FileScanDetailView {
    let detail = detail_of(scan);
    FileScanDetailView {
        scan: file_view(scan, threats),
        reason: scan.reason.clone(),
        is_complete: detail.as_ref().and_then(|detail| detail.is_complete),
        phases: detail.map(|detail| detail.phases),
    }
}

/// Returns severity and risk category of a verdict.
fn words_of(verdict: RiskBand) -> (&'static str, &'static str) {
    match verdict {
        RiskBand::Clean | RiskBand::Low => ("low", "safe"),
        RiskBand::Medium => ("medium", "suspicious"),
        RiskBand::High => ("high", "suspicious"),
        RiskBand::Critical => ("critical", "malicious"),
    }
}
