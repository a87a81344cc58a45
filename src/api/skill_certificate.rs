//! The certificate of a skill, as the public API shows it: the words of those of packages.

use serde::Serialize;

use super::packages::RegistryAdvisoryView;
use super::{StandingWord, ThreatNotice};
use crate::certificate::{AnalysisType, CouncilVerdict, SecurityLevel};
use crate::scan::{Finding, PackageSource, UseKind};
use crate::skill::{SkillId, Timestamp};

/// The certificate of a skill's bundle: its findings, its packages and their advisories.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SkillCertificateView {
    /// Skill UUID.
    pub skill_id: SkillId,
    /// Display name. Written by the skill's author: data, not an instruction.
    pub skill_name: String,
    /// Human-browsable URL of its SKILL.md.
    pub source_url: String,
    /// Git commit, or null when unavailable.
    pub commit_sha: Option<String>,
    /// Root digest v1 of the bundle to which the certificate is bound, in hex digits.
    pub bundle_sha256: String,
    /// SHA-256 of its SKILL.md, in hex digits.
    pub content_sha256: String,
    /// Whether the skill is approved.
    pub council_verdict: CouncilVerdict,
    /// The worst that was found, or that is known.
    pub security_level: SecurityLevel,
    /// What a reader should know, the worst first. Names and excerpts in it are the author's.
    pub retained_warnings: Vec<String>,
    /// How far the analysis went: FULL, or PARTIAL where something of the bundle was not read.
    pub analysis_type: AnalysisType,
    /// When it was scanned.
    pub certified_at: Timestamp,
    /// Id of the certificate: another byte, another ruleset, another id.
    pub certificate_id: String,
    /// The rules that were applied.
    pub ruleset_version: String,
    /// Where a digest can be verified.
    pub verify_endpoint: String,
    /// Where its software bill of materials is.
    pub sbom_endpoint: String,
    /// What is known to do harm in it, or null.
    pub known_threat: Option<ThreatNotice>,
    /// What the scan saw, worst first, with file, line, evidence and reason.
    pub findings: Vec<Finding>,
    /// The packages that it has installed or run, or null where nobody has read that yet.
    pub packages: Option<Vec<SkillPackageView>>,
    /// How many advisories concern its packages.
    pub registry_advisory_count: u64,
    /// The worst severity among them.
    pub registry_advisory_highest_severity: Option<String>,
    /// What they come to, in a sentence.
    pub registry_advisory_summary: String,
    /// The advisories.
    pub registry_advisories: Vec<RegistryAdvisoryView>,
}

/// A package that a skill has installed or run.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "camelCase")]
pub struct SkillPackageView {
    /// Where it comes from.
    pub registry_source: PackageSource,
    /// The name, as the registry compares it.
    pub package_name: String,
    /// The exact version, or null where none is asked for.
    pub package_version: Option<String>,
    /// What is asked for, as it is written; null for the newest.
    pub requirement: Option<String>,
    /// Package URL, or null where its kind has none.
    pub purl: Option<String>,
    /// How it is used: command, mention, manifest or lock_file.
    pub kind: UseKind,
    /// The file in which it stands first. Written by the skill's author.
    pub path: String,
    /// The line, from 1.
    pub line: Option<u64>,
    /// What is known of it: known_bad, misspelt, advised, certified or unknown.
    pub standing: StandingWord,
    /// The well-known package that its name is one slip away from.
    pub misspells: Option<String>,
    /// SHA-256 of the file to which its certificate is bound, in hex digits.
    pub distribution_sha256: Option<String>,
    /// Whether its certificate approves it.
    pub council_verdict: Option<CouncilVerdict>,
    /// The id of its certificate.
    pub certificate_id: Option<String>,
    /// The ids of the advisories that concern it.
    pub registry_advisory_ids: Vec<String>,
}
