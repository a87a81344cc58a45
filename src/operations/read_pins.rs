//! The pins of a whole `touchmark.lock`, for whoever verifies them without the folders.

use crate::api::HeldPin;
use crate::lockfile::{Entry, LockfileError, LockfileKind, parse};
use crate::recipe::HashRecipe;

use super::find_pin::recorded;

/// What stands at one name of the file: its pin, or why it has none.
pub type ReadPin = Result<HeldPin, LockfileError>;

/// Reads the bytes of a `touchmark.lock`: as many pins as entries, in the order of their names.
/// An entry without a pin, or one of two of the same name, is an error in its place.
///
/// # Errors
/// Fails where the file as a whole is none.
pub fn read_pins(bytes: &[u8]) -> Result<Vec<ReadPin>, LockfileError> {
    let lockfile = parse(LockfileKind::Touchmark, bytes)?;
    Ok(lockfile.entries.into_iter().map(|entry| entry.map(|entry| pin(&entry))).collect())
}

fn pin(entry: &Entry) -> HeldPin {
    let pinned = entry.origin.pinned.as_ref();
    HeldPin {
        content_hash: recorded(entry, HashRecipe::SkillMd).map(|digest| digest.to_string()),
        source_url: entry.origin.source_url.clone(),
        skill_id: pinned.map(|pinned| pinned.skill_id.to_string()),
        commit_sha: entry.origin.commit.clone(),
        verdict: pinned.map(|pinned| pinned.status.as_str().to_owned()),
        audited_at: None,
    }
}
