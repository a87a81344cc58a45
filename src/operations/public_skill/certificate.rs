//! `GET /api/v1/public/skills/:skill` and `touchmark certificate`.

use std::collections::BTreeMap;

use super::super::Services;
use super::super::accounts::store_failure;
use super::super::known_threats::notice;
use super::find::{Found, find};
use crate::advisory::Advisory;
use crate::api::accounts::{Refusal, RefusalCode};
use crate::api::packages::RegistryAdvisoryView;
use crate::api::{PackageStanding, SkillCertificateView, SkillPackageView};
use crate::certificate::{AnalysisType, CouncilVerdict, SecurityLevel};
use crate::scan::{Finding, ScanReport};
use crate::skill::{Sha256Digest, limits, sanitise_line};

/// Characters of a warning, and of what an author or a database wrote.
const TEXT_CHARACTERS: usize = 500;
/// Warnings that are told.
const WARNINGS: usize = 30;
/// Digits of an id, as of those of packages.
const ID_DIGITS: usize = 24;

/// Returns the certificate of a skill: what was found in its bundle, and what is known now of the
/// packages that it uses.
///
/// # Errors
/// Fails where there is no such skill, or it was not scanned as it is now, or the store fails.
pub async fn show_skill_certificate(services: &Services, skill: &str) -> Result<SkillCertificateView, Refusal> {
    let Found { record, detail, packages } = find(services, skill).await?;
    let is_current =
        |report: &ScanReport| report.package_hash == record.package_hash && report.content_hash == record.content_hash;
    let report = detail.report.filter(is_current).ok_or_else(|| {
        Refusal::new(RefusalCode::NotFound, "this skill was not scanned as it is now; ask again later")
    })?;
    let counts = services.store().advisory_counts().await.map_err(|error| store_failure(&error))?;
    let standings = packages.as_deref().unwrap_or_default();
    let advisories = advisories(standings);
    let level = SecurityLevel::of(record.verdict.status);
    let is_whole = record.is_complete && report.completeness.unread.is_empty();
    let ruleset = report.ruleset_version.to_string();
    let bound = Sha256Digest::of(format!("{}\n{ruleset}\n", record.package_hash).as_bytes()).to_hex();
    let url = services.public_url();
    let highest = advisories.values().filter_map(|advisory| advisory.severity).max();
    let highest = highest.map(|severity| severity.as_str().to_owned());
    Ok(SkillCertificateView {
        skill_id: record.skill_id,
        source_url: record.source.url(),
        commit_sha: record.source.commit_sha.clone(),
        bundle_sha256: record.package_hash.to_hex(),
        content_sha256: record.content_hash.to_hex(),
        council_verdict: CouncilVerdict::of(level),
        security_level: level,
        retained_warnings: warnings(&report, standings),
        analysis_type: if is_whole { AnalysisType::Full } else { AnalysisType::Partial },
        certified_at: record.verdict.analyzed_at,
        certificate_id: format!("skl_{}", &bound[..ID_DIGITS]),
        ruleset_version: ruleset,
        verify_endpoint: format!("{url}/verify?content_hash={}", record.content_hash),
        sbom_endpoint: format!("{url}/api/v1/public/skills/{}/sbom", record.skill_id),
        known_threat: record.verdict.threat.clone().map(notice),
        findings: report.findings,
        registry_advisory_count: advisories.len() as u64,
        registry_advisory_summary: told(advisories.len(), highest.as_deref(), counts.advisories > 0),
        registry_advisory_highest_severity: highest,
        registry_advisories: advisories.values().map(|advisory| RegistryAdvisoryView::of(advisory)).collect(),
        packages: packages.map(|standings| standings.into_iter().map(package).collect()),
        skill_name: record.name,
    })
}

/// Returns the advisories of all packages, each once.
fn advisories(standings: &[PackageStanding]) -> BTreeMap<&str, &Advisory> {
    standings
        .iter()
        .flat_map(|standing| &standing.advisories)
        .map(|advisory| (advisory.id.as_str(), advisory))
        .collect()
}

fn told(count: usize, highest: Option<&str>, is_consulted: bool) -> String {
    let worst = highest.unwrap_or("unrated");
    match (is_consulted, count) {
        (false, _) => "Registry advisories were not consulted: this instance has none.".to_owned(),
        (true, 0) => "No known registry security advisories concern the packages that this skill uses.".to_owned(),
        (true, 1) => format!("1 known advisory concerns a package that this skill uses: {worst}."),
        (true, _) => {
            format!("{count} known advisories concern packages that this skill uses; the worst is {worst}.")
        }
    }
}

/// Returns what a reader should know: bad packages first, then what was found.
fn warnings(report: &ScanReport, standings: &[PackageStanding]) -> Vec<String> {
    let bad = standings.iter().filter_map(|standing| {
        let name = format!("{}:{}", standing.used.source, standing.used.name);
        match (standing.word, &standing.misspells) {
            (crate::api::StandingWord::KnownBad, _) => Some(format!("it uses {name}, which is known to be bad")),
            (crate::api::StandingWord::Misspelt, Some(known)) => {
                Some(format!("it uses {name}, whose name is one slip away from {known}"))
            }
            _ => None,
        }
    });
    let found = report.findings.iter().filter(|finding| finding.counts() && !finding.is_note()).map(line);
    let lines = bad.chain(found).map(|line| sanitise_line(&line, TEXT_CHARACTERS));
    lines.take(WARNINGS).collect()
}

fn line(finding: &Finding) -> String {
    let place = match finding.location.line {
        Some(line) => format!("{}:{line}", finding.location.path),
        None => finding.location.path.clone(),
    };
    format!("{} ({}) in {place}: {}", finding.rule_id, finding.severity.as_str(), finding.reason)
}

fn package(standing: PackageStanding) -> SkillPackageView {
    let PackageStanding { used, word, certificate, advisories, misspells, .. } = standing;
    let distribution = certificate.as_ref().and_then(|certificate| certificate.distribution());
    SkillPackageView {
        registry_source: used.source,
        purl: used.purl(),
        package_name: sanitise_line(&used.name, limits::NAME_BYTES),
        package_version: used.version.as_deref().map(|text| sanitise_line(text, TEXT_CHARACTERS)),
        requirement: used.requirement.as_deref().map(|text| sanitise_line(text, TEXT_CHARACTERS)),
        kind: used.kind,
        path: sanitise_line(&used.path, limits::NAME_BYTES),
        line: used.line,
        standing: word,
        misspells,
        distribution_sha256: distribution.map(|file| file.sha256.to_hex()),
        council_verdict: certificate.as_ref().map(|certificate| certificate.verdict),
        certificate_id: certificate.as_ref().map(|certificate| certificate.id.to_string()),
        registry_advisory_ids: advisories.into_iter().map(|advisory| advisory.id).collect(),
    }
}
