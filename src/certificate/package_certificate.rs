//! What is kept of a review.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::package::{Attestation, DistributionKind, PackageRegistry};
use crate::skill::{Sha256Digest, Timestamp};

use super::{AnalysisType, CouncilVerdict, PackageReview, SecurityLevel};

/// A certificate of one release, bound to the bytes that were looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageCertificate {
    /// Names the certificate: another byte, another ruleset, another id.
    pub id: CertificateId,
    /// The registry.
    pub registry: PackageRegistry,
    /// The name, as the registry compares it.
    pub name: String,
    /// The version, as it is written in its normal form.
    pub version: String,
    /// The file to which the certificate is bound comes first.
    pub files: Vec<CertifiedFile>,
    /// Whether it is certified.
    pub verdict: CouncilVerdict,
    /// The worst that was found.
    pub level: SecurityLevel,
    /// What a reader should know, one sanitised line each.
    pub warnings: Vec<String>,
    /// How far the analysis went.
    pub analysis: AnalysisType,
    /// The rules that were applied.
    pub ruleset: String,
    /// Names the analysis: the digest of its report.
    pub round: String,
    /// When it was made.
    pub certified_at: Timestamp,
}

/// A file that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertifiedFile {
    /// Its name, sanitised.
    pub file_name: String,
    /// What it is.
    pub kind: DistributionKind,
    /// The digest of its bytes.
    pub sha256: Sha256Digest,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// The digest of what is in it, however it was packed.
    pub file_set_hash: Sha256Digest,
    /// What is attested of where it comes from; certificates of older programs have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attestations: Vec<Attestation>,
    /// The keys with which the registry says that it signed it, sanitised; not checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signature_keys: Vec<String>,
}

/// The id of a certificate: `pkg_` and 24 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CertificateId(String);

impl fmt::Display for CertificateId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl PackageCertificate {
    /// Draws up the certificate of a review.
    pub fn of(review: &PackageReview, certified_at: Timestamp) -> Self {
        let files: Vec<CertifiedFile> = review
            .files
            .iter()
            .map(|file| CertifiedFile {
                file_name: file.file_name.clone(),
                kind: file.kind,
                sha256: file.sha256,
                size_bytes: file.size_bytes,
                file_set_hash: file.file_set_hash,
                attestations: file.attestations.clone(),
                signature_keys: file.signature_keys.clone(),
            })
            .collect();
        let ruleset = review.scanned.report.ruleset_version.to_string();
        let version = review.spec.version.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut bound = format!("{} {} {version}\n{ruleset}\n", review.spec.registry, review.spec.name);
        files.iter().for_each(|file| bound += &format!("{} {}\n", file.sha256, file.file_name));
        // What it was compared with can change what is found: another comparison, another id.
        review.compared_with.iter().for_each(|other| bound += &format!("beside {other}\n"));
        let report = serde_json::to_vec(&review.scanned.report.findings).unwrap_or_default();
        let hex = |bytes: &[u8]| Sha256Digest::of(bytes).to_hex()[..24].to_owned();
        Self {
            id: CertificateId(format!("pkg_{}", hex(bound.as_bytes()))),
            registry: review.spec.registry,
            name: review.spec.name.to_string(),
            version,
            files,
            verdict: review.verdict(),
            level: review.security_level(),
            warnings: review.warnings(),
            analysis: review.analysis,
            ruleset,
            round: format!("round_{}", hex(&report)),
            certified_at,
        }
    }

    /// Returns the file to which the certificate is bound.
    pub fn distribution(&self) -> Option<&CertifiedFile> {
        self.files.first()
    }
}
