//! Signatures: `/v1/signatures`.

use serde::{Deserialize, Serialize};

use crate::scan::{Confidence, Persona, Severity};
use crate::skill::Timestamp;

/// A request for signatures.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ListSignaturesRequest {
    /// Only those that changed after this time: the `next_sync_token` of the last answer.
    #[serde(default)]
    pub since: Option<String>,
    /// Only those of this phase, from 1 to 8.
    #[serde(default)]
    pub phase: Option<String>,
    /// Only this bad or worse: low, medium, high or critical.
    #[serde(default)]
    pub severity: Option<String>,
}

/// Signatures. The answer is a file that `touchmark scan --signatures` takes.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct SignatureListView {
    /// The signatures, the oldest change first.
    pub signatures: Vec<SignatureView>,
    /// How many there are in this answer.
    pub total: u64,
    /// The time that was asked for, or null.
    pub since: Option<Timestamp>,
    /// What to send as `since` the next time. It is a little in the past, so that nothing is missed: what changed lately comes twice.
    pub next_sync_token: Timestamp,
    /// Signatures that were withdrawn after the time that was asked for: forget them.
    pub withdrawn: Vec<WithdrawnSignatureView>,
}

/// A signature.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct SignatureView {
    /// Its id, which stays.
    pub id: String,
    /// The phase in which it reports, from 1 to 8.
    pub phase: u32,
    /// A short name in snake case.
    pub name: String,
    /// What it means to find it.
    pub description: String,
    /// How the pattern is read: regex, host, url, ip, sha256 (of a file, a bundle or an archive), account or string.
    pub kind: String,
    /// What to look for.
    pub pattern: String,
    /// How bad it is.
    pub severity: Severity,
    /// How often it is true.
    pub confidence: Confidence,
    /// Who wants to hear of it; only what a user hears counts for a verdict.
    pub audience: Persona,
    /// Points in the score of the API.
    pub weight: u32,
    /// The ecosystem that it is about, or any.
    pub ecosystem: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// A signature that was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct WithdrawnSignatureView {
    /// Its id.
    pub id: String,
    /// When.
    pub withdrawn_at: Timestamp,
}
