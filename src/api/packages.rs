//! Certificates of packages, as the public API shows them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::advisory::{Advisory, AdvisorySeverity};
use crate::certificate::{AnalysisType, CouncilVerdict, PackageCertificate, SecurityLevel};
use crate::package::{Attestation, PackageRegistry};
use crate::skill::{Sha256Digest, Timestamp, sanitise_line};
use crate::threat::KnownThreat;

/// What is said of advisories where there are none to ask.
const NOT_CONSULTED: &str = "Registry advisories were not consulted: this instance has none.";
const NONE: &str = "No known registry security advisories are listed for this exact package version.";
/// Characters of a summary.
const SUMMARY_CHARACTERS: usize = 300;

/// The certificate of one release.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PackageCertificateView {
    /// The registry.
    pub registry_source: PackageRegistry,
    /// The name, as the registry compares it.
    pub package_name: String,
    /// The exact version.
    pub package_version: String,
    /// SHA-256 of the file to which the certificate is bound, in hex digits.
    pub distribution_sha256: String,
    /// Whether the package is approved.
    pub council_verdict: CouncilVerdict,
    /// The worst that was found.
    pub security_level: SecurityLevel,
    /// What a reader should know, the worst first. Names and excerpts in it are the author's.
    pub retained_warnings: Vec<String>,
    /// How far the analysis went.
    pub analysis_type: AnalysisType,
    /// When it was certified.
    pub certified_at: Timestamp,
    /// Id of the certificate.
    pub certificate_id: String,
    /// Where the details of its integrity are.
    pub verify_endpoint: String,
    /// How many advisories the registry lists for this version.
    pub registry_advisory_count: u64,
    /// The worst severity among them.
    pub registry_advisory_highest_severity: Option<String>,
    /// What they come to, in a sentence.
    pub registry_advisory_summary: String,
    /// The advisories.
    pub registry_advisories: Vec<RegistryAdvisoryView>,
}

/// An advisory of a registry.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "camelCase")]
pub struct RegistryAdvisoryView {
    /// Its id.
    pub id: String,
    /// Other ids of the same thing.
    pub aliases: Vec<String>,
    /// How bad it is: low, moderate, high or critical; null where nobody says.
    pub severity: Option<AdvisorySeverity>,
    /// What it is, in the words of whoever wrote it.
    pub summary: Option<String>,
    /// Whether it says that the package itself is malicious.
    pub is_malicious: bool,
    /// Where more is said.
    pub url: Option<String>,
}

impl RegistryAdvisoryView {
    /// Shows an advisory.
    pub fn of(advisory: &Advisory) -> Self {
        Self {
            id: advisory.id.clone(),
            aliases: advisory.aliases.clone(),
            severity: advisory.severity,
            summary: advisory.summary.as_deref().map(|text| sanitise_line(text, SUMMARY_CHARACTERS)),
            is_malicious: advisory.is_malicious,
            url: advisory.url.clone(),
        }
    }
}

/// What is known of a release beside its certificate, as of now.
#[derive(Debug, Clone)]
pub struct KnownAdvisories {
    advisories: Vec<RegistryAdvisoryView>,
    is_consulted: bool,
    /// A line for each threat that this instance knows of.
    threats: Vec<String>,
    registry_asked_at: Option<Timestamp>,
}

impl KnownAdvisories {
    /// Shows advisories about one version, the worst first; `is_consulted` says whether there
    /// are any advisories to ask, `registry_asked_at` when its registry was asked for some.
    pub fn of(advisories: &[Advisory], is_consulted: bool, registry_asked_at: Option<Timestamp>) -> Self {
        Self {
            advisories: advisories.iter().map(RegistryAdvisoryView::of).collect(),
            is_consulted,
            registry_asked_at,
            threats: Vec::new(),
        }
    }

    /// Adds the threats that name the release or a file of it, the worst first.
    #[must_use]
    pub fn with_threats(self, threats: &[KnownThreat]) -> Self {
        let line = |known: &KnownThreat| {
            let parts = known.threat.parts();
            let text = format!("known threat {} ({}): {}", known.threat.id(), parts.severity, parts.description);
            sanitise_line(&text, SUMMARY_CHARACTERS)
        };
        Self { threats: threats.iter().map(line).collect(), ..self }
    }

    fn highest(&self) -> Option<String> {
        let highest = self.advisories.iter().filter_map(|advisory| advisory.severity).max();
        highest.map(|severity| severity.as_str().to_owned())
    }

    fn text(&self) -> String {
        let count = self.advisories.len();
        match (self.is_consulted, count, self.highest()) {
            (false, _, _) => NOT_CONSULTED.to_owned(),
            (true, 0, _) => NONE.to_owned(),
            (true, 1, highest) => {
                format!(
                    "1 known advisory concerns this exact package version: {}.",
                    highest.as_deref().unwrap_or("unrated")
                )
            }
            (true, _, highest) => format!(
                "{count} known advisories concern this exact package version; the worst is {}.",
                highest.as_deref().unwrap_or("unrated")
            ),
        }
    }

