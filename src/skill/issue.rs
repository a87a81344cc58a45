//! What was odd about a bundle while it was read.

use serde::{Deserialize, Serialize};

/// A deviation that was met while reading a bundle; reading went on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParseIssue {
    /// What kind of deviation it is.
    pub kind: IssueKind,
    /// The file in which it was met.
    pub path: String,
    /// One sentence with the values; text that an author wrote is sanitised.
    pub message: String,
}

/// The kinds of deviation, in words that read well in a list of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum IssueKind {
    MissingFrontmatter,
    UnclosedFrontmatter,
    InvalidFrontmatter,
    FrontmatterTooLarge,
    MissingName,
    InvalidName,
    NameDiffersFromFolder,
    MissingDescription,
    DescriptionTooLong,
    UnknownKey,
    WrongType,
    CompatibilityTooLong,
    ByteOrderMark,
    NotUtf8,
    NulBytes,
    EmptyInstructions,
    NonCanonicalFileName,
    InvalidPath,
    ConflictingPath,
    UnreadFile,
}

impl IssueKind {
    /// Tells whether the Agent Skills specification's validator would refuse the skill for it.
    pub fn is_specification_error(self) -> bool {
        !matches!(self, Self::ByteOrderMark | Self::UnreadFile | Self::NonCanonicalFileName)
    }
}

impl ParseIssue {
    /// Notes a deviation of `kind` in the file `path`.
    pub fn new(kind: IssueKind, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, path: path.into(), message: message.into() }
    }
}
