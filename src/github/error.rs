//! Why the API gave no answer.

use crate::skill::Timestamp;

/// Why the API gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GithubError {
    /// Its limit is used up, or it asked to be left alone. Nothing is sent until then.
    #[error("the API answers nothing until {until}: {reason}")]
    Limited {
        /// When it may be asked again.
        until: Timestamp,
        /// What it said, sanitised.
        reason: String,
    },
    /// There is no such thing, or it is not public.
    #[error("{what}: there is none, or it is not public")]
    Gone {
        /// What was asked for.
        what: String,
    },
    /// It cannot be asked without a token.
    #[error("{what} needs a token of GitHub; set TOUCHMARK_GITHUB_TOKEN")]
    NoToken {
        /// What was asked for.
        what: &'static str,
    },
    /// It did not answer, broke off, or failed.
    #[error("the API did not answer: {reason}")]
    Unanswered {
        /// What happened, sanitised, without the URL.
        reason: String,
    },
    /// What it said is not what its documentation says.
    #[error("the answer of the API cannot be read: {reason}")]
    Nonsense {
        /// What is wrong with it, sanitised.
        reason: String,
    },
    /// It refuses for another reason than a limit.
    #[error("the API refuses: {reason}")]
    Refused {
        /// What it said, sanitised.
        reason: String,
    },
}
