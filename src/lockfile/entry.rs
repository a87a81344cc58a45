//! What lockfiles record, whichever format they are of.

use std::collections::BTreeMap;

use super::error::LockfileError;
use super::kind::LockfileKind;
use super::name::{PlacePath, SkillName};
use crate::recipe::HashRecipe;
use crate::scan::SafetyStatus;
use crate::skill::{Sha256Digest, SkillId};

/// What one lockfile says.
#[derive(Debug, Clone, PartialEq)]
pub struct Lockfile {
    /// The format.
    pub kind: LockfileKind,
    /// What is recorded, and what could not be read: one bad entry hides no other.
    pub entries: Vec<Result<Entry, LockfileError>>,
    /// What a reader of a report should know, in our own words; names in it are sanitised.
    pub notices: Vec<String>,
}

/// One skill as a lockfile records it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The name under which it is installed; author-controlled.
    pub name: SkillName,
    /// Where the entry stands in its file; sanitised when it is shown.
    pub key: String,
    /// What is recorded of its bytes.
    pub recorded: Recorded,
    /// Folders in which it may be installed, below the project or the home folder.
    pub places: Vec<PlacePath>,
    /// Whether it is no fault where none of the places is there, as with a cache.
    pub is_optional: bool,
    /// Where it is said to come from.
    pub origin: Origin,
}

/// What is recorded of the bytes of a skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// Digests of the folder as a whole, each of which must hold.
    Folder(Vec<RecordedDigest>),
    /// A digest of each file, with the line ends of texts made alike.
    Files {
        /// The files, below the place where there is one, else below the project.
        files: BTreeMap<PlacePath, Sha256Digest>,
        /// Whether the files are all that the folder may hold.
        is_whole_folder: bool,
        /// Folders of other recorded skills in this one, whose files are compared with those.
        inner: Vec<PlacePath>,
    },
    /// Nothing that bytes could be compared with, and why.
    Nothing(&'static str),
}

/// A digest of a folder, and how it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedDigest {
    /// Where it stands in its file.
    pub key: String,
    /// How it was made.
    pub recipe: HashRecipe,
    /// The digest as its recipe writes it, in lower case.
    pub digest: String,
    /// Whether it stands inside of the folder that it is about: whoever changes a file there
    /// can change it as well.
    pub is_inside: bool,
}

/// Where a skill is said to come from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Origin {
    /// The URL of its SKILL.md or folder, where the record is enough for one.
    pub source_url: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// What was known when it was pinned.
    pub pinned: Option<PinnedVerdict>,
}

/// What was known of a skill when it was pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedVerdict {
    /// The skill.
    pub skill_id: SkillId,
    /// Its verdict then.
    pub status: SafetyStatus,
}
