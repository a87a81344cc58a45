//! Skills as other clients fetch them: in collections that are bounded, and as artifacts whose
//! digest can be told before they are fetched.
//!
//! What is served is what was scanned: a skill that is blocked, that was not read as a whole, or
//! that a client could not unpack safely, is in no collection and in no artifact. Start at
//! [`list_collection`] and [`read_artifact`].

mod artifact;
mod collection;
mod content;
mod download;
mod scope;
mod summaries;
#[cfg(test)]
mod tests;

pub use artifact::{Artifact, ArtifactKind, Unservable};
pub use collection::{COLLECTION_SKILLS, Collection, CollectionEntry, Omitted, list_collection};
pub use content::{ArtifactForm, ServedContent, read_artifact, read_collection_file};
pub use download::{DownloadedFile, SkillDownload, download_skill};
pub use scope::{CollectionScope, ScopeError};
pub(super) use summaries::SummaryCache;

use crate::store::SkillRecord;

/// Characters of a skill's name in an index, by the specification of Agent Skills.
const NAME_CHARACTERS: usize = 64;

/// Returns the name under which a skill is installed: its own, where that is a name by the
/// specification, else what the `skills` command line makes of it. Nothing is left of some.
pub(super) fn install_name(record: &SkillRecord) -> Option<String> {
    let mut name = String::new();
    for character in record.name.to_lowercase().chars() {
        let written = match character {
            'a'..='z' | '0'..='9' => character,
            '-' | '_' | ' ' if !name.is_empty() && !name.ends_with('-') => '-',
            _ => continue,
        };
        name.push(written);
        if name.len() == NAME_CHARACTERS {
            break;
        }
    }
    name.truncate(name.trim_end_matches('-').len());
    (!name.is_empty()).then_some(name)
}
