//! Why nothing was put in place.

use std::io;

/// Why nothing was put in place. Paths are sanitised. What was there before is there.
#[derive(Debug, thiserror::Error)]
pub enum PlacementError {
    /// A name cannot be that of an installed skill.
    #[error("`{name}` cannot be the folder of a skill: it {reason}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A file of the skill cannot be put anywhere.
    #[error("`{path}` cannot be installed: {reason}")]
    File {
        /// The path in the skill.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A folder on the way is a link.
    #[error("`{path}` is a symbolic link, and nothing is installed through one; install where it leads")]
    Link {
        /// The path.
        path: String,
    },
    /// Something else than a folder stands there.
    #[error("`{path}` is there and is not a folder")]
    NotAFolder {
        /// The path.
        path: String,
    },
    /// A folder is there whose name differs only in case or composition.
    #[error("`{path}` is there already as `{other}`: on many file systems both are one")]
    Collision {
        /// The path.
        path: String,
        /// The name that is there.
        other: String,
    },
    /// Something stands there that was not there when it was looked at, or it is another.
    #[error("`{path}` changed while it was installed; look at it, and try again")]
    Changed {
        /// The path.
        path: String,
    },
    /// The file system cannot do it in one step.
    #[error(
        "the file system cannot exchange `{path}` in one step; move the old folder away and install again: {source}"
    )]
    NoExchange {
        /// The path.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The system has neither folders by descriptor nor execute bits.
    #[error("skills cannot be installed on this system, which has no execute bits")]
    Unsupported,
    /// The system refuses.
    #[error("cannot write `{path}`: {source}")]
    Io {
        /// The path.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}
