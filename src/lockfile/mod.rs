//! Lockfiles: what a project, or a user's home folder, says that it holds.
//!
//! One file a format. Each goes from bytes to typed entries; a bad entry is an error that
//! names its key and hides no other, and nothing that could not be read is ever a match. This
//! room knows names, places and what is recorded of bytes; how digests are made, what is on
//! disk now and what an index says of it are for others. Start at [`parse`] and, on disk, at
//! `find`; [`with_pin`] is the only thing that is written.

mod apm;
mod clawhub;
mod conflict;
mod digest_text;
mod entry;
mod error;
mod fastskill;
mod folders;
mod github;
mod global_lock;
mod guess;
mod json;
mod kind;
mod limits;
mod name;
mod node;
mod position;
mod skill_map;
mod skills_lock;
mod source_text;
mod touchmark;

#[cfg(feature = "service")]
mod clawhub_origin;
#[cfg(feature = "service")]
mod disk;
#[cfg(feature = "service")]
mod find;
#[cfg(feature = "service")]
mod place;
#[cfg(feature = "service")]
mod write;

#[cfg(test)]
mod tests;

pub use entry::{Entry, Lockfile, Origin, PinnedVerdict, Recorded, RecordedDigest};
pub use error::LockfileError;
pub use folders::in_project as places_in_project;
pub use kind::{LockfileKind, Scope};
pub use name::{PlacePath, SkillName};
pub use position::{Position, Positions};
pub use touchmark::{PinnedSkill, Review, with_pin};

#[cfg(feature = "service")]
pub use find::{Found, FoundError, FoundLockfile, Roots, find, read_lockfile_of};
#[cfg(feature = "service")]
pub use place::{InstalledFolder, Place, PlaceError, Root};
#[cfg(feature = "service")]
pub use write::{WriteError, check_pin, write_pin};

/// Reads the bytes of a lockfile.
///
/// # Errors
/// Fails where the file as a whole cannot be read: it is of an unknown version, is no JSON,
/// YAML or TOML, or larger than any lockfile is.
pub fn parse(kind: LockfileKind, bytes: &[u8]) -> Result<Lockfile, LockfileError> {
    match kind {
        LockfileKind::Touchmark => touchmark::parse(bytes),
        LockfileKind::SkillsLock => skills_lock::parse(bytes),
        LockfileKind::ClawHub => clawhub::parse(bytes),
        LockfileKind::Apm => apm::parse(bytes),
        LockfileKind::Fastskill => fastskill::parse(bytes),
        LockfileKind::GlobalSkillLock => global_lock::parse(bytes),
        // A SKILL.md is not known by its folder here.
        LockfileKind::GitHub => Ok(parse_instructions(bytes)),
    }
}

/// Reads the keys of `gh` in a SKILL.md that lies in a folder called `skill`.
fn parse_instructions(bytes: &[u8]) -> Lockfile {
    let entry = SkillName::parse("skill", "")
        .and_then(|name| Ok((name, PlacePath::parse("skill", "")?)))
        .map(|(name, place)| github::entry(bytes, name, place));
    Lockfile { kind: LockfileKind::GitHub, entries: entry.ok().flatten().into_iter().collect(), notices: Vec::new() }
}
