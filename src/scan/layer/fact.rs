//! What stands out about the way a container is built, and no member of it shows.

use super::Origin;

/// A fact about a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The container, or the member that it is about.
    pub origin: Origin,
    /// What stands out.
    pub kind: FactKind,
    /// The name or the numbers that show it; author-controlled.
    pub detail: String,
}

/// The kinds of fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    /// Unpacks to far more than it is, or shares its bytes between members.
    Bomb,
    /// A member's name leads out of the folder into which it is unpacked.
    HostilePath,
    /// A member is written through a link that came before it.
    ThroughLink,
    /// Readers of the format disagree on what is inside.
    Ambiguous,
    /// Bytes stand after the end of a file that has one.
    Appended,
    /// The file is an archive as well as what it begins as.
    Polyglot,
    /// A member needs a password.
    Encrypted,
    /// A document runs a script.
    DocumentScript,
    /// A document runs a script as soon as it is opened.
    DocumentOpenScript,
    /// A document starts a program.
    DocumentLaunch,
}
