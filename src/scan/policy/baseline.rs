//! What was there when somebody began to look: later scans report what is new.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::scan::fingerprint::{FileDigests, file_digests};
use crate::scan::{Finding, RulesetVersion, ScannedBundle, Severity};
use crate::skill::{Sha256Digest, sanitise_line};

/// Bytes of a baseline.
const BASELINE_BYTES: usize = 64 * 1024 * 1024;
/// The shape of the file.
const SCHEMA: &str = "touchmark-baseline-1";

/// Findings that are known, each bound to the bytes of its file.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    known: BTreeSet<Known>,
}

/// Why a baseline cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// The text is too long to be read.
    #[error("the baseline has {size_bytes} bytes, the limit is {BASELINE_BYTES}")]
    TooLong {
        /// How long it is.
        size_bytes: usize,
    },
    /// The text is not a baseline of this program.
    #[error("not a baseline ({SCHEMA}): {0}")]
    Shape(String),
}

/// One finding. Any change of its file brings it back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    rule_id: String,
    path: String,
    file_sha256: Sha256Digest,
    fingerprint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    schema: String,
    /// The rules that found them; for readers.
    ruleset_version: RulesetVersion,
    findings: BTreeSet<Known>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// Fails where the text is none.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        if text.len() > BASELINE_BYTES {
            return Err(BaselineError::TooLong { size_bytes: text.len() });
        }
        let written: Written =
            serde_json::from_str(text).map_err(|error| BaselineError::Shape(sanitise_line(&error.to_string(), 400)))?;
        if written.schema != SCHEMA {
            return Err(BaselineError::Shape(format!("its schema is {:?}", sanitise_line(&written.schema, 60))));
        }
        Ok(Self { known: written.findings })
    }

    /// Takes up every finding of a report; critical ones only where that is asked for.
    pub fn add(&mut self, scanned: &ScannedBundle, include_critical: bool) {
        let files = file_digests(&scanned.bundle);
        let findings = scanned.report.findings.iter().filter(|finding| may_be_known(finding, include_critical));
        self.known.extend(findings.filter_map(|finding| Known::of(finding, &files)));
    }

    /// Returns the number of findings.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Tells whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Writes the baseline as JSON, one finding a line, in an order that only the findings decide.
    pub fn to_json(&self, ruleset_version: &RulesetVersion) -> String {
        let line = |known: &Known| serde_json::to_string(known).expect("strings and digests are JSON");
        let findings: Vec<String> = self.known.iter().map(|known| format!("    {}", line(known))).collect();
        let version = serde_json::to_string(ruleset_version).expect("a string is JSON");
        format!(
            "{{\n  \"schema\": \"{SCHEMA}\",\n  \"ruleset_version\": {version},\n  \"findings\": [\n{}\n  ]\n}}\n",
            findings.join(",\n")
        )
    }

    /// Tells whether the finding was there, in a file of the same bytes.
    pub(super) fn knows(&self, finding: &Finding, files: &FileDigests, include_critical: bool) -> bool {
        may_be_known(finding, include_critical)
            && Known::of(finding, files).is_some_and(|known| self.known.contains(&known))
    }
}

/// What takes over a machine is not a habit to live with: it takes a decision of its own.
fn may_be_known(finding: &Finding, include_critical: bool) -> bool {
    include_critical || finding.severity < Severity::Critical
}

impl Known {
    fn of(finding: &Finding, files: &FileDigests) -> Option<Self> {
        Some(Self {
            rule_id: finding.rule_id.clone(),
            path: finding.location.path.clone(),
            file_sha256: *files.get(&finding.location.path)?,
            fingerprint: finding.fingerprint.clone(),
        })
    }
}
