//! `POST /v1/report`.

use url::Url;

use super::super::Services;
use super::refusals::{bad, store_failure, unforeseen};
use super::{Access, AccountOperation, Holder};
use crate::account::{ReportId, Scope, Tier};
use crate::api::accounts::{Refusal, RefusalCode, ReportThreatRequest, ReportedThreatView};
use crate::skill::{DigestParseError, Sha256Digest, Timestamp};
use crate::store::{AuditEntry, NewReport, ReportOutcome, ReportStatus};
use crate::threat::{
    AffectedPackage, DESCRIPTION_CHARACTERS, Ecosystem, PackageNameError, ThreatCategory, ThreatCategoryError,
    ThreatSeverity, ThreatSeverityError, bounded_line,
};

/// Reports of one account in an hour.
const REPORTS: u32 = 10;
const HOUR_MS: i64 = 3_600_000;
/// Longest description that is read, in bytes.
const DESCRIPTION_BYTES: usize = 16_000;
/// Lines of evidence.
const EVIDENCE_LINES: usize = 50;
/// Characters of a line of evidence that are kept.
const EVIDENCE_CHARACTERS: usize = 300;
const ID_CHARACTERS: usize = 100;

/// Takes a report.
pub struct ReportThreat;

impl AccountOperation for ReportThreat {
    type Request = ReportThreatRequest;
    type Response = ReportedThreatView;
    const NAME: &'static str = "report_threat";
    const TITLE: &'static str = "Report a threat";
    const SUMMARY: &'static str = "Reports a package, repository or URL that does harm. Whoever runs the instance \
         reviews it; an accepted report becomes a threat and a signature, and lowers every verdict on its digest. An \
         account reports ten things an hour, and each of them once.";
    const ACCESS: Access = Access::Holder { scope: Scope::ReportsWrite, tier: Tier::Free };

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: ReportThreatRequest,
    ) -> Result<ReportedThreatView, Refusal> {
        let principal = holder.principal()?;
        let (user, team) = (principal.user.clone(), principal.team.as_ref().map(|(team, _)| team.clone()));
        let category: ThreatCategory = request.category.parse().map_err(|error: ThreatCategoryError| bad(&error))?;
        let severity: ThreatSeverity = request.severity.parse().map_err(|error: ThreatSeverityError| bad(&error))?;
        let digest: Option<Sha256Digest> =
            request.source_hash.map(|hash| hash.parse()).transpose().map_err(|error: DigestParseError| bad(&error))?;
        let report = NewReport {
            id: ReportId::draw().map_err(|error| unforeseen(&error))?,
            user: user.clone(),
            team: team.clone(),
            package: package(&request.source_type, &request.source_ref)?,
            digest,
            category,
            severity,
            description: description(&request.description)?,
            evidence: evidence(request.evidence.unwrap_or_default())?,
            scan_id: request.scan_id.map(|id| bounded_line(&id, ID_CHARACTERS)).filter(|id| !id.is_empty()),
        };
        let now = services.now();
        let since = Timestamp::from_milliseconds(now.as_milliseconds().saturating_sub(HOUR_MS));
        let entry = AuditEntry {
            actor: user.to_string(),
            team,
            action: "report.submit",
            subject: report.id.to_string(),
            detail: serde_json::json!({ "category": category, "severity": severity, "what": report.package.to_string() }),
        };
        let outcome = services.store().report_threat(&report, REPORTS, since, &entry, now).await;
        match outcome.map_err(|error| store_failure(&error))? {
            ReportOutcome::Kept => Ok(view(
                &report,
                ReportStatus::Submitted,
                now,
                "Thank you. This report will be reviewed and may generate new detection signatures.",
            )),
            ReportOutcome::Known(known) => Ok(view(
                &known.report,
                known.status,
                known.created_at,
                "You have reported this before; the report is known under this id.",
            )),
            ReportOutcome::TooMany(until) => {
                let wait = until.as_milliseconds().saturating_sub(now.as_milliseconds()).max(1);
                let seconds = wait.unsigned_abs().div_ceil(1_000);
                let message = format!("{REPORTS} reports an hour are taken; try again after {seconds} seconds");
                Err(Refusal { retry_after_seconds: Some(seconds), ..Refusal::new(RefusalCode::RateLimited, message) })
            }
        }
    }
}

fn view(report: &NewReport, status: ReportStatus, created_at: Timestamp, message: &str) -> ReportedThreatView {
    ReportedThreatView {
        report_id: report.id.clone(),
        status: status.as_str().to_owned(),
        source_ref: report.package.name().to_owned(),
        category: report.category,
        severity: report.severity,
        created_at,
        message: message.to_owned(),
    }
}

/// Reads what is reported. What stands before the host of a URL is a secret of somebody.
fn package(source_type: &str, source_ref: &str) -> Result<AffectedPackage, Refusal> {
    let refuse = |message: &str| Refusal::new(RefusalCode::BadRequest, message);
    let ecosystem = match source_type {
        "git" => Ecosystem::Git,
        "pip" => Ecosystem::Pypi,
        "npm" => Ecosystem::Npm,
        "url" => Ecosystem::Url,
        _ => return Err(refuse("source_type: expected one of git, pip, npm and url")),
    };
    let url = Url::parse(source_ref).ok().filter(Url::has_host);
    if url.as_ref().is_some_and(|url| !url.username().is_empty() || url.password().is_some()) {
        return Err(refuse("source_ref holds a user or a password; leave it out"));
    }
    if ecosystem == Ecosystem::Url && !url.is_some_and(|url| matches!(url.scheme(), "http" | "https")) {
        return Err(refuse("source_ref: expected an http or https URL"));
    }
    AffectedPackage::new(ecosystem, source_ref, None)
        .map_err(|error: PackageNameError| Refusal::new(RefusalCode::BadRequest, format!("source_ref {error}")))
}

fn description(text: &str) -> Result<String, Refusal> {
    if text.len() > DESCRIPTION_BYTES {
        let message = format!("description has {} bytes, the limit is {DESCRIPTION_BYTES}", text.len());
        return Err(Refusal::new(RefusalCode::BadRequest, message));
    }
    let description = bounded_line(text, DESCRIPTION_CHARACTERS);
    if description.is_empty() {
        return Err(Refusal::new(RefusalCode::BadRequest, "description is empty; say what it does"));
    }
    Ok(description)
}

fn evidence(lines: Vec<String>) -> Result<Vec<String>, Refusal> {
    if lines.len() > EVIDENCE_LINES {
        let message = format!("evidence has {} lines, the limit is {EVIDENCE_LINES}", lines.len());
        return Err(Refusal::new(RefusalCode::BadRequest, message));
    }
    let lines = lines.iter().map(|line| bounded_line(line, EVIDENCE_CHARACTERS));
    Ok(lines.filter(|line| !line.is_empty()).collect())
}
