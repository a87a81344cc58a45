//! Why a skill was not installed.

use std::io;

use crate::approval::WalkError;
use crate::lockfile::{FoundError, LockfileError, PlaceError, WriteError};
use crate::placement::PlacementError;
use crate::source::SourceError;

/// Why a skill was not installed. What was there before is there.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// What was named is neither an id nor a URL.
    #[error("`{text}` is neither the id of a skill nor a URL; `touchmark search` shows ids")]
    Question {
        /// What was named, sanitised.
        text: String,
    },
    /// There is no home folder to install into.
    #[error("there is no home folder (HOME is not set); --project installs into the project")]
    NoHome,
    /// The project or the home folder cannot be opened.
    #[error("cannot open `{path}`: {source}")]
    Open {
        /// The folder.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Nobody can fetch it.
    #[error("`{url}` cannot be fetched: {reason}")]
    NotFetchable {
        /// Where it comes from, sanitised.
        url: String,
        /// Why, and what to do.
        reason: String,
    },
    /// The source cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The source does not hold it.
    #[error("`{url}` does not hold the skill any more{reason}; ingest the source again")]
    Gone {
        /// Where it comes from, sanitised.
        url: String,
        /// What the source said, sanitised.
        reason: String,
    },
    /// What was fetched is not what was pinned.
    #[error(
        "what `{url}` holds is not what was audited: {what} is {fetched}, the pin says {pinned}; nothing was installed"
    )]
    Differs {
        /// Where it comes from, sanitised.
        url: String,
        /// What differs.
        what: &'static str,
        /// The digest of what was fetched.
        fetched: String,
        /// The digest of the pin.
        pinned: String,
    },
    /// There is no digest to compare with.
    #[error("there is no digest of all files to compare with: {reason}")]
    NoDigest {
        /// Why, and what to do.
        reason: &'static str,
    },
    /// It cannot be put in place.
    #[error(transparent)]
    Placement(#[from] PlacementError),
    /// What is there cannot be measured.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// A place leads out of its root.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// A name cannot be recorded.
    #[error(transparent)]
    Name(#[from] LockfileError),
    /// The lockfile cannot be read.
    #[error("cannot read touchmark.lock: {0}")]
    Lockfile(#[from] FoundError),
    /// The lockfile cannot be written; nothing was installed.
    #[error(transparent)]
    Pin(WriteError),
    /// It is in place, and its pin could not be written.
    #[error("it was installed into `{folder}`, and could not be pinned: {source}; install it again to pin it")]
    NotPinned {
        /// The folder.
        folder: String,
        /// What failed.
        source: WriteError,
    },
}

impl InstallError {
    /// Tells whether `touchmark.lock` was read and is none that can be changed.
    pub fn is_invalid_lockfile(&self) -> bool {
        matches!(
            self,
            Self::Lockfile(FoundError::Invalid(_))
                | Self::Pin(WriteError::Invalid { .. })
                | Self::NotPinned { source: WriteError::Invalid { .. }, .. }
        )
    }

    /// Tells whether the answer is no, rather than that something failed.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Differs { .. } | Self::NoDigest { .. } | Self::NotFetchable { .. } => true,
            Self::Placement(error) => !matches!(
                error,
                PlacementError::Io { .. }
                    | PlacementError::NoExchange { .. }
                    | PlacementError::Changed { .. }
                    | PlacementError::Unsupported
            ),
            _ => false,
        }
    }
}
