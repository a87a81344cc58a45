//! Why an archive is not read.

use crate::source::SourceError;
use crate::source::error::shown;

/// Why an archive is not read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::source) enum ArchiveError {
    /// It is damaged, or made so that it cannot be trusted.
    #[error("{0}")]
    Refused(String),
    /// It has more entries than may be read.
    #[error("it has more than {0} entries")]
    TooMany(u64),
    /// It unpacks to more bytes than may be read, or has more itself.
    #[error("it has or unpacks to more than {0} bytes")]
    TooLarge(u64),
}

impl ArchiveError {
    /// Refuses an archive; the reason may repeat what stands in it.
    pub(super) fn refused(reason: impl AsRef<str>) -> Self {
        Self::Refused(shown(reason.as_ref()))
    }

    /// Describes the failure of a source that is this archive.
    pub(in crate::source) fn of_source(self, name: &str) -> SourceError {
        let source = shown(name);
        match self {
            Self::Refused(reason) => SourceError::Refused { source_name: source, reason },
            Self::TooMany(limit) => SourceError::TooMany { repository: source, what: "entries", limit },
            Self::TooLarge(limit) => SourceError::TooLarge { url: source, limit },
        }
    }
}
