//! Why a source cannot be read at all.

use std::path::Path;

use crate::skill::sanitise_line;

/// Characters of an input that a message repeats.
const SHOWN_CHARACTERS: usize = 200;

/// Why a source cannot be read at all. What fails for one skill only is a
/// [`SourceFailure`](super::SourceFailure), and the rest is read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The text names no source.
    #[error(
        "cannot read `{text}` as a source: {reason}; expected a folder, a git repository such as https://github.com/owner/repository#main:skills, an archive (.zip, .tar.gz), a .jsonl, .jsonl.gz or .jsonl.zst file, or well-known:, clawhub: or mcp: before an https:// address"
    )]
    NotASource {
        /// What was given, sanitised.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing stands at the path.
    #[error("there is no file or folder `{path}`")]
    NotFound {
        /// The path, sanitised.
        path: String,
    },
    /// The URL has a scheme that is not read.
    #[error("cannot fetch over `{scheme}://`; use the https:// address, or clone with git and give the folder")]
    UnsupportedScheme {
        /// The scheme, sanitised.
        scheme: String,
    },
    /// The URL holds a password, which would end up in the index and in logs.
    #[error("the URL of `{host}` holds a password; clone with git and give the folder instead")]
    PasswordInUrl {
        /// The host, sanitised.
        host: String,
    },
    /// The path exists and cannot be read.
    #[error("cannot read `{path}`: {reason}")]
    Unreadable {
        /// The path, sanitised.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The folder is no repository that can be read.
    #[error("cannot open the git repository `{path}`: {reason}; `folder:{path}` reads the files as they lie there")]
    NotARepository {
        /// The path, sanitised.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The repository has no such branch, tag or commit.
    #[error(
        "`{repository}` has no branch, tag or commit `{reference}`; a commit of a remote repository is given by all of its hex digits"
    )]
    NoSuchReference {
        /// The repository, sanitised.
        repository: String,
        /// The reference that was asked for, sanitised.
        reference: String,
    },
    /// The commit has no such folder.
    #[error("`{repository}` has no folder `{path}` at that commit")]
    NoSuchFolder {
        /// The repository, sanitised.
        repository: String,
        /// The folder that was asked for, sanitised.
        path: String,
    },
    /// The repository could not be fetched.
    #[error("cannot fetch {url}: {reason}")]
    Fetch {
        /// The URL, sanitised.
        url: String,
        /// What the other side or the network said, sanitised.
        reason: String,
    },
    /// The host knows no such repository.
    #[error("cannot fetch {url}: there is no such repository")]
    NoSuchRepository {
        /// The URL, sanitised.
        url: String,
    },
    /// The host asks for a login; hosts also do so for what does not exist.
    #[error(
        "cannot fetch {url}: the host asks for a login, so the repository is private or does not exist; clone with git and give the folder"
    )]
    NotPublic {
        /// The URL, sanitised.
        url: String,
    },
    /// The other side takes longer than a reader may wait.
    #[error("cannot fetch {url}: it took longer than {seconds} seconds")]
    TooSlow {
        /// The URL, sanitised.
        url: String,
        /// Seconds that it may take.
        seconds: u64,
    },
    /// The source has more bytes than may be read.
    #[error("cannot fetch {url}: it has more than {limit} bytes")]
    TooLarge {
        /// The URL, sanitised.
        url: String,
        /// Bytes that may be read.
        limit: u64,
    },
    /// The source is made so that nothing of it may be trusted, or leads where nobody may go.
    #[error("cannot take `{source_name}`: {reason}")]
    Refused {
        /// The path or URL, sanitised.
        source_name: String,
        /// Why, sanitised.
        reason: String,
    },
    /// The host has nothing at the URL.
    #[error("cannot fetch {url}: there is nothing")]
    NothingThere {
        /// The URL, sanitised.
        url: String,
    },
    /// The repository has more files or skills than may be read.
    #[error("`{repository}` has more than {limit} {what}")]
    TooMany {
        /// The repository, sanitised.
        repository: String,
        /// What there are too many of.
        what: &'static str,
        /// How many may be read.
        limit: u64,
    },
}

impl SourceError {
    pub(super) fn not_a_source(text: &str, reason: impl Into<String>) -> Self {
        Self::NotASource { text: shown(text), reason: reason.into() }
    }

    pub(super) fn unreadable(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self::Unreadable { path: shown_path(path), reason: shown(&reason.to_string()) }
    }

    /// Describes why `path` cannot be used, from what the system said.
    pub(super) fn of_io(path: &Path, error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::NotFound { path: shown_path(path) },
            _ => Self::unreadable(path, error),
        }
    }
}

/// Returns text of unknown origin as it may stand in a message.
pub(super) fn shown(text: &str) -> String {
    sanitise_line(text, SHOWN_CHARACTERS)
}

/// Returns a path as it may stand in a message.
pub(super) fn shown_path(path: &Path) -> String {
    sanitise_line(&path.to_string_lossy(), crate::skill::limits::PATH_BYTES)
}
