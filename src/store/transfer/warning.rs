//! What must not be given out, and what does harm, as it travels.

use serde::{Deserialize, Serialize};

use super::row::has_control;
use crate::skill::{Sha256Digest, Timestamp};
use crate::store::takedowns::{StoredTakedown, Takedown, TakedownReason, TakedownTarget};
use crate::threat::{AffectedPackage, Ecosystem, Threat, ThreatCategory, ThreatParts, ThreatSeverity, ThreatSource};

/// Characters of a reference or note.
const TEXT_CHARACTERS: usize = 2_000;

/// Names an index where it is one of several who say what does harm.
pub fn issuer_of(identity: [u8; 16]) -> String {
    format!("index-{}", uuid::Uuid::from_bytes(identity).hyphenated())
}

/// Something that is taken down, whichever list of the other index says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakedownRow {
    /// What, as [`TakedownTarget::as_str`] writes it.
    pub target: String,
    /// Why.
    pub reason: TakedownReason,
    /// Where more is said.
    pub reference: Option<String>,
    /// A line for people.
    pub note: Option<String>,
    /// Since when.
    pub since: Timestamp,
}

impl From<StoredTakedown> for TakedownRow {
    fn from(stored: StoredTakedown) -> Self {
        let Takedown { target, reason, reference, note, since } = stored.takedown;
        Self { target: target.as_str().to_owned(), reason, reference, note, since }
    }
}

impl TakedownRow {
    /// Reads it.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn read(&self) -> Result<Takedown, String> {
        let target = TakedownTarget::parse(&self.target)
            .ok_or_else(|| format!("a takedown names {:?}, which is nothing that can be taken down", self.target))?;
        let is_line = |text: &String| text.chars().count() <= TEXT_CHARACTERS && !has_control(text);
        if ![&self.reference, &self.note].into_iter().flatten().all(is_line) {
            return Err(format!("the takedown of {target} has a text that is no line"));
        }
        let (reference, note) = (self.reference.clone(), self.note.clone());
        Ok(Takedown { target, reason: self.reason, reference, note, since: self.since })
    }
}

/// Something that is known to do harm. Who says so does not travel: to whoever takes it over, it
/// is the index that it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThreatRow {
    /// Digests by which it is recognised.
    pub digests: Vec<Sha256Digest>,
    /// Packages that it is in, as ecosystem, name and version.
    pub packages: Vec<(Ecosystem, String, Option<String>)>,
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
    /// How many reports there are of it.
    pub report_count: u64,
}

impl From<&ThreatParts> for ThreatRow {
    fn from(parts: &ThreatParts) -> Self {
        let package = |package: &AffectedPackage| {
            (package.ecosystem(), package.name().to_owned(), package.version().map(str::to_owned))
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

impl ThreatRow {
    /// Reads it as what `issuer` says. It has to be written as a threat is kept.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn read(&self, issuer: &str) -> Result<Threat, String> {
        let package = |(ecosystem, name, version): &(Ecosystem, String, Option<String>)| {
            AffectedPackage::new(*ecosystem, name, version.as_deref()).map_err(|error| error.to_string())
        };
        let parts = ThreatParts {
            digests: self.digests.clone(),
            packages: self.packages.iter().map(package).collect::<Result<_, _>>()?,
            category: self.category,
            severity: self.severity,
            description: self.description.clone(),
            references: self.references.clone(),
            source: ThreatSource::Pack(issuer.to_owned()),
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            report_count: self.report_count,
        };
        let threat = Threat::new(parts).map_err(|error| error.to_string())?;
        if Self::from(threat.parts()) != *self || i64::try_from(self.report_count).is_err() {
            return Err(format!("a threat is not written as threats are: {}", threat.parts().description));
        }
        Ok(threat)
    }
}
