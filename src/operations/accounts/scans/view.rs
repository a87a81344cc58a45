//! Scans as clients see them, with the threats that are known by now.

use super::super::super::Services;
use super::super::refusals::store_failure;
use super::outcome::{Detail, Summary};
use crate::api::accounts::{
    FileScanDetailView, FileScanView, ListedScanView, Refusal, ScanThreatView, ScanView, file_scan_time,
    severity_of_threat, verdict_of_threat,
};
use crate::scan::RiskBand;
use crate::skill::Sha256Digest;
use crate::store::ScanRecord;
use crate::threat::KnownThreat;

/// Points of the risk score that are a threat score of 1.
const FULL_SCORE: u32 = 100;

/// The threats that hold and name any of some digests.
#[derive(Debug, Default)]
pub(super) struct Threats(Vec<KnownThreat>);

impl Threats {
    /// Asks the store.
    pub(super) async fn of(services: &Services, digests: &[Sha256Digest]) -> Result<Self, Refusal> {
        if digests.is_empty() {
            return Ok(Self::default());
        }
        services.store().threats_of(digests).await.map(Self).map_err(|error| store_failure(&error))
    }

    /// Asks for all scans of a list at once.
    pub(super) async fn of_scans(services: &Services, scans: &[ScanRecord]) -> Result<Self, Refusal> {
        let mut digests: Vec<Sha256Digest> = scans.iter().flat_map(digests_of).collect();
        digests.sort_unstable();
        digests.dedup();
        Self::of(services, &digests).await
    }

    fn meeting(&self, digests: &[Sha256Digest]) -> impl Iterator<Item = (&KnownThreat, Sha256Digest)> {
        self.0.iter().filter_map(move |known| {
            let met = known.threat.parts().digests.iter().find(|digest| digests.contains(digest));
            met.map(|digest| (known, *digest))
        })
    }

    /// Returns a verdict that is no milder than what these threats ask for.
    pub(super) fn lower(&self, verdict: RiskBand, digests: &[Sha256Digest]) -> RiskBand {
        self.meeting(digests).fold(verdict, |worst, (known, _)| {
            worst.max(verdict_of_threat(severity_of_threat(known.threat.parts().severity)))
        })
    }

    /// Shows those that name any of these digests.
    pub(super) fn show(&self, digests: &[Sha256Digest]) -> Vec<ScanThreatView> {
        let show = |(known, digest): (&KnownThreat, Sha256Digest)| {
            let parts = known.threat.parts();
            ScanThreatView {
                hash: digest.to_string(),
                severity: parts.severity.as_str().to_owned(),
                description: parts.description.clone(),
                reported_at: parts.first_seen,
                reports_count: parts.report_count,
            }
        };
        self.meeting(digests).map(show).collect()
    }
}

/// Returns what a scan is known by.
pub(super) fn digests_of(scan: &ScanRecord) -> Vec<Sha256Digest> {
    let found = scan.result.iter().flat_map(|result| result.digests.iter().copied());
    scan.digest.into_iter().chain(found).collect()
}

/// The verdict of a scan, no milder than threats ask for.
fn verdict_of(scan: &ScanRecord, threats: &Threats) -> Option<RiskBand> {
    scan.result.as_ref().map(|result| threats.lower(result.verdict, &digests_of(scan)))
}

fn detail_of(scan: &ScanRecord) -> Option<Detail> {
    let result = scan.result.as_ref()?;
    serde_json::from_value(result.detail.clone()).ok()
}

/// Shows a scan in full.
pub(super) fn scan_view(scan: &ScanRecord, threats: &Threats) -> ScanView {
    let digests = digests_of(scan);
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
        threats: threats.show(&digests),
        hashes: digests.iter().map(Sha256Digest::to_string).collect(),
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
    let summary: Option<Summary> = result.and_then(|result| serde_json::from_value(result.summary.clone()).ok());
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
