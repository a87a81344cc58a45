//! What a pack says.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::scan::{SignatureError, SignaturePack};
use crate::skill::{Sha256Digest, Timestamp, sanitise_line};
use crate::threat::{
    AffectedPackage, Ecosystem, PackageNameError, Threat, ThreatCategory, ThreatError, ThreatParts, ThreatSeverity,
    ThreatSource,
};

/// Threats of a pack.
pub const PACK_THREATS: usize = 20_000;
/// How long a pack may be good: whoever holds updates back holds them back no longer.
const LONGEST_DAYS: f64 = 90.0;
/// How far the clock of whoever signed may be ahead.
const SKEW_MS: i64 = 3_600_000;
/// Longest name of an issuer, in bytes.
const ISSUER_BYTES: usize = 300;

/// What a pack says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackDocument {
    /// Grows with every pack of an issuer.
    pub version: u64,
    /// Who made it, for people: the URL of an instance.
    pub issuer: String,
    /// When it was made.
    pub issued_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// Patterns, in the shape of `/v1/signatures`.
    pub signatures: Vec<Value>,
    /// All that the issuer says to be a threat: what is not here is none any more.
    pub threats: Vec<PackedThreat>,
}

/// A threat in a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackedThreat {
    /// Digests by which it is recognised.
    pub digests: Vec<Sha256Digest>,
    /// Packages that it is in.
    pub packages: Vec<PackedPackage>,
    /// What it does.
    pub category: ThreatCategory,
    /// How bad it is.
    pub severity: ThreatSeverity,
    /// A line for people.
    pub description: String,
    /// Where more is said.
    pub references: Vec<String>,
    /// When it was first heard of.
    pub first_seen: Timestamp,
    /// When it was last heard of.
    pub last_seen: Timestamp,
    /// Reports that were accepted.
    pub report_count: u64,
}

/// A package in a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackedPackage {
    /// Where it comes from.
    pub ecosystem: Ecosystem,
    /// Its name.
    pub name: String,
    /// Its version; every one where there is none.
    pub version: Option<String>,
}

/// Why a pack is not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PackError {
    /// Too much to be read.
    #[error("a pack has {size_bytes} bytes, the limit is {limit}")]
    TooLong {
        /// How long it is.
        size_bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// The envelope is none.
    #[error("not a signed pack: {0}")]
    Envelope(String),
    /// The payload says something that cannot be.
    #[error("the pack is signed, and says what cannot be: {0}")]
    Document(String),
    /// It was signed by a key that nobody pinned.
    #[error("the pack was signed by the key {0}, which is not pinned")]
    ForeignKey(String),
    /// The signature is not that of these bytes.
    #[error("the signature is not that of these bytes by the key {0}")]
    Signature(String),
    /// It is not good any more.
    #[error("the pack expired at {0}; its issuer makes no new ones, or somebody holds them back")]
    Expired(Timestamp),
    /// It is from the future.
    #[error("the pack was made at {0}, which is in the future of this machine's clock")]
    Future(Timestamp),
    /// It is good for too long, or for no time.
    #[error("the pack is good from {0} to {1}; more than 0 and at most {LONGEST_DAYS} days are taken")]
    Lifetime(Timestamp, Timestamp),
    /// Its key cannot be used.
    #[error("a key of 32 bytes is none")]
    Key,
}

impl PackDocument {
    /// Reads what was signed.
    ///
    /// # Errors
    /// Fails with the first thing that cannot be: a pack is taken as a whole or not at all.
    pub fn parse(payload: &[u8]) -> Result<Self, PackError> {
        let refuse = |text: &str| PackError::Document(sanitise_line(text, 300));
        let document: Self = serde_json::from_slice(payload).map_err(|error| refuse(&error.to_string()))?;
        if document.threats.len() > PACK_THREATS {
            return Err(refuse(&format!("it has {} threats, the limit is {PACK_THREATS}", document.threats.len())));
        }
        if document.version == 0 || document.version > i64::MAX.unsigned_abs() {
            return Err(refuse("its version is no number from 1"));
        }
        if document.issuer.len() > ISSUER_BYTES || sanitise_line(&document.issuer, ISSUER_BYTES) != document.issuer {
            return Err(refuse("its issuer is no plain line"));
        }
        document.pattern_pack().map_err(|error| refuse(&error.to_string()))?;
        document.threats_of("checked").map_err(|error| refuse(&error))?;
        Ok(document)
    }

    /// Holds the document against the time.
    ///
    /// # Errors
    /// Fails where it has expired, is from the future, or is good for too long.
    pub fn check_time(&self, now: Timestamp) -> Result<(), PackError> {
        let days = self.issued_at.days_until(self.expires_at);
        if !(days > 0.0 && days <= LONGEST_DAYS) {
            return Err(PackError::Lifetime(self.issued_at, self.expires_at));
        }
        if self.issued_at.as_milliseconds() > now.as_milliseconds().saturating_add(SKEW_MS) {
            return Err(PackError::Future(self.issued_at));
        }
        if now >= self.expires_at {
            return Err(PackError::Expired(self.expires_at));
        }
        Ok(())
    }

    /// Returns the patterns as the scanner takes them.
    ///
    /// # Errors
    /// Fails with the first that cannot be used.
    pub fn pattern_pack(&self) -> Result<SignaturePack, SignatureError> {
        SignaturePack::parse(&json!({ "signatures": self.signatures }).to_string())
    }

    /// Returns the threats as what the pack that was pinned as `name` says.
    ///
    /// # Errors
    /// Fails with the first that is none.
    pub fn threats_of(&self, name: &str) -> Result<Vec<Threat>, String> {
        let threat = |(index, packed): (usize, &PackedThreat)| {
            let place = |error: String| format!("threat {}: {error}", index + 1);
            let packages = packed.packages.iter().map(PackedPackage::read).collect::<Result<_, _>>();
            let parts = ThreatParts {
                digests: packed.digests.clone(),
                packages: packages.map_err(|error| place(error.to_string()))?,
                category: packed.category,
                severity: packed.severity,
                description: packed.description.clone(),
                references: packed.references.clone(),
                source: ThreatSource::Pack(name.to_owned()),
                first_seen: packed.first_seen,
                last_seen: packed.last_seen,
                report_count: packed.report_count,
            };
            Threat::new(parts).map_err(|error: ThreatError| place(error.to_string()))
        };
        let mut threats: Vec<Threat> = self.threats.iter().enumerate().map(threat).collect::<Result<_, _>>()?;
        threats.sort_by(|left, right| left.id().cmp(right.id()));
        if let Some(pair) = threats.windows(2).find(|pair| pair[0].id() == pair[1].id()) {
            return Err(format!("two threats have one first digest or package: {}", pair[0].id()));
        }
        Ok(threats)
    }
}

impl From<&Threat> for PackedThreat {
    fn from(threat: &Threat) -> Self {
        let parts = threat.parts();
        let package = |package: &AffectedPackage| PackedPackage {
            ecosystem: package.ecosystem(),
            name: package.name().to_owned(),
            version: package.version().map(str::to_owned),
        };
        Self {
            digests: parts.digests.clone(),
            packages: parts.packages.iter().map(package).collect(),
            category: parts.category,
            severity: parts.severity,
            description: parts.description.clone(),
            references: parts.references.clone(),
            first_seen: parts.first_seen,
            last_seen: parts.last_seen,
            report_count: parts.report_count,
        }
    }
}

impl PackedPackage {
    fn read(&self) -> Result<AffectedPackage, PackageNameError> {
        AffectedPackage::new(self.ecosystem, &self.name, self.version.as_deref())
    }
}