    /// Returns what a reader should know, known threats first.
    fn warnings(&self, certificate: &PackageCertificate) -> Vec<String> {
        self.threats.iter().chain(&certificate.warnings).cloned().collect()
    }

    /// Returns the verdict and the level of a certificate in the light of what is known: a
    /// package that is known to be malicious, or to be a threat, is rejected, whatever was found
    /// in it.
    fn judge(&self, certificate: &PackageCertificate) -> (CouncilVerdict, SecurityLevel) {
        match !self.threats.is_empty() || self.advisories.iter().any(|advisory| advisory.is_malicious) {
            true => (CouncilVerdict::Rejected, SecurityLevel::Critical),
            false => (certificate.verdict, certificate.level),
        }
    }
}

/// The certificate with everything by which bytes can be compared with it.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PackageVerificationView {
    /// The registry.
    pub registry_source: PackageRegistry,
    /// The name, as the registry compares it.
    pub package_name: String,
    /// The exact version.
    pub package_version: String,
    /// SHA-256 of the file to which the certificate is bound, in hex digits.
    pub distribution_sha256: String,
    /// Root digest v1 over the files in it, in hex digits, however they were packed.
    pub file_set_hash: String,
    /// Names the analysis on which the verdict rests.
    pub council_round_id: String,
    /// The rules that were applied.
    pub ruleset_version: String,
    /// Whether the package is approved.
    pub council_verdict: CouncilVerdict,
    /// The worst that was found.
    pub security_level: SecurityLevel,
    /// What a reader should know, the worst first.
    pub retained_warnings: Vec<String>,
    /// How far the analysis went.
    pub analysis_type: AnalysisType,
    /// When it was certified.
    pub certified_at: Timestamp,
    /// Id of the certificate.
    pub certificate_id: String,
    /// Where this answer is.
    pub verify_endpoint: String,
    /// Every file that was looked at; the certificate is bound to the first.
    pub distributions: Vec<CertifiedFileView>,
    /// Files that the registry served with other bytes under this version, after it was
    /// certified; none of them is certified.
    pub registry_changes: Vec<RegistryChangeView>,
    /// The advisories.
    pub registry_advisories: Vec<RegistryAdvisoryView>,
    /// What the advisories come to.
    pub registry_advisory_summary: AdvisorySummaryView,
}

/// A file that was looked at.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "camelCase")]
pub struct CertifiedFileView {
    /// Its name.
    pub file_name: String,
    /// What it is: `sdist`, `wheel` or `tarball`.
    pub kind: String,
    /// SHA-256 of its bytes, in hex digits.
    pub sha256: String,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// Root digest v1 over the files in it, in hex digits.
    pub file_set_hash: String,
    /// What its registry showed of where it comes from, when it was certified.
    pub attestations: Vec<AttestationView>,
    /// The keys with which the registry says that it signed it; not checked.
    pub registry_signature_keys: Vec<String>,
}

/// A statement about where a file comes from. It names the bytes of that file; whoever signed it
/// was not checked.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "camelCase")]
pub struct AttestationView {
    /// What kind of statement it is: a URI.
    pub predicate_type: String,
    /// Who published the file, as the index says.
    pub publisher: Option<String>,
    /// The source repository that is named.
    pub source_repository: Option<String>,
    /// The workflow that is named.
    pub workflow: Option<String>,
    /// The number of its entry in a transparency log, as it says.
    pub log_index: Option<u64>,
    /// Whether it is about the bytes of this file: always, since others are refused.
    pub is_digest_checked: bool,
    /// Whether its signature, the certificate behind it and the entry in the log were checked: not yet.
    pub is_signature_checked: bool,
}

impl AttestationView {
    fn of(attestation: &Attestation) -> Self {
        let Attestation { predicate_type, publisher, source_repository, workflow, log_index } = attestation.clone();
        Self {
            predicate_type,
            publisher,
            source_repository,
            workflow,
            log_index,
            is_digest_checked: true,
            is_signature_checked: false,
        }
    }
}

/// A file that changed at the registry.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "camelCase")]
pub struct RegistryChangeView {
    /// Its name.
    pub file_name: String,
    /// SHA-256 of the bytes that were certified.
    pub certified_sha256: String,
    /// SHA-256 of the bytes that were served later.
    pub served_sha256: String,
    /// When that was first seen.
    pub seen_at: Timestamp,
}

/// What advisories come to.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "camelCase")]
pub struct AdvisorySummaryView {
    /// How many there are.
    pub count: u64,
    /// The worst severity among them.
    pub highest_severity: Option<String>,
    /// Whether anybody asked.
    pub is_consulted: bool,
    /// When the registry itself was asked last, and answered.
    pub registry_asked_at: Option<Timestamp>,
    /// The same in a sentence.
    pub text: String,
}

