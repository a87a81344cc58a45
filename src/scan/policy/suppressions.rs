//! The operator's list of findings that were looked at and accepted.

use serde::Deserialize;

use super::Decision;
use crate::scan::fingerprint::FileDigests;
use crate::scan::{Finding, RULES, Suppression, SuppressionKind};
use crate::skill::{Sha256Digest, Timestamp, sanitise_line};

/// Bytes of a list.
const LIST_BYTES: usize = 1024 * 1024;
/// Entries of a list.
const ENTRIES: usize = 5_000;

/// A list of decisions, each about one finding or about what one digest names.
#[derive(Debug, Clone, Default)]
pub struct Suppressions {
    entries: Vec<Entry>,
}

/// Why a list cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SuppressionsError {
    /// The text is too long to be read.
    #[error("the list has {size_bytes} bytes, the limit is {LIST_BYTES}")]
    TooLong {
        /// How long it is.
        size_bytes: usize,
    },
    /// There are too many entries.
    #[error("the list has {count} entries, the limit is {ENTRIES}")]
    TooMany {
        /// How many there are.
        count: usize,
    },
    /// The text is not such a list.
    #[error("not a list of suppressions: {0}")]
    Shape(String),
    /// An entry lacks what every decision has.
    #[error("suppression {number} ({rule}): {fault}")]
    Entry {
        /// Its number in the list, from 1.
        number: usize,
        /// Its rule.
        rule: String,
        /// What is missing.
        fault: &'static str,
    },
}

/// One decision.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    rule: String,
    path: Option<String>,
    fingerprint: Option<String>,
    package_hash: Option<Sha256Digest>,
    file_sha256: Option<Sha256Digest>,
    decision: Decision,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    suppression: WrittenSuppressions,
}

/// The entries of a list as they are written, of which nothing is checked yet. A file that
/// holds more than such a list has them under the key `suppression`.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct WrittenSuppressions(Vec<WrittenEntry>);

/// One entry as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEntry {
    rule: String,
    path: Option<String>,
    fingerprint: Option<String>,
    package_hash: Option<Sha256Digest>,
    file_sha256: Option<Sha256Digest>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    by: String,
    expires: Option<toml::Value>,
}

impl Suppressions {
    /// Reads a list.
    ///
    /// # Errors
    /// Fails where the text is not such a list, or an entry has no reason, no name or no end.
    pub fn parse(text: &str) -> Result<Self, SuppressionsError> {
        if text.len() > LIST_BYTES {
            return Err(SuppressionsError::TooLong { size_bytes: text.len() });
        }
        let written: Written =
            toml::from_str(text).map_err(|error| SuppressionsError::Shape(sanitise_line(&error.to_string(), 400)))?;
        written.suppression.try_into()
    }

    /// The keys that an entry may have.
    pub const KEYS: &[&str] =
        &["rule", "path", "fingerprint", "package_hash", "file_sha256", "reason", "by", "expires"];

    /// Tells whether nothing was decided.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the entry that holds back `finding`, and what to write beside the finding.
    pub(super) fn of(
        &self,
        finding: &Finding,
        package_hash: Sha256Digest,
        files: &FileDigests,
        now: Timestamp,
    ) -> Option<(usize, Suppression)> {
        self.entries.iter().enumerate().find_map(|(index, entry)| {
            let is_held = entry.fault(now).is_none() && entry.is_about(finding, package_hash, files);
            is_held.then(|| (index, entry.suppression()))
        })
    }

    /// Says of every entry that held back nothing why, so that the list stays short and true;
    /// `used` are those that did.
    pub fn notices(&self, used: &std::collections::BTreeSet<usize>, now: Timestamp) -> Vec<String> {
        let unused = self.entries.iter().enumerate().filter(|(index, _)| !used.contains(index));
        unused
            .map(|(index, entry)| {
                let rule = sanitise_line(&entry.rule, 100);
                let fault = entry.fault(now).unwrap_or_else(|| "it matches no finding of this scan".to_owned());
                format!("suppression {} ({rule}) is not in force: {fault}", index + 1)
            })
            .collect()
    }
}

impl TryFrom<WrittenSuppressions> for Suppressions {
    type Error = SuppressionsError;

    fn try_from(written: WrittenSuppressions) -> Result<Self, SuppressionsError> {
        let count = written.0.len();
        if count > ENTRIES {
            return Err(SuppressionsError::TooMany { count });
        }
        let entries = written.0.into_iter().enumerate();
        let entries = entries.map(|(index, entry)| {
            let (number, rule) = (index + 1, sanitise_line(&entry.rule, 100));
            Entry::new(entry).map_err(|fault| SuppressionsError::Entry { number, rule, fault })
        });
        Ok(Self { entries: entries.collect::<Result<_, _>>()? })
    }
}

impl Entry {
    fn new(written: WrittenEntry) -> Result<Self, &'static str> {
        Ok(Self {
            decision: Decision::read(&written.reason, &written.by, written.expires.as_ref())?,
            rule: written.rule,
            path: written.path,
            fingerprint: written.fingerprint,
            package_hash: written.package_hash,
            file_sha256: written.file_sha256,
        })
    }

    /// Says why the entry cannot hold back anything.
    fn fault(&self, now: Timestamp) -> Option<String> {
        if self.fingerprint.is_none() && self.package_hash.is_none() && self.file_sha256.is_none() {
            Some("it is bound to nothing; name a `fingerprint`, a `file_sha256` or a `package_hash`".to_owned())
        } else if let Some(fault) = self.decision.fault(now) {
            Some(fault)
        } else if !RULES.iter().any(|rule| rule.id == self.rule) {
            Some("there is no such rule".to_owned())
        } else {
            None
        }
    }

    /// Tells whether everything that the entry names is true of `finding`.
    fn is_about(&self, finding: &Finding, package_hash: Sha256Digest, files: &FileDigests) -> bool {
        self.rule == finding.rule_id
            && self.path.as_ref().is_none_or(|path| *path == finding.location.path)
            && self.fingerprint.as_ref().is_none_or(|fingerprint| *fingerprint == finding.fingerprint)
            && self.package_hash.is_none_or(|digest| digest == package_hash)
            && self.file_sha256.is_none_or(|digest| files.get(&finding.location.path) == Some(&digest))
    }

    fn suppression(&self) -> Suppression {
        Suppression {
            kind: SuppressionKind::Suppressed,
            reason: self.decision.reason.clone(),
            by: Some(self.decision.by.clone()),
            expires: Some(self.decision.expires_text.clone()),
        }
    }
}
