//! The record of an approval: what was approved, when, and under which id.

use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::frontmatter::SkillFacts;
use super::manifest::Manifest;
use super::path::{RecordedPath, RecordedPathError};
use super::walk::MeasuredFolder;
use crate::skill::{Sha256Digest, Timestamp};

/// The version of the record and of the digest that this program writes and reads.
pub(super) const VERSION: u64 = 1;
/// What every record says of itself.
pub(super) const LIMITATIONS: &str = "This record attests the byte identity of the listed files at lock time only. \
    It does not attest safety, provenance, or future content.";
/// What a declared source says of itself.
pub(super) const VERIFICATION: &str = "user_supplied";

/// Exact bytes that somebody approved.
///
/// It is written with [`ApprovalRecord::to_json`] and read with [`ApprovalRecord::parse`].
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalRecord {
    pub(super) tool_version: String,
    pub(super) approval_id: ApprovalId,
    pub(super) artifact_path: ArtifactPath,
    pub(super) manifest: Manifest,
    pub(super) root_digest: Sha256Digest,
    pub(super) skill: SkillFacts,
    pub(super) created_at: String,
    pub(super) declared_source: Option<DeclaredSource>,
}

impl ApprovalRecord {
    /// Records what was measured; `now` is the time of the approval.
    pub fn new(
        approval_id: ApprovalId,
        artifact_path: ArtifactPath,
        folder: MeasuredFolder,
        declared_source: Option<DeclaredSource>,
        now: Timestamp,
    ) -> Self {
        Self {
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            approval_id,
            artifact_path,
            root_digest: folder.manifest.root_digest(),
            skill: SkillFacts::of(&folder),
            manifest: folder.manifest,
            created_at: now.to_string(),
            declared_source,
        }
    }

    /// Returns the id, which is the name of its file as well.
    pub fn approval_id(&self) -> &ApprovalId {
        &self.approval_id
    }

    /// Returns where the approved folder lies in its project.
    pub fn artifact_path(&self) -> &ArtifactPath {
        &self.artifact_path
    }

    /// Returns the approved files.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns the digest of the approved files.
    pub fn root_digest(&self) -> Sha256Digest {
        self.root_digest
    }

    /// Returns what the approved SKILL.md says of itself; author-controlled.
    pub fn skill(&self) -> &SkillFacts {
        &self.skill
    }

    /// Returns when it was approved, as it was written; only the shape is known to be that of
    /// a time.
    pub fn created_at(&self) -> &str {
        &self.created_at
    }

    /// Writes the record as its file holds it: keys in the order of the format, two blanks for
    /// each level, LF, and LF at the end.
    ///
    /// # Errors
    /// Fails where a value cannot be written as JSON.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

impl Serialize for ApprovalRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_struct("record", 11)?;
        record.serialize_field("schema_version", &VERSION)?;
        record.serialize_field("spec_version", &VERSION)?;
        record.serialize_field("tool_version", &self.tool_version)?;
        record.serialize_field("approval_id", &self.approval_id.0)?;
        record.serialize_field("artifact_path", self.artifact_path.as_str())?;
        record.serialize_field("root_digest", &self.root_digest)?;
        record.serialize_field("files", &self.manifest)?;
        record.serialize_field("skill", &self.skill)?;
        record.serialize_field("created_at", &self.created_at)?;
        if let Some(source) = &self.declared_source {
            record.serialize_field("declared_source", source)?;
        }
        record.serialize_field("limitations", LIMITATIONS)?;
        record.end()
    }
}

/// The id of an approval: 1 to 64 of `a-z`, `0-9` and `-`, of which the first is no hyphen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApprovalId(String);

/// A text that is no id of an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an approval id is 1 to 64 of a-z, 0-9 and -, and does not start with -")]
pub struct ApprovalIdError;

impl ApprovalId {
    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for ApprovalId {
    type Error = ApprovalIdError;

    fn try_from(text: &str) -> Result<Self, ApprovalIdError> {
        let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=64).contains(&text.len()) && text.bytes().all(is_allowed) && !text.starts_with('-') {
            Ok(Self(text.to_owned()))
        } else {
            Err(ApprovalIdError)
        }
    }
}

impl fmt::Display for ApprovalId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Where the approved folder lies below the project's folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ArtifactPath {
    /// The project's folder is the skill itself, written `.`.
    Project,
    /// A folder below it.
    Below(RecordedPath),
}

impl ArtifactPath {
    /// Returns the path as text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Project => ".",
            Self::Below(path) => path.as_str(),
        }
    }
}

impl TryFrom<&str> for ArtifactPath {
    type Error = RecordedPathError;

    fn try_from(text: &str) -> Result<Self, RecordedPathError> {
        if text == "." { Ok(Self::Project) } else { Ok(Self::Below(RecordedPath::try_from(text)?)) }
    }
}

/// Where whoever approved says that the folder came from. Nobody has verified it, and it is no
/// part of the identity.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeclaredSource {
    pub(super) kind: Option<String>,
    pub(super) repository: Option<String>,
    pub(super) path: Option<String>,
    pub(super) approved_commit: Option<String>,
    pub(super) tracking_policy: Option<String>,
}

impl Serialize for DeclaredSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut source = serializer.serialize_struct("declared_source", 6)?;
        for (key, value) in self.members() {
            if let Some(value) = value {
                source.serialize_field(key, value)?;
            }
        }
        source.serialize_field("verification", VERIFICATION)?;
        source.end()
    }
}

impl DeclaredSource {
    /// Returns the members that a user supplies, in the order of the format.
    fn members(&self) -> [(&'static str, &Option<String>); 5] {
        [
            ("kind", &self.kind),
            ("repository", &self.repository),
            ("path", &self.path),
            ("approved_commit", &self.approved_commit),
            ("tracking_policy", &self.tracking_policy),
        ]
    }
}
