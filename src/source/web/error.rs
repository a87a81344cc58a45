//! Why a request was not answered.

use crate::source::SourceError;
use crate::source::error::shown;

/// Why a request was not answered as it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::source) enum WebError {
    /// The request may not be sent, or not be followed to where it was sent on.
    #[error("{0}")]
    Refused(String),
    /// Nobody answered, or the answer broke off.
    #[error("{0}")]
    Unreachable(String),
    /// The answer says that it is none.
    #[error("the host answers with status {0}")]
    Status(u16),
    /// The answer has more bytes than may be read.
    #[error("it has more than {0} bytes")]
    TooLarge(u64),
    /// The answer takes longer than it may.
    #[error("it took longer than {0} seconds")]
    TooSlow(u64),
}

impl WebError {
    /// Tells whether asking another time can help, so that nothing is known of what was asked for.
    pub(in crate::source) fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::TooSlow(_) => true,
            Self::Status(status) => *status >= 500 || matches!(status, 408 | 425 | 429),
            Self::Refused(_) | Self::TooLarge(_) => false,
        }
    }

    /// Tells whether the host says that nothing stands there.
    pub(in crate::source) fn is_gone(&self) -> bool {
        matches!(self, Self::Status(404 | 410))
    }

    /// Describes the failure of a source at this URL.
    pub(in crate::source) fn of_source(self, url: &str) -> SourceError {
        let url = shown(url);
        match self {
            Self::Refused(reason) => SourceError::Refused { source_name: url, reason },
            Self::Status(401 | 403) => SourceError::NotPublic { url },
            Self::Status(404 | 410) => SourceError::NothingThere { url },
            Self::TooLarge(limit) => SourceError::TooLarge { url, limit },
            Self::TooSlow(seconds) => SourceError::TooSlow { url, seconds },
            error @ (Self::Unreachable(_) | Self::Status(_)) => {
                SourceError::Fetch { url, reason: shown(&error.to_string()) }
            }
        }
    }
}
