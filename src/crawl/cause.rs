//! What a failure means for a job.

use crate::github::GithubError;
use crate::source::SourceError;
use crate::store::{FailureCause, JobFailure};

/// Says why a source could not be read.
pub(super) fn of_source(error: &SourceError) -> JobFailure {
    let cause = match error {
        SourceError::Fetch { .. } => FailureCause::Unreachable,
        SourceError::NotFound { .. }
        | SourceError::NoSuchReference { .. }
        | SourceError::NoSuchFolder { .. }
        | SourceError::NoSuchRepository { .. }
        | SourceError::NothingThere { .. }
        | SourceError::NotPublic { .. } => FailureCause::Gone,
        SourceError::TooLarge { .. } => FailureCause::TooLarge,
        SourceError::TooMany { .. } => FailureCause::TooMany,
        SourceError::TooSlow { .. } => FailureCause::TooSlow,
        SourceError::NotASource { .. }
        | SourceError::UnsupportedScheme { .. }
        | SourceError::PasswordInUrl { .. }
        | SourceError::Unreadable { .. }
        | SourceError::Refused { .. }
        | SourceError::NotARepository { .. } => FailureCause::Unreadable,
    };
    JobFailure::new(cause, &error.to_string())
}

/// Says why GitHub told nothing.
pub(super) fn of_github(error: &GithubError) -> JobFailure {
    let cause = match error {
        GithubError::Limited { .. } => FailureCause::Limited,
        GithubError::Gone { .. } => FailureCause::Gone,
        // Half an answer is as good as none.
        GithubError::Unanswered { .. } | GithubError::Nonsense { .. } => FailureCause::Unreachable,
        GithubError::NoToken { .. } | GithubError::Refused { .. } => FailureCause::Unreadable,
    };
    JobFailure::new(cause, &error.to_string())
}

/// Tells whether trying again soon can help.
pub(super) fn is_passing(cause: FailureCause) -> bool {
    match cause {
        FailureCause::Unreachable | FailureCause::Internal | FailureCause::Limited => true,
        FailureCause::Gone
        | FailureCause::TooLarge
        | FailureCause::TooMany
        | FailureCause::TooSlow
        | FailureCause::Unreadable
        | FailureCause::Lost => false,
    }
}