impl PackageCertificateView {
    /// Shows a certificate; `public_url` has no slash at its end.
    pub fn of(certificate: &PackageCertificate, public_url: &str, known: KnownAdvisories) -> Self {
        let (verdict, level) = known.judge(certificate);
        Self {
            registry_source: certificate.registry,
            package_name: certificate.name.clone(),
            package_version: certificate.version.clone(),
            distribution_sha256: distribution_sha256(certificate),
            council_verdict: verdict,
            security_level: level,
            retained_warnings: known.warnings(certificate),
            analysis_type: certificate.analysis,
            certified_at: certificate.certified_at,
            certificate_id: certificate.id.to_string(),
            verify_endpoint: verify_endpoint(certificate, public_url),
            registry_advisory_count: known.advisories.len() as u64,
            registry_advisory_highest_severity: known.highest(),
            registry_advisory_summary: known.text(),
            registry_advisories: known.advisories,
        }
    }
}

impl PackageVerificationView {
    /// Shows a certificate with what its registry changed since: the file, the certified digest,
    /// the served one, and when.
    pub fn of(
        certificate: &PackageCertificate,
        public_url: &str,
        changes: Vec<(String, Sha256Digest, Sha256Digest, Timestamp)>,
        known: KnownAdvisories,
    ) -> Self {
        let (verdict, level) = known.judge(certificate);
        let distributions = certificate.files.iter().map(|file| CertifiedFileView {
            file_name: file.file_name.clone(),
            kind: file.kind.as_str().to_owned(),
            sha256: file.sha256.to_hex(),
            size_bytes: file.size_bytes,
            file_set_hash: file.file_set_hash.to_hex(),
            attestations: file.attestations.iter().map(AttestationView::of).collect(),
            registry_signature_keys: file.signature_keys.clone(),
        });
        let change = |(file_name, certified, served, seen_at): (String, Sha256Digest, Sha256Digest, Timestamp)| {
            let (certified_sha256, served_sha256) = (certified.to_hex(), served.to_hex());
            RegistryChangeView { file_name, certified_sha256, served_sha256, seen_at }
        };
        Self {
            registry_source: certificate.registry,
            package_name: certificate.name.clone(),
            package_version: certificate.version.clone(),
            distribution_sha256: distribution_sha256(certificate),
            file_set_hash: certificate.distribution().map(|file| file.file_set_hash.to_hex()).unwrap_or_default(),
            council_round_id: certificate.round.clone(),
            ruleset_version: certificate.ruleset.clone(),
            council_verdict: verdict,
            security_level: level,
            retained_warnings: known.warnings(certificate),
            analysis_type: certificate.analysis,
            certified_at: certificate.certified_at,
            certificate_id: certificate.id.to_string(),
            verify_endpoint: verify_endpoint(certificate, public_url),
            distributions: distributions.collect(),
            registry_changes: changes.into_iter().map(change).collect(),
            registry_advisory_summary: AdvisorySummaryView {
                count: known.advisories.len() as u64,
                highest_severity: known.highest(),
                is_consulted: known.is_consulted,
                registry_asked_at: known.registry_asked_at,
                text: known.text(),
            },
            registry_advisories: known.advisories,
        }
    }
}

fn distribution_sha256(certificate: &PackageCertificate) -> String {
    certificate.distribution().map(|file| file.sha256.to_hex()).unwrap_or_default()
}

fn verify_endpoint(certificate: &PackageCertificate, public_url: &str) -> String {
    let PackageCertificate { registry, name, version, .. } = certificate;
    let name = name.replace('/', "%2F");
    format!("{public_url}/api/v1/public/packages/{registry}/{name}/{version}/verify")
}

/// How many packages are certified.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PackageStatisticsView {
    /// Releases with a certificate that does not reject them.
    pub total_packages_certified: u64,
    /// Drafts that were previewed, of which a package was certified already.
    pub total_submissions_benefiting_from_cache: u64,
    /// What the audits of those packages would have cost, in whole dollars, by the price that the operator names.
    pub total_cost_saved_usd: u64,
    /// Drafts that were previewed, with packages.
    pub code_submissions_with_packages: u64,
    /// How many of the most used packages are certified, by registry and size of the list.
    pub coverage: BTreeMap<String, BTreeMap<String, CoverageView>>,
}

/// How much of a list is certified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct CoverageView {
    /// Packages of the list.
    pub tracked: u64,
    /// Those that are certified, in any version.
    pub certified: u64,
    /// The same in whole percent, rounded down.
    pub percent: u64,
}

impl CoverageView {
    /// Counts how much of a list is certified.
    pub fn of(tracked: usize, certified: usize) -> Self {
        let percent = certified * 100 / tracked.max(1);
        Self { tracked: tracked as u64, certified: certified as u64, percent: percent as u64 }
    }
}
