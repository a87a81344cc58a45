//! Threats: `/v1/threat/{hash}`, `/v1/threats` and `/v1/report`.

use serde::{Deserialize, Serialize};

use crate::account::ReportId;
use crate::skill::Timestamp;
use crate::threat::{Ecosystem, ThreatCategory, ThreatId, ThreatSeverity};

/// A request for what is known of a digest.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ShowThreatRequest {
    /// SHA-256 of the content, of a file or of a bundle, with `sha256:` before it.
    pub hash: String,
}

/// What is known of a digest. Of several threats the worst is told; counts and packages are of
/// all.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ThreatByHashView {
    /// The digest that was asked for.
    pub hash: String,
    /// Whether a threat is known that holds.
    pub known_threat: bool,
    /// How bad it is, or null.
    pub severity: Option<ThreatSeverity>,
    /// What it does, or null.
    pub category: Option<ThreatCategory>,
    /// A line for people, or null.
    pub description: Option<String>,
    /// Id of the threat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<ThreatId>,
    /// When it was first heard of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Timestamp>,
    /// When it was last heard of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
    /// Reports that were accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reports_count: Option<u64>,
    /// Packages that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affected_packages: Option<Vec<AffectedPackageView>>,
    /// Where more is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<Vec<String>>,
    /// What to do: reject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recommended_action: Option<String>,
}

/// A package that a threat is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct AffectedPackageView {
    /// Where it comes from: npm, pypi, git or url.
    pub ecosystem: Ecosystem,
    /// Its name.
    pub name: String,
    /// Its version, or null for every one.
    pub version: Option<String>,
}

/// A request for a list of threats.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ListThreatsRequest {
    /// How many, from 1 to 100; 20 where it is absent.
    #[serde(default)]
    pub limit: Option<String>,
    /// How many to pass over.
    #[serde(default)]
    pub offset: Option<String>,
    /// Only of this category.
    #[serde(default)]
    pub category: Option<String>,
    /// Only this bad or worse: low, medium, high or critical.
    #[serde(default)]
    pub severity: Option<String>,
    /// Only in packages of npm, pypi, git or url.
    #[serde(default)]
    pub ecosystem: Option<String>,
    /// Only with this in the name of a package or in the description.
    #[serde(default)]
    pub search: Option<String>,
}

/// A list of threats.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ThreatListView {
    /// The threats, the latest change first.
    pub threats: Vec<ThreatView>,
    /// How many there are.
    pub total: u64,
    /// How many were asked for.
    pub limit: u32,
    /// How many were passed over.
    pub offset: u64,
}

/// A threat in a list.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ThreatView {
    /// Its id.
    pub id: ThreatId,
    /// Digests by which it is recognised: of bundles, files or archives.
    pub hashes: Vec<String>,
    /// How bad it is.
    pub severity: ThreatSeverity,
    /// What it does.
    pub category: ThreatCategory,
    /// A line for people.
    pub description: String,
    /// When it was first heard of.
    pub first_seen: Timestamp,
    /// When it was last heard of.
    pub last_seen: Timestamp,
    /// When what is known of it last changed here.
    pub updated_at: Timestamp,
    /// Reports that were accepted.
    pub reports_count: u64,
    /// Packages that it is in.
    pub affected_packages: Vec<AffectedPackageView>,
    /// Where more is said.
    pub references: Vec<String>,
    /// What to do: reject.
    pub recommended_action: String,
}

/// A report of a threat.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ReportThreatRequest {
    /// One of git, pip, npm and url.
    pub source_type: String,
    /// The name of a package, a repository or a URL.
    pub source_ref: String,
    /// SHA-256 of the content, with `sha256:` before it.
    #[serde(default)]
    pub source_hash: Option<String>,
    /// What it does: credential_exfiltration, backdoor, install_hook_abuse, typosquat, obfuscated_payload, cryptominer, data_exfiltration or other.
    pub category: String,
    /// How bad it is: low, medium, high or critical.
    pub severity: String,
    /// What it does, for people, of at most 4,000 characters.
    pub description: String,
    /// What shows it, such as files and lines: at most 50 lines.
    #[serde(default)]
    pub evidence: Option<Vec<String>>,
    /// The scan that it comes from.
    #[serde(default)]
    pub scan_id: Option<String>,
}

/// A report that was taken.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ReportedThreatView {
    /// Id of the report.
    pub report_id: ReportId,
    /// Where it stands: submitted, accepted or rejected.
    pub status: String,
    /// What was reported.
    pub source_ref: String,
    /// What it does.
    pub category: ThreatCategory,
    /// How bad it is.
    pub severity: ThreatSeverity,
    /// When it came.
    pub created_at: Timestamp,
    /// What becomes of it.
    pub message: String,
}
