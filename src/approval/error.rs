//! Why there is no measurement, and why a record cannot be used.

use std::io;

use super::manifest::ManifestError;
use super::name::NameError;

/// Why a folder could not be measured. There is no verdict then, and no part of one.
///
/// Paths are author-controlled: sanitise a message before it is shown.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// The folder cannot be found or opened.
    #[error("cannot open the folder `{path}`: {source}")]
    Root {
        /// The folder.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// What was named is no folder.
    #[error("`{path}` is not a folder; name the folder that holds SKILL.md")]
    NotAFolder {
        /// What was named.
        path: String,
    },
    /// A symbolic link stands below the folder.
    #[error("`{path}` is a symbolic link; a skill that is approved holds none, wherever they lead")]
    Symlink {
        /// The link.
        path: String,
    },
    /// Neither a file nor a folder stands below the folder.
    #[error("`{path}` is a {kind}; only files and folders can be approved")]
    Special {
        /// Where it stands.
        path: String,
        /// What it is.
        kind: &'static str,
    },
    /// A name cannot be recorded.
    #[error("the name of `{path}` {source}")]
    Name {
        /// Where it stands.
        path: String,
        /// What is wrong with it.
        source: NameError,
    },
    /// Two names are one where case or composition is ignored.
    #[error("`{left}` and `{right}` are one name where case is ignored")]
    Collision {
        /// One path.
        left: String,
        /// The other path.
        right: String,
    },
    /// There is more than may be measured.
    #[error("{what} at `{path}`, the limit is {limit}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// Where the limit was passed.
        path: String,
        /// The limit.
        limit: u64,
    },
    /// A file or folder cannot be read.
    #[error("cannot read `{path}`: {source}")]
    Unreadable {
        /// The file or folder.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Something changed while it was measured.
    #[error("`{path}` changed while it was measured ({what}); try again when nothing writes there")]
    Changed {
        /// What changed.
        path: String,
        /// How.
        what: &'static str,
    },
    /// The folder is no skill.
    #[error("there is no file `SKILL.md` in `{path}`; name the folder that holds it")]
    NoInstructions {
        /// The folder.
        path: String,
    },
    /// The walk returned what no folder can hold.
    #[error("the walk is inconsistent: {0}")]
    Inconsistent(#[from] ManifestError),
    /// Execute bits and exact names are not to be had on this system.
    #[error("approvals are not supported on this system: they are about execute bits and exact names")]
    Unsupported,
}

/// Why the bytes of a record are no approval record that can be used. It is never a match.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Not one JSON object in UTF-8, or a key that occurs twice.
    #[error("it is not valid JSON: {reason}")]
    Syntax {
        /// What is wrong, and where.
        reason: String,
    },
    /// A version of the format that this program does not know.
    #[error("`{key}` is not 1, the only version that this program knows")]
    Version {
        /// `schema_version` or `spec_version`.
        key: &'static str,
    },
    /// A key is missing.
    #[error("`{key}` is missing")]
    Missing {
        /// The key, with the keys above it.
        key: String,
    },
    /// A key that the format does not have.
    #[error("`{key}` is not a key of an approval record")]
    Unknown {
        /// The key, with the keys above it.
        key: String,
    },
    /// A value is not what it must be.
    #[error("`{key}` is not {expected}")]
    Value {
        /// The key, with the keys above it.
        key: String,
        /// What it must be.
        expected: &'static str,
    },
    /// The list of files is none.
    #[error("`files`: {0}")]
    Manifest(#[from] ManifestError),
    /// The root digest is not that of the files.
    #[error("`root_digest` is not that of `files`: the record was edited or damaged")]
    Digest,
    /// The file has another name than the approval.
    #[error("`approval_id` is `{approval_id}`, and the file is not called {approval_id}.lock.json")]
    FileName {
        /// The id in the record.
        approval_id: String,
    },
}
