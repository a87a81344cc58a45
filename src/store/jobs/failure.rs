//! Why a job failed.

use std::fmt;

use crate::skill::sanitise_line;

/// Characters of a failure's detail.
const DETAIL_CHARACTERS: usize = 300;

/// Why a job failed, as something that can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureCause {
    /// The host or the network did not answer, or broke off.
    Unreachable,
    /// There is no such repository, reference or folder, or it is not public.
    Gone,
    /// It has more bytes than a job may read.
    TooLarge,
    /// It has more files or skills than a job may read.
    TooMany,
    /// It took longer than a job may take.
    TooSlow,
    /// What is there cannot be read: a damaged repository, or none.
    Unreadable,
    /// The program failed on it.
    Internal,
    /// Workers ended while they held it, as when one takes all memory.
    Lost,
    /// The host answers nothing more for now.
    Limited,
}

impl FailureCause {
    /// Every cause.
    pub const ALL: [Self; 9] = [
        Self::Unreachable,
        Self::Gone,
        Self::TooLarge,
        Self::TooMany,
        Self::TooSlow,
        Self::Unreadable,
        Self::Internal,
        Self::Lost,
        Self::Limited,
    ];

    /// Returns the word for it, which is also how it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Gone => "gone",
            Self::TooLarge => "too-large",
            Self::TooMany => "too-many",
            Self::TooSlow => "too-slow",
            Self::Unreadable => "unreadable",
            Self::Internal => "internal",
            Self::Lost => "lost",
            Self::Limited => "limited",
        }
    }

    /// Reads the word.
    pub(in crate::store) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == word)
    }
}

impl fmt::Display for FailureCause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobFailure {
    /// What can be counted.
    pub cause: FailureCause,
    detail: String,
}

impl JobFailure {
    /// Notes a failure; what the other side said is sanitised and cut.
    pub fn new(cause: FailureCause, detail: &str) -> Self {
        Self { cause, detail: sanitise_line(detail, DETAIL_CHARACTERS) }
    }

    /// Returns what happened, sanitised.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}
