//! A takedown, and what is told of it.

use serde::{Deserialize, Serialize};

use super::TakedownTarget;
use crate::skill::Timestamp;

/// Why something was taken down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TakedownReason {
    /// It does harm.
    Malware,
    /// Somebody else than its owner has control of it.
    Compromised,
    /// A law or a court asks for it.
    Legal,
    /// Its owner asks for it.
    OwnerRequest,
    /// It breaks the rules of this index, as spam does.
    Policy,
}

impl TakedownReason {
    /// Every reason.
    pub const ALL: [Self; 5] = [Self::Malware, Self::Compromised, Self::Legal, Self::OwnerRequest, Self::Policy];

    /// Returns the word for it, which is also how it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malware => "malware",
            Self::Compromised => "compromised",
            Self::Legal => "legal",
            Self::OwnerRequest => "owner-request",
            Self::Policy => "policy",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// Tells whether whoever holds it must not load it. The other reasons say who may give it
    /// out, and nothing of what it does: then the verdict stays what it is.
    pub fn blocks(self) -> bool {
        match self {
            Self::Malware | Self::Compromised => true,
            Self::Legal | Self::OwnerRequest | Self::Policy => false,
        }
    }
}

/// Something that is not given out any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Takedown {
    /// What.
    pub target: TakedownTarget,
    /// Why.
    pub reason: TakedownReason,
    /// Where more is said: a URL or the number of a case. Not sanitised.
    pub reference: Option<String>,
    /// A line for people. Not sanitised.
    pub note: Option<String>,
    /// Since when.
    pub since: Timestamp,
}

/// Which list says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TakedownOrigin {
    /// The list in the program.
    Program,
    /// A list of the operator, as a file.
    File,
    /// The operator's command.
    Operator,
    /// The index that this one was taken over from.
    Followed,
}

impl TakedownOrigin {
    /// Every origin.
    pub const ALL: [Self; 4] = [Self::Program, Self::File, Self::Operator, Self::Followed];

    /// Returns the word for it, which is also how it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::File => "file",
            Self::Operator => "operator",
            Self::Followed => "followed",
        }
    }

    /// Reads the word.
    pub(in crate::store) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.as_str() == word)
    }
}

/// A takedown that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTakedown {
    /// What is taken down, and why.
    pub takedown: Takedown,
    /// Which list says so.
    pub origin: TakedownOrigin,
}

/// What a change of takedowns did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TakedownOutcome {
    /// Takedowns that are new.
    pub added: u64,
    /// Takedowns that say something else than before.
    pub changed: u64,
    /// Takedowns that are lifted.
    pub lifted: u64,
    /// Skills that are not listed any more.
    pub skills_unlisted: u64,
    /// Skills that are listed again.
    pub skills_listed: u64,
}

impl TakedownOutcome {
    /// Tells whether anything changed.
    pub fn is_change(&self) -> bool {
        self.added + self.changed + self.lifted > 0
    }
}

/// What was done to a takedown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakedownAct {
    /// It began.
    Added,
    /// It says something else.
    Changed,
    /// It ended.
    Lifted,
}

impl TakedownAct {
    /// Returns the word for it, which is also how it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Lifted => "lifted",
        }
    }

    /// Reads the word.
    pub(in crate::store) fn parse(word: &str) -> Option<Self> {
        [Self::Added, Self::Changed, Self::Lifted].into_iter().find(|act| act.as_str() == word)
    }
}

/// A line of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakedownEvent {
    /// When.
    pub at: Timestamp,
    /// Who, in their own words; not sanitised.
    pub actor: String,
    /// What was done.
    pub act: TakedownAct,
    /// The takedown as it was then.
    pub takedown: Takedown,
    /// Which list.
    pub origin: TakedownOrigin,
}
