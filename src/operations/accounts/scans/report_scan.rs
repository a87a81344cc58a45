//! `POST /v1/scan`.

use super::super::super::Services;
use super::super::publisher::publisher_of_source;
use super::super::refusals::{store_failure, unforeseen};
use super::super::{Access, AccountOperation, Holder};
use super::admit::{keep, may_scan};
use super::outcome::{Detail, Summary};
use super::target::ScanTarget;
use super::view::{Identity, Threats};
use crate::account::{ScanId, Scope, Tier};
use crate::api::accounts::{
    PhaseView, PhasesView, Refusal, RefusalCode, ReportScanRequest, ReportedPhase, ReportedScanView, phase_number,
};
use crate::scan::{Phase, RiskBand};
use crate::skill::{Publishers, Sha256Digest, SourceIdentity, sanitise_line};
use crate::source::{GitLocation, GitSpec, Reach, SourceSpec};
use crate::store::{NewScan, ScanKind, ScanResult};

/// Where a command line finds what it scans.
const SOURCE_TYPES: [&str; 5] = ["git", "pip", "npm", "url", "local"];
/// Characters of an identifier, of a source, and of a line of findings that are kept.
const IDENTIFIER_CHARACTERS: usize = 200;
const SOURCE_CHARACTERS: usize = 500;
const FINDING_CHARACTERS: usize = 500;
/// Lines of findings of one phase, and counts of files.
const FINDINGS: usize = 1_000;
const FILE_STATS: usize = 100;

/// Keeps a scan that a command line made.
pub struct ReportScan;

impl AccountOperation for ReportScan {
    type Request = ReportScanRequest;
    type Response = ReportedScanView;
    const NAME: &'static str = "report_scan";
    const TITLE: &'static str = "Report a scan that a command line made";
    const SUMMARY: &'static str = "Keeps what a command line found, for the history, and tells which threats are \
         known of it. Only metadata is sent, never source code.";
    const ACCESS: Access = Access::Holder { scope: Scope::ScansWrite, tier: Tier::Free };

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: ReportScanRequest,
    ) -> Result<ReportedScanView, Refusal> {
        let principal = holder.principal()?;
        may_scan(principal)?;
        let quarantine_id = sanitise_line(&request.quarantine_id, IDENTIFIER_CHARACTERS);
        let source_ref = sanitise_line(&request.source_ref, SOURCE_CHARACTERS);
        if quarantine_id.is_empty() || source_ref.is_empty() {
            return Err(invalid("quarantine_id or source_ref is empty"));
        }
        if !SOURCE_TYPES.contains(&request.source_type.as_str()) {
            return Err(invalid(&format!("source_type is none of {}", SOURCE_TYPES.join(", "))));
        }
        let claimed = verdict_of(&request.verdict)?;
        let digest: Option<Sha256Digest> = match &request.source_hash {
            Some(text) => Some(text.parse().map_err(|error| invalid(&format!("source_hash is {error}")))?),
            None => None,
        };
        let phases = phases_of(&request.phases)?;
        if request.file_stats.as_ref().is_some_and(|stats| stats.len() > FILE_STATS) {
            return Err(invalid(&format!("file_stats has more than {FILE_STATS} entries")));
        }
        let target = format!("{}:{source_ref}", request.source_type);
        let digests: Vec<Sha256Digest> = digest.into_iter().collect();
        let identities = [Identity::of_reported(&target, digests.clone())];
        let threats = Threats::of(services, &identities).await?;
        let [identity] = identities;
        let publisher = publisher_of_source(services, &account_of(&request.source_type, &source_ref)).await;
        let publisher = publisher.map_err(|error| store_failure(&error))?;
        // What is said must not be milder than the score that it is said with.
        let verdict = claimed.max(RiskBand::of(request.score));
        let id = ScanId::draw().map_err(|error| unforeseen(&error))?;
        let now = services.now();
        let stats = request.file_stats.unwrap_or_default().into_iter().filter_map(|(name, count)| {
            Some((sanitise_line(&name, IDENTIFIER_CHARACTERS), serde_json::Value::from(count.as_u64()?)))
        });
        let detail = Detail {
            facts: None,
            phases,
            ruleset_version: None,
            is_complete: None,
            reported: serde_json::json!({
                "quarantine_id": quarantine_id,
                "source_type": request.source_type,
                "file_stats": stats.collect::<serde_json::Map<_, _>>(),
                "cli_version": request.cli_version.map(|version| sanitise_line(&version, IDENTIFIER_CHARACTERS)),
            }),
        };
        let scan = NewScan {
            key: id.clone().into(),
            kind: ScanKind::Reported,
            owner: principal.user.clone(),
            team: principal.team.as_ref().map(|(team, _)| team.clone()),
            target,
            policy: None,
            digest,
            result: Some(ScanResult {
                score: request.score,
                verdict,
                digests,
                summary: serde_json::to_value(Summary::default()).unwrap_or_default(),
                detail: serde_json::to_value(detail).unwrap_or_default(),
            }),
            file: None,
        };
        keep(services, principal, &scan).await?;
        Ok(ReportedScanView {
            scan_id: id,
            quarantine_id,
            score: request.score,
            verdict: threats.lower(verdict, &identity),
            threats: threats.show(&identity),
            publisher,
            created_at: now,
        })
    }
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(RefusalCode::BadRequest, message)
}

/// Returns the account that publishes what was scanned, as far as the source itself says it: a
/// repository belongs to its owner. Of a package anybody can claim anything.
fn account_of(source_type: &str, source_ref: &str) -> String {
    let is_short = !source_ref.contains(':') && source_ref.split('/').count() == 2;
    let target = match source_type {
        "git" if is_short => format!("github:{source_ref}"),
        "git" | "url" => source_ref.to_owned(),
        _ => return String::new(),
    };
    match ScanTarget::parse(&target, Reach::Public) {
        Ok(ScanTarget::Source(SourceSpec::Git(GitSpec { location: GitLocation::Remote(url), .. }))) => {
            SourceIdentity::of_clone_url(&url, "").map(|identity| Publishers::account_of(&identity)).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// Reads a verdict.
pub(super) fn verdict_of(text: &str) -> Result<RiskBand, Refusal> {
    serde_json::from_value(serde_json::Value::from(text))
        .map_err(|_| invalid("verdict is none of clean, low, medium, high, critical"))
}

/// Puts what was reported into the phases by their numbers. What they are called is for people.
fn phases_of(reported: &[ReportedPhase]) -> Result<PhasesView, Refusal> {
    let mut phases = PhasesView::default();
    let mut seen = Vec::new();
    for report in reported {
        let phase = Phase::ALL.into_iter().find(|phase| phase_number(*phase) == report.phase);
        let Some(phase) = phase else {
            return Err(invalid(&format!("phases has the number {}, which is no phase", report.phase)));
        };
        if seen.contains(&phase) {
            return Err(invalid(&format!("phases has the number {} twice", report.phase)));
        }
        if report.findings.len() > FINDINGS {
            return Err(invalid(&format!("phase {} has more than {FINDINGS} findings", report.phase)));
        }
        seen.push(phase);
        let findings = report.findings.iter().map(|line| sanitise_line(line, FINDING_CHARACTERS)).collect();
        *phases.of_mut(phase) = PhaseView { score: report.score, findings };
    }
    Ok(phases)
}
